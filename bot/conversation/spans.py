"""A day told by how far away it is: "in two weeks", "3 days from now", "через неделю", "两周后"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.conversation.days import Is, tokens, values
from bot.conversation.grammar import Piece
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon

#: days of a unit
_DAYS = {"span_day": 1, "span_week": 7}
_SPANS = frozenset({"span_day", "span_week", "in_time", "from_now"})
_ONE = frozenset({"a", "an", "un", "una", "une", "um", "uma", "yon", "một", "mot", "një", "nje"})
#: "через неделю": in these languages a unit alone is one
_BARE_IS_ONE = frozenset({"ru", "uk", "pl"})
_FARTHEST = 20  #: units; more is a story
_FIGURE_ON = re.compile(r"(\d+)(?=[^\W\d])")
_OPEN = frozenset({"hedge", "or", "not", "no", "refuse", "except"})
#: eight days, the first one counted, are a week: "mardi en huit", "jodi a wit", "de hoje a oito"
_EIGHT = {
    "fr": re.compile(r"\ben (?P<week>huit|8)\b|\ben (?:quinze|15)\b"),
    "ht": re.compile(r"\bjodi an? (?P<week>wit|uit|8)\b|\bjodi an? (?:kenz|15)\b"),
    "pt": re.compile(r"\bde hoje a (?P<week>oito|8)\b|\bde hoje a (?:quinze|15)\b"),
}
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """That a text tells a distance, and the day, if that is beyond doubt."""

    day: tuple[date, bool] | None


def in_eight(
    text: str, lexicon: Lexicon, today: date, read_day: Callable[[str], tuple[date, bool] | None]
) -> Span | None:
    """Return the day a week or two behind the one that is named, or behind today; None for another text."""
    pattern, said = _EIGHT.get(lexicon.tag), plain(text)
    found = pattern.search(said) if pattern else None
    if found is None or any(piece.kinds & _OPEN for piece in lexicon.grammar.cut(said, _OPEN)):
        return None
    rest = f"{said[: found.start()]} {said[found.end() :]}"
    named = read_day(rest)
    if named is not None and named[0] - today == _WEEK:
        return Span(None)  # on a Tuesday "mardi en huit" may be either
    begins = named[0] if named is not None else today
    return Span((begins + (_WEEK if found["week"] else 2 * _WEEK), False))


def read(text: str, lexicon: Lexicon, today: date) -> Span | None:
    """Return the day that lies so far ahead, never sure; None where no distance is told.

    "5 days" without "in" or "from now" says how long something takes: no day at all, above all not the
    fifth. A weekday beside it ("Thursday in two weeks") is left to whoever reads days.
    """
    grammar = lexicon.grammar
    said = _FIGURE_ON.sub(r"\1 ", plain(text))
    row = tokens(said, lexicon.tag)
    if values(row, Is.WEEKDAY) or values(row, Is.AHEAD) not in ([], [0]):
        return None
    pieces = grammar.cut(said, _SPANS | _OPEN)
    units = [at for at, piece in enumerate(pieces) if piece.kinds & set(_DAYS)]
    if len(units) != 1:
        return None
    at = units[0]
    count, begins = _count(pieces, at, lexicon)
    if count is None:
        return None
    ahead = begins > 0 and "in_time" in pieces[begins - 1].kinds
    behind = at + 1 < len(pieces) and "from_now" in pieces[at + 1].kinds
    if not (ahead or behind):
        told = [piece for piece in pieces if not piece.kinds]
        return Span(None) if begins < at and len(told) <= 1 else None
    if any(piece.kinds & _OPEN for piece in pieces):
        return Span(None)
    days = count * next(_DAYS[kind] for kind in _DAYS if kind in pieces[at].kinds)
    return Span((today + timedelta(days=days), False))


def _count(pieces: list[Piece], at: int, lexicon: Lexicon) -> tuple[int | None, int]:
    """Return how many units and where that begins: a figure or number word beside the unit, or "a"."""
    for place in (at - 1, at + 1):
        if 0 <= place < len(pieces):
            said = pieces[place].said
            number = int(said) if said.isdecimal() else lexicon.numbers.get(said, 1 if said in _ONE else None)
            if number is not None and 0 < number <= _FARTHEST:
                return number, min(place, at)
    bare = at > 0 and "in_time" in pieces[at - 1].kinds and lexicon.tag in _BARE_IS_ONE
    return (1 if bare else None), at
