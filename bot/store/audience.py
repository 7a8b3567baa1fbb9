"""Who a broadcast is for: a frozen value, and the same value as SQL.

Who is in it. Named dimensions narrow one another: a person belongs to one of `schools`, and to one of
`grades`, and to one of `groups`; an empty dimension does not narrow. `kinds` says what they are to the
school. `people` are added by name; alone, they are the whole audience. `except_people` are taken out
again. `languages` looks at what is written to the address (a family may have chosen another language
than the roster says), so it is applied last, to the address that was chosen.

Where each is written to. The lowest rank of a person's contact points that is neither stopped nor bad;
those kept for closings only when it is an emergency. An address shared by several people comes once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, func
from sqlmodel import Session, col

from bot.errors import BroadcastError
from bot.languages import by_name
from bot.rosters import values
from bot.store.tables import ContactPoint, Group, GroupKind, Membership, Person, PersonContactPoint

NO_ADDRESS = "no address"
STOPPED = "stopped"
BAD_NUMBER = "bad number"


@dataclass(frozen=True, slots=True)
class Audience:
    """Which people. Numbers are ids of groups and people; languages are tags."""

    schools: tuple[int, ...] = ()
    grades: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("guardian",)
    people: tuple[int, ...] = ()
    except_people: tuple[int, ...] = ()

    def to_json(self) -> dict[str, list[int] | list[str]]:
        """Return what `from_json` reads, fit for a JSON column."""
        return {key: list(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Audience:
        """Read what `to_json` gave; unknown keys are refused with a `BroadcastError`."""
        unknown = sorted(set(value) - {field.name for field in fields(cls)})
        if unknown:
            raise BroadcastError(
                f"This audience speaks of {', '.join(unknown)}, which this version of Homeloop does not "
                "know: choose the audience again."
            )
        return cls(**{key: tuple(items) for key, items in value.items()})


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody in the audience to whom no text can go."""

    person_id: int
    name: str
    language: str  #: they read
    why: str  #: NO_ADDRESS, STOPPED or BAD_NUMBER


@dataclass(frozen=True, slots=True)
class Reach:
    """What an audience comes to, on the day of the question."""

    people: int  #: in the audience, reached or not
    phones: Mapping[tuple[str, str], int]  #: (channel, language) -> contact points
    unreached: tuple[Unreached, ...]
    departed: int = 0  #: of `people`, how many the newest roster no longer has

    @property
    def total(self) -> int:
        """Contact points over all channels and languages: how many texts one release makes."""
        return sum(self.phones.values())


def audience_select(audience: Audience, *, emergency: bool = False) -> Select[Any]:
    """Return (contact_point_id, channel, language), distinct: one row for each address to write to.

    One SELECT with a window function, fit for INSERT … SELECT on SQLite and PostgreSQL.
    """
    chosen = _chosen(audience, emergency=emergency).subquery("chosen")
    rows = sa.select(chosen.c.contact_point_id, chosen.c.channel, chosen.c.language).distinct()
    rows = rows.where(chosen.c.place == 1)
    if audience.languages:
        rows = rows.where(chosen.c.language.in_(audience.languages))
    return rows


def people_select(audience: Audience) -> Select[Any]:
    """Return the ids of everybody in the audience, whatever their language and whether reached or not."""
    return sa.select(col(Person.id)).where(_belongs(audience))


def reach(session: Session, audience: Audience, *, emergency: bool = False) -> Reach:
    """Count whom a release would reach now, and name whom it would not, with the reason."""
    connection = session.connection()
    counted = connection.execute(_counted(audience, emergency=emergency)).all()
    phones = {(channel, tag): count for channel, tag, count, _people, _departed in counted}
    reached = sum(one.people for one in counted)
    departed = sum(one.departed for one in counted)
    unreached, more_departed = _unreached(session, audience, emergency=emergency)
    return Reach(reached + len(unreached), phones, unreached, departed + more_departed)


def resolve(
    session: Session,
    *,
    schools: Sequence[str] = (),
    grades: Sequence[str] = (),
    groups: Sequence[str] = (),
    languages: Sequence[str] = (),
) -> Audience:
    """Turn names as a person types them into an audience.

    Case, accents and spaces do not matter; grades may be written as in rosters ("3rd", "Kinder") and are
    looked up in `schools`, or in every school when none is named. Raises `BroadcastError` that says
    which name is unknown and which exist, and `LanguageError` for a language.
    """
    known = session.connection().execute(sa.select(Group.id, Group.kind, Group.name, Group.parent_id)).all()  # type: ignore[call-overload]
    found = _by_name(schools, {(row.name, row.id) for row in known if row.kind == GroupKind.SCHOOL}, "school")
    in_schools = {
        (row.name, row.id)
        for row in known
        if row.kind == GroupKind.GRADE and (not found or row.parent_id in found)
    }
    others = {(row.name, row.id) for row in known if row.kind not in {GroupKind.SCHOOL, GroupKind.GRADE}}
    return Audience(
        schools=found,
        grades=_by_name([_grade(text) for text in grades], in_schools, "grade"),
        groups=_by_name(groups, others, "group"),
        languages=tuple(dict.fromkeys(by_name(text).tag for text in languages)),
    )


def _grade(text: str) -> str:
    try:
        return values.grade(text) or text
    except ValueError:
        return text


def _by_name(wanted: Sequence[str], known: Iterable[tuple[str, int]], kind: str) -> tuple[int, ...]:
    ids: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for name, number in sorted(known):
        ids.setdefault(values.fold(name), []).append(number)
        names.setdefault(values.fold(name), name)
    unknown = [text for text in wanted if values.fold(text) not in ids]
    if unknown:
        there_are = (
            ", ".join(sorted(names.values(), key=values.grade_order)) or "none yet: import a roster first"
        )
        said = ", ".join(f"“{text}”" for text in unknown)
        raise BroadcastError(f"There is no {kind} {said}. Known: {there_are}.")
    return tuple(dict.fromkeys(number for text in wanted for number in ids[values.fold(text)]))


def _belongs(audience: Audience) -> ColumnElement[bool]:
    """Say whether a row of `person` is in the audience, its language apart."""
    dimensions = [
        col(Person.id).in_(
            sa.select(col(Membership.person_id)).where(col(Membership.group_id).in_(dimension))
        )
        for dimension in (audience.schools, audience.grades, audience.groups)
        if dimension
    ]
    if audience.people and not dimensions:
        inside: ColumnElement[bool] = col(Person.id).in_(audience.people)
    else:
        inside = sa.and_(col(Person.kind).in_(audience.kinds), *dimensions)
        if audience.people:
            inside = sa.or_(inside, col(Person.id).in_(audience.people))
    return (
        sa.and_(inside, col(Person.id).not_in(audience.except_people)) if audience.except_people else inside
    )


def _usable(*, emergency: bool) -> ColumnElement[bool]:
    stopped = col(ContactPoint.stopped_at).is_not(None)
    narrowed = col(ContactPoint.closings_only).is_(True)
    silent = sa.and_(stopped, sa.not_(narrowed)) if emergency else sa.or_(stopped, narrowed)
    return sa.and_(sa.not_(silent), col(ContactPoint.bad_at).is_(None))


def _chosen(audience: Audience, *, emergency: bool) -> Select[Any]:
    """Every usable address of everybody in the audience; `place` 1 is the one that is written to."""
    link = PersonContactPoint
    place = func.row_number().over(
        partition_by=col(link.person_id), order_by=(col(link.rank), col(link.contact_point_id))
    )
    return (
        sa.select(
            col(link.person_id),
            col(ContactPoint.id).label("contact_point_id"),
            col(ContactPoint.channel),
            col(ContactPoint.language),
            col(Person.in_roster),
            place.label("place"),
        )
        .join(ContactPoint, col(ContactPoint.id) == col(link.contact_point_id))
        .join(Person, col(Person.id) == col(link.person_id))
        .where(_belongs(audience), _usable(emergency=emergency))
    )


def _counted(audience: Audience, *, emergency: bool) -> Select[Any]:
    """Count by channel and language: addresses, and the people who are written to there."""
    chosen = _chosen(audience, emergency=emergency).subquery("chosen")
    kind = (chosen.c.channel, chosen.c.language)
    departed = func.sum(sa.case((chosen.c.in_roster.is_(False), 1), else_=0)).label("departed")
    phones = func.count(sa.distinct(chosen.c.contact_point_id))
    rows = sa.select(*kind, phones, func.count().label("people"), departed).where(chosen.c.place == 1)
    if audience.languages:
        rows = rows.where(chosen.c.language.in_(audience.languages))
    return rows.group_by(*kind).order_by(*kind)


def _unreached(session: Session, audience: Audience, *, emergency: bool) -> tuple[tuple[Unreached, ...], int]:
    chosen = _chosen(audience, emergency=emergency).subquery("chosen")
    link = PersonContactPoint
    addresses, bad = func.count(col(ContactPoint.id)), func.count(col(ContactPoint.bad_at))
    rows = (
        sa.select(col(Person.id), col(Person.name), col(Person.reads), col(Person.in_roster), addresses, bad)
        .outerjoin(link, col(link.person_id) == col(Person.id))
        .outerjoin(ContactPoint, col(ContactPoint.id) == col(link.contact_point_id))
        .where(_belongs(audience), col(Person.id).not_in(sa.select(chosen.c.person_id)))
        .group_by(col(Person.id), col(Person.name), col(Person.reads), col(Person.in_roster))
        .order_by(col(Person.name), col(Person.id))
    )
    if audience.languages:
        rows = rows.where(col(Person.reads).in_(audience.languages))
    found = session.connection().execute(rows).all()
    named = tuple(Unreached(row.id or 0, row.name, row.reads, _why(row[4], row[5])) for row in found)
    return named, sum(1 for row in found if not row.in_roster)


def _why(addresses: int, bad: int) -> str:
    """One word for staff: a STOP is the family's own, so it is said before a bad number beside it."""
    if not addresses:
        return NO_ADDRESS
    return BAD_NUMBER if bad == addresses else STOPPED
