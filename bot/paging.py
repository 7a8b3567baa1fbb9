"""Telling those on call, by a text of its own, that something urgent waits (docs/dialogue.md, rule 19).

A page holds nothing of what a family wrote, not even whose it is. It is repeated until somebody on call has
signed in and taken it, or has answered “OK”; after some pages the next of them is paged as well. Their
phones belong to no person of the roster, so no broadcast ever finds them by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.channels import segments
from bot.conversation.intent import plain
from bot.messages import ChannelName, DeliveryState
from bot.settings import OnCall, Settings
from bot.store import audit, contacts, outbox
from bot.store.outbox.urgency import EMERGENCY
from bot.store.tables import ContactPoint, Delivery, Handover, Staff

OFTEN: Final = 12  #: rounds after which a page that nobody answers comes every half hour only
SELDOM: Final = timedelta(minutes=30)
TELEGRAM: Final = "telegram:"

_TAKES_IT: Final = frozenset({"ok", "okay"})


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One of those on call who can be reached."""

    email: str
    contact: ContactPoint


def is_due(session: Session, settings: Settings, now: datetime) -> bool:
    """Say whether anybody is to be paged now."""
    on_call = settings.on_call
    return bool(on_call.people) and any(_is_due(one, on_call, now) for one in _untaken(session))


def page(session: Session, settings: Settings, now: datetime) -> int:
    """Page for everything urgent that nobody has taken and that is due again; return how many were paged."""
    waiting = [one for one in _untaken(session) if _is_due(one, settings.on_call, now)]
    people = reachable(session, settings) if waiting else ()
    if not people:
        return 0
    most = max(_reach(one, settings.on_call) for one in waiting)
    # While nothing can be sent, pages must not pile up to go all at once.
    paged = [one for one in people[:most] if not _is_under_way(session, one.contact)]
    for one in paged:
        write(session, one.contact, _sign_in(settings, "something urgent waits.", "inbox/danger", ok=True))
    for alarm in waiting:
        alarm.paged, alarm.paged_at = alarm.paged + 1, now
        session.add(alarm)
    return len(paged)


def answered(session: Session, contact: ContactPoint, text: str, settings: Settings, now: datetime) -> bool:
    """Take what was paged to this phone if its text says so; return whether it did.

    A “1” counts on phones that no family uses; on others it may answer something else.
    """
    people = reachable(session, settings)
    place = next((number for number, one in enumerate(people) if one.contact.id == contact.id), None)
    if place is None or not _takes(session, contact, text):
        return False
    theirs = [one for one in _untaken(session) if one.paged and place < _reached(one, settings.on_call)]
    if not theirs:
        return False
    account = session.exec(select(Staff).where(Staff.email == people[place].email)).first()
    who = account.name if account else people[place].email
    for alarm in theirs:
        alarm.acknowledged_at, alarm.acknowledged_by = now, account.id if account else None
        alarm.log = [*(alarm.log or ()), {"at": now.isoformat(), "by": who, "text": "OK"}]
        session.add(alarm)
        actor = audit.Actor(account.id if account else None, who)
        audit.record(session, actor, "danger.acknowledged", f"handover:{alarm.id}", now=now)
    write(session, contact, _sign_in(settings, "it is with you now.", "inbox/danger", ok=False))
    return True


def warn(session: Session, settings: Settings, owed: int) -> bool:
    """Tell the first of those on call that promises are about to be missed; False if nobody can be told."""
    people = reachable(session, settings)
    if people:
        what = "a promised answer is almost due." if owed == 1 else f"{owed} promised answers are almost due."
        write(session, people[0].contact, _sign_in(settings, what, "inbox", ok=False))
    return bool(people)


def reachable(session: Session, settings: Settings) -> tuple[OnDuty, ...]:
    """Return those on call in their order, without those whose phone has stopped us or is none."""
    found = (
        OnDuty(email, _contact(session, where, settings)) for email, where in settings.on_call.people.items()
    )
    return tuple(one for one in found if one.contact.stopped_at is None and one.contact.bad_at is None)


def write(session: Session, contact: ContactPoint, text: str) -> None:
    """Queue a text to somebody on call ahead of everything else."""
    lane = session.execute(sa.select(outbox.lane_of(contact.channel))).scalar()
    if lane is None or contact.id is None:
        return
    outbox.answer(
        session,
        contact_point_id=contact.id,
        lane_id=int(lane),
        text=text,
        language=contact.language,
        parts=1 if contact.channel == ChannelName.TELEGRAM else segments.measure(text).count,
        urgency=EMERGENCY,
    )


def _is_under_way(session: Session, contact: ContactPoint) -> bool:
    """Say whether a page to this phone has not left yet."""
    waits = (DeliveryState.QUEUED, DeliveryState.WAITING, DeliveryState.SENDING)
    rows = select(Delivery.id).where(
        col(Delivery.contact_point_id) == contact.id,
        col(Delivery.urgency) == EMERGENCY,
        col(Delivery.rendering_id).is_(None),
        col(Delivery.state).in_(waits),
    )
    return session.exec(rows.limit(1)).first() is not None


def _untaken(session: Session) -> Sequence[Handover]:
    return session.exec(
        select(Handover)
        .where(
            col(Handover.restricted), col(Handover.done_at).is_(None), col(Handover.acknowledged_at).is_(None)
        )
        .order_by(col(Handover.id))
    ).all()


def _is_due(alarm: Handover, on_call: OnCall, now: datetime) -> bool:
    if alarm.paged_at is None:
        return True
    gap = timedelta(minutes=on_call.repeat_minutes)
    return now - alarm.paged_at >= (gap if alarm.paged < OFTEN else max(gap, SELDOM))


def _reach(alarm: Handover, on_call: OnCall) -> int:
    """Return how many of those on call the next page goes to."""
    return 1 + alarm.paged // on_call.pages_each


def _reached(alarm: Handover, on_call: OnCall) -> int:
    """Return how many of them the last page went to."""
    return 1 + (alarm.paged - 1) // on_call.pages_each


def _takes(session: Session, contact: ContactPoint, text: str) -> bool:
    said = plain(text)
    if said in _TAKES_IT:
        return True
    return said == "1" and contacts.people_at(session, contact.id or 0) == 0


def _contact(session: Session, where: str, settings: Settings) -> ContactPoint:
    """Return the phone or chat of somebody on call, made if we never wrote to it."""
    telegram = where.startswith(TELEGRAM)
    channel = ChannelName.TELEGRAM if telegram else ChannelName.SMS
    address = where.removeprefix(TELEGRAM)
    found = contacts.at_address(session, channel, address)
    if found is not None:
        return found
    made = ContactPoint(channel=channel, address=address, language=settings.school.staff_language)
    session.add(made)
    session.flush()
    return made


def _sign_in(settings: Settings, what: str, page: str, *, ok: bool) -> str:
    url = settings.console.url or settings.server.public_url
    place = f" Sign in: {url}/{page}" if url else " Sign in to the console."
    return f"Homeloop: {what}{place}{' - Answer OK if you take it.' * ok}"
