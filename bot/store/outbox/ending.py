"""Texts that shall not go any more, and those that are held back while their broadcast is paused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import update
from sqlmodel import Session, col

from bot.messages import DeliveryState
from bot.store.outbox.urgency import EMERGENCY
from bot.store.tables import Broadcast, BroadcastState, ContactPoint, Delivery, Occurrence, Schedule

PHONE_STOPPED = "The family stopped us before this text could go."
BROADCAST_STOPPED = "Stopped by staff."
EXPIRED = "Its time was over before it could go."


def cancel(session: Session, reason: str, *conditions: Any) -> int:
    """Finish every waiting or queued delivery that meets the conditions; return how many."""
    ended = session.exec(
        update(Delivery)
        .where(col(Delivery.state).in_((DeliveryState.WAITING, DeliveryState.QUEUED)), *conditions)
        .values(state=DeliveryState.FAILED, reason=reason, waiting_until=None)
    )
    return int(ended.rowcount)


def end_expired(session: Session, now: datetime) -> int:
    """End what is left of broadcasts that are worth nothing any more; return how many texts that is."""
    over = (col(Occurrence.expires_at) <= now) & sa.not_(col(Occurrence.expired))
    ended = 0
    for time_id, schedule_id in session.connection().execute(
        sa.select(col(Occurrence.id), col(Occurrence.schedule_id)).where(over)
    ):
        of = sa.select(col(Schedule.broadcast_id)).where(col(Schedule.id) == schedule_id).scalar_subquery()
        ended += cancel(
            session, EXPIRED, col(Delivery.broadcast_id) == of, col(Delivery.occurrence_id) == time_id
        )
        session.exec(update(Occurrence).where(col(Occurrence.id) == time_id).values(expired=True))
    return ended


def end_unwanted(session: Session, delivery_ids: Sequence[int]) -> None:
    """Of texts that came back from a try, end those whose phone or broadcast was stopped meanwhile.

    Those whose broadcast was paused are held back.
    """
    if delivery_ids:
        these = col(Delivery.id).in_(delivery_ids)
        cancel(session, PHONE_STOPPED, these, phone_stopped())
        stopped = sa.select(col(Broadcast.id)).where(col(Broadcast.state) == BroadcastState.STOPPED)
        cancel(session, BROADCAST_STOPPED, these, col(Delivery.broadcast_id).in_(stopped))
        hold_back_paused(session, these)


def hold_back_paused(session: Session, *conditions: Any) -> None:
    """What comes back while its broadcast is paused waits like the rest of it, without a time."""
    paused = sa.select(col(Broadcast.id)).where(col(Broadcast.paused_at).is_not(None))
    session.exec(
        update(Delivery)
        .where(
            col(Delivery.state).in_((DeliveryState.WAITING, DeliveryState.QUEUED)),
            col(Delivery.broadcast_id).in_(paused),
            *conditions,
        )
        .values(state=DeliveryState.WAITING, waiting_until=None)
    )


def phone_stopped() -> sa.ColumnElement[bool]:
    """Say of a row of `delivery` what the claim asks too: that its phone has stopped it."""
    closings = col(ContactPoint.closings_only) & (col(Delivery.urgency) == EMERGENCY)
    contact = sa.exists().where(
        col(ContactPoint.id) == col(Delivery.contact_point_id),
        col(ContactPoint.stopped_at).is_not(None),
        sa.not_(closings),
    )
    return sa.and_(col(Delivery.passes_stop).is_(False), contact)
