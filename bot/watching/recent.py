"""What went out lately and how it went: a bounded number of broadcasts, each counted from one index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import bindparam, func
from sqlmodel import Session, col

from bot.causes import Cause, cause_of
from bot.messages import DeliveryState
from bot.store.tables import Broadcast, Delivery, Handover, Occurrence, Schedule
from bot.watching.asking import rows_of
from bot.watching.doubts import shown
from bot.watching.progress import Tally, tally

MOST: Final = 20  #: times of broadcasts that are looked at
LATELY: Final = timedelta(days=14)

#: states that are counted: what went well is the rest, and is never gone through
_LOOKED_AT: Final = (
    DeliveryState.WAITING,
    DeliveryState.QUEUED,
    DeliveryState.SENDING,
    DeliveryState.UNCERTAIN,
    DeliveryState.HELD,
    DeliveryState.FAILED,
)


@dataclass(frozen=True, slots=True)
class Went:
    """One time of a broadcast."""

    number: int
    title: str
    purpose: str
    state: str
    paused: bool
    time_id: int
    at: datetime
    texts: int
    tally: Tally  #: `sent` stands for everything that left, delivered or not

    @property
    def going(self) -> bool:
        """Whether texts of it are still to leave by themselves."""
        return not self.paused and self.tally.to_go > 0


def lately(session: Session, now: datetime, *, most: int = MOST) -> tuple[Went, ...]:
    """Return what went out in the last two weeks, newest first."""
    rows = rows_of(session, _newest(), most=most)
    recent = [row for row in rows if row.released_at > now - LATELY]
    counts = _counts(session, [(row[0], row[5]) for row in recent])
    went = (_went(row, counts.get(row[5], [])) for row in recent)
    return tuple(one for one in went if one.texts)  # what was missed has none


@cache
def _newest() -> Any:
    return (
        sa.select(
            col(Broadcast.id), col(Broadcast.title), col(Broadcast.purpose), col(Broadcast.state),
            col(Broadcast.paused_at), col(Occurrence.id), col(Occurrence.released_at),
            col(Occurrence.deliveries),
        )
        .select_from(Occurrence)
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .join(Broadcast, col(Broadcast.id) == col(Schedule.broadcast_id))
        .order_by(col(Occurrence.id).desc())
        .limit(bindparam("most"))
    )  # fmt: skip


def _went(row: Any, counts: Iterable[tuple[str, int]]) -> Went:
    number, title, purpose, state, paused_at, time_id, at, texts = row
    seen = tally(counts)
    texts = max(texts, seen.total)
    rest = Tally(sent=texts - seen.total)
    return Went(number, title, purpose, state, paused_at is not None, time_id, at, texts, seen + rest)


def _counts(session: Session, times: Sequence[tuple[int, int]]) -> dict[int, list[tuple[str, int]]]:
    if not times:
        return {}
    numbers, time_ids = [number for number, _ in times], [time_id for _, time_id in times]
    found: dict[int, list[tuple[str, int]]] = {}
    for time_id, state, count in rows_of(session, _counting(), numbers=numbers, times=time_ids):
        found.setdefault(time_id, []).append((state, count))
    return found


@cache
def _counting() -> Any:
    return (
        sa.select(col(Delivery.occurrence_id), col(Delivery.state), func.count())
        .where(
            col(Delivery.broadcast_id).in_(bindparam("numbers", expanding=True)),
            col(Delivery.occurrence_id).in_(bindparam("times", expanding=True)),
            col(Delivery.state).in_(_LOOKED_AT),
        )
        .group_by(col(Delivery.occurrence_id), col(Delivery.state))
    )


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """An answer of ours that did not reach its family."""

    id: int
    phone: int
    language: str
    at: datetime | None
    reason: str | None
    code: str | None

    @property
    def cause(self) -> Cause:
        """What to do about it."""
        return cause_of(self.reason, self.code)


def lost_answers(session: Session, now: datetime, *, limit: int = 10) -> tuple[LostAnswer, ...]:
    """List answers of ours that failed in the last two weeks, newest first."""
    rows = rows_of(session, _lost(), since=now - LATELY, most=limit)
    return tuple(LostAnswer(*row) for row in rows)


@cache
def _lost() -> Any:
    return (
        sa.select(
            col(Delivery.id), col(Delivery.contact_point_id), col(Delivery.language),
            col(Delivery.settled_at), col(Delivery.reason), col(Delivery.code),
        )
        .where(
            col(Delivery.broadcast_id).is_(None),
            col(Delivery.occurrence_id).is_(None),
            col(Delivery.state) == DeliveryState.FAILED,
            col(Delivery.settled_at) > bindparam("since"),
            shown(),
        )
        .order_by(col(Delivery.id).desc())
        .limit(bindparam("most"))
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missed:
    """A broadcast that was found too late to be sent."""

    handover: int
    why: str  #: one sentence for staff
    number: int | None
    at: datetime
    once: bool  #: it was to go out once, and nothing of it ever went: it can be sent after all


def missed(session: Session) -> tuple[Missed, ...]:
    """List what was not sent because its hour had passed, until somebody has dealt with it."""
    return tuple(Missed(*row) for row in rows_of(session, _missed()))


def _once() -> Any:
    """Say of what was missed that it does not repeat, and that nothing of it ever went."""
    number = col(Handover.broadcast_id)
    schedule = sa.exists().where(
        col(Schedule.broadcast_id) == number, col(Schedule.rrule).is_(None), col(Schedule.done)
    )
    gone = sa.exists().where(col(Delivery.broadcast_id) == number)
    return sa.and_(schedule, sa.not_(gone)).label("once")


@cache
def _missed() -> Any:
    return (
        sa.select(
            col(Handover.id), col(Handover.why), col(Handover.broadcast_id), col(Handover.made_at), _once()
        )
        .where(
            col(Handover.done_at).is_(None),
            col(Handover.contact_point_id).is_(None),
            col(Handover.why).startswith("missed: "),
        )
        .order_by(col(Handover.id).desc())
        .limit(MOST)
    )
