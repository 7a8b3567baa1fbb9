"""Permission to write to a phone: taken back by voice or on paper, given again with evidence; its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col

from bot.directory import N_, Ledger, Phone, evidence_to_hide, phone_of, shown_evidence
from bot.errors import RecordsError
from bot.messages import ChannelName, DeliveryState
from bot.store import contacts
from bot.store.erasure import ERASED
from bot.store.tables import Consent, ContactPoint, Delivery, Household, Person, PersonContactPoint

#: why a phone is stopped that somebody on the staff was asked to stop
BY_STAFF = "staff"


class How(StrEnum):
    """How a family told us."""

    PHONE = "phone"  #: they called
    PAPER = "paper"  #: a letter or a form
    PERSON = "person"  #: face to face


_HOW = {How.PHONE: "by phone", How.PAPER: "on paper", How.PERSON: "in person"}


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody on the staff was told: the evidence of a change of permission."""

    how: How
    who: str  #: said it, as staff know them
    on: date
    by: str  #: wrote it down

    def evidence(self) -> str:
        """Return it as the ledger keeps it."""
        return f"{_HOW[self.how]} on {self.on.isoformat()}, said by {self.who}; written down by {self.by}"

    def checked(self, today: date) -> Told:
        """Return it. Raises `RecordsError` if it cannot be evidence."""
        if not self.who.strip():
            raise RecordsError(N_("Who said it? Write their name, or what they are to the family."))
        if self.on > today:
            raise RecordsError(N_("That day is still to come: write the day on which they told you."))
        return self


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who has a phone."""

    id: int
    name: str
    household: int | None


@dataclass(frozen=True, slots=True)
class PhoneSeen:
    """One phone with everything about its permission."""

    phone: Phone
    owners: tuple[Owner, ...]
    ledger: tuple[Ledger, ...]  #: newest first
    queued: int  #: texts that a stop would end


def look_at(session: Session, phone: int) -> PhoneSeen:
    """Return one phone. Raises `RecordsError` if there is none, or it was erased."""
    contact = contact_at(session, phone)
    link = PersonContactPoint
    connection = session.connection()
    owners = connection.execute(
        sa.select(col(Person.id), col(Person.name), col(Household.id))
        .join(link, col(link.person_id) == col(Person.id))
        .outerjoin(Household, col(Household.id) == col(Person.household_id))
        .where(col(link.contact_point_id) == phone)
        .order_by(col(Person.id))
    )
    lines = connection.execute(
        sa.select(Consent.__table__)  # type: ignore[attr-defined]
        .where(col(Consent.contact_point_id) == phone)
        .order_by(col(Consent.id).desc())
    ).all()
    hidden = evidence_to_hide(session, [line.inbound_id for line in lines])
    return PhoneSeen(
        phone_of(contact),
        tuple(Owner(who or 0, name, home) for who, name, home in owners),
        tuple(Ledger(line.at, line.scope, line.granted, shown_evidence(line, hidden)) for line in lines),
        _queued(session, phone),
    )


def revoke(
    session: Session, phone: int, told: Told, *, keep_closings: bool, today: date, now: datetime
) -> int:
    """Stop every text to a phone, or every one but closings and danger; return how many it ended.

    Raises `RecordsError` if there is nothing to stop, or nobody who said it.
    """
    contact = contact_at(session, phone)
    evidence = told.checked(today).evidence()
    if contact.stopped_at is not None and contact.closings_only == keep_closings:
        raise RecordsError(N_("Texts to this phone have been stopped before; nothing was changed."))
    before = _queued(session, phone)
    contacts.stop(session, contact, why=contact.stopped_why or BY_STAFF, evidence=evidence, now=now)
    if keep_closings:
        contacts.keep_closings(session, contact, evidence=evidence, now=now)
    session.flush()
    return before - _queued(session, phone)


def opt_in(session: Session, phone: int, told: Told, *, today: date, now: datetime) -> None:
    """The family wants texts again, and said so. Raises `RecordsError`."""
    contact = contact_at(session, phone)
    evidence = told.checked(today).evidence()
    if contact.stopped_at is None:
        raise RecordsError(N_("Texts to this phone are not stopped; nothing was changed."))
    if contact.stopped_why == "provider" and contact.channel == ChannelName.TELEGRAM:
        raise RecordsError(N_("This family has blocked the bot: they open it again in Telegram themselves."))
    contacts.start(session, contact, evidence=evidence, now=now)


def contact_at(session: Session, phone: int) -> ContactPoint:
    """Return a phone. Raises `RecordsError` if there is none, or it was erased."""
    contact = session.get(ContactPoint, phone, populate_existing=True)
    if contact is None or contact.stopped_why == ERASED:
        raise RecordsError(N_("There is no such phone: it may have been erased."))
    return contact


def _queued(session: Session, phone: int) -> int:
    session.flush()
    waits = col(Delivery.state).in_((DeliveryState.WAITING, DeliveryState.QUEUED))
    rows = sa.select(func.count()).where(
        col(Delivery.contact_point_id) == phone, waits, col(Delivery.passes_stop).is_(False)
    )
    return int(session.connection().execute(rows).scalar_one())
