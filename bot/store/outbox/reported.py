"""What providers report on a text that they accepted; ranks never go back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col

from bot.messages import DeliveryState, StatusReport
from bot.store.tables import Delivery, ProviderEvent

#: how far a status report has a delivery along; it never goes back
_RANK = {"queued": 0, "sent": 1, "delivered": 2, "failed": 2}
_REACHED = {DeliveryState.SENT: 1, DeliveryState.DELIVERED: 2, DeliveryState.FAILED: 2}
_REPORTED = {"delivered": DeliveryState.DELIVERED, "failed": DeliveryState.FAILED}
_KEEP_EVENT = insert(ProviderEvent)
#: by the provider's id, or by our attempt's
_REPORTED_ON = sa.select(col(Delivery.id), col(Delivery.state), col(Delivery.contact_point_id)).where(
    (col(Delivery.provider_id) == bindparam("sid"))
    | ((col(Delivery.id) == bindparam("number")) & (col(Delivery.attempt) == bindparam("tried")))
)
_MOVE = (
    update(Delivery)
    .where(col(Delivery.id) == bindparam("of_id"))
    .values(
        provider_id=bindparam("to_provider"),
        state=bindparam("to_state"),
        reason=bindparam("to_reason"),
        code=bindparam("to_code"),
        waiting_until=None,
        settled_at=bindparam("to_at"),
    )
)


def apply_status(session: Session, report: StatusReport, now: datetime) -> int | None:
    """Keep a provider's report and move its delivery forward; return the contact point if it moved.

    A report that carries our attempt id settles a delivery whose answer we never saw. Nothing moves
    back: "delivered" and "failed" are both final, whichever came first.
    """
    connection = session.connection()
    event = {
        "channel": report.channel,
        "provider_id": report.provider_id,
        "attempt": report.attempt,
        "status": report.status,
        "code": report.code,
        "raw": dict(report.raw),
        "received_at": now,
    }
    connection.execute(_KEEP_EVENT, event)
    about = {"sid": report.provider_id, "number": _delivery_of(report.attempt), "tried": report.attempt}
    found = connection.execute(_REPORTED_ON, about).first()
    if found is None or _RANK[report.status] <= _REACHED.get(found.state, -1):
        return None
    moved = {
        "of_id": found.id,
        "to_provider": report.provider_id,
        "to_state": _REPORTED.get(report.status, DeliveryState.SENT),
        "to_reason": report.reason,
        "to_code": report.code,
        "to_at": now,
    }
    connection.execute(_MOVE, moved)
    session.expire_all()
    return int(found.contact_point_id)


def _delivery_of(attempt: str | None) -> int | None:
    """Return the delivery that an attempt id of ours names; None for what is none of ours."""
    number = (attempt or "").rpartition(".")[2]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None
