"""Answering a family, by somebody who writes their language, or by an engine and somebody who reads it.

Two people who answer at once must not text a family twice: an answer says where the conversation stood when
its writer looked (`Thread.seen`), and is refused, in the transaction that would queue it, once that is past.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from bot import languages
from bot.channels import segments
from bot.errors import InboxError
from bot.inbox.scope import phone_of
from bot.inbox.thread import answered_by, stands_at, when_it_may_go, wrote_last
from bot.inbox.waiting import kind_of
from bot.languages import Tier
from bot.messages import ChannelName, DeliveryState
from bot.settings import Settings
from bot.store.accounts import Account
from bot.store.tables import CannedAnswer, ContactPoint, Delivery, Handover, Note
from bot.talking import Turn

MOST_PARTS: Final = 6  #: of an SMS answer; longer ones are a call
MOST_LETTERS: Final = 4000  #: of a Telegram message, which takes 4096
READ_BACK_PARTS: Final = 2  #: docs/dialogue.md, rule 6

#: what stands before a machine's text that nobody has read (rule 23)
MACHINE: Final = "(PC) "

#: what an answer settles: not a read-back, not a promised call
_ANSWERED: Final = ("question", "unclear", "read")


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as somebody wrote it."""

    home: str  #: in the family's language
    staff: str = ""  #: the same in the staff's
    engine: str = ""  #: that drafted `home`
    drafted: str = ""  #: what it drafted, before anybody changed it
    canned: int | None = None  #: the canned answer it was taken from
    read: bool = False  #: the writer says: I read this language, and this is what I mean

    @property
    def untouched(self) -> bool:
        """Whether it is the engine's draft as it came."""
        return bool(self.engine) and _levelled(self.home) == _levelled(self.drafted)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a text is on the wire."""

    text: str  #: exactly as it goes out
    parts: int
    letters: int
    encoding: str
    culprits: tuple[str, ...]  #: characters that make it dear

    @property
    def dear(self) -> bool:
        """Whether a few characters alone take it out of the cheap alphabet."""
        return 0 < len(self.culprits) <= 3  # more: it is the language's own script


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of an answer."""

    delivery: int
    goes_at: datetime | None  #: None: now
    parts: int
    settled: int  #: things that waited in this conversation and now do not


def cost(text: str, channel: str) -> Cost:
    """Measure a text for a channel."""
    if channel == ChannelName.TELEGRAM:
        return Cost(text, 1, len(text), "", ())
    plain = segments.normalise(text.strip())
    parts = segments.measure(plain)
    return Cost(plain, parts.count, len(plain), parts.encoding, parts.culprits)


def goes_at(session: Session, phone: int, settings: Settings, now: datetime) -> datetime | None:
    """Return when an answer written now goes out; None: at once."""
    return when_it_may_go(session, phone, settings, now)


def send(
    session: Session,
    phone: int,
    settings: Settings,
    account: Account,
    written: Written,
    *,
    seen: str,
    now: datetime,
) -> Sent:
    """Queue an answer and settle what it answers. Raises `InboxError`; then nothing is sent."""
    contact = phone_of(session, phone, account)
    _may_write(session, contact)
    _not_meanwhile(session, phone, account, settings, seen)
    way = _way(session, contact, written, account, settings)
    text = as_sent(written, way)
    _fits(text, contact.channel)
    turn = Turn(session, contact, settings, now)
    delivery = turn.write(text)
    until = when_it_may_go(session, phone, settings, now)
    theirs = wrote_last(session, phone)
    session.execute(
        sa.update(Delivery)
        .where(col(Delivery.id) == delivery)
        .values(
            written_by=account.id,
            written_at=now,
            meaning=written.staff or None,
            way=way,
            inbound_id=theirs[0] if theirs else None,
            state=DeliveryState.WAITING if until else DeliveryState.QUEUED,
            waiting_until=until,
        )
    )
    session.execute(sa.update(Note).where(col(Note.contact_point_id) == phone).values(draft=None))
    return Sent(delivery, until, cost(text, contact.channel).parts, _settle(session, phone, account, now))


def as_sent(written: Written, way: str) -> str:
    """Return the text as the family reads it: a machine's own says so."""
    return f"{MACHINE}{written.home.strip()}" if way.startswith("engine:") else written.home.strip()


def save_draft(
    session: Session, phone: int, account: Account, written: Written, *, text: str, now: datetime
) -> None:
    """Keep an answer for somebody who reads the language; `text` is the note beside it.

    Raises `InboxError`.
    """
    phone_of(session, phone, account)
    if not written.home.strip() and not written.staff.strip():
        raise InboxError("There is nothing to keep: write the answer first.")
    session.execute(sa.update(Note).where(col(Note.contact_point_id) == phone).values(draft=None))
    draft = {"home": written.home.strip(), "staff": written.staff.strip(), "engine": written.engine}
    session.add(Note(contact_point_id=phone, staff_id=account.id, at=now, text=text.strip(), draft=draft))
    session.execute(
        sa.update(Handover)
        .where(_open_at(phone), col(Handover.assigned_to) == account.id)
        .values(assigned_to=None)
    )


def _open_at(phone: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        col(Handover.contact_point_id) == phone,
        col(Handover.done_at).is_(None),
        sa.not_(col(Handover.restricted)),
    )


def _may_write(session: Session, contact: ContactPoint) -> None:
    assert contact.id is not None
    if contact.stopped_at is not None:
        raise InboxError(
            "This family has stopped our texts, so nothing was sent: call, or write a letter, "
            "and say so under “Done without a text”."
        )
    if contact.bad_at is not None:
        raise InboxError("The provider says that this number cannot be reached, so nothing was sent: call.")
    if wrote_last(session, contact.id) is None:
        raise InboxError("This family has not written to us: write to them with a text from “Texts”.")


def _not_meanwhile(session: Session, phone: int, account: Account, settings: Settings, seen: str) -> None:
    """Refuse an answer to a conversation that has moved on since its writer looked."""
    stands = stands_at(session, phone)
    if stands == seen:
        return
    heard, _, wrote = seen.partition(".")
    if stands.partition(".")[2] != wrote and (before := answered_by(session, phone)):
        name, at = before
        who = "You" if name == account.name else name or "Somebody"
        raise InboxError(
            f"{who} answered this family at {at.astimezone(settings.school.zone):%H:%M}, after you opened "
            "the conversation. Your answer was not sent: read theirs first."
        )
    if stands.partition(".")[0] != heard:
        raise InboxError(
            "The family wrote again while you were writing. Your answer was not sent: read it first, "
            "then send the answer if it still holds."
        )


def _way(
    session: Session, contact: ContactPoint, written: Written, account: Account, settings: Settings
) -> str:
    """Say how the text came to be in its language, or refuse it. Raises `InboxError`."""
    if not written.home.strip():
        raise InboxError("The answer is empty: write what the family should read.")
    tag = contact.language
    if tag == settings.school.staff_language:
        return "same"
    if written.canned is not None and _is_canned(session, written, tag):
        return f"canned:{written.canned}"
    if written.engine:
        return _checked_draft(written, account, tag)
    if not written.staff.strip():
        name = languages.language(settings.school.staff_language).english
        raise InboxError(f"Say in {name} too what the answer means, so that colleagues can read it.")
    if tag not in account.languages and not written.read:
        name = languages.language(tag).english
        raise InboxError(f"Say that you write {name} yourself, or keep the answer for somebody who does.")
    return "liaison"


def _checked_draft(written: Written, account: Account, tag: str) -> str:
    known = languages.language(tag)
    if tag in account.languages and known.tier is not Tier.HUMAN_ONLY:
        if written.read:
            return f"read:{written.engine}"
        raise InboxError(
            f"A machine drafted this: read it, and tick that it says what you mean in {known.english}."
        )
    if known.tier is Tier.MACHINE and written.untouched:
        return f"engine:{written.engine}"
    raise InboxError(
        f"A machine drafted this, and your account does not say that you read {known.english}. "
        "Keep it for somebody who does."
    )


def _is_canned(session: Session, written: Written, tag: str) -> bool:
    found = session.get(CannedAnswer, written.canned)
    return found is not None and _levelled(found.texts.get(tag, "")) == _levelled(written.home)


def _levelled(text: str) -> str:
    return " ".join(text.split())


def _fits(text: str, channel: str) -> None:
    measured = cost(text, channel)
    if measured.parts > MOST_PARTS or measured.letters > MOST_LETTERS:
        raise InboxError(
            f"The answer is {measured.parts} parts long and {MOST_PARTS} are the most: shorten it, or call."
        )


def _settle(session: Session, phone: int, account: Account, now: datetime) -> int:
    """Mark as done what a text answers, by whoever answered."""
    rows = session.execute(sa.select(Handover).where(_open_at(phone))).scalars().all()
    settled = [one for one in rows if kind_of(one.why) in _ANSWERED]
    for one in settled:
        one.done_at, one.done_by, one.done_how = now, account.id, "answered"
        session.add(one)
    return len(settled)


def check_read_back(home: str, staff: str, phrase: str, channel: str) -> Cost:
    """Measure a read-back as it goes out. Raises `InboxError` where rule 6 forbids it."""
    if not home.strip() or not staff.strip():
        raise InboxError("A read-back needs a sentence in the family's language and one in yours.")
    found = cost(phrase.replace("\0", home.strip()), channel)
    if found.parts > READ_BACK_PARTS:
        raise InboxError(
            f"With our sentence around it this read-back is {found.parts} parts long and "
            f"{READ_BACK_PARTS} are the most: say it in fewer words."
        )
    return found
