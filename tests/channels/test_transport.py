"""Which failures mean "certainly not read" and which mean "perhaps", proven on raw sockets.

Each server below speaks bytes, counts every whole request it read, and then misbehaves in one way.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import pytest

from bot.channels.aiohttp_transport import AiohttpTransport
from bot.channels.transport import PyreqwestTransport
from bot.channels.wire import WireTransport
from bot.errors import Setup, Temporary, Uncertain
from bot.messages import Request
from bot.ports import Transport

SECRET = "7155:secret-of-a-bot"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: Good\r\n\r\nok"


@dataclass
class Line:
    """One accepted connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server: RawServer

    async def read(self) -> None:
        """Read one whole request and count it."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(row[15:]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")), 0
        )
        body = await self.reader.readexactly(length)
        self.server.read.append(head + body)
        self.server.was_read.set()

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def stall(self) -> None:
        """Keep the connection open, in silence, until the test is over."""
        await self.server.over.wait()

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


Behaviour = Callable[[Line], Awaitable[None]]


@dataclass
class RawServer:
    """Accepts connections, counts what it reads, behaves as told."""

    behaviour: Behaviour
    read: list[bytes] = field(default_factory=list)
    connections: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    was_read: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self.behaviour(Line(reader, writer, self))
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.closed.set()


@contextlib.asynccontextmanager
async def serving(behaviour: Behaviour) -> AsyncIterator[RawServer]:
    raw = RawServer(behaviour)
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    raw.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot{SECRET}/sendMessage"
    try:
        yield raw
    finally:
        raw.over.set()
        server.close()


@pytest.fixture(params=[PyreqwestTransport, WireTransport, AiohttpTransport])
async def transport(request: pytest.FixtureRequest) -> AsyncIterator[Transport]:
    made: Transport = request.param(connect_timeout=0.5)
    yield made
    await made.close()


def post(url: str, body: bytes = b"Body=hola") -> Request:
    return Request("POST", url, {"Content-Type": "application/x-www-form-urlencoded"}, body)


async def test_a_refused_connection_was_never_made(transport: Transport, unused_tcp_port: int) -> None:
    with pytest.raises(Temporary):
        await transport.send(post(f"http://127.0.0.1:{unused_tcp_port}/"))


@pytest.fixture
def full_backlog() -> Iterator[str]:
    """A port whose queue of connections is full, so that a new one waits until it times out."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


async def test_a_connection_that_timed_out_was_never_made(transport: Transport, full_backlog: str) -> None:
    with pytest.raises(Temporary):
        await transport.send(post(full_backlog), timeout=10)


async def test_an_address_that_is_no_url_is_a_matter_of_setup(transport: Transport) -> None:
    with pytest.raises(Setup, match="base_url"):
        await transport.send(post("http://exa%mple:port/"))


async def test_a_handshake_that_fails_sends_nothing(transport: Transport) -> None:
    async def not_tls(line: Line) -> None:
        await line.reader.read(1)
        await line.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(not_tls) as server:
        with pytest.raises(Temporary):
            await transport.send(post(server.url.replace("http:", "https:")))
        assert server.read == []


async def fin_before_reading(line: Line) -> None:
    line.writer.close()


async def fin_after_reading(line: Line) -> None:
    await line.read()


async def reset_after_reading(line: Line) -> None:
    await line.read()
    line.reset()


async def half_the_headers_then_fin(line: Line) -> None:
    await line.read()
    await line.write(b"HTTP/1.1 201 Created\r\nContent-Le")


async def half_the_headers_then_silence(line: Line) -> None:
    await half_the_headers_then_fin(line)
    await line.stall()


async def half_the_body_then_fin(line: Line) -> None:
    await line.read()
    await line.write(b'HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"sid":')


async def half_the_body_then_silence(line: Line) -> None:
    await half_the_body_then_fin(line)
    await line.stall()


async def a_chunk_then_fin(line: Line) -> None:
    await line.read()
    await line.write(b'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"sid":\r\n')


async def silence(line: Line) -> None:
    await line.read()
    await line.stall()


async def no_http(line: Line) -> None:
    await line.read()
    await line.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


@pytest.mark.parametrize(
    "behaviour",
    [
        fin_after_reading,
        reset_after_reading,
        half_the_headers_then_fin,
        half_the_headers_then_silence,
        half_the_body_then_fin,
        half_the_body_then_silence,
        a_chunk_then_fin,
        silence,
        no_http,
    ],
)
async def test_what_breaks_after_reading_is_uncertain(transport: Transport, behaviour: Behaviour) -> None:
    async with serving(behaviour) as server:
        with pytest.raises(Uncertain):
            await transport.send(post(server.url), timeout=0.7)
        assert len(server.read) == 1


async def test_a_connection_closed_before_reading_is_uncertain(transport: Transport) -> None:
    # From here it cannot be told apart from one closed after reading.
    async with serving(fin_before_reading) as server:
        with pytest.raises(Uncertain):
            await transport.send(post(server.url))
        assert server.connections == 1


async def test_a_cancelled_request_was_read_and_is_not_repeated(transport: Transport) -> None:
    async with serving(silence) as server:
        sending = asyncio.create_task(transport.send(post(server.url)))
        await asyncio.wait_for(server.was_read.wait(), 5)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert len(server.read) == 1


async def test_an_answer_arrives_whole_with_lower_case_headers(transport: Transport) -> None:
    async def answer(line: Line) -> None:
        await line.read()
        await line.write(OK)

    async with serving(answer) as server:
        response = await transport.send(post(server.url))
    assert (response.status, response.body, response.headers["x-kind"]) == (200, b"ok", "Good")
    assert server.read[0].endswith(b"\r\n\r\nBody=hola")
    assert b" HTTP/1.1\r\n" in server.read[0]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_an_answer_and_is_not_followed(transport: Transport, status: int) -> None:
    async def elsewhere(line: Line) -> None:
        await line.read()
        await line.write(b"HTTP/1.1 %d Elsewhere\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n" % status)

    async with serving(elsewhere) as server:
        response = await transport.send(post(server.url))
    assert response.status == status
    assert len(server.read) == 1


async def test_an_error_status_is_an_answer_and_is_not_repeated(transport: Transport) -> None:
    async def unavailable(line: Line) -> None:
        await line.read()
        await line.write(b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n")

    async with serving(unavailable) as server:
        response = await transport.send(post(server.url))
    assert response.status == 503
    assert len(server.read) == 1


async def test_a_kept_connection_reset_under_the_second_request_is_uncertain(transport: Transport) -> None:
    async def answer_then_reset(line: Line) -> None:
        await line.read()
        await line.write(OK)
        await line.read()
        line.reset()

    async with serving(answer_then_reset) as server:
        await transport.send(post(server.url, b"first"))
        with pytest.raises(Uncertain):
            await transport.send(post(server.url, b"second"))
        assert [request[-6:] for request in server.read] == [b"\nfirst", b"second"]
        assert server.connections == 1


async def test_a_kept_connection_found_closed_never_sends_a_text_twice(transport: Transport) -> None:
    async def answer_then_fin(line: Line) -> None:
        await line.read()
        await line.write(OK)

    async with serving(answer_then_fin) as server:
        await transport.send(post(server.url, b"first"))
        await asyncio.wait_for(server.closed.wait(), 5)
        # It may find the connection closed and make another, or fail: read twice it must not be.
        with contextlib.suppress(Uncertain):
            await transport.send(post(server.url, b"second"))
        assert sum(request.endswith(b"second") for request in server.read) <= 1


@pytest.mark.parametrize("kind", [PyreqwestTransport, WireTransport, AiohttpTransport])
async def test_a_proxy_of_the_environment_is_ignored(
    kind: type[Transport], unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_tcp_port}")

    async def answer(line: Line) -> None:
        await line.read()
        await line.write(OK)

    transport = kind()
    async with serving(answer) as server:
        assert (await transport.send(post(server.url))).status == 200
    await transport.close()


async def test_no_error_quotes_the_path_which_carries_the_token(transport: Transport) -> None:
    async with serving(reset_after_reading) as server:
        with pytest.raises(Uncertain) as caught:
            await transport.send(post(server.url))
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in repr(error)
        error = error.__cause__ or error.__context__
