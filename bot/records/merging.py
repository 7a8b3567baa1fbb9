"""Two households that are one, and one person whom the roster brought in twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from bot.directory import N_, Home, Member, household
from bot.errors import RecordsError
from bot.rosters.people import MADE
from bot.rosters.values import name_key
from bot.store import audit, erasure
from bot.store.audit import Actor
from bot.store.tables import (
    Household,
    LinkCode,
    Person,
)

#: tables of what hangs on a person, and on what
_LINKS: Mapping[str, str] = {
    "person_contact_point": "contact_point_id",
    "former_phone": "contact_point_id",
    "person_child": "child_id",
    "membership": "group_id",
}


@dataclass(frozen=True, slots=True)
class Twin:
    """Somebody of the household that ends, and who of the other they may be."""

    member: Member
    same_as: int | None


@dataclass(frozen=True, slots=True)
class Merging:
    """What making one household of two would do."""

    kept: Home
    other: Home
    twins: tuple[Twin, ...]

    @property
    def within(self) -> bool:
        """Whether this is one household, looked at for people who are in it twice."""
        return self.kept.id == self.other.id

    @property
    def roster_parts_them(self) -> bool:
        """Whether the next roster makes two of them again, because the school gives each a number."""
        return not self.within and self.kept.reference is not None and self.other.reference is not None


def merging(session: Session, kept: int, other: int) -> Merging:
    """Look at what merging two households would do; the same one twice: its people. Raises `RecordsError`."""
    first, second = household(session, kept), household(session, other)
    return Merging(first, second, tuple(_twins(first, second)))


def _twins(kept: Home, other: Home) -> list[Twin]:
    found = []
    taken: set[int] = set()
    for member in other.members:
        same = next(
            (
                one.id
                for one in kept.members
                if one.id != member.id
                and one.id not in taken
                and name_key(one.name) == name_key(member.name)
                and (kept.id != other.id or one.id < member.id)
            ),
            None,
        )
        if same is not None:
            taken.add(same)
        found.append(Twin(member, same))
    return found


def merge(
    session: Session, kept: int, other: int, same: Mapping[int, int], who: Actor, now: datetime
) -> None:
    """Make one household of two; `same`: who of the other is who of the kept one. Raises `RecordsError`."""
    seen = merging(session, kept, other)
    _check(seen, same)
    for gone, stays in same.items():
        _merge_person(session, gone, stays)
    if not seen.within:
        _move(session, kept, other, now)
    erasure.replace_in_audiences(session, same)
    session.expire_all()
    detail = {"other": other, "people": len(same)}
    audit.record(session, who, "household.merged", f"household:{kept}", now=now, **detail)


def _check(seen: Merging, same: Mapping[int, int]) -> None:
    ours, theirs = ({member.id for member in home.members} for home in (seen.kept, seen.other))
    if not same.keys() <= theirs or not set(same.values()) <= ours:
        raise RecordsError(N_("These people are no longer where they were: look at both households again."))
    if any(gone == stays for gone, stays in same.items()) or not same.keys().isdisjoint(same.values()):
        raise RecordsError(N_("Somebody cannot be the same as two people, nor as themselves: choose again."))
    if seen.within and not same:
        raise RecordsError(N_("Choose who is in this household twice."))


def _merge_person(session: Session, gone: int, stays: int) -> None:
    going, staying = session.get(Person, gone), session.get(Person, stays)
    assert going is not None
    assert staying is not None
    for table, column in _LINKS.items():
        _move_links(session, SQLModel.metadata.tables[table], column, gone, stays)
    session.connection().execute(
        sa.update(LinkCode).where(col(LinkCode.person_id) == gone).values(person_id=stays)
    )
    _take_over(session, going, staying)


def _move_links(session: Session, table: sa.Table, column: str, gone: int, stays: int) -> None:
    """Give one person's links to another, once each."""
    has = sa.select(table.c[column]).where(table.c.person_id == stays)
    connection = session.connection()
    connection.execute(sa.delete(table).where(table.c.person_id == gone, table.c[column].in_(has)))
    connection.execute(sa.update(table).where(table.c.person_id == gone).values(person_id=stays))


def _take_over(session: Session, going: Person, staying: Person) -> None:
    """Let one row know what both knew; the roster knows them by the reference that it still lists."""
    better = _listed(going) > _listed(staying)
    values: dict[str, Any] = {
        "reference": going.reference if better else staying.reference,
        "in_roster": staying.in_roster or going.in_roster,
        "left_at": None if staying.in_roster or going.in_roster else staying.left_at,
        "approached_by": staying.approached_by or going.approached_by,
        "approached_on": staying.approached_on or going.approached_on,
    }
    if going.language_by == "family" and staying.language_by != "family":
        values |= {"reads": going.reads, "hears": going.hears, "language_by": "family"}
    connection, who = session.connection(), going.id
    connection.execute(sa.delete(Person).where(col(Person.id) == who))
    connection.execute(sa.update(Person).where(col(Person.id) == staying.id).values(values))
    session.expire_all()


def _listed(person: Person) -> tuple[bool, bool]:
    return person.in_roster, not person.reference.startswith(MADE)


def _move(session: Session, kept: int, other: int, now: datetime) -> None:
    connection = session.connection()
    connection.execute(sa.update(Person).where(col(Person.household_id) == other).values(household_id=kept))
    ended = session.get(Household, other)
    staying = session.get(Household, kept)
    assert ended is not None
    assert staying is not None
    reference = ended.reference
    takes_over = staying.reference.startswith(MADE) and not reference.startswith(MADE)
    connection.execute(
        sa.update(Household)
        .where(col(Household.id) == other)
        .values(reference=f"merged:{other}", ended_at=now, merged_into=kept)
    )
    if takes_over:
        connection.execute(sa.update(Household).where(col(Household.id) == kept).values(reference=reference))
