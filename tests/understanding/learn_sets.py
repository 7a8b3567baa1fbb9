"""Which labelled sentences `make learn` learns from, and which never."""

from __future__ import annotations

from tests.understanding.measure import FOLDERS, HERE

#: not yet run, and so not learned from: something is left to measure by
HELD_BACK: tuple[str, ...] = ()


def practice() -> list[str]:
    """Return the folders of practice lines, which are there to be learned from."""
    return sorted(folder.name for folder in HERE.glob("practice_*"))


def known() -> list[str]:
    """Return every folder that is learned from, in order."""
    return [each for each in (*FOLDERS, *practice()) if each not in HELD_BACK]
