"""The words that pages are filled with: hostile ones, and as long as families and offices make them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path

from tests.console.busy_school import Words, cycling

BATCH = 10  #: strings in one name or text: thirty of those hold all of them

_CHARACTER = re.compile(r"<U\+([0-9A-F]{4,6})(?:\*(\d+))?>")


@cache
def hostile_strings() -> tuple[str, ...]:
    """Return what tests/browser/hostile.txt lists."""
    text = (Path(__file__).parent / "hostile.txt").read_text(encoding="utf-8")
    lines = (line for line in text.split("\n") if line and not line.startswith("# "))
    return tuple(_CHARACTER.sub(_spelt_out, line) for line in lines)


def _spelt_out(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) * int(found[2] or 1)


def hostile_batches() -> Words:
    """Every name, title and text is the next ten of the strings, each kind in its own turn."""
    strings = hostile_strings()
    turns: dict[str, Callable[[], int]] = {}

    def next_batch(kind: str) -> str:
        turn = turns.setdefault(kind, count(len(turns)).__next__)()
        first = turn * BATCH % len(strings)
        return " ".join(strings[first : first + BATCH])

    return next_batch


def long_words() -> Words:
    """Words as long as they come: full names, a text of 1,600 characters, one word without a break."""
    return cycling(
        {
            "name": (
                "María de los Ángeles Guadalupe Hernández-Villaseñor y de la Santísima Trinidad",
                "W" * 60,
            ),
            "words": (
                "Habeenkii waan shaqeeyaa, Sabtida mooyee maalin walba waan iman karaa. " * 20,
                "ש" * 300,
            ),
            "file": (
                "families of all three buildings with corrections of the office, final, second version" * 2,
            ),
            "cell": (
                "ask at the office, the grandmother will know which of the numbers is the right one " * 4,
            ),
            "danger": ("I am afraid to go home. " * 40,),
            "understood": ("They work at night and can come on any day but Saturday. " * 12,),
            "title": (
                "Conference times for the families of grades 3, 6 and 8 in both buildings, second try " * 2,
            ),
            "text": (
                "When can you meet the teacher? We have times in the morning and in the evening. " * 19,
            ),
            "note": ("Called at noon, nobody answered; will try again on Friday after the meeting. " * 15,),
            "evidence": ("Form signed at registration by the grandmother, copy in the blue folder. " * 6,),
            "reason": (
                "The carrier says that the number is no longer in service and was given to somebody else. "
                * 3,
            ),
            "school": ("Escuela Primaria Bilingüe Presidente Abraham Lincoln del Distrito Ribereño",),
            "group": ("After-school programme for mathematics, robotics and the school's own newspaper",),
            "staff": ("Dr. Bartholomew Featherstonehaugh-Wolfeschlegelsteinhausenbergerdorff",),
        }
    )
