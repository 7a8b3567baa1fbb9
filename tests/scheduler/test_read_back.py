"""A backup in the middle of a broadcast, a disaster after it, a restore: nobody hears anything twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from bot import replies
from bot.app import App
from bot.bootstrap import assemble
from bot.conversation.ask import Ask
from bot.messages import ChannelName, DeliveryState, Inbound, Sighting
from bot.settings import Settings, parse
from bot.simulator import Account, Fault, Plan, Say, Simulator, Trouble
from bot.store import backup, outbox, restoring
from bot.store.tables import ContactPoint, Lane, LaneState
from scheduler.service import Service
from tests import school
from tests.fakes import until
from tests.school import SMS, phone

FAMILIES = 60
NOBODY = "http://127.0.0.1:9"


@dataclass
class World:
    """One provider; machines of ours that come and go."""

    simulator: Simulator
    base_url: str
    folder: Path
    running: list[tuple[App, Service]] = field(default_factory=list)

    def settings(self, database: Path, **sms: object) -> Settings:
        account = self.simulator.account
        table = {
            "school": {"name": "Lincoln School", "phone": "715-555-0100"},
            "server": {"public_url": NOBODY},
            "database": {"path": str(database)},
            "hours": {"start": "00:00", "end": "00:00"},
            "sending": {"tick_seconds": 0.1, "grace_seconds": 0.3, "look_every_seconds": 0.1},
            "sms": {
                "account_sid": account.account_sid,
                "auth_token": account.auth_token,
                "sender": SMS,
                "base_url": self.base_url,
                **sms,
            },
        }
        return parse(table, {}, place=self.folder / "config.toml")

    async def begin(self, database: Path, **sms: object) -> tuple[App, Service]:
        app = assemble(self.settings(database, **sms))
        app.store.writing(outbox.keep_lanes, [sender.lane_id for sender in app.senders])
        service = Service(app)
        await service.start()
        self.running.append((app, service))
        return app, service

    async def end(self) -> None:
        while self.running:
            app, service = self.running.pop()
            await service.stop()
            await app.close()

    def heard(self) -> Counter[tuple[str, str]]:
        return Counter((one.address, one.text) for one in self.simulator.ledger.accepted)

    async def say(self, address: str, text: str) -> None:
        await self.simulator.say(Say(address, text, sender=SMS))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    simulator = Simulator(Account(inbound_url=f"{NOBODY}/sms/inbound", webhook_tries=1))
    made = World(simulator, await simulator.start(), tmp_path)
    yield made
    await made.end()
    await simulator.stop()


def _now() -> datetime:
    return datetime.now(UTC)


def ask(session: Session, app: App) -> None:
    school.families(session, FAMILIES)
    school.send_out(
        session, app.settings, app.clock.now(), text="Can you come on Tuesday?", ask=Ask("yes_no"),
        texts={},
    )  # fmt: skip


def lane(app: App) -> str:
    return app.store.reading(lambda session: session.exec(select(Lane.state)).one())


async def disaster(world: World) -> Path:
    """Back up in the middle of a question's way out, let the day go on, lose the machine."""
    first = world.folder / "first" / "homeloop.db"
    app, service = await world.begin(first, parts_per_second=20)
    app.store.writing(ask, app)
    service.hurry()
    await until("some to have left", lambda: len(world.simulator.ledger.accepted) >= FAMILIES // 4)
    copy = world.folder / "copy"
    await asyncio.to_thread(backup.back_up, first, copy, app.clock.now())
    assert len(world.simulator.ledger.accepted) < FAMILIES, "in the middle"
    await until("all to have left", lambda: len(world.simulator.ledger.accepted) == FAMILIES, patience=30)
    for number in range(5):
        await world.say(phone(number), "STOP")
        await world.say(phone(FAMILIES - 1 - number), "1")
    await world.simulator.quiet()
    await service.pull()
    await until("their answers", lambda: len(world.simulator.ledger.accepted) == FAMILIES + 5)
    await world.simulator.quiet()
    await world.end()
    return copy


async def test_after_a_restore_nobody_hears_anything_twice_and_no_stop_is_forgotten(world: World) -> None:
    copy = await disaster(world)
    before = world.heard()
    second = world.folder / "second"
    restoring.restore(copy, second, _now())
    app, _ = await world.begin(second / backup.DATABASE, parts_per_second=1000)
    assert lane(app) == LaneState.HOLD, "nothing goes out before everything is known"
    assert DeliveryState.QUEUED in school.states(app.store)
    await until("the hold to be lifted", lambda: lane(app) == LaneState.RUNNING, patience=30)
    await world.simulator.quiet()
    assert world.heard() == before
    rows = [one for one in school.deliveries(app.store) if one.broadcast_id]
    assert {one.state for one in rows} <= {DeliveryState.SENT, DeliveryState.DELIVERED}
    assert len({one.provider_id for one in rows}) == FAMILIES, "each is known by the provider's own id"
    assert [one.value for one in school.all_replies(app.store)] == ["yes"] * 5, "read again, and understood"
    quiet = select(ContactPoint.address).where(col(ContactPoint.stopped_at).is_not(None))
    stopped = app.store.reading(lambda session: session.exec(quiet).all())
    assert sorted(stopped) == [phone(number) for number in range(5)]

    app.store.writing(
        lambda session: school.send_out(session, app.settings, app.clock.now(), text="See you!")
    )
    await until("the next one", lambda: len(world.heard()) == len(before) + FAMILIES - 5, patience=30)
    await until("its end", lambda: DeliveryState.QUEUED not in school.states(app.store))
    late = [one.address for one in world.simulator.ledger.accepted if one.text == "See you!"]
    assert not set(late) & set(stopped), "and nothing after a STOP"


async def test_it_waits_while_the_providers_list_cannot_be_read(world: World) -> None:
    copy = await disaster(world)
    before = world.heard()
    restoring.restore(copy, world.folder / "second", _now())
    world.simulator.misbehave(Plan((Fault(Trouble.BROKEN, call="list"),)))
    app, _ = await world.begin(world.folder / "second" / backup.DATABASE)

    def why() -> str:
        found = app.store.reading(outbox.hold_in_force)
        return (found.why if found else None) or ""

    await until("it to say why", lambda: "Twilio" in why(), patience=30)
    assert lane(app) == LaneState.HOLD
    app.store.writing(outbox.start_lane, app.senders[0].lane_id)
    assert lane(app) == LaneState.HOLD, "nor does anybody start it by hand"
    world.simulator.misbehave(Plan())
    await until("the hold to be lifted", lambda: lane(app) == LaneState.RUNNING, patience=30)
    assert world.heard() == before


async def test_without_its_lists_what_stood_in_the_queue_is_for_staff_to_decide(world: World) -> None:
    copy = await disaster(world)
    before = world.heard()
    restoring.restore(copy, world.folder / "second", _now())
    app = assemble(world.settings(world.folder / "second" / backup.DATABASE))
    app = replace(app, senders=tuple(replace(one, ledger=None) for one in app.senders))
    app.store.writing(outbox.drop_hold, app.clock.now())
    assert lane(app) == LaneState.RUNNING
    states = school.states(app.store)
    assert DeliveryState.QUEUED not in states
    assert states[DeliveryState.HELD] > 0
    assert world.heard() == before
    await app.close()


def test_a_chat_has_no_list_so_its_queue_is_held(world: World, tmp_path: Path) -> None:
    app = assemble(world.settings(tmp_path / "homeloop.db"))
    bot = app.store.writing(outbox.ensure_lane, ChannelName.TELEGRAM, "bot:7155")
    at = app.clock.now()

    def work(session: Session) -> None:
        chat = school.family(session, 1, address="715000001", channel=ChannelName.TELEGRAM)
        outbox.answer(session, contact_point_id=chat, lane_id=bot, text="Hello", language="en")
        outbox.begin_hold(session, at - timedelta(hours=1), at)

    app.store.writing(work)
    (row,) = school.deliveries(app.store)
    assert (row.state, row.reason) == (DeliveryState.HELD, outbox.MAY_HAVE_GONE)
    app.store.close()


def test_what_only_the_provider_knows_is_written_into_the_conversation(world: World, tmp_path: Path) -> None:
    """An answer was given after the backup; the one that we would give now may repeat it, in other words."""
    app = assemble(world.settings(tmp_path / "homeloop.db"))
    at = app.clock.now()

    def work(session: Session) -> None:
        address, lane_id = phone(1), app.senders[0].lane_id
        home = school.family(session, 1)
        outbox.begin_hold(session, at - timedelta(hours=1), at)
        asked = Inbound(ChannelName.SMS, "SM" + "1" * 32, SMS, address, "When is the meeting?")
        replies.accept_listed(session, [(asked, at - timedelta(minutes=30))], at)
        (key,) = replies.unhandled(session, 1)
        outbox.answer(
            session, contact_point_id=home, lane_id=lane_id, text="By 4 PM.", language="en", inbound_id=key
        )
        said = Sighting("SM" + "2" * 32, "By 3 PM.", at - timedelta(minutes=20), "delivered", address)
        outbox.lift_hold(session, outbox.match(session, [said]), at)

    app.store.writing(work)
    rows = {row.text: row.state for row in school.deliveries(app.store)}
    assert rows == {"By 4 PM.": DeliveryState.HELD, "By 3 PM.": DeliveryState.SENT}
    assert lane(app) == LaneState.RUNNING
    app.store.close()
