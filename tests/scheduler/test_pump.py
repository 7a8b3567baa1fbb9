"""The pump: what is claimed, when it starts, and what every kind of failure leaves behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from bot import broadcasts
from bot.app import App
from bot.errors import (
    BadAddress,
    Content,
    Moved,
    OptedOut,
    SendError,
    Setup,
    StoreError,
    Temporary,
    Throttled,
    Uncertain,
)
from bot.messages import ChannelName, DeliveryState
from bot.settings import Settings
from bot.store import contacts, outbox
from bot.store.store import Store
from bot.store.tables import Consent, ContactPoint, Lane, LaneState
from scheduler.pump import Pump, turn
from tests import school
from tests.conftest import StandingClock
from tests.fakes import FakeChannel, Trouble, until
from tests.school import phone

LANE = 1


@pytest.fixture
def channel(clock: StandingClock) -> FakeChannel:
    return FakeChannel(clock)


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel) -> App:
    return school.app_on(school.lively(settings), store, clock, channel)


@asynccontextmanager
async def pumping(app: App) -> AsyncIterator[Pump]:
    """A pump at work; stopped, and everything on the wire settled, at the end."""
    pump = Pump(app, app.senders[0])
    task = asyncio.create_task(pump.run())
    try:
        yield pump
    finally:
        pump.stop()
        await asyncio.wait_for(task, 10)


def released(app: App, count: int) -> None:
    def work(session: Session) -> None:
        school.families(session, count)
        school.send_out(session, app.settings, app.clock.now())

    app.store.writing(work)


def stop(app: App, *contact_ids: int) -> None:
    def work(session: Session) -> None:
        for one in contact_ids:
            contact = session.get(ContactPoint, one)
            assert contact is not None
            contacts.stop(session, contact, why="family", evidence="STOP", now=app.clock.now())

    app.store.writing(work)


def contact(app: App, contact_id: int) -> ContactPoint:
    found = app.store.reading(lambda session: session.get(ContactPoint, contact_id))
    assert found is not None
    return found


def lane(app: App) -> Lane:
    found = app.store.reading(lambda session: session.get(Lane, LANE))
    assert found is not None
    return found


def are(app: App, **wanted: int) -> Callable[[], bool]:
    return lambda: school.states(app.store) == wanted


async def test_everything_queued_is_sent_once_and_settled(app: App, channel: FakeChannel) -> None:
    released(app, 40)
    async with pumping(app):
        await until("40 texts", are(app, sent=40))
    assert sorted(one.address for one in channel.accepted) == [phone(n) for n in range(40)]
    assert len({one.attempt for one in channel.accepted}) == 40
    assert {one.provider_id for one in school.deliveries(app.store)} == {f"SM{n:032x}" for n in range(1, 41)}


async def test_never_more_at_once_than_the_sender_allows(app: App, channel: FakeChannel) -> None:
    released(app, 60)
    channel.gate.clear()
    async with pumping(app):
        await until("8 on the wire", lambda: len(channel.began) == 8)
        assert school.states(app.store) == {"sending": 8, "queued": 52}
        channel.gate.set()
        await until("60 texts", are(app, sent=60))
    assert channel.most_at_once == 8


async def test_an_answer_overtakes_the_bulk_that_waits(app: App, channel: FakeChannel) -> None:
    released(app, 30)
    channel.gate.clear()
    async with pumping(app) as pump:
        await until("the wire to be full", lambda: len(channel.began) == 8)
        app.store.writing(
            lambda session: outbox.answer(
                session, contact_point_id=30, lane_id=LANE, text="Thanks.", language="en"
            )
        )
        pump.wake()
        channel.gate.set()
        await until("31 texts", are(app, sent=31))
    place = [one.text for one in channel.began].index("Thanks.")
    assert place == 8, "it is the first to begin after those that were on the wire"


async def test_no_text_starts_once_its_stop_is_committed(
    settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel
) -> None:
    """500 families stop while 2,000 texts go out. Whose text had not begun then never gets it."""
    app = school.app_on(school.lively(settings), store, clock, channel, in_flight=48)
    (sender,) = app.senders
    app = replace(app, senders=(replace(sender, per_second=2000),))
    released(app, 2000)
    in_time: set[str] = set()
    async with pumping(app):
        for number in range(1999, 0, -4):
            await store.write(stop_one, number + 1, clock.now())
            if phone(number) not in {one.address for one in channel.began}:
                in_time.add(phone(number))
        await until("everything", lambda: not {"queued", "sending"} & school.states(store).keys())
    begun = [one.address for one in channel.began]
    assert not in_time & set(begun)
    assert len(in_time) > 20, "or this has tried nothing"
    assert len(begun) == len(set(begun)), "nobody twice"
    assert set(begun) | in_time == {phone(n) for n in range(2000)}, "and nobody else is missed"


def stop_one(session: Session, contact_id: int, now: datetime) -> None:
    found = session.get(ContactPoint, contact_id)
    assert found is not None
    contacts.stop(session, found, why="family", evidence="STOP", now=now)


class Interposing(Store):
    """A store that does one more thing between a claim's commit and whoever waits for it."""

    between: list[Callable[[], Awaitable[None]]]

    async def write(self, work, *args, **kwargs):  # type: ignore[no-untyped-def]
        result = await super().write(work, *args, **kwargs)
        if work is turn and result[0] and self.between:
            await self.between.pop()()
        return result


@pytest.fixture
def interposing(settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel) -> App:
    store.__class__ = Interposing
    assert isinstance(store, Interposing)
    store.between = []
    return school.app_on(school.lively(settings), store, clock, channel)


async def test_a_stop_that_falls_between_the_claim_and_its_beginning_counts(
    interposing: App, channel: FakeChannel
) -> None:
    released(interposing, 5)
    store = interposing.store
    assert isinstance(store, Interposing)
    store.between.append(lambda: Store.write(store, stop_one, 3, interposing.clock.now()))
    async with pumping(interposing):
        await until("the end", are(interposing, sent=4, failed=1))
    assert phone(2) not in {one.address for one in channel.began}
    (ended,) = [one for one in school.deliveries(store) if one.state == DeliveryState.FAILED]
    assert (ended.reason, ended.attempts) == (outbox.PHONE_STOPPED, 0)


async def test_what_was_claimed_while_the_provider_refused_us_is_given_back_unsent(
    interposing: App, channel: FakeChannel
) -> None:
    """The answer “wait a minute” is read while the next texts are being claimed: none of them may begin."""
    released(interposing, 1)
    store = interposing.store
    assert isinstance(store, Interposing)
    channel.gate.clear()
    channel.fails(phone(0), Throttled("Slow down.", wait=60.0, code="429"))

    def five_more(session: Session) -> None:
        for number in range(1, 6):
            school.family(session, number)
        school.send_out(session, interposing.settings, interposing.clock.now(), text="More snow.")

    async def refused_meanwhile() -> None:
        channel.gate.set()
        await until("the refusal", lambda: not channel.trouble[phone(0)])

    async with pumping(interposing) as pump:
        await until("the first to begin", lambda: len(channel.began) == 1)
        store.between.append(refused_meanwhile)
        store.writing(five_more)
        pump.wake()
        await until("all to be written down", are(interposing, waiting=1, queued=6))
    assert not store.between
    assert len(channel.began) == 1
    assert {one.attempts for one in school.deliveries(store)} == {0}


async def test_a_text_that_comes_back_after_its_stop_ends_there(app: App, channel: FakeChannel) -> None:
    """It was on the wire as the family stopped, and the provider did not take it: it is not tried again."""
    released(app, 1)
    channel.fails(phone(0), Temporary("Out of reach."))
    channel.gate.clear()
    async with pumping(app):
        await until("the text to begin", lambda: len(channel.began) == 1)
        stop(app, 1)
        channel.gate.set()
        await until("the end", are(app, failed=1))
    (row,) = school.deliveries(app.store)
    assert row.reason == outbox.PHONE_STOPPED


async def test_the_confirmation_of_a_stop_is_not_held_up_by_what_came_back(
    app: App, channel: FakeChannel
) -> None:
    released(app, 1)
    channel.fails(phone(0), Throttled("Slow down.", wait=0.0))
    channel.gate.clear()
    async with pumping(app) as pump:
        await until("the text to begin", lambda: len(channel.began) == 1)
        stop(app, 1)
        app.store.writing(
            lambda session: outbox.answer(
                session, contact_point_id=1, lane_id=LANE, text="Done.", language="en", passes_stop=True
            )
        )
        channel.gate.set()
        pump.wake()
        await until("the confirmation", lambda: channel.texts(phone(0)) == ["Done."])
        await until("the end", are(app, failed=1, sent=1))


async def test_what_comes_back_of_a_stopped_broadcast_ends_there(app: App, channel: FakeChannel) -> None:
    released(app, 2)
    for number in (0, 1):
        channel.fails(phone(number), Temporary("Out of reach."))
    channel.gate.clear()
    async with pumping(app):
        await until("both to begin", lambda: len(channel.began) == 2)
        app.store.writing(broadcasts.stop, 1)
        channel.gate.set()
        await until("the end", are(app, failed=2))
    assert {row.reason for row in school.deliveries(app.store)} == {"Stopped by staff."}


async def test_a_provider_that_asks_us_to_wait_is_left_alone_until_then(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    released(app, 20)
    channel.gate.clear()
    channel.fails(phone(0), Throttled("Slow down.", wait=60.0, code="429"))
    async with pumping(app) as pump:
        await until("the wire to be full", lambda: len(channel.began) == 8)
        channel.gate.set()
        await until("those on the wire to end", are(app, sent=7, waiting=1, queued=12))
        pump.wake()
        with pytest.raises(AssertionError, match="waited"):
            await until("another text", lambda: len(channel.began) > 8, patience=0.2)
        (row,) = [one for one in school.deliveries(app.store) if one.state == DeliveryState.WAITING]
        assert row.attempts == 0, "the try was no fault of the text's"
        assert row.waiting_until == lane(app).not_before == clock.now() + timedelta(seconds=60)
    clock.advance(seconds=61)
    app.store.writing(outbox.wake, clock.now())
    async with pumping(app):  # as after a restart: only the table remembers the wait
        await until("the rest", are(app, sent=20))
    assert len(channel.began) == 21


@pytest.mark.parametrize("error", [Throttled("Slow down.", wait=60.0, code="429"), Setup("Who is this?")])
async def test_a_refusal_holds_for_what_would_begin_in_the_same_step(
    app: App, channel: FakeChannel, error: SendError
) -> None:
    """The first of five is refused before the second begins, though both were begun together."""
    released(app, 5)
    channel.fails(phone(0), error)
    async with pumping(app):
        await until("the refusal", lambda: not channel.trouble[phone(0)])
        await until("the others to come back", lambda: "sending" not in school.states(app.store))
        assert len(channel.began) == 1
    assert {one.attempts for one in school.deliveries(app.store)} == {0}


async def test_the_longest_wait_that_was_asked_for_holds(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    released(app, 2)
    channel.gate.clear()
    channel.fails(phone(0), Throttled("Slow down.", wait=600.0))
    channel.fails(phone(1), Throttled("Slow down.", wait=1.0))
    async with pumping(app):
        await until("both to begin", lambda: len(channel.began) == 2)
        channel.gate.set()
        await until("both to come back", are(app, waiting=2))
    assert lane(app).not_before == clock.now() + timedelta(seconds=600)


async def test_a_chat_that_moved_is_kept_and_gets_its_text_once(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    released(app, 2)
    channel.fails(phone(0), Moved("This group has a new id.", address="-1002215550142", code="400"))
    async with pumping(app):
        await until("the move", are(app, sent=1, waiting=1))
        app.store.writing(outbox.wake, clock.now())
        await until("both texts", are(app, sent=2))
    assert {one.address for one in channel.accepted} == {"-1002215550142", phone(1)}
    assert app.store.reading(contacts.at_address, ChannelName.SMS, phone(0)) is None


async def test_a_wrong_account_stops_the_lane_and_keeps_its_queue(app: App, channel: FakeChannel) -> None:
    released(app, 20)
    channel.always = Setup("Twilio refuses our name or password.", code="20003")
    async with pumping(app) as pump:
        await until("the lane to stop", lambda: lane(app).state == LaneState.STOPPED)
        await until("all to be queued again", are(app, queued=20))
        assert lane(app).why == "Twilio refuses our name or password."
        assert {one.attempts for one in school.deliveries(app.store)} == {0}
        tried = len(channel.began)
        channel.always = None
        pump.wake()
        with pytest.raises(AssertionError, match="waited"):
            await until("another try", lambda: len(channel.began) > tried, patience=0.2)
        app.store.writing(outbox.start_lane, LANE)
        await until("all texts", are(app, sent=20))


@pytest.mark.parametrize(
    ("error", "state", "stopped", "bad"),
    [
        (OptedOut("The family stopped texts.", code="21610"), "failed", True, False),
        (BadAddress("No phone under this number.", code="30005"), "failed", False, True),
        (Content("Too long.", code="21617"), "failed", False, False),
        (Temporary("Out of reach.", code="30003"), "waiting", False, False),
        (Uncertain("The connection broke."), "uncertain", False, False),
        (SendError("Nobody knows."), "uncertain", False, False),
    ],
)
async def test_what_a_refusal_means_for_the_text_and_for_the_phone(
    app: App, channel: FakeChannel, error: SendError, state: str, stopped: bool, bad: bool
) -> None:
    released(app, 1)
    channel.fails(phone(0), error)
    async with pumping(app):
        await until("the try to be settled", lambda: school.states(app.store) == {state: 1})
    (row,) = school.deliveries(app.store)
    assert (row.reason, row.code) == (str(error), error.code)
    kept = contact(app, 1)
    assert (kept.stopped_at is not None, kept.bad_at is not None) == (stopped, bad)
    ledger = app.store.reading(lambda session: session.exec(select(Consent)).all())
    assert [(one.granted, one.evidence) for one in ledger] == [(False, str(error))] * stopped


async def test_more_for_a_phone_that_the_provider_refuses_ends_with_it(
    app: App, channel: FakeChannel
) -> None:
    def two(session: Session) -> None:
        school.families(session, 1)
        school.send_out(session, app.settings, app.clock.now(), text="First.")
        school.send_out(session, app.settings, app.clock.now(), text="Second.")

    app.store.writing(two)
    channel.fails(phone(0), OptedOut("The family stopped texts."))
    async with pumping(app):
        await until("the end", are(app, failed=2))
    assert [one.text for one in channel.began] == ["First."]


@pytest.mark.parametrize("fault", [ValueError("a fault of ours"), asyncio.CancelledError()])
async def test_a_fault_of_ours_leaves_the_text_uncertain_and_the_pump_at_work(
    app: App, channel: FakeChannel, fault: BaseException
) -> None:
    released(app, 3)
    channel.fails(phone(1), Trouble(fault, accepted=True))
    async with pumping(app):
        await until("all three", are(app, sent=2, uncertain=1))
    (row,) = [one for one in school.deliveries(app.store) if one.state == DeliveryState.UNCERTAIN]
    assert row.reason is not None
    assert "a fault of ours" not in row.reason, "an error's words may hold a family's"
    assert len(channel.began) == 3


async def test_stopping_drains_what_is_on_the_wire_and_claims_nothing_more(
    app: App, channel: FakeChannel
) -> None:
    released(app, 30)
    channel.gate.clear()
    pump = Pump(app, app.senders[0])
    task = asyncio.create_task(pump.run())
    await until("the wire to be full", lambda: len(channel.began) == 8)
    pump.stop()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(task), 0.2)
    channel.gate.set()
    await asyncio.wait_for(task, 10)
    assert school.states(app.store) == {"sent": 8, "queued": 22}


class Fragile(Store):
    """A store whose writes fail while somebody else holds the file, as a locked database's do."""

    failing = 0
    failed = 0

    async def write(self, work, *args, **kwargs):  # type: ignore[no-untyped-def]
        if self.failing:
            self.failing -= 1
            self.failed += 1
            raise StoreError("homeloop.db is locked by another program: nothing was written.")
        return await super().write(work, *args, **kwargs)


@pytest.fixture
def fragile(settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel) -> App:
    store.__class__ = Fragile
    return school.app_on(school.lively(settings), store, clock, channel)


async def test_a_locked_database_pauses_the_pump_and_nothing_is_lost_or_sent_twice(
    fragile: App, channel: FakeChannel
) -> None:
    released(fragile, 20)
    assert isinstance(fragile.store, Fragile)
    fragile.store.failing = 3  # the lane cannot even be taken
    channel.gate.clear()
    async with pumping(fragile):
        await until("the wire to be full", lambda: len(channel.began) == 8)
        fragile.store.failing = 5
        channel.gate.set()
        await until("everything to be sent", are(fragile, sent=20))
    assert len(channel.accepted) == 20
    assert fragile.store.failing == 0


async def test_while_the_database_fails_the_pump_tries_once_a_tick(
    fragile: App, channel: FakeChannel
) -> None:
    """Tries that have ended must not make it try again without a pause."""
    released(fragile, 8)
    store = fragile.store
    assert isinstance(store, Fragile)
    channel.gate.clear()
    async with pumping(fragile):
        await until("the wire to be full", lambda: len(channel.began) == 8)
        store.failing = 1_000_000
        channel.gate.set()
        await until("the first failure", lambda: store.failed >= 1)
        begun, before = time.monotonic(), store.failed
        await until("ten more failures", lambda: store.failed >= before + 10)
        assert time.monotonic() - begun > 5 * fragile.settings.sending.tick_seconds
        store.failing = 0
        await until("everything to be settled", are(fragile, sent=8))


async def test_a_database_that_stays_away_does_not_keep_the_program_from_ending(
    fragile: App, channel: FakeChannel
) -> None:
    """What it could not settle is uncertain at the next start, never sent again unseen."""
    released(fragile, 2)
    assert isinstance(fragile.store, Fragile)
    channel.gate.clear()
    async with pumping(fragile):
        await until("both to begin", lambda: len(channel.began) == 2)
        fragile.store.failing = 1_000_000
        channel.gate.set()
    fragile.store.failing = 0
    fragile.store.writing(outbox.take_lane, LANE)
    assert school.states(fragile.store) == {"uncertain": 2}


async def test_waking_is_prompt(
    settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel
) -> None:
    app = school.app_on(school.lively(settings, tick_seconds=60), store, clock, channel)
    async with pumping(app) as pump:
        await until("the lane to be taken", lambda: lane(app).epoch == 1)
        released(app, 1)
        pump.wake()
        await until("the text", lambda: len(channel.accepted) == 1, patience=2)
        await until("its settlement", are(app, sent=1), patience=2)


async def test_of_two_pumps_on_one_lane_the_older_claims_nothing(app: App, channel: FakeChannel) -> None:
    async with pumping(app) as older:
        await until("the lane to be taken", lambda: lane(app).epoch == 1)
        async with pumping(app):
            await until("it to be taken again", lambda: lane(app).epoch == 2)
            released(app, 30)
            for _ in range(20):
                older.wake()
                await asyncio.sleep(0)
            await until("30 texts", are(app, sent=30))
    assert len(channel.began) == 30
    assert {one.epoch for one in school.deliveries(app.store)} == {2}


async def test_what_the_older_pump_had_on_the_wire_is_uncertain_and_stays_so(
    app: App, channel: FakeChannel
) -> None:
    released(app, 1)
    channel.gate.clear()
    async with pumping(app):
        await until("the text to begin", lambda: len(channel.began) == 1)
        async with pumping(app):
            await until("the lane to be taken over", are(app, uncertain=1))
            channel.gate.set()
            await until("the answer", lambda: len(channel.accepted) == 1)
    assert school.states(app.store) == {"uncertain": 1}, "only the provider's list may settle it now"


async def test_the_pace_of_the_lane_is_kept(
    settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel
) -> None:
    app = school.app_on(school.lively(settings), store, clock, channel, in_flight=100)
    (sender,) = app.senders
    slow = App(app.settings, store, clock, (type(sender)(
        sender.lane_id, sender.name, sender.channel, channel, per_second=20, in_flight=100),))  # fmt: skip
    released(slow, 30)
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with pumping(slow):
        await until("30 texts", lambda: len(channel.began) == 30)
    took = loop.time() - began
    assert took >= 0.45, "20 at once, then 20 a second"
