"""A text that the provider took and then could not deliver goes back into the queue.

Theory. The report settles the delivery as failed (`reported`), in the same transaction in which this puts it
back: so it is proven that the phone does not have it. The row forgets the provider's id and its attempt, for
a report that comes twice, or late, must find nothing to move; what was reported stays in `provider_event`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import func, update
from sqlmodel import Session, col

from bot.messages import DeliveryState
from bot.store.outbox.ending import end_unwanted, hold_back_paused
from bot.store.tables import Broadcast, Delivery, Handover

#: how the office's task about a broadcast begins that Homeloop itself has paused
PAUSED: Final = "paused: "


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A delivery that failed after the provider had taken it."""

    id: int
    lane_id: int
    contact_point_id: int
    broadcast_id: int | None
    urgency: int
    attempts: int


def undelivered(session: Session, provider_id: str) -> Undelivered | None:
    """Return the failed delivery that carries this id of the provider's."""
    row = session.connection().execute(_UNDELIVERED, {"sid": provider_id}).first()
    return None if row is None else Undelivered(*row)


_UNDELIVERED = sa.select(
    *(getattr(Delivery, name) for name in Undelivered.__slots__),
).where(col(Delivery.provider_id) == sa.bindparam("sid"), col(Delivery.state) == DeliveryState.FAILED)


def try_again(session: Session, failed: Undelivered, until: datetime, *, counts: bool) -> None:
    """Let it go again from `until` on; `counts` says whether this try was one of the text's own.

    What its family or staff have stopped meanwhile ends; what is paused waits with the rest.
    """
    session.connection().execute(
        update(Delivery)
        .where(col(Delivery.id) == failed.id, col(Delivery.state) == DeliveryState.FAILED)
        .values(
            state=DeliveryState.WAITING,
            waiting_until=until,
            attempt=None,
            provider_id=None,
            settled_at=None,
            attempts=col(Delivery.attempts) - (0 if counts else 1),
        )
    )
    end_unwanted(session, [failed.id])


def pause_filtered(session: Session, broadcast_id: int, share: float, least: int, now: datetime) -> int:
    """Pause a broadcast of which a carrier filters more than `share` of what went out, `least` at least.

    Returns how many were filtered if it was paused just now, else 0. A task tells the office.
    """
    paused, title = session.connection().execute(
        sa.select(col(Broadcast.paused_at), col(Broadcast.title)).where(col(Broadcast.id) == broadcast_id)
    ).one()  # fmt: skip
    if paused is not None:
        return 0
    out = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.FAILED)
    tried, filtered = session.connection().execute(
        sa.select(func.count(), func.sum(sa.case((col(Delivery.code) == "30007", 1), else_=0))).where(
            col(Delivery.broadcast_id) == broadcast_id,
            col(Delivery.state).in_(out),
            col(Delivery.provider_id).is_not(None),
        )
    ).one()  # fmt: skip
    if filtered < least or filtered <= share * tried:
        return 0
    session.connection().execute(
        update(Broadcast).where(col(Broadcast.id) == broadcast_id).values(paused_at=now)
    )
    hold_back_paused(session, col(Delivery.broadcast_id) == broadcast_id)
    why = (
        f"{PAUSED}“{title}” was paused: a carrier filtered {filtered} of its first {tried} texts, usually "
        "for a link or the wording. Look at the text; “Resume” on its page sends the rest"
    )
    session.add(Handover(why=why, made_at=now, broadcast_id=broadcast_id))
    return int(filtered)
