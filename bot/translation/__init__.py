"""Drafting texts in other languages; what comes out of an engine is checked before anybody sees it."""
