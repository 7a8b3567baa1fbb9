"""Numbers told otherwise than asked for: minutes as hours, a class by its ordinal, one before its reason.

"Полтора часа" to "how many minutes" is 90; "fasalka 5aad" to "which class?" is 5; "just the one, the other 2
are grown" is one. Never sure: it is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from bot.conversation import echo
from bot.conversation.clauses import clauses, is_open
from bot.conversation.grammar import Grammar
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon

_MINUTES: Final = {"quarter_hour": 15, "half_hour": 30, "three_quarters": 45, "hour_half": 90}
_TURNS: Final = frozenset({"not", "or", "hedge", "refuse", "condition", "range_to", "range_from"})
_LIGHT: Final = frozenset(
    {"filler", "courtesy", "about", "around", "only", "yes", "and", "ok", "minute", "hour", "counter", "at"}
)
_HOUR: Final = 60
_MOST: Final = 24
_SORTS: Final = 2
#: a figure with the ending of an ordinal
_NTH: Final = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|e|ème|eme|º|ª|o|a|ro|do|to|vo|mo|no|aad|ad|й|го|я|ти|ej|a)?"
)
_GRADE: Final = re.compile("小([一二三四五六])|([一二三四五六七八九])年[级級]")
#: says who is counted, and no sort of them: "3 kids 1 boy"
_GENERIC: Final = frozenset({"kids", "children", "students", "child", "kid"})
_HAN_SORTS: Final = re.compile(r"(?<![个個位名])(大人|小孩|老人)\s?([一二两兩三四五六七八九十\d]+)[个個位名]")
_HAN: Final = "一二三四五六七八九"

Count = Callable[[str], int | None]


def read(text: str, asked: str, grammar: Grammar, count: Count) -> int | None:
    """Return the minutes that a text tells as hours, or two sorts of people together; None for others."""
    for said in (text, *clauses(text, grammar)[:1]):
        if (long := _minutes(said, asked, grammar, count)) is not None:
            return long
    return _of_sorts(text, asked, grammar, count)


def _minutes(text: str, asked: str, grammar: Grammar, count: Count) -> int | None:
    """Return the minutes of a text that tells hours, where minutes are asked for; None for another text."""
    if not grammar.holds(asked, "minute"):
        return None
    kinds = frozenset(_MINUTES) | {"hour", "half", "minute"}
    pieces = grammar.cut(text, kinds)
    told = [name for piece in pieces for name in _MINUTES if name in piece.kinds]
    rest = grammar.cut(" ".join(piece.said for piece in pieces if not piece.kinds))
    if any(piece.kinds & _TURNS and not piece.kinds & _LIGHT for piece in rest):
        return None
    numbers = [number for piece in rest for word in piece.said.split() if (number := count(word)) is not None]
    if len(told) == 1 and not numbers:
        return _MINUTES[told[0]]
    hours = sum("hour" in piece.kinds for piece in pieces)
    if told or hours != 1 or any("minute" in piece.kinds for piece in pieces) or len(numbers) != 1:
        return None
    half = any("half" in piece.kinds for piece in pieces)
    return numbers[0] * _HOUR + half * _HOUR // 2 if 0 < numbers[0] <= _MOST else None


def _of_sorts(text: str, asked: str, grammar: Grammar, count: Count) -> int | None:
    """ "Two boys, one girl", "2 niñas i un niño": two sorts are counted together; None for another text."""
    if grammar.unspaced:
        return _of_sorts_run_on(text, count)
    if (
        grammar.arabic
        or not grammar.holds(asked, "children")
        or grammar.holds(text, "total", "years", "aged")
    ):
        return None
    pieces = grammar.cut(text)
    sorts = [
        (number, two.said)
        for one, two in pairwise(pieces)
        if "counter" in two.kinds
        and not two.kinds & {"total", "children"}
        and (number := count(one.said)) is not None
    ]
    if len(sorts) < _SORTS or any(piece.kinds & _TURNS and "filler" not in piece.kinds for piece in pieces):
        return None
    numbers = [number for piece in pieces if (number := count(piece.said)) is not None]
    counted = [piece for piece in pieces if "counter" in piece.kinds and count(piece.said) is None]
    if len(counted) > len(sorts):
        return None  # "three kids, two boys and a girl"
    if len({sort for _, sort in sorts}) < len(sorts) or numbers != [number for number, _ in sorts]:
        return None
    return sum(numbers) if numbers[0] != sum(numbers[1:]) else None  # "three, two boys and a girl"


def _of_sorts_run_on(text: str, count: Count) -> int | None:
    """ "大人三个,小孩两个": grown-ups and children, in Chinese; None for another text."""
    told = [(sort, count(number)) for sort, number in _HAN_SORTS.findall(text)]
    numbers = [number for _, number in told if number is not None]
    apart = len({sort for sort, _ in told}) == len(numbers) == _SORTS
    return sum(numbers) if apart and len({*numbers}) > 1 else None  # two and two may be two, told twice


def grade(text: str, asked: str, lexicon: Lexicon, count: Count) -> int | None:
    """ "Fasalka 5aad", "qib 7", "小四": a number or ordinal beside words of the question; None for others."""
    grammar = lexicon.grammar
    if found := _GRADE.search(text) if grammar.unspaced else None:
        return _HAN.index(found[1] or found[2]) + 1 if _GRADE.search(text[found.end() :]) is None else None
    if grammar.unspaced:
        return None
    theirs = [word for word in grammar.level(asked).split() if len(word) > 1]
    words = grammar.level(text).split()
    again = {word for word in words if any(_is_again(word, each, lexicon.tag) for each in theirs)}
    others = [word for word in words if word not in again]
    told = [number for word in others if (number := _place(word, grammar, count)) is not None]
    weighty = [
        word
        for word in others
        if _place(word, grammar, count) is None and not grammar.known.get(word, frozenset()) & _LIGHT
    ]
    return told[0] if again and len(told) == 1 and not weighty else None


def _is_again(word: str, other: str, tag: str) -> bool:
    return not word.isdecimal() and (word == other or echo.akin(word, other, tag))


def _place(word: str, grammar: Grammar, count: Count) -> int | None:
    nth = _NTH.fullmatch(word)
    if nth:
        return int(nth[1])
    forms = grammar.fronts(word)
    return next((grammar.ordinals[form] for form in forms if form in grammar.ordinals), None) or count(word)


def before_reason(text: str, grammar: Grammar, read: Callable[[str], tuple[int, bool] | None]) -> int | None:
    """ "Just the one, other 2 are grown": the number of a first clause that is nothing else.

    What follows must be told at some length, and conclude, add or sum up nothing.
    """
    parts = clauses(text, grammar)
    if len(parts) < 2 or is_open(text, grammar):
        return None
    first = read(parts[0])
    if first is None or not all(
        piece.kinds & _LIGHT or _is_number(piece.said, read) for piece in grammar.cut(parts[0])
    ):
        return None
    for part in parts[1:]:
        pieces = grammar.cut(part)
        if pieces and "and" in pieces[0].kinds:
            return None
        if any(
            piece.kinds & {"total", "hence", "counter", "with"} and "filler" not in piece.kinds
            for piece in pieces
        ):
            return None
        if read(part) is not None and sum(not piece.kinds for piece in pieces) < 2:
            return None
    return first[0]


def _is_number(said: str, read: Callable[[str], tuple[int, bool] | None]) -> bool:
    return plain(said).isdecimal() or read(said) is not None
