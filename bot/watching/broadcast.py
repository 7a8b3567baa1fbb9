"""What the page of one broadcast is drawn from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.store.outbox import Reminded, reminded
from bot.store.tables import Broadcast, Group, GroupKind, Occurrence, Rendering, Schedule, Staff
from bot.watching.asking import rows_of
from bot.watching.doubts import Doubt, doubts
from bot.watching.progress import Progress, Tally, counted

DOUBTS: Final = 10  #: listed on the page itself
REPORTED_WITHIN: Final = timedelta(days=2)  #: after it left, nobody says more about a text
TIMES: Final = 30  #: of a broadcast that repeats, the newest that can be looked at


@dataclass(frozen=True, slots=True)
class Time:
    """One time at which a broadcast went out."""

    id: int
    at: datetime
    texts: int


@dataclass(frozen=True, slots=True)
class Wording:
    """The text as phones of one language got it."""

    language: str
    written_in: str
    text: str
    channels: tuple[str, ...]  #: on which they got it in these words


@dataclass(frozen=True, slots=True)
class Reminders:
    """How far the reminders of a question are."""

    next_at: datetime | None  #: when families are looked for next; None: not any more, or not yet
    after: int | None  #: days after the question; None: they were called off
    done: Reminded

    @property
    def ahead(self) -> bool:
        """Whether more may leave."""
        return self.after is not None and (self.next_at is not None or self.done.to_go > 0)


@dataclass(frozen=True, slots=True)
class Watched:
    """What the page of one broadcast is drawn from."""

    number: int
    title: str
    purpose: str
    state: str
    asks: bool
    approved_at: datetime | None
    approved_by: str | None
    made_by: str | None
    paused_at: datetime | None
    next_at: datetime | None
    repeats: bool
    counted: int | None  #: phones at approval
    times: tuple[Time, ...]  #: newest first
    time: Time | None  #: the one that is looked at
    progress: Progress | None
    wordings: tuple[Wording, ...]
    doubts: tuple[Doubt, ...]
    reminders: Reminders | None  #: None: nobody is reminded of it
    schools: bool  #: there are several, so progress may be asked for by school

    @property
    def begun(self) -> bool:
        """Whether a text of this time was handed over, or may have been."""
        tally = self.progress.tally if self.progress else Tally()
        return tally.total > tally.to_go

    @property
    def to_go(self) -> int:
        """Texts of this time that have not left."""
        return self.progress.tally.to_go if self.progress else 0

    def changes(self, now: datetime) -> bool:
        """Whether it is worth watching: texts are under way, or phones may still report theirs."""
        if self.time is None or self.progress is None or self.time is not self.times[0]:
            return False
        return self.progress.moves or self.paused_at is not None or self.time.at > now - REPORTED_WITHIN


@dataclass(frozen=True, slots=True)
class Heading:
    """One time of a broadcast, as the pages about it are headed."""

    number: int
    title: str
    time: Time
    wordings: tuple[Wording, ...]


def heading(session: Session, number: int, time_id: int | None = None) -> Heading | None:
    """Return a broadcast's newest time or another; None if it has none, or does not exist."""
    broadcast, times = session.get(Broadcast, number), _times(session, number)
    if broadcast is None or not times:
        return None
    return Heading(number, broadcast.title, _chosen(times, time_id) or times[0], _wordings(session, number))


def _chosen(times: tuple[Time, ...], time_id: int | None) -> Time | None:
    return next((one for one in times if one.id == time_id), times[0] if times else None)


def watched(
    session: Session, number: int, time_id: int | None = None, *, by_name: bool = False
) -> Watched | None:
    """Return what the page of a broadcast shows, of its newest time or another; None if it does not exist."""
    broadcast = session.get(Broadcast, number)
    if broadcast is None:
        return None
    plan, times = _plan(session, number), _times(session, number)
    time = _chosen(times, time_id)
    accounts = _names_of(session, (broadcast.made_by, broadcast.approved_by))
    return Watched(
        number=number,
        title=broadcast.title,
        purpose=broadcast.purpose,
        state=broadcast.state,
        asks=broadcast.question is not None,
        approved_at=broadcast.approved_at,
        approved_by=accounts.get(broadcast.approved_by or 0),
        made_by=accounts.get(broadcast.made_by or 0),
        paused_at=broadcast.paused_at,
        next_at=plan.next_at if plan else None,
        repeats=bool(plan and plan.rrule),
        counted=broadcast.counted,
        times=times,
        time=time,
        progress=counted(session, broadcast, time.id) if time else None,
        wordings=_wordings(session, number),
        doubts=doubts(session, number, by_name=by_name, limit=DOUBTS) if time else (),
        reminders=_reminders(session, broadcast),
        schools=_several_schools(session),
    )


def _reminders(session: Session, broadcast: Broadcast) -> Reminders | None:
    assert broadcast.id is not None
    if broadcast.question is None:
        return None
    done = reminded(session, broadcast.id)
    if broadcast.remind_after is None and not (done.sent or done.to_go):
        return None
    rows = (
        sa.select(sa.func.min(col(Occurrence.remind_at)))
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .where(col(Schedule.broadcast_id) == broadcast.id)
    )
    ((next_at,),) = rows_of(session, rows)
    return Reminders(next_at, broadcast.remind_after, done)


def _plan(session: Session, number: int) -> Any:
    rows = sa.select(col(Schedule.next_at), col(Schedule.rrule)).where(col(Schedule.broadcast_id) == number)
    return next(iter(rows_of(session, rows)), None)


def _times(session: Session, number: int) -> tuple[Time, ...]:
    rows = (
        sa.select(col(Occurrence.id), col(Occurrence.released_at), col(Occurrence.deliveries))
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .where(col(Schedule.broadcast_id) == number)
        .order_by(col(Occurrence.id).desc())
        .limit(TIMES)
    )
    return tuple(Time(*row) for row in rows_of(session, rows))


def _several_schools(session: Session) -> bool:
    rows = sa.select(col(Group.id)).where(col(Group.kind) == GroupKind.SCHOOL).limit(2)
    return len(rows_of(session, rows)) > 1


def _names_of(session: Session, accounts: Iterable[int | None]) -> dict[int, str]:
    wanted = [one for one in accounts if one is not None]
    rows = sa.select(col(Staff.id), col(Staff.name)).where(col(Staff.id).in_(wanted))
    return dict(rows_of(session, rows)) if wanted else {}


def _wordings(session: Session, number: int) -> tuple[Wording, ...]:
    rows = (
        sa.select(
            col(Rendering.language),
            col(Rendering.written_in),
            col(Rendering.text),
            col(Rendering.channel),
            col(Rendering.asks),
        )
        .where(col(Rendering.broadcast_id) == number)
        .order_by(col(Rendering.language), col(Rendering.channel))
    )
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for language, written_in, text, channel, asks in rows_of(session, rows):
        later = [one["put"] for one in (asks or {}).get("more", ())]
        key = (language, written_in, "\n\n".join((text, *later)))
        found[key] = (*found.get(key, ()), channel)
    return tuple(Wording(*key, channels) for key, channels in found.items())
