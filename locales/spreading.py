"""Long lists of words are written folded: "(no|nunca) me (escriban|manden nada)" is four phrases.

Alternatives stand in parentheses, parted by |, and may hold parentheses themselves; commas part the entries.
"""

from __future__ import annotations

import re

_SIGNS = re.compile(r"[(|),]|[^(|),]+")


def spread(words: str) -> str:
    """Write a folded list out, its entries parted by commas. Raises ValueError for parentheses left open."""
    if "(" not in words and ")" not in words:
        return words
    entries: list[str] = []
    level: list[
        tuple[list[str], list[str]]
    ] = []  #: of each open parenthesis: what is done, what stood before
    done: list[str] = []  #: alternatives of this level
    now = [""]  #: what this alternative has come to
    for sign in _SIGNS.findall(words):
        if sign == "(":
            level.append((done, now))
            done, now = [], [""]
        elif sign == ")":
            if not level:
                raise ValueError(f"a parenthesis is closed that was not opened: {words[:60]}")
            inside = done + now
            done, before = level.pop()
            now = [start + each for start in before for each in inside]
        elif sign == "|":
            done, now = done + now, [""]
        elif sign == "," and not level:
            entries += now
            now = [""]
        else:
            now = [start + sign for start in now]
    if level:
        raise ValueError(f"a parenthesis is never closed: {words[:60]}")
    return ", ".join(filter(None, (" ".join(entry.split()) for entry in entries + now)))
