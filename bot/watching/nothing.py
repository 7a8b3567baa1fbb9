"""Who got nothing of one time of a broadcast, and why.

It goes through every family of the broadcast, so it belongs behind a cache.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.causes import Cause, cause_of, foremost
from bot.messages import DeliveryState
from bot.store.audience import Audience, people_select
from bot.store.tables import (
    Broadcast,
    ContactPoint,
    Delivery,
    Lane,
    LaneState,
    Person,
    PersonContactPoint,
    Rendering,
)
from bot.watching.asking import in_portions, of_time, rows_of


@dataclass(frozen=True, slots=True)
class Family:
    """People of one home, none of whose phones got the text."""

    cause: Cause
    people: tuple[int, ...]  #: of the audience, who were missed
    phones: tuple[int, ...]  #: whose text failed


@dataclass(frozen=True, slots=True)
class Nothing:
    """Who got nothing of one time of a broadcast, and why. No household is in it twice."""

    families: tuple[Family, ...]  #: in the order of their causes
    elsewhere: int  #: families whose text failed on one phone and went out to another
    said: Mapping[Cause, tuple[tuple[str, int], ...]]  #: the providers' own sentences, with phones

    @property
    def causes(self) -> tuple[tuple[Cause, int], ...]:
        """Each cause with its families, the most families first."""
        counts: dict[Cause, int] = {}
        for family in self.families:
            counts[family.cause] = counts.get(family.cause, 0) + 1
        return tuple(sorted(counts.items(), key=lambda item: -item[1]))

    def of(self, cause: Cause | None) -> tuple[Family, ...]:
        """Return the families of one cause, or all."""
        return tuple(one for one in self.families if cause is None or one.cause == cause)


#: ("household", its id), or a person or a phone that belongs to none
_Key = tuple[str, int]


def _home_of(household: int | None, person: int | None, phone: int | None = None) -> _Key:
    if household is not None:
        return "household", household
    return ("person", person) if person is not None else ("phone", phone or 0)


@dataclass(slots=True)
class _Home:
    """A household while it is put together."""

    people: set[int] = field(default_factory=set)
    phones: set[int] = field(default_factory=set)
    causes: set[Cause] = field(default_factory=set)

    def family(self) -> Family:
        return Family(foremost(self.causes), tuple(sorted(self.people)), tuple(sorted(self.phones)))


def nothing(session: Session, number: int, time_id: int) -> Nothing:
    """Find who got nothing: their text failed on every phone, or none was made for them."""
    broadcast = session.get(Broadcast, number)
    if broadcast is None:
        return Nothing((), 0, {})
    failed = [_Failed(*row) for row in _failed(session, number, time_id)]
    homes = _homes(failed, _without_a_text(session, broadcast, time_id))
    reached = _reached(session, number, time_id, homes)
    order = {cause: place for place, cause in enumerate(Cause)}
    families = [home.family() for key, home in homes.items() if key not in reached]
    families.sort(key=lambda one: (order[one.cause], min(one.people + one.phones)))
    return Nothing(
        families=tuple(families),
        elsewhere=sum(1 for key in reached if homes[key].phones),
        said=_said(failed),
    )


@dataclass(frozen=True, slots=True)
class _Failed:
    """A text that failed, once for each person on its phone."""

    phone: int
    reason: str | None
    code: str | None
    person: int | None
    household: int | None

    @property
    def cause(self) -> Cause:
        return cause_of(self.reason, self.code)


def _homes(failed: Sequence[_Failed], without: Sequence[tuple[int, int | None, Cause]]) -> dict[_Key, _Home]:
    homes: dict[_Key, _Home] = {}
    for one in failed:
        home = homes.setdefault(_home_of(one.household, one.person, one.phone), _Home())
        home.phones.add(one.phone)
        home.causes.add(one.cause)
        home.people |= {one.person} if one.person is not None else set()
    for person, household, cause in without:
        home = homes.setdefault(_home_of(household, person), _Home())
        home.people.add(person)
        home.causes.add(cause)
    return homes


def _said(failed: Sequence[_Failed]) -> dict[Cause, tuple[tuple[str, int], ...]]:
    """Return what the providers said of each cause, with the phones of which they said it."""
    phones: dict[Cause, dict[str, set[int]]] = {}
    for one in failed:
        if one.reason:
            phones.setdefault(one.cause, {}).setdefault(one.reason, set()).add(one.phone)
    return {
        cause: tuple(
            sorted(((one, len(of)) for one, of in said.items()), key=lambda item: (-item[1], item[0]))
        )
        for cause, said in phones.items()
    }


def _failed(session: Session, number: int, time_id: int) -> list[Any]:
    link = PersonContactPoint
    return rows_of(
        session,
        sa.select(
            col(Delivery.contact_point_id),
            col(Delivery.reason),
            col(Delivery.code),
            col(link.person_id),
            col(Person.household_id),
        )
        .outerjoin(link, col(link.contact_point_id) == col(Delivery.contact_point_id))
        .outerjoin(Person, col(Person.id) == col(link.person_id))
        .where(
            *of_time(number, time_id),
            col(Delivery.state) == DeliveryState.FAILED,
            col(Delivery.instead_of).is_(None),  # what was tried in its place belongs to it
        ),
    )


def _without_a_text(
    session: Session, broadcast: Broadcast, time_id: int
) -> list[tuple[int, int | None, Cause]]:
    """List the people of the audience for whom no text was made, with the reason as far as it shows today."""
    assert broadcast.id is not None
    rendered = sa.select(col(Rendering.language), col(Rendering.channel)).where(
        col(Rendering.broadcast_id) == broadcast.id
    )
    worded = {tuple(row) for row in rows_of(session, rendered)}
    sends = sa.select(col(Lane.channel)).where(col(Lane.state) != LaneState.RETIRED)
    sent_on = {row[0] for row in rows_of(session, sends)}
    phones: dict[tuple[int, int | None], list[Any]] = {}
    for row in _left_out(session, broadcast.id, Audience.from_json(broadcast.audience), time_id):
        phones.setdefault((row.id, row.household_id), []).append(row)
    return [(*who, _why(their, worded, sent_on)) for who, their in phones.items()]


def _written_to(number: int, time_id: int) -> sa.Select[Any]:
    """Return, as SQL, everybody on a phone that this time has a text for.

    Fit for IN only: asked with EXISTS for each person, SQLite walks the whole broadcast every time.
    """
    link = PersonContactPoint
    return (
        sa.select(col(link.person_id))
        .join(Delivery, col(Delivery.contact_point_id) == col(link.contact_point_id))
        .where(*of_time(number, time_id))
    )


def _left_out(session: Session, number: int, audience: Audience, time_id: int) -> list[Any]:
    """Return people for whom no text was made, each once for every phone they have."""
    missed = people_select(audience).where(
        col(Person.id).not_in(_written_to(number, time_id)), col(Person.in_roster)
    )
    if audience.languages:
        missed = missed.where(col(Person.reads).in_(audience.languages))
    link = PersonContactPoint
    rows = (
        sa.select(
            col(Person.id), col(Person.household_id), col(ContactPoint.channel), col(ContactPoint.language),
            col(ContactPoint.stopped_at), col(ContactPoint.bad_at),
        )
        .outerjoin(link, col(link.person_id) == col(Person.id))
        .outerjoin(ContactPoint, col(ContactPoint.id) == col(link.contact_point_id))
        .where(col(Person.id).in_(missed))
    )  # fmt: skip
    return rows_of(session, rows)


def _why(phones: Sequence[Any], worded: set[tuple[Any, ...]], sent_on: set[str]) -> Cause:
    known = [one for one in phones if one.channel is not None]
    usable = [one for one in known if one.stopped_at is None and one.bad_at is None]
    if not known:
        return Cause.NO_PHONE
    if not usable:
        stopped = any(one.stopped_at is not None for one in known)
        return Cause.STOPPED if stopped else Cause.WRONG_NUMBER
    if not any(one.channel in sent_on for one in usable):
        return Cause.NO_SENDER
    return Cause.LATER if any((one.language, one.channel) in worded for one in usable) else Cause.NO_TEXT


def _reached(session: Session, number: int, time_id: int, homes: Mapping[_Key, _Home]) -> set[_Key]:
    """Return those homes of which a phone has a text that did not fail."""
    phones: dict[int, set[_Key]] = {}
    for column, kind in ((col(Person.household_id), "household"), (col(Person.id), "person")):
        for some in in_portions([key for of, key in homes if of == kind]):
            for phone, person, household in _phones_of(session, column.in_(some)):
                phones.setdefault(phone, set()).add(_home_of(household, person))
    reached: set[_Key] = set()
    for some in in_portions(list(phones)):
        told = sa.select(col(Delivery.contact_point_id)).where(
            *of_time(number, time_id),
            col(Delivery.contact_point_id).in_(some),
            col(Delivery.state) != DeliveryState.FAILED,
        )
        reached |= {key for (phone,) in rows_of(session, told) for key in phones[phone]}
    another_way = {phone for (phone,) in rows_of(session, _told_another_way(number, time_id))}
    reached |= {key for key, home in homes.items() if home.phones & another_way}
    return reached & homes.keys()


def _told_another_way(number: int, time_id: int) -> sa.Select[Any]:
    """Return the phones whose text failed and went another way (bot.store.outbox.following)."""
    first = Delivery.__table__.alias("first")  # type: ignore[attr-defined]
    return (
        sa.select(first.c.contact_point_id)
        .join(Delivery, col(Delivery.instead_of) == first.c.id)
        .where(*of_time(number, time_id), col(Delivery.state) != DeliveryState.FAILED)
    )


def _phones_of(session: Session, these: sa.ColumnElement[bool]) -> list[Any]:
    link = PersonContactPoint
    rows = sa.select(col(link.contact_point_id), col(Person.id), col(Person.household_id))
    return rows_of(session, rows.join(Person, col(Person.id) == col(link.person_id)).where(these))
