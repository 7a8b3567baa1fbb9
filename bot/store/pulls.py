"""Up to when the provider's list of what came in has been read, for each sender."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.store.tables import Moment, Pulled


def until(session: Session, lane: str) -> datetime | None:
    """Return up to when everything is read; None: never yet."""
    found = sa.select(col(Pulled.until)).where(col(Pulled.lane) == lane)
    return session.connection().execute(found).scalar()


def note(session: Session, lane: str, until: datetime, now: datetime) -> None:
    """Note that everything up to `until` is read; what was read before stays read."""
    connection = session.connection()
    read = sa.literal(until, Moment())
    further = sa.case((col(Pulled.until) < read, read), else_=col(Pulled.until))
    moved = sa.update(Pulled).where(col(Pulled.lane) == lane).values(until=further, looked_at=now)
    if not connection.execute(moved).rowcount:
        connection.execute(sa.insert(Pulled).values(lane=lane, until=until, looked_at=now))
