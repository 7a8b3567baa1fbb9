"""Links that make an account, or let its owner in again: made, looked at, taken up once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.credentials import account_name, digest, fresh_token
from bot.errors import AccessError
from bot.roles import Role
from bot.store import accounts
from bot.store.audit import Actor, record
from bot.store.tables import KnownDevice, Staff, StaffInvitation

LASTS: Final = timedelta(days=7)

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link stands for."""

    id: int
    name: str
    email: str  #: empty: whoever has the link says
    role: Role
    languages: tuple[str, ...]
    on_call: bool
    again: bool  #: for an account that there is already
    ends_at: datetime


def make(
    session: Session,
    now: datetime,
    *,
    role: Role,
    email: str = "",
    name: str = "",
    languages: Iterable[str] = (),
    on_call: bool = False,
    staff_id: int | None = None,
    made_by: int | None = None,
) -> tuple[int, str]:
    """Keep an invitation, and return its number and its link's token, which is kept nowhere."""
    token = fresh_token()
    row = StaffInvitation(
        token=digest(token),
        email=email,
        name=name,
        role=role,
        languages=list(languages),
        on_call=on_call,
        staff_id=staff_id,
        made_by=made_by,
        made_at=now,
        ends_at=now + LASTS,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id, token


def withdraw(session: Session, *of: sa.ColumnElement[bool]) -> int:
    """Make links worthless that nobody has used; return how many."""
    unused = sa.delete(StaffInvitation).where(col(StaffInvitation.used_at).is_(None), *of)
    return int(session.connection().execute(unused).rowcount)


def read(session: Session, token: str, now: datetime) -> Invitation | None:
    """Return what a link stands for; None if it was used, withdrawn, is too old or never was."""
    row = _good(session, token, now)
    return None if row is None else invitation(row)


def invitation(row: StaffInvitation) -> Invitation:
    """Return a row as everybody else sees it."""
    assert row.id is not None
    return Invitation(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        languages=tuple(row.languages),
        on_call=row.on_call,
        again=row.staff_id is not None,
        ends_at=row.ends_at,
    )


def take_up(
    session: Session, token: str, *, name: str, email: str, password: str, language: str, now: datetime
) -> Staff | None:
    """Use a link up: make its account, or give its account a new password. None if it is no longer good.

    A link that the command line made for an account takes its second factor away and makes it an owner's
    again: whoever may run commands there may read the database. Raises `AccessError` about a field.
    """
    link = _good(session, token, now)
    if link is None:
        return None
    link.used_at = now
    if link.staff_id is not None:
        return _let_in_again(session, link, password, now)
    return _new_account(session, link, name, email, password, language, now)


def _let_in_again(session: Session, link: StaffInvitation, password: str, now: datetime) -> Staff | None:
    row = session.get(Staff, link.staff_id)
    if row is None or (row.disabled_at is not None and link.made_by is not None):
        return None
    assert row.id is not None
    row.password = password
    accounts.end_all(session, row.id)
    session.execute(sa.delete(KnownDevice).where(col(KnownDevice.staff_id) == row.id))
    if link.made_by is None:
        row.disabled_at, row.role = None, Role.OWNER
        accounts.drop_second_factor(session, row)
    who = Actor(row.id, row.name)
    record(session, who, "account.password-set", f"staff:{row.id}", now=now, invitation=link.id)
    return row


def _new_account(
    session: Session,
    link: StaffInvitation,
    name: str,
    email: str,
    password: str,
    language: str,
    now: datetime,
) -> Staff:
    row = Staff(
        email=checked_email(session, link.email or email),
        name=checked_name(name),
        role=link.role,
        languages=link.languages,
        on_call=link.on_call,
        console_language=language,
        password=password,
        made_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    link.staff_id = row.id
    who = Actor(row.id, row.name)
    record(session, who, "account.made", f"staff:{row.id}", now=now, role=row.role, invitation=link.id)
    return row


def checked_name(name: str) -> str:
    """Return a name as it is kept. Raises `AccessError`."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not plain:
        raise AccessError("Write the name, as colleagues know it.")
    if len(plain) > 80:
        raise AccessError("This name is too long. Write at most 80 letters.")
    return plain


def checked_email(session: Session, email: str) -> str:
    """Return an e-mail address as it is kept, if no account has it. Raises `AccessError`."""
    plain = account_name(email)
    if len(plain) > 254 or not _EMAIL.fullmatch(plain) or not plain.isprintable():
        raise AccessError("Write an e-mail address, such as ana.ruiz@school.example.")
    if session.exec(select(Staff.id).where(col(Staff.email) == plain)).first() is not None:
        raise AccessError("Somebody has an account with this e-mail address already.")
    return plain


def _good(session: Session, token: str, now: datetime) -> StaffInvitation | None:
    return session.exec(
        select(StaffInvitation).where(
            col(StaffInvitation.token) == digest(token),
            col(StaffInvitation.used_at).is_(None),
            col(StaffInvitation.ends_at) > now,
        )
    ).first()
