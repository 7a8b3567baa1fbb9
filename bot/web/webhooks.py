"""What providers post to us, as a bare ASGI application.

Each request is verified and parsed, then handed to `accept_…`, which returns once it is stored for
good; only then is it acknowledged. If storing fails the answer is 500 and the provider tries again.
No traceback and nothing private is answered or logged: a path, a count, the kind of the error.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol, TypeAlias

import structlog

from bot.errors import BadRequest, Forged, HomeloopError
from bot.messages import Inbound, Request, StatusReport

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: bytes; Twilio's and Telegram's largest posts are a tenth of it
BODY_LIMIT: Final = 64 * 1024
#: TwiML that sends nothing: what we have to say goes out through the outbox
EMPTY_TWIML: Final = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'

#: the headers that anybody here asks for
_READ: Final = {
    name.encode(): name
    for name in (
        "content-type",
        "content-length",
        "x-twilio-signature",
        "x-telegram-bot-api-secret-token",
    )
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer of ours."""

    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    start: MutableMapping[str, Any] = field(init=False, compare=False)  #: as ASGI has it

    def __post_init__(self) -> None:
        headers = [*self.headers]
        if self.status != 204:
            length = str(len(self.body)).encode()
            headers += [(b"content-type", self.kind.encode()), (b"content-length", length)]
        start = {"type": "http.response.start", "status": self.status, "headers": headers}
        object.__setattr__(self, "start", start)


_HEARD: Final = Answer(200, EMPTY_TWIML, "text/xml; charset=utf-8")
_NOTED: Final = Answer(204)

Handler: TypeAlias = Callable[[Request], Awaitable[Answer]]


class SmsParser(Protocol):
    """Verifies and reads what the SMS provider posts; `bot.channels.sms.SmsWebhook` is one."""

    def parse_inbound(self, request: Request) -> Inbound:
        """Read a family's text; raises `BadRequest`."""

    def parse_status(self, request: Request) -> StatusReport:
        """Read what became of a text of ours; raises `BadRequest`."""


class TelegramParser(Protocol):
    """Verifies and reads what Telegram posts; `bot.channels.telegram.TelegramWebhook` is one."""

    def parse(self, request: Request) -> list[Inbound]:
        """Read one update; raises `BadRequest`."""


class _Refused(Exception):
    """A request that is answered before its body is read."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class _Gone(Exception):
    """The other side hung up before its body was complete."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The application. A parser that is None leaves its paths unknown.

    `public_url` is where providers were told to post; signatures are checked against it, never against
    the request's own Host. `healthy` says in a mapping how we are; a value of False makes it a 503.
    """

    accept_inbound: Callable[[list[Inbound]], Awaitable[None]]
    accept_status: Callable[[StatusReport], Awaitable[None]]
    public_url: str | None = None
    sms: SmsParser | None = None
    telegram: TelegramParser | None = None
    healthy: Callable[[], MutableMapping[str, Any]] = field(default=dict)
    _handlers: Mapping[str, Handler] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_handlers", {"/health": self._health} | self._posts())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        answer = await self._answer(scope, receive)
        if answer is not None:
            await _reply(send, answer, head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Answer | None:
        try:
            handle = self._handler(scope["method"], scope["path"])
            return await handle(await self._request(scope, receive))
        except _Refused as refused:
            return refused.answer
        except _Gone:
            return None
        except Forged as error:
            log.warning("webhook.forged", path=scope["path"], why=str(error))
            return Answer(403, str(error).encode())
        except BadRequest as error:
            log.warning("webhook.malformed", path=scope["path"], why=str(error))
            return Answer(400, str(error).encode())
        except Exception as error:  # noqa: BLE001  # whatever it was, the provider must try again
            why = str(error) if isinstance(error, HomeloopError) else type(error).__name__
            log.error("webhook.failed", path=scope["path"], why=why)
            return Answer(500, b"Homeloop could not store this just now; send it again.")

    def _handler(self, method: str, path: str) -> Handler:
        handle = self._handlers.get(path)
        if handle is None:
            raise _Refused(Answer(404, b"There is nothing at this address."))
        if method != "POST" or path == "/health":
            allowed = "GET, HEAD" if path == "/health" else "POST"
            if method not in allowed.split(", "):
                raise _Refused(_wrong_method(allowed))
        return handle

    def _posts(self) -> dict[str, Handler]:
        handlers: dict[str, Handler] = {}
        if self.sms is not None:
            handlers["/sms/inbound"] = partial(self._sms_inbound, self.sms)
            handlers["/sms/status"] = partial(self._sms_status, self.sms)
        if self.telegram is not None:
            handlers["/telegram/webhook"] = partial(self._telegram, self.telegram)
        return handlers

    async def _request(self, scope: Scope, receive: Receive) -> Request:
        query = scope["query_string"].decode("latin-1")
        headers = {_READ[name]: value.decode("latin-1") for name, value in scope["headers"] if name in _READ}
        return Request(
            method=scope["method"],
            url=f"{self.public_url or ''}{scope['path']}{'?' if query else ''}{query}",
            headers=headers,
            body=await _body(headers, receive),
        )

    async def _sms_inbound(self, parser: SmsParser, request: Request) -> Answer:
        await self.accept_inbound([parser.parse_inbound(request)])
        return _HEARD

    async def _sms_status(self, parser: SmsParser, request: Request) -> Answer:
        await self.accept_status(parser.parse_status(request))
        return _NOTED

    async def _telegram(self, parser: TelegramParser, request: Request) -> Answer:
        if inbound := parser.parse(request):
            await self.accept_inbound(inbound)
        return Answer(200)

    async def _health(self, request: Request) -> Answer:
        state = self.healthy()
        status = 503 if any(value is False for value in state.values()) else 200
        return Answer(status, json.dumps({"ok": status == 200, **state}).encode(), "application/json")


def _wrong_method(allowed: str) -> Answer:
    return Answer(
        405, f"This address takes {allowed} only.".encode(), headers=((b"allow", allowed.encode()),)
    )


_TOO_LONG: Final = Answer(413, f"The body is longer than {BODY_LIMIT} bytes.".encode())


async def _body(headers: dict[str, str], receive: Receive) -> bytes:
    """Read a body up to `BODY_LIMIT`, whatever its Content-Length claims."""
    claimed = headers.get("content-length", "0")
    if claimed.isdecimal() and int(claimed) > BODY_LIMIT:
        raise _Refused(_TOO_LONG)
    body: bytes = b""
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise _Gone
        body += event.get("body", b"")
        if len(body) > BODY_LIMIT:
            raise _Refused(_TOO_LONG)
        if not event.get("more_body", False):
            return body


async def _reply(send: Send, answer: Answer, *, head: bool) -> None:
    await send(answer.start)
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
