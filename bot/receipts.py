"""What a provider reports of our texts: kept as it came, then carried out for the text and its phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot import retries
from bot.errors import Again
from bot.messages import StatusReport
from bot.settings import Settings
from bot.store import contacts, outbox
from bot.store.tables import ContactPoint

UNREACHABLE = "The phone was off on three days; ask the family whether this number is still theirs."


def accept_status(
    session: Session, report: StatusReport, now: datetime, settings: Settings | None = None
) -> None:
    """Keep one status report and carry out what it says; see `accept_statuses`."""
    accept_statuses(session, [report], now, settings)


def accept_statuses(
    session: Session, reports: Sequence[StatusReport], now: datetime, settings: Settings | None = None
) -> None:
    """Keep status reports, in the order in which they came, and carry out what they say.

    They speak of the delivery and of its phone. Without settings a failure is final, whatever it was.
    """
    moved = outbox.apply_statuses(session, reports, now)
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
