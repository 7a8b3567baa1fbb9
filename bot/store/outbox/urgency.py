"""How soon a text goes: the lower the sooner."""

from __future__ import annotations

EMERGENCY, ANSWER, BULK = 0, 1, 2  #: urgencies, the lower the sooner
