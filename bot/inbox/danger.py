"""What touches the danger list: for those on call alone (docs/dialogue.md, rule 19).

Everything here refuses everybody else, and the caller keeps every opening in the trail. How a family is
reached is never decided by the program: whoever is on call calls, goes there, or leaves it to somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.errors import InboxError
from bot.inbox.thread import whole_thread
from bot.inbox.views import Thread
from bot.settings import Settings
from bot.store.accounts import Account
from bot.store.tables import ContactPoint, Handover, Inbound, Staff

NOT_ON_CALL: Final = "This page is for those on call."
MOST_NOTE: Final = 2000
PAGE: Final = 25

#: how it ended
HOW: Final = ("called", "in_person", "passed_on", "false_alarm")


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody on call did or wrote down."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """One of them in the list: no words before it is opened."""

    id: int
    made_at: datetime
    promised_at: datetime | None  #: what the family was told, as in any other case
    language: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    done_at: datetime | None
    done_by: str | None
    done_how: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """One of them with its words and the conversation around it."""

    alarm: Alarm
    words: str
    steps: tuple[Step, ...]
    address: str
    thread: Thread | None


def alarms(session: Session, account: Account, *, done: bool = False, page: int = 1) -> tuple[Alarm, ...]:
    """List what waits, the oldest first, or what was done, the newest first. Raises `InboxError`."""
    _on_call(account)
    rows = _rows().where(col(Handover.done_at).is_not(None) if done else col(Handover.done_at).is_(None))
    order = col(Handover.id).desc() if done else col(Handover.id)
    found = session.execute(rows.order_by(order).limit(PAGE).offset((page - 1) * PAGE)).all()
    return tuple(_alarm(row) for row in found)


def opened(session: Session, number: int, account: Account, settings: Settings, now: datetime) -> Opened:
    """Read one with its words. Raises `InboxError`."""
    _on_call(account)
    row = session.execute(_rows().where(col(Handover.id) == number)).first()
    if row is None:
        raise InboxError("There is nothing here any more.")
    owed, contact, inbound = row[0], row[1], row[2]
    address = contact.address if contact else inbound.address if inbound else ""
    return Opened(
        alarm=_alarm(row),
        words=inbound.message.get("text", "") if inbound else "",
        steps=tuple(
            Step(datetime.fromisoformat(one["at"]), one["by"], one["text"]) for one in owed.log or ()
        ),
        address=address,
        thread=whole_thread(session, contact, settings, now) if contact else None,
    )


def acknowledge(session: Session, number: int, account: Account, now: datetime) -> None:
    """Somebody on call has seen it. Raises `InboxError` if somebody was quicker."""
    owed = _open(session, number, account)
    if owed.acknowledged_at is not None:
        raise InboxError("Somebody on call has this already: their name stands beside it.")
    owed.acknowledged_at, owed.acknowledged_by = now, account.id
    session.add(owed)


def write_down(session: Session, number: int, account: Account, text: str, now: datetime) -> None:
    """Keep what was done or is planned. Raises `InboxError`."""
    owed = _open(session, number, account)
    if not text.strip() or len(text) > MOST_NOTE:
        raise InboxError(f"Write what you did or plan, in at most {MOST_NOTE} letters.")
    _step(owed, account, text.strip(), now)
    session.add(owed)


def close(
    session: Session, number: int, account: Account, *, how: str, text: str = "", now: datetime
) -> None:
    """The family was reached. Raises `InboxError`."""
    owed = _open(session, number, account)
    if how not in HOW:
        raise InboxError("Say how it ended: by a call, in person, passed on, or that it was no danger.")
    if text.strip():
        _step(owed, account, text.strip()[:MOST_NOTE], now)
    owed.acknowledged_at = owed.acknowledged_at or now
    owed.acknowledged_by = owed.acknowledged_by or account.id
    owed.done_at, owed.done_by, owed.done_how = now, account.id, how
    session.add(owed)


def let_go(session: Session, number: int, account: Account, now: datetime) -> None:
    """It is no danger but wants an answer: the inbox gets it as any other question.

    From then on everybody who reads the inbox may read these words. Raises `InboxError`.
    """
    owed = _open(session, number, account)
    owed.restricted, owed.why = False, "own question"
    owed.acknowledged_at = owed.acknowledged_at or now
    owed.acknowledged_by = owed.acknowledged_by or account.id
    session.add(owed)


def _on_call(account: Account) -> None:
    if not account.on_call:
        raise InboxError(NOT_ON_CALL)


def _open(session: Session, number: int, account: Account) -> Handover:
    _on_call(account)
    owed = session.get(Handover, number, populate_existing=True)
    if owed is None or not owed.restricted:
        raise InboxError("There is nothing here any more.")
    if owed.done_at is not None:
        raise InboxError("Somebody on call has closed this already: nothing was changed.")
    return owed


def _step(owed: Handover, account: Account, text: str, now: datetime) -> None:
    owed.log = [*(owed.log or ()), {"at": now.isoformat(), "by": account.name, "text": text}]


def _rows() -> sa.Select[Any]:
    seen = Staff.__table__.alias("seen")  # type: ignore[attr-defined]
    done = Staff.__table__.alias("done")  # type: ignore[attr-defined]
    return (
        sa.select(Handover, ContactPoint, Inbound, seen.c.name.label("seen_by"), done.c.name.label("done_by"))
        .outerjoin(ContactPoint, col(ContactPoint.id) == col(Handover.contact_point_id))
        .outerjoin(Inbound, col(Inbound.id) == col(Handover.inbound_id))
        .outerjoin(seen, seen.c.id == col(Handover.acknowledged_by))
        .outerjoin(done, done.c.id == col(Handover.done_by))
        .where(col(Handover.restricted))
    )


def _answered_page(owed: Handover) -> str | None:
    """Return who took it by a text, where no account has their e-mail."""
    return owed.log[0]["by"] if owed.acknowledged_at and owed.log else None


def _alarm(row: Any) -> Alarm:
    owed, contact = row[0], row[1]
    return Alarm(
        id=owed.id,
        made_at=owed.made_at,
        promised_at=owed.promised_at,
        language=contact.language if contact else None,
        acknowledged_at=owed.acknowledged_at,
        acknowledged_by=row.seen_by or _answered_page(owed),
        done_at=owed.done_at,
        done_by=row.done_by,
        done_how=owed.done_how,
    )
