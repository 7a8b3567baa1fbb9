"""Numbers and languages as staff put them right: what a family told them, what they noticed themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.consent import Told, contact_at
from bot.directory import N_
from bot.errors import LanguageError, RecordsError
from bot.languages import language
from bot.messages import ChannelName
from bot.rosters import values
from bot.store import contacts, erasure, outbox, silence
from bot.store.tables import Consent, ContactPoint, Delivery, Person, PersonContactPoint

#: who decided: a family's choice outranks every later roster, a correction of ours holds until one
By = Literal["family", "roster"]

NO_LONGER = "This number is no longer theirs."


def add(
    session: Session, person: int, text: str, told: Told, *, region: str, today: date, now: datetime
) -> ContactPoint:
    """Give somebody a phone, ahead of those they have. Raises `RecordsError`.

    A number that had stopped us stays stopped, also if that was before its records were erased.
    """
    owner = _person(session, person)
    evidence = told.checked(today).evidence()
    address = _number(text, region)
    contact = contacts.at_address(session, ChannelName.SMS, address)
    if contact is None:
        contact = _new(session, address, owner.reads, evidence, now)
    assert contact.id is not None
    if session.get(PersonContactPoint, (person, contact.id), populate_existing=True) is not None:
        raise RecordsError(N_("They have this number already; nothing was changed."))
    session.add(PersonContactPoint(person_id=person, contact_point_id=contact.id, rank=0, by="family"))
    session.flush()
    return contact


def remove(session: Session, person: int, phone: int, now: datetime) -> int:
    """Take a number from somebody; return how many texts that ended, if it is nobody's now.

    What was written there stays with them for their history and their erasing. Raises `RecordsError`.
    """
    contact_at(session, phone)
    link = session.get(PersonContactPoint, (person, phone), populate_existing=True)
    if link is None:
        raise RecordsError(N_("They do not have this number; nothing was changed."))
    session.delete(link)
    session.flush()
    erasure.remember_former(session.connection(), [(person, phone)], now)
    if contacts.people_at(session, phone):
        return 0
    return outbox.cancel(session, NO_LONGER, col(Delivery.contact_point_id) == phone)


def correct(
    session: Session,
    person: int,
    phone: int,
    text: str,
    told: Told,
    *,
    region: str,
    today: date,
    now: datetime,
) -> ContactPoint:
    """Put a number right: the new one takes the old one's place. Raises `RecordsError`."""
    if contact_at(session, phone).channel != ChannelName.SMS:
        raise RecordsError(N_("A Telegram chat has no number to put right: remove it, and give a new code."))
    made = add(session, person, text, told, region=region, today=today, now=now)
    remove(session, person, phone, now)
    return made


def choose_languages(session: Session, person: int, *, reads: str, hears: str, by: By) -> None:
    """Set what somebody reads and hears; phones that were written to in what they read go along.

    A phone goes along unless its language is the family's own choice and this is not, or somebody else
    who has it still reads it. Raises `RecordsError`.
    """
    owner = _person(session, person)
    before = owner.reads
    owner.reads, owner.hears, owner.language_by = _tag(reads), _tag(hears), by
    session.add(owner)
    session.flush()
    if owner.reads == before:
        return
    for contact in _phones(session, person):
        theirs = contact.language_by == "family" and by != "family"
        if contact.language == before and not theirs and not _read_by_others(session, contact, person):
            contact.language, contact.language_by = owner.reads, by
            session.add(contact)
    session.flush()


def choose_phone_language(session: Session, phone: int, tag: str, *, by: By) -> None:
    """Set what is written to one phone. Raises `RecordsError`."""
    contact = contact_at(session, phone)
    contact.language, contact.language_by = _tag(tag), by
    session.add(contact)
    session.flush()


def _phones(session: Session, person: int) -> Sequence[ContactPoint]:
    link = PersonContactPoint
    return session.exec(
        select(ContactPoint)
        .join(link, col(link.contact_point_id) == ContactPoint.id)
        .where(col(link.person_id) == person)
    ).all()


def _read_by_others(session: Session, contact: ContactPoint, person: int) -> bool:
    link = PersonContactPoint
    others = (
        sa.select(col(Person.id))
        .join(link, col(link.person_id) == col(Person.id))
        .where(
            col(link.contact_point_id) == contact.id,
            col(Person.id) != person,
            col(Person.reads) == contact.language,
        )
    )
    return session.connection().execute(others.limit(1)).first() is not None


def _new(session: Session, address: str, tag: str, evidence: str, now: datetime) -> ContactPoint:
    contact = ContactPoint(channel=ChannelName.SMS, address=address, language=tag)
    session.add(contact)
    session.flush()
    assert contact.id is not None
    session.add(Consent(contact_point_id=contact.id, at=now, scope="school", granted=True, evidence=evidence))
    silence.restore(session, contact, now)
    return contact


def _person(session: Session, person: int) -> Person:
    found = session.get(Person, person, populate_existing=True)
    if found is None:
        raise RecordsError(N_("There is no such person: they may have been erased."))
    return found


def _number(text: str, region: str) -> str:
    try:
        found = values.phones(text, region)
    except ValueError as error:
        raise RecordsError(f"This number cannot be taken: {error}.") from None
    if len(found) != 1:
        raise RecordsError(N_("Write one number, with its area code."))
    return found[0]


def _tag(tag: str) -> str:
    try:
        return language(tag).tag
    except LanguageError as error:
        raise RecordsError(str(error)) from None
