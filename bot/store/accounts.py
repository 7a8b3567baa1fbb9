"""Accounts and the browsers that are signed in: rows in, values out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.credentials import (
    digest,
    fresh_recovery_codes,
    fresh_secret,
    fresh_token,
    recovery_digest,
    step_of,
)
from bot.errors import AccessError
from bot.roles import Role
from bot.store.audit import Actor, record
from bot.store.tables import KnownDevice, RecoveryCode, Staff, StaffSession

IDLE: Final = timedelta(hours=2)  #: a session that nobody uses ends after this
HALF: Final = timedelta(minutes=15)  #: between the password and the second factor


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on the staff who may sign in."""

    id: int
    name: str
    email: str
    role: Role
    languages: tuple[str, ...]  #: that they read
    on_call: bool  #: reads what is restricted (docs/dialogue.md, rule 19)
    console_language: str


def account(row: Staff) -> Account:
    """Return a row of `staff` as everybody else sees it."""
    assert row.id is not None
    return Account(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        languages=tuple(row.languages),
        on_call=row.on_call,
        console_language=row.console_language,
    )


def session_of(session: Session, token: str, now: datetime) -> Account | None:
    """Return whose browser session this cookie is, if it has not ended and the account may be used."""
    row = _found(session, token, now, half=False)
    return None if row is None else account(row[1])


def half_of(session: Session, token: str, now: datetime) -> tuple[StaffSession, Staff] | None:
    """Return who has given their password in this browser, but not yet their second factor."""
    row = _found(session, token, now, half=True)
    return None if row is None else (row[0], row[1])


def seen(session: Session, token: str, now: datetime) -> None:
    """Note that a browser session is in use; call it at most every few minutes."""
    session.execute(
        sa.update(StaffSession).where(col(StaffSession.token) == digest(token)).values(seen_at=now)
    )


def begin_session(session: Session, staff_id: int, now: datetime, *, hours: float, browser: str = "") -> str:
    """Begin a browser session and return its cookie, which is kept nowhere."""
    return _begin(session, staff_id, now, timedelta(hours=hours), browser, half=False)


def begin_half(session: Session, staff_id: int, now: datetime, *, browser: str) -> str:
    """Begin what becomes a browser session once the second factor is there; return its cookie."""
    return _begin(session, staff_id, now, HALF, browser, half=True)


def end_session(session: Session, token: str) -> None:
    """End one browser session, now."""
    session.execute(sa.delete(StaffSession).where(col(StaffSession.token) == digest(token)))


def end_all(session: Session, staff_id: int, *, but: str | None = None) -> int:
    """End every browser session of an account, except the one with the cookie `but`; return how many."""
    ended = sa.delete(StaffSession).where(col(StaffSession.staff_id) == staff_id)
    if but is not None:
        ended = ended.where(col(StaffSession.token) != digest(but))
    return int(session.connection().execute(ended).rowcount)


def prepare_second_factor(session: Session, token: str) -> None:
    """Give this browser the secret of a second factor; it counts for nothing until a code of it is there."""
    session.execute(
        sa.update(StaffSession).where(col(StaffSession.token) == digest(token)).values(totp=fresh_secret())
    )


def forget_secret(session: Session, token: str) -> None:
    """Take the prepared secret away from this browser again."""
    session.execute(sa.update(StaffSession).where(col(StaffSession.token) == digest(token)).values(totp=None))


def take_up_second_factor(
    session: Session, row: Staff, secret: str, code: str, now: datetime
) -> tuple[str, ...] | None:
    """Make a prepared secret the account's second factor, and return recovery codes; None if it is wrong."""
    step = step_of(secret, code, now, after=None)
    if step is None:
        return None
    assert row.id is not None
    row.totp, row.totp_step = secret, step
    record(session, Actor(row.id, row.name), "account.second-factor-added", f"staff:{row.id}", now=now)
    return new_recovery_codes(session, row.id)


def new_recovery_codes(session: Session, staff_id: int) -> tuple[str, ...]:
    """Replace the recovery codes of an account; only their hashes are kept."""
    drop_recovery_codes(session, staff_id)
    codes = fresh_recovery_codes()
    session.add_all(RecoveryCode(staff_id=staff_id, code=recovery_digest(code)) for code in codes)
    session.flush()
    return codes


def drop_recovery_codes(session: Session, staff_id: int) -> None:
    """Make every recovery code of an account worthless."""
    session.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.staff_id) == staff_id))


def drop_second_factor(session: Session, row: Staff) -> None:
    """Take the second factor and its recovery codes away."""
    assert row.id is not None
    row.totp, row.totp_step = None, None
    drop_recovery_codes(session, row.id)


def forget_devices(session: Session, staff_id: int, *, but: str = "") -> None:
    """Treat every browser of an account as a stranger's, except the one with this cookie."""
    session.execute(
        sa.delete(KnownDevice).where(
            col(KnownDevice.staff_id) == staff_id, col(KnownDevice.token) != digest(but)
        )
    )


def active(session: Session, staff_id: int) -> Staff:
    """Return the row of an account that may be used. Raises `AccessError`."""
    row = session.get(Staff, staff_id)
    if row is None or row.disabled_at is not None:
        raise AccessError("This account does not exist, or it is switched off.")
    return row


def anybody(session: Session) -> bool:
    """Say whether there is an account at all."""
    return session.exec(select(Staff.id).limit(1)).first() is not None


def _found(session: Session, token: str, now: datetime, *, half: bool) -> Any:
    asked = {"token": digest(token), "half": half, "now": now, "idle": now - IDLE}
    return session.execute(_live(), asked).first()


@cache
def _live() -> Any:
    """Takes `token` (hashed), `half`, `now` and `idle`, since when it must have been used."""
    return (
        sa.select(StaffSession, Staff)
        .join(Staff, col(Staff.id) == col(StaffSession.staff_id))
        .where(
            col(StaffSession.token) == sa.bindparam("token"),
            col(StaffSession.half) == sa.bindparam("half"),
            col(StaffSession.ends_at) > sa.bindparam("now"),
            col(StaffSession.seen_at) > sa.bindparam("idle"),
            col(Staff.disabled_at).is_(None),
        )
    )


def _begin(
    session: Session, staff_id: int, now: datetime, lasts: timedelta, browser: str, *, half: bool
) -> str:
    session.execute(
        sa.delete(StaffSession).where(
            sa.or_(col(StaffSession.ends_at) <= now, col(StaffSession.seen_at) <= now - IDLE)
        )
    )
    token = fresh_token()
    session.add(
        StaffSession(
            staff_id=staff_id,
            token=digest(token),
            made_at=now,
            seen_at=now,
            ends_at=now + lasts,
            half=half,
            browser=browser,
        )
    )
    session.flush()
    return token
