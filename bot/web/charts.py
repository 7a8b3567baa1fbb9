"""Charts as SVG, drawn on the server: readable without colour, without sight, in both directions; pure.

Widths are in percent and heights in em, so that a chart is as wide as its place, its words keep the size
of the page's, and nothing is clipped: a label stands above its bar on as many lines as it needs. In
right-to-left pages bars grow from the right. Every series has a pattern besides its colour, and prints in
black and white. A chart is one picture with a title and a description; the table beside it says the same
in numbers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from markupsafe import Markup

SERIES: Final = 6  #: that can be told apart; the style sheet has their colours

_LABEL: Final = 18.0  #: em that a line of a label may take: the narrowest screen has this much
_LINE, _BAR, _GAP, _PLOT = 1.4, 1.15, 0.9, 10.0  #: heights, em
_SHORT: Final = 30  #: characters that fit beside one another on the narrowest screen
_NOTHING: Final = Markup("")
_APART: Final = ("\u2068", "\u2069")

#: what is drawn over a series' colour, in a square of eight pixels
_PATTERNS: Final = (
    "",
    "M-2 2 2-2M0 8 8 0M6 10 10 6",
    "M2 2h1v1h-1zM6 6h1v1h-1z",
    "M0 2h8M0 6h8",
    "M2 0v8M6 0v8",
    "M0 0 8 8M0 8 8 0",
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar."""

    share: float  #: of the chart's width, 0 to 1
    series: int = 1  #: 1 to SERIES


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its label, which says its number too; without pieces it is drawn as not known."""

    label: str
    pieces: Sequence[Piece] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What a line rose by, from one place of the chart's width to another."""

    begins: float  #: 0 to 1
    ends: float
    rise: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What every chart has: an id that no other on the page has, what it is called and what it shows."""

    ident: str
    title: str
    description: str
    right_to_left: bool = False

    def left(self, start: float, width: float = 0.0) -> str:
        """Return where something begins that starts so far from the page's start."""
        return _percent(1 - start - width if self.right_to_left else start)

    @property
    def direction(self) -> str:
        """The direction of the page's words."""
        return "rtl" if self.right_to_left else "ltr"


def bars(frame: Frame, lines: Sequence[Bar], *, mark: float | None = None) -> Markup:
    """Draw bars below one another, each in a track as long as the whole; `mark` is a line across them."""
    drawn: list[Markup] = []
    top = 0.0
    for line in lines:
        label = wrapped(line.label)
        drawn += [_text(frame, words, top + _LINE * place) for place, words in enumerate(label)]
        top += _LINE * len(label) + 0.1
        drawn += _bar(frame, line, top, mark)
        top += _BAR + _GAP
    series = {piece.series for line in lines for piece in line.pieces or ()}
    return _drawing(frame, max(top - _GAP, _LINE) + 0.2, series, drawn)


def steps(frame: Frame, line: Sequence[Step], *, highest: str, first: str, last: str) -> Markup:
    """Draw a line that only rises, each step where it begins; its ends and its height are labelled."""
    sums = list(accumulate((step.rise for step in line), initial=0))
    whole = sums[-1] or 1
    base = _LINE + 0.3 + _PLOT
    places = [base - _PLOT * risen / whole for risen in sums]
    drawn = [_text(frame, highest, 0.0)]
    for step, before, after in zip(line, places, places[1:], strict=False):
        width = step.ends - step.begins
        drawn += [
            _rect(frame, step.begins, width, after, base - after, "fill-none"),
            _line(frame, (step.begins, before), (step.begins, after), "stroke-1"),
            _line(frame, (step.begins, after), (step.ends, after), "stroke-1"),
        ]
    drawn.append(_line(frame, (0, base), (1, base)))
    below = base + 0.2 + (_LINE if len(first) + len(last) > _SHORT else 0)
    drawn += [_text(frame, first, base + 0.2), _text(frame, last, below, end=True)]
    return _drawing(frame, below + _LINE + 0.2, set(), drawn)


def swatch(ident: str, series: int) -> Markup:
    """Draw a small square of one series, for a legend; its meaning stands beside it."""
    fill = Markup('<rect width="16" height="16" fill="url(#{}-{})"/>').format(ident, series)
    return Markup(
        '<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><defs>{}</defs>{}</svg>'
    ).format(_pattern(ident, series), fill)


def wrapped(text: str, width: float = _LABEL) -> list[str]:
    """Cut a text into lines that are surely no wider than so many em; words too long are cut too.

    A name that is set apart (U+2068 … U+2069) and goes on in the next line is set apart there too.
    """
    lines: list[str] = []
    line, taken = "", 0.0
    for word in text.split():
        for piece in _cut(word, width):
            needed = _width(piece)
            if line and taken + 0.3 + needed > width:
                lines.append(line)
                line, taken = piece, needed
            else:
                line, taken = (f"{line} {piece}", taken + 0.3 + needed) if line else (piece, needed)
    return _set_apart([*lines, line])


def _set_apart(lines: Sequence[str]) -> list[str]:
    found, open_ = [], 0
    for line in lines:
        begun = _APART[0] * open_ + line
        open_ = max(begun.count(_APART[0]) - begun.count(_APART[1]), 0)
        found.append(begun + _APART[1] * open_)
    return found


def _cut(word: str, width: float) -> Iterable[str]:
    """Cut a word that fits no line; what belongs to a letter stays with it."""
    piece, taken = "", 0.0
    for sign in word:
        if taken + _width(sign) > width and not unicodedata.combining(sign):
            yield piece
            piece, taken = "", 0.0
        piece, taken = piece + sign, taken + _width(sign)
    yield piece


def _width(text: str) -> float:
    """Estimate a width in em, rather too much than too little."""
    return sum(_sign_width(sign) for sign in text)


def _sign_width(sign: str) -> float:
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(sign) in {"W", "F"}:
        return 1.05
    return 0.85 if sign.isupper() or sign in "mwMW@%—" or ord(sign) > 0x0E00 else 0.58


def _percent(share: float) -> str:
    return f"{round(100 * min(max(share, 0), 1), 2):g}%"


def _em(height: float) -> str:
    return f"{round(height, 2):g}em"


def _bar(frame: Frame, line: Bar, top: float, mark: float | None) -> list[Markup]:
    if line.pieces is None:
        return [
            _rect(frame, 0, 1, top, _BAR, "stroke-line", more=Markup(' fill="none" stroke-dasharray="4 4"'))
        ]
    drawn = [_rect(frame, 0, 1, top, _BAR, "fill-none stroke-line")]
    start = 0.0
    for piece in line.pieces:
        fill = Markup(' fill="url(#{}-{})"').format(frame.ident, piece.series)
        drawn.append(_rect(frame, start, piece.share, top, _BAR, "stroke-ink", more=fill))
        start += piece.share
    if mark is not None:
        drawn.append(_mark(frame, mark, top))
    return drawn


def _rect(
    frame: Frame,
    start: float,
    width: float,
    top: float,
    height: float,
    kind: str,
    *,
    more: Markup = _NOTHING,
) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"{}/>').format(
        kind, frame.left(start, width), _em(top), _percent(width), _em(height), more
    )


def _mark(frame: Frame, share: float, top: float) -> Markup:
    dashes = Markup(' stroke-dasharray="4 3"')
    return _line(frame, (share, top - 0.2), (share, top + _BAR + 0.2), more=dashes)


def _line(
    frame: Frame,
    one: tuple[float, float],
    other: tuple[float, float],
    kind: str = "stroke-ink",
    more: Markup = _NOTHING,
) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}" stroke-width="2"{}/>').format(
        kind, frame.left(one[0]), _em(one[1]), frame.left(other[0]), _em(other[1]), more
    )


def _text(frame: Frame, words: str, top: float, *, end: bool = False) -> Markup:
    place = frame.left(1.0 if end else 0.0)
    return Markup('<text class="fill-ink" x="{}" y="{}" text-anchor="{}" direction="{}">{}</text>').format(
        place, _em(top + 1.0), "end" if end else "start", frame.direction, words
    )


def _drawing(frame: Frame, height: float, series: set[int], drawn: Sequence[Markup]) -> Markup:
    ident = frame.ident
    head = Markup('<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>').format(
        ident, frame.title, ident, frame.description
    )
    patterns = Markup("").join(_pattern(ident, one) for one in sorted(series))
    return Markup(
        '<svg role="img" aria-labelledby="{}-title {}-desc" width="100%" height="{}" font-size="0.95rem">'
        "{}<defs>{}</defs>{}</svg>"
    ).format(ident, ident, _em(height), head, patterns, Markup("").join(drawn))


def _pattern(ident: str, series: int) -> Markup:
    place = (series - 1) % SERIES
    over = Markup('<path class="stroke-line" d="{}" fill="none" stroke-width="1.5"/>').format(
        _PATTERNS[place]
    )
    return Markup(
        '<pattern id="{}-{}" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="fill-{}" width="8" height="8"/>{}</pattern>'
    ).format(ident, series, place + 1, over if _PATTERNS[place] else "")
