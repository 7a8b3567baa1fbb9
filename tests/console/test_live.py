"""Watching live: only what changed, said aloud seldom, counted once however many watch, and it ends."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from bot.roles import Role
from bot.store.accounts import session_of
from bot.store.tables import Broadcast, Delivery, Occurrence, Schedule, Staff
from bot.watching import Line, Progress, Tally
from bot.web.console.live import Watcher, _may_look, step_of
from bot.web.console.visit import OneVisit
from bot.web.console.wording import Wording
from tests.console.browsers import Browser, Desk
from tests.console.busy_school import BusySchool


def time_of(desk: Desk, number: int) -> int:
    return (
        desk.app.store.reading(
            lambda session: session.exec(
                select(col(Occurrence.id))
                .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
                .where(col(Schedule.broadcast_id) == number)
                .order_by(col(Occurrence.id).desc())
            ).first()
        )
        or 0
    )


def visit_of(desk: Desk, browser: Browser, language: str = "en") -> Any:
    now = desk.app.clock.now()
    account = desk.app.store.reading(session_of, browser.token, now)
    wording = Wording(language, desk.app.settings.school.zone)
    no_request: Any = None
    return OneVisit(
        no_request, desk.app, desk.door.summaries, desk.door.closing, browser.token, False, "homeloop",
        account, wording, now,
    )  # fmt: skip


@pytest.fixture
def watcher(desk: Desk, school: BusySchool) -> Watcher:
    number = school.broadcasts["untold"]
    return Watcher(visit_of(desk, desk.signed_in(Role.OWNER)), number, time_of(desk, number))


def settle(desk: Desk, number: int, state: str = "delivered", most: int = 100) -> None:
    def go(session: Session) -> None:
        rows = session.exec(
            select(Delivery).where(
                col(Delivery.broadcast_id) == number,
                col(Delivery.state).in_(("queued", "waiting", "sending")),
            )
        ).all()
        for row in rows[:most]:
            row.state = state
            session.add(row)

    desk.app.store.writing(go)
    desk.door.summaries.forget()


async def test_only_what_changed_is_told(desk: Desk, watcher: Watcher) -> None:
    first = await watcher.look(0)
    assert [name for name, _ in first] == ["progress", "tables"]
    assert await watcher.look(1) == []
    settle(desk, watcher.number, most=1)
    told = dict(await watcher.look(2))
    assert list(told) == ["progress", "tables"]
    assert "By language" in told["tables"]


async def test_schools_are_counted_again_every_few_looks(desk: Desk, watcher: Watcher) -> None:
    told = [[name for name, _ in await watcher.look(turn)] for turn in range(5)]
    assert told == [["progress", "tables"], [], [], [], ["schools"]]


async def test_quarters_and_the_end_are_said_aloud_and_nothing_between(desk: Desk, watcher: Watcher) -> None:
    await watcher.look(0)
    settle(desk, watcher.number)
    told = dict(await watcher.look(1))
    assert "Everything has gone out." in told["said"]
    assert await watcher.look(2) == []


async def test_pausing_is_said_aloud(desk: Desk, watcher: Watcher) -> None:
    await watcher.look(0)

    def pause(session: Session) -> None:
        row = session.get(Broadcast, watcher.number)
        assert row is not None
        row.paused_at = desk.app.clock.now()
        session.add(row)

    desk.app.store.writing(pause)
    desk.door.summaries.forget()
    assert "Paused." in dict(await watcher.look(1))["said"]


def test_a_step_is_a_quarter() -> None:
    def at(gone: int) -> tuple[int, bool]:
        return step_of(Progress("released", False, (), (Line("sms", Tally(to_go=100 - gone, sent=gone)),)))

    assert [at(gone)[0] for gone in (0, 24, 25, 74, 75, 99, 100)] == [0, 0, 1, 2, 3, 3, 4]
    assert step_of(Progress("released", False, (), ())) == (0, False)


async def test_ten_who_watch_cost_one_count(desk: Desk, school: BusySchool, watcher: Watcher) -> None:
    watchers = [
        Watcher(visit_of(desk, desk.signed_in(Role.OWNER), language), watcher.number, watcher.time_id)
        for language in ("en", "es") * 5
    ]
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(desk.app.store.engine, "before_cursor_execute", hear)
    for one in watchers:
        assert await one.look(0)
    event.remove(desk.app.store.engine, "before_cursor_execute", hear)
    assert len([one for one in asked if "FROM delivery" in one]) == 1


async def test_the_stream_is_one_of_events_and_ends_when_the_program_stops(
    desk: Desk, owner: Browser, school: BusySchool
) -> None:
    desk.door.closing.set()
    answer = await owner.get(f"/broadcasts/{school.broadcasts['untold']}/live")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in answer.headers
    assert "event: progress" in answer.text
    assert "retry: 3000" in answer.text


async def test_what_has_not_gone_out_has_nothing_to_watch(owner: Browser, school: BusySchool) -> None:
    assert (await owner.get(f"/broadcasts/{school.broadcasts['draft']}/live")).status_code == 404


async def test_somebody_who_is_switched_off_stops_seeing(desk: Desk, school: BusySchool) -> None:
    visit = visit_of(desk, desk.signed_in(Role.VIEWER))
    assert await _may_look(visit)

    def switch_off(session: Session) -> None:
        row = session.get(Staff, desk.staff[Role.VIEWER])
        assert row is not None
        row.disabled_at = desk.app.clock.now()
        session.add(row)

    desk.app.store.writing(switch_off)
    assert not await _may_look(visit)
