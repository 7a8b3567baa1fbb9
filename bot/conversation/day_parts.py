"""Parts of the day and hours, which name the one choice whose hours hold them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.conversation.grammar import Grammar, Piece
from bot.conversation.lexicon import Lexicon

#: what turns a choice round or leaves it open
TURNS = frozenset({"not", "except", "hedge", "all", "none", "refuse", "or", "week", "than"})
HOUR = re.compile(r"(?<![\d:.])(\d{1,2})(?=\D|$)")
#: says that a figure is an hour
_HOUR_AND_MINUTES = re.compile(r"(?<!\d)(\d{1,2})\s?[hH]\s?(\d\d)(?!\d)")
CLOCKED = re.compile(r"\d\s?(?:[ap]\.?\s?m\b|h\b|:\d\d|(?:da|ta)\b)|\b(?:las|às|as) \d", re.IGNORECASE)
AM, PM = (re.compile(rf"(?<![^\W\d]){half}\.?\s?m\b", re.IGNORECASE) for half in "ap")
#: parts of a day, which people call by several names
_PARTS = ("morning", "afternoon", "evening", "another")
#: the hours that people call by these names
OF_DAY = {"morning": range(4, 13), "afternoon": range(12, 20), "evening": range(16, 24)}
_HOURS = 24


def by_part(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, Sequence[Piece]] | None:
    """ "In the morning" for "8 to 11 a.m.": the choice with that part of the day, and what else is said."""
    pieces = _free(grammar.cut(text), verb_last=grammar.cease_last)
    meant = {part for piece in pieces for part in _parts_in(piece)}
    if len(meant) != 1:
        return None
    part = meant.pop()
    held = [n for n, label in enumerate(labels, 1) if part in _parts_of(label, grammar)]
    rest = _without_hour([piece for piece in pieces if part not in piece.kinds], part)
    if len(held) != 1 or _limited(pieces, part):
        return None
    return held[0], rest


def _without_hour(pieces: Sequence[Piece], part: str) -> Sequence[Piece]:
    """ "Evening, around 7": leave out the one figure that is an hour of this part of the day."""
    figures = [piece for piece in pieces if piece.said.isdecimal()]
    if len(figures) != 1 or part not in OF_DAY or int(figures[0].said) > _HOURS:
        return pieces
    hours = {int(figures[0].said), int(figures[0].said) % 12 + 12}
    return [piece for piece in pieces if piece is not figures[0] or not hours & set(OF_DAY[part])]


def _parts_in(piece: Piece) -> frozenset[str]:
    return piece.kinds.intersection(_PARTS) if "fine" not in piece.kinds else frozenset()


def names_work(pieces: Sequence[Piece]) -> bool:
    """ "I work evenings": the only time that is named is taken."""
    return (
        any("busy" in piece.kinds for piece in pieces) and sum(bool(_parts_in(each)) for each in pieces) == 1
    )


def _free(pieces: Sequence[Piece], *, verb_last: bool) -> Sequence[Piece]:
    """Leave out the part of the day that is taken by work: "afternoon mornings I work", without a comma.

    Where the verb ends its clause, what stands before it is taken, and what follows is not.
    """
    busy = [place for place, piece in enumerate(pieces) if "busy" in piece.kinds]
    at = [place for place, piece in enumerate(pieces) if _parts_in(piece)]
    if not busy or len(at) < 2:
        return pieces
    if busy[-1] > at[-1]:
        return pieces[: at[-1]] if busy[-1] >= len(pieces) - 3 else pieces
    if verb_last and len(at) == 2 and at[0] < busy[0] and busy[-1] < at[1]:
        return pieces[at[1] :]
    if not verb_last and len(at) == 2 and at[0] < busy[0] and at[1] == len(pieces) - 1:
        return pieces[: busy[0]]  # "evening please I work mornings"
    return ()


def _parts_of(label: str, grammar: Grammar) -> frozenset[str]:
    """Return the parts of the day that a choice has, in words or by its hours: "de 6 a 8 p.m."."""
    said = frozenset(part for piece in grammar.cut(label) for part in _parts_in(piece))
    hours = [int(hour) for hour in HOUR.findall(label)]
    pm, am = PM.search(label) is not None, AM.search(label) is not None
    if not hours or "another" in said or (said and not (pm or am)):
        return said
    hour = hours[0] + 12 * (pm and not am and hours[0] < 12)
    if not pm and not am and hour <= 12:
        return said
    return frozenset({"morning" if hour < 12 else "afternoon" if hour < 17 else "evening"})


def _limited(pieces: Sequence[Piece], part: str) -> bool:
    """ "After the evening" is no evening."""
    at = next(place for place, piece in enumerate(pieces) if part in piece.kinds)
    return at > 0 and "limit" in pieces[at - 1].kinds


def within_hours(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "Around 4 in the afternoon" for "3 to 5 p.m.": the one choice whose hours hold it; 0 for none.

    The figure has to be said to be an hour, and a part of the day beside it has to be the choice's own.
    """
    spans = [_span(label, lexicon.grammar) for label in labels]
    said = [int(each) for each in HOUR.findall(figures_of(text))]
    pieces = lexicon.grammar.cut(text)
    if len(said) != 1 or said[0] > _HOURS or spans.count(None) > 1 or is_turned(pieces) or _is_barred(pieces):
        return 0
    parts = frozenset(part for piece in pieces for part in piece.kinds.intersection(OF_DAY))
    clocked = CLOCKED.search(text) is not None or says(pieces, "oclock", "at", "timeword")
    if not (parts or clocked) or len(parts) > 1:
        return 0
    hours = _hours_of(said[0], text, parts)
    held = [n for n, span in enumerate(spans, 1) if span and any(span[0] <= hour < span[1] for hour in hours)]
    return held[0] if len(held) == 1 else 0


def is_turned(pieces: Sequence[Piece]) -> bool:
    """Say whether a negation, an "or" or a "maybe" stands in a text."""
    return any(piece.kinds & TURNS and not piece.kinds & {"filler", "option", "only"} for piece in pieces)


def says(pieces: Sequence[Piece], *kinds: str) -> bool:
    """Say whether a word of one of these kinds weighs in a text."""
    return any(piece.kinds.intersection(kinds) and "filler" not in piece.kinds for piece in pieces)


def _hours_of(hour: int, text: str, parts: frozenset[str]) -> frozenset[int]:
    """Return which hours of the day a figure may be, by its half of the day or its part."""
    either = frozenset({hour % 24}) if hour > 12 else frozenset({hour % 12, hour % 12 + 12})
    if AM.search(text):
        return frozenset({hour % 12})
    if PM.search(text):
        return frozenset({hour % 12 + 12})
    held = [OF_DAY[part] for part in parts]
    return frozenset(hour for hour in either if all(hour in its for its in held))


def _span(label: str, grammar: Grammar) -> tuple[int, int] | None:
    """Return from which hour to which a choice goes, of 24; None for one without two hours."""
    hours = [int(hour) for hour in HOUR.findall(figures_of(label))]
    if len(hours) != 2:
        return None
    first, last = hours
    parts = {part for piece in grammar.cut(label) for part in piece.kinds.intersection(OF_DAY)}
    pm, am = PM.search(label) is not None, AM.search(label) is not None
    if max(hours) <= 12 and not am and (pm or parts & {"afternoon", "evening"}):
        first, last = first % 12 + 12, last % 12 + 12
    elif max(hours) <= 12 and not am and not parts:
        return None
    return (first, last) if first < last else None


def _is_barred(pieces: Sequence[Piece]) -> bool:
    """Say whether an "after", an "until" or work stands in a text: its hour is none that is offered."""
    return says(pieces, "limit", "till", "busy")


def figures_of(text: str) -> str:
    """Level a text's figures; "17h30" is one time."""
    return _HOUR_AND_MINUTES.sub(r"\1:\2", unicodedata.normalize("NFKC", text))
