"""What providers report on a text that they accepted; ranks never go back.

A report is kept, and marked as due, before the provider is answered; what it says is carried out after that,
many reports at a time. A crash between the two loses nothing: what is due is carried out at the next start.
"""

from __future__ import annotations

import itertools
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
from bot.store.written import as_json, insert_rows, run

#: how far a status report has a delivery along; it never goes back
_RANK = {"queued": 0, "sent": 1, "delivered": 2, "failed": 2}
_REACHED = {DeliveryState.SENT: 1, DeliveryState.DELIVERED: 2, DeliveryState.FAILED: 2}
_REPORTED = {"delivered": DeliveryState.DELIVERED, "failed": DeliveryState.FAILED}
_EVENT: Final = ("channel", "provider_id", "attempt", "status", "code", "raw", "received_at", "due")
_UNTIL: Final = (
    "SELECT max(id), count(*) FROM (SELECT id FROM provider_event WHERE due ORDER BY id LIMIT ?) AS some"
)
#: what nearly every report says of nearly every text; where a failure came beside it the first one counts
_PLAINLY_ARRIVED: Final = """
    UPDATE delivery SET state = 'delivered', reason = NULL, code = NULL, settled_at = ?
     WHERE provider_id IN (SELECT provider_id FROM provider_event
                            WHERE due AND id <= ? AND status = 'delivered' AND code IS NULL)
       AND provider_id NOT IN (SELECT provider_id FROM provider_event
                                WHERE due AND id <= ? AND status = 'failed')
       AND state = 'sent'
    RETURNING provider_id, contact_point_id
    """
#: what says something new
_DUE: Final = sa.text(
    """
    SELECT id, channel, provider_id, attempt, status, code FROM provider_event
     WHERE due AND id <= :last AND NOT EXISTS (
           SELECT 1 FROM delivery WHERE delivery.provider_id = provider_event.provider_id
              AND (delivery.state IN ('delivered', 'failed')
                   OR (delivery.state = 'sent' AND provider_event.status IN ('queued', 'sent'))))
     ORDER BY id
    """
)
_CARRIED_OUT: Final = "UPDATE provider_event SET due = FALSE WHERE due AND id <= ?"
#: written out, so that it costs no more than its rows; SQLite and PostgreSQL read it alike
_MOVE: Final = sa.text(
    """
    UPDATE delivery SET provider_id = :to_provider, state = :to_state, reason = :to_reason, code = :to_code,
           waiting_until = NULL, settled_at = :to_at
     WHERE id = :of_id
    """
)


@dataclass(frozen=True, slots=True)
class Due:
    """A report that is kept and not carried out yet."""

    id: int
    channel: str
    provider_id: str
    attempt: str | None
    status: str
    code: str | None


@dataclass(slots=True)
class _Found:
    id: int
    state: str
    contact_point_id: int


def keep_statuses(connection: Connection, reports: Sequence[StatusReport], now: datetime) -> None:
    """Keep providers' reports, to be carried out soon."""
    at = micros(now)
    rows = [
        (str(one.channel), one.provider_id, one.attempt, one.status, one.code, _raw(one), at, True)
        for one in reports
    ]
    insert_rows(connection, "provider_event", _EVENT, rows)


def due_until(session: Session, most: int) -> tuple[int, int] | None:
    """Return up to which id the next reports go that are to be carried out, and how many these are."""
    last, count = tuple(run(session.connection(), _UNTIL, most).one())
    return (last, count) if count else None


def arrived(session: Session, last: int, now: datetime) -> dict[str, int]:
    """Carry out what only says that a text arrived; return the provider's ids with their contact points."""
    found = run(session.connection(), _PLAINLY_ARRIVED, micros(now), last, last)
    return dict(tuple(one) for one in found)


def due_statuses(session: Session, last: int) -> list[Due]:
    """Return what is due and still says something new, in the order in which it came."""
    return [Due(*row) for row in session.connection().execute(_DUE, {"last": last})]


def carried_out(session: Session, last: int) -> int:
    """Note that all reports up to this one have been carried out; return how many there were."""
    return run(session.connection(), _CARRIED_OUT, last).rowcount


def carry_out(
    session: Session, reports: Sequence[StatusReport], now: datetime
) -> list[tuple[StatusReport, int]]:
    """Move deliveries forward as these reports say; return what moved, with its contact point.

    A report that carries our attempt id settles a delivery whose answer we never saw. Nothing moves
    back: "delivered" and "failed" are both final, whichever came first.
    """
    session.flush()
    if not reports:
        return []
    connection = session.connection()
    by_provider, by_attempt = _deliveries(connection, reports)
    moves, moved = [], []
    for report in reports:
        found = by_provider.get(report.provider_id) or by_attempt.get(report.attempt or "")
        if found is None or _RANK[report.status] <= _REACHED.get(DeliveryState(found.state), -1):
            continue
        found.state = _REPORTED.get(report.status, DeliveryState.SENT)
        by_provider[report.provider_id] = found
        moves.append(_move(found, report, now))
        moved.append((report, found.contact_point_id))
    if moves:
        connection.execute(_MOVE, moves)
    if moved:
        session.expire_all()
    return moved


def _raw(report: StatusReport) -> str:
    raw = report.raw
    return as_json(raw if isinstance(raw, dict) else dict(raw))


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
    """Return (id, state, contact point, `shown`) of deliveries by one column."""
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
    columns = f"id, state, contact_point_id, {shown}"
    return sa.text(f"SELECT {columns} FROM delivery WHERE {by} IN ({values})")  # noqa: S608


def _delivery_of(attempt: str | None) -> int | None:
    """Return the delivery that an attempt id of ours names; None for what is none of ours."""
    number = (attempt or "").rpartition(".")[2]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None
