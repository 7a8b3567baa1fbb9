"""The hot path: claim what may go now, settle what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Final, NamedTuple

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection
from sqlmodel import Session, col, select

from bot.hours import valid_for
from bot.messages import Button, DeliveryState, Outbound
from bot.store.outbox.questions import open_questions
from bot.store.outbox.urgency import ANSWER, BULK
from bot.store.tables import Delivery, Moment, Rendering, micros
from bot.store.written import with_rows


class Claimed(Struct, frozen=True):
    """One delivery that is ours to send, once."""

    delivery_id: int
    contact_point_id: int
    attempts: int  #: this one included
    parts: int
    message: Outbound


class Settled(Struct, frozen=True):
    """What became of one claimed delivery."""

    delivery_id: int
    attempt: str
    state: DeliveryState
    provider_id: str | None = None
    waiting_until: datetime | None = None
    reason: str | None = None
    code: str | None = None
    counts: bool = True  #: False: the try was no fault of the text's and is given back


#: `o.urgency >= 0` is always so: it makes SQLite ask the index of what is open for a phone, and not that of
#: all that was ever written to it. What it returns begins with what the rows are put in order by, since
#: RETURNING keeps no order.
_CLAIM = sa.text(
    """
    UPDATE delivery
       SET state = 'sending', epoch = :epoch, attempt = :token || '.' || id,
           attempts = attempts + 1, started_at = :now, waiting_until = NULL
     WHERE id IN (
           SELECT id FROM (
           SELECT d.id, SUM(d.parts) OVER (ORDER BY d.urgency, d.rank, d.id) - d.parts AS before
             FROM delivery d JOIN contact_point c ON c.id = d.contact_point_id
            WHERE d.lane_id = :lane AND d.state = 'queued' AND d.urgency <= :least
              AND (d.start_by IS NULL OR d.start_by > :now)
              AND (c.stopped_at IS NULL OR d.passes_stop OR (c.closings_only AND d.urgency = 0))
              AND NOT EXISTS (
                  SELECT 1 FROM delivery o
                   WHERE o.contact_point_id = d.contact_point_id AND o.urgency >= 0
                     AND o.state IN ('queued', 'sending') AND o.id <> d.id
                     AND (o.state = 'sending'
                          OR (o.urgency, o.rank, o.id) < (d.urgency, d.rank, d.id)))
            ORDER BY d.urgency, d.rank, d.id
            LIMIT :most) AS next WHERE before < :parts)
       AND EXISTS (SELECT 1 FROM lane
                    WHERE id = :lane AND epoch = :epoch AND state = 'running'
                      AND (not_before IS NULL OR not_before <= :now))
    RETURNING urgency, rank, id, contact_point_id, attempts, parts, attempt, digits, start_by,
              rendering_id, text, buttons,
              (SELECT address FROM contact_point WHERE id = delivery.contact_point_id) AS address
    """
).columns(digits=sa.Boolean, start_by=Moment, buttons=sa.JSON)


class _Taken(NamedTuple):
    """One row of what `_CLAIM` returns."""

    urgency: int
    rank: int
    id: int
    contact_point_id: int
    attempts: int
    parts: int
    attempt: str
    digits: bool
    start_by: datetime | None
    rendering_id: int | None
    text: str | None
    buttons: list[list[str]] | None
    address: str


_WORDINGS = select(col(Rendering.id), col(Rendering.text), col(Rendering.buttons)).where(
    col(Rendering.id).in_(bindparam("these", expanding=True))
)

_Wording = tuple[str, tuple[Button, ...]]


def claim(
    session: Session,
    lane_id: int,
    epoch: int,
    most: int,
    *,
    token: str,
    now: datetime,
    parts: float = 1e9,
    bulk: bool = True,
) -> list[Claimed]:
    """Take up to `most` deliveries of a lane for sending, most urgent first; `token` is new each time.

    The last one begins within the pace's `parts`, and may go beyond them. Without `bulk` only emergencies
    and answers go: the rest of the lane's day is kept for them. Empty when the lane was taken by another,
    is stopped, or may not send yet.
    """
    least = BULK if bulk else ANSWER
    given = {"epoch": epoch, "token": token, "now": micros(now), "lane": lane_id}
    given |= {"most": most, "parts": parts, "least": least}
    connection = session.connection()
    taken = sorted((_Taken(*row) for row in connection.execute(_CLAIM, given).all()), key=itemgetter(0, 1, 2))
    if not taken:
        return []
    asking = [row.id for row in taken if row.digits and row.urgency == BULK]
    if asking:
        open_questions(session, asking, now)
    wordings = _wordings(connection, {row.rendering_id for row in taken if row.rendering_id is not None})
    limits = {moment: valid_for(moment, now) for moment in {row.start_by for row in taken}}
    return [_claimed(row, wordings, limits) for row in taken]


def _wordings(connection: Connection, ids: set[int]) -> dict[int | None, _Wording]:
    """Read each rendering once for all the families of this claim who get it."""
    rows = connection.execute(_WORDINGS, {"these": sorted(ids)}) if ids else ()
    return {row.id: (row.text, _keys(row.buttons)) for row in rows}


def _claimed(
    row: _Taken, wordings: Mapping[int | None, _Wording], limits: Mapping[datetime | None, int | None]
) -> Claimed:
    words, keys = wordings.get(row.rendering_id) or (row.text or "", _keys(row.buttons))
    message = Outbound(row.attempt, row.address, words, keys, limits[row.start_by])
    return Claimed(row.id, row.contact_point_id, row.attempts, row.parts, message)


def _keys(pairs: Sequence[Sequence[str]] | None) -> tuple[Button, ...]:
    return tuple(Button(label, data) for label, data in pairs or ())


def as_claimed(delivery: Delivery, address: str, rendering: Rendering | None) -> Claimed:
    assert delivery.id is not None
    assert delivery.attempt is not None
    words = rendering.text if rendering else delivery.text
    assert words
    keys = rendering.buttons if rendering else delivery.buttons
    return Claimed(
        delivery_id=delivery.id,
        contact_point_id=delivery.contact_point_id,
        attempts=delivery.attempts,
        parts=delivery.parts,
        message=Outbound(
            attempt=delivery.attempt,
            address=address,
            text=words,
            buttons=_keys(keys),
            valid_for=valid_for(delivery.start_by, delivery.started_at) if delivery.started_at else None,
        ),
    )


#: What is nearly always so, that the provider took the text, has a statement of its own, in which nothing is
#: read out of a JSON value.
_SENT: Final = """
    UPDATE delivery
       SET state = 'sent', provider_id = one.value, waiting_until = NULL, settled_at = :at, reason = NULL,
           code = NULL
      FROM {pairs}
     WHERE delivery.id = CAST({number} AS BIGINT) AND state = 'sending' AND epoch = :epoch
       AND attempt = one.key
    """
_SETTLE: Final = """
    UPDATE delivery
       SET state = one.value ->> 2, provider_id = coalesce(one.value ->> 3, provider_id),
           waiting_until = CAST(one.value ->> 4 AS BIGINT), settled_at = :at, reason = one.value ->> 5,
           code = one.value ->> 6, attempts = attempts - CAST(one.value ->> 7 AS BIGINT)
      FROM {items}
     WHERE delivery.id = CAST(one.value ->> 0 AS BIGINT) AND state = 'sending' AND epoch = :epoch
       AND attempt = one.value ->> 1
    """


def settle(session: Session, epoch: int, results: Sequence[Settled], now: datetime) -> None:
    """Write down what became of claimed deliveries; rows that another epoch holds are left alone."""
    sent, others = dict[str, str | None](), list[tuple[int | str | None, ...]]()
    for one in results:
        if _is_sent(one):
            sent[one.attempt] = one.provider_id
        else:
            others.append(_row(one))
    if sent:
        _write(session, _SENT, epoch, sent, now)
    if others:
        _write(session, _SETTLE, epoch, others, now)


def _write(session: Session, statement: str, epoch: int, results: object, now: datetime) -> None:
    connection = session.connection()
    given = {"epoch": epoch, "at": micros(now), "rows": json.dumps(results)}
    connection.execute(with_rows(connection, statement), given)


def _is_sent(one: Settled) -> bool:
    return one.provider_id is not None and one.state is DeliveryState.SENT and one.counts


def _row(one: Settled) -> tuple[int | str | None, ...]:
    until = None if one.waiting_until is None else micros(one.waiting_until)
    given_back = 0 if one.counts else 1
    return (one.delivery_id, one.attempt, one.state, one.provider_id, until, one.reason, one.code, given_back)
