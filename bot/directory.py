"""Finding people and looking at one household: reads only, as many statements for one row as for many."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col

from bot.errors import RecordsError
from bot.messages import ChannelName
from bot.rosters import values
from bot.rosters.people import MADE
from bot.store.tables import (
    Broadcast,
    Child,
    Consent,
    ContactPoint,
    Delivery,
    Group,
    Handover,
    Household,
    Inbound,
    LinkCode,
    Person,
    PersonChild,
    PersonContactPoint,
    Rendering,
    Reply,
)

ROWS: Final = 25  #: of a list on one page

#: how many digits of a number's end are enough to look for it
ENDING: Final = 4


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone or chat, as staff look at it."""

    id: int
    channel: str
    address: str
    language: str
    chosen: bool  #: the language is the family's own choice
    state: str  #: "open", "stopped", "closings" (stopped, but for closings and danger) or "bad"
    since: datetime | None  #: of the state, where it has a beginning
    why: str | None
    first: bool = False  #: the one that is written to


@dataclass(frozen=True, slots=True)
class Pupil:
    """One child, as staff look at it."""

    reference: str
    school: str | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a household."""

    id: int
    name: str
    kind: str
    reads: str
    hears: str
    chosen: bool  #: the languages are the family's own choice
    in_roster: bool
    reference: str | None  #: the school's own; None if we made it
    approached: str | None
    phones: tuple[Phone, ...] = ()
    children: tuple[Pupil, ...] = ()
    code: str | None = None  #: of Telegram, unused

    @property
    def on_telegram(self) -> bool:
        """Whether a chat of theirs is linked."""
        return any(one.channel == ChannelName.TELEGRAM for one in self.phones)


@dataclass(frozen=True, slots=True)
class Hit:
    """One person of a list, with who lives with them."""

    member: Member
    household: int | None
    with_them: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of a list of people."""

    hits: tuple[Hit, ...]
    total: int
    page: int  #: from 1

    @property
    def first(self) -> int:
        """The number of the first one, from 1."""
        return (self.page - 1) * ROWS + 1

    @property
    def last(self) -> int:
        """The number of the last one."""
        return self.first + len(self.hits) - 1


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was written to or by a family."""

    at: datetime | None  #: None: it has not gone out yet
    ours: bool
    text: str
    language: str
    phone: int
    state: str
    title: str | None = None  #: of the broadcast it belongs to
    broadcast: int | None = None
    meaning: str | None = None  #: in the staff's language
    media: int = 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """One line of the consent ledger."""

    at: datetime
    scope: str
    granted: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Home:
    """One household."""

    id: int
    reference: str | None  #: the school's own; None if we made it
    members: tuple[Member, ...]
    others: dict[int, int]  #: phone -> how many people of other households have it too
    evidence: dict[int, Ledger]  #: phone -> the newest line of its ledger
    said: tuple[Said, ...] = ()  #: the newest, newest first

    @property
    def phones(self) -> tuple[Phone, ...]:
        """Every phone once."""
        return tuple({phone.id: phone for member in self.members for phone in member.phones}.values())

    @property
    def name(self) -> str:
        """What staff call it: the names of its people."""
        return ", ".join(member.name for member in self.members)


def N_(text: str) -> str:  # noqa: N802 - the usual mark
    """Mark a sentence for the console's catalog; it is translated where it is shown."""
    return text


def sought(text: str, region: str) -> ColumnElement[bool]:
    """Say of a row of `person` whether `text` may mean them.

    A piece of their name (each word somewhere in it), a number or its last four digits or more, or a
    reference of person, household or child. An empty text means everybody.
    """
    text = text.strip()
    if not text:
        return sa.true()
    ways = [sa.select(col(Person.id)).where(col(Person.reference) == text), *_by_reference(text)]
    words = [folded for word in text.split() if (folded := values.fold(word))]
    if any(sign.isalpha() for sign in text) and words:
        pieces = [col(Person.sought).contains(word, autoescape=True) for word in words]
        ways.append(sa.select(col(Person.id)).where(*pieces))
    if any(sign.isdecimal() for sign in text):
        ways.append(_by_number(text, region))
    return col(Person.id).in_(sa.union_all(*ways))


def _by_reference(text: str) -> list[sa.Select[Any]]:
    home = sa.select(col(Household.id)).where(col(Household.reference) == text)
    return [
        sa.select(col(Person.id)).where(col(Person.household_id).in_(home)),
        sa.select(col(PersonChild.person_id))
        .join(Child, col(Child.id) == col(PersonChild.child_id))
        .where(col(Child.reference) == text),
    ]


def _by_number(text: str, region: str) -> sa.Select[Any]:
    here = col(ContactPoint.address)
    ways: list[ColumnElement[bool]] = [here == text]
    with contextlib.suppress(ValueError):
        ways.append(here.in_(values.phones(text, region)))
    digits = "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())
    if len(digits) >= ENDING and not any(sign.isalpha() for sign in text):
        ways.append(here.endswith(digits))
    link = PersonContactPoint
    points = sa.select(col(ContactPoint.id)).where(sa.or_(*ways))
    return sa.select(col(link.person_id)).where(col(link.contact_point_id).in_(points))


#: counted while they are found; counting everybody is cheaper apart
_ALL_FOUND: Final = func.count().over()


def people(session: Session, text: str, *, region: str, page: int = 1) -> Hits:
    """List people by name; see `sought`. Whose name begins with the text comes first."""
    page = max(page, 1)
    chosen = sought(text, region)
    begins = col(Person.sought).startswith(values.fold(text) or "-", autoescape=True)
    order: list[Any] = [col(Person.sought), col(Person.id)]
    if text.strip():
        order.insert(0, sa.case((begins, 0), else_=1))
    connection = session.connection()
    total = sa.select(func.count(col(Person.id))).scalar_subquery() if not text.strip() else _ALL_FOUND
    rows = sa.select(col(Person.id), col(Person.household_id), total).where(chosen).order_by(*order)
    found: Sequence[Any] = connection.execute(rows.limit(ROWS).offset((page - 1) * ROWS)).all()
    members = _members(session, col(Person.id).in_([row[0] for row in found]))
    mates = _mates(session, [row[1] for row in found if row[1] is not None])
    hits = [
        Hit(members[who], home, tuple(name for other, name in mates.get(home or 0, ()) if other != who))
        for who, home, _ in found
    ]
    return Hits(tuple(hits), found[0][2] if found else 0, page)


def _mates(session: Session, homes: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    rows = sa.select(col(Person.household_id), col(Person.id), col(Person.name)).order_by(col(Person.id))
    for home, who, name in session.connection().execute(rows.where(col(Person.household_id).in_(homes))):
        found.setdefault(home or 0, []).append((who or 0, name))
    return found


def household(session: Session, number: int) -> Home:
    """Return one household with everything that staff look at. Raises `RecordsError`."""
    found = session.get(Household, number, populate_existing=True)
    if found is None or found.ended_at is not None:
        raise RecordsError(N_("There is no such household: it was erased, or made one with another."))
    members = tuple(_members(session, col(Person.household_id) == number).values())
    phones = list({phone.id: None for member in members for phone in member.phones})
    return Home(
        number,
        None if found.reference.startswith(MADE) else found.reference,
        members,
        _others(session, phones, [member.id for member in members]),
        _newest(session, phones),
        said(session, phones, limit=10),
    )


def home_of(session: Session, person: int) -> int | None:
    """Return somebody's household, if they have one."""
    found = session.get(Person, person)
    return found.household_id if found else None


def merged_into(session: Session, number: int) -> int | None:
    """Return the household that this one became part of, if it did."""
    found = session.get(Household, number)
    return found.merged_into if found else None


def _members(session: Session, which: ColumnElement[bool]) -> dict[int, Member]:
    """Put people together, in the order of their ids."""
    connection = session.connection()
    rows: Sequence[Any] = connection.execute(
        sa.select(Person.__table__).where(which).order_by(col(Person.id))  # type: ignore[attr-defined]
    ).all()
    ids = [row.id for row in rows]
    phones, children, codes = _phones(session, ids), _children(session, ids), _codes(session, ids)
    return {
        row.id: Member(
            row.id,
            row.name,
            row.kind,
            row.reads,
            row.hears,
            row.language_by == "family",
            row.in_roster,
            None if row.reference.startswith(MADE) else row.reference,
            " ".join(part for part in (row.approached_by, row.approached_on) if part) or None,
            tuple(phones.get(row.id, ())),
            tuple(children.get(row.id, ())),
            codes.get(row.id),
        )
        for row in rows
    }


def _phones(session: Session, people: Sequence[int]) -> dict[int, list[Phone]]:
    link = PersonContactPoint
    rows = session.connection().execute(
        sa.select(col(link.person_id), ContactPoint.__table__)  # type: ignore[attr-defined]
        .join(ContactPoint, col(ContactPoint.id) == col(link.contact_point_id))
        .where(col(link.person_id).in_(people))
        .order_by(col(link.person_id), col(link.rank), col(ContactPoint.id))
    )
    book: dict[int, list[Phone]] = {}
    for row in rows:
        mine = book.setdefault(row.person_id, [])
        first = not any(one.first for one in mine)
        mine.append(phone_of(row, first=first))
    return book


def phone_of(row: Any, *, first: bool = False) -> Phone:
    """Make a `Phone` of a row of `contact_point`; `first` counts only while it can be written to."""
    state, since, why = _state(row)
    chosen = row.language_by == "family"
    return Phone(
        row.id, row.channel, row.address, row.language, chosen, state, since, why, first and state == "open"
    )


def _state(row: Any) -> tuple[str, datetime | None, str | None]:
    if row.bad_at is not None:
        return "bad", row.bad_at, row.bad_why
    if row.stopped_at is not None:
        return "closings" if row.closings_only else "stopped", row.stopped_at, row.stopped_why
    return "open", None, None


def _children(session: Session, people: Sequence[int]) -> dict[int, list[Pupil]]:
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


def _codes(session: Session, people: Sequence[int]) -> dict[int, str]:
    rows = session.connection().execute(
        sa.select(col(LinkCode.person_id), func.min(col(LinkCode.code)))
        .where(col(LinkCode.person_id).in_(people), col(LinkCode.used_at).is_(None))
        .group_by(col(LinkCode.person_id))
    )
    return {key: value for key, value in rows}  # noqa: C416 - a Row is no pair to the types


def _others(session: Session, phones: Sequence[int], people: Sequence[int]) -> dict[int, int]:
    link = PersonContactPoint
    rows = session.connection().execute(
        sa.select(col(link.contact_point_id), func.count())
        .where(col(link.contact_point_id).in_(phones), col(link.person_id).not_in(people))
        .group_by(col(link.contact_point_id))
    )
    return {key: value for key, value in rows}  # noqa: C416 - a Row is no pair to the types


def _newest(session: Session, phones: Sequence[int]) -> dict[int, Ledger]:
    last = (
        sa.select(func.max(col(Consent.id)))
        .where(col(Consent.contact_point_id).in_(phones))
        .group_by(col(Consent.contact_point_id))
    )
    lines = sa.select(Consent.__table__).where(col(Consent.id).in_(last))  # type: ignore[attr-defined]
    rows = session.connection().execute(lines).all()
    hidden = evidence_to_hide(session, [row.inbound_id for row in rows])
    return {
        row.contact_point_id: Ledger(row.at, row.scope, row.granted, shown_evidence(row, hidden))
        for row in rows
    }


def evidence_to_hide(session: Session, inbounds: Sequence[int | None]) -> frozenset[int]:
    """Return those of these messages whose words only those on call may read (rule 19)."""
    rows = session.connection().execute(
        sa.select(col(Handover.inbound_id)).where(
            col(Handover.restricted), col(Handover.inbound_id).in_([one for one in inbounds if one])
        )
    )
    return frozenset(one for (one,) in rows if one is not None)


def shown_evidence(row: Any, hidden: frozenset[int]) -> str:
    """Return a ledger line's evidence, without the words of a text that speaks of danger as well."""
    return "a text from this phone" if row.inbound_id in hidden else str(row.evidence)


def said(
    session: Session, phones: Sequence[int], *, before: datetime | None = None, limit: int = ROWS
) -> tuple[Said, ...]:
    """Return what was written to and by these phones, newest first; nothing that is restricted (rule 19)."""
    both = [*_ours(session, phones, before, limit), *_theirs(session, phones, before, limit)]
    both.sort(key=lambda one: (one.at is None, one.at.timestamp() if one.at else 0), reverse=True)
    return tuple(both[:limit])


def restricted_inbound() -> Any:
    """Return, as SQL, the ids of what came in and only those on call may read."""
    return sa.select(col(Handover.inbound_id)).where(
        col(Handover.restricted), col(Handover.inbound_id).is_not(None)
    )


def restricted_replies() -> Any:
    """Return, as SQL, the ids of replies that only those on call may read."""
    return sa.select(col(Handover.reply_id)).where(
        col(Handover.restricted), col(Handover.reply_id).is_not(None)
    )


def _ours(session: Session, phones: Sequence[int], before: datetime | None, limit: int) -> Iterable[Said]:
    began = func.coalesce(col(Delivery.started_at), col(Delivery.settled_at))
    rows = (
        sa.select(
            began.label("at"),
            func.coalesce(col(Delivery.text), col(Rendering.text)).label("text"),
            func.coalesce(col(Rendering.written_in), col(Delivery.language)).label("language"),
            col(Delivery.contact_point_id),
            col(Delivery.state),
            col(Delivery.meaning),
            col(Delivery.broadcast_id),
            col(Broadcast.title),
        )
        .outerjoin(Rendering, col(Rendering.id) == col(Delivery.rendering_id))
        .outerjoin(Broadcast, col(Broadcast.id) == col(Delivery.broadcast_id))
        .where(
            col(Delivery.contact_point_id).in_(phones),
            sa.or_(col(Delivery.inbound_id).is_(None), col(Delivery.inbound_id).not_in(restricted_inbound())),
        )
        .order_by(sa.case((began.is_(None), 0), else_=1), began.desc(), col(Delivery.id).desc())
        .limit(limit)
    )
    if before is not None:
        rows = rows.where(began < before)
    for row in session.connection().execute(rows):
        yield Said(
            row.at, True, row.text, row.language, row.contact_point_id, row.state,
            row.title, row.broadcast_id, row.meaning,
        )  # fmt: skip


def _theirs(session: Session, phones: Sequence[int], before: datetime | None, limit: int) -> Iterable[Said]:
    rows = (
        sa.select(
            col(Inbound.received_at),
            col(Inbound.message),
            col(Inbound.contact_point_id),
            func.coalesce(col(Reply.language), col(ContactPoint.language)).label("language"),
            func.coalesce(col(Reply.state), "received").label("state"),
            col(Reply.understood_staff),
            col(Broadcast.id).label("broadcast"),
            col(Broadcast.title),
        )
        .join(ContactPoint, col(ContactPoint.id) == col(Inbound.contact_point_id))
        .outerjoin(Reply, col(Reply.inbound_id) == col(Inbound.id))
        .outerjoin(Broadcast, col(Broadcast.id) == col(Reply.broadcast_id))
        .where(
            col(Inbound.contact_point_id).in_(phones),
            col(Inbound.id).not_in(restricted_inbound()),
            sa.or_(col(Reply.id).is_(None), col(Reply.id).not_in(restricted_replies())),
        )
        .order_by(col(Inbound.received_at).desc(), col(Inbound.id).desc())
        .limit(limit)
    )
    if before is not None:
        rows = rows.where(col(Inbound.received_at) < before)
    for row in session.connection().execute(rows):
        yield Said(
            row.received_at, False, row.message.get("text") or "", row.language, row.contact_point_id,
            row.state, row.title, row.broadcast, row.understood_staff, row.message.get("media") or 0,
        )  # fmt: skip
