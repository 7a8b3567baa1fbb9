"""The web server inside our own loop: real sockets, real signals."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest

from bot.channels.transport import PyreqwestTransport
from bot.errors import SettingsError, Temporary
from bot.messages import Request
from bot.web.server import WebServer
from bot.web.webhooks import Webhooks


async def ignore(_: Any) -> None:
    return None


APPLICATION = Webhooks(accept_inbound=ignore, accept_status=ignore)


async def test_it_serves_on_any_free_port_until_it_is_stopped() -> None:
    server, transport = WebServer(APPLICATION, "127.0.0.1", 0), PyreqwestTransport()
    host, port = await server.start()
    url = f"http://{host}:{port}/health"
    answer = await transport.send(Request("GET", url))
    assert (answer.status, answer.body) == (200, b'{"ok": true}')
    assert "server" not in answer.headers
    await server.stop()
    with pytest.raises(Temporary):
        await transport.send(Request("GET", url))
    await server.stop()
    await transport.close()


async def test_a_port_that_is_taken_is_named_with_the_remedy() -> None:
    first = WebServer(APPLICATION, "127.0.0.1", 0)
    _, port = await first.start()
    with pytest.raises(SettingsError, match=rf"127\.0\.0\.1, port {port}.*server\.port"):
        await WebServer(APPLICATION, "127.0.0.1", port).start()
    await first.stop()


async def test_a_port_can_be_taken_again_at_once_after_stopping() -> None:
    first = WebServer(APPLICATION, "127.0.0.1", 0)
    _, port = await first.start()
    transport = PyreqwestTransport()
    await transport.send(Request("GET", f"http://127.0.0.1:{port}/health"))
    await first.stop()
    second = WebServer(APPLICATION, "127.0.0.1", port)
    assert await second.start() == ("127.0.0.1", port)
    await second.stop()
    await transport.close()


async def test_signals_stay_ours() -> None:
    server, asked = WebServer(APPLICATION, "127.0.0.1", 0), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, asked.set)
    try:
        host, port = await server.start()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(asked.wait(), 5)
        transport = PyreqwestTransport()
        # The signal reached us and the server goes on until we stop it.
        assert (await transport.send(Request("GET", f"http://{host}:{port}/health"))).status == 200
        await transport.close()
        await server.stop()
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def test_a_request_in_progress_is_finished_before_the_server_stops() -> None:
    arrived, stored = asyncio.Event(), asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        arrived.set()
        await stored.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    server, transport = WebServer(application, "127.0.0.1", 0), PyreqwestTransport()
    host, port = await server.start()
    sending = asyncio.create_task(transport.send(Request("POST", f"http://{host}:{port}/")))
    await asyncio.wait_for(arrived.wait(), 5)
    stopping = asyncio.create_task(server.stop())
    await asyncio.sleep(0)
    stored.set()
    assert (await sending).status == 204
    await stopping
    await transport.close()
