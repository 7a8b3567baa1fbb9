"""Accounts that tests stand on, with passwords that are cheap to compare."""

from __future__ import annotations

from datetime import datetime

import pyotp
from sqlmodel import Session, select

from bot import sign_in
from bot.app import App
from bot.credentials import Passwords, Verdict
from bot.roles import Role
from bot.settings import Settings
from bot.sign_in import Browser, Entered, Refused
from bot.store.store import Store
from bot.store.tables import Staff
from tests.conftest import StandingClock

PASSWORD = "four brave otters paddling"
HERE = Browser(label="Firefox, Windows")


class CountedPasswords(Passwords):
    """Passwords that cost next to nothing, and a tally of those that were really compared."""

    def __init__(self, *, patience: int = 100) -> None:
        super().__init__(time_cost=1, memory_kib=8, lanes=1, patience=patience)
        self.evaluated: list[str] = []

    def _compare(self, password: str, stored: str | None) -> Verdict:
        self.evaluated.append(password)
        return super()._compare(password, stored)


def app_with(settings: Settings, store: Store, clock: StandingClock) -> App:
    return App(settings, store, clock, passwords=CountedPasswords())


def account(
    app: App, name: str = "Ana Ruiz", role: Role = Role.OWNER, *, totp: str | None = None
) -> tuple[int, str]:
    """Add an account; return its number and e-mail address."""
    email = f"{name.split()[0].lower()}@school.example"

    def add(session: Session) -> int:
        row = Staff(
            email=email,
            name=name,
            role=role,
            languages=[],
            password=app.passwords.hash_now(PASSWORD),
            totp=totp,
            made_at=app.clock.now(),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id

    return app.store.writing(add), email


def row(app: App, staff_id: int) -> Staff:
    return app.store.reading(lambda session: session.exec(select(Staff).where(Staff.id == staff_id)).one())


def code(secret: str, now: datetime) -> str:
    return pyotp.TOTP(secret).at(now)


async def come_in(app: App, email: str, browser: Browser = HERE, password: str = PASSWORD) -> Entered:
    entered = await sign_in.sign_in(app, email, password, browser)
    assert isinstance(entered, Entered), entered
    return entered


async def knock(app: App, email: str, password: str, browser: Browser = HERE) -> Entered | Refused:
    return await sign_in.sign_in(app, email, password, browser)


def later(app: App, **amount: float) -> None:
    """Let time pass."""
    assert isinstance(app.clock, StandingClock)
    app.clock.advance(**amount)
