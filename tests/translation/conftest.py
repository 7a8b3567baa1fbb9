"""A web server on this machine that answers as translation services do."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.channels.aiohttp_transport import AiohttpTransport
from bot.ports import Transport

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Service:
    """Its address, what it was asked, and how it answers."""

    address: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  #: path and query of every request
    answer: Answer | None = None
    #: set by the test to let a slow answer go
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def says(self, body: object, status: int = 200) -> None:
        """Answer everything with this JSON."""

        async def answer(_: web.Request) -> web.Response:
            return web.json_response(body, status=status)

        self.answer = answer

    def shows(self, page: str, status: int = 200) -> None:
        """Answer everything with this page."""

        async def answer(_: web.Request) -> web.Response:
            return web.Response(text=page, status=status, content_type="text/html")

        self.answer = answer

    def waits(self) -> None:
        """Answer nothing until `go_on`."""

        async def answer(_: web.Request) -> web.Response:
            await self.go_on.wait()
            return web.json_response({})

        self.answer = answer


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()

    async def handle(request: web.Request) -> web.StreamResponse:
        made.lines.append(request.path_qs)
        if request.body_exists:
            made.asked.append(json.loads(await request.text()))
        assert made.answer is not None
        return await made.answer(request)

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    made.go_on.set()
    await runner.cleanup()


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    made = AiohttpTransport()
    yield made
    await made.close()


@pytest.fixture
def left_behind() -> Callable[[str], list[threading.Thread]]:
    """List the living threads of an engine."""
    return lambda name: [thread for thread in threading.enumerate() if thread.name == name]
