"""Everything that acts by itself: releases, wakes, reads what families sent, looks for uncertain texts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from bot import broadcasts, replies
from bot.app import App, Sender
from bot.broadcasts import Draft
from bot.conversation.ask import Ask
from bot.errors import StoreError
from bot.messages import ChannelName, Inbound, Sighting
from bot.settings import Settings
from bot.store import outbox
from bot.store.audience import Audience
from bot.store.store import Store
from bot.store.tables import Delivery, Schedule, SignInTry, Talk
from bot.store.tables import Inbound as InboundRow
from scheduler.service import Service
from tests import school
from tests.conftest import StandingClock
from tests.fakes import FakeChannel, until
from tests.school import SMS, phone

SECRET = "my sister is ill"


@pytest.fixture
def channel(clock: StandingClock) -> FakeChannel:
    return FakeChannel(clock)


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel) -> App:
    return school.app_on(school.lively(settings), store, clock, channel)


@asynccontextmanager
async def working(app: App) -> AsyncIterator[Service]:
    service = Service(app)
    await service.start()
    try:
        yield service
    finally:
        await asyncio.wait_for(service.stop(), 10)


def came(app: App, *texts: tuple[str, str]) -> None:
    """Store what families sent; ids are made so that the order is that of the arguments."""
    have = len(app.store.reading(lambda session: session.exec(select(InboundRow.id)).all()))
    messages = [
        Inbound(ChannelName.SMS, f"IN{have + number}", SMS, address, text)
        for number, (address, text) in enumerate(texts)
    ]
    app.store.writing(replies.accept, messages, app.clock.now())


def question(app: App, count: int = 1) -> None:
    def work(session: Session) -> None:
        school.families(session, count)
        school.send_out(
            session, app.settings, app.clock.now(), text="When?", ask=Ask("one_of", ("8-11", "3-5", "6-8"))
        )

    app.store.writing(work)


def unread(app: App) -> int:
    return len(app.store.reading(replies.unhandled, 10_000))


def scheduled(app: App, in_seconds: float, *, title: str = "Snow") -> int:
    def work(session: Session) -> int:
        now = app.clock.now()
        made = broadcasts.draft(session, Draft(title, f"{title}: school is closed today.", Audience()), now)
        broadcasts.approve(session, made, app.settings, now=now, fallback="en")
        local = (now + timedelta(seconds=in_seconds)).astimezone(app.settings.school.zone)
        broadcasts.schedule(session, made, local.replace(tzinfo=None), app.settings, rrule=None, now=now)
        return made

    return app.store.writing(work)


async def test_a_broadcast_goes_out_when_its_moment_comes(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    app.store.writing(school.families, 5)
    scheduled(app, 3600)
    async with working(app) as service:
        assert service.alive
        await service.release_due()
        assert school.deliveries(app.store) == []
        clock.advance(seconds=3600)
        await until("five texts", lambda: school.states(app.store) == {"sent": 5})
    assert len(channel.accepted) == 5


async def test_eight_ticks_at_once_release_an_occurrence_once(app: App, clock: StandingClock) -> None:
    app.store.writing(school.families, 20)
    scheduled(app, 60)
    clock.advance(seconds=60)
    service = Service(app)
    await asyncio.gather(*(service.release_due() for _ in range(8)))
    assert len(school.deliveries(app.store)) == 20


async def test_a_schedule_that_cannot_be_released_keeps_no_other_from_going_out(
    app: App, clock: StandingClock
) -> None:
    app.store.writing(school.families, 2)
    broken, good = scheduled(app, 60, title="Broken"), scheduled(app, 60, title="Good")

    def spoil(session: Session) -> None:
        row = session.exec(select(Schedule).where(col(Schedule.broadcast_id) == broken)).one()
        row.zone = "Nowhere/Atall"
        session.add(row)

    app.store.writing(spoil)
    clock.advance(seconds=60)
    await Service(app).release_due()
    assert {one.broadcast_id for one in school.deliveries(app.store)} == {good}


async def test_what_waited_goes_when_its_hour_comes(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    def waiting(session: Session) -> None:
        school.families(session, 1)
        school.send_out(session, app.settings, clock.now())
        row = session.exec(select(Delivery)).one()
        row.state, row.waiting_until = "waiting", clock.now() + timedelta(hours=1)
        session.add(row)

    app.store.writing(waiting)
    async with working(app) as service:
        await service.wake()
        assert school.states(app.store) == {"waiting": 1}
        clock.advance(hours=1)
        await until("the text", lambda: len(channel.accepted) == 1)


async def test_messages_of_one_phone_are_dealt_with_in_their_order(app: App, channel: FakeChannel) -> None:
    """Forty phones change their minds five times each: the last word holds."""
    question(app, 40)
    async with working(app) as service:
        await until("all to be asked", lambda: school.states(app.store) == {"sent": 40})
        app.clock.advance(minutes=5)  # type: ignore[attr-defined]
        came(app, *[(phone(n), str(1 + (n + turn) % 3)) for turn in range(5) for n in range(40)])
        service.came()
        await until("all to be read", lambda: unread(app) == 0)
    answers = {one.contact_point_id - 1: one.value for one in school.all_replies(app.store)}
    assert answers == {n: str(1 + (n + 4) % 3) for n in range(40)}


async def test_more_than_one_round_of_messages_is_read_without_waiting_for_a_tick(
    settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel
) -> None:
    app = school.app_on(school.lively(settings, tick_seconds=60), store, clock, channel)
    async with working(app) as service:
        came(app, *[(phone(n), "hello?") for n in range(250)])
        service.came()
        await until("all to be read", lambda: unread(app) == 0)


async def test_a_message_that_cannot_be_dealt_with_goes_to_a_person_and_holds_nobody_up(
    app: App, channel: FakeChannel
) -> None:
    """And neither its words nor its number reach a log."""
    question(app, 3)
    async with working(app) as service:
        await until("all to be asked", lambda: school.states(app.store) == {"sent": 3})
        app.clock.advance(minutes=5)  # type: ignore[attr-defined]

        def spoil(session: Session) -> None:
            session.add(Talk(contact_point_id=2, state={"language": SECRET, "now": {SECRET: phone(1)}},
                             changed_at=app.clock.now()))  # fmt: skip

        app.store.writing(spoil)
        with capture_logs() as logs:
            came(app, (phone(0), "1"), (phone(1), SECRET), (phone(2), "2"))
            service.came()
            await until("all to be read", lambda: unread(app) == 0)
        assert service.alive
    assert school.handovers(app.store) == ["the program could not deal with this message"]
    assert [(one.contact_point_id, one.value) for one in school.all_replies(app.store)] == [
        (1, "1"),
        (3, "2"),
    ]
    assert logs
    assert SECRET not in str(logs)
    assert phone(1) not in str(logs)


async def test_a_language_that_nobody_knows_is_a_persons_matter_not_a_loop(app: App) -> None:
    """Our own errors, too, end with a person: only a store that refuses is worth waiting for."""
    question(app, 1)

    def spoil(session: Session) -> None:
        row = session.exec(select(InboundRow)).one()
        row.message = row.message | {"nobody_knows": True}
        session.add(row)

    came(app, (phone(0), "1"))
    app.store.writing(spoil)
    service = Service(app)
    assert await service.think() == 1
    assert await service.think() == 0


class Refusing(Store):
    """A store that refuses some writes, as a locked file does."""

    refused: list[str]
    refuses: dict[str, int]

    async def write(self, work, *args, **kwargs):  # type: ignore[no-untyped-def]
        name = work.__name__
        if self.refuses.get(name, 0):
            self.refuses[name] -= 1
            self.refused.append(name)
            raise StoreError("homeloop.db is locked by another program: nothing was written.")
        return await super().write(work, *args, **kwargs)

    async def read(self, work, *args, **kwargs):  # type: ignore[no-untyped-def]
        name = work.__name__
        if self.refuses.get(name, 0):
            self.refuses[name] -= 1
            self.refused.append(name)
            raise OSError("disk I/O error")
        return await super().read(work, *args, **kwargs)


@pytest.fixture
def refusing(app: App) -> Refusing:
    app.store.__class__ = Refusing
    assert isinstance(app.store, Refusing)
    app.store.refused, app.store.refuses = [], {}
    return app.store


async def test_while_the_store_refuses_messages_stay_unread_and_keep_their_order(
    app: App, refusing: Refusing
) -> None:
    question(app, 1)
    async with working(app) as service:
        await until("the question", lambda: school.states(app.store) == {"sent": 1})
        app.clock.advance(minutes=5)  # type: ignore[attr-defined]
        refusing.refuses = {"handle": 3, "give_up": 1}
        came(app, (phone(0), "1"), (phone(0), "2"), (phone(0), "3"))
        service.came()
        await until("all to be read", lambda: unread(app) == 0)
        assert service.alive
    assert refusing.refused == ["handle"] * 3
    (reply,) = school.all_replies(app.store)
    assert (reply.value, reply.state) == ("3", "corrected")


async def test_a_store_that_cannot_be_read_for_a_while_ends_no_part_of_the_service(
    app: App, refusing: Refusing, channel: FakeChannel, clock: StandingClock
) -> None:
    app.store.writing(school.families, 2)
    scheduled(app, 60)
    async with working(app) as service:
        refusing.refuses = {"unhandled": 3, "due": 3, "waking": 3, "uncertain": 2}
        came(app, (phone(0), "hello?"))
        clock.advance(seconds=60)
        service.came()
        await until("the refusals to be over", lambda: not any(refusing.refuses.values()))
        await until("the message to be read", lambda: unread(app) == 0)
        await until("the broadcast", lambda: len(channel.accepted) == 3)
        assert service.alive


async def test_a_talk_that_cannot_be_woken_keeps_no_other_asleep(app: App, clock: StandingClock) -> None:
    def two(session: Session) -> None:
        school.families(session, 2)
        for contact_id, state in ((1, {"language": SECRET, "now": 7}), (2, {"language": "en"})):
            session.add(
                Talk(contact_point_id=contact_id, state=state, changed_at=clock.now(), wakes_at=clock.now())
            )

    app.store.writing(two)
    with capture_logs() as logs:
        await Service(app).wake()
    assert app.store.reading(replies.waking, clock.now(), 9) == [1]
    assert SECRET not in str(logs)


async def test_a_slow_provider_of_keyboards_keeps_nobody_waiting(
    app: App, channel: FakeChannel, settings: Settings
) -> None:
    slow = FakeChannel(channel.clock, listed=None)
    never = asyncio.Event()

    async def hang() -> None:
        await never.wait()

    slow.on_acknowledge = hang
    lane = app.store.writing(outbox.ensure_lane, ChannelName.TELEGRAM, "bot:7155")
    both = App(
        app.settings,
        app.store,
        app.clock,
        (*app.senders, Sender(lane, "bot:7155", ChannelName.TELEGRAM, slow, 1e6, 4)),
    )
    press = Inbound(ChannelName.TELEGRAM, "7155:1", "bot:7155", "900", pressed="q:1:1", press_id="77")
    async with working(both) as service:
        both.store.writing(replies.accept, [press], both.clock.now())
        service.came()
        await until("the press to be read", lambda: unread(both) == 0)
        came(both, (phone(0), "hello?"))
        service.came()
        await until("the next message to be read", lambda: unread(both) == 0, patience=3)


async def test_a_keyboard_that_cannot_be_taken_away_ends_nothing(app: App, channel: FakeChannel) -> None:
    async def refuse() -> None:
        raise ValueError("no such message")

    channel.on_acknowledge = refuse
    press = Inbound(ChannelName.SMS, "IN900", SMS, phone(0), pressed="q:1:1", press_id="77")
    async with working(app) as service:
        app.store.writing(replies.accept, [press], app.clock.now())
        service.came()
        await until("the press to be read", lambda: unread(app) == 0)
        came(app, (phone(0), "hello?"))
        service.came()
        await until("the next message to be read", lambda: unread(app) == 0)
        assert service.alive


async def test_uncertain_texts_are_looked_for_on_every_lane_though_one_provider_is_broken(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    class Broken(FakeChannel):
        async def find(self, address: str, since: object) -> None:
            raise ValueError("a fault of ours")

    lane = app.store.writing(outbox.ensure_lane, ChannelName.TELEGRAM, "bot:7155")
    broken = Sender(lane, "bot:7155", ChannelName.TELEGRAM, Broken(clock), 1e6, 4)

    def work(session: Session) -> None:
        school.families(session, 1)
        school.send_out(session, app.settings, clock.now())
        contact = school.family(session, 9, address="900", channel=ChannelName.TELEGRAM)
        outbox.answer(session, contact_point_id=contact, lane_id=lane, text="Thanks.", language="en")
        for one in (1, lane):
            epoch = outbox.take_lane(session, one)
            assert outbox.claim(session, one, epoch, 9, token=f"t{one}", now=clock.now())
            outbox.take_lane(session, one)

    app.store.writing(work)
    for one in school.deliveries(app.store)[:1]:
        assert channel.listed is not None
        channel.listed.append(
            (phone(0), Sighting(f"SM{one.id}", "Snow: school is closed today.", clock.now()))
        )
    both = App(app.settings, app.store, clock, (broken, *app.senders))
    await Service(both).sending.reconcile()
    assert sorted(one.state for one in school.deliveries(app.store)) == ["sent", "uncertain"]


async def test_stopping_settles_what_is_on_the_wire(app: App, channel: FakeChannel) -> None:
    app.store.writing(school.families, 30)
    app.store.writing(lambda session: school.send_out(session, app.settings, app.clock.now()))
    channel.gate.clear()
    service = Service(app)
    await service.start()
    await until("the wire to be full", lambda: len(channel.began) == 8)
    stopping = asyncio.create_task(service.stop())
    await asyncio.sleep(0)
    channel.gate.set()
    await asyncio.wait_for(stopping, 10)
    assert school.states(app.store) == {"sent": 8, "queued": 22}


async def test_a_service_that_never_began_can_be_stopped(app: App) -> None:
    await asyncio.wait_for(Service(app).stop(), 5)


async def test_once_a_night_what_is_old_enough_goes(app: App, clock: StandingClock) -> None:
    def old_try(session: Session) -> None:
        session.add(SignInTry(account="x", known_device=False, at=clock.now() - timedelta(days=40)))

    def tries(session: Session) -> int:
        return len(session.exec(select(SignInTry)).all())

    service = Service(app)
    app.store.writing(old_try)
    await service.forget()
    assert app.store.reading(tries) == 0
    app.store.writing(old_try)
    await service.forget()  # it has run since the last hour of the night
    assert app.store.reading(tries) == 1
    clock.advance(days=1)
    await service.forget()
    assert app.store.reading(tries) == 0
