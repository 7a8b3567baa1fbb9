"""Finding a conversation by a name, by words, or by the end of a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col

from bot.errors import InboxError
from bot.inbox.scope import in_their_languages, restricted_inbounds, restricted_replies
from bot.inbox.waiting import PAGE, names_at, shortened
from bot.store.accounts import Account
from bot.store.tables import ContactPoint, Handover, Inbound, Person, PersonContactPoint, Reply

LEAST: Final = 2  #: letters or digits
MOST: Final = 1000  #: conversations that are put in order; whoever finds more needs another word


@dataclass(frozen=True, slots=True)
class Hit:
    """One conversation that was found."""

    phone: int
    language: str
    channel: str
    ending: str
    names: tuple[str, ...]
    words: str  #: their newest that a reply holds
    waits: bool
    stopped: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what a search found, the newest conversation first."""

    text: str
    hits: tuple[Hit, ...]
    total: int
    page: int

    @property
    def more(self) -> bool:
        """Whether there is a next page."""
        return self.total > self.page * PAGE


def search(session: Session, account: Account, text: str, page: int = 1) -> Found:
    """Find conversations. Raises `InboxError` for less than two letters or digits."""
    text = " ".join(text.split())[:80]
    if sum(letter.isalnum() for letter in text) < LEAST:
        raise InboxError("Type two letters or digits, or more.")
    matching = sa.union_all(*_ways(text))
    newest = (
        sa.select(func.max(col(Inbound.id)))
        .where(
            col(Inbound.contact_point_id) == col(ContactPoint.id),
            col(Inbound.id).not_in(restricted_inbounds()),
        )
        .scalar_subquery()
    )
    found = (
        sa.select(col(ContactPoint.id).label("id"), newest.label("newest"))
        .where(col(ContactPoint.id).in_(matching), *in_their_languages(account))
        .limit(MOST)
    ).subquery("found")
    rows = (
        session.connection()
        .execute(
            sa.select(found.c.id, func.count().over().label("total"))
            .order_by(found.c.newest.is_(None), found.c.newest.desc(), found.c.id)
            .limit(PAGE)
            .offset((page - 1) * PAGE)
        )
        .all()
    )
    return Found(text, _hits(session, [row.id for row in rows]), rows[0].total if rows else 0, page)


def _ways(text: str) -> list[Any]:
    """Return selects of `phone`; what is restricted can be found by nobody.

    SQLite's LIKE takes capital and small Latin letters for the same, at a quarter of what lower() costs.
    """
    words = f"%{_escaped(text)}%"
    named: Any = (
        sa.select(col(PersonContactPoint.contact_point_id).label("phone"))
        .join(Person, col(Person.id) == col(PersonContactPoint.person_id))
        .where(col(Person.name).like(words, escape="\\"))
    )
    said: Any = sa.select(col(Reply.contact_point_id).label("phone")).where(
        col(Reply.words).like(words, escape="\\") | col(Reply.understood_staff).like(words, escape="\\"),
        col(Reply.id).not_in(restricted_replies()),
        col(Reply.inbound_id).not_in(restricted_inbounds()),
    )
    wrote: Any = (
        sa.select(col(Handover.contact_point_id).label("phone"))
        .join(Inbound, col(Inbound.id) == col(Handover.inbound_id))
        .where(
            sa.not_(col(Handover.restricted)),
            col(Handover.contact_point_id).is_not(None),
            col(Handover.reply_id).is_(None),
            col(Inbound.message)["text"].as_string().like(words, escape="\\"),
            col(Inbound.id).not_in(restricted_inbounds()),
        )
    )
    digits = "".join(letter for letter in text if letter.isdecimal() and letter.isascii())
    if len(digits) < LEAST or any(letter.isalpha() for letter in text):
        return [named, said, wrote]
    numbered: Any = sa.select(col(ContactPoint.id).label("phone")).where(
        col(ContactPoint.address).like(f"%{digits}")
    )
    return [named, said, wrote, numbered]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _hits(session: Session, phones: list[int]) -> tuple[Hit, ...]:
    if not phones:
        return ()
    waits = sa.exists().where(
        col(Handover.contact_point_id) == col(ContactPoint.id),
        col(Handover.done_at).is_(None),
        sa.not_(col(Handover.restricted)),
    )
    newest = (
        sa.select(col(Reply.words))
        .where(
            col(Reply.contact_point_id) == col(ContactPoint.id),
            col(Reply.id).not_in(restricted_replies()),
            col(Reply.inbound_id).not_in(restricted_inbounds()),
        )
        .order_by(col(Reply.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(sa.select(ContactPoint, newest, waits).where(col(ContactPoint.id).in_(phones)))
    names = names_at(session, phones)
    hits = {
        contact.id: Hit(
            phone=contact.id,
            language=contact.language,
            channel=contact.channel,
            ending=contact.address[-2:],
            names=names.get(contact.id, ()),
            words=shortened(words or ""),
            waits=bool(waiting),
            stopped=contact.stopped_at is not None,
        )
        for contact, words, waiting in rows
    }
    return tuple(hits[phone] for phone in phones if phone in hits)
