"""Rule 3 of docs/dialogue.md: while a question is open, other texts with digits wait for that phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam, update
from sqlmodel import Session, col

from bot.messages import DeliveryState
from bot.store.outbox.urgency import BULK
from bot.store.tables import ContactPoint, Delivery

OPEN_FOR = timedelta(hours=24)  #: how long a question keeps other digits away (rule 3)
_HOLD_DIGITS = (
    update(Delivery)
    .where(
        col(Delivery.state) == DeliveryState.QUEUED,
        col(Delivery.digits),
        col(Delivery.urgency) == BULK,
    )
    .values(state=DeliveryState.WAITING, waiting_until=bindparam("until"))
)
_HOLD_DIGITS_OF_ONE = _HOLD_DIGITS.where(col(Delivery.contact_point_id) == bindparam("phone"))


def open_questions(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Rule 3: while these questions are open, other texts with digits wait for their phones."""
    asked = sa.select(col(Delivery.contact_point_id)).where(
        col(Delivery.id).in_(ids), col(Delivery.digits), col(Delivery.urgency) == BULK
    )
    until = now + OPEN_FOR
    opened = session.exec(
        update(ContactPoint).where(col(ContactPoint.id).in_(asked)).values(open_until=until)
    )
    if opened.rowcount:
        held = _HOLD_DIGITS.where(col(Delivery.contact_point_id).in_(asked))
        session.connection().execute(held, {"until": until})


#: Statements of every conversation's turn are built once: building them costs more than running them.
_OPEN_UNTIL = (
    update(ContactPoint)
    .where(col(ContactPoint.id) == bindparam("phone"))
    .values(open_until=bindparam("until"))
)
_LET_DIGITS_GO = (
    update(Delivery)
    .where(
        col(Delivery.contact_point_id) == bindparam("phone"),
        col(Delivery.state) == DeliveryState.WAITING,
        col(Delivery.digits),
        col(Delivery.attempts) == 0,
        col(Delivery.waiting_until).is_not(None),  # without a time it is paused
        col(Delivery.reason).is_(None),  # with a reason it waits for something else
    )
    .values(state=DeliveryState.QUEUED, waiting_until=None)
)


def question_closed(session: Session, contact_point_id: int) -> None:
    """The phone's question is closed: what waited behind it may go."""
    session.flush()
    connection = session.connection()
    connection.execute(_OPEN_UNTIL, {"phone": contact_point_id, "until": None})
    connection.execute(_LET_DIGITS_GO, {"phone": contact_point_id})


def question_opened(session: Session, contact_point_id: int, until: datetime) -> None:
    """The phone has a question, read-back or menu of ours open: other texts with digits wait."""
    session.flush()
    session.connection().execute(_OPEN_UNTIL, {"phone": contact_point_id, "until": until})
    session.connection().execute(_HOLD_DIGITS_OF_ONE, {"phone": contact_point_id, "until": until})
