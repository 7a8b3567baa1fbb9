"""A simulator of each test's own, both SDKs pointed at it, and a server of ours for its webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from telegram import Bot
from twilio.rest import Client

from bot.simulator import Account, Simulator

OURS = "+17155550100"
FAMILY = "+17155550142"
CHAT = "715550142"


async def until(condition: Callable[[], Any], within: float = 5.0) -> Any:
    """Wait until `condition()` is true, and return what it returned."""
    async with asyncio.timeout(within):
        while not (value := condition()):  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)
    return value


@dataclass
class Posted:
    """One request that reached our server."""

    path: str
    url: str
    headers: dict[str, str]
    form: dict[str, str] = field(default_factory=dict)
    json: Any = None


@dataclass
class OurServer:
    """Our webhooks: every request is kept and answered with `status` and `text`."""

    url: str = ""
    posted: list[Posted] = field(default_factory=list)
    status: int = 200
    text: str = ""

    async def receive(self, request: web.Request) -> web.Response:
        posted = Posted(request.path, self.url + str(request.rel_url), dict(request.headers))
        if request.content_type == "application/json":
            posted.json = await request.json()
        else:
            posted.form = {name: str(value) for name, value in (await request.post()).items()}
        self.posted.append(posted)
        return web.Response(status=self.status, text=self.text)

    def at(self, path: str) -> list[Posted]:
        return [posted for posted in self.posted if posted.path == path]


@pytest.fixture
async def ours() -> AsyncIterator[OurServer]:
    server = OurServer()
    app = web.Application()
    app.router.add_post("/{rest:.*}", server.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def simulator(ours: OurServer) -> AsyncIterator[Simulator]:
    made = Simulator(Account(inbound_url=f"{ours.url}/sms/inbound"))
    await made.start()
    yield made
    await made.stop()
    assert made.ledger.oddities == [], "the simulator broke a promise, or was asked something odd"


@pytest.fixture
async def http(simulator: Simulator) -> AsyncIterator[ClientSession]:
    async with ClientSession(simulator.base_url) as session:
        yield session


@pytest.fixture
def twilio(simulator: Simulator) -> Iterator[Client]:
    client = Client(simulator.account.account_sid, simulator.account.auth_token)
    client.api.base_url = simulator.base_url
    yield client
    client.http_client.session.close()


@pytest.fixture
async def bot(simulator: Simulator) -> AsyncIterator[Bot]:
    async with Bot(simulator.account.bot_token, base_url=f"{simulator.base_url}/bot") as made:
        yield made
