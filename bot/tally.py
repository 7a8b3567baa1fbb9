"""From profiles of families to the lines of a page, and who is missing; pure.

Families alike in languages and groups are counted together by the database, as one *profile*; profiles are
few however many the families, and lines are added up from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from bot import small_cells
from bot.conversation import times
from bot.conversation.ask import Ask
from bot.inquiry import KINDS, LANGUAGE, Cell, Choice, Gap, Line, Missing, Range, Span
from bot.rosters.values import fold, grade_order
from bot.small_cells import LEAST, Seen
from bot.store.tables import GroupKind

#: who is missing: how far below the whole a line must lie to be named, by how many families, and how many are
GAP_SHARE: Final = 0.10
GAP_FAMILIES: Final = 3
NAMED: Final = 2

CROSSED: Final = 60  #: lines of one kind up to which answers are counted for each

_BY_HOUR: Final = timedelta(days=2)  #: what came within this is shown by three hours
_BY_DAY: Final = timedelta(days=60)  #: and within this by day, else by week

Key = tuple[str, str]  #: kind and key of a line
_AtSchool = tuple[str, int]  #: a language and a school's group


@dataclass(frozen=True, slots=True)
class Part:
    """What one phone and one person behind it make a family, or an answer, part of."""

    language: str
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group under the key that its line has: a grade has one key at all schools."""

    key: int
    kind: str
    name: str


@dataclass(slots=True)
class Count:
    """Families of one line, while they are counted."""

    asked: int = 0
    reached: int = 0
    heard: int = 0

    def add(self, other: Count) -> None:
        """Count more of them."""
        self.asked += other.asked
        self.reached += other.reached
        self.heard += other.heard

    @property
    def share(self) -> float:
        """Of those reached, how many were heard from."""
        return self.heard / self.reached if self.reached else 0.0


@dataclass(slots=True)
class Tally:
    """Everything counted of one inquiry."""

    groups: Mapping[int, Group]
    whole: Count = field(default_factory=Count)
    lines: dict[Key, Count] = field(default_factory=dict)
    at_school: dict[_AtSchool, Count] = field(default_factory=dict)
    answered: int = 0  #: phones with an answer
    answers: Counter[str] = field(default_factory=Counter)  #: phones by value
    answers_in: dict[Key, Counter[str]] = field(default_factory=dict)

    def add_families(self, profile: Set[Part], count: Count) -> None:
        """Count families alike."""
        self.whole.add(count)
        for key in self._keys(profile):
            self.lines.setdefault(key, Count()).add(count)
        for pair in self._at_schools(profile):
            self.at_school.setdefault(pair, Count()).add(count)

    def add_answers(self, profile: Set[Part], value: str, phones: int) -> None:
        """Count phones alike that gave the same answer; "1,3" is two choices of one phone."""
        self.answered += phones
        for each in value.split(","):
            self.answers[each] += phones
            for key in self._keys(profile):
                self.answers_in.setdefault(key, Counter())[each] += phones

    def name(self, key: Key) -> str:
        """Return what a line's group is called; nothing for a language."""
        return "" if key[0] == LANGUAGE else self.groups[int(key[1])].name

    def _keys(self, profile: Set[Part]) -> set[Key]:
        keys = {(LANGUAGE, part.language) for part in profile}
        return keys | {(group.kind, str(group.key)) for _, _, group in self._members(profile)}

    def _at_schools(self, profile: Set[Part]) -> set[_AtSchool]:
        found = self._members(profile)
        return {(language, number) for language, number, group in found if group.kind == GroupKind.SCHOOL}

    def _members(self, profile: Set[Part]) -> Iterator[tuple[str, int, Group]]:
        for part in profile:
            for number in part.groups:
                if number in self.groups:
                    yield part.language, number, self.groups[number]


def choices(ask: Ask) -> tuple[Choice, ...]:
    """Return what could be answered, in the order of the menu; nothing where there is no menu."""
    match ask.kind:
        case "yes_no":
            return Choice("yes", None), Choice("no", None)
        case "one_of" | "several_of":
            named = [Choice(str(place), label) for place, label in enumerate(ask.choices, 1)]
            return (*named, Choice(str(len(named) + 1), None)) if ask.other else tuple(named)
    return ()


def totals(tally: Tally, options: Sequence[Choice]) -> tuple[Cell, ...]:
    """Return how many phones chose what, each with what is to be seen of it."""
    numbers = [tally.answers[choice.value] for choice in options]
    seen = small_cells.protected_line(numbers)
    return tuple(Cell(number, cell) for number, cell in zip(numbers, seen, strict=True))


def lines(tally: Tally, options: Sequence[Choice]) -> tuple[Line, ...]:
    """Return every line of which a family was reached, each cell with what is to be seen of it."""
    found: list[Line] = []
    for kind in KINDS:
        keys = [key for key, count in tally.lines.items() if key[0] == kind and count.reached]
        keys.sort(key=lambda key: _order(tally, key))
        found += _lines_of_kind(tally, keys, options)
    return tuple(found)


def _order(tally: Tally, key: Key) -> tuple[int, tuple[int, str]]:
    """The largest languages first, grades as a school counts them, the rest by name."""
    if key[0] == LANGUAGE:
        return -tally.lines[key].reached, (0, key[1])
    name = tally.name(key)
    return 0, grade_order(name) if key[0] == GroupKind.GRADE else (0, fold(name))


def _lines_of_kind(tally: Tally, keys: Sequence[Key], options: Sequence[Choice]) -> list[Line]:
    """Hide small lines whole first, then small cells of those that are left."""
    options = options if len(keys) <= CROSSED else ()
    counts = [tally.lines[key] for key in keys]
    seen = small_cells.protected_line([count.reached for count in counts])
    nothing: Counter[str] = Counter()
    rows = [[tally.answers_in.get(key, nothing)[choice.value] for choice in options] for key in keys]
    inside = small_cells.protected_table(rows, [tally.answers[choice.value] for choice in options])
    return [
        Line(
            kind=key[0],
            key=key[1],
            name=tally.name(key),
            reached=Cell(count.reached, whole),
            heard=Cell(count.heard, whole),
            answers=_answers(row, cells, whole),
        )
        for key, count, whole, row, cells in zip(keys, counts, seen, rows, inside, strict=True)
    ]


def _answers(numbers: Sequence[int], seen: Sequence[Seen], line: Seen) -> tuple[Cell, ...]:
    """Nothing of a hidden line is shown; hiding more takes no room from what is hidden already."""
    hidden = line is not Seen.SHOWN
    return tuple(
        Cell(number, Seen.COVERED if hidden and cell is Seen.SHOWN else cell)
        for number, cell in zip(numbers, seen, strict=True)
    )


def missing(tally: Tally, shown: Set[Key]) -> Missing:
    """Name the families furthest behind, at most two kinds of them; `shown` are the lines that are.

    A line is named if at least ten families of it were reached, its share lies at least `GAP_SHARE` below
    the whole's, and at least `GAP_FAMILIES` more of it would have to answer to catch up. Of one language
    at one school this is said only where its share lies that far below the shares of both. Nothing is
    named from which a hidden line could be worked out, and the second shares no language or group with
    the first.
    """
    gaps = [_gap(tally, key) for key in shown if _behind(tally.lines[key], tally.whole)]
    gaps += [
        Gap(language, str(GroupKind.SCHOOL), tally.groups[school].name, count.heard, count.reached)
        for (language, school), count in tally.at_school.items()
        if _stands_out(tally, language, school, count, shown)
    ]
    gaps.sort(key=lambda gap: (gap.heard / gap.reached, -gap.reached, gap.language or "", gap.group or ""))
    named: list[Gap] = []
    for gap in gaps:
        if len(named) < NAMED and not any(_overlap(gap, other) for other in named):
            named.append(gap)
    return Missing(tally.whole.heard, tally.whole.reached, tuple(named))


def _gap(tally: Tally, key: Key) -> Gap:
    count = tally.lines[key]
    if key[0] == LANGUAGE:
        return Gap(key[1], None, None, count.heard, count.reached)
    return Gap(None, key[0], tally.name(key), count.heard, count.reached)


def _behind(count: Count, other: Count) -> bool:
    short = other.share * count.reached - count.heard
    return count.reached >= LEAST and other.share - count.share >= GAP_SHARE and short >= GAP_FAMILIES


def _stands_out(tally: Tally, language: str, school: int, count: Count, shown: Set[Key]) -> bool:
    """Say whether a language at a school is behind both, and the rest of both is no small count either."""
    keys = {(LANGUAGE, language), (str(GroupKind.SCHOOL), str(school))}
    others = [tally.lines[key] for key in keys & shown]
    apart = all(_behind(count, other) and other.reached - count.reached >= LEAST for other in others)
    return len(others) == len(keys) and apart and _behind(count, tally.whole)


def _overlap(one: Gap, other: Gap) -> bool:
    if one.language is not None and one.language == other.language:
        return True
    return one.group is not None and (one.kind, one.group) == (other.kind, other.group)


def spans(when: Mapping[datetime, int]) -> tuple[Span, ...]:
    """Count what came at these local moments by three hours, day or week; empty spans between are kept."""
    if not when:
        return ()
    first, last = min(when), max(when)
    by_hour = last - first <= _BY_HOUR
    begins = first.replace(hour=first.hour // 3 * 3 if by_hour else 0, minute=0)
    # on the local clock: a day is a day when clocks change
    step = timedelta(hours=3) if by_hour else timedelta(days=1 if last - first <= _BY_DAY else 7)
    counts: Counter[int] = Counter()
    for moment, count in when.items():
        counts[(moment.replace(tzinfo=None) - begins.replace(tzinfo=None)) // step] += count
    places = range(max(counts) + 1)
    return tuple(Span(begins + place * step, begins + (place + 1) * step, counts[place]) for place in places)


def ranges(tally: Tally) -> tuple[Range, ...]:
    """Return the numbers or days that phones answered, the lowest first, each by itself."""
    numbers = ((_number(value), phones) for value, phones in tally.answers.items())
    known = sorted((value, phones) for value, phones in numbers if value is not None)
    return tuple(Range(value, value, Cell(phones)) for value, phones in known)


def _number(value: str) -> float | None:
    """Read a number, a day as the number that `date.fromordinal` takes, a time as minutes since midnight."""
    try:
        return float(value)
    except ValueError:
        pass
    try:
        return float(date.fromisoformat(value).toordinal())
    except ValueError:
        pass
    try:
        return float(times.minutes(value))
    except ValueError:
        return None


def median(found: Sequence[Range]) -> float | None:
    """Return the number in the middle; None where nobody answered."""
    every = sum(one.cell.number or 0 for one in found)
    return (_nth(found, (every - 1) // 2) + _nth(found, every // 2)) / 2 if every else None


def _nth(found: Sequence[Range], place: int) -> float:
    for one in found:
        place -= one.cell.number or 0
        if place < 0:
            return one.low
    raise IndexError(place)
