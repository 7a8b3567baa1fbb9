"""What waited for a moment is queued when the moment has come."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import update
from sqlmodel import Session, col

from bot.messages import DeliveryState
from bot.store.outbox.urgency import BULK
from bot.store.tables import ContactPoint, Delivery


def wake(session: Session, now: datetime) -> int:
    """Queue what was waiting for this moment; texts with digits go on waiting behind an open question."""
    still = col(Delivery.digits) & (col(Delivery.urgency) == BULK)
    busy = (
        sa.select(col(ContactPoint.open_until))
        .where(col(ContactPoint.id) == col(Delivery.contact_point_id))
        .scalar_subquery()
    )
    due = (col(Delivery.state) == DeliveryState.WAITING) & (col(Delivery.waiting_until) <= now)
    session.exec(update(Delivery).where(due, still, busy > now).values(waiting_until=busy))
    woken = session.exec(update(Delivery).where(due).values(state=DeliveryState.QUEUED, waiting_until=None))
    return int(woken.rowcount)
