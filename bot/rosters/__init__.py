"""Rosters as files and as plans: read one, know who is who, compare with what is stored. No database here."""
