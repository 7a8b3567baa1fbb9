"""People in: a roster compared with the store, shown, and carried out in one transaction.

`plan` and `apply` are units of work for `Store.reading` and `Store.writing`; `carry_out` is what a
command uses, because a family may have written between the two. Everything is set-based: a handful of
SELECTs for the plan, one statement for each kind of row that is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlmodel import Session, col

from bot.errors import RosterError
from bot.messages import ChannelName
from bot.rosters.compare import compare
from bot.rosters.file import Refusal, Row
from bot.rosters.people import GroupName, StoredPerson
from bot.rosters.plan import (
    GRADE,
    SCHOOL,
    ImportPlan,
    Link,
    PersonRow,
    PhoneRow,
    Pupil,
    Stored,
    StoredPhone,
    Writes,
)
from bot.rosters.values import fold
from bot.store import erasure, silence
from bot.store.audience import Audience, Reach, audience_select, reach, resolve
from bot.store.tables import (
    Child,
    Consent,
    ContactPoint,
    Group,
    Household,
    Membership,
    Person,
    PersonChild,
    PersonContactPoint,
    PersonKind,
)

__all__ = [
    "Audience",
    "ImportPlan",
    "Reach",
    "Row",
    "apply",
    "audience_select",
    "carry_out",
    "plan",
    "reach",
    "resolve",
]


def plan(session: Session, rows: Sequence[Row], *, refused: Sequence[Refusal] = ()) -> ImportPlan:
    """Say what importing `rows` would change; writes nothing. `refused` are the rows left out."""
    stored = _stored(session)
    unknown = {phone for row in rows for phone in row.phones} - stored.phones.keys()
    silenced = silence.among(session, unknown)
    was = {address: (one.why, one.closings_only) for address, one in silenced.items()}
    return compare(rows, replace(stored, silenced=was), refused)


def carry_out(
    session: Session,
    rows: Sequence[Row],
    shown: ImportPlan,
    now: datetime,
    *,
    refused: Sequence[Refusal] = (),
) -> ImportPlan:
    """Carry out the plan that was shown. Raises `RosterError` if it is no longer what would happen."""
    fresh = plan(session, rows, refused=refused)
    if fresh != shown:
        raise RosterError(
            "While you were reading, something changed for people in this roster; nothing was written. "
            "Run the import again to see what it would do now."
        )
    apply(session, fresh, now)
    return fresh


def apply(session: Session, plan: ImportPlan, now: datetime) -> None:
    """Write a plan that was made in this transaction; `now` is the moment of its consents."""
    session.flush()
    writer = _Writer(session.connection(), plan.writes)
    writer.write_places()
    writer.write_people(now)
    writer.write_phones(now)
    writer.write_links(now)
    silence.forget(session, [phone.address for phone in plan.writes.new_phones if phone.stopped])
    session.expire_all()


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _stored(session: Session) -> Stored:
    session.flush()
    connection = session.connection()
    groups = _groups(connection)
    places = {number: group.name for number, group in groups.items()}
    children = connection.execute(sa.select(_table(Child))).all()
    phones = connection.execute(sa.select(_table(ContactPoint))).all()
    return Stored(
        people=tuple(_people(connection, groups)),
        phones={row.address: _phone(row) for row in phones},
        children={row.reference: Pupil(places.get(row.school_id), row.grade) for row in children},
        groups=frozenset(groups.values()),
        households=frozenset(connection.execute(sa.select(col(Household.reference))).scalars()),
    )


def _phone(row: Any) -> StoredPhone:
    stopped = (row.stopped_why or "stopped") if row.stopped_at else None
    bad = (row.bad_why or "it cannot be reached") if row.bad_at else None
    is_phone = row.channel == ChannelName.SMS
    return StoredPhone(row.id, is_phone, row.language, row.language_by == "family", stopped, bad)


def _new_contact(phone: PhoneRow, now: datetime) -> dict[str, Any]:
    return {
        "channel": ChannelName.SMS.value,
        "address": phone.address,
        "language": phone.language,
        "language_by": "roster",
        "stopped_at": now if phone.stopped else None,
        "stopped_why": phone.stopped,
        "closings_only": phone.closings_only,
    }


def _first_consent(phone: PhoneRow) -> dict[str, Any]:
    """Return what the ledger begins with: the roster's own evidence, or the STOP that an erasing left."""
    if phone.stopped is None:
        return {"scope": "school", "granted": True, "evidence": phone.evidence}
    return {"scope": "all", "granted": False, "evidence": silence.EVIDENCE}


def _groups(connection: Connection) -> dict[int, GroupName]:
    parent = _table(Group).alias("parent")
    group = _table(Group)
    rows = connection.execute(
        sa.select(group.c.id, group.c.kind, group.c.name, parent.c.name)
        .outerjoin(parent, parent.c.id == group.c.parent_id)
        .where(group.c.kind.in_((SCHOOL, GRADE)))
        .order_by(group.c.id.desc())
    )
    return {number: GroupName(kind, name, school) for number, kind, name, school in rows}


def _people(connection: Connection, groups: Mapping[int, GroupName]) -> Iterable[StoredPerson]:
    phones: dict[int, dict[str, tuple[int, str]]] = {}
    chats: dict[int, list[str]] = {}
    for person, channel, address, rank, by in connection.execute(_links()):
        if channel == ChannelName.SMS:
            phones.setdefault(person, {})[address] = (rank, by)
        else:
            chats.setdefault(person, []).append(address)
    children: dict[int, set[str]] = {}
    for person, child in connection.execute(_cares()):
        children.setdefault(person, set()).add(child)
    joined: dict[int, set[GroupName]] = {}
    for person, group in connection.execute(sa.select(_table(Membership))):
        if group in groups:
            joined.setdefault(person, set()).add(groups[group])
    people = sa.select(_table(Person), col(Household.reference).label("home")).outerjoin(
        Household, col(Household.id) == col(Person.household_id)
    )
    for row in connection.execute(people.order_by(col(Person.id))):
        yield StoredPerson(
            id=row.id,
            reference=row.reference,
            kind=row.kind,
            name=row.name,
            household=row.home,
            reads=row.reads,
            hears=row.hears,
            approached_by=row.approached_by,
            approached_on=row.approached_on,
            in_roster=row.in_roster,
            phones=phones.get(row.id, {}),
            chats=tuple(chats.get(row.id, ())),
            children=frozenset(children.get(row.id, ())),
            groups=frozenset(joined.get(row.id, ())),
            language_by=row.language_by,
        )


def _links() -> sa.Select[int, str, str, int, str]:
    link, point = PersonContactPoint, ContactPoint
    return sa.select(
        col(link.person_id), col(point.channel), col(point.address), col(link.rank), col(link.by)
    ).join(point, col(point.id) == col(link.contact_point_id))


def _cares() -> sa.Select[int, str]:
    return sa.select(col(PersonChild.person_id), col(Child.reference)).join(
        Child, col(Child.id) == col(PersonChild.child_id)
    )


class _Writer:
    """Writes a plan's rows, kind by kind; ids of new rows are read back once for each kind."""

    def __init__(self, connection: Connection, writes: Writes) -> None:
        self._connection = connection
        self._writes = writes

    def write_places(self) -> None:
        """Write households, schools, grades and children."""
        self._insert(Household, [{"reference": home} for home in self._writes.households])
        schools = [group for group in self._writes.groups if group.kind == SCHOOL]
        self._insert(Group, [{"kind": SCHOOL, "name": group.name, "parent_id": None} for group in schools])
        grades = [group for group in self._writes.groups if group.kind == GRADE]
        ids = self._group_ids()
        self._insert(
            Group,
            [
                {"kind": GRADE, "name": group.name, "parent_id": ids[GroupName(SCHOOL, group.school or "")]}
                for group in grades
            ],
        )
        self._insert(Child, [self._child(*child, ids) for child in self._writes.new_children])
        table = _table(Child)
        change = sa.update(table).where(table.c.reference == sa.bindparam("who"))
        changes = [self._child(*child, ids) for child in self._writes.children]
        self._each(
            change.values(school_id=sa.bindparam("at"), grade=sa.bindparam("in_grade")),
            [{"who": one["reference"], "at": one["school_id"], "in_grade": one["grade"]} for one in changes],
        )

    def _child(self, reference: str, place: Pupil, ids: Mapping[GroupName, int]) -> dict[str, Any]:
        school = ids[GroupName(SCHOOL, place.school)] if place.school else None
        return {"reference": reference, "school_id": school, "grade": place.grade}

    def write_people(self, now: datetime) -> None:
        """Write people: changes first, so that a reference that is given up is free."""
        table = _table(Person)
        homes = self._ids(Household, Household.reference)
        columns: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in self._person(None, homes)}
        self._each(
            sa.update(table).where(table.c.id == sa.bindparam("who")).values(columns),
            [
                {"who": number} | {f"new_{name}": value for name, value in self._person(row, homes).items()}
                for number, row in self._writes.people
            ],
        )
        kind = {"kind": PersonKind.GUARDIAN.value}
        self._insert(Person, [kind | self._person(row, homes) for row in self._writes.new_people])
        self._each(
            sa.update(table).where(table.c.id == sa.bindparam("who")).values(in_roster=False, left_at=now),
            [{"who": number} for number in self._writes.gone],
        )

    def _person(self, row: PersonRow | None, homes: Mapping[str, int]) -> dict[str, Any]:
        fields = row._asdict() if row else dict.fromkeys(PersonRow._fields)
        home = fields.pop("household")
        ours = {"household_id": homes.get(home or ""), "in_roster": True, "left_at": None}
        return fields | ours | {"sought": fold(fields["name"] or "")}

    def write_phones(self, now: datetime) -> None:
        """Write phones, the consent that came with each, and languages that the file changes."""
        new = self._writes.new_phones
        self._insert(ContactPoint, [_new_contact(phone, now) for phone in new])
        ids = self._phone_ids()
        self._insert(
            Consent,
            [{"contact_point_id": ids[one.address], "at": now, **_first_consent(one)} for one in new],
        )
        table = _table(ContactPoint)
        self._each(
            sa.update(table).where(table.c.id == sa.bindparam("who")).values(language=sa.bindparam("tag")),
            [{"who": number, "tag": tag} for number, tag in self._writes.languages],
        )

    def write_links(self, now: datetime) -> None:
        """Write who belongs to whom and to what; what is no more goes first."""
        phones, groups = self._phone_ids(), self._group_ids()
        given_up = [(person, phone) for person, phone, _ in self._resolved(self._writes.unlinks, phones)]
        erasure.remember_former(self._connection, given_up, now)
        children = self._ids(Child, Child.reference)
        for model, column, ids, removed, added in (
            (PersonContactPoint, "contact_point_id", phones, self._writes.unlinks, self._writes.links),
            (PersonChild, "child_id", children, self._writes.uncares, self._writes.cares),
            (Membership, "group_id", groups, self._writes.leaves, self._writes.joins),
        ):
            self._unlink(model, column, self._resolved(removed, ids))
            is_phone = model is PersonContactPoint
            self._insert(
                model,
                [
                    {"person_id": person, column: to} | ({"rank": rank, "by": "roster"} if is_phone else {})
                    for person, to, rank in self._resolved(added, ids)
                ],
            )
        self._rank(self._resolved(self._writes.ranks, phones))

    def _resolved(self, links: Sequence[Link], ids: Mapping[Any, int]) -> list[tuple[int, int, int]]:
        if not links:
            return []
        people = self._ids(Person, Person.reference)
        return [(people[link.person], ids[link.to], link.rank) for link in links]

    def _unlink(self, model: Any, column: str, links: Sequence[tuple[int, int, int]]) -> None:
        table = _table(model)
        gone = sa.delete(table).where(
            table.c.person_id == sa.bindparam("who"), table.c[column] == sa.bindparam("what")
        )
        self._each(gone, [{"who": person, "what": to} for person, to, _ in links])

    def _rank(self, links: Sequence[tuple[int, int, int]]) -> None:
        table = _table(PersonContactPoint)
        change = sa.update(table).where(
            table.c.person_id == sa.bindparam("who"), table.c.contact_point_id == sa.bindparam("what")
        )
        self._each(
            change.values(rank=sa.bindparam("place")),
            [{"who": person, "what": to, "place": rank} for person, to, rank in links],
        )

    def _insert(self, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        self._each(sa.insert(_table(model)), rows)

    def _each(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._connection.execute(statement, list(rows))

    def _ids(self, model: Any, reference: Any) -> dict[str, int]:
        rows = self._connection.execute(sa.select(col(reference), col(model.id)))
        return {row[0]: row[1] for row in rows}

    def _phone_ids(self) -> dict[str, int]:
        rows = self._connection.execute(
            sa.select(col(ContactPoint.address), col(ContactPoint.id)).where(
                col(ContactPoint.channel) == ChannelName.SMS
            )
        )
        return {address: number for address, number in rows if number is not None}

    def _group_ids(self) -> dict[GroupName, int]:
        return {group: number for number, group in _groups(self._connection).items()}
