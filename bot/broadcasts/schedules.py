"""Schedules: when an approved broadcast goes out, and each occurrence becoming deliveries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot import calendar, hours
from bot.broadcasts.approval import freeze
from bot.broadcasts.drafts import known
from bot.broadcasts.reminding import first_look
from bot.broadcasts.worth import expires_at
from bot.errors import BroadcastError
from bot.settings import Settings
from bot.store import audience as audiences
from bot.store import outbox
from bot.store.audience import Audience
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    Handover,
    Moment,
    Occurrence,
    Rendering,
    Schedule,
)

_JUST_NOW = timedelta(minutes=1)  #: "at once" may be typed up to a minute ago


def schedule(
    session: Session,
    broadcast_id: int,
    starts: datetime,
    settings: Settings,
    *,
    rrule: str | None,
    now: datetime,
    skip_closed: bool = False,
) -> datetime:
    """Let an approved broadcast go out at a local time, once or by an RFC 5545 rule; return the first moment.

    `starts` is naive, in the school's zone; what repeats may leave out the days on which the school is
    closed. Raises `BroadcastError` if no time of it is still to come.
    """
    broadcast = known(session, broadcast_id)
    if broadcast.state != BroadcastState.APPROVED:
        raise BroadcastError(f"Broadcast {broadcast_id} is {broadcast.state}: approve it first.")
    taken = session.exec(select(Schedule.starts).where(col(Schedule.broadcast_id) == broadcast_id)).first()
    if taken is not None:
        raise BroadcastError(
            f"Broadcast {broadcast_id} is already scheduled for {taken.replace('T', ' ')[:16]}: "
            "recall it and write a new one to change that."
        )
    zone, starts = settings.school.zone, starts.replace(microsecond=0)
    closed = settings.calendar.closed_days if skip_closed else calendar.NO_DAYS
    first = calendar.occurrences_after(starts, zone, rrule, now - _JUST_NOW, closed=closed)
    if first is None:
        raise BroadcastError(
            f"{starts:%Y-%m-%d %H:%M} is over in {settings.school.time_zone}: choose a later time."
        )
    _keep(session, broadcast_id, starts, settings.school.time_zone, rrule, first.moment, skip_closed)
    return first.moment


def schedule_at(session: Session, broadcast_id: int, moment: datetime, settings: Settings) -> datetime:
    """Let an approved broadcast go out once, at an aware moment; return it, without its fraction.

    In the hour that clocks repeat in autumn a local time would name the wrong one; UTC names it then.
    """
    moment = moment.astimezone(UTC).replace(microsecond=0)
    starts, zone = _on_the_clock(moment, settings)
    _keep(session, broadcast_id, starts, zone, None, moment)
    return moment


def _on_the_clock(moment: datetime, settings: Settings) -> tuple[datetime, str]:
    """Return the naive local time of a moment and the zone in which it names that very moment."""
    local = moment.astimezone(settings.school.zone).replace(tzinfo=None)
    plain = calendar.moment_of(local, settings.school.zone) == moment
    return (local, settings.school.time_zone) if plain else (moment.replace(tzinfo=None), "UTC")


def schedule_again(session: Session, broadcast_id: int, moment: datetime, settings: Settings) -> datetime:
    """Let a broadcast whose one time was missed go out at an aware moment after all; return it."""
    moment = moment.astimezone(UTC).replace(microsecond=0)
    starts, zone = _on_the_clock(moment, settings)
    session.execute(
        sa.update(Schedule)
        .where(col(Schedule.broadcast_id) == broadcast_id)
        .values(starts=starts.isoformat(timespec="seconds"), zone=zone, next_at=moment, done=False)
    )
    return moment


def _keep(
    session: Session,
    broadcast_id: int,
    starts: datetime,
    zone: str,
    rrule: str | None,
    first: datetime,
    skip_closed: bool = False,
) -> None:
    session.add(
        Schedule(
            broadcast_id=broadcast_id,
            starts=starts.isoformat(timespec="seconds"),
            zone=zone,
            rrule=rrule,
            next_at=first,
            skip_closed=skip_closed,
        )
    )
    session.flush()


def due(session: Session, now: datetime) -> list[int]:
    """List schedules whose next occurrence has come; what is paused is not due."""
    paused = sa.exists().where(
        col(Broadcast.id) == col(Schedule.broadcast_id), col(Broadcast.paused_at).is_not(None)
    )
    found = select(Schedule.id).where(col(Schedule.done).is_(False), col(Schedule.next_at) <= now, ~paused)
    return [one for one in session.exec(found) if one is not None]


def release(session: Session, schedule_id: int, settings: Settings, now: datetime) -> int | None:
    """Release one due occurrence: the occurrence, its deliveries and the next date, in one transaction.

    Returns the number of deliveries, or None if there was nothing to release (taken by another tick,
    recalled, paused, or so late that it is reported instead).
    """
    plan = session.get(Schedule, schedule_id, populate_existing=True)
    if plan is None or plan.done or plan.next_at is None or plan.next_at > now:
        return None
    broadcast = known(session, plan.broadcast_id)
    if broadcast.state != BroadcastState.APPROVED:
        end_schedule(session, plan.broadcast_id)
        return None
    if broadcast.paused_at is not None:
        return None
    owed = calendar.catch_up(
        datetime.fromisoformat(plan.starts),
        ZoneInfo(plan.zone),
        plan.rrule,
        plan.next_at,
        now,
        closed=_closed_for(plan, settings),
    )
    plan.next_at, plan.done = (owed.following.moment, False) if owed.following else (None, True)
    session.add(plan)
    if plan.done:
        broadcast.state = BroadcastState.RELEASED
        session.add(broadcast)
    for missed in owed.missed:
        _report_missed(session, broadcast, _occur(session, schedule_id, missed, now), now)
    if owed.release is None:
        return None
    occurrence = _occur(session, schedule_id, owed.release, now)
    occurrence.expires_at = expires_at(broadcast, now, settings)
    if occurrence.expires_at is not None and occurrence.expires_at <= now:
        _report_missed(session, broadcast, occurrence, now)
        return None
    occurrence.deliveries = _deliver(session, broadcast, occurrence, settings, now)
    occurrence.remind_at = first_look(broadcast, now) if occurrence.deliveries else None
    return occurrence.deliveries


def _occur(session: Session, schedule_id: int, one: calendar.Occurrence, now: datetime) -> Occurrence:
    made = Occurrence(schedule_id=schedule_id, local=one.local, released_at=now)
    session.add(made)
    session.flush()
    return made


def _deliver(
    session: Session, broadcast: Broadcast, occurrence: Occurrence, settings: Settings, now: datetime
) -> int:
    assert broadcast.id is not None
    assert occurrence.id is not None
    freeze(session, broadcast, settings)
    emergency = broadcast.purpose == "emergency"
    chosen = audiences.audience_select(Audience.from_json(broadcast.audience), emergency=emergency)
    _list_for_a_call(session, broadcast.id, chosen, now)
    return outbox.release(
        session,
        chosen,
        broadcast_id=broadcast.id,
        occurrence_id=occurrence.id,
        urgency=outbox.EMERGENCY if emergency else outbox.BULK,
        now=now,
        hours=hours.of(settings),
        expires_at=occurrence.expires_at,
        limits=limits_of(broadcast, settings),
    )


def limits_of(broadcast: Broadcast, settings: Settings) -> outbox.Limits:
    """Say how much its families are asked to read, and what happens beyond that (rule 13)."""
    rules = settings.budget
    return outbox.Limits(
        per_week=0 if broadcast.purpose == "emergency" else rules.texts_per_week,
        waits=broadcast.purpose != "optional",
        unanswered=rules.unanswered_questions if broadcast.question is not None else 0,
    )


def _closed_for(plan: Schedule, settings: Settings) -> frozenset[date]:
    return settings.calendar.closed_days if plan.skip_closed else calendar.NO_DAYS


def _list_for_a_call(session: Session, broadcast_id: int, chosen: sa.Select[Any], now: datetime) -> None:
    """Hand those to a person whom the release leaves out: nobody is missed in silence."""
    people = chosen.subquery("audience")
    no_text = col(Rendering.id).is_(None)
    why = sa.case((no_text, "call: no text in their language"), else_="call: no sender for their channel")
    without = (
        sa.select(people.c.contact_point_id, why, sa.literal(now, Moment()), sa.literal(broadcast_id))
        .outerjoin(
            Rendering,
            (col(Rendering.broadcast_id) == broadcast_id)
            & (col(Rendering.language) == people.c.language)
            & (col(Rendering.channel) == people.c.channel),
        )
        .where(sa.or_(no_text, outbox.lane_of(people.c.channel).is_(None)))
    )
    columns = ["contact_point_id", "why", "made_at", "broadcast_id"]
    session.execute(sa.insert(Handover).from_select(columns, without))


def _report_missed(session: Session, broadcast: Broadcast, missed: Occurrence, now: datetime) -> None:
    why = f"missed: “{broadcast.title}” of {missed.local} was found too late and was not sent"
    session.add(Handover(why=why, made_at=now, broadcast_id=broadcast.id))


def released(session: Session, broadcast_id: int) -> bool:
    """Say whether any occurrence of a broadcast has become deliveries."""
    found = session.exec(
        select(Occurrence.id)
        .join(Schedule, col(Schedule.id) == Occurrence.schedule_id)
        .where(col(Schedule.broadcast_id) == broadcast_id)
    ).first()
    return found is not None


def end_schedule(session: Session, broadcast_id: int) -> None:
    """Let nothing more of a broadcast fall due."""
    session.execute(
        sa.update(Schedule).where(col(Schedule.broadcast_id) == broadcast_id).values(done=True, next_at=None)
    )
