"""Texts of which nobody knows whether they arrived: who they are for, and by name only for those who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot import watching
from bot.store.store import Store
from tests.reports.rows import TUESDAY, Rows

Build = Callable[[Callable[[Rows], Any]], Any]


def test_those_that_staff_decide_on_come_first(build: Build, store: Store) -> None:
    def add(rows: Rows) -> None:
        made = rows.broadcast("Snow")
        rows.told(made, rows.phone("so"), "uncertain")
        rows.told(made, rows.phone("so", people=2, stopped_at=TUESDAY), "held")
        rows.told(made, rows.phone("so"), "sending")
        rows.answered(rows.phone("es"), state="held")

    build(add)
    found = store.reading(watching.doubts, by_name=True)
    assert [(one.state, one.title, len(one.names), one.stopped) for one in found] == [
        ("held", "Snow", 2, True),
        ("held", None, 1, False),
        ("uncertain", "Snow", 1, False),
    ]
    assert found[0].address.startswith("+1715")


def test_without_the_right_to_read_there_is_no_name_and_no_number(build: Build, store: Store) -> None:
    build(lambda rows: rows.told(rows.broadcast(), rows.phone("so"), "held"))
    (one,) = store.reading(watching.doubts, by_name=False)
    assert (one.names, one.address) == ((), "")


def test_of_one_broadcast_only_its_own(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        snow, bus = rows.broadcast("Snow"), rows.broadcast("Bus")
        held = rows.told(snow, rows.phone("so"), "held")
        rows.told(bus, rows.phone("so"), "held")
        return snow, held

    snow, held = build(add)
    assert [one.id for one in store.reading(watching.doubts, snow, by_name=True)] == [held]
    assert store.reading(watching.held_of, snow) == [held]
    assert store.reading(watching.in_doubt) == {"held": 2}


def test_pages(build: Build, store: Store) -> None:
    build(lambda rows: [rows.told(rows.broadcast(), rows.phone("so"), "held") for _ in range(5)])
    pages = [store.reading(watching.doubts, by_name=False, limit=2, offset=start) for start in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 2, 1]
