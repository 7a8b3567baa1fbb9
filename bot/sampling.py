"""Which of the answers that families called right a liaison looks at again (rule 12). Pure."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

ONE_IN: Final = 20


def is_checked(language: str, reply: int) -> bool:
    """Say whether this one is looked at: one in twenty of each language, always the same ones."""
    digest = sha256(f"{language}:{reply}".encode()).digest()
    return int.from_bytes(digest[:8]) % ONE_IN == 0
