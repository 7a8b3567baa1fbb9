"""What is particular to the transport of senders: uvloop, certificates, time, and heads that would be two.

The contract that it shares with the others is in test_transport.py.
"""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
import uvloop

from bot.channels.wire import WireTransport
from bot.errors import Setup, Temporary, Uncertain
from bot.messages import Request
from tests.channels.test_transport import OK, Line, post, serving


async def good(line: Line) -> None:
    while True:
        await line.read()
        await line.write(OK)


async def silent(line: Line) -> None:
    await line.read()
    await line.stall()


def test_it_runs_on_the_loop_of_production() -> None:
    async def many() -> int:
        transport = WireTransport()
        async with serving(good) as server:
            answers = await asyncio.gather(*(transport.send(post(server.url)) for _ in range(50)))
            again = await asyncio.gather(*(transport.send(post(server.url)) for _ in range(50)))
            connections = server.connections
        await transport.close()
        assert {answer.status for answer in answers + again} == {200}
        return connections

    assert uvloop.run(many()) == 50, "the second fifty go over connections that are open"


async def test_an_exchange_that_takes_too_long_is_uncertain_and_its_line_is_never_used_again() -> None:
    transport = WireTransport()
    async with serving(silent) as server:
        with pytest.raises(Uncertain):
            await transport.send(post(server.url), timeout=0.2)
        with pytest.raises(Uncertain):
            await transport.send(post(server.url), timeout=0.2)
        assert server.connections == 2
    await transport.close()


async def test_an_answer_that_ends_with_its_connection_is_whole() -> None:
    async def until_the_end(line: Line) -> None:
        await line.read()
        await line.write(b"HTTP/1.1 200 OK\r\n\r\nall of it")

    transport = WireTransport()
    async with serving(until_the_end) as server:
        assert (await transport.send(post(server.url))).body == b"all of it"
    await transport.close()


async def test_the_answer_proper_follows_one_that_says_go_on() -> None:
    async def go_on(line: Line) -> None:
        await line.read()
        await line.write(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)

    transport = WireTransport()
    async with serving(go_on) as server:
        answer = await transport.send(post(server.url))
    assert (answer.status, answer.body, dict(answer.headers)["x-kind"]) == (200, b"ok", "Good")
    await transport.close()


async def test_what_nobody_asked_for_is_no_answer_to_the_next_request() -> None:
    async def twice(line: Line) -> None:
        await line.read()
        await line.write(OK + b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        await line.stall()

    transport = WireTransport()
    async with serving(twice) as server:
        assert (await transport.send(post(server.url))).status == 200
        assert (await transport.send(post(server.url))).status == 200
        assert server.connections == 2
    await transport.close()


async def test_an_answer_without_end_is_given_up() -> None:
    async def endless(line: Line) -> None:
        await line.read()
        await line.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + b"x" * 5000)
        await line.stall()

    transport = WireTransport(largest=4096)
    async with serving(endless) as server:
        with pytest.raises(Uncertain):
            await transport.send(post(server.url))
    await transport.close()


@pytest.mark.parametrize(
    "request_",
    [
        Request("POST", "http://127.0.0.1:9/a b"),
        Request("POST", "http://127.0.0.1:9/a\r\nX: y"),
        Request("POST", "ftp://127.0.0.1:9/"),
        Request("POST", "http:///"),
        Request("POST", "http://127.0.0.1:9/", {"X": "a\r\nY: b"}),
        Request("POST", "http://127.0.0.1:9/", {"X\r\n": "a"}),
        Request("PO ST", "http://127.0.0.1:9/"),
    ],
    ids=lambda request: request.url.encode("unicode_escape").decode(),
)
async def test_a_head_that_could_be_read_as_two_is_a_matter_of_setup(request_: Request) -> None:
    transport = WireTransport()
    if "\r\n" in request_.url:  # the standard library takes line breaks out of addresses
        with pytest.raises((Setup, Temporary)):
            await transport.send(request_)
    else:
        with pytest.raises(Setup):
            await transport.send(request_)
    await transport.close()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that only its own file vouches for."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, made = tmp_path / "key.pem", tmp_path / "made.pem"
    options = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run([openssl, *options.split(), "-keyout", key, "-out", made], check=True, capture_output=True)
    return key, made


def test_a_certificate_that_nobody_vouches_for_ends_it_before_a_byte_is_sent(
    certificate: tuple[Path, Path],
) -> None:
    key, made = certificate

    async def over_tls() -> tuple[int, int]:
        told = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        told.load_cert_chain(made, key)
        read = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            read.append(await reader.readuntil(b"hola"))
            writer.write(OK)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=told)
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        stranger = WireTransport()
        with pytest.raises(Temporary):
            await stranger.send(post(url))
        unread = len(read)
        friend = WireTransport(tls=ssl.create_default_context(cafile=str(made)))
        status = (await friend.send(post(url))).status
        await stranger.close()
        await friend.close()
        server.close()
        return unread, status

    assert uvloop.run(over_tls()) == (0, 200)
