"""What somebody who is signed in does with their own account: password, second factor, browsers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.credentials import digest
from bot.store import accounts, invitations
from bot.store.accounts import IDLE, Account
from bot.store.audit import Actor, record
from bot.store.tables import RecoveryCode, SignInTry, Staff, StaffSession


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One browser in which an account is signed in."""

    id: int
    browser: str
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    here: bool  #: the one that asks


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody sees of their own account."""

    second_factor: bool
    recovery_codes: int  #: unused
    sessions: tuple[SignedIn, ...]
    tries: int  #: guesses at this account in the last minutes, right or wrong
    setting_up: str | None  #: secret of a second factor that is being set up in this browser


def own(session: Session, account: Account, token: str, now: datetime) -> Own:
    """Return what somebody sees of their own account, in the browser with this cookie."""
    row = session.get(Staff, account.id)
    assert row is not None
    unused = sa.select(func.count()).where(
        col(RecoveryCode.staff_id) == account.id, col(RecoveryCode.used_at).is_(None)
    )
    tried = sa.select(func.count()).where(col(SignInTry.account) == digest(account.email))
    browsers = session.exec(
        select(StaffSession)
        .where(
            col(StaffSession.staff_id) == account.id,
            col(StaffSession.half).is_(False),
            col(StaffSession.ends_at) > now,
            col(StaffSession.seen_at) > now - IDLE,
        )
        .order_by(col(StaffSession.seen_at).desc(), col(StaffSession.id).desc())
    ).all()
    here = digest(token)
    return Own(
        second_factor=row.totp is not None,
        recovery_codes=session.execute(unused).scalar_one(),
        sessions=tuple(_signed_in(one, here) for one in browsers),
        tries=session.execute(tried).scalar_one(),
        setting_up=next((one.totp for one in browsers if one.token == here), None),
    )


def _signed_in(row: StaffSession, here: str) -> SignedIn:
    assert row.id is not None
    return SignedIn(row.id, row.browser, row.made_at, row.seen_at, row.ends_at, row.token == here)


def set_password(
    session: Session,
    account: Account,
    password: str,
    *,
    token: str,
    device: str,
    hours: float,
    now: datetime,
) -> str:
    """Keep a new password, already hashed: every session ends, and a new one begins; return its cookie.

    No browser but this one is known any more.
    """
    row = accounts.active(session, account.id)
    row.password = password
    browser = next((one.browser for one in own(session, account, token, now).sessions if one.here), "")
    accounts.end_all(session, account.id)
    accounts.forget_devices(session, account.id, but=device)
    record(session, _self(account), "account.password-set", f"staff:{account.id}", now=now)
    return accounts.begin_session(session, account.id, now, hours=hours, browser=browser)


def begin_second_factor(session: Session, account: Account, token: str) -> None:
    """Prepare a second factor for somebody who is signed in; until it is finished nothing has changed."""
    accounts.prepare_second_factor(session, token)


def finish_second_factor(
    session: Session, account: Account, token: str, code: str, now: datetime
) -> tuple[str, ...] | None:
    """Take the prepared second factor up: other browsers are signed out. None for a wrong code."""
    secret = own(session, account, token, now).setting_up
    if secret is None:
        return None
    codes = accounts.take_up_second_factor(session, accounts.active(session, account.id), secret, code, now)
    if codes is not None:
        accounts.forget_secret(session, token)
        accounts.end_all(session, account.id, but=token)
    return codes


def remove_second_factor(session: Session, account: Account, now: datetime) -> None:
    """Sign in with the password alone from now on."""
    accounts.drop_second_factor(session, accounts.active(session, account.id))
    record(session, _self(account), "account.second-factor-removed", f"staff:{account.id}", now=now)


def renew_recovery_codes(session: Session, account: Account, now: datetime) -> tuple[str, ...]:
    """Replace the recovery codes; those of before are worthless."""
    record(session, _self(account), "account.recovery-codes-renewed", f"staff:{account.id}", now=now)
    return accounts.new_recovery_codes(session, account.id)


def sign_out_one(session: Session, account: Account, number: int, now: datetime) -> None:
    """End one of somebody's own sessions."""
    ended = sa.delete(StaffSession).where(
        col(StaffSession.id) == number, col(StaffSession.staff_id) == account.id
    )
    if session.connection().execute(ended).rowcount:
        record(session, _self(account), "account.signed-out", f"staff:{account.id}", now=now)


def sign_out_everywhere(session: Session, account: Account, token: str, device: str, now: datetime) -> int:
    """End every session but this browser's, and know no other browser any more; return how many ended."""
    ended = accounts.end_all(session, account.id, but=token)
    accounts.forget_devices(session, account.id, but=device)
    record(
        session, _self(account), "account.signed-out-everywhere", f"staff:{account.id}", now=now, ended=ended
    )
    return ended


def rename(session: Session, account: Account, name: str, now: datetime) -> None:
    """Change one's own name. Raises `AccessError`."""
    row = accounts.active(session, account.id)
    row.name = invitations.checked_name(name)
    record(session, _self(account), "account.renamed", f"staff:{account.id}", now=now)


def choose_language(session: Session, account: Account, language: str) -> None:
    """Keep the console's language with the account."""
    session.execute(sa.update(Staff).where(col(Staff.id) == account.id).values(console_language=language))


def _self(account: Account) -> Actor:
    return Actor(account.id, account.name)
