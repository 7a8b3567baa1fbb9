"""How far a broadcast is: by language, channel and school, for each time at which it went out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlmodel import col, select

from bot import watching
from bot.store.store import Store
from bot.store.tables import Group, Membership, PersonContactPoint
from bot.watching import Line, Tally
from tests.reports.rows import Rows

Build = Callable[[Callable[[Rows], Any]], Any]

STATES = ("waiting", "queued", "sending", "uncertain", "held", "sent", "delivered", "failed")


def test_every_state_is_counted_once(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        broadcast = rows.broadcast()
        time = rows.occurrence(broadcast)
        for state in STATES:
            rows.told(broadcast, rows.phone("so"), state, occurrence=time)
        rows.told(broadcast, rows.phone("es", "telegram"), "sent", occurrence=time)
        return broadcast, time

    seen = store.reading(watching.progress, *build(add))
    assert seen is not None
    assert seen.tally == Tally(to_go=3, unknown=2, sent=2, delivered=1, failed=1)
    assert (seen.tally.total, seen.tally.told) == (9, 3)
    assert [(line.name, line.tally.total) for line in seen.by_language] == [("so", 8), ("es", 1)]
    assert [(line.name, line.tally.total) for line in seen.by_channel] == [("sms", 8), ("telegram", 1)]


def test_what_repeats_has_a_progress_for_each_time(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int, int]:
        broadcast, phone = rows.broadcast(), rows.phone("en")
        first, second = rows.occurrence(broadcast), rows.occurrence(broadcast)
        rows.told(broadcast, phone, "delivered", occurrence=first)
        rows.told(broadcast, phone, "queued", occurrence=second)
        return broadcast, first, second

    broadcast, first, second = build(add)
    tallies = [store.reading(watching.progress, broadcast, time) for time in (first, second)]
    assert [one and one.tally for one in tallies] == [Tally(delivered=1), Tally(to_go=1)]
    newest = store.reading(watching.watched, broadcast)
    older = store.reading(watching.watched, broadcast, first)
    assert [one and one.time and one.time.id for one in (newest, older)] == [second, first]
    assert newest is not None
    assert [time.id for time in newest.times] == [second, first]


def test_schools_are_counted_when_there_are_several(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        broadcast = rows.broadcast()
        time = rows.occurrence(broadcast)
        for name, states in (("Lincoln", ("delivered", "failed")), ("Roosevelt", ("queued",))):
            school = Group(kind="school", name=name)
            rows.session.add(school)
            rows.session.flush()
            for state in states:
                phone = rows.phone("en", people=2)
                rows.told(broadcast, phone, state, occurrence=time)
                join(rows, phone, school.id or 0)
        return broadcast, time

    assert store.reading(watching.schools, *build(add)) == (
        Line("Lincoln", Tally(delivered=1, failed=1)),
        Line("Roosevelt", Tally(to_go=1)),
    )


def join(rows: Rows, phone: int, group: int) -> None:
    """Everybody on a phone belongs to a group."""
    people = rows.session.exec(
        select(PersonContactPoint.person_id).where(col(PersonContactPoint.contact_point_id) == phone)
    )
    rows.session.add_all([Membership(person_id=person, group_id=group) for person in people])
    rows.session.flush()


def test_a_single_school_needs_no_table_of_schools(build: Build, store: Store) -> None:
    def add(rows: Rows) -> int:
        rows.session.add(Group(kind="school", name="Lincoln"))
        return rows.broadcast()

    number = build(add)
    alone = store.reading(watching.watched, number)
    build(lambda rows: rows.session.add(Group(kind="school", name="Roosevelt")))
    both = store.reading(watching.watched, number)
    assert [one and one.schools for one in (alone, both)] == [False, True]


def test_a_broadcast_that_does_not_exist_is_nothing(store: Store) -> None:
    assert store.reading(watching.watched, 7) is None
    assert store.reading(watching.progress, 7, 1) is None
    assert store.reading(watching.nothing, 7, 1).families == ()


def test_one_wording_for_two_channels_is_shown_once(build: Build, store: Store) -> None:
    def add(rows: Rows) -> int:
        broadcast = rows.broadcast()
        rows.told(broadcast, rows.phone("so"))
        rows.told(broadcast, rows.phone("so", "telegram"))
        return broadcast

    seen = store.reading(watching.watched, build(add))
    assert seen is not None
    assert [(one.language, one.channels) for one in seen.wordings] == [("so", ("sms", "telegram"))]
