"""When each part of the program last showed that it is at work: one row a part, written over."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.store.tables import Pulse

TICK: Final = "tick"  #: the scheduler


def beat(session: Session, name: str, now: datetime) -> None:
    """Note that a part is at work."""
    moved = sa.update(Pulse).where(col(Pulse.name) == name).values(at=now)
    if not session.connection().execute(moved).rowcount:
        session.connection().execute(sa.insert(Pulse).values(name=name, at=now))


def last(session: Session, name: str) -> datetime | None:
    """Return when a part was last at work; None: it has never said so."""
    return session.connection().execute(sa.select(col(Pulse.at)).where(col(Pulse.name) == name)).scalar()
