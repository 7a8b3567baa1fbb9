"""The hot path: claim what may go now, settle what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from bot.messages import Button, DeliveryState, Outbound
from bot.store.outbox.questions import open_questions
from bot.store.tables import ContactPoint, Delivery, Rendering, micros


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery that is ours to send, once."""

    delivery_id: int
    contact_point_id: int
    attempts: int  #: this one included
    parts: int
    message: Outbound


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one claimed delivery."""

    delivery_id: int
    attempt: str
    state: DeliveryState
    provider_id: str | None = None
    waiting_until: datetime | None = None
    reason: str | None = None
    code: str | None = None
    counts: bool = True  #: False: the try was no fault of the text's and is given back


_CLAIM = sa.text(
    """
    UPDATE delivery
       SET state = 'sending', epoch = :epoch, attempt = :token || '.' || id,
           attempts = attempts + 1, started_at = :now, waiting_until = NULL
     WHERE id IN (
           SELECT id FROM (
           SELECT d.id, SUM(d.parts) OVER (ORDER BY d.urgency, d.rank, d.id) - d.parts AS before
             FROM delivery d JOIN contact_point c ON c.id = d.contact_point_id
            WHERE d.lane_id = :lane AND d.state = 'queued'
              AND (c.stopped_at IS NULL OR d.passes_stop OR (c.closings_only AND d.urgency = 0))
              AND NOT EXISTS (
                  SELECT 1 FROM delivery o
                   WHERE o.contact_point_id = d.contact_point_id
                     AND o.state IN ('queued', 'sending') AND o.id <> d.id
                     AND (o.state = 'sending'
                          OR (o.urgency, o.rank, o.id) < (d.urgency, d.rank, d.id)))
            ORDER BY d.urgency, d.rank, d.id
            LIMIT :most) AS next WHERE before < :parts)
       AND EXISTS (SELECT 1 FROM lane
                    WHERE id = :lane AND epoch = :epoch AND state = 'running'
                      AND (not_before IS NULL OR not_before <= :now))
    RETURNING id
    """
)


def claim(
    session: Session, lane_id: int, epoch: int, most: int, *, token: str, now: datetime, parts: float = 1e9
) -> list[Claimed]:
    """Take up to `most` deliveries of a lane for sending, most urgent first; `token` is new each time.

    The last one begins within the pace's `parts`, and may go beyond them. Empty when the lane was taken
    by another, is stopped, or may not send yet.
    """
    taken = session.connection().execute(
        _CLAIM,
        {"epoch": epoch, "token": token, "now": micros(now), "lane": lane_id, "most": most, "parts": parts},
    )
    ids = [row.id for row in taken]
    if not ids:
        return []
    open_questions(session, ids, now)
    rows = session.exec(
        select(Delivery, col(ContactPoint.address), Rendering)
        .join(ContactPoint, col(ContactPoint.id) == Delivery.contact_point_id)
        .outerjoin(Rendering, col(Rendering.id) == Delivery.rendering_id)
        .where(col(Delivery.id).in_(ids))
        .order_by(col(Delivery.urgency), col(Delivery.rank), col(Delivery.id))
        .execution_options(populate_existing=True)
    )
    return [as_claimed(delivery, address, rendering) for delivery, address, rendering in rows]


def as_claimed(delivery: Delivery, address: str, rendering: Rendering | None) -> Claimed:
    assert delivery.id is not None
    assert delivery.attempt is not None
    words = rendering.text if rendering else delivery.text
    assert words
    keys = (rendering.buttons if rendering else delivery.buttons) or []
    return Claimed(
        delivery_id=delivery.id,
        contact_point_id=delivery.contact_point_id,
        attempts=delivery.attempts,
        parts=delivery.parts,
        message=Outbound(
            attempt=delivery.attempt,
            address=address,
            text=words,
            buttons=tuple(Button(label, data) for label, data in keys),
        ),
    )


_SETTLE = (
    update(Delivery)
    .where(
        col(Delivery.id) == bindparam("of_id"),
        col(Delivery.state) == DeliveryState.SENDING,
        col(Delivery.epoch) == bindparam("of_epoch"),
        col(Delivery.attempt) == bindparam("of_attempt"),
    )
    .values(
        state=bindparam("to_state"),
        provider_id=func.coalesce(bindparam("to_provider"), col(Delivery.provider_id)),
        waiting_until=bindparam("to_until"),
        settled_at=bindparam("to_at"),
        reason=bindparam("to_reason"),
        code=bindparam("to_code"),
        attempts=col(Delivery.attempts) - bindparam("to_give_back", type_=sa.Integer),
    )
)


def settle(session: Session, epoch: int, results: Sequence[Settled], now: datetime) -> None:
    """Write down what became of claimed deliveries; rows that another epoch holds are left alone."""
    if not results:
        return
    session.connection().execute(
        _SETTLE,
        [
            {
                "of_id": one.delivery_id,
                "of_epoch": epoch,
                "of_attempt": one.attempt,
                "to_state": one.state,
                "to_provider": one.provider_id,
                "to_until": one.waiting_until,
                "to_at": now,
                "to_reason": one.reason,
                "to_code": one.code,
                "to_give_back": 0 if one.counts else 1,
            }
            for one in results
        ],
    )
