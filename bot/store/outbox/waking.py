"""What waited for a moment is queued when the moment has come; what may go no longer is held back again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import case, update
from sqlmodel import Session, col

from bot.hours import OpenHours
from bot.messages import DeliveryState
from bot.store.outbox.ending import EXPIRED, end_expired
from bot.store.outbox.urgency import BULK, EMERGENCY
from bot.store.tables import ContactPoint, Delivery, Moment, Occurrence

#: until when the broadcast of a row of `delivery` is worth sending; NULL: always
_worth = (
    sa.select(col(Occurrence.expires_at))
    .where(col(Occurrence.id) == col(Delivery.occurrence_id))
    .scalar_subquery()
)
_busy = (
    sa.select(col(ContactPoint.open_until))
    .where(col(ContactPoint.id) == col(Delivery.contact_point_id))
    .scalar_subquery()
)


def wake(session: Session, now: datetime, hours: OpenHours | None = None) -> int:
    """Queue what was waiting for this moment; return how many texts that is.

    Texts with digits go on waiting behind an open question, and outside the hours nothing is queued that
    is no emergency and answers nothing that was just asked. What has stood in the queue until the hours
    ended waits for the next ones, and what is worth nothing any more is ended.
    """
    end_expired(session, now)
    _look_again(session, now, hours)
    due = (col(Delivery.state) == DeliveryState.WAITING) & (col(Delivery.waiting_until) <= now)
    _change(session, due, _worth <= now, state=DeliveryState.FAILED, reason=EXPIRED, waiting_until=None)
    digits = col(Delivery.digits) & (col(Delivery.urgency) == BULK)
    _change(session, due, digits, _busy > now, waiting_until=_busy, reason=None)
    if hours is not None and not hours.is_open(now):
        _change(session, due, _bound(now), waiting_until=hours.opening(now))
    untried = case((col(Delivery.attempts) == 0, None), else_=col(Delivery.reason))
    queued = {"state": DeliveryState.QUEUED, "waiting_until": None, "reason": untried}
    return _change(session, due, **queued, start_by=case((_bound(now), _renewed(now, hours)), else_=_kept))


_kept = case((col(Delivery.urgency) == EMERGENCY, _worth), else_=col(Delivery.start_by))


def _bound(now: datetime) -> sa.ColumnElement[bool]:
    """Say of a row that it may be begun only within the hours, as far as is known of it at this moment."""
    return (col(Delivery.urgency) > EMERGENCY) & (col(Delivery.start_by) <= now)


def _renewed(now: datetime, hours: OpenHours | None) -> Any:
    """Until when a row may be begun if the hours are open now: `start_by`."""
    closing = None if hours is None else hours.closing(now)
    if closing is None:
        return _worth
    ends = sa.literal(closing, Moment())
    return case((_worth < ends, _worth), else_=ends)


def _look_again(session: Session, now: datetime, hours: OpenHours | None) -> None:
    """Decide anew on what stands in the queue and may no longer be begun."""
    over = (col(Delivery.state) == DeliveryState.QUEUED) & (col(Delivery.start_by) <= now)
    _change(session, over, _worth <= now, state=DeliveryState.FAILED, reason=EXPIRED)
    if hours is None or hours.is_open(now):
        _change(session, over, start_by=_renewed(now, hours))
    else:
        _change(session, over, state=DeliveryState.WAITING, waiting_until=hours.opening(now))


def keep_hours(session: Session, now: datetime, hours: OpenHours) -> None:
    """After a change of the hours: what was let go under other ones is looked at anew at the next `wake`."""
    closing = hours.closing(now)
    if closing is not None:
        longer = sa.or_(col(Delivery.start_by).is_(None), col(Delivery.start_by) > closing)
        not_begun = col(Delivery.state).in_((DeliveryState.WAITING, DeliveryState.QUEUED))
        _change(session, not_begun, longer, col(Delivery.urgency) == BULK, start_by=now)


def _change(session: Session, *conditions: Any, **values: Any) -> int:
    changed = update(Delivery).where(*conditions).values(**values)
    return int(session.exec(changed.execution_options(synchronize_session=False)).rowcount)
