"""A day told by how far away it is: "in two weeks", "3 days from now", "через неделю", "两周后"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.conversation.grammar import Grammar, Piece
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon

#: days of a unit
_DAYS = {"span_day": 1, "span_week": 7}
_SPANS = frozenset({"span_day", "span_week", "in_time", "from_now"})
_FARTHEST = 20  #: units; more is a story
_FIGURE_ON = re.compile(r"(\d+)(?=[^\W\d])")
_OPEN = frozenset({"hedge", "or", "not", "no", "refuse", "except"})


@dataclass(frozen=True, slots=True)
class Span:
    """That a text tells a distance, and the day, if that is beyond doubt."""

    day: tuple[date, bool] | None


def read(text: str, lexicon: Lexicon, today: date) -> Span | None:
    """Return the day that lies so far ahead, never sure; None where no distance is told.

    "5 days" without "in" or "from now" says how long something takes: no day at all, above all not the fifth.
    """
    grammar = lexicon.grammar
    said = _FIGURE_ON.sub(r"\1 ", plain(text))
    pieces = grammar.cut(said, _SPANS | _OPEN)
    units = [at for at, piece in enumerate(pieces) if piece.kinds & set(_DAYS)]
    if not units:
        return None
    marked = any(piece.kinds & {"in_time", "from_now"} for piece in pieces)
    count = _count(pieces, units[0], lexicon)
    if not marked:
        return Span(None) if count is not None and not _names(pieces, grammar) else None
    if len(units) > 1 or count is None or any(piece.kinds & _OPEN for piece in pieces):
        return Span(None)
    days = count * next(_DAYS[kind] for kind in _DAYS if kind in pieces[units[0]].kinds)
    return Span((today + timedelta(days=days), False))


def _names(pieces: list[Piece], grammar: Grammar) -> bool:
    """Say whether anything but the distance is told."""
    return any(not piece.kinds and not piece.said.isdecimal() for piece in pieces)


def _count(pieces: list[Piece], at: int, lexicon: Lexicon) -> int | None:
    """Return how many units: the figure or number word beside the unit; "a week", "неделю" are one."""
    for piece in (*reversed(pieces[max(0, at - 1) : at]), *pieces[at + 1 : at + 2]):
        number = int(piece.said) if piece.said.isdecimal() else lexicon.numbers.get(piece.said)
        if number is not None:
            return number if 0 < number <= _FARTHEST else None
    before = pieces[at - 1] if at else None
    return 1 if before is None or before.kinds & {"in_time"} or not before.said.isdecimal() else None
