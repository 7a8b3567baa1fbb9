"""What providers report is carried out after they were answered: none is lost, none holds up the rest."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select

from bot import receipts
from bot.app import App
from bot.messages import ChannelName, DeliveryState, StatusReport
from bot.settings import Settings
from bot.store import outbox
from bot.store.store import Store
from bot.store.tables import Delivery, ProviderEvent
from scheduler.reports import MOST, Reports, read
from tests import school
from tests.conftest import StandingClock
from tests.fakes import FakeChannel
from tests.school import SMS, Desk


@pytest.fixture
def desk(settings: Settings, store: Store, clock: StandingClock) -> Desk:
    store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    return Desk(store, school.lively(settings), clock)


@pytest.fixture
def app(desk: Desk, clock: StandingClock) -> App:
    return school.app_on(desk.settings, desk.store, clock, FakeChannel(clock))


def out(desk: Desk, phones: int) -> list[Delivery]:
    """Let so many texts be with the provider, each under an id of its own."""
    desk.store.writing(school.families, phones)
    desk.store.writing(school.send_out, desk.settings, desk.clock.now())
    desk.deliver()
    return school.deliveries(desk.store)


def told(row: Delivery, status: str = "delivered", code: str | None = None) -> StatusReport:
    return StatusReport(ChannelName.SMS, row.provider_id or "", status, attempt=row.attempt, code=code)


def due(app: App) -> int:
    return sum(app.store.reading(lambda session: session.exec(select(ProviderEvent.due)).all()))


async def test_what_was_kept_before_a_crash_is_carried_out_at_the_next_start(app: App, desk: Desk) -> None:
    rows = out(desk, 3)
    await app.store.put(outbox.keep_statuses, [told(row) for row in rows], app.clock.now())
    assert school.states(app.store) == {"sent": 3}, "kept, and the process died here"
    after = Reports(app)
    running = asyncio.create_task(after.run())
    after.stop()
    await running
    assert (school.states(app.store), due(app)) == ({"delivered": 3}, 0)


async def test_more_than_one_write_holds_are_carried_out_in_their_order(app: App, desk: Desk) -> None:
    rows = out(desk, 3)
    many = [told(rows[0], "sent")] * (2 * MOST)
    many += [told(rows[1], "failed", "30003"), told(rows[1]), told(rows[2])]
    await app.store.put(outbox.keep_statuses, many, app.clock.now())
    assert await Reports(app).look()
    assert due(app) == 0
    assert [row.state for row in school.deliveries(app.store)] == [
        DeliveryState.SENT,
        DeliveryState.WAITING,
        DeliveryState.DELIVERED,
    ], "the failure came first, so that text is tried again"


async def test_one_that_cannot_be_carried_out_keeps_no_other_waiting(app: App, desk: Desk) -> None:
    rows = out(desk, 3)

    def refuse(one: outbox.Due) -> StatusReport:
        if one.provider_id == rows[1].provider_id:
            raise ValueError("nobody can read that")
        return read(one)

    some = [told(row, "failed", "30005") for row in rows]
    await app.store.put(outbox.keep_statuses, some, app.clock.now())
    assert await Reports(app, refuse).look()
    assert (school.states(app.store), due(app)) == ({"failed": 2, "sent": 1}, 0)
    kept = app.store.reading(lambda session: session.exec(select(ProviderEvent.status)).all())
    assert list(kept) == ["failed"] * 3, "it stays as it came"


def test_where_nothing_is_due_there_is_nothing_to_do(app: App) -> None:
    assert app.store.writing(receipts.carry_out, read, app.clock.now(), app.settings) == 0
    assert app.store.writing(receipts.leave_next) is None
