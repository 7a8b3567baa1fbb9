"""The reference implementation of the transport's contract, on another HTTP library."""

from __future__ import annotations

import aiohttp

from bot.channels.transport import CONNECT_SECONDS, IDLE_SECONDS, broken, lower, never_connected, unusable
from bot.errors import SendError
from bot.messages import Request, Response


class AiohttpTransport:
    """`bot.channels.transport.PyreqwestTransport` by aiohttp.

    One difference: aiohttp repeats a GET, though never a POST, when a kept connection proves dead.
    """

    def __init__(self, *, connect_timeout: float = CONNECT_SECONDS) -> None:
        self._connect_timeout = connect_timeout
        self._opened: aiohttp.ClientSession | None = None

    async def send(self, request: Request, *, timeout: float = 30.0) -> Response:
        """See `PyreqwestTransport.send`."""
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=self._connect_timeout)
        try:
            async with self._session().request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body or None,
                allow_redirects=False,
                timeout=limits,
            ) as answer:
                return Response(answer.status, lower(answer.headers.items()), await answer.read())
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            failure = _judge_aiohttp(error, request)
        raise failure

    def _session(self) -> aiohttp.ClientSession:
        # Opened at the first request, because a session belongs to a running loop.
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._opened

    async def close(self) -> None:
        """Close every connection."""
        if self._opened is not None:
            await self._opened.close()


def _judge_aiohttp(error: Exception, request: Request) -> SendError:
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return never_connected(request)
        case aiohttp.InvalidURL():
            return unusable()
        case _:
            return broken(request)
