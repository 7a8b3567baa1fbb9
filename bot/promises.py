"""Hours that families were promised (docs/dialogue.md, rule 15): staff are told before one is missed, and the
family when it was, with a new hour, once.

What only those on call may read is not among them: how such a family is reached is decided by a person
(rule 19), and no text of ours goes there unasked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from bot import hours, paging
from bot.conversation import talk as talks
from bot.settings import Settings
from bot.store.tables import EPOCH, ContactPoint, Handover, Restored, Talk
from bot.talking import Turn

_OPEN = (
    col(Handover.done_at).is_(None),
    col(Handover.restricted).is_(False),
    col(Handover.contact_point_id).is_not(None),
)


def warn(session: Session, settings: Settings, now: datetime) -> int:
    """Tell staff of promises that are about to be missed, of each once; return how many there are."""
    until = now + timedelta(minutes=settings.on_call.warn_minutes)
    owed = session.exec(
        select(Handover).where(
            *_OPEN,
            col(Handover.warned_at).is_(None),
            col(Handover.promised_at) > now,
            col(Handover.promised_at) <= until,
        )
    ).all()
    if not owed:
        return 0
    paging.warn(session, settings, len({one.contact_point_id for one in owed}))
    for one in owed:
        one.warned_at = now
        session.add(one)
    return len(owed)


def missed(session: Session, now: datetime, most: int) -> list[int]:
    """List phones that were promised an answer by now, have none, and have not been told so."""
    rows = session.exec(
        select(Handover.contact_point_id)
        .where(
            *_OPEN,
            col(Handover.missed_at).is_(None),
            col(Handover.promised_at) <= now,
            col(Handover.promised_at) > _known_since(session),
        )
        .distinct()
        .limit(most)
    )
    return [one for one in rows if one is not None]


def _known_since(session: Session) -> datetime:
    """Return since when we know which promises were kept: after a restore the last hours are unknown."""
    lifted = session.exec(select(func.max(col(Restored.lifted_at)))).first()
    return lifted or EPOCH


def tell(session: Session, phone: int, settings: Settings, now: datetime) -> None:
    """Say that the answer is late and when it comes; nothing where we may not, or where a person writes."""
    contact = session.get(ContactPoint, phone, populate_existing=True)
    late = session.exec(
        select(Handover).where(
            *_OPEN,
            col(Handover.contact_point_id) == phone,
            col(Handover.missed_at).is_(None),
            col(Handover.promised_at) <= now,
        )
    ).all()
    if contact is None or not late:
        return
    told_at = hours.next_answer(now, None, hours.of(settings)) or now
    turn = Turn(session, contact, settings, now)
    promise = turn.promise(told_at).by
    silent = contact.stopped_at is not None or contact.bad_at is not None or _with_staff(session, phone)
    if not silent:
        turn.say("promise_missed", reader=settings.staff.reader, when=promise)
    _mark(session, late, now, None if silent else promise)


def _mark(session: Session, late: Sequence[Handover], now: datetime, promise: datetime | None) -> None:
    for one in late:
        one.missed_at, one.promised_at = now, promise or one.promised_at
        session.add(one)


def _with_staff(session: Session, phone: int) -> bool:
    row = session.get(Talk, phone, populate_existing=True)
    return row is not None and talks.from_json(row.state).with_staff
