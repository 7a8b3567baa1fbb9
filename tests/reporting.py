"""A provider's report on a text, kept and carried out as the running program does it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot import receipts
from bot.messages import StatusReport
from bot.settings import Settings
from bot.store import outbox
from scheduler.reports import read


def reported(session: Session, report: StatusReport, now: datetime, settings: Settings | None = None) -> None:
    """Keep a report and carry out what it says; what its code means is looked up as for a real one."""
    outbox.keep_statuses(session.connection(), [report], now)
    assert receipts.carry_out(session, read, now, settings) == 1
