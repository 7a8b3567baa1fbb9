"""Who works here: accounts, the links that make them, and what each may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.credentials import account_name
from bot.errors import AccessError
from bot.roles import Role
from bot.store import accounts, invitations
from bot.store.accounts import Account, anybody, begin_session, end_session, seen, session_of
from bot.store.audit import COMMAND_LINE, HOMELOOP, Actor, record
from bot.store.invitations import Invitation, invitation
from bot.store.tables import Staff, StaffInvitation, StaffSession

__all__ = [
    "Account",
    "anybody",
    "begin_session",
    "end_session",
    "first_invitation",
    "seen",
    "session_of",
]

#: what a link that is not made in the console is looked up by
_BY_NOBODY: Final = col(StaffInvitation.made_by).is_(None)


@dataclass(frozen=True, slots=True)
class Member:
    """One account as owners see it."""

    account: Account
    active: bool
    second_factor: bool
    made_at: datetime
    seen_at: datetime | None  #: in a browser that is signed in now


@dataclass(frozen=True, slots=True)
class Everybody:
    """Every account, and every link that nobody has used yet."""

    members: tuple[Member, ...]
    invited: tuple[Invitation, ...]


def first_invitation(session: Session, now: datetime) -> str | None:
    """Make the first owner's link while nobody has an account, and return its token; None afterwards.

    Each call makes the links of earlier calls worthless.
    """
    if anybody(session):
        return None
    invitations.withdraw(session, _BY_NOBODY)
    number, token = invitations.make(session, now, role=Role.OWNER)
    record(session, HOMELOOP, "owner.invited", f"invitation:{number}", now=now)
    return token


def owner_link(session: Session, email: str | None, now: datetime) -> str:
    """Make a link from the command line: for a new owner, or to let the account with that e-mail in again.

    Raises `AccessError` if nobody has it.
    """
    row = None
    if email is not None:
        row = session.exec(select(Staff).where(col(Staff.email) == account_name(email))).first()
        if row is None:
            raise AccessError("Nobody has an account with this e-mail address: leave it out for a new owner.")
    number, token = invitations.make(
        session,
        now,
        role=Role.OWNER,
        email=row.email if row else "",
        name=row.name if row else "",
        staff_id=row.id if row else None,
    )
    record(session, COMMAND_LINE, "owner.invited", f"invitation:{number}", now=now, again=row is not None)
    return token


def invite(
    session: Session,
    who: Actor,
    *,
    name: str,
    email: str,
    role: Role,
    languages: Sequence[str],
    on_call: bool,
    now: datetime,
) -> str:
    """Make a link by which somebody makes their account; return its token. Raises `AccessError`."""
    checked_languages(role, languages)
    address = invitations.checked_email(session, email)
    invitations.withdraw(session, col(StaffInvitation.email) == address)
    number, token = invitations.make(
        session,
        now,
        role=role,
        email=address,
        name=invitations.checked_name(name),
        languages=languages,
        on_call=on_call,
        made_by=who.staff_id,
    )
    record(session, who, "staff.invited", f"invitation:{number}", now=now, role=role, on_call=on_call)
    return token


def withdraw(session: Session, who: Actor, number: int, now: datetime) -> None:
    """Make a link worthless that nobody has used."""
    if invitations.withdraw(session, col(StaffInvitation.id) == number):
        record(session, who, "staff.invitation-withdrawn", f"invitation:{number}", now=now)


def link_again(session: Session, who: Actor, staff_id: int, now: datetime) -> str:
    """Make a link by which somebody who has an account sets a new password; return its token."""
    _not_oneself(who, staff_id)
    row = accounts.active(session, staff_id)
    invitations.withdraw(session, col(StaffInvitation.staff_id) == staff_id)
    number, token = invitations.make(
        session,
        now,
        role=Role(row.role),
        email=row.email,
        name=row.name,
        staff_id=staff_id,
        made_by=who.staff_id,
    )
    record(session, who, "staff.link-made", f"staff:{staff_id}", now=now, invitation=number)
    return token


def change(
    session: Session,
    who: Actor,
    staff_id: int,
    *,
    name: str,
    role: Role,
    languages: Sequence[str],
    on_call: bool,
    now: datetime,
) -> None:
    """Change what an account is; another role ends its sessions. Raises `AccessError`."""
    row = _row(session, staff_id)
    checked_languages(role, languages)
    if role is not Role.OWNER:
        _not_the_last_owner(session, row)
    before = row.role
    row.name, row.role = invitations.checked_name(name), role
    row.languages, row.on_call = list(languages), on_call
    if before != role:
        accounts.end_all(session, staff_id)
    record(
        session,
        who,
        "staff.changed",
        f"staff:{staff_id}",
        now=now,
        before=before,
        role=role,
        languages=list(languages),
        on_call=on_call,
    )


def switch_off(session: Session, who: Actor, staff_id: int, now: datetime) -> None:
    """Disable an account: its sessions and links end at once. Raises `AccessError` for the last owner."""
    row = _row(session, staff_id)
    _not_the_last_owner(session, row)
    if row.disabled_at is not None:
        return
    row.disabled_at = now
    accounts.end_all(session, staff_id)
    accounts.forget_devices(session, staff_id)
    invitations.withdraw(session, col(StaffInvitation.staff_id) == staff_id)
    record(session, who, "staff.switched-off", f"staff:{staff_id}", now=now)


def switch_on(session: Session, who: Actor, staff_id: int, now: datetime) -> None:
    """Let a disabled account sign in again, with the password and second factor it had."""
    row = _row(session, staff_id)
    if row.disabled_at is None:
        return
    row.disabled_at = None
    record(session, who, "staff.switched-on", f"staff:{staff_id}", now=now)


def reset_second_factor(session: Session, who: Actor, staff_id: int, now: datetime) -> None:
    """Take somebody's second factor away, who has lost phone and recovery codes; their sessions end."""
    _not_oneself(who, staff_id)
    row = _row(session, staff_id)
    accounts.drop_second_factor(session, row)
    accounts.end_all(session, staff_id)
    record(session, who, "staff.second-factor-reset", f"staff:{staff_id}", now=now)


def checked_languages(role: Role, languages: Sequence[str]) -> None:
    """Refuse a reviewer of nothing. Raises `AccessError`."""
    if role is Role.REVIEWER and not languages:
        raise AccessError("A reviewer needs at least one language: tick those that they read.")


def everybody(session: Session, now: datetime) -> Everybody:
    """Return every account, active ones first, and every link that is still good."""
    used = (
        sa.select(col(StaffSession.staff_id), func.max(StaffSession.seen_at).label("seen_at"))
        .where(col(StaffSession.ends_at) > now, col(StaffSession.half).is_(False))
        .group_by(col(StaffSession.staff_id))
        .subquery()
    )
    rows = session.execute(
        sa.select(Staff, used.c.seen_at)
        .outerjoin(used, used.c.staff_id == col(Staff.id))
        .order_by(col(Staff.disabled_at).is_not(None), func.lower(Staff.name), col(Staff.id))
    ).all()
    links = session.exec(
        select(StaffInvitation)
        .where(col(StaffInvitation.used_at).is_(None), col(StaffInvitation.ends_at) > now)
        .order_by(col(StaffInvitation.id).desc())
    )
    return Everybody(tuple(_member(*row) for row in rows), tuple(invitation(row) for row in links))


def member(session: Session, staff_id: int, now: datetime) -> Member | None:
    """Return one account; None if there is no such account."""
    row = session.get(Staff, staff_id)
    if row is None:
        return None
    newest = sa.select(func.max(StaffSession.seen_at)).where(
        col(StaffSession.staff_id) == staff_id,
        col(StaffSession.ends_at) > now,
        col(StaffSession.half).is_(False),
    )
    return _member(row, session.execute(newest).scalar())


def _member(row: Staff, seen_at: datetime | None) -> Member:
    return Member(
        account=accounts.account(row),
        active=row.disabled_at is None,
        second_factor=row.totp is not None,
        made_at=row.made_at,
        seen_at=seen_at,
    )


def _row(session: Session, staff_id: int) -> Staff:
    row = session.get(Staff, staff_id)
    if row is None:
        raise AccessError("There is no such account.")
    return row


def _not_oneself(who: Actor, staff_id: int) -> None:
    if who.staff_id == staff_id:
        raise AccessError("This is your own account: change it under “My account”, with your password.")


def _not_the_last_owner(session: Session, row: Staff) -> None:
    if row.role != Role.OWNER or row.disabled_at is not None:
        return
    others = select(Staff.id).where(
        col(Staff.role) == Role.OWNER, col(Staff.disabled_at).is_(None), col(Staff.id) != row.id
    )
    if session.exec(others.limit(1)).first() is None:
        raise AccessError("This is the only owner. Make somebody else an owner first.")
