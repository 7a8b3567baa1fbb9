"""Looking people up, household by household, and giving them one-time codes for Telegram."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, func, or_
from sqlmodel import Session, col

from bot.directory import sought
from bot.messages import ChannelName
from bot.store.audience import Audience, people_select
from bot.store.tables import (
    Child,
    Consent,
    ContactPoint,
    Group,
    Household,
    LinkCode,
    Person,
    PersonChild,
    PersonContactPoint,
)


@dataclass(frozen=True, slots=True)
class Address:
    """One phone or chat of a person."""

    channel: str
    address: str
    language: str
    chosen_by: str  #: of the language: "family" or "roster"
    state: str  #: "open", "stopped (…)", "closings only", "bad number (…)"
    consent: str  #: the newest line of the ledger, in words
    shared_with: int  #: other people at the same address


@dataclass(frozen=True, slots=True)
class Pupil:
    """One child of a person."""

    reference: str
    school: str | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a household."""

    id: int
    name: str
    reference: str
    kind: str
    reads: str
    hears: str
    in_roster: bool
    addresses: tuple[Address, ...]
    children: tuple[Pupil, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """One household as staff look at it."""

    reference: str
    members: tuple[Member, ...]

    def to_json(self) -> dict[str, Any]:
        """Return {reference, members: [{name, …, addresses: […], children: […]}]}."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Invitation:
    """One person's one-time code."""

    person_id: int
    name: str
    reads: str
    household: str
    code: str

    def link(self, bot: str) -> str:
        """Return the link that opens the bot with the code."""
        return link_to(bot, self.code)


def link_to(bot: str, code: str) -> str:
    """Return the link that opens a bot with a code (core.telegram.org/bots/features#deep-linking)."""
    return f"https://t.me/{bot}?start={code}"


def look_up(session: Session, text: str, *, region: str, limit: int = 20) -> tuple[tuple[Home, ...], int]:
    """Find households by a piece of a name, a phone, or a reference of person, household or child.

    Returns at most `limit` of them, in order of their references, and how many there are in all.
    """
    session.flush()
    home = func.coalesce(col(Person.household_id), -col(Person.id)).label("home")
    rows = sa.select(home, func.min(col(Person.sought)).label("name"), func.count().over().label("total"))
    rows = rows.where(sought(text, region)).group_by(home).order_by("name", "home").limit(limit)
    found = session.connection().execute(rows).all()
    return tuple(_homes(session, [row.home for row in found])), found[0].total if found else 0


def _homes(session: Session, homes: Sequence[int]) -> Iterable[Home]:
    """Put households together; a negative number is a person without one."""
    inside = or_(
        col(Person.household_id).in_([home for home in homes if home > 0]),
        and_(col(Person.household_id).is_(None), col(Person.id).in_([-home for home in homes if home < 0])),
    )
    connection = session.connection()
    people: Sequence[Any] = connection.execute(
        sa.select(Person.__table__, col(Household.reference).label("home"))  # type: ignore[attr-defined]
        .outerjoin(Household, col(Household.id) == col(Person.household_id))
        .where(inside)
        .order_by(col(Person.id))
    ).all()
    ids = [row.id for row in people]
    addresses, children = _address_book(session, ids), _pupils(session, ids)
    members: dict[int, list[Member]] = {}
    names: dict[int, str] = {}
    for row in people:
        home = row.household_id or -row.id
        names[home] = row.home or ""
        member = Member(
            row.id,
            row.name,
            row.reference,
            row.kind,
            row.reads,
            row.hears,
            row.in_roster,
            tuple(addresses.get(row.id, ())),
            tuple(children.get(row.id, ())),
        )
        members.setdefault(home, []).append(member)
    for home in homes:
        yield Home(names[home], tuple(members[home]))


def _address_book(session: Session, people: Sequence[int]) -> dict[int, list[Address]]:
    link = PersonContactPoint
    sharing = (
        sa.select(sa.func.count() - 1)
        .where(col(link.contact_point_id) == col(ContactPoint.id))
        .correlate(ContactPoint)
        .scalar_subquery()
    )
    newest = (
        sa.select(sa.func.max(col(Consent.id)))
        .where(col(Consent.contact_point_id) == col(ContactPoint.id))
        .correlate(ContactPoint)
        .scalar_subquery()
    )
    mine = PersonContactPoint.__table__.alias("mine")  # type: ignore[attr-defined]
    rows = session.connection().execute(
        sa.select(
            mine.c.person_id,
            ContactPoint.__table__,  # type: ignore[attr-defined]
            sharing.label("others"),
            col(Consent.scope),
            col(Consent.granted),
            col(Consent.evidence),
        )
        .join(ContactPoint, col(ContactPoint.id) == mine.c.contact_point_id)
        .outerjoin(Consent, col(Consent.id) == newest)
        .where(mine.c.person_id.in_(people))
        .order_by(mine.c.person_id, mine.c.rank, col(ContactPoint.id))
    )
    book: dict[int, list[Address]] = {}
    for row in rows:
        book.setdefault(row.person_id, []).append(
            Address(
                row.channel,
                row.address,
                row.language,
                row.language_by,
                _state(row),
                _consent(row),
                row.others,
            )
        )
    return book


def _state(row: Any) -> str:
    if row.bad_at is not None:
        return f"bad number ({row.bad_why or 'it cannot be reached'})"
    if row.closings_only:
        return "closings only"
    return f"stopped ({row.stopped_why or 'no reason kept'})" if row.stopped_at is not None else "open"


def _consent(row: Any) -> str:
    if row.scope is None:
        return "none recorded"
    return f"{'yes' if row.granted else 'no'} to {row.scope}: {row.evidence}"


def _pupils(session: Session, people: Sequence[int]) -> dict[int, list[Pupil]]:
    rows = session.connection().execute(
        sa.select(col(PersonChild.person_id), col(Child.reference), col(Group.name), col(Child.grade))
        .join(Child, col(Child.id) == col(PersonChild.child_id))
        .outerjoin(Group, col(Group.id) == col(Child.school_id))
        .where(col(PersonChild.person_id).in_(people))
        .order_by(col(Child.reference))
    )
    found: dict[int, list[Pupil]] = {}
    for person, reference, school, grade in rows:
        found.setdefault(person, []).append(Pupil(reference, school, grade))
    return found


def link_codes(session: Session, audience: Audience, now: datetime) -> tuple[Invitation, ...]:
    """Give everybody in the audience who is not yet on Telegram a code that works once.

    Somebody who has an unused code keeps it, so that a list already printed stays good.
    """
    session.flush()
    connection = session.connection()
    linked = (
        sa.select(col(PersonContactPoint.person_id))
        .join(ContactPoint, col(ContactPoint.id) == col(PersonContactPoint.contact_point_id))
        .where(col(ContactPoint.channel) == ChannelName.TELEGRAM)
    )
    ids = people_select(audience)
    if audience.languages:
        ids = ids.where(col(Person.reads).in_(audience.languages))
    unused = sa.select(col(LinkCode.person_id), sa.func.min(col(LinkCode.code))).where(
        col(LinkCode.used_at).is_(None)
    )
    codes = {row[0]: row[1] for row in connection.execute(unused.group_by(col(LinkCode.person_id)))}
    people: Sequence[Any] = connection.execute(
        sa.select(col(Person.id), col(Person.name), col(Person.reads), col(Household.reference))
        .outerjoin(Household, col(Household.id) == col(Person.household_id))
        .where(col(Person.id).in_(ids), col(Person.id).not_in(linked))
        .order_by(col(Person.name), col(Person.id))
    ).all()
    made = {row[0]: _new_code() for row in people if row[0] not in codes}
    if made:
        connection.execute(
            sa.insert(LinkCode.__table__),  # type: ignore[attr-defined]
            [{"code": code, "person_id": person, "made_at": now} for person, code in made.items()],
        )
    codes |= made
    return tuple(Invitation(row[0], row[1], row[2], row[3] or "", codes[row[0]]) for row in people)


def _new_code() -> str:
    """Make a payload of `[A-Za-z0-9_-]{1,64}`; the letter in front keeps spreadsheets from calculating it."""
    return "c" + secrets.token_urlsafe(15)
