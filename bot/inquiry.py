"""What an inquiry has brought in, as frozen values: each says exactly what it counts; pure.

Units. A *family* is a household with somebody behind a phone that the inquiry has a text for; a person
without a household is a family of their own, and so is a phone without a person. A text on a phone that two
households share is for both. An *answer* belongs to a phone: its newest, as `bot.reports.results` counts it
for the command line. Late replies, and replies that only those on call may read (docs/dialogue.md, rule 19),
are in no count. A family with phones in two languages, or children at two schools, counts in each of their
lines, so lines may add up to more than the whole; the whole is counted by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot import small_cells
from bot.small_cells import LEAST, Seen
from bot.store.tables import GroupKind

LANGUAGE: Final = "language"  #: the kind of a line that is no group

#: the kinds of lines, in the order in which they are shown
KINDS: Final = (LANGUAGE, *(str(kind) for kind in GroupKind))


@dataclass(frozen=True, slots=True)
class Cell:
    """One count as a reader sees it: the number, or why it is not shown."""

    number: int | None
    seen: Seen = Seen.SHOWN


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that could be answered."""

    value: str  #: as replies keep it
    label: str | None  #: in the staff's words; None for "yes", "no" and "other", which the console words


@dataclass(frozen=True, slots=True)
class Line:
    """Families of one language or group, and what their phones answered."""

    kind: str  #: LANGUAGE or a GroupKind
    key: str  #: a language tag, or a group's id; a grade's is the same at every school
    name: str  #: the group's; empty for a language
    reached: Cell  #: families to whom a text got through, or who answered
    heard: Cell  #: of `reached`: one of their phones replied in time
    answers: tuple[Cell, ...] = ()  #: phones, in the order of the choices

    @property
    def share(self) -> float | None:
        """Of the families reached, how many were heard from; None where that is hidden."""
        if self.heard.number is None or not self.reached.number:
            return None
        return self.heard.number / self.reached.number


@dataclass(frozen=True, slots=True)
class Span:
    """Replies that came from one local moment to another, the second not included."""

    begins: datetime
    ends: datetime
    replies: int


@dataclass(frozen=True, slots=True)
class Range:
    """Phones whose number lies between two values, both included; a day is its `date.toordinal`,
    a time minutes since midnight.
    """

    low: float
    high: float
    cell: Cell


@dataclass(frozen=True, slots=True)
class Gap:
    """Families named as missing: of one language, of one group, or of one language at one school."""

    language: str | None
    kind: str | None  #: a GroupKind
    group: str | None
    heard: int
    reached: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Who is missing, so far as that can be said."""

    heard: int
    reached: int
    named: tuple[Gap, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether there are families enough to say anything of a part of them."""
        return self.reached >= LEAST


@dataclass(frozen=True, slots=True)
class Step:
    """One question of an inquiry of several, and how many phones came so far.

    With skips the numbers say what some phones answered, so they may be hidden (`bot.steps.counted`).
    """

    number: int
    text: str  #: in the staff's language
    put: Cell  #: phones that were asked it
    answered: Cell  #: of those

    @property
    def left(self) -> int | None:
        """Phones that were asked it and have not answered; None where that is hidden."""
        if self.put.number is None or self.answered.number is None:
            return None
        return self.put.number - self.answered.number


@dataclass(frozen=True, slots=True)
class Results:
    """See the module for what is counted. `small` says whether counts below ten are in it."""

    number: int
    title: str
    asked_text: str | None  #: the question in the staff's language
    kind: str  #: of the question
    closes_on: str | None  #: ISO date; what comes after it is late
    asked: int  #: families that the inquiry has a text for
    reached: int
    heard: int
    answers: int  #: phones whose newest answer is a choice or number
    replies: int  #: everything that came in time, own words too
    late: int  #: replies that came after closing
    with_staff: int  #: replies that a person is dealing with
    choices: tuple[Choice, ...]
    by_choice: tuple[Cell, ...]
    ranges: tuple[Range, ...]  #: of a question for a number
    median: float | None
    spans: tuple[Span, ...]
    lines: tuple[Line, ...]
    missing: Missing
    small: bool = True
    question: int = 1  #: of an inquiry of several the one that answers, replies and spans are of
    steps: tuple[Step, ...] = ()  #: every question, where there are several

    @property
    def share(self) -> float | None:
        """Share of families heard from, of those reached."""
        return self.heard / self.reached if self.reached else None

    def of(self, kind: str) -> tuple[Line, ...]:
        """Return the lines of one kind."""
        return tuple(line for line in self.lines if line.kind == kind)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds that have lines, languages first."""
        return tuple(kind for kind in KINDS if any(line.kind == kind for line in self.lines))

    @property
    def anything_hidden(self) -> bool:
        """Whether a count of this view is hidden."""
        cells = [*self.by_choice, *(one.cell for one in self.ranges), *(one.put for one in self.steps)]
        cells += [cell for line in self.lines for cell in (line.reached, *line.answers)]
        return any(cell.number is None for cell in cells)

    def without_small(self) -> Results:
        """Return what may be shown to anybody: small counts are gone, and what would give them away.

        Rows of fewer than ten families are hidden whole. How many families of a larger row were heard
        from is shown whatever the number: it says nothing of what any of them said.
        """
        lines = tuple(_hide(line) for line in self.lines)
        return replace(
            self,
            by_choice=tuple(map(_blank, self.by_choice)),
            ranges=_join_ranges(self.ranges),
            median=self.median if self.answers >= LEAST else None,
            spans=_join_spans(self.spans),
            lines=lines,
            steps=tuple(
                replace(one, put=_blank(one.put), answered=_blank(one.answered)) for one in self.steps
            ),
            small=False,
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """One inquiry in the list."""

    number: int
    title: str
    state: str
    released_at: datetime
    texts: int
    replies: int  #: all that came, late ones included


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of inquiries, newest first."""

    inquiries: tuple[Listed, ...]
    older: int | None  #: what to ask for to see the next page


@dataclass(frozen=True, slots=True)
class Words:
    """One answer in a family's own words, beside everything we made of it."""

    number: int  #: of the reply
    contact_point_id: int
    language: str
    state: str
    words: str
    understood_home: str | None
    understood_staff: str | None
    by: str
    late: bool
    made_at: datetime
    value: str | None = None
    question: int = 1


@dataclass(frozen=True, slots=True)
class WordsPage:
    """Own words, newest first."""

    answers: tuple[Words, ...]
    older: int | None  #: what to ask for to see the next page
    checked: int = 0  #: understandings that the family called right and a liaison looked at again
    wrong: int = 0  #: of those


def _blank(cell: Cell) -> Cell:
    return cell if cell.seen is Seen.SHOWN else Cell(None, cell.seen)


def _hide(line: Line) -> Line:
    answers = tuple(map(_blank, line.answers))
    return replace(line, reached=_blank(line.reached), heard=_blank(line.heard), answers=answers)


def _join_ranges(ranges: Sequence[Range]) -> tuple[Range, ...]:
    """Join neighbouring numbers until each range holds ten phones."""
    numbers = [one.cell.number or 0 for one in ranges]
    runs = small_cells.joined(numbers)
    joined = [(first, last, sum(numbers[first : last + 1])) for first, last in runs]
    return tuple(
        Range(ranges[first].low, ranges[last].high, Cell(held) if held >= LEAST else Cell(None, Seen.FEW))
        for first, last, held in joined
    )


def _join_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    numbers = [span.replies for span in spans]
    return tuple(
        Span(spans[first].begins, spans[last].ends, sum(numbers[first : last + 1]))
        for first, last in small_cells.joined(numbers)
    )
