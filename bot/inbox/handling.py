"""What staff do about a conversation besides writing: take it, note, close, keep the machine silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.conversation import events
from bot.errors import InboxError
from bot.inbox.scope import phone_of, sees
from bot.inbox.waiting import WITH_A_PERSON, kind_of
from bot.roles import Right, Role, may
from bot.settings import Settings
from bot.store.accounts import Account, account
from bot.store.tables import ContactPoint, Handover, Looking, Note, Staff
from bot.talking import Turn

LOOKING_FOR: Final = timedelta(seconds=90)  #: a page that is open says so every half minute
MOST_NOTE: Final = 2000  #: letters

#: how something was done without a text
HOW: Final = ("called", "letter", "in_person", "nothing")


@cache
def _here(dialect: str) -> Any:
    """Return the statement for one database: SQLAlchemy has no form common to both."""
    row = import_module(f"sqlalchemy.dialects.{dialect}").insert(Looking)
    return row.on_conflict_do_update(
        index_elements=["contact_point_id", "staff_id"], set_={"at": row.excluded.at}
    )


def assignable(session: Session, tag: str) -> tuple[Account, ...]:
    """List who could take a conversation in that language, those who read it first."""
    rows = session.execute(
        sa.select(Staff).where(col(Staff.disabled_at).is_(None)).order_by(col(Staff.name))
    ).scalars()
    able = [one for one in map(account, rows) if may(one.role, Right.ANSWER) and sees(one, tag)]
    return tuple(sorted(able, key=lambda one: tag not in one.languages))


def assign(session: Session, phone: int, who: Account, to: int | None) -> str | None:
    """Give what is open in a conversation to somebody, or to nobody; return their name.

    Raises `InboxError`.
    """
    contact = phone_of(session, phone, who)
    taker = next((one for one in assignable(session, contact.language) if one.id == to), None)
    if to is not None and taker is None:
        raise InboxError("That account cannot answer this family: choose somebody else.")
    session.execute(sa.update(Handover).where(*_open(phone)).values(assigned_to=to))
    return taker.name if taker else None


def note(session: Session, phone: int, who: Account, text: str, now: datetime) -> None:
    """Keep a note that only staff read. Raises `InboxError`."""
    phone_of(session, phone, who)
    if not text.strip():
        raise InboxError("The note is empty.")
    if len(text) > MOST_NOTE:
        raise InboxError(f"The note is longer than {MOST_NOTE} letters: shorten it.")
    session.add(Note(contact_point_id=phone, staff_id=who.id, at=now, text=text.strip()))


def close(
    session: Session, owed: Sequence[int], who: Account, *, how: str, text: str = "", now: datetime
) -> int:
    """Say that these things were done without a text, and how; return how many. Raises `InboxError`.

    Read-backs are not among them (somebody writes them or takes the words over), nor is a conversation
    that somebody has taken over (it is handed back).
    """
    if how not in HOW:
        raise InboxError("Say how it was done: by a call, a letter, in person, or that nothing was needed.")
    rows = [one for one in _these(session, owed, who) if kind_of(one.why) not in {"read_back", "mine"}]
    for one in rows:
        one.done_at, one.done_by, one.done_how = now, who.id, how
        session.add(one)
    phone = next((one.contact_point_id for one in rows if one.contact_point_id is not None), None)
    if text.strip() and phone is not None:
        note(session, phone, who, text, now)
    return len(rows)


def take_conversation(session: Session, phone: int, settings: Settings, who: Account, now: datetime) -> None:
    """From now on a person writes with this family and the machine keeps silent. Raises `InboxError`."""
    contact = phone_of(session, phone, who)
    if contact.stopped_at is not None:
        raise InboxError("This family has stopped our texts: call, or write a letter.")
    if _taken(session, phone) is not None:
        raise InboxError("Somebody writes with this family already.")
    Turn(session, contact, settings, now).step(events.StaffTookOver(now))
    session.add(Handover(contact_point_id=phone, why=WITH_A_PERSON, made_at=now, assigned_to=who.id))


def hand_back(session: Session, phone: int, settings: Settings, who: Account, now: datetime) -> None:
    """The person is done: the machine answers again. Raises `InboxError`."""
    contact = phone_of(session, phone, who)
    taken = _taken(session, phone)
    Turn(session, contact, settings, now).step(events.HandedBack(now))
    if taken is not None:
        taken.done_at, taken.done_by, taken.done_how = now, who.id, "handed_back"
        session.add(taken)


def look_at(session: Session, phone: int, who: Account, now: datetime) -> None:
    """Note that somebody has this conversation open."""
    connection = session.connection()
    connection.execute(sa.delete(Looking).where(col(Looking.at) < now - LOOKING_FOR))
    here = _here(connection.dialect.name)
    connection.execute(here.values(contact_point_id=phone, staff_id=who.id, at=now))


def others_at(session: Session, phone: int, who: Account, now: datetime) -> tuple[str, ...]:
    """Name the others who have this conversation open now."""
    rows = session.connection().execute(
        sa.select(col(Staff.name))
        .join(Looking, col(Looking.staff_id) == col(Staff.id))
        .where(
            col(Looking.contact_point_id) == phone,
            col(Looking.staff_id) != who.id,
            col(Looking.at) >= now - LOOKING_FOR,
        )
        .order_by(col(Staff.name))
    )
    return tuple(name for (name,) in rows)


def _open(phone: int) -> tuple[sa.ColumnElement[bool], ...]:
    ordinary = sa.not_(col(Handover.restricted))
    return (col(Handover.contact_point_id) == phone, col(Handover.done_at).is_(None), ordinary)


def _taken(session: Session, phone: int) -> Handover | None:
    return session.execute(
        sa.select(Handover).where(*_open(phone), col(Handover.why) == WITH_A_PERSON).limit(1)
    ).scalar_one_or_none()


def open_thing(session: Session, owed: int, who: Account) -> Handover:
    """Return one thing that this account may still do. Raises `InboxError`."""
    (found,) = _these(session, [owed], who)
    return found


def _these(session: Session, owed: Sequence[int], who: Account) -> Sequence[Handover]:
    """Return what is still to be done of these. Raises `InboxError` if somebody was quicker."""
    rows = session.execute(
        sa.select(Handover, ContactPoint, col(Staff.name))
        .outerjoin(ContactPoint, col(ContactPoint.id) == col(Handover.contact_point_id))
        .outerjoin(Staff, col(Staff.id) == col(Handover.done_by))
        .where(col(Handover.id).in_(list(owed)), sa.not_(col(Handover.restricted)))
    ).all()
    for one, contact, name in rows:
        if contact is not None and not sees(who, contact.language):
            raise InboxError("This family writes in a language that is not among your account's.")
        if contact is None and who.role is Role.REVIEWER:
            raise InboxError("This is for the office.")
        if one.done_at is not None:
            raise InboxError(f"{name or 'Somebody'} has done this already: nothing was changed.")
    if not rows:
        raise InboxError("There is nothing to do here any more.")
    return [one for one, _, _ in rows]
