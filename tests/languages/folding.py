"""Folds the long lists of grammar.toml and answers.toml, so that a reader sees of what parts they are made.

    python -m tests.languages.folding

A list is folded when it has many entries and becomes much shorter; what it holds does not change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import locales
from locales.spreading import spread

#: entries of a list that is worth folding, and what must be left of its letters at most
_MANY, _LEFT = 40, 0.7
_LISTED: Final = re.compile(r'^(\w+) = "([^"\n]+)"$', re.MULTILINE)


def fold(words: str) -> str:
    """Write a list with what may stand in one place in parentheses; `spread` gives its entries back."""
    entries = {tuple(entry.split()) for entry in spread(words).split(",") if entry.strip()}
    return ", ".join(sorted(_folded(entries)))


def _folded(entries: Iterable[tuple[str, ...]]) -> list[str]:
    alone, behind = [], dict[str, set[tuple[str, ...]]]()
    for entry in entries:
        if len(entry) == 1:
            alone.append(entry[0])
        else:
            behind.setdefault(entry[0], set()).add(entry[1:])
    together: dict[frozenset[tuple[str, ...]], list[str]] = {}
    for first, rest in behind.items():
        together.setdefault(frozenset(rest), []).append(first)
    return alone + [f"{_either(firsts)} {_either(_folded(rest))}" for rest, firsts in together.items()]


def _either(parts: Iterable[str]) -> str:
    parts = sorted(parts)
    return parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"


def folded(text: str) -> str:
    """Fold the long lists of one of the files."""

    def written(found: re.Match[str]) -> str:
        kind, words = found.groups()
        short = fold(words)
        worth = spread(words).count(",") >= _MANY and len(short) <= _LEFT * len(spread(words))
        return f'{kind} = "{short}"' if worth else found[0]

    return _LISTED.sub(written, text)


if __name__ == "__main__":
    for name in ("grammar.toml", "answers.toml"):
        place = Path(locales.__file__).with_name(name)
        place.write_text(folded(place.read_text(encoding="utf-8")), encoding="utf-8")
