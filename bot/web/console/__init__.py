"""The console: Litestar with our doorkeeper before every handler.

Each request passes the same three questions in the same order: is this address ours, who is it, and may
they. What changes something also has to prove that our own page sent it (`bot.web.console.forgery`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import structlog
from litestar import Litestar, Request, Response
from litestar.config.compression import CompressionConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import Message, Scope

from bot import staff
from bot.app import App
from bot.errors import Complaint
from bot.staff import Account
from bot.web import access
from bot.web.console import assets, forgery, rooms
from bot.web.console.drawing import draw
from bot.web.console.summaries import Summaries
from bot.web.console.visit import OneVisit, Page
from bot.web.console.wording import CONSOLE_LANGUAGES, N_, Wording, wanted

log = structlog.get_logger(__name__)

LANGUAGE: Final = "homeloop_language"  #: cookie of a visitor who chose a language before signing in

#: a session is noted as in use so often, and so many are remembered for it
_SEEN_EVERY: Final = timedelta(minutes=5)
_SEEN_MOST: Final = 10_000

_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer a browser sends “Origin: null” from our own forms
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class _Lost:
    """Somebody at an address of nobody's: all that is known is how they read."""

    wording: Wording


class SignInFirst(Exception):
    """The page wants an account."""


@dataclass
class Doorkeeper:
    """Knows the visitors of one console."""

    app: App
    entrance: str = "/sign-in"  #: where somebody without an account is led
    summaries: Summaries = field(default_factory=Summaries)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    _seen: dict[str, datetime] = field(default_factory=dict)

    async def admit(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Let a request through to its handler, or raise."""
        if connection.scope.get("method") == "OPTIONS":
            return
        self._at_home(connection)
        visit = await self._visit(connection)
        connection.scope["state"]["visit"] = visit
        if connection.scope.get("method") not in forgery.SAFE_METHODS:
            await _proven(visit)
        if not access.policy_of(handler).admits(visit.staff):
            if visit.staff is None:
                raise SignInFirst
            raise PermissionDeniedException(N_("Your account may not see this page or do this."))

    def _at_home(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        name = forgery.host_name(connection.headers)
        if name not in self._hosts:
            raise HTTPException(
                status_code=421,
                detail=f"This console is not at home at “{name}”. "
                "If it should be, set console.url in config.toml to the address that staff type.",
            )

    @property
    def _hosts(self) -> frozenset[str]:
        settings = self.app.settings
        urls = [one for one in (settings.server.public_url, settings.console.url) if one]
        names = {urlsplit(one).hostname or "" for one in urls}
        return frozenset(names | {"127.0.0.1", "localhost", "::1", settings.server.host})

    def _cookie(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        """Name the cookie; over HTTPS browsers themselves hold it to this host and to HTTPS."""
        settings = self.app.settings
        name = forgery.host_name(connection.headers)
        for url in (settings.console.url, settings.server.public_url):
            if url and url.startswith("https://") and urlsplit(url).hostname == name:
                return "__Host-homeloop"
        return "homeloop"

    async def _visit(self, connection: ASGIConnection[Any, Any, Any, Any]) -> OneVisit:
        cookie = self._cookie(connection)
        token = connection.cookies.get(cookie)
        now = self.app.clock.now()
        account = await self.app.store.read(staff.session_of, token, now) if token else None
        if token and account and not connection.url.path.endswith("/live"):  # an open page is no use of it
            await self._note(token, now)
        return OneVisit(
            request=Request(connection.scope, connection.receive, connection.send),
            app=self.app,
            summaries=self.summaries,
            closing=self.closing,
            token=token or forgery.fresh_token(),
            fresh=token is None,
            cookie=cookie,
            staff=account,
            wording=Wording(_language(connection, account), self.app.settings.school.zone),
            now=now,
        )

    async def _note(self, token: str, now: datetime) -> None:
        before = self._seen.get(token)
        if before is None or now - before > _SEEN_EVERY:
            self._seen[token] = now
            while len(self._seen) > _SEEN_MOST:
                del self._seen[next(iter(self._seen))]
            await self.app.store.write(staff.seen, token, now)


def _language(connection: ASGIConnection[Any, Any, Any, Any], account: Account | None) -> str:
    chosen = account.console_language if account else connection.cookies.get(LANGUAGE, "")
    return chosen if chosen in CONSOLE_LANGUAGES else wanted(connection.headers.get("accept-language", ""))


async def _proven(visit: OneVisit) -> None:
    given = visit.request.headers.get(forgery.HEADER) or (await visit.form()).text(forgery.FIELD)
    if forgery.foreign(visit.request.headers) or not forgery.proves(visit.token, given):
        raise PermissionDeniedException(
            N_(
                "This form was opened elsewhere or before you signed in. "
                "Go back, reload the page and send it again."
            )
        )


def console(app: App, *, more: Sequence[Any] = (), doorkeeper: Doorkeeper | None = None) -> Litestar:
    """Build the console; `more` are further handlers, such as the demo's. Raises `UndeclaredPolicy`."""
    made = unattended(more)
    made.state["door"] = doorkeeper or Doorkeeper(app)
    return made


def unattended(more: Sequence[Any] = ()) -> Litestar:
    """Build the console of no school: before a doorkeeper stands at `state["door"]`, nobody comes in.

    Raises `UndeclaredPolicy`.
    """
    made = Litestar(
        route_handlers=[*assets.HANDLERS, *rooms.handlers(), *more],
        guards=[_admit],
        dependencies={"visit": Provide(_visit_of, sync_to_thread=False)},
        exception_handlers={
            SignInFirst: _sign_in_first,
            Complaint: _complaint,
            HTTPException: _refused,
            Exception: _failed,
        },
        before_send=[_dress],
        compression_config=CompressionConfig(backend="gzip", exclude=["/static/", "/live$"]),
        openapi_config=None,
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )
    access.all_declared(access.handlers_of(made))
    return made


async def _admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    await connection.app.state["door"].admit(connection, handler)


def _visit_of(request: Request[Any, Any, Any]) -> OneVisit:
    found: OneVisit = request.scope["state"]["visit"]
    return found


async def _dress(message: Message, scope: Scope) -> None:
    """Put on every answer what keeps a browser from doing harm with it."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if "cache-control" not in headers:
        headers["cache-control"] = "no-store"
    visit = scope["state"].get("visit")
    if isinstance(visit, OneVisit) and visit.fresh and not _sets(headers, visit.cookie):
        headers.add("set-cookie", visit.keep(visit.token).to_header(header=""))


def _sets(headers: MutableScopeHeaders, cookie: str) -> bool:
    return any(value.startswith(f"{cookie}=") for value in headers.getall("set-cookie", []))


def _known(request: Request[Any, Any, Any]) -> OneVisit | None:
    found = request.scope.get("state", {}).get("visit")
    return found if isinstance(found, OneVisit) else None


def _sign_in_first(request: Request[Any, Any, Any], _: SignInFirst) -> Page:
    visit = _known(request)
    assert visit is not None
    entrance, path = request.app.state["door"].entrance, request.url.path
    return visit.go(f"{entrance}?next={quote(path)}" if request.method == "GET" and path != "/" else entrance)


def _complaint(request: Request[Any, Any, Any], error: Complaint) -> Page:
    return _sentence(request, 422, str(error))


def _refused(request: Request[Any, Any, Any], error: HTTPException) -> Page:
    match error:
        case NotFoundException():
            return _sentence(request, 404, N_("There is no page at this address."))
        case _ if error.status_code == 405:
            return _sentence(request, 405, N_("This address does not take that."))
        case _ if error.status_code == 413:
            return _sentence(request, 413, N_("That is more than 10 MB: send a smaller file."))
        case _ if error.status_code in {401, 403, 421}:
            return _sentence(request, error.status_code, error.detail)
    return _sentence(request, error.status_code, N_("This could not be read: go back and try again."))


def _failed(request: Request[Any, Any, Any], error: Exception) -> Page:
    if isinstance(error, HTTPException):
        return _refused(request, error)
    log.error("console.failed", path=request.scope["path_template"], kind=type(error).__name__)
    return _sentence(
        request,
        500,
        N_("Something went wrong here, and nothing was changed. Try again; if it stays, tell the owner."),
    )


def _sentence(request: Request[Any, Any, Any], status: int, sentence: str) -> Page:
    visit = _known(request)
    if visit is None:
        lost = _Lost(Wording(_language(request, None), ZoneInfo("UTC")))
        body = draw("lost.html", {"visit": lost, "sentence": sentence})
        return Response(body, status_code=status, media_type="text/html")
    return visit.page("sentence.html", status=status, sentence=sentence)
