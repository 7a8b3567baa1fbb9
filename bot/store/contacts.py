"""Contact points and the consent ledger: stop, start, narrow, mark as bad.

Every change of permission adds a row to the ledger in the same transaction; none is ever changed.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from bot.store import outbox
from bot.store.tables import Consent, ContactPoint, Delivery, PersonContactPoint


def at_address(session: Session, channel: str, address: str) -> ContactPoint | None:
    """Return the contact point with this address, if there is one."""
    return session.exec(
        select(ContactPoint).where(col(ContactPoint.channel) == channel, col(ContactPoint.address) == address)
    ).first()


_PEOPLE_AT = sa.select(func.count()).where(col(PersonContactPoint.contact_point_id) == bindparam("phone"))


def people_at(session: Session, contact_point_id: int) -> int:
    """Count the people who share this phone or chat."""
    session.flush()
    return int(session.connection().execute(_PEOPLE_AT, {"phone": contact_point_id}).scalar_one())


def stop(
    session: Session,
    contact: ContactPoint,
    *,
    why: str,
    evidence: str,
    now: datetime,
    inbound_id: int | None = None,
) -> None:
    """Write nothing more to this contact point; what was queued for it ends here and now (rule 16)."""
    assert contact.id is not None
    contact.stopped_at, contact.stopped_why, contact.closings_only = now, why, False
    contact.open_until = None
    session.add(contact)
    _ledger(session, contact, "all", False, evidence, now, inbound_id)
    outbox.cancel(
        session,
        outbox.PHONE_STOPPED,
        col(Delivery.contact_point_id) == contact.id,
        col(Delivery.passes_stop).is_(False),
    )


def keep_closings(
    session: Session, contact: ContactPoint, *, evidence: str, now: datetime, inbound_id: int | None = None
) -> None:
    """After STOP the family asked for closings and danger, and nothing else."""
    contact.closings_only = True
    session.add(contact)
    _ledger(session, contact, "emergency", True, evidence, now, inbound_id)


def start(
    session: Session, contact: ContactPoint, *, evidence: str, now: datetime, inbound_id: int | None = None
) -> None:
    """The family asked us to write again, in an explicit word."""
    contact.stopped_at, contact.stopped_why, contact.closings_only = None, None, False
    session.add(contact)
    _ledger(session, contact, "all", True, evidence, now, inbound_id)


def mark_bad(session: Session, contact: ContactPoint, *, why: str, now: datetime) -> None:
    """The provider says that there is no such phone or chat: a task for the office."""
    contact.bad_at, contact.bad_why = now, why
    session.add(contact)
    outbox.cancel(session, why, col(Delivery.contact_point_id) == contact.id)


def _ledger(
    session: Session,
    contact: ContactPoint,
    scope: str,
    granted: bool,
    evidence: str,
    now: datetime,
    inbound_id: int | None,
) -> None:
    assert contact.id is not None
    session.add(
        Consent(
            contact_point_id=contact.id,
            at=now,
            scope=scope,
            granted=granted,
            evidence=evidence,
            inbound_id=inbound_id,
        )
    )
