"""What a text means as the answer to "which of these, as many as you like", and to a scale."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.conversation.intent import Lexicon, has_question_mark, is_chatter, plain, unmarked, without_courtesy

_APART = re.compile(r"[,;/&+\n،；，、]+")
_RANGE = re.compile(r"^\s*\d\s*[-–]\s*\d\s*$")
#: digits that stand alone between spaces: "1 3"
_DIGITS = re.compile(r"[\d\s]+")
#: "and", between two answers
_AND = frozenset(
    {"and", "y", "e", "et", "iyo", "thiab", "và", "va", "و", "和", "跟", "и", "i", "ak", "na", "at"}
)
_ALL = frozenset(
    {"all", "all of them", "both", "todos", "todas", "tous", "toutes", "dhammaan", "kulli", "tag nrho",
     "الكل", "كلها", "全部", "都可以", "tất cả", "tat ca", "все", "zote", "lahat"}
)  # fmt: skip
_STAR = "⭐🌟★"
_OF = re.compile(r"^\D*(\d+)\s*(?:/|of|de|out of|sur|ka mid ah|من)\s*(\d+)\D*$")


def several(text: str, choices: Sequence[str], lexicon: Lexicon) -> tuple[tuple[int, ...], bool] | None:
    """Return the choices' numbers from 1, in order, and whether that is sure; None if a piece is no choice.

    A piece is a digit, a number word or a choice's own words. "1-3" may mean three choices or two: none.
    """
    if has_question_mark(text) or not choices or _RANGE.search(text):
        return None
    said = without_courtesy(text, lexicon)
    if said in _ALL:
        return tuple(range(1, len(choices) + 1)), True
    found = [_one(piece, choices, lexicon) for piece in _pieces(text, choices, lexicon)]
    if found and None not in found:
        return tuple(sorted({each for each in found if each is not None})), True
    return _run_together(said, len(choices))


def _pieces(text: str, choices: Sequence[str], lexicon: Lexicon) -> list[str]:
    """Cut a text where one answer ends; a choice whose own words hold an "and" stays whole."""
    labels = {plain(label) for label in choices}
    pieces: list[str] = []
    for part in _APART.split(text):
        said = without_courtesy(part, lexicon)
        if is_chatter(part, lexicon):
            continue
        if said in labels:
            pieces.append(said)
        elif _DIGITS.fullmatch(said):
            pieces += said.split()
        else:
            pieces += _at_and(said)
    return pieces


def _at_and(said: str) -> list[str]:
    pieces: list[list[str]] = [[]]
    for word in said.split():
        if word in _AND:
            pieces.append([])
        else:
            pieces[-1].append(word)
    return [" ".join(piece) for piece in pieces if piece]


def _one(piece: str, choices: Sequence[str], lexicon: Lexicon) -> int | None:
    number = int(piece) if piece.isdecimal() and len(piece) < 3 else lexicon.numbers.get(piece)
    if number is not None:
        return number if 1 <= number <= len(choices) else None
    flat = str if lexicon.marks_matter else unmarked
    labels = [flat(plain(label)) for label in choices]
    whole = [n for n, label in enumerate(labels, 1) if label == flat(piece)]
    held = [n for n, label in enumerate(labels, 1) if len(piece) > 2 and f" {flat(piece)} " in f" {label} "]
    found = whole or held
    return found[0] if len(found) == 1 else None


def _run_together(said: str, most: int) -> tuple[tuple[int, ...], bool] | None:
    """Read "13" for "1 and 3": only where no such choice exists, and never as sure."""
    digits = [int(digit) for digit in said] if said.isdecimal() and said.isascii() else []
    if len(digits) < 2 or len(set(digits)) < len(digits) or most > 9:
        return None
    if not all(1 <= digit <= most for digit in digits) or digits != sorted(digits):
        return None
    return tuple(digits), False


def scale(text: str, low: int, high: int, lexicon: Lexicon) -> tuple[int, bool] | None:
    """Return the mark and whether it is sure; None for anything that is not one mark between the two."""
    if has_question_mark(text):
        return None
    stars = sum(text.count(star) for star in _STAR)
    if stars and not plain(text):
        return _within(stars, low, high)
    parted = _OF.match(plain_with_slash(text))
    if parted is not None:
        return _within(int(parted[1]), low, high) if int(parted[2]) == high else None
    if re.search(r"\d\s*[.,:/\-–]\s*\d|[-−]\s?\d", text):
        return None
    words = without_courtesy(text, lexicon).split()
    marks = [mark for word in words if (mark := _mark(word, lexicon)) is not None]
    if len(marks) != 1 or len(words) > 5:
        return None
    found = _within(marks[0], low, high)
    return None if found is None else (found[0], len(words) == 1)


def plain_with_slash(text: str) -> str:
    """Level a text and keep the stroke of "4/5"."""
    return "/".join(plain(part) for part in text.split("/"))


def _mark(word: str, lexicon: Lexicon) -> int | None:
    return int(word) if word.isdecimal() and len(word) < 4 else lexicon.numbers.get(word)


def _within(mark: int, low: int, high: int) -> tuple[int, bool] | None:
    return (mark, True) if low <= mark <= high else None


def joined(numbers: Iterable[int]) -> str:
    """Write the numbers of several choices as they are recorded: "1,3"."""
    return ",".join(str(number) for number in numbers)
