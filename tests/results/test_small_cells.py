"""No small count can be read off a table, and none can be worked out from the rest of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.small_cells import LEAST, ROOM, Seen, joined, protected_line, protected_table

SHOWN, FEW, COVERED = Seen.SHOWN, Seen.FEW, Seen.COVERED


def possible(number: int, seen: Seen, most: int) -> range:
    """What a reader may still think that a cell holds."""
    if seen is SHOWN:
        return range(number, number + 1)
    return range(LEAST) if seen is FEW else range(LEAST, most + 1)


def with_sum(cells: Sequence[range], total: int) -> Iterator[tuple[int, ...]]:
    """Every way in which these cells can add up to a total."""
    if not cells:
        if total == 0:
            yield ()
        return
    rest_low = sum(cell[0] for cell in cells[1:])
    rest_high = sum(cell[-1] for cell in cells[1:])
    for number in cells[0]:
        if rest_low <= total - number <= rest_high:
            for others in with_sum(cells[1:], total - number):
                yield (number, *others)


class TestALine:
    def test_large_counts_are_shown(self) -> None:
        assert protected_line([10, 25, 300]) == (SHOWN, SHOWN, SHOWN)

    def test_a_small_count_is_never_hidden_alone(self) -> None:
        assert protected_line([3, 40, 200]) == (FEW, COVERED, SHOWN)

    def test_two_small_counts_hide_each_other(self) -> None:
        assert protected_line([3, 8, 200]) == (FEW, FEW, SHOWN)

    def test_two_small_counts_whose_sum_gives_them_away_take_a_third(self) -> None:
        assert protected_line([0, 0, 20, 200]) == (FEW, FEW, COVERED, SHOWN)
        assert protected_line([9, 9, 40]) == (FEW, FEW, COVERED)

    def test_a_covered_count_that_could_only_be_ten_covers_nothing(self) -> None:
        assert protected_line([3, 10, 30, 200]) == (FEW, COVERED, COVERED, SHOWN)

    def test_nothing_and_one_thing(self) -> None:
        assert protected_line([]) == ()
        assert protected_line([4]) == (FEW,)

    @given(st.lists(st.integers(0, 40), min_size=2, max_size=5))
    def test_whoever_knows_the_sum_cannot_work_a_small_count_out(self, numbers: list[int]) -> None:
        seen = protected_line(numbers)
        assert all(cell is not SHOWN for number, cell in zip(numbers, seen, strict=True) if number < LEAST)
        if SHOWN not in seen:
            return
        cells = [possible(number, cell, sum(numbers)) for number, cell in zip(numbers, seen, strict=True)]
        found = list(with_sum(cells, sum(numbers)))
        for place, cell in enumerate(seen):
            if cell is FEW:
                assert len({one[place] for one in found}) > ROOM


class TestATable:
    def test_a_small_count_hides_one_beside_it_one_below_it_and_the_corner(self) -> None:
        rows = [[3, 40, 60], [50, 30, 70], [80, 90, 20]]
        totals = [sum(column) for column in zip(*rows, strict=True)]
        seen = protected_table(rows, totals)
        assert seen[0][0] is FEW
        assert sum(cell is COVERED for row in seen for cell in row) == 3
        assert all(sum(cell is not SHOWN for cell in row) in {0, 2} for row in seen)

    def test_totals_that_are_hidden_cannot_be_added_up_from_what_is_beneath_them(self) -> None:
        rows = [[2, 12, 30], [2, 13, 40]]
        totals = [4, 25, 70]
        assert protected_line(totals) == (FEW, COVERED, SHOWN)
        seen = protected_table(rows, totals)
        assert [row[0] for row in seen] == [FEW, FEW]
        assert COVERED in [row[1] for row in seen]

    def test_a_table_without_columns_or_rows(self) -> None:
        assert protected_table([], [1, 2]) == ()
        assert protected_table([[], []], []) == ((), ())

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.lists(st.integers(0, 22), min_size=2, max_size=2), min_size=2, max_size=3))
    def test_whoever_knows_every_total_cannot_work_a_small_count_out(self, rows: list[list[int]]) -> None:
        columns = list(zip(*rows, strict=True))
        totals = [sum(column) for column in columns]
        above, inside = protected_line(totals), protected_table(rows, totals)
        if not any(cell is SHOWN for row in inside for cell in row):
            return
        most = sum(totals)
        found = self.worlds(rows, inside, [possible(*one, most) for one in zip(totals, above, strict=True)])
        for row, column in product(range(len(rows)), range(2)):
            if inside[row][column] is FEW:
                assert len({world[row][column] for world in found}) > ROOM

    def worlds(
        self, rows: list[list[int]], inside: Sequence[Sequence[Seen]], totals: Sequence[range]
    ) -> list[tuple[tuple[int, ...], ...]]:
        """Every table that would have been published as this one was."""
        most = max(map(max, totals))
        each = [
            list(with_sum([possible(*one, most) for one in zip(row, cells, strict=True)], sum(row)))
            for row, cells in zip(rows, inside, strict=True)
        ]
        return [
            world
            for world in product(*each)
            if all(
                sum(column) in total for column, total in zip(zip(*world, strict=True), totals, strict=True)
            )
        ]


class TestJoining:
    @pytest.mark.parametrize(
        ("numbers", "runs"),
        [
            ([], ()),
            ([0, 0], ()),
            ([12, 15], ((0, 0), (1, 1))),
            ([4, 3, 5, 20], ((0, 2), (3, 3))),
            ([0, 20, 0, 3, 0], ((1, 3),)),
            ([2, 1], ((0, 1),)),
            ([10, 9, 10, 9], ((0, 0), (1, 3))),
        ],
    )
    def test_neighbours_are_joined_until_ten(
        self, numbers: list[int], runs: tuple[tuple[int, int], ...]
    ) -> None:
        assert joined(numbers) == runs

    @given(st.lists(st.integers(0, 30), max_size=30))
    def test_every_count_stands_in_exactly_one_run(self, numbers: list[int]) -> None:
        runs = joined(numbers)
        assert sum(sum(numbers[first : last + 1]) for first, last in runs) == sum(numbers)
        assert all(sum(numbers[first : last + 1]) >= LEAST for first, last in runs) or len(runs) == 1
        assert all(before[1] < after[0] for before, after in pairwise(runs))
