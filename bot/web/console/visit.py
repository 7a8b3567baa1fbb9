"""One visit of a page: who is looking, in which language, and what a handler may do for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, Final, ParamSpec, TypeAlias, TypeVar

from litestar import Request, Response
from litestar.datastructures import Cookie, FormMultiDict, State, UploadFile
from litestar.di import NamedDependency
from sqlmodel import Session

from bot.app import App
from bot.roles import Right, may
from bot.settings import Settings
from bot.staff import Account
from bot.store import audit
from bot.store.audit import Actor
from bot.web.console import forgery
from bot.web.console.drawing import draw
from bot.web.console.summaries import Summaries
from bot.web.console.wording import CONSOLE_LANGUAGES, N_, Wording

P = ParamSpec("P")
T = TypeVar("T")

Page: TypeAlias = Response[str]
Visitor: TypeAlias = Request[Any, Any, State]

SAID: Final = "homeloop_said"  #: cookie that carries one sentence to the next page

#: the navigation: name, path, the right it asks for
_PLACES: Final = (
    (N_("Home"), "/", Right.SEE),
    (N_("Texts"), "/broadcasts", Right.SEE),
    (N_("Inbox"), "/inbox", Right.READ),
    (N_("Results"), "/results", Right.SEE),
    (N_("People"), "/people", Right.PEOPLE),
    (N_("Translations"), "/translations", Right.REVIEW),
    (N_("Pass on"), "/texts", Right.TEXTS),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the navigation."""

    name: str
    path: str
    here: bool


@dataclass(frozen=True, slots=True)
class Audit:
    """What the trail keeps of a write; `about` may be read off what the write returned."""

    what: str
    about: str | Callable[[Any], str] | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """What a form sent. Values are stripped; line ends are "\\n"."""

    fields: FormMultiDict

    def text(self, name: str, default: str = "") -> str:
        """Return one field."""
        value = self.fields.get(name)
        return _clean(value) if isinstance(value, str) else default

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field that may be sent more than once."""
        return tuple(_clean(value) for value in self.fields.getall(name, []) if isinstance(value, str))

    def number(self, name: str) -> int | None:
        """Return a whole number; None for anything else."""
        text = self.text(name).replace(",", "").replace(" ", "")
        return int(text) if text.isdecimal() and len(text) < 16 else None

    def on(self, name: str) -> bool:
        """Say whether a box was ticked."""
        return bool(self.text(name))

    async def file(self, name: str) -> tuple[str, bytes] | None:
        """Return the name and content of an uploaded file; None if none was chosen."""
        value = self.fields.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            return None
        return value.filename, await value.read()


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


@dataclass(frozen=True, slots=True)
class OneVisit:
    """See the module; made anew for each request."""

    request: Visitor
    app: App
    summaries: Summaries
    closing: asyncio.Event  #: set when the program stops: streams end then
    token: str  #: of this browser's cookie
    fresh: bool  #: the browser had no usable cookie and is given this one
    cookie: str  #: that cookie's name
    staff: Account | None
    wording: Wording
    now: datetime

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.app.settings

    @property
    def language(self) -> str:
        """The console's language for this visitor."""
        return self.wording.language

    @property
    def actor(self) -> Actor:
        """Who the trail names; only for visitors with an account."""
        assert self.staff is not None
        return Actor(self.staff.id, self.staff.name)

    @property
    def htmx(self) -> bool:
        """Whether a piece of the page is asked for, not the whole."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def path(self) -> str:
        """Where the visitor is, without the query."""
        return self.request.url.path

    @property
    def secure(self) -> bool:
        """Whether the browser came over HTTPS."""
        return self.cookie.startswith("__Host-")

    @property
    def tongues(self) -> Mapping[str, str]:
        """The console's languages, each in its own words."""
        return CONSOLE_LANGUAGES

    @property
    def places(self) -> list[Place]:
        """What the navigation offers this visitor."""
        return [
            Place(self._(name), path, self._is_at(path)) for name, path, right in _PLACES if self.may(right)
        ]

    def _is_at(self, path: str) -> bool:
        return self.path == path or (path != "/" and self.path.startswith(f"{path}/"))

    def may(self, right: Right | str) -> bool:
        """Say whether the visitor has a right."""
        return self.staff is not None and may(self.staff.role, Right(right))

    def _(self, text: str, /, **values: object) -> str:
        """Translate one sentence."""
        return self.wording.say(text, **values)

    def n_(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Translate a sentence that depends on a number."""
        return self.wording.say_many(one, many, number, **values)

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` in one read transaction."""
        return await self.app.store.read(work, *args, **kwargs)

    async def figures(self, key: Hashable, work: Callable[..., T], *args: Any) -> T:
        """Like `read`, for what is counted over many rows: good for a moment, whoever asks."""
        return await self.summaries.get(key, lambda: self.app.store.read(work, *args))

    async def write(self, work: Callable[..., T], *args: Any, audit: Audit | None = None, **kwargs: Any) -> T:
        """Run `work(session, …)` and keep who did it, in one transaction."""
        actor = self.actor if audit is not None else None

        def go(session: Session) -> T:
            value = work(session, *args, **kwargs)
            if audit is not None and actor is not None:
                _keep(session, actor, audit, value, self.now)
            return value

        value = await self.app.store.write(go)
        self.summaries.forget()
        return value

    async def form(self) -> Form:
        """Read what the form sent."""
        return Form(await self.request.form())

    def page(self, name: str, /, status: int = 200, **values: Any) -> Page:
        """Draw a whole page."""
        packed = self.request.cookies.get(SAID)
        said = forgery.unsealed(self.token, packed) if packed else None
        body = draw(name, {"visit": self, "flash": said, **values})
        gone = [Cookie(key=SAID, value="", max_age=0, path="/")] if packed else []
        return Response(body, status_code=status, media_type="text/html", cookies=gone)

    def part(self, name: str, /, status: int = 200, **values: Any) -> Page:
        """Draw a piece of a page, for htmx."""
        body = draw(name, {"visit": self, "flash": None, **values})
        return Response(body, status_code=status, media_type="text/html")

    def go(self, path: str, *, say: str | None = None, tone: str = "success") -> Page:
        """Send the browser to another page of ours, with a sentence for it."""
        if not path.startswith("/") or path.startswith(("//", "/\\")):
            raise ValueError(f"{path} is no page of the console")
        cookies = [self._kept(SAID, forgery.sealed(self.token, say, tone), 60)] if say else []
        headers = {"HX-Redirect": path} if self.htmx else {"location": path}
        return Response("", status_code=200 if self.htmx else 303, headers=headers, cookies=cookies)

    def keep(self, token: str) -> Cookie:
        """Return the cookie that makes this browser hold `token`; for signing in and out."""
        return self._kept(self.cookie, token, None)

    def _kept(self, name: str, value: str, seconds: int | None) -> Cookie:
        return Cookie(
            key=name,
            value=value,
            max_age=seconds,
            path="/",
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )


#: what a handler takes: `visit: Visit`
Visit: TypeAlias = NamedDependency[OneVisit]


def _keep(session: Session, actor: Actor, wanted: Audit, value: Any, now: datetime) -> None:
    about = wanted.about(value) if callable(wanted.about) else wanted.about
    audit.record(session, actor, wanted.what, about, now=now, **wanted.detail)
