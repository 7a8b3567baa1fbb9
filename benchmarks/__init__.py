"""Measurements that are looked at, not tests that pass or fail."""
