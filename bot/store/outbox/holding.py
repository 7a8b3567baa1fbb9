"""A restored database sends nothing until the provider's own lists have been read back.

Theory. What lies in a backup is the past: texts that stand there as queued may have gone out since, families
may have said STOP. So a restore puts every lane on hold. The provider's list of what it took from us then
says which of our texts have left (`match`); its list of what came in brings the STOPs and the answers, which
are thought about as usual; what we would say to them may have been said already, so the first list is asked
again (`match`, then `lift`). What it shows and we do not know is written into the conversation it belongs to.
Telegram keeps no such lists: what stood in its queue is held for staff.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import func, insert, update
from sqlmodel import Session, col

from bot.messages import ChannelName, DeliveryState, Sighting
from bot.store.outbox.questions import open_questions
from bot.store.outbox.urgency import ANSWER
from bot.store.tables import (
    ContactPoint,
    Delivery,
    Inbound,
    Lane,
    LaneState,
    Occurrence,
    Rendering,
    Restored,
)

ON_HOLD: Final = "Restored from a backup: it waits until what has happened since is read back."
MAY_HAVE_GONE: Final = "This text stood in a backup that was restored; it may have been sent since."
MAY_BE_SAID: Final = "Something was said to this family since the backup; this may repeat it."

_UNSETTLED: Final = (
    DeliveryState.WAITING,
    DeliveryState.QUEUED,
    DeliveryState.SENDING,
    DeliveryState.UNCERTAIN,
)
_NOT_LIFTED: Final = col(Restored.lifted_at).is_(None)


@dataclass(frozen=True, slots=True)
class Hold:
    """A restore that is not lifted."""

    id: int
    backed_up_at: datetime
    restored_at: datetime
    read_back_at: datetime | None
    why: str | None


def hold_in_force(session: Session) -> Hold | None:
    """Return the hold that keeps every lane from sending, if there is one."""
    columns = (getattr(Restored, name) for name in Hold.__slots__)
    row = session.connection().execute(sa.select(*columns).where(_NOT_LIFTED).limit(1)).first()
    return None if row is None else Hold(*row)


def begin_hold(session: Session, backed_up_at: datetime, now: datetime) -> None:
    """Put a database that was just restored on hold."""
    session.add(Restored(backed_up_at=backed_up_at, restored_at=now, why=ON_HOLD))
    session.flush()
    hold_lanes(session)
    unlisted = sa.select(col(Lane.id)).where(col(Lane.channel) != ChannelName.SMS)
    _hold(session, MAY_HAVE_GONE, col(Delivery.lane_id).in_(unlisted))
    # Reminders may have been made since the backup, of which it knows nothing: none is made anew.
    session.connection().execute(update(Occurrence).values(remind_at=None))


def hold_lanes(session: Session) -> None:
    """While a hold is in force, every lane that would send is on hold."""
    session.connection().execute(
        update(Lane)
        .where(col(Lane.state) == LaneState.RUNNING, sa.exists().where(_NOT_LIFTED))
        .values(state=LaneState.HOLD, why=ON_HOLD)
    )


def match(session: Session, seen: Sequence[Sighting]) -> list[Sighting]:
    """Settle every text of ours that the provider's list shows; return what we know nothing of.

    Texts are recognised by number and words, oldest first; one that failed at the provider may go again.
    Where the provider no longer shows words, what stands in the queue for that number is held.
    """
    known = _known(session, [one.provider_id for one in seen])
    waiting = _unsettled(session)
    unknown, found, questions = [], [], []
    for one in seen:
        if one.provider_id in known or one.status == "failed":
            continue
        if one.text is None:
            phone = sa.select(col(ContactPoint.id)).where(col(ContactPoint.address) == one.address)
            _hold(session, MAY_HAVE_GONE, col(Delivery.contact_point_id).in_(phone))
            continue
        same = waiting.get((one.address, one.text))
        if not same:
            unknown.append(one)
            continue
        delivery, asks = same.popleft()
        found.append(_settled(delivery, one))
        questions += [(delivery, one.created_at)] * asks
    if found:
        session.connection().execute(_SENT, found)
    for delivery, at in questions:
        open_questions(session, [delivery], at)
    session.expire_all()
    return unknown


def _known(session: Session, provider_ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(provider_ids), 500):
        some = col(Delivery.provider_id).in_(provider_ids[start : start + 500])
        rows = session.connection().execute(sa.select(col(Delivery.provider_id)).where(some))
        found |= {one for (one,) in rows if one is not None}
    return found


def _unsettled(session: Session) -> dict[tuple[str, str], deque[tuple[int, bool]]]:
    """Return what may have gone out, by number and words, with whether it asks something; oldest first."""
    words = func.coalesce(col(Rendering.text), col(Delivery.text))
    rows = session.connection().execute(
        sa.select(col(Delivery.id), col(Delivery.digits), col(ContactPoint.address), words)
        .join(ContactPoint, col(ContactPoint.id) == col(Delivery.contact_point_id))
        .outerjoin(Rendering, col(Rendering.id) == col(Delivery.rendering_id))
        .where(
            col(ContactPoint.channel) == ChannelName.SMS,
            col(Delivery.state).in_((*_UNSETTLED, DeliveryState.HELD)),
        )
        .order_by(col(Delivery.id))
    )
    found: dict[tuple[str, str], deque[tuple[int, bool]]] = defaultdict(deque)
    for number, asks, address, text in rows:
        found[address, text].append((int(number or 0), bool(asks)))
    return found


_SENT: Final = (
    update(Delivery)
    .where(col(Delivery.id) == sa.bindparam("of_id"))
    .values(
        state=sa.bindparam("to_state"),
        provider_id=sa.bindparam("to_provider"),
        started_at=sa.bindparam("to_start"),
        settled_at=sa.bindparam("to_start"),
        waiting_until=None,
        reason=None,
        attempts=func.coalesce(func.nullif(col(Delivery.attempts), 0), 1),
    )
)


def _settled(delivery: int, seen: Sighting) -> dict[str, Any]:
    return {
        "of_id": delivery,
        "to_state": DeliveryState.DELIVERED if seen.status == "delivered" else DeliveryState.SENT,
        "to_provider": seen.provider_id,
        "to_start": seen.created_at,
    }


def lift_hold(session: Session, unknown: Sequence[Sighting], now: datetime) -> None:
    """Let every lane send again; `unknown` is what the provider has and we do not know of.

    It is written into its conversation. What we were about to say to those families may repeat it, and is
    held for staff, like what a channel without lists has in its queue.
    """
    hold = hold_in_force(session)
    if hold is None:
        return
    phones = _write_down(session, unknown)
    ours = sa.select(col(Inbound.id)).where(col(Inbound.received_at) < hold.restored_at)
    for phone, said in phones.items():
        _hold(
            session,
            MAY_BE_SAID,
            col(Delivery.contact_point_id) == phone,
            col(Delivery.urgency) == ANSWER,
            col(Delivery.inbound_id).in_(ours.where(col(Inbound.received_at) <= said)),
        )
    unlisted = sa.select(col(Lane.id)).where(col(Lane.channel) != ChannelName.SMS)
    _hold(
        session,
        MAY_HAVE_GONE,
        col(Delivery.lane_id).in_(unlisted),
        col(Delivery.broadcast_id).is_not(None),
    )
    session.connection().execute(
        update(Restored).where(_NOT_LIFTED).values(lifted_at=now, why=None, read_back_at=now)
    )
    session.connection().execute(
        update(Lane).where(col(Lane.state) == LaneState.HOLD).values(state=LaneState.RUNNING, why=None)
    )


def drop_hold(session: Session, now: datetime) -> None:
    """Staff let the lanes go without the provider's lists: whatever may have gone out is held for them."""
    _hold(session, MAY_HAVE_GONE)
    lift_hold(session, [], now)


def note_hold(session: Session, why: str, *, read_back_at: datetime | None = None) -> None:
    """Write down what keeps the hold in force."""
    values: dict[str, Any] = {"why": why} | ({"read_back_at": read_back_at} if read_back_at else {})
    session.connection().execute(update(Restored).where(_NOT_LIFTED).values(**values))


def _write_down(session: Session, unknown: Sequence[Sighting]) -> dict[int, datetime]:
    """Write texts of ours that only the provider knows into their conversations; return whose, and when."""
    newest: dict[int, datetime] = {}
    lane = sa.select(func.min(col(Lane.id))).where(col(Lane.channel) == ChannelName.SMS).scalar_subquery()
    for one in unknown:
        phone = session.connection().execute(
            sa.select(col(ContactPoint.id), col(ContactPoint.language)).where(
                col(ContactPoint.channel) == ChannelName.SMS, col(ContactPoint.address) == one.address
            )
        ).first()  # fmt: skip
        if phone is None or one.text is None:
            continue
        row = {
            "contact_point_id": phone.id, "lane_id": lane, "language": phone.language, "text": one.text,
            "urgency": ANSWER, "rank": 0, "digits": False, "parts": 1, "passes_stop": False, "in_talk": False,
            "looks": 0, "attempts": 1, "state": DeliveryState.SENT, "provider_id": one.provider_id,
            "started_at": one.created_at, "settled_at": one.created_at,
        }  # fmt: skip
        session.connection().execute(insert(Delivery).values(row))
        newest[phone.id] = one.created_at
    return newest


def _hold(session: Session, reason: str, *conditions: Any) -> None:
    session.connection().execute(
        update(Delivery)
        .where(col(Delivery.state).in_(_UNSETTLED), *conditions)
        .values(state=DeliveryState.HELD, reason=reason, waiting_until=None)
    )
