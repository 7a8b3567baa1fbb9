"""What providers report on a text that they accepted; ranks never go back."""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import Session

from bot.messages import DeliveryState, StatusReport
from bot.store.tables import micros
from bot.store.written import insert_rows, with_rows

#: how far a status report has a delivery along; it never goes back
_RANK = {"queued": 0, "sent": 1, "delivered": 2, "failed": 2}
_REACHED = {DeliveryState.SENT: 1, DeliveryState.DELIVERED: 2, DeliveryState.FAILED: 2}
_REPORTED = {"delivered": DeliveryState.DELIVERED, "failed": DeliveryState.FAILED}
_EVENT: Final = ("channel", "provider_id", "attempt", "status", "code", "raw", "received_at")
#: what nearly every report says
_ARRIVED: Final = """
    UPDATE delivery SET provider_id = one.value, state = 'delivered', reason = NULL, code = NULL,
           waiting_until = NULL, settled_at = :at
      FROM {pairs}
     WHERE delivery.id = CAST(one.key AS BIGINT)
    """
#: written out, so that it costs no more than its rows; SQLite and PostgreSQL read it alike
_MOVE: Final = sa.text(
    """
    UPDATE delivery SET provider_id = :to_provider, state = :to_state, reason = :to_reason, code = :to_code,
           waiting_until = NULL, settled_at = :to_at
     WHERE id = :of_id
    """
)
_written: Final = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(slots=True)
class _Found:
    id: int
    state: str
    contact_point_id: int


def apply_status(session: Session, report: StatusReport, now: datetime) -> int | None:
    """Keep a provider's report and move its delivery forward; return the contact point if it moved.

    See `apply_statuses`.
    """
    return next((phone for _, phone in apply_statuses(session, [report], now)), None)


def apply_statuses(
    session: Session, reports: Sequence[StatusReport], now: datetime
) -> list[tuple[StatusReport, int]]:
    """Keep providers' reports and move their deliveries forward; return what moved, with its contact point.

    A report that carries our attempt id settles a delivery whose answer we never saw. Nothing moves
    back: "delivered" and "failed" are both final, whichever came first.
    """
    session.flush()
    connection = session.connection()
    insert_rows(connection, "provider_event", _EVENT, [_event(report, now) for report in reports])
    by_provider, by_attempt = _deliveries(connection, reports)
    arrived: dict[int, str] = {}
    moves, moved = [], []
    for report in reports:
        found = by_provider.get(report.provider_id) or by_attempt.get(report.attempt or "")
        if found is None or _RANK[report.status] <= _REACHED.get(DeliveryState(found.state), -1):
            continue
        found.state = _REPORTED.get(report.status, DeliveryState.SENT)
        by_provider[report.provider_id] = found
        if report.status == "delivered" and report.reason is None and report.code is None:
            arrived[found.id] = report.provider_id
        else:
            moves.append(_move(found, report, now))
        moved.append((report, found.contact_point_id))
    if moves:
        connection.execute(_MOVE, moves)
    if arrived:
        connection.execute(with_rows(connection, _ARRIVED), {"at": micros(now), "rows": _written(arrived)})
    if moved:
        session.expire_all()
    return moved


def _event(report: StatusReport, now: datetime) -> tuple[Any, ...]:
    raw = _written(dict(report.raw))
    told = (str(report.channel), report.provider_id, report.attempt, report.status, report.code)
    return (*told, raw, micros(now))


def _move(found: _Found, report: StatusReport, now: datetime) -> dict[str, Any]:
    return {
        "of_id": found.id,
        "to_provider": report.provider_id,
        "to_state": str(found.state),
        "to_reason": report.reason,
        "to_code": report.code,
        "to_at": micros(now),
    }


def _deliveries(
    connection: Connection, reports: Sequence[StatusReport]
) -> tuple[dict[str, _Found], dict[str, _Found]]:
    """Find what these reports are about, by the provider's id or else by our attempt's."""
    known: dict[int, _Found] = {}
    by_provider = {
        row[3]: known.setdefault(row[0], _Found(row[0], row[1], row[2]))
        for row in _sought(
            connection, "provider_id", "provider_id", {report.provider_id for report in reports}
        )
    }
    others = {report.attempt for report in reports if report.provider_id not in by_provider}
    numbers = {number for one in others if (number := _delivery_of(one)) is not None}
    by_attempt = {
        row[3]: known.setdefault(row[0], _Found(row[0], row[1], row[2]))
        for row in _sought(connection, "id", "attempt", numbers)
        if row[3] in others
    }
    return by_provider, by_attempt


def _sought(connection: Connection, by: str, shown: str, values: Collection[str | int]) -> Sequence[Any]:
    """Return (id, state, contact point, `shown`) of the deliveries whose column `by` has such a value."""
    if not values:
        return ()
    size = 1 << (len(values) - 1).bit_length()
    padded = [*values, *itertools.repeat(next(iter(values)), size - len(values))]
    return connection.execute(
        _one_of(by, shown, size), {f"v{n}": value for n, value in enumerate(padded)}
    ).all()


@cache
def _one_of(by: str, shown: str, size: int) -> sa.TextClause:
    """Make a statement for so many values; few sizes, so that each is compiled once."""
    values = ", ".join(f":v{n}" for n in range(size))
    return sa.text(f"SELECT id, state, contact_point_id, {shown} FROM delivery WHERE {by} IN ({values})")  # noqa: S608


def _delivery_of(attempt: str | None) -> int | None:
    """Return the delivery that an attempt id of ours names; None for what is none of ours."""
    number = (attempt or "").rpartition(".")[2]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None
