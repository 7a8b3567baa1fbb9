"""A day told by how far away it is: "in two weeks", "3 days from now", "через неделю", "两周后"."""

from __future__ import annotations

import re
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


@dataclass(frozen=True, slots=True)
class Span:
    """That a text tells a distance, and the day, if that is beyond doubt."""

    day: tuple[date, bool] | None


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
