"""Reminders: a question whose answer decides something is put once more to those who have not answered it.

Staff say so when they compose it, and after how many days (docs/dialogue.md, rules 11 and 13). It is counted
from the hour at which a phone got the question. For two days more whoever could not be reminded then, for the
hour, another open question or the week's texts, may be still; after that nobody is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot import hours, languages
from bot.broadcasts.drafts import N_, Objection, known
from bot.broadcasts.wordings import LONGEST
from bot.channels import segments
from bot.errors import BroadcastError
from bot.messages import ChannelName
from bot.settings import Settings
from bot.store import outbox
from bot.store.tables import Broadcast, BroadcastState, Occurrence, Rendering, Schedule

LONGEST_WAIT: Final = 14  #: days; after that a family does not know the question any more
LOOK_EVERY: Final = timedelta(hours=1)  #: one look takes along what falls due until the next
WITHIN: Final = timedelta(days=2)  #: for so long after it was due a reminder may still be made

_GOING: Final = (BroadcastState.APPROVED, BroadcastState.RELEASED)


def against_reminder(
    after: int | None, *, asks: bool, repeats: bool, sent_on: date, decided_on: date | None
) -> list[Objection]:
    """Say what stands against a reminder so many days after the question."""
    if after is None:
        return []
    if not asks:
        return [Objection("remind_after", N_("Only a question can be reminded of: leave the reminder out."))]
    if not 1 <= after <= LONGEST_WAIT:
        sentence = N_("A reminder comes 1 to %(days)s days after the question.")
        return [Objection("remind_after", sentence, {"days": LONGEST_WAIT})]
    if repeats:
        sentence = N_("A question that goes out again and again needs no reminder: leave it out.")
        return [Objection("remind_after", sentence)]
    if decided_on is not None and sent_on + timedelta(days=after) >= decided_on:
        sentence = N_(
            "The reminder would come when it is already decided: choose fewer days, or a later day."
        )
        return [Objection("remind_after", sentence)]
    return []


def reminder(
    text: str, tag: str, decided_on: date | None, settings: Settings, today: date, *, channel: str
) -> str:
    """Return a question as it is put once more; where we have no sentence to go before it, as it was."""
    said = text
    if languages.speakable(tag, settings.unreviewed):
        if decided_on is None:
            said = languages.phrase("reminder", tag, question=text)
        else:
            day = languages.family_date(decided_on, tag, today=today)
            said = languages.phrase("reminder_by", tag, question=text, day=day)
    if channel == ChannelName.SMS:
        said = segments.normalise(said)
    return said if len(said) <= LONGEST else text


def first_look(broadcast: Broadcast, released: datetime) -> datetime | None:
    """Return when those who have not answered are first looked for; None: nobody is reminded."""
    if broadcast.remind_after is None or broadcast.question is None:
        return None
    return released + timedelta(days=broadcast.remind_after)


def reminders_due(session: Session, now: datetime) -> list[int]:
    """List the times of questions for which reminders are to be looked at now."""
    found = select(Occurrence.id).where(
        col(Occurrence.remind_at).is_not(None), col(Occurrence.remind_at) <= now
    )
    return [one for one in session.exec(found) if one is not None]


def remind(session: Session, occurrence_id: int, settings: Settings, now: datetime) -> int:
    """Make the reminders that are due of one time of a question; return how many.

    Outside the hours, and while it is paused, it stays due. Looked at by several ticks at once, one does it.
    """
    open_hours = hours.of(settings)
    if not open_hours.is_open(now) or not _taken(session, occurrence_id, now):
        return 0
    occurrence = session.get(Occurrence, occurrence_id, populate_existing=True)
    assert occurrence is not None
    broadcast = _of(session, occurrence)
    if _over(broadcast, occurrence, settings, now):
        _end(session, broadcast, occurrence, outbox.REMINDER_LATE)
        return 0
    assert broadcast.id is not None
    assert broadcast.remind_after is not None
    _word(session, broadcast, settings, now)
    due = now - timedelta(days=broadcast.remind_after)
    made = outbox.remind(
        session,
        broadcast.id,
        occurrence_id,
        asked=(due - WITHIN, due + LOOK_EVERY),
        now=now,
        hours=open_hours,
        per_week=settings.budget.texts_per_week,
    )
    if not outbox.may_come(session, broadcast.id, occurrence_id, due - WITHIN):
        _end(session, broadcast, occurrence, outbox.REMINDER_LATE)
    return made


def _taken(session: Session, occurrence_id: int, now: datetime) -> bool:
    """Put the next look off; say whether it was due, and so is ours to do."""
    paused = sa.exists().where(
        col(Schedule.id) == col(Occurrence.schedule_id),
        col(Broadcast.id) == col(Schedule.broadcast_id),
        col(Broadcast.paused_at).is_not(None),
    )
    put_off = (
        sa.update(Occurrence)
        .where(col(Occurrence.id) == occurrence_id, col(Occurrence.remind_at) <= now, ~paused)
        .values(remind_at=now + LOOK_EVERY)
        .execution_options(synchronize_session=False)
    )
    return bool(session.exec(put_off).rowcount)


def _of(session: Session, occurrence: Occurrence) -> Broadcast:
    found = select(Schedule.broadcast_id).where(col(Schedule.id) == occurrence.schedule_id)
    return known(session, session.exec(found).one())


def _over(broadcast: Broadcast, occurrence: Occurrence, settings: Settings, now: datetime) -> bool:
    """Say whether nobody is to be reminded of it any more: it is stopped, decided, or worth nothing."""
    today = now.astimezone(settings.school.zone).date()
    decided = decided_on(broadcast)
    ends = occurrence.expires_at
    return (
        broadcast.state not in _GOING
        or broadcast.remind_after is None
        or (decided is not None and decided <= today)
        or (ends is not None and ends <= now)
    )


def decided_on(broadcast: Broadcast) -> date | None:
    """Return the day on which families hear what came of it."""
    day = (broadcast.closing or {}).get("decided_on")
    return date.fromisoformat(day) if day else None


def _word(session: Session, broadcast: Broadcast, settings: Settings, now: datetime) -> None:
    """Write the reminder beside each rendering that has none yet; like the text it is never changed."""
    today = now.astimezone(settings.school.zone).date()
    for one in _unworded(session, broadcast):
        one.reminder = reminder(
            one.text, one.written_in, decided_on(broadcast), settings, today, channel=one.channel
        )
        sms = one.channel == ChannelName.SMS
        one.reminder_parts = segments.measure(one.reminder).count if sms else 1
        session.add(one)
    session.flush()


def _unworded(session: Session, broadcast: Broadcast) -> Iterable[Rendering]:
    mine = col(Rendering.broadcast_id) == broadcast.id
    return session.exec(select(Rendering).where(mine, col(Rendering.reminder).is_(None))).all()


def _end(session: Session, broadcast: Broadcast, occurrence: Occurrence, why: str) -> int:
    assert broadcast.id is not None
    occurrence.remind_at = None
    session.add(occurrence)
    session.flush()
    return outbox.end_reminders(session, broadcast.id, why)


def remind_nobody(session: Session, broadcast_id: int) -> int:
    """Call the reminders off that have not left; return how many had been made. Raises `BroadcastError`."""
    broadcast = known(session, broadcast_id)
    times = session.exec(
        select(Occurrence)
        .join(Schedule, col(Schedule.id) == Occurrence.schedule_id)
        .where(col(Schedule.broadcast_id) == broadcast_id)
    ).all()
    if broadcast.remind_after is None:
        raise BroadcastError(f"Broadcast {broadcast_id} reminds nobody: there is nothing to call off.")
    broadcast.remind_after = None
    session.add(broadcast)
    return sum(_end(session, broadcast, one, outbox.CALLED_OFF) for one in times)
