"""How the screens ask the database: rows, in portions, of one time of a broadcast."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.store.tables import Delivery, Person, PersonContactPoint

AT_ONCE: Final = 5_000  #: ids in one statement


def rows_of(session: Session, query: Any, **asked: Any) -> list[Any]:
    """Run one query, with values for its parameters."""
    return list(session.connection().execute(query, asked))


def in_portions(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """Cut ids into as many as one statement may name."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def of_time(number: int, time_id: int) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Say of a delivery that it belongs to one time of a broadcast, as the index `delivery_of` knows it."""
    return col(Delivery.broadcast_id) == number, col(Delivery.occurrence_id) == time_id


def names_at(session: Session, phones: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return who uses each of these phones."""
    rows = (
        sa.select(col(PersonContactPoint.contact_point_id), col(Person.name))
        .join(Person, col(Person.id) == col(PersonContactPoint.person_id))
        .where(col(PersonContactPoint.contact_point_id).in_(phones))
        .order_by(col(Person.id))
    )
    found: dict[int, tuple[str, ...]] = {}
    for phone, name in rows_of(session, rows) if phones else ():
        found[phone] = (*found.get(phone, ()), name)
    return found
