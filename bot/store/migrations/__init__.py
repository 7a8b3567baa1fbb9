"""Alembic's upgrades, run at start by `Store.upgrade`."""
