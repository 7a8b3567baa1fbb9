"""What the screens ask is answered from indexes: nothing goes through every text that was ever sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from bot import watching
from bot.roles import Role
from bot.store.accounts import Account
from bot.store.store import Store
from tests.reports.rows import TUESDAY, Rows

Asked = list[tuple[str, Any]]

OWNER = Account(1, "Rosa", "rosa@lincoln.example", Role.OWNER, (), True, "en")


@pytest.fixture
def asked(store: Store) -> Iterator[Asked]:
    """Every statement with what it was asked for."""
    heard: Asked = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        heard.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(store.engine, "before_cursor_execute", hear)


def plans(store: Store, asked: Asked) -> list[str]:
    """How SQLite would answer each statement, step by step."""
    with store.engine.connect() as connection:
        return [
            row[3]
            for statement, values in asked
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


def going(rows: Rows) -> tuple[int, int]:
    made = rows.broadcast()
    time = rows.occurrence(made)
    for state in ("failed", "delivered", "held", "queued"):
        rows.told(made, rows.phone("so"), state, occurrence=time)
    rows.person("so")
    return made, time


LOOKS: dict[str, Callable[[Store, int, int], Any]] = {
    "today": lambda store, *_: store.reading(watching.today, OWNER, TUESDAY, ZoneInfo("America/Chicago")),
    "watched": lambda store, number, time: store.reading(watching.watched, number, by_name=True),
    "progress": lambda store, number, time: store.reading(watching.progress, number, time),
    "schools": lambda store, number, time: store.reading(watching.schools, number, time),
    "nothing": lambda store, number, time: store.reading(watching.nothing, number, time),
    "doubts": lambda store, *_: store.reading(watching.doubts, by_name=True),
    "held of": lambda store, number, time: store.reading(watching.held_of, number),
}


@pytest.mark.parametrize("look", LOOKS)
def test_no_look_goes_through_all_texts(store: Store, asked: Asked, look: str) -> None:
    number, time = store.writing(lambda session: going(Rows(session)))
    asked.clear()
    LOOKS[look](store, number, time)
    through = [step for step in plans(store, asked) if "SCAN delivery" in step]
    bounded = ("delivery_claim", "delivery_unsettled")  # these hold a few texts, whatever the school's size
    assert [step for step in through if not any(name in step for name in bounded)] == []


def test_progress_is_counted_from_its_index_alone(store: Store, asked: Asked) -> None:
    number, time = store.writing(lambda session: going(Rows(session)))
    asked.clear()
    store.reading(watching.progress, number, time)
    assert any(
        "COVERING INDEX delivery_of (broadcast_id=? AND occurrence_id=?)" in step
        for step in plans(store, asked)
    )


@pytest.mark.parametrize("look", LOOKS)
def test_a_larger_school_is_not_asked_more_often(store: Store, asked: Asked, look: str) -> None:
    number, time = store.writing(lambda session: going(Rows(session)))
    asked.clear()
    LOOKS[look](store, number, time)
    few = len(asked)

    def more(rows: Rows) -> None:
        for _ in range(40):
            rows.told(number, rows.phone("hmn"), "failed", occurrence=time)
            rows.told(number, rows.phone("ar"), "held", occurrence=time)
        for _ in range(5):
            rows.told(rows.broadcast(), rows.phone("so"), "failed")

    store.writing(lambda session: more(Rows(session, numbers=iter(range(1000, 9000)))))
    asked.clear()
    LOOKS[look](store, number, time)
    assert len(asked) <= few + 1  # names of those in doubt
