"""Families by name and number, for somebody who will call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.store.tables import Child, ContactPoint, Group, Handover, Person, PersonChild, PersonContactPoint
from bot.watching.asking import in_portions, rows_of
from bot.watching.nothing import Family


@dataclass(frozen=True, slots=True)
class Phone:
    """One of a family's phones or chats, for somebody who wants to call."""

    id: int
    channel: str
    address: str
    note: str  #: "stopped", "bad", or ""


@dataclass(frozen=True, slots=True)
class Named:
    """A family by name, for those who may read names."""

    family: Family
    names: tuple[str, ...]
    hears: tuple[str, ...]  #: languages, for whoever calls
    household: int | None
    phones: tuple[Phone, ...]
    children: tuple[tuple[str, str], ...]  #: grade and school
    called_at: datetime | None  #: staff have dealt with the call that this text left to them


def named(session: Session, number: int, families: Sequence[Family]) -> tuple[Named, ...]:
    """Return these families by name, in a fixed number of queries for each 5,000 of them."""
    people = _people(session, [one for family in families for one in family.people])
    phones = _phones(session, families)
    children = _children(session, people)
    called = _called(session, number)
    return tuple(_named(one, people, phones, children, called) for one in families)


def _named(
    family: Family,
    people: Mapping[int, Any],
    phones: Mapping[tuple[str, int], Mapping[int, Phone]],
    children: Mapping[int, tuple[tuple[str, str], ...]],
    called: Mapping[int, datetime],
) -> Named:
    known = [people[one] for one in family.people if one in people]
    theirs: dict[int, Phone] = {}
    for key in (*(("person", one) for one in family.people), *(("phone", one) for one in family.phones)):
        theirs |= phones.get(key, {})
    grades = {one for person in family.people for one in children.get(person, ())}
    return Named(
        family=family,
        names=tuple(one.name for one in known),
        hears=tuple(dict.fromkeys(one.hears for one in known)),
        household=next((one.household_id for one in known), None),
        phones=tuple(theirs.values()),
        children=tuple(sorted(grades)),
        called_at=next((called[phone] for phone in theirs if phone in called), None),
    )


def _people(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    columns = (col(Person.id), col(Person.name), col(Person.hears), col(Person.household_id))
    found: dict[int, Any] = {}
    for some in in_portions(ids):
        found |= {
            row.id: row for row in rows_of(session, sa.select(*columns).where(col(Person.id).in_(some)))
        }
    return found


def _phones(session: Session, families: Sequence[Family]) -> dict[tuple[str, int], dict[int, Phone]]:
    """Return all phones of these people, and those whose text failed that belong to nobody any more."""
    link = PersonContactPoint
    theirs = _addresses(col(link.person_id)).join(link, col(link.contact_point_id) == col(ContactPoint.id))
    people = [one for family in families for one in family.people]
    phones = [one for family in families if not family.people for one in family.phones]
    found: dict[tuple[str, int], dict[int, Phone]] = {}
    for some in in_portions(people):
        rows = theirs.where(col(link.person_id).in_(some)).order_by(col(link.rank), col(ContactPoint.id))
        for row in rows_of(session, rows):
            found.setdefault(("person", row.of), {})[row.id] = _phone(row)
    for some in in_portions(phones):
        for row in rows_of(session, _addresses(col(ContactPoint.id)).where(col(ContactPoint.id).in_(some))):
            found["phone", row.of] = {row.id: _phone(row)}
    return found


def _addresses(of: Any) -> sa.Select[Any]:
    return sa.select(
        col(ContactPoint.id), col(ContactPoint.channel), col(ContactPoint.address),
        col(ContactPoint.stopped_at), col(ContactPoint.bad_at), of.label("of"),
    ).select_from(ContactPoint)  # fmt: skip


def _phone(row: Any) -> Phone:
    note = "bad" if row.bad_at is not None else "stopped" if row.stopped_at is not None else ""
    return Phone(row.id, row.channel, row.address, note)


def _children(session: Session, people: Iterable[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    rows = (
        sa.select(col(PersonChild.person_id), col(Child.grade), col(Group.name))
        .join(Child, col(Child.id) == col(PersonChild.child_id))
        .outerjoin(Group, col(Group.id) == col(Child.school_id))
    )
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    for some in in_portions(list(people)):
        for person, grade, school in rows_of(session, rows.where(col(PersonChild.person_id).in_(some))):
            found[person] = (*found.get(person, ()), (grade or "", school or ""))
    return found


def _called(session: Session, number: int) -> dict[int, datetime]:
    rows = sa.select(col(Handover.contact_point_id), col(Handover.done_at)).where(
        col(Handover.broadcast_id) == number, col(Handover.done_at).is_not(None)
    )
    return {phone: done for phone, done in rows_of(session, rows) if phone is not None}
