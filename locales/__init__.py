"""Catalogs and facts per language."""
