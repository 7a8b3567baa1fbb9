"""A browser without scripts, pictures or a window: what web tests speak HTTP with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
from litestar import Litestar
from litestar.datastructures import State

from bot.app import App
from bot.roles import Role
from bot.store.accounts import begin_session
from bot.web.console import Doorkeeper, forgery, unattended

HOST = "http://127.0.0.1"
COOKIE = "homeloop"

Fields = Mapping[str, str | Sequence[str]]


@dataclass
class Browser:
    """One browser; `token` is its cookie. It stays where it is sent: no redirect is followed."""

    http: httpx.AsyncClient
    token: str

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """Look at a page."""
        return await self.http.get(path, **more)

    async def post(self, path: str, fields: Fields | None = None, **more: Any) -> httpx.Response:
        """Send a form as our own page would: with its proof and from our own address."""
        sent = {forgery.FIELD: forgery.proof(self.token), **(fields or {})}
        return await self.http.post(path, data=sent, headers={"origin": HOST}, **more)

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go where an answer sends the browser. Fails for one that sends it nowhere."""
        assert answer.status_code == 303, f"{answer.status_code}: {answer.text[-2000:]}"
        return await self.get(answer.headers["location"])


@dataclass
class Desk:
    """A console and the browsers that look at it."""

    app: App
    web: Litestar
    door: Doorkeeper
    staff: Mapping[Role, int]
    browsers: list[Browser] = field(default_factory=list)

    def stranger(self) -> Browser:
        """A browser in which nobody is signed in; it has been here before, so it has a cookie."""
        return self._browser(f"nobody-{len(self.browsers)}-{'x' * 32}")

    def signed_in(self, role: Role) -> Browser:
        """A new browser in which somebody of that role is signed in."""
        return self._browser(
            self.app.store.writing(begin_session, self.staff[role], self.app.clock.now(), hours=12)
        )

    def _browser(self, cookie: str) -> Browser:
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.web),  # type: ignore[arg-type]
            base_url=HOST,
            cookies={COOKIE: cookie},
        )
        made = Browser(http, cookie)
        self.browsers.append(made)
        return made

    async def close(self) -> None:
        """Close every browser."""
        for one in self.browsers:
            await one.http.aclose()


def desk_on(app: App, staff: Mapping[Role, int]) -> Desk:
    """Open a console on an application."""
    door = Doorkeeper(app)
    web = copy(_rooms())
    web.state = State({"door": door})
    return Desk(app, web, door, staff)


@cache
def _rooms() -> Litestar:
    """The console before anybody stands at its door: reading its handlers takes longer than most tests."""
    return unattended()
