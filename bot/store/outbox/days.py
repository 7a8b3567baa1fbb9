"""A carrier's limit for the day: how much of it a lane has used, and what is kept back for the urgent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import case, update
from sqlmodel import Session, col

from bot.hours import DayLimit
from bot.store.outbox.claiming import Claimed, claim
from bot.store.tables import Lane


def claim_within(
    session: Session,
    lane_id: int,
    epoch: int,
    most: int,
    *,
    token: str,
    now: datetime,
    parts: float,
    limit: DayLimit | None,
) -> list[Claimed]:
    """`claim` as the lane's day allows: once its share is used up, emergencies and answers alone."""
    if limit is None:
        return claim(session, lane_id, epoch, most, token=token, now=now, parts=parts)
    left = limit.bulk - used_today(session, lane_id, limit, now)
    within = min(parts, left) if left > 0 else parts
    claimed = claim(session, lane_id, epoch, most, token=token, now=now, parts=within, bulk=left > 0)
    if claimed:
        _count(session, lane_id, limit.day_of(now), sum(one.parts for one in claimed))
    return claimed


def used_today(session: Session, lane_id: int, limit: DayLimit, now: datetime) -> int:
    """Return how many parts the lane has begun on this day of the provider's."""
    row = (
        session.connection()
        .execute(sa.select(col(Lane.day), col(Lane.day_parts)).where(col(Lane.id) == lane_id))
        .first()
    )
    return int(row.day_parts) if row is not None and row.day == limit.day_of(now) else 0


def _count(session: Session, lane_id: int, day: str, parts: int) -> None:
    same = col(Lane.day) == day
    counted = case((same, col(Lane.day_parts) + parts), else_=parts)
    session.connection().execute(
        update(Lane).where(col(Lane.id) == lane_id).values(day=day, day_parts=counted)
    )
