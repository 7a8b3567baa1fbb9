"""Lanes: made, taken under an epoch, stopped, started, refused for a while, retired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, update
from sqlmodel import Session, col, select

from bot.messages import DeliveryState
from bot.store.outbox.holding import hold_lanes
from bot.store.tables import Delivery, Lane, LaneState

RETIRED = "It cannot be known whether this text arrived: its sender is no longer in config.toml."


def ensure_lane(session: Session, channel: str, name: str) -> int:
    """Return the id of the lane `name`, making it at its first use."""
    found = session.exec(select(Lane.id).where(col(Lane.name) == name)).first()
    if found is not None:
        return int(found)
    lane = Lane(channel=channel, name=name)
    session.add(lane)
    session.flush()
    assert lane.id is not None
    return lane.id


def take_lane(session: Session, lane_id: int) -> int:
    """Raise the lane's epoch and return it; what earlier holders left in `sending` becomes uncertain."""
    epoch = session.exec(
        update(Lane).where(col(Lane.id) == lane_id).values(epoch=Lane.epoch + 1).returning(col(Lane.epoch))
    ).scalar_one()
    session.exec(
        update(Delivery)
        .where(
            col(Delivery.lane_id) == lane_id,
            col(Delivery.state) == DeliveryState.SENDING,
            col(Delivery.epoch) < epoch,
        )
        .values(state=DeliveryState.UNCERTAIN, reason="The program stopped while this text was on its way.")
    )
    return int(epoch)


def stop_lane(session: Session, lane_id: int, why: str) -> None:
    """Stop sending on a lane and keep its queue."""
    session.exec(update(Lane).where(col(Lane.id) == lane_id).values(state=LaneState.STOPPED, why=why))


def start_lane(session: Session, lane_id: int) -> None:
    """Let a stopped lane send again; after a restore it goes on waiting with the others."""
    session.exec(update(Lane).where(col(Lane.id) == lane_id).values(state=LaneState.RUNNING, why=None))
    hold_lanes(session)


def note_lane(session: Session, lane_id: int, why: str | None) -> None:
    """Note beside a lane that sends what staff should know of it; None: nothing any more."""
    running = col(Lane.state) == LaneState.RUNNING
    session.exec(update(Lane).where(col(Lane.id) == lane_id, running).values(why=why))


def keep_lanes(session: Session, configured: Sequence[int]) -> None:
    """From now on these lanes send; what waited on another goes to the lane of its channel.

    What another had on the wire is held: its provider's list can no longer be asked.
    """
    ours = col(Lane.id).in_(configured)
    again = update(Lane).where(ours, col(Lane.state) == LaneState.RETIRED)
    session.exec(again.values(state=LaneState.RUNNING, why=None))
    gone = update(Lane).where(sa.not_(ours))
    session.exec(gone.values(state=LaneState.RETIRED, why="It is no longer in config.toml."))
    channel = sa.select(col(Lane.channel)).where(col(Lane.id) == col(Delivery.lane_id)).scalar_subquery()
    heir = lane_of(channel)
    others = sa.not_(col(Delivery.lane_id).in_(configured))
    waits = col(Delivery.state).in_((DeliveryState.WAITING, DeliveryState.QUEUED))
    session.exec(update(Delivery).where(others, waits, heir.is_not(None)).values(lane_id=heir))
    begun = col(Delivery.state).in_((DeliveryState.SENDING, DeliveryState.UNCERTAIN))
    session.exec(update(Delivery).where(others, begun).values(state=DeliveryState.HELD, reason=RETIRED))
    hold_lanes(session)


def lane_of(channel: Any) -> sa.ScalarSelect[Any]:
    """Return, as SQL, the lane that sends on a channel; NULL where none is configured."""
    lane = Lane.__table__.alias("of_channel")  # type: ignore[attr-defined]
    found = sa.select(func.min(lane.c.id)).where(lane.c.channel == channel)
    return found.where(lane.c.state != LaneState.RETIRED).scalar_subquery()


def refuse_lane(session: Session, lane_id: int, until: datetime) -> None:
    """The provider asks this lane to wait: nothing is claimed before `until`, by whoever holds it."""
    later = (col(Lane.not_before).is_(None)) | (col(Lane.not_before) < until)
    session.exec(update(Lane).where(col(Lane.id) == lane_id, later).values(not_before=until))
