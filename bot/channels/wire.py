"""HTTP/1.1 on connections of our own: the transport of every sender.

Theory. What counts is in which phase an exchange broke (`bot.channels.transport`). Here it is known instead
of being read from a library's errors: until `_Line.ask` has handed the request to the socket nothing can
have been read, from then on everything may have been. One line carries one exchange at a time, so an
answer can belong to no other request; bytes that nobody asked for close the line. Nothing is repeated,
redirected, decompressed or remembered between two exchanges except the open connection.

Beside that it is quick: a text is one write of bytes that were put together once for all families, and its
answer is parsed by llhttp, of which only the status and the body are turned into Python.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import cast
from urllib.parse import urlsplit

import certifi
from httptools import HttpParserError, HttpResponseParser

from bot.channels.transport import CONNECT_SECONDS, IDLE_SECONDS, broken, never_connected, unusable
from bot.errors import SendError
from bot.messages import Request, Response

LOOK_SECONDS = 0.1  #: between two looks for exchanges whose time is over; so much later may one end
LARGEST = 16 * 2**20  #: bytes of an answer; more than any list that a provider sends
_HEADS = 64  #: heads kept; a sender has a handful of addresses

_TARGET = re.compile(r"[\x21-\x7e]*")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")


@dataclass(frozen=True, slots=True)
class _Origin:
    host: str
    port: int
    tls: bool


@dataclass(frozen=True, slots=True)
class _Head:
    """Everything of a request but its length and body."""

    of: Mapping[str, str]  #: the very headers it was made from
    origin: _Origin
    start: bytes
    idle: list[_Line]  #: open lines to its origin that carry nothing, the one used last at the end


class WireTransport:
    """See `bot.ports.Transport`. Certificates are checked; proxies of the environment are ignored."""

    def __init__(
        self,
        *,
        connect_timeout: float = CONNECT_SECONDS,
        tls: ssl.SSLContext | None = None,
        largest: int = LARGEST,
    ) -> None:
        self._largest = largest
        self._connect_timeout = connect_timeout
        self._given_tls = tls
        self._heads: dict[tuple[str, str], _Head] = {}
        self._idle: dict[_Origin, list[_Line]] = {}
        self._open: set[_Line] = set()
        self._alarm: asyncio.TimerHandle | None = None

    async def send(self, request: Request, *, timeout: float = 30.0) -> Response:
        """See `bot.ports.Transport`; `timeout` is for the whole exchange, connecting included.

        Raises `Setup` for a URL, or a header, that is none.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        head = self._head(request)
        line = _taken(head.idle, now) or await self._connect(request, head.origin, timeout)
        self._watch(loop)
        try:
            response = await line.ask(head.start, request.body, now + timeout)
        except _Broken:
            failure = broken(request)
        except asyncio.CancelledError:
            line.drop()
            raise
        else:
            _give_back(head.idle, line, loop.time())
            return response
        raise failure

    async def close(self) -> None:
        """Close every connection."""
        if self._alarm is not None:
            self._alarm.cancel()
        lines = list(self._open)
        for line in lines:
            line.drop()
        for line in lines:
            await line.gone

    def _head(self, request: Request) -> _Head:
        found = self._heads.get((request.method, request.url))
        if found is None or found.of is not request.headers:
            origin, start = _made(request)
            found = _Head(request.headers, origin, start, self._idle.setdefault(origin, []))
            if len(self._heads) >= _HEADS:
                self._heads.clear()
            self._heads[request.method, request.url] = found
        return found

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look at all exchanges now and then: a timer for each would cost more than its parsing."""
        if self._alarm is None or self._alarm.cancelled():
            self._alarm = loop.call_later(LOOK_SECONDS, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for line in [line for line in self._open if line.until is not None and line.until < now]:
            line.drop()
        busy = any(line.until is not None for line in self._open)
        self._alarm = loop.call_later(LOOK_SECONDS, self._look, loop) if busy else None

    async def _connect(self, request: Request, origin: _Origin, timeout: float) -> _Line:
        loop = asyncio.get_running_loop()
        failure: SendError
        try:
            async with asyncio.timeout(min(self._connect_timeout, timeout)):
                _, line = await loop.create_connection(
                    lambda: _Line(self._open, self._largest),
                    origin.host,
                    origin.port,
                    ssl=self._tls if origin.tls else None,
                )
        except (OSError, TimeoutError):
            failure = never_connected(request)
        except ValueError:
            failure = unusable()
        else:
            return line
        raise failure

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The system's authorities, and for a system that has none those of the certifi package."""
        if self._given_tls is not None:
            return self._given_tls
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context


class _Broken(Exception):
    """The line ended before the answer was whole."""


class _Line(asyncio.Protocol):
    """One connection, and the exchange that it carries."""

    def __init__(self, open_lines: set[_Line], largest: int) -> None:
        self._open = open_lines
        self._largest = largest
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[Response] | None = None
        self._head: list[bytes] = []
        self._body: list[bytes] = []
        self._size = 0
        self._headed = False
        self._good = True
        self.used_at = 0.0
        self.until: float | None = None  # the loop's time at which the exchange on it is given up
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def is_good(self) -> bool:
        """Say whether another request may be handed to it."""
        return self._good and self._answer is None and not self._transport.is_closing()

    def ask(self, start: bytes, body: bytes, until: float) -> asyncio.Future[Response]:
        """Hand a request to the socket; the future ends in its answer or in `_Broken`."""
        self._head, self._body, self._size, self._headed, self.until = [], [], 0, False, until
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(b"%bContent-Length: %d\r\n\r\n%b" % (start, len(body), body))
        return self._answer

    def drop(self) -> None:
        """Close the connection now; an exchange that is on it is broken."""
        self._good = False
        self._transport.abort()
        self._break()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio has connected it, with TLS if that was asked for."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended; that may be what ends an answer without a length."""
        self._good = False
        self._open.discard(self)
        if exc is None and self._headed and not self._has_length():
            self.on_message_complete()
        self._break()
        if not self.gone.done():
            self.gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Read what has come; what nobody asked for, or is no HTTP, ends the line."""
        if self._answer is None:
            self.drop()
            return
        if not self._headed:
            self._head.append(data)
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self.drop()

    def on_headers_complete(self) -> None:
        """llhttp has read the last header."""
        self._headed = True

    def on_body(self, data: bytes) -> None:
        """llhttp has read a piece of the body."""
        self._body.append(data)
        self._size += len(data)
        if self._size > self._largest:
            self.drop()

    def on_message_complete(self) -> None:
        """llhttp has read the whole answer; one that says “go on” precedes the answer proper."""
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            self._headed = False
            return
        answer, self._answer, self.until = self._answer, None, None
        if answer is None:
            self._good = False
            return
        self._good = self._good and self._parser.should_keep_alive()
        if not answer.done():
            answer.set_result(Response(status, _Headers(b"".join(self._head)), b"".join(self._body)))

    def _has_length(self) -> bool:
        headers = _Headers(b"".join(self._head))
        return "content-length" in headers or "transfer-encoding" in headers

    def _break(self) -> None:
        answer, self._answer, self.until = self._answer, None, None
        if answer is not None and not answer.done():
            answer.set_exception(_Broken())


class _Headers(Mapping[str, str]):
    """Headers of an answer, read only when somebody asks: of an accepted text nobody does."""

    __slots__ = ("_raw", "_read")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._read: dict[str, str] | None = None

    def on_header(self, name: bytes, value: bytes) -> None:
        """llhttp has read a header."""
        assert self._read is not None
        self._read[name.decode("latin-1").lower()] = value.decode("latin-1")

    def _all(self) -> dict[str, str]:
        if self._read is None:
            self._read = {}
            with suppress(HttpParserError):  # it has been read once; what follows the head does not count
                HttpResponseParser(self).feed_data(self._raw)
        return self._read

    def __getitem__(self, name: str) -> str:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def _taken(idle: list[_Line], now: float) -> _Line | None:
    """Return the line that was used last, if one is still good."""
    while idle:
        line = idle.pop()
        if line.is_good and now - line.used_at < IDLE_SECONDS:
            return line
        line.drop()
    return None


def _give_back(idle: list[_Line], line: _Line, now: float) -> None:
    if not line.is_good:
        line.drop()
        return
    line.used_at = now
    idle.append(line)
    if now - idle[0].used_at >= IDLE_SECONDS:
        idle.pop(0).drop()


def _made(request: Request) -> tuple[_Origin, bytes]:
    """Put a head together. Raises `Setup`: a control character in it would begin another request."""
    try:
        parts = urlsplit(request.url)
        tls = {"http": False, "https": True}[parts.scheme]
        origin = _Origin(parts.hostname or "", parts.port or (443 if tls else 80), tls)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = parts.netloc.rpartition("@")[2]
    except (KeyError, ValueError):
        raise unusable() from None
    headers = {"Host": host, **request.headers}
    sound = _TARGET.fullmatch(target) and all(
        _NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in headers.items()
    )
    if not (sound and origin.host and _NAME.fullmatch(request.method)):
        raise unusable()
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return origin, "".join(f"{line}\r\n" for line in lines).encode("ascii")
