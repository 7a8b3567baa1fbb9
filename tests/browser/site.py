"""A console that Chromium can look at: a real database and the real web server, in this very process."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from litestar import Litestar
from sqlmodel import Session

from bot.app import App
from bot.roles import Role
from bot.settings import Settings, parse
from bot.store.accounts import begin_half, begin_session, prepare_second_factor
from bot.store.store import Store
from bot.store.tables import Staff
from bot.web.console import console
from bot.web.server import WebServer
from tests.conftest import StandingClock
from tests.console.busy_school import BusySchool, Words, accounts, fill
from tests.fakes import FakeChannel
from tests.school import app_on, lively

COOKIE = "homeloop"
LANGUAGES = ("en", "es", "ar")


@dataclass(frozen=True, slots=True)
class Site:
    """One console on one database. `staff` are its accounts, by console language and role."""

    app: App
    web: Litestar
    address: str  #: "http://127.0.0.1:1234"
    staff: Mapping[tuple[str, Role], int]
    school: BusySchool | None  #: None: nothing but accounts

    async def session(self, role: Role = Role.OWNER, language: str = "en") -> str:
        """Sign somebody in; return their browser's cookie."""
        account = self.staff[language, role]
        return await self.app.store.write(begin_session, account, self.app.clock.now(), hours=12)

    async def half_session(self, role: Role, language: str) -> str:
        """Let somebody give their password and nothing else yet; return their browser's cookie."""
        account = self.staff[language, role]
        return await self.app.store.write(_halfway, account, self.app.clock.now())


def _halfway(session: Session, account: int, now: datetime) -> str:
    """Somebody who has no second factor yet is offered one."""
    token = begin_half(session, account, now, browser="")
    if session.get_one(Staff, account).totp is None:
        prepare_second_factor(session, token)
    return token


Fill = Callable[[App, Mapping[Role, int]], BusySchool | None]


def nothing(_app: App, _staff: Mapping[Role, int]) -> None:
    """Leave the school as it is on its first day."""


def busy(words: Words | None = None, *, rows: int = 30) -> Fill:
    """Fill the database with so many rows of everything."""
    return lambda app, staff: fill(app, rows=rows, words=words, staff=staff)


@asynccontextmanager
async def serving(folder: Path, schema: Path, filled: Fill) -> AsyncIterator[Site]:
    """Serve a console on a new database in `folder`; `schema` is an empty one at the newest schema."""
    place = folder / "homeloop.db"
    shutil.copyfile(schema, place)
    place.chmod(0o600)
    store, clock = Store(place), StandingClock()
    app = app_on(lively(settings_in(folder)), store, clock, FakeChannel(clock))
    staff = await store.write(_everybody, clock.now())
    school = filled(app, {role: staff["en", role] for role in Role})
    web = console(app)
    server = WebServer(web, "127.0.0.1", 0)
    host, port = await server.start()
    try:
        yield Site(app, web, f"http://{host}:{port}", staff, school)
    finally:
        await server.stop()
        store.close()


def _everybody(session: Session, now: datetime) -> dict[tuple[str, Role], int]:
    """Add an account of every role for every language of the console."""
    return {
        (language, role): account
        for language in LANGUAGES
        for role, account in accounts(session, now, language=language).items()
    }


def settings_in(folder: Path) -> Settings:
    """The settings of a school that has everything."""
    table = {
        "school": {"name": "Lincoln School", "phone": "715-555-0100"},
        "staff": {"reader": "Ms Ruiz"},
        "server": {"public_url": "http://127.0.0.1:8080"},
        "sms": {
            "account_sid": "AC" + "0" * 32,
            "auth_token": "test-token-0123456789",
            "sender": "+17155550100",
        },
        "telegram": {"token": "7155:" + "t" * 35},
    }
    return parse(table, {}, place=folder / "config.toml")
