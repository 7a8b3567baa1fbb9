"""Changing the course of what was let go: take back, pause, resume, stop."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.broadcasts.drafts import known
from bot.broadcasts.schedules import end_schedule, released, schedule_again
from bot.errors import BroadcastError
from bot.messages import DeliveryState
from bot.settings import Settings
from bot.store import outbox
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    ContactPoint,
    Delivery,
    Handover,
    Moment,
    Occurrence,
    Rendering,
    Schedule,
    Translation,
    TranslationState,
    micros,
)

RECALLED = "Taken back by staff before it left."

_BEFORE = (BroadcastState.DRAFT, BroadcastState.PENDING, BroadcastState.APPROVED)
_GOING = (BroadcastState.APPROVED, BroadcastState.RELEASED)
_NOT_BEGUN = (DeliveryState.WAITING, DeliveryState.QUEUED)


class TakenBack(StrEnum):
    """What became of a broadcast that was taken back."""

    DRAFT = "draft"  #: nothing of it had been made: it can be changed and sent again
    RECALLED = "recalled"  #: its texts stood in the queue and have been taken out of it


def recall(session: Session, broadcast_id: int) -> None:
    """Take a broadcast back before any of it has left, for good. Raises `BroadcastError`."""
    broadcast = known(session, broadcast_id)
    if not _can_be_recalled(session, broadcast):
        raise BroadcastError(
            f"Broadcast {broadcast_id} is already going out: “homeloop stop {broadcast_id}” stops the rest."
        )
    broadcast.state, broadcast.paused_at = BroadcastState.RECALLED, None
    session.add(broadcast)
    end_schedule(session, broadcast_id)
    outbox.cancel(session, RECALLED, col(Delivery.broadcast_id) == broadcast_id)
    _call_nobody(session, broadcast_id)


def _call_nobody(session: Session, broadcast_id: int) -> None:
    """What nobody has been told by text needs no telling by telephone either."""
    session.execute(
        sa.delete(Handover).where(
            col(Handover.broadcast_id) == broadcast_id,
            col(Handover.why).like("call:%"),
            col(Handover.done_at).is_(None),
        )
    )


def _can_be_recalled(session: Session, broadcast: Broadcast) -> bool:
    """Until the first text has left; what repeats and has gone out before is stopped, not recalled."""
    assert broadcast.id is not None
    if broadcast.state in _BEFORE and not released(session, broadcast.id):
        return True
    return broadcast.state == BroadcastState.RELEASED and not _begun(session, broadcast.id)


def _begun(session: Session, broadcast_id: int) -> bool:
    """Whether a text of it was ever tried, or there was an earlier occurrence with any."""
    begun = sa.or_(col(Delivery.state).not_in(_NOT_BEGUN), col(Delivery.attempts) > 0)
    tried = select(Delivery.id).where(col(Delivery.broadcast_id) == broadcast_id, begun)
    repeats = select(Schedule.id).where(
        col(Schedule.broadcast_id) == broadcast_id, col(Schedule.rrule).is_not(None)
    )
    return session.exec(tried).first() is not None or session.exec(repeats).first() is not None


def take_back(session: Session, broadcast_id: int) -> TakenBack:
    """Take a broadcast back, into a draft if nothing of it was made yet. Raises `BroadcastError`."""
    broadcast = known(session, broadcast_id)
    if broadcast.state not in _BEFORE or released(session, broadcast_id):
        recall(session, broadcast_id)
        return TakenBack.RECALLED
    if broadcast.state == BroadcastState.DRAFT:
        return TakenBack.DRAFT
    broadcast.state, broadcast.paused_at = BroadcastState.DRAFT, None
    broadcast.approved_at = broadcast.approved_by = broadcast.counted = None
    broadcast.desk = {
        name: value for name, value in (broadcast.desk or {}).items() if name not in {"sent", "pending"}
    }
    session.add(broadcast)
    session.execute(sa.delete(Schedule).where(col(Schedule.broadcast_id) == broadcast_id))
    session.execute(sa.delete(Rendering).where(col(Rendering.broadcast_id) == broadcast_id))
    session.execute(
        sa.update(Translation)
        .where(
            col(Translation.broadcast_id) == broadcast_id,
            col(Translation.state) == TranslationState.APPROVED,
        )
        .values(state=TranslationState.REVIEWED)
    )
    return TakenBack.DRAFT


def send_after_all(
    session: Session, broadcast_id: int, settings: Settings, now: datetime, at: datetime | None = None
) -> datetime:
    """Let a broadcast that was found too late to be sent go out: now, or at an aware moment to come.

    Returns the moment. Raises `BroadcastError` if it has gone out, repeats, or the moment is over.
    """
    broadcast = known(session, broadcast_id)
    plan = session.exec(select(Schedule).where(col(Schedule.broadcast_id) == broadcast_id)).first()
    made = session.exec(select(Delivery.id).where(col(Delivery.broadcast_id) == broadcast_id)).first()
    if plan is None or plan.rrule is not None or made or broadcast.state != BroadcastState.RELEASED:
        raise BroadcastError(f"Broadcast {broadcast_id} was not missed: there is nothing to send after all.")
    if at is not None and at <= now:
        raise BroadcastError("That time is over: choose a later one.")
    broadcast.state, broadcast.approved_at = BroadcastState.APPROVED, now
    session.add(broadcast)
    session.execute(
        sa.update(Handover)
        .where(
            col(Handover.broadcast_id) == broadcast_id,
            col(Handover.why).like("missed:%"),
            col(Handover.done_at).is_(None),
        )
        .values(done_at=now)
    )
    return schedule_again(session, broadcast_id, at or now, settings)


def stop(session: Session, broadcast_id: int) -> int:
    """Stop a broadcast that is going out; return how many texts will not be sent. Raises `BroadcastError`.

    What is already on the wire still arrives.
    """
    broadcast = known(session, broadcast_id)
    if broadcast.state not in _GOING:
        raise BroadcastError(f"Broadcast {broadcast_id} is {broadcast.state}: there is nothing to stop.")
    broadcast.state, broadcast.paused_at = BroadcastState.STOPPED, None
    session.add(broadcast)
    end_schedule(session, broadcast_id)
    return outbox.cancel(session, outbox.BROADCAST_STOPPED, col(Delivery.broadcast_id) == broadcast_id)


def pause(session: Session, broadcast_id: int, now: datetime) -> int:
    """Hold back what has not left yet; return how many texts that is. Raises `BroadcastError`.

    Held texts are waiting without a time, so that nothing wakes them. What repeats releases nothing while
    it is paused: an occurrence that falls due meanwhile goes out at `resume` if it is at most
    `calendar.GRACE` late, and is otherwise reported to staff as missed.
    """
    broadcast = known(session, broadcast_id)
    if broadcast.state not in _GOING:
        raise BroadcastError(f"Broadcast {broadcast_id} is {broadcast.state}: there is nothing to pause.")
    if broadcast.paused_at is not None:
        raise BroadcastError(f"Broadcast {broadcast_id} is paused already.")
    broadcast.paused_at = now
    session.add(broadcast)
    held = session.exec(
        sa.update(Delivery)
        .where(col(Delivery.broadcast_id) == broadcast_id, col(Delivery.state).in_(_NOT_BEGUN))
        .values(state=DeliveryState.WAITING, waiting_until=None)
    ).rowcount
    if not held and broadcast.state == BroadcastState.RELEASED:
        raise BroadcastError(f"Broadcast {broadcast_id} has left already: there is nothing to pause.")
    return int(held)


def resume(session: Session, broadcast_id: int, now: datetime) -> int:
    """Let a paused broadcast go on where it stopped; return how many texts go on. Raises `BroadcastError`.

    Texts keep their urgency and rank, so they leave in the order they had; one with digits goes on waiting
    while its phone has a question open (rule 3).
    """
    broadcast = known(session, broadcast_id)
    if broadcast.paused_at is None:
        raise BroadcastError(f"Broadcast {broadcast_id} is not paused.")
    broadcast.paused_at = None
    session.add(broadcast)
    _looked_at(session, broadcast_id, now)
    return _let_go_on(session, broadcast_id, now)


def _looked_at(session: Session, broadcast_id: int, now: datetime) -> None:
    """Close the office's task about a broadcast that Homeloop itself had paused."""
    session.execute(
        sa.update(Handover)
        .where(
            col(Handover.broadcast_id) == broadcast_id,
            col(Handover.why).startswith(outbox.PAUSED),
            col(Handover.done_at).is_(None),
        )
        .values(done_at=now, done_how="nothing")
    )


#: a family that has had its texts has room for another one a week after the release at the latest
_a_week_on = (
    sa.select(sa.type_coerce(col(Occurrence.released_at), sa.BigInteger) + 7 * 86_400_000_000)
    .where(col(Occurrence.id) == col(Delivery.occurrence_id))
    .scalar_subquery()
)


def _let_go_on(session: Session, broadcast_id: int, now: datetime) -> int:
    until = (
        sa.select(col(ContactPoint.open_until))
        .where(col(ContactPoint.id) == col(Delivery.contact_point_id))
        .scalar_subquery()
    )
    waits = sa.and_(col(Delivery.digits), col(Delivery.urgency) == outbox.BULK, until > now)
    full = sa.and_(col(Delivery.reason) == outbox.FULL, _a_week_on > micros(now))
    return int(
        session.exec(
            sa.update(Delivery)
            .where(
                col(Delivery.broadcast_id) == broadcast_id,
                col(Delivery.state) == DeliveryState.WAITING,
                col(Delivery.waiting_until).is_(None),
            )
            .values(
                state=sa.case((sa.or_(full, waits), DeliveryState.WAITING), else_=DeliveryState.QUEUED),
                waiting_until=sa.case(
                    (full, sa.type_coerce(_a_week_on, Moment())), (waits, until), else_=None
                ),
            )
            .execution_options(synchronize_session=False)
        ).rowcount
    )
