"""Texts of which nobody knows whether they arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import bindparam, func
from sqlmodel import Session, col

from bot.messages import DeliveryState
from bot.store.tables import Broadcast, ContactPoint, Delivery, Handover
from bot.watching.asking import names_at, rows_of


@dataclass(frozen=True, slots=True)
class Doubt:
    """A text of which nobody knows whether it arrived."""

    id: int
    state: str  #: "held": staff decide; "uncertain": still being looked for
    broadcast_id: int | None  #: None: an answer of ours
    title: str | None
    phone: int
    language: str
    channel: str
    started_at: datetime | None
    reason: str | None
    stopped: bool  #: the phone has stopped us since: it cannot be sent again
    names: tuple[str, ...] = ()  #: of those who use the phone; empty for who may not read names
    address: str = ""  #: likewise


#: word for word the condition of the index `delivery_unsettled`, without which SQLite does not use it
_UNSETTLED: Final = sa.text("delivery.state IN ('sending', 'uncertain', 'held')")
_DOUBTFUL: Final = (DeliveryState.HELD, DeliveryState.UNCERTAIN)


def _of(number: Any) -> Any:
    """Say that a delivery is a broadcast's, in a way that no index answers: few texts are in doubt."""
    return col(Delivery.broadcast_id) + 0 == number


def shown() -> sa.ColumnElement[bool]:
    """Say of a delivery that a list may show it: it answers nothing that only those on call may know of."""
    restricted = sa.select(col(Handover.inbound_id)).where(
        col(Handover.restricted), col(Handover.inbound_id).is_not(None)
    )
    return sa.or_(col(Delivery.inbound_id).is_(None), col(Delivery.inbound_id).not_in(restricted))


def may_be_shown(session: Session, delivery: int) -> bool:
    """Say the same of one delivery."""
    return bool(rows_of(session, sa.select(col(Delivery.id)).where(col(Delivery.id) == delivery, shown())))


def doubts(
    session: Session, number: int | None = None, *, by_name: bool, limit: int = 25, offset: int = 0
) -> tuple[Doubt, ...]:
    """List texts of which nobody knows whether they arrived, those that staff decide on first."""
    found = rows_of(session, _doubted(of_one=number is not None), number=number, most=limit, offset=offset)
    names = names_at(session, [row.phone for row in found]) if by_name else {}
    return tuple(_doubt(row, names.get(row.phone, ()), by_name=by_name) for row in found)


@cache
def _doubted(*, of_one: bool) -> Any:
    conditions: list[Any] = [_UNSETTLED, col(Delivery.state).in_(_DOUBTFUL), shown()]
    if of_one:
        conditions.append(_of(bindparam("number", type_=sa.Integer)))
    return (
        sa.select(*_columns())
        .join(ContactPoint, col(ContactPoint.id) == col(Delivery.contact_point_id))
        .outerjoin(Broadcast, col(Broadcast.id) == col(Delivery.broadcast_id))
        .where(*conditions)
        .order_by(col(Delivery.state), col(Delivery.id))
        .limit(bindparam("most"))
        .offset(bindparam("offset"))
    )


def _columns() -> tuple[Any, ...]:
    return (
        col(Delivery.id), col(Delivery.state), col(Delivery.broadcast_id), col(Broadcast.title),
        col(Delivery.contact_point_id).label("phone"), col(Delivery.language), col(ContactPoint.channel),
        col(Delivery.started_at), col(Delivery.reason),
        col(ContactPoint.stopped_at).is_not(None).label("stopped"), col(ContactPoint.address),
    )  # fmt: skip


def _doubt(row: Any, names: tuple[str, ...], *, by_name: bool) -> Doubt:
    values = {**row._mapping, "stopped": bool(row.stopped), "names": names}
    return Doubt(**values if by_name else {**values, "address": ""})


def in_doubt(session: Session) -> dict[str, int]:
    """Count texts of which nobody knows whether they arrived: "held" ones wait for staff."""
    return dict(rows_of(session, _in_doubt()))


@cache
def _in_doubt() -> Any:
    return (
        sa.select(col(Delivery.state), func.count())
        .where(_UNSETTLED, col(Delivery.state).in_(_DOUBTFUL), shown())
        .group_by(col(Delivery.state))
    )


def held_of(session: Session, number: int) -> list[int]:
    """List the texts of a broadcast that staff decide on."""
    rows = sa.select(col(Delivery.id)).where(
        _UNSETTLED, col(Delivery.state) == DeliveryState.HELD, _of(number)
    )
    return [row[0] for row in rows_of(session, rows)]
