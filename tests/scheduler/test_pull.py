"""Replies that no webhook brought are read from the provider's list: every one, once, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot import replies
from bot.app import App
from bot.channels.transport import PyreqwestTransport
from bot.channels.twilio_lists import SmsLists
from bot.errors import SendError
from bot.messages import ChannelName
from bot.settings import Settings, Sms
from bot.simulator import Account, Fault, Plan, Say, Simulator, Trouble
from bot.store import contacts, pulls
from bot.store.store import Store
from bot.store.tables import Inbound, Sweep
from scheduler.pull import pull
from tests import school
from tests.conftest import StandingClock
from tests.fakes import FakeChannel
from tests.school import SMS, phone

NOBODY = "http://127.0.0.1:9/sms/inbound"  #: where nothing listens


@dataclass
class World:
    """A provider whose webhooks reach nobody, and Homeloop."""

    simulator: Simulator
    app: App
    clock: StandingClock

    async def hear(self, *said: tuple[str, str]) -> None:
        for address, text in said:
            await self.simulator.say(Say(address, text, sender=SMS))
        await self.simulator.quiet()
        self.clock.moment = datetime.now(UTC) + timedelta(seconds=1)

    async def pull(self) -> int:
        return await pull(self.app, self.app.senders[0])

    def kept(self) -> list[Inbound]:
        rows = select(Inbound).order_by(col(Inbound.id))
        return self.app.store.reading(lambda session: list(session.exec(rows)))


@pytest.fixture
async def world(settings: Settings, store: Store) -> AsyncIterator[World]:
    simulator = Simulator(Account(inbound_url=NOBODY, webhook_tries=1))
    base_url = await simulator.start()
    transport = PyreqwestTransport()
    clock = StandingClock(datetime.now(UTC))
    account = {"account_sid": simulator.account.account_sid, "auth_token": simulator.account.auth_token}
    sms = Sms.model_validate({**account, "sender": SMS, "base_url": base_url})
    app = school.app_on(school.lively(settings), store, clock, FakeChannel(clock))
    sender = replace(app.senders[0], ledger=SmsLists(sms, transport, page=60))
    yield World(simulator, replace(app, senders=(sender,)), clock)
    await simulator.stop()
    await transport.close()
    assert simulator.ledger.oddities == []


async def test_two_hours_without_webhooks_lose_no_reply(world: World) -> None:
    said = [(phone(number), f"Answer {number}") for number in range(500)]
    await world.hear(*said)
    assert all(heard.told == [0] for heard in world.simulator.ledger.heard), "no webhook got through"
    assert await world.pull() == 500
    rows = world.kept()
    assert [(row.address, row.message["text"]) for row in rows] == said, "in the order in which they came"
    assert all(row.pulled for row in rows)
    assert await world.pull() == 0, "and once"


async def test_what_a_webhook_brings_as_well_is_kept_once(world: World) -> None:
    await world.hear((phone(1), "2"), (phone(2), "3"))
    ledger = world.app.senders[0].ledger
    assert ledger is not None
    (first, at), (second, _) = await ledger.received(world.clock.now() - timedelta(hours=1))
    world.app.store.writing(replies.accept, [second], world.clock.now())
    assert await world.pull() == 1
    world.app.store.writing(replies.accept, [first, second], world.clock.now())
    assert sorted(row.provider_id for row in world.kept()) == sorted([first.provider_id, second.provider_id])
    kept = next(row for row in world.kept() if row.pulled)
    assert kept.received_at == at, "it counts as received when it was sent"


async def test_the_list_goes_on_over_many_pages(world: World) -> None:
    await world.hear(*((phone(number), f"Answer {number}") for number in range(200)))
    assert await world.pull() == 200


async def test_a_stop_that_was_lost_is_obeyed(world: World) -> None:
    world.app.store.writing(school.families, 2)
    await world.hear((phone(0), "STOP"), (phone(1), "When does the bus come?"))
    await world.pull()
    for key in world.app.store.reading(replies.unhandled, 10):
        world.app.store.writing(replies.handle, key, world.app.settings, world.clock.now())
    stopped = world.app.store.reading(contacts.at_address, ChannelName.SMS, phone(0))
    assert stopped is not None
    assert stopped.stopped_at is not None
    assert all(
        row.message.get("provider_replied", False) == (row.message["text"] == "STOP") for row in world.kept()
    )


async def test_a_list_that_cannot_be_read_is_read_at_the_next_look(world: World) -> None:
    await world.hear((phone(1), "2"))
    world.simulator.misbehave(Plan((Fault(Trouble.BROKEN, call="list", times=1),)))
    with pytest.raises(SendError):
        await world.pull()
    assert world.app.store.reading(pulls.until, SMS) is None
    assert await world.pull() == 1


async def test_a_first_look_leaves_alone_what_was_said_before_we_were_there(world: World) -> None:
    await world.hear((phone(1), "Something old"))
    world.clock.advance(hours=1)
    assert await world.pull() == 0


async def test_from_the_first_look_on_nothing_is_left_out(world: World) -> None:
    await world.pull()
    for text in ("one", "two"):
        await world.hear((phone(1), text))
        world.clock.advance(days=3)
        assert await world.pull() == 1


async def test_whom_we_erased_a_moment_ago_does_not_come_back(world: World) -> None:
    world.app.store.writing(school.families, 1)
    await world.hear((phone(0), "I stay"), (phone(7), "Erase me"))
    world.app.store.writing(
        lambda session: session.add(Sweep(at=world.clock.now(), kind="erased", removed={"inbound": 1}))
    )
    assert await world.pull() == 1
    assert [row.address for row in world.kept()] == [phone(0)]


async def test_texts_to_another_number_of_the_account_are_not_ours(world: World) -> None:
    await world.simulator.say(Say(phone(1), "For another school", sender="+17155550999"))
    await world.hear((phone(1), "For us"))
    assert await world.pull() == 1
