"""HTTP whose failures say whether a request may have been read.

Theory: a text must never go out twice, so what counts is not which error was raised but in which phase.
Before a connection exists nothing can have been read: `Unreachable`. From then on the provider may have
acted on the request, whatever went wrong afterwards: `Uncertain`. Exception classes are no guide:
pyreqwest 0.15.1 raises `ConnectError` for a reset after the whole POST was read, and
`ConnectTimeoutError` for a time-out while reading headers. Its list of causes names the phase, and
tests/channels/test_transport.py holds that mapping on raw sockets; hence the pinned version.

Cancelling `send` raises `CancelledError` like any other await; the request may have been read, so the
caller must treat it as `Uncertain`.

Long polling keeps a connection busy for most of a minute: give it a transport of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import DetailedPyreqwestError, PoolTimeoutError, PyreqwestError
from pyreqwest.request import ConsumedRequest

from bot.errors import SendError, Setup, Uncertain, Unreachable
from bot.messages import Request, Response

#: seconds to make a connection; far below the time a lane may be held
CONNECT_SECONDS = 5.0
#: a kept connection unused for so long is closed by us, before the provider closes it under a request
IDLE_SECONDS = 15.0
#: how the pinned pyreqwest begins the cause of a connection that was never made
NEVER_CONNECTED = "client error (Connect)"


class PyreqwestTransport:
    """The transport of production: no redirects, no proxy, HTTP/1.1, no retries."""

    def __init__(self, *, connect_timeout: float = CONNECT_SECONDS) -> None:
        self._client: Client = (
            ClientBuilder()
            .follow_redirects(False)
            .no_proxy()
            .http1_only()
            .connect_timeout(timedelta(seconds=connect_timeout))
            .pool_idle_timeout(timedelta(seconds=IDLE_SECONDS))
            .build()
        )

    async def send(self, request: Request, *, timeout: float = 30.0) -> Response:
        """See `bot.ports.Transport`; `timeout` is for the whole exchange, connecting included.

        Raises `Setup` for a URL that is none.
        """
        ready = self._build(request, timeout)
        try:
            answer = await ready.send()
            headers, body = lower(answer.headers.items()), bytes(await answer.bytes())
        except (PyreqwestError, ValueError) as error:
            failure = _judge_pyreqwest(error, request)
        else:
            return Response(answer.status, headers, body)
        # Raised out here so that no traceback carries the cause, which quotes the URL and thus a bot's token.
        raise failure

    def _build(self, request: Request, timeout: float) -> ConsumedRequest:
        try:
            builder = self._client.request(request.method, request.url).headers(dict(request.headers))
            if request.body:
                builder = builder.body_bytes(request.body)
            return builder.timeout(timedelta(seconds=timeout)).build()
        except ValueError:
            failure = unusable()
        raise failure

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()


def json_object(body: bytes) -> Mapping[str, Any]:
    """Read a provider's answer; whatever is no JSON object is an empty one."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _judge_pyreqwest(error: Exception, request: Request) -> SendError:
    """Decide by the phase that the causes name, never by the class."""
    details = error.details if isinstance(error, DetailedPyreqwestError) else {"causes": None}
    never = any(cause["message"].startswith(NEVER_CONNECTED) for cause in details["causes"] or [])
    if never or isinstance(error, PoolTimeoutError):
        return never_connected(request)
    return broken(request)


def never_connected(request: Request) -> Unreachable:
    """Nothing was read: no connection was ever made."""
    return Unreachable(
        f"{_host(request)} could not be reached, so nothing was sent; it is tried again after a while."
    )


def broken(request: Request) -> Uncertain:
    """The request may have been read."""
    return Uncertain(
        f"The connection to {_host(request)} broke before it had answered; it may have acted all the same."
    )


def unusable() -> Setup:
    """The address is none."""
    return Setup("The provider's address is no usable URL; put base_url right in config.toml.")


def _host(request: Request) -> str:
    """Name the machine and nothing more: a path may carry a token, a query a phone number."""
    return urlsplit(request.url).netloc.rpartition("@")[2]


def lower(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Name headers in lower case, as `Response` has them."""
    return {name.lower(): value for name, value in headers}
