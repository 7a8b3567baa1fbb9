"""The one process: how it begins, how it ends, and what it does about senders that are no longer there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from dataclasses import replace

import pytest
from pydantic import SecretStr
from sqlmodel import Session, col, select

from bot import watching
from bot.app import App, Sender
from bot.channels.telegram import TelegramPoller
from bot.channels.transport import PyreqwestTransport
from bot.errors import AlreadyRunning, SendError, SettingsError
from bot.messages import ChannelName, DeliveryState, Inbound, StatusReport
from bot.service import Running
from bot.settings import Settings, Telegram
from bot.simulator import Account, Family, Fault, Plan, Say, Simulator, Trouble
from bot.store import outbox
from bot.store.store import Store
from bot.store.tables import Delivery, Lane, ProviderEvent
from bot.store.tables import Inbound as Kept
from tests import school
from tests.conftest import StandingClock
from tests.fakes import FakeChannel, until
from tests.school import SMS, phone


@pytest.fixture
def channel(clock: StandingClock) -> FakeChannel:
    return FakeChannel(clock)


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel) -> App:
    """SMS only, so that nobody listens to a bot; any port."""
    server = settings.server.model_copy(update={"port": 0})
    ours = school.lively(settings).model_copy(update={"server": server, "telegram": None})
    return school.app_on(ours, store, clock, channel)


async def get(address: tuple[str, int], path: str) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), body


async def test_what_comes_in_is_stored_and_answered(app: App, channel: FakeChannel) -> None:
    app.store.writing(school.families, 1)
    running = Running(app)
    await running.start()
    try:
        await running.accept([Inbound(ChannelName.SMS, "IN1", SMS, phone(0), "When does the bus come?")])
        await until("the answer", lambda: len(channel.accepted) == 1)
        await until("its settlement", lambda: school.states(app.store) == {"sent": 1})
        (row,) = school.deliveries(app.store)
        report = StatusReport(ChannelName.SMS, row.provider_id or "", "delivered", attempt=row.attempt)
        await running.accept_status(report)
        await until("what it says", lambda: school.states(app.store) == {"delivered": 1})
        kept = app.store.reading(lambda session: session.exec(select(ProviderEvent.status)).all())
        assert kept == ["delivered"]
        assert running.address is not None
        status, body = await get(running.address, "/health")
        assert status == 200
        assert json.loads(body)["working"] is True
    finally:
        await running.stop()


async def test_a_menu_that_telegram_refuses_keeps_nobody_from_being_heard(
    app: App, channel: FakeChannel
) -> None:
    account = Account()
    simulator = Simulator(account)
    simulator.misbehave(Plan((Fault(Trouble.BROKEN, call="getMyCommands"),)))
    bot = Telegram(token=SecretStr(account.bot_token), base_url=await simulator.start(), poll_seconds=1)
    simulator.know([Family("715550142", ChannelName.TELEGRAM)])
    app.store.writing(school.families, 1)
    running = Running(replace(app, settings=app.settings.model_copy(update={"telegram": bot})))
    await running.start()
    try:
        await simulator.say(Say("715550142", channel=ChannelName.TELEGRAM, start=""))
        await until("their word", lambda: app.store.reading(_inbounds) == 1)
        await running.accept([Inbound(ChannelName.SMS, "IN1", SMS, phone(0), "When does the bus come?")])
        await until("the answer", lambda: len(channel.accepted) >= 1)
    finally:
        await running.stop()
        await simulator.stop()


async def test_two_programs_that_read_one_bot_are_said_beside_the_sender(
    app: App, store: Store, channel: FakeChannel
) -> None:
    """Telegram refuses one of two that poll: staff see it, and it goes once the other is gone."""
    account = Account()
    simulator = Simulator(account)
    bot = Telegram(token=SecretStr(account.bot_token), base_url=await simulator.start(), poll_seconds=1)
    name = f"bot:{account.bot_token.partition(':')[0]}"
    lane = store.writing(outbox.ensure_lane, ChannelName.TELEGRAM, name)
    sender = Sender(lane, name, ChannelName.TELEGRAM, channel, 1e6, 4)
    ours = replace(app, settings=app.settings.model_copy(update={"telegram": bot}), senders=(sender,))
    running, other = Running(ours), TelegramPoller(bot, PyreqwestTransport())
    await running.start()
    rival = asyncio.create_task(_poll_for_ever(other))

    def ailments() -> set[watching.Ailment]:
        return set(store.reading(watching.health, (), app.clock.now()).ailments)

    try:
        await until("it to be said", lambda: watching.Ailment.NOT_HEARD in ailments(), patience=20)
        (seen,) = store.reading(watching.senders_seen)
        assert (seen.why or "").startswith("Another program reads this bot's messages; stop it")
        rival.cancel()
        await asyncio.gather(rival, return_exceptions=True)
        await until("it to be well again", lambda: watching.Ailment.NOT_HEARD not in ailments(), patience=20)
    finally:
        rival.cancel()
        await running.stop()
        await simulator.stop()


async def _poll_for_ever(poller: TelegramPoller) -> None:
    while True:
        with contextlib.suppress(SendError):
            await poller.updates(None)
        await asyncio.sleep(0)


def _inbounds(session: Session) -> int:
    return len(session.exec(select(Kept.id)).all())


async def test_a_second_process_is_refused_and_lets_everything_go(
    app: App, clock: StandingClock, channel: FakeChannel
) -> None:
    app.store.take_sender_lock()
    second = Running(replace(app, store=Store(app.store.path)))
    with pytest.raises(AlreadyRunning):
        await second.start()
    await asyncio.wait_for(second.stop(), 5)


async def test_a_port_that_is_taken_is_a_sentence_and_stopping_still_works(app: App) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = app.settings.server.model_copy(update={"port": other.getsockname()[1]})
        running = Running(replace(app, settings=app.settings.model_copy(update={"server": server})))
        with pytest.raises(SettingsError, match="cannot listen on"):
            await running.start()
        await asyncio.wait_for(running.stop(), 5)


async def test_a_sender_that_left_the_settings_hands_its_queue_over(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    """The school has a new number: nothing may wait for ever on the old one's lane."""
    old = app.senders[0]

    def work(session: Session) -> None:
        school.families(session, 3)
        school.send_out(session, app.settings, clock.now())
        epoch = outbox.take_lane(session, old.lane_id)
        assert outbox.claim(session, old.lane_id, epoch, 1, token="t", now=clock.now())

    app.store.writing(work)
    lane = app.store.writing(outbox.ensure_lane, ChannelName.SMS, "+17155550199")
    new = replace(old, lane_id=lane, name="+17155550199")
    running = Running(replace(app, senders=(new,)))
    await running.start()
    try:
        await until("what waited", lambda: len(channel.accepted) == 2)
        await until("settlement", lambda: school.states(app.store) == {"held": 1, "sent": 2})
        made = app.store.writing(lambda session: school.send_out(session, app.settings, clock.now()))
        running.service.hurry()
        await until("the next broadcast", lambda: len(channel.accepted) == 5)
        rows = app.store.reading(
            lambda session: session.exec(
                select(Delivery.lane_id).where(col(Delivery.broadcast_id) == made)
            ).all()
        )
        assert set(rows) == {lane}
    finally:
        await running.stop()


def test_a_sender_that_comes_back_sends_again_and_a_stopped_one_stays_stopped(store: Store) -> None:
    first = store.writing(outbox.ensure_lane, ChannelName.SMS, "+17155550100")
    second = store.writing(outbox.ensure_lane, ChannelName.SMS, "+17155550199")
    store.writing(outbox.keep_lanes, [second])
    store.writing(outbox.stop_lane, second, "The token is wrong.")
    for kept in ([first, second], [first, second]):
        store.writing(outbox.keep_lanes, kept)
    lanes = store.reading(lambda session: session.exec(select(Lane).order_by(col(Lane.id))).all())
    assert [(one.state, one.why) for one in lanes] == [("running", None), ("stopped", "The token is wrong.")]


def test_a_queue_that_no_sender_can_take_over_is_kept(store: Store, clock: StandingClock) -> None:
    lane = store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)

    def work(session: Session) -> None:
        school.families(session, 1)
        outbox.answer(session, contact_point_id=1, lane_id=lane, text="Thanks.", language="en")
        outbox.keep_lanes(session, [])

    store.writing(work)
    assert school.states(store) == {DeliveryState.QUEUED: 1}
