"""Numbers that had stopped us and were erased: they stay stopped, though nobody can read which they are.

Theory. A roster that still lists an erased family would bring it in anew, and with it a phone that has no
STOP any more. So erasing leaves a mark of each number that had stopped: an HMAC under the key beside the
database (`homeloop.db.key`). The database alone does not tell which number a mark stands for, not even to
somebody who tries all of them; with the key a number that comes in can be compared. Once it is here again the
STOP stands with the phone, and the mark goes. A database that was parted from its key has forgotten them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.messages import ChannelName
from bot.store import audit, contacts
from bot.store.tables import ContactPoint, Silenced

#: what the ledger says of a number that comes in again
EVIDENCE = "had stopped our texts before its records were erased"

AT_ONCE = 500  #: marks in one statement


@dataclass(frozen=True, slots=True)
class Silence:
    """What is known of an erased number that had stopped."""

    why: str
    closings_only: bool


def mark(session: Session, address: str) -> str:
    """Return the mark of a phone's number."""
    return audit.key_of(session.connection()).seal(f"silenced {ChannelName.SMS} {address}")


def remember(session: Session, phones: Sequence[int], now: datetime) -> int:
    """Leave marks of those of `phones` that have stopped us; return how many they are."""
    stopped = session.connection().execute(
        sa.select(
            col(ContactPoint.address), col(ContactPoint.stopped_why), col(ContactPoint.closings_only)
        ).where(
            col(ContactPoint.id).in_(phones),
            col(ContactPoint.channel) == ChannelName.SMS,
            col(ContactPoint.stopped_at).is_not(None),
        )
    )
    marks = {mark(session, address): (why or "family", closings) for address, why, closings in stopped}
    rows = [
        {"mark": one, "at": now, "why": why, "closings_only": closings}
        for one, (why, closings) in marks.items()
    ]
    if rows:
        _forget_marks(session, list(marks))
        session.connection().execute(sa.insert(Silenced), rows)
    return len(rows)


def among(session: Session, addresses: Iterable[str]) -> Mapping[str, Silence]:
    """Return those of `addresses` that had stopped us when they were erased."""
    if session.connection().execute(sa.select(col(Silenced.mark)).limit(1)).first() is None:
        return {}
    marks = {mark(session, address): address for address in addresses}
    found: dict[str, Silence] = {}
    for some in _parts(list(marks)):
        rows = session.connection().execute(
            sa.select(col(Silenced.mark), col(Silenced.why), col(Silenced.closings_only)).where(
                col(Silenced.mark).in_(some)
            )
        )
        found |= {marks[one]: Silence(why, closings) for one, why, closings in rows}
    return found


def restore(session: Session, contact: ContactPoint, now: datetime) -> bool:
    """Stop a phone that was just made, if its number had stopped us and was erased; say whether it had."""
    before = among(session, [contact.address]).get(contact.address)
    if before is None or contact.channel != ChannelName.SMS:
        return False
    contacts.stop(session, contact, why=before.why, evidence=EVIDENCE, now=now)
    if before.closings_only:
        contacts.keep_closings(session, contact, evidence=EVIDENCE, now=now)
    forget(session, [contact.address])
    return True


def forget(session: Session, addresses: Iterable[str]) -> None:
    """Take the marks of these numbers away: the STOP stands with the phone again."""
    _forget_marks(session, [mark(session, address) for address in addresses])


def _forget_marks(session: Session, marks: Sequence[str]) -> None:
    for some in _parts(marks):
        session.connection().execute(sa.delete(Silenced).where(col(Silenced.mark).in_(some)))


def _parts(marks: Sequence[str]) -> Iterable[Sequence[str]]:
    return (marks[start : start + AT_ONCE] for start in range(0, len(marks), AT_ONCE))
