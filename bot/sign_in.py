"""Coming in: a password, then a second factor; or a link that makes an account. Going out.

A browser that has given the right password holds a *half* session, which opens nothing but the page that
asks for the second factor, or that sets one up. Every step gives the browser a fresh cookie.

Guesses are counted before they are looked at (`bot.store.tries`). A name that nobody has is treated in all
as one that somebody has, down to the time it takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from bot import credentials
from bot.app import App
from bot.credentials import account_name, digest, fresh_token
from bot.errors import AccessError
from bot.roles import Role
from bot.settings import Console
from bot.store import accounts, audit, invitations, tries
from bot.store.accounts import Account
from bot.store.audit import Actor
from bot.store.tables import KnownDevice, RecoveryCode, Staff
from bot.store.tries import Step

REMEMBERED: Final = timedelta(days=365)  #: how long a browser stays known


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser shows of itself at the entrance."""

    device: str | None = None  #: its cookie from an earlier sign-in
    label: str = ""  #: "Firefox, Windows"


class Next(StrEnum):
    """What somebody who gave the right password, code or link does next."""

    IN = "in"  #: they are signed in
    CODE = "code"  #: they type a code of their second factor
    SET_UP = "set up"  #: they must set up a second factor
    OFFER = "offer"  #: they may set up a second factor


class Refused(StrEnum):
    """Why somebody does not come in."""

    WRONG = "wrong"  #: name and password do not belong together, or the code is wrong
    TOO_MANY = "too many"  #: nothing was looked at: too many tries of this name
    BUSY = "busy"  #: nothing was looked at: too many people at once
    LATE = "late"  #: the password was given too long ago, or the link is no longer good


@dataclass(frozen=True, slots=True)
class Entered:
    """A step that was taken; `token` is the browser's new cookie."""

    account: Account
    token: str
    next: Next
    device: str | None = None  #: cookie by which the browser is known again, once they are in
    recovery_codes: tuple[str, ...] = ()  #: shown once


@dataclass(frozen=True, slots=True)
class _Admitted:
    staff_id: int | None
    password: str | None
    known: bool


async def sign_in(app: App, name: str, password: str, browser: Browser) -> Entered | Refused:
    """Take the first step. The password is compared off the event loop, between two transactions."""
    now = app.clock.now()
    typed = account_name(name)
    verdict = await _judged(app, typed, password, browser, now)
    if isinstance(verdict, Refused):
        return verdict
    staff_id, stored, fresh = verdict
    return await app.store.write(
        _right_password, staff_id, stored, fresh, browser, app.settings.console, app.clock.now()
    )


async def confirms(app: App, account: Account, password: str, browser: Browser) -> Refused | None:
    """Ask somebody who is signed in for their password again; it counts as any other guess."""
    verdict = await _judged(app, account.email, password, browser, app.clock.now())
    return verdict if isinstance(verdict, Refused) else None


async def _judged(
    app: App, name: str, password: str, browser: Browser, now: datetime
) -> tuple[int, str, str | None] | Refused:
    """Return whose password it is, how it was stored and how it should be; or why not."""
    # A flood of guesses is turned away by reading, so that it does not hold up the writer.
    if not await app.store.read(_open_to, name, browser.device, now):
        return Refused.TOO_MANY
    admitted = await app.store.write(_admit, name, browser.device, now)
    if admitted is None:
        return Refused.TOO_MANY
    try:
        verdict = await app.passwords.judge(password, admitted.password, known=admitted.known)
    except AccessError:
        return Refused.BUSY
    if not verdict.right or admitted.staff_id is None or admitted.password is None:
        return Refused.WRONG
    return admitted.staff_id, admitted.password, verdict.fresh


def _open_to(session: Session, name: str, device: str | None, now: datetime) -> bool:
    found = _look_up(session, name, device)
    return not tries.full(session, name, Step.PASSWORD, now, known=found.known)


def _admit(session: Session, name: str, device: str | None, now: datetime) -> _Admitted | None:
    """Count one guess at a password, and say what to compare it with; None if there were too many."""
    found = _look_up(session, name, device)
    if not tries.admit(session, name, Step.PASSWORD, now, known=found.known):
        return None
    if tries.full(session, name, Step.PASSWORD, now, known=found.known):
        _note_guessing(session, found.staff_id, now)
    return found


_LOOK_UP: Final = (
    sa.select(col(Staff.id), col(Staff.password), col(KnownDevice.id))
    .outerjoin(
        KnownDevice,
        sa.and_(col(KnownDevice.staff_id) == col(Staff.id), col(KnownDevice.token) == bindparam("device")),
    )
    .where(col(Staff.email) == bindparam("name"), col(Staff.disabled_at).is_(None))
)


def _look_up(session: Session, name: str, device: str | None) -> _Admitted:
    row = session.connection().execute(_LOOK_UP, {"name": name, "device": digest(device or "")}).first()
    return _Admitted(row[0], row[1], row[2] is not None) if row else _Admitted(None, None, False)


def _note_guessing(session: Session, staff_id: int | None, now: datetime) -> None:
    """Put it in the trail that somebody's tries have run out, at most once an hour."""
    if staff_id is None:
        return
    about = f"staff:{staff_id}"
    newest = audit.newest(session, "account.tries-ran-out", about)
    if newest is None or now - newest > timedelta(hours=1):
        audit.record(session, audit.HOMELOOP, "account.tries-ran-out", about, now=now)


def _right_password(
    session: Session,
    staff_id: int,
    stored: str,
    fresh: str | None,
    browser: Browser,
    console: Console,
    now: datetime,
) -> Entered | Refused:
    row = session.get(Staff, staff_id)
    if row is None or row.disabled_at is not None or row.password != stored:
        return Refused.WRONG  # it was changed while we compared
    row.password = fresh or stored
    if row.totp is not None:
        return _half(session, row, browser, Next.CODE, now)
    if _must(row, console):
        return _half(session, row, browser, Next.SET_UP, now)
    return _whole(session, row, browser, console, now, factor="none")


def _must(row: Staff, console: Console) -> bool:
    return console.owners_need_second_factor and row.role == Role.OWNER


def _half(session: Session, row: Staff, browser: Browser, after: Next, now: datetime) -> Entered:
    assert row.id is not None
    token = accounts.begin_half(session, row.id, now, browser=browser.label)
    if after is not Next.CODE:
        accounts.prepare_second_factor(session, token)
    return Entered(accounts.account(row), token, after)


def _whole(
    session: Session, row: Staff, browser: Browser, console: Console, now: datetime, *, factor: str
) -> Entered:
    assert row.id is not None
    token = accounts.begin_session(session, row.id, now, hours=console.session_hours, browser=browser.label)
    device = _remember(session, row.id, browser.device, now)
    who = Actor(row.id, row.name)
    audit.record(session, who, "account.signed-in", f"staff:{row.id}", now=now, second_factor=factor)
    return Entered(accounts.account(row), token, Next.IN, device)


def _remember(session: Session, staff_id: int, device: str | None, now: datetime) -> str:
    """Make the browser known for this account; several people may share one desk."""
    session.execute(sa.delete(KnownDevice).where(col(KnownDevice.seen_at) <= now - REMEMBERED))
    known = session.exec(select(KnownDevice).where(col(KnownDevice.token) == digest(device or ""))).all()
    token = device if device and known else fresh_token()
    own = next((one for one in known if one.staff_id == staff_id), None)
    if own is None:
        session.add(KnownDevice(staff_id=staff_id, token=digest(token), made_at=now, seen_at=now))
    else:
        own.seen_at = now
    return token


def second_factor(
    session: Session, token: str, code: str, browser: Browser, console: Console, now: datetime
) -> Entered | Refused:
    """Take the second step with a code from the phone: counted, compared and used up in one transaction."""
    half = _counted_half(session, token, browser, now)
    if isinstance(half, Refused):
        return half
    row = half
    step = credentials.step_of(row.totp or "", code, now, after=row.totp_step) if row.totp else None
    if step is None:
        return Refused.WRONG
    row.totp_step = step
    accounts.end_session(session, token)
    return _whole(session, row, browser, console, now, factor="code")


def recovery_code(
    session: Session, token: str, code: str, browser: Browser, console: Console, now: datetime
) -> Entered | Refused:
    """Take the second step with a recovery code, which works once."""
    half = _counted_half(session, token, browser, now)
    if isinstance(half, Refused):
        return half
    used = session.execute(
        sa.update(RecoveryCode)
        .where(
            col(RecoveryCode.staff_id) == half.id,
            col(RecoveryCode.code) == credentials.recovery_digest(code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        return Refused.WRONG
    accounts.end_session(session, token)
    return _whole(session, half, browser, console, now, factor="recovery")


def _counted_half(session: Session, token: str, browser: Browser, now: datetime) -> Staff | Refused:
    half = accounts.half_of(session, token, now)
    if half is None:
        return Refused.LATE
    row = half[1]
    known = _look_up(session, row.email, browser.device).known
    if not tries.admit(session, row.email, Step.CODE, now, known=known):
        return Refused.TOO_MANY
    if tries.full(session, row.email, Step.CODE, now, known=known):
        _note_guessing(session, row.id, now)
    return row


@dataclass(frozen=True, slots=True)
class Offer:
    """A second factor that is being set up in a browser."""

    account: Account
    secret: str
    must: bool  #: there is no way around it


def offer(session: Session, token: str, console: Console, now: datetime) -> Offer | None:
    """Return what a half session may set up; None if there is no such session or nothing to set up."""
    half = accounts.half_of(session, token, now)
    if half is None or half[0].totp is None:
        return None
    return Offer(accounts.account(half[1]), half[0].totp, _must(half[1], console))


def waits_for_code(session: Session, token: str, now: datetime) -> bool:
    """Say whether this browser has given a password and still owes the second factor."""
    half = accounts.half_of(session, token, now)
    return half is not None and half[0].totp is None


def set_up(
    session: Session, token: str, code: str, browser: Browser, console: Console, now: datetime
) -> Entered | Refused:
    """Take a second factor up with its first code, and come in; the recovery codes are shown once."""
    half = accounts.half_of(session, token, now)
    if half is None or half[0].totp is None:
        return Refused.LATE
    codes = accounts.take_up_second_factor(session, half[1], half[0].totp, code, now)
    if codes is None:
        return Refused.WRONG
    accounts.end_session(session, token)
    entered = _whole(session, half[1], browser, console, now, factor="code")
    return Entered(entered.account, entered.token, Next.IN, entered.device, codes)


def not_now(
    session: Session, token: str, browser: Browser, console: Console, now: datetime
) -> Entered | Refused:
    """Come in without the second factor that was offered."""
    half = accounts.half_of(session, token, now)
    if half is None or half[0].totp is None:
        return Refused.LATE
    if _must(half[1], console):
        return Refused.WRONG
    accounts.end_session(session, token)
    return _whole(session, half[1], browser, console, now, factor="none")


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End this browser's session, whole or half."""
    who = accounts.session_of(session, token, now)
    accounts.end_session(session, token)
    if who is not None:
        audit.record(session, Actor(who.id, who.name), "account.signed-out", f"staff:{who.id}", now=now)


def accept(
    session: Session,
    token: str,
    *,
    name: str,
    email: str,
    password: str,
    browser: Browser,
    console: Console,
    language: str,
    now: datetime,
) -> Entered | Refused:
    """Make the account that a link stands for, or let one in again; `password` is hashed already.

    Raises `AccessError` that says which field is wrong.
    """
    row = invitations.take_up(
        session, token, name=name, email=email, password=password, language=language, now=now
    )
    if row is None:
        return Refused.LATE
    if row.totp is not None:
        return _half(session, row, browser, Next.CODE, now)
    return _half(session, row, browser, Next.SET_UP if _must(row, console) else Next.OFFER, now)
