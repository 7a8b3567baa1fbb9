"""What a provider reports of our texts: kept as it came, then carried out for the text and its phone.

Webhooks keep (`outbox.keep_statuses`) and answer; `scheduler.reports` carries out what is due soon after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session

from bot import retries
from bot.errors import Again
from bot.messages import StatusReport
from bot.settings import Settings
from bot.store import contacts, outbox
from bot.store.tables import ContactPoint

UNREACHABLE = "The phone was off on three days; ask the family whether this number is still theirs."


def carry_out(
    session: Session,
    read: Callable[[outbox.Due], StatusReport],
    now: datetime,
    settings: Settings | None,
    most: int = 1,
) -> int:
    """Carry out what is kept and due, in the order in which it came; return how many reports that were.

    They speak of the delivery and of its phone. `read` says what a report means, as its channel has it.
    Without settings a failure is final, whatever it was.
    """
    due = outbox.due_until(session, most)
    if due is None:
        return 0
    last, count = due
    arrived = outbox.arrived(session, last, now)
    contacts.answer(session, list(arrived.values()))
    if len(arrived) < count:  # some say more than that a text arrived
        reports = [read(one) for one in outbox.due_statuses(session, last)]
        _say(session, outbox.carry_out(session, reports, now), now, settings)
    return outbox.carried_out(session, last)


def leave_next(session: Session) -> int | None:
    """Give up the next report that is due, which cannot be carried out; it stays kept. Return its id."""
    due = outbox.due_until(session, 1)
    if due is None:
        return None
    outbox.carried_out(session, due[0])
    return due[0]


def _say(
    session: Session,
    moved: Sequence[tuple[StatusReport, int]],
    now: datetime,
    settings: Settings | None,
) -> None:
    contacts.answer(session, [phone for report, phone in moved if report.status == "delivered"])
    for report, phone in moved:
        if report.opted_out or report.bad_address:
            _refused(session, report, phone, now)
        elif report.status == "failed" and settings is not None:
            _failed(session, report, phone, settings, now)


def _refused(session: Session, report: StatusReport, phone: int, now: datetime) -> None:
    contact = session.get(ContactPoint, phone, populate_existing=True)
    if contact is None:
        return
    if report.opted_out and contact.stopped_at is None:
        contacts.stop(session, contact, why="provider", evidence=report.reason or "", now=now)
    elif report.bad_address:
        contacts.mark_bad(session, contact, why=report.reason or "The number cannot be reached.", now=now)


def _failed(session: Session, report: StatusReport, phone: int, settings: Settings, now: datetime) -> None:
    """Try it again as its policy says; a sender that is at fault stops, a filtered broadcast pauses."""
    failed = outbox.undelivered(session, report.provider_id)
    if failed is None:
        return
    if report.filtered and failed.broadcast_id is not None:
        sending = settings.sending
        outbox.pause_filtered(
            session, failed.broadcast_id, sending.filtered_share, sending.filtered_least, now
        )
    if report.again is Again.SENDER:
        outbox.stop_lane(session, failed.lane_id, report.reason or "The provider refuses this sender.")
    if report.again is Again.PHONE_OFF and _is_unreachable(session, phone, settings, now):
        return
    until = retries.next_try(
        report.again,
        failed.attempts,
        now,
        settings.school.zone,
        settings.staff.duty_start,
        urgent=failed.urgency == outbox.EMERGENCY,
    )
    if until is not None:
        outbox.try_again(session, failed, until, counts=report.again not in {Again.SENDER, Again.LATE})


def _is_unreachable(session: Session, phone: int, settings: Settings, now: datetime) -> bool:
    """Note that the phone was off today; after three such days it is one for the office to ask about."""
    today = now.astimezone(settings.school.zone).date()
    if contacts.found_off(session, phone, today) < retries.DAYS_OFF:
        return False
    contact = session.get(ContactPoint, phone, populate_existing=True)
    if contact is not None:
        contacts.mark_bad(session, contact, why=UNREACHABLE, now=now)
    return True
