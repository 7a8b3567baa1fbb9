"""How long things are kept: every night what is old enough is removed, and its bytes with it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col

from bot.records.erasing import mark_scrubbed, newest_removal
from bot.settings import Retention, Settings
from bot.store import audit, erasure, incoming, retention
from bot.store.audit import HOMELOOP, Actor
from bot.store.store import Store
from bot.store.tables import Silenced, Sweep

NIGHT, ASKED = "night", "asked"
#: rows of each kind in one transaction, so that texts go on being sent in between
AT_ONCE: Final = 500
ROUNDS: Final = 10_000  #: one night removes five million rows of a kind at most
SHOWN: Final = 14  #: removals on the page
_SWEEPS_KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Removal:
    """One removal, as it is shown."""

    at: datetime
    kind: str  #: "night", "asked" or "erased"
    removed: Mapping[str, int]
    scrubbed: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept how long, and what was removed lately."""

    days: Mapping[str, int]  #: kind -> days; 0: for as long as the database
    removals: tuple[Removal, ...]  #: newest first
    silenced: int  #: erased numbers that stay stopped
    last: datetime | None  #: when retention last ran

    def to_json(self) -> dict[str, Any]:
        """Return {days: {kind: days}, silenced, last, removals: [{at, kind, removed, scrubbed}]}."""
        return {
            "days": dict(self.days),
            "silenced": self.silenced,
            "last": self.last.isoformat() if self.last else None,
            "removals": [asdict(one) | {"at": one.at.isoformat()} for one in self.removals],
        }


def periods(settings: Retention) -> Mapping[str, int]:
    """Return the days of every kind, in the order in which they are removed."""
    return {kind: getattr(settings, f"{kind}_days") for kind in retention.STEPS if kind != "loose_events"}


def enforce(
    session: Session,
    settings: Retention,
    now: datetime,
    *,
    kinds: Collection[str] = tuple(retention.STEPS),
    most: int = AT_ONCE,
) -> dict[str, int]:
    """Remove up to `most` rows of each of `kinds` that are older than the settings allow; return how many."""
    session.flush()
    days = {**periods(settings), "loose_events": retention.LOOSE.days}
    removed = {
        kind: step(session, now - timedelta(days=days[kind]), most, now)
        for kind, step in retention.STEPS.items()
        if kind in kinds and days[kind]
    }
    session.expire_all()
    return {kind: number for kind, number in removed.items() if number}


def due(session: Session, settings: Settings, now: datetime) -> bool:
    """Say whether the hour of the night has come since retention last ran."""
    last = _last(session)
    return last is None or last < _boundary(settings, now)


def _boundary(settings: Settings, now: datetime) -> datetime:
    local = now.astimezone(settings.school.zone)
    tonight = datetime.combine(local.date(), settings.retention.at, tzinfo=settings.school.zone)
    return tonight if tonight <= now else tonight - timedelta(days=1)


def _last(session: Session) -> datetime | None:
    newest = sa.select(func.max(col(Sweep.at))).where(col(Sweep.kind).in_((NIGHT, ASKED)))
    return session.connection().execute(newest).scalar()


async def sweep(store: Store, settings: Settings, now: datetime, *, who: Actor = HOMELOOP) -> Removal:
    """Remove what is old enough, in many short transactions, then its bytes; note and return what it was."""
    removed: Counter[str] = Counter()
    kinds: Collection[str] = tuple(retention.STEPS)
    for _ in range(ROUNDS):
        some = await store.write(enforce, settings.retention, now, kinds=kinds)
        removed.update(some)
        kinds = some.keys()
        if not kinds:
            break
    if uploads := incoming.sweep(incoming.folder_of(store.path), now):
        removed["uploads"] = uploads
    unclean = await store.write(_note, dict(removed), who, now)
    newest = await store.read(newest_removal)
    scrubbed = not unclean or await asyncio.to_thread(erasure.scrub, store)
    if scrubbed:
        await store.write(mark_scrubbed, newest)
    return Removal(now, NIGHT if who is HOMELOOP else ASKED, removed, scrubbed)


def _note(session: Session, removed: dict[str, int], who: Actor, now: datetime) -> bool:
    """Keep what was removed; return whether the file still holds bytes of this or an earlier removal."""
    waiting = sa.select(col(Sweep.id)).where(col(Sweep.scrubbed).is_(False)).limit(1)
    unclean = bool(removed) or session.connection().execute(waiting).first() is not None
    session.connection().execute(sa.delete(Sweep).where(col(Sweep.at) < now - _SWEEPS_KEPT))
    session.add(Sweep(at=now, kind=NIGHT if who is HOMELOOP else ASKED, removed=removed))
    session.flush()
    if removed:
        detail: dict[str, Any] = dict(removed)
        audit.record(session, who, "retention.enforced", now=now, **detail)
    return unclean


def kept(session: Session, settings: Settings) -> Kept:
    """Return what is kept how long, and what was removed lately."""
    rows = session.connection().execute(
        sa.select(col(Sweep.at), col(Sweep.kind), col(Sweep.removed), col(Sweep.scrubbed))
        .order_by(col(Sweep.at).desc(), col(Sweep.id).desc())
        .limit(SHOWN)
    )
    silenced = session.connection().execute(sa.select(func.count()).select_from(Silenced)).scalar_one()
    return Kept(
        periods(settings.retention), tuple(Removal(*row) for row in rows), int(silenced), _last(session)
    )
