"""Both adapters over real HTTP against the simulator, its webhooks coming in at our own server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.channels.aiohttp_transport import AiohttpTransport
from bot.channels.sms import SmsChannel
from bot.channels.sms_webhook import SmsWebhook
from bot.channels.telegram import TelegramChannel, TelegramPoller, TelegramWebhook, bot_id, parse_update
from bot.channels.transport import PyreqwestTransport
from bot.channels.wire import WireTransport
from bot.errors import BadAddress, OptedOut, SendError, Temporary, Throttled, Uncertain
from bot.messages import Button, ChannelName, Inbound, Outbound, StatusReport
from bot.ports import Transport
from bot.settings import Sms, Telegram
from bot.simulator import Account, Family, Fault, Plan, Say, Simulator, Trouble
from bot.web.server import WebServer
from bot.web.webhooks import Receive, Scope, Send, Webhooks

OURS, FAMILY, CHAT = "+17155550100", "+17155550142", "715550142"
SECRET = "s" * 40


@dataclass
class World:
    """A provider, our adapters, and our server with everything that reached it."""

    simulator: Simulator
    sms: SmsChannel
    telegram: TelegramChannel
    poller: TelegramPoller
    bot: Telegram
    public_url: str
    inbound: asyncio.Queue[Inbound] = field(default_factory=asyncio.Queue)
    reports: asyncio.Queue[StatusReport] = field(default_factory=asyncio.Queue)

    async def accept(self, messages: list[Inbound]) -> None:
        for message in messages:
            self.inbound.put_nowait(message)

    async def accept_status(self, report: StatusReport) -> None:
        self.reports.put_nowait(report)


@pytest.fixture(params=[PyreqwestTransport, WireTransport, AiohttpTransport])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await webhooks(scope, receive, send)  # made below, once our own address is known

    server = WebServer(application, "127.0.0.1", 0)
    host, port = await server.start()
    public_url = f"http://{host}:{port}"
    account = Account(inbound_url=f"{public_url}/sms/inbound")
    simulator = Simulator(account)
    base_url = await simulator.start()
    sms = Sms(
        account_sid=account.account_sid,
        auth_token=SecretStr(account.auth_token),
        sender=OURS,
        base_url=base_url,
    )
    bot = Telegram(
        token=SecretStr(account.bot_token), secret_token=SecretStr(SECRET), base_url=base_url, poll_seconds=2
    )
    transports: list[Transport] = [request.param() for _ in range(3)]
    made = World(
        simulator,
        SmsChannel(sms, transports[0], public_url=public_url),
        TelegramChannel(bot, transports[1]),
        TelegramPoller(bot, transports[2]),
        bot,
        public_url,
    )
    webhooks = Webhooks(
        made.accept, made.accept_status, public_url, sms=SmsWebhook(sms), telegram=TelegramWebhook(bot)
    )
    yield made
    await simulator.stop()
    await server.stop()
    for transport in transports:
        await transport.close()
    assert simulator.ledger.oddities == []


async def test_an_sms_is_accepted_and_its_way_reported_under_its_attempt(world: World) -> None:
    receipt = await world.sms.send(Outbound("a1", FAMILY, "¿Puede? 1 sí & 2 no", valid_for=600))
    [accepted] = world.simulator.ledger.accepted
    assert (accepted.provider_id, accepted.text, accepted.attempt) == (
        receipt.provider_id,
        "¿Puede? 1 sí & 2 no",
        "a1",
    )
    seen: list[StatusReport] = []
    while not seen or seen[-1].status != "delivered":
        seen.append(await asyncio.wait_for(world.reports.get(), 5))
    assert {(report.provider_id, report.attempt) for report in seen} == {(receipt.provider_id, "a1")}


async def test_a_familys_sms_comes_in_under_its_signature(world: World) -> None:
    await world.simulator.say(Say(FAMILY, "Tuaj, 3 leeg & menyuam", sender=OURS))
    inbound = await asyncio.wait_for(world.inbound.get(), 5)
    assert (inbound.channel, inbound.address, inbound.lane) == (ChannelName.SMS, FAMILY, OURS)
    assert inbound.text == "Tuaj, 3 leeg & menyuam"


@pytest.mark.parametrize(
    ("trouble", "found"),
    [
        (Trouble.CUT_BEFORE, []),
        (Trouble.CUT_AFTER, ["Hola"]),
        (Trouble.HALF_ANSWER, ["Hola"]),
        (Trouble.BROKEN, []),
        (Trouble.BROKEN_AFTER, ["Hola"]),
    ],
)
async def test_an_uncertain_sms_is_found_in_the_list_or_is_not_there(
    world: World, trouble: Trouble, found: list[str]
) -> None:
    began = datetime.now(UTC)
    world.simulator.misbehave(Plan((Fault(trouble, times=1),)))
    with pytest.raises(Uncertain):
        await world.sms.send(Outbound("a1", FAMILY, "Hola"))
    await world.simulator.quiet()
    seen = await world.sms.find(FAMILY, began)
    assert [one.text for one in seen] == found
    assert await world.sms.find("+17155550143", began) == []


async def test_a_provider_that_is_gone_was_never_reached(world: World) -> None:
    await world.simulator.stop()
    with pytest.raises(Temporary):
        await world.sms.send(Outbound("a1", FAMILY, "Hola"))
    with pytest.raises(Temporary):
        await world.telegram.send(Outbound("a2", CHAT, "Hola"))
    with pytest.raises(Temporary):
        await world.poller.updates(None)


@pytest.mark.parametrize(("code", "expected"), [("21614", BadAddress), ("21610", OptedOut)])
async def test_a_refusal_names_its_code(world: World, code: str, expected: type[SendError]) -> None:
    world.simulator.misbehave(Plan((Fault(Trouble.REFUSE, channel=ChannelName.SMS, code=code),)))
    with pytest.raises(expected) as caught:
        await world.sms.send(Outbound("a1", FAMILY, "Hola"))
    assert caught.value.code == code


async def test_both_providers_are_waited_for_as_long_as_they_ask(world: World) -> None:
    world.simulator.know([Family(CHAT, ChannelName.TELEGRAM)])
    world.simulator.misbehave(Plan((Fault(Trouble.TOO_MANY, seconds=7.0),)))
    for channel, address in ((world.sms, FAMILY), (world.telegram, CHAT)):
        with pytest.raises(Throttled) as caught:
            await channel.send(Outbound("a1", address, "Hola"))
        assert caught.value.wait >= 1


async def begin(world: World, mode: str) -> None:
    world.simulator.know([Family(CHAT, ChannelName.TELEGRAM, name="Faadumo", language_code="so")])
    await world.poller.prepare("webhook" if mode == "webhook" else "polling", world.public_url)


async def heard(world: World, mode: str, offset: int | None = None) -> tuple[Inbound, int | None]:
    """Return the next thing that came in, and the offset to ask from."""
    if mode == "webhook":
        return await asyncio.wait_for(world.inbound.get(), 5), None
    async with asyncio.timeout(5):
        while not (updates := await world.poller.updates(offset)):
            continue
    [inbound] = parse_update(updates[0], bot_id(world.bot))
    return inbound, updates[0]["update_id"] + 1


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_telegram_conversation(world: World, mode: str) -> None:
    await begin(world, mode)
    await world.simulator.say(Say(CHAT, channel=ChannelName.TELEGRAM, start="a1B2-c3"))
    started, offset = await heard(world, mode)
    assert (started.start_code, started.address, started.private) == ("a1B2-c3", CHAT, True)

    buttons = (Button("haa", "r:12:1"), Button("maya", "r:12:2"))
    receipt = await world.telegram.send(Outbound("a1", CHAT, "Ma saxbaa?", buttons))
    [accepted] = world.simulator.ledger.accepted
    assert accepted.buttons == (("haa", "r:12:1"), ("maya", "r:12:2"))

    await world.simulator.say(Say(CHAT, channel=ChannelName.TELEGRAM, press=2))
    pressed, offset = await heard(world, mode, offset)
    assert (pressed.pressed, pressed.message_id) == ("r:12:2", receipt.provider_id)
    await world.telegram.acknowledge(pressed)
    assert world.simulator.ledger.accepted[0].buttons == ()
    [press] = [entry for entry in world.simulator.ledger.heard if entry.kind == "press"]
    assert press.acknowledged_at is not None

    await world.simulator.say(Say(CHAT, channel=ChannelName.TELEGRAM, block=True))
    blocked, offset = await heard(world, mode, offset)
    assert blocked.blocked is True
    with pytest.raises(OptedOut):
        await world.telegram.send(Outbound("a2", CHAT, "Hola"))


async def test_a_chat_that_never_started_the_bot_is_a_bad_address(world: World) -> None:
    with pytest.raises(BadAddress):
        await world.telegram.send(Outbound("a1", "999", "Hola"))


@pytest.mark.parametrize("trouble", [Trouble.CUT_BEFORE, Trouble.CUT_AFTER, Trouble.BROKEN_AFTER])
async def test_a_telegram_text_whose_answer_is_lost_is_uncertain_and_cannot_be_looked_for(
    world: World, trouble: Trouble
) -> None:
    await begin(world, "polling")
    await world.simulator.say(Say(CHAT, channel=ChannelName.TELEGRAM, start=""))
    world.simulator.misbehave(Plan((Fault(trouble, times=1),)))
    with pytest.raises(Uncertain):
        await world.telegram.send(Outbound("a1", CHAT, "Hola"))
    assert await world.telegram.find(CHAT, datetime.now(UTC)) is None
