"""Families that have not answered a question are reminded, once (docs/dialogue.md, rules 11 and 13).

Theory. Nobody keeps a list of whom to remind: when it is due, one statement asks the database who had the
question long enough ago and has said nothing, and makes the reminders of all of them. A phone has one
reminder of a broadcast at most, by a unique index; so a crash, or a second tick, makes none twice. Between
that moment and the sending the family may still write: then what has not left ends in the turn that hears
it (`forget_reminders`). A reminder copies the words that its rendering keeps for it, and belongs to no
occurrence, so that nobody counts it as another time of the broadcast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import bindparam, func, insert, literal, update
from sqlmodel import Session, col

from bot.hours import OpenHours
from bot.messages import DeliveryState
from bot.store.outbox.budget import homes, over_budget
from bot.store.outbox.lanes import lane_of
from bot.store.outbox.urgency import BULK
from bot.store.tables import (
    ContactPoint,
    Delivery,
    Handover,
    Inbound,
    Moment,
    Rendering,
    Reply,
    Talk,
)

HEARD_FROM: Final = "The family wrote before this reminder could go."
CALLED_OFF: Final = "Staff called the reminders off."
REMINDER_LATE: Final = "It could not go before the time for reminders was over."

_TOLD: Final = (DeliveryState.SENT, DeliveryState.DELIVERED)
_NOT_BEGUN: Final = (DeliveryState.WAITING, DeliveryState.QUEUED)


@dataclass(frozen=True, slots=True)
class Reminded:
    """What came of the reminders of one broadcast, in phones."""

    sent: int  #: reminders that left
    to_go: int  #: that have been made and have not left
    answered: int  #: phones that answered after theirs


def remind(
    session: Session,
    broadcast_id: int,
    occurrence_id: int,
    *,
    asked: tuple[datetime, datetime],
    now: datetime,
    hours: OpenHours,
    per_week: int,
) -> int:
    """Make the reminders of one time of a broadcast, with one INSERT … SELECT; return how many.

    `asked` is after when, and up to when, a phone must have got the question. Left out: who has answered, or
    somebody else of the home has; whose answer or question waits for a person, or with whom a person writes;
    who has just written and is not read yet; who has stopped us; whose phone has another question open; who
    has had the week's texts; and languages whose rendering keeps no reminder.
    """
    question = Delivery.__table__.alias("question")  # type: ignore[attr-defined]
    over = over_budget(session, per_week, now)
    nth = func.row_number().over(partition_by=question.c.language, order_by=question.c.id)
    lane = lane_of(col(ContactPoint.channel))
    row: dict[str, Any] = {
        "broadcast_id": question.c.broadcast_id,
        "reminds": question.c.id,
        "contact_point_id": question.c.contact_point_id,
        "lane_id": lane,
        "text": col(Rendering.reminder),
        "buttons": col(Rendering.buttons),
        "language": question.c.language,
        "urgency": literal(BULK),
        "rank": nth,
        "digits": col(Rendering.digits),
        "parts": func.coalesce(col(Rendering.reminder_parts), col(Rendering.parts)),
        "state": literal(DeliveryState.QUEUED),
        "start_by": literal(hours.closing(now), Moment()),
    }
    row |= dict.fromkeys(("passes_stop", "in_talk", "followed"), literal(False))
    row |= dict.fromkeys(("attempts", "looks"), literal(0))
    rows = (
        sa.select(*row.values())
        .select_from(question)
        .join(Rendering, col(Rendering.id) == question.c.rendering_id)
        .join(ContactPoint, col(ContactPoint.id) == question.c.contact_point_id)
        .where(
            question.c.broadcast_id == broadcast_id,
            question.c.occurrence_id == occurrence_id,
            question.c.state.in_(_TOLD),
            question.c.started_at > literal(asked[0], Moment()),
            question.c.started_at <= literal(asked[1], Moment()),
            col(Rendering.reminder).is_not(None),
            lane.is_not(None),
            *_may_be_written_to(now),
            *_says_nothing(question, broadcast_id),
        )
    )
    if over is not None:
        full = sa.select(over.c.contact_point_id).where(over.c.free_at > now)
        rows = rows.where(question.c.contact_point_id.not_in(full))
    return int(session.exec(insert(Delivery).from_select(list(row), rows)).rowcount)


def _may_be_written_to(now: datetime) -> Sequence[Any]:
    busy = func.coalesce(col(ContactPoint.open_until) > literal(now, Moment()), sa.false())
    return col(ContactPoint.stopped_at).is_(None), col(ContactPoint.bad_at).is_(None), sa.not_(busy)


def _says_nothing(question: Any, broadcast_id: int) -> Sequence[Any]:
    """Say of a delivery that nobody has answered it, and that nobody's answer is under way."""
    phone, there = question.c.contact_point_id, Delivery.__table__.alias("there")  # type: ignore[attr-defined]
    answered = sa.select(col(Reply.contact_point_id)).where(col(Reply.broadcast_id) == broadcast_id)
    owed = sa.exists().where(
        col(Handover.contact_point_id) == phone,
        sa.or_(col(Handover.done_at).is_(None), col(Handover.made_at) >= question.c.started_at),
    )
    with_staff = sa.exists().where(
        col(Talk.contact_point_id) == phone, cast("Any", col(Talk.state))["with_staff"].as_boolean()
    )
    before = sa.exists().where(
        there.c.broadcast_id == broadcast_id,
        there.c.contact_point_id == phone,
        there.c.reminds.is_not(None),
    )
    quiet = (phone.in_(answered), phone.in_(_at_home_with(answered)), phone.in_(_not_read()))
    said = (*quiet, owed, with_staff, before)
    return [sa.not_(one) for one in said]


def _not_read() -> sa.Select[Any]:
    """Return the phones that wrote what nobody has thought about yet: few, whatever the school's size."""
    there = ContactPoint.__table__.alias("writer")  # type: ignore[attr-defined]
    return (
        sa.select(there.c.id)
        .select_from(Inbound)
        .join(there, (there.c.channel == col(Inbound.channel)) & (there.c.address == col(Inbound.address)))
        .where(col(Inbound.handled_at).is_(None))
    )


def _at_home_with(answered: sa.Select[Any]) -> sa.Select[Any]:
    """Return the phones of homes of which somebody has answered."""
    theirs, others = homes().subquery("theirs"), homes().subquery("others")
    at = sa.select(theirs.c.home).where(theirs.c.phone.in_(answered))
    return sa.select(others.c.phone).where(others.c.home.in_(at))


def may_come(session: Session, broadcast_id: int, occurrence_id: int, asked_after: datetime) -> bool:
    """Say whether a phone may still fall due: its text has not left, or left after `asked_after`."""
    later = sa.or_(col(Delivery.started_at).is_(None), col(Delivery.started_at) > asked_after)
    found = (
        sa.select(col(Delivery.id))
        .where(
            col(Delivery.broadcast_id) == broadcast_id,
            col(Delivery.occurrence_id) == occurrence_id,
            col(Delivery.state) != DeliveryState.FAILED,
            later,
        )
        .limit(1)
    )
    return session.connection().execute(found).first() is not None


#: Built once: every turn of a conversation runs it.
_FORGET = (
    update(Delivery)
    .where(
        col(Delivery.contact_point_id) == bindparam("phone"),
        col(Delivery.reminds).is_not(None),
        col(Delivery.state).in_(_NOT_BEGUN),
    )
    .values(state=DeliveryState.FAILED, reason=HEARD_FROM, waiting_until=None)
)


def forget_reminders(session: Session, contact_point_id: int) -> None:
    """The family has written: what was to remind it, and has not left, ends."""
    session.connection().execute(_FORGET, {"phone": contact_point_id})


def end_reminders(session: Session, broadcast_id: int, reason: str) -> int:
    """End the reminders of a broadcast that have not left; return how many."""
    ended = session.exec(
        update(Delivery)
        .where(
            col(Delivery.broadcast_id) == broadcast_id,
            col(Delivery.reminds).is_not(None),
            col(Delivery.state).in_(_NOT_BEGUN),
        )
        .values(state=DeliveryState.FAILED, reason=reason, waiting_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(ended.rowcount)


def reminded(session: Session, broadcast_id: int) -> Reminded:
    """Count the reminders of a broadcast, and the phones that answered after theirs."""
    left = col(Delivery.state).not_in((*_NOT_BEGUN, DeliveryState.FAILED))
    answer = sa.exists().where(
        col(Reply.broadcast_id) == broadcast_id,
        col(Reply.contact_point_id) == col(Delivery.contact_point_id),
        col(Reply.made_at) > col(Delivery.started_at),
    )
    counted = sa.select(
        _how_many(left), _how_many(col(Delivery.state).in_(_NOT_BEGUN)), _how_many(sa.and_(left, answer))
    ).where(col(Delivery.broadcast_id) == broadcast_id, col(Delivery.reminds).is_not(None))
    return Reminded(*session.connection().execute(counted).one())


def _how_many(condition: Any) -> Any:
    return func.coalesce(func.sum(sa.case((condition, 1), else_=0)), 0)
