"""Contact points and the consent ledger: stop, start, narrow, mark as bad.

Every change of permission adds a row to the ledger in the same transaction; none is ever changed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from bot.store import outbox
from bot.store.tables import Consent, ContactPoint, Delivery, Inbound, PersonContactPoint, Sweep
from bot.store.written import with_rows


def at_address(session: Session, channel: str, address: str) -> ContactPoint | None:
    """Return the contact point with this address, if there is one."""
    return session.exec(
        select(ContactPoint).where(col(ContactPoint.channel) == channel, col(ContactPoint.address) == address)
    ).first()


def known_addresses(session: Session, addresses: Collection[str]) -> set[str]:
    """Return those of these addresses that some contact point has."""
    found: set[str] = set()
    wanted = sorted(addresses)
    for start in range(0, len(wanted), 500):
        some = col(ContactPoint.address).in_(wanted[start : start + 500])
        found |= set(session.connection().execute(sa.select(col(ContactPoint.address)).where(some)).scalars())
    return found


def last_erasing(session: Session) -> datetime | None:
    """Return when a household or a phone was last erased."""
    erased = sa.select(col(Sweep.at)).where(col(Sweep.kind) == "erased")
    return session.connection().execute(erased.order_by(col(Sweep.id).desc()).limit(1)).scalar()


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
    outbox.stops_of(session).note(contact.id)
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
    """The family asked us to write again, in an explicit word, unless it has stopped us since.

    A word that was read from the provider's list may be older than a STOP that is already obeyed.
    """
    if inbound_id is not None and _stopped_since(session, contact, inbound_id):
        return
    contact.stopped_at, contact.stopped_why, contact.closings_only = None, None, False
    session.add(contact)
    _ledger(session, contact, "all", True, evidence, now, inbound_id)


def _stopped_since(session: Session, contact: ContactPoint, inbound_id: int) -> bool:
    word, stop = (Inbound.__table__.alias(name) for name in ("word", "stop"))  # type: ignore[attr-defined]
    said = sa.select(word.c.received_at).where(word.c.id == inbound_id).scalar_subquery()
    stopped = (
        sa.select(col(Consent.id))
        .outerjoin(stop, stop.c.id == col(Consent.inbound_id))
        .where(
            col(Consent.contact_point_id) == contact.id,
            col(Consent.granted).is_(False),
            func.coalesce(stop.c.received_at, sa.type_coerce(col(Consent.at), sa.BigInteger)) > said,
        )
    )
    session.flush()
    return session.connection().execute(stopped.limit(1)).first() is not None


def found_off(session: Session, phone: int, today: date) -> int:
    """A text found this phone off; return on how many days that is so by now, nothing having arrived."""
    once_a_day = (
        sa.update(ContactPoint)
        .where(col(ContactPoint.id) == phone, col(ContactPoint.off_on).is_distinct_from(today.isoformat()))
        .values(off_days=col(ContactPoint.off_days) + 1, off_on=today.isoformat())
    )
    session.connection().execute(once_a_day)
    days = sa.select(col(ContactPoint.off_days)).where(col(ContactPoint.id) == phone)
    return int(session.connection().execute(days).scalar_one())


#: few phones are off: they are looked through, by an index of theirs, not all that answered ("id + 0")
_ANSWER: Final = """
    UPDATE contact_point SET off_days = 0, off_on = NULL
     WHERE off_days > 0 AND id + 0 IN (SELECT CAST(one.key AS BIGINT) FROM {pairs})
    """


def answer(session: Session, phones: Sequence[int]) -> None:
    """Texts arrived on these phones, so they are on."""
    if phones:
        connection = session.connection()
        rows = json.dumps(dict.fromkeys(phones, ""))
        connection.execute(with_rows(connection, _ANSWER), {"rows": rows})


def move(session: Session, phone: int, address: str, now: datetime) -> None:
    """A chat has another address now; one that somebody here already has takes the place of this one."""
    contact = session.get(ContactPoint, phone, populate_existing=True)
    if contact is None or contact.address == address:
        return
    if at_address(session, contact.channel, address) is not None:
        mark_bad(session, contact, why="This chat has moved, and is already known at its new place.", now=now)
        return
    contact.address = address
    session.add(contact)


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
