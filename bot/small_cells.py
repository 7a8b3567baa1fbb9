"""Which cells of a table are hidden so that no small count can be read or worked out; pure.

Theory. A count under ten can point at a family, so it is not shown. Whoever knows a row's or a column's
total can work a single hidden cell out by subtraction; therefore further cells are hidden beside it, the
smallest first, until the published numbers leave every small cell at least `ROOM` possible values besides
the true one (or until nothing is left to hide). What a reader can know is taken at its most: the totals of
all rows and columns, that a cell marked FEW holds 0 to 9 and one marked COVERED at least 10. Hidden cells
can then only change together, around closed paths that leave every row and column as it is; how far a cell
can move is the flow through those paths. Zero counts as small: it says of everybody what they did not say.

Each table is protected by itself. Two looks at the same inquiry, before and after one more answer, still
show what came between them; that is why only people with an account see figures at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LEAST: Final = 10  #: counts below it are small
ROOM: Final = 4  #: so many other values at least must stay possible for a hidden small count

_FAR: Final = 1 << 30


class Seen(StrEnum):
    """What a reader sees of one cell."""

    SHOWN = "shown"
    FEW = "few"  #: fewer than ten
    COVERED = "covered"  #: ten or more, hidden so that a small one beside it cannot be worked out


def protected_line(numbers: Sequence[int]) -> tuple[Seen, ...]:
    """Say what is seen of counts whose sum is known: what one moves up, the others must move down."""
    seen = [Seen.SHOWN if number >= LEAST else Seen.FEW for number in numbers]
    by_size = sorted(range(len(numbers)), key=lambda place: numbers[place])
    for place in by_size:
        if _has_room(numbers, seen):
            break
        seen[place] = Seen.COVERED if seen[place] is Seen.SHOWN else seen[place]
    return tuple(seen)


def _has_room(numbers: Sequence[int], seen: Sequence[Seen]) -> bool:
    """Say whether every small count of a line could be enough others."""
    reach = [_reach(number, cell) for number, cell in zip(numbers, seen, strict=True)]
    downs, ups = sum(down for down, _ in reach), sum(up for _, up in reach)
    return all(
        min(up, downs - down) + min(down, ups - up) >= ROOM
        for (down, up), cell in zip(reach, seen, strict=True)
        if cell is Seen.FEW
    )


def protected_table(rows: Sequence[Sequence[int]], totals: Sequence[int]) -> tuple[tuple[Seen, ...], ...]:
    """Say what is seen of each row beneath the totals of its columns, which `protected_line` protects.

    The totals are protected by themselves, so that they look the same above every table they stand over;
    the rows need not add up to them.
    """
    table = _Table([list(row) for row in rows], totals, protected_line(totals))
    table.protect()
    return tuple(tuple(row) for row in table.seen)


def joined(numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Join neighbours of an ordered line until each run holds ten or more; return (first, last) of each.

    What is left over at the end joins the run before it. A line that holds fewer than ten in all, and any
    at all, is one run; the zeros before the first count and after the last stand in no run.
    """
    there = [place for place, number in enumerate(numbers) if number]
    if not there:
        return ()
    runs: list[tuple[int, int]] = []
    begun, held = there[0], 0
    for place in range(there[0], there[-1] + 1):
        held += numbers[place]
        if held >= LEAST:
            runs.append((begun, place))
            begun, held = place + 1, 0
    if begun <= there[-1]:
        runs[-1:] = [(runs[-1][0] if runs else begun, there[-1])]
    return tuple(runs)


@dataclass(frozen=True, slots=True)
class _Place:
    row: int
    column: int


class _Table:
    """Hidden cells and how far each can move; the last row of `room` is what stands above the columns."""

    def __init__(self, rows: list[list[int]], totals: Sequence[int], above: Sequence[Seen]) -> None:
        self.rows = rows
        self.seen = [[Seen.SHOWN if number >= LEAST else Seen.FEW for number in row] for row in rows]
        self.totals = totals
        self.above = above

    def protect(self) -> None:
        """Hide more cells until every small one has room. Hiding never takes room from another."""
        for place in [place for place in self._hidden() if self.seen[place.row][place.column] is Seen.FEW]:
            while self._moves(place) < ROOM:
                more = self._to_hide(place)
                if more is None:
                    break
                self.seen[more.row][more.column] = Seen.COVERED

    def _hidden(self) -> Iterator[_Place]:
        for row, cells in enumerate(self.seen):
            for column, cell in enumerate(cells):
                if cell is not Seen.SHOWN:
                    yield _Place(row, column)

    def _to_hide(self, beside: _Place) -> _Place | None:
        """Return the smallest shown cell of where one is needed: its row, its column, a corner of both."""
        shown = [
            _Place(row, column)
            for row, cells in enumerate(self.seen)
            for column, cell in enumerate(cells)
            if cell is Seen.SHOWN
        ]
        hidden = [place for place in self._hidden() if place != beside]
        columns = {place.column for place in hidden if place.row == beside.row}
        rows = {place.row for place in hidden if place.column == beside.column}
        in_row = [place for place in shown if place.row == beside.row]
        in_column = [place for place in shown if place.column == beside.column]
        corners = [place for place in shown if place.row in rows and place.column in columns]
        wanted = (in_row if not columns else in_column if not rows else corners) or in_row or in_column
        return min(wanted or shown, key=lambda place: self.rows[place.row][place.column], default=None)

    def _moves(self, place: _Place) -> int:
        """Count the other values that the cell could have, as far as `ROOM`."""
        up = self._push(place, +1)
        return up if up >= ROOM else up + self._push(place, -1)

    def _push(self, place: _Place, step: int) -> int:
        room = self._room()
        pushed = 0
        while pushed < ROOM and room[place.row][place.column][step > 0] > 0:
            path = self._closed_path(room, place, step)
            if path is None:
                break
            for cell, way in [(place, step), *path]:
                room[cell.row][cell.column][way > 0] -= 1
                room[cell.row][cell.column][way < 0] += 1
            pushed += 1
        return pushed

    def _room(self) -> list[list[list[int]]]:
        """Return [how far down, how far up] for every cell; shown ones cannot move."""
        room = [
            [_reach(number, cell) for number, cell in zip(row, cells, strict=True)]
            for row, cells in zip(self.rows, self.seen, strict=True)
        ]
        # A total rises when the cells beneath it do: to the rows it is a cell that falls.
        above = [_reach(number, cell)[::-1] for number, cell in zip(self.totals, self.above, strict=True)]
        return [*room, above]

    def _closed_path(
        self, room: list[list[list[int]]], place: _Place, step: int
    ) -> list[tuple[_Place, int]] | None:
        """Find cells that move in turn against and with `place`, so that every row and column keeps its sum.

        Breadth first from its row to its column: against it along rows, with it along columns.
        """
        came: dict[int, tuple[int, int] | None] = {place.row: None}  #: row -> (row before, column between)
        rows = [place.row]
        for row in rows:
            for column in range(len(self.totals)):
                against = _Place(row, column)
                if against == place or room[row][column][step < 0] <= 0:
                    continue
                if column == place.column:
                    return self._way_back(came, against, step)
                for other in range(len(room)):
                    if other not in came and room[other][column][step > 0] > 0:
                        came[other] = (row, column)
                        rows.append(other)
        return None

    def _way_back(
        self, came: dict[int, tuple[int, int] | None], last: _Place, step: int
    ) -> list[tuple[_Place, int]]:
        path = [(last, -step)]
        row = last.row
        while (before := came[row]) is not None:
            path += [(_Place(row, before[1]), step), (_Place(before[0], before[1]), -step)]
            row = before[0]
        return path


def _reach(number: int, seen: Seen) -> list[int]:
    match seen:
        case Seen.FEW:
            return [number, LEAST - 1 - number]
        case Seen.COVERED:
            return [number - LEAST, _FAR]
    return [0, 0]
