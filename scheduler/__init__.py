"""Homeloop acts because time passed: ticks, releases, sending, reconciliation."""
