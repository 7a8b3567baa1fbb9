"""Receive one inbound message; carry out what the conversation engine makes of it.

First everything is stored as it came (`keep`), in a transaction that is durable before the provider hears
"received". What comes twice is read once: the first that is read has its key in the index `inbound_once`, any
other is removed. Then, one inbound at a time, the contact point's talk is brought up to date, the engine
takes one step, and the talk, the reply and the texts that follow are committed together (`handle`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import Session, col, select

from bot import paging
from bot.channels import keywords
from bot.conversation import events
from bot.errors import BroadcastError
from bot.messages import ChannelName, ReplyState
from bot.messages import Inbound as Message
from bot.settings import Settings
from bot.store import contacts, silence
from bot.store.tables import (
    Consent,
    ContactPoint,
    Delivery,
    Handover,
    Inbound,
    LinkCode,
    Person,
    PersonContactPoint,
    Reply,
    Talk,
    micros,
)
from bot.store.written import MOST, as_json, insert_rows
from bot.talking import Turn


def accept(
    session: Session, messages: Sequence[Message], now: datetime, *, sent: Sequence[datetime] = ()
) -> int:
    """Keep what came and is not here yet; return how many that were.

    `sent` says of messages that were read from the provider's list when each was sent, which is when it
    counts as received.
    """
    moments = [*sent] or [now] * len(messages)
    here = _here(session, messages)
    new = {_key(one): (one, at) for one, at in zip(messages, moments, strict=True) if _key(one) not in here}
    came, times = [one for one, _ in new.values()], [at for _, at in new.values()]
    keep(session.connection(), came, now, times, pulled=bool(sent))
    return len(new)


def keep(
    connection: Connection,
    messages: Sequence[Message],
    now: datetime,
    sent: Sequence[datetime] = (),
    pulled: bool = False,
) -> None:
    """Keep what came, as often as it came: `handle` reads it once.

    Whether it is here already is not asked while a provider waits for our answer. Its keys are drawn by
    lot, so each would make a page of an index of its own part of the commit.
    """
    came = micros(now)
    moments = [min(micros(at), came) for at in sent] or [came] * len(messages)
    rows = [
        (one.channel.value, one.provider_id, one.lane, one.address, as_json(one), at, pulled)
        for one, at in zip(messages, moments, strict=True)
    ]
    insert_rows(connection, "inbound", _COLUMNS, rows)


def _key(message: Message) -> tuple[str, str]:
    return message.channel.value, message.provider_id


def _here(session: Session, messages: Sequence[Message]) -> set[tuple[str, str]]:
    """Return which of these keys are here, read or unread."""
    key = (col(Inbound.channel), col(Inbound.provider_id))
    unread = sa.select(*key).where(col(Inbound.handled_at).is_(None))
    found = {(row[0], row[1]) for row in session.connection().execute(unread)} if messages else set()
    for start in range(0, len(messages), MOST):
        some = {_key(one) for one in messages[start : start + MOST]}
        read = sa.select(*key).where(sa.tuple_(*key).in_(some), col(Inbound.handled_at).is_not(None))
        found.update((row[0], row[1]) for row in session.connection().execute(read))
    return found


def accept_listed(session: Session, listed: Sequence[tuple[Message, datetime]], now: datetime) -> int:
    """Keep what the provider lists, with when each was sent; return how many were new.

    Whoever was erased lately must not come back by a text that was read before: of numbers that nobody here
    has, only what is newer than the last erasing is kept.
    """
    known = contacts.known_addresses(session, {one.address for one, _ in listed})
    erased = contacts.last_erasing(session)
    fresh = [(one, at) for one, at in listed if erased is None or at > erased or one.address in known]
    return accept(session, [one for one, _ in fresh], now, sent=[at for _, at in fresh])


_COLUMNS: Final = ("channel", "provider_id", "lane", "address", "message", "received_at", "pulled")


def unhandled(session: Session, most: int) -> list[int]:
    """List what came and nobody has thought about yet, oldest first."""
    rows = session.exec(
        select(Inbound.id).where(col(Inbound.handled_at).is_(None)).order_by(col(Inbound.id)).limit(most)
    )
    return [one for one in rows if one is not None]


def handle(session: Session, inbound_id: int, settings: Settings, now: datetime) -> list[Message]:
    """Think about one inbound; return the keyboards that are to be taken away after the commit.

    One whose family sent something before it that is still unread stays unread itself.
    """
    inbound = session.get(Inbound, inbound_id, populate_existing=True)
    if inbound is None or inbound.handled_at is not None or _earlier_unread(session, inbound):
        return []
    if _came_before(session, inbound):
        session.delete(inbound)
        return []
    message = _message(inbound)
    contact = _contact(session, message, settings, now)
    inbound.contact_point_id, inbound.handled_at = contact.id, now
    session.add(inbound)
    turn = Turn(session, contact, settings, now, inbound=inbound, message=message)
    if not message.private:
        turn.decline_group()
    elif message.start_code is not None:
        _open_bot(turn, message.start_code)
    elif _opens_bot(message) and not _has_people(session, contact):
        _open_bot(turn, "")
    elif not paging.answered(session, contact, message.text, settings, now):
        answered = message.provider_replied or _start_is_answered(message, contact, settings)
        turn.step(_event(message, inbound, now, answered=answered))
    return turn.keyboards


def give_up(session: Session, inbound_id: int, now: datetime) -> None:
    """An inbound that the program could not deal with goes to a person, words and all."""
    inbound = session.get(Inbound, inbound_id, populate_existing=True)
    if inbound is None:
        return
    if _came_before(session, inbound):
        session.delete(inbound)
        return
    inbound.handled_at = now
    contact = contacts.at_address(session, inbound.channel, inbound.address)
    inbound.contact_point_id = contact.id if contact else None
    session.add(inbound)
    session.add(
        Handover(
            contact_point_id=inbound.contact_point_id,
            inbound_id=inbound_id,
            why="the program could not deal with this message",
            made_at=now,
        )
    )


_EARLIER_UNREAD = sa.select(col(Inbound.id)).where(
    col(Inbound.handled_at).is_(None),
    col(Inbound.id) < sa.bindparam("before"),
    col(Inbound.channel) == sa.bindparam("channel"),
    col(Inbound.address) == sa.bindparam("address"),
)


def _earlier_unread(session: Session, inbound: Inbound) -> bool:
    same = {"before": inbound.id, "channel": inbound.channel, "address": inbound.address}
    return session.connection().execute(_EARLIER_UNREAD, same).first() is not None


def _came_before(session: Session, inbound: Inbound) -> bool:
    same = {"channel": inbound.channel, "provider_id": inbound.provider_id}
    return session.connection().execute(_CAME_BEFORE, same).first() is not None


_CAME_BEFORE = sa.select(col(Inbound.id)).where(
    col(Inbound.handled_at).is_not(None),
    col(Inbound.channel) == sa.bindparam("channel"),
    col(Inbound.provider_id) == sa.bindparam("provider_id"),
)


def _opens_bot(message: Message) -> bool:
    """Say whether this is what Telegram sends when somebody opens a bot without a link of ours."""
    telegram = message.channel == ChannelName.TELEGRAM
    return telegram and message.text.strip().partition("@")[0] == "/start"


def _message(inbound: Inbound) -> Message:
    return Message(**{**inbound.message, "channel": ChannelName(inbound.channel)})


def _contact(session: Session, message: Message, settings: Settings, now: datetime) -> ContactPoint:
    """Return the contact point it came from; a number we never wrote to gets one that no audience has."""
    found = contacts.at_address(session, message.channel, message.address)
    if found is not None:
        if message.blocked is not True:
            found.bad_at = found.bad_why = None  # whoever writes to us can be reached
        return found
    made = ContactPoint(
        channel=message.channel, address=message.address, language=settings.school.staff_language
    )
    session.add(made)
    session.flush()
    silence.restore(session, made, now)  # a STOP outlives the erasing of a family's records
    return made


def _event(message: Message, inbound: Inbound, now: datetime, *, answered: bool) -> events.Event:
    at, key = inbound.received_at, str(inbound.id)
    if message.blocked is not None:
        return events.Blocked(at) if message.blocked else events.Unblocked(at)
    if message.pressed is not None:
        press = events.parse_button(message.pressed)
        if press is not None:
            return events.Pressed(press, at, key)
    stops = message.provider_meant == "STOP" or keywords.is_one_of(message.text, keywords.STOPS)
    if message.provider_replied and stops:
        return events.ProviderStopped(at)
    meant = message.provider_meant
    return events.Said(message.text, at, key, media=message.media, answered=answered, meant=meant)


def _start_is_answered(message: Message, contact: ContactPoint, settings: Settings) -> bool:
    ours = settings.sms is None or not settings.sms.provider_answers_stop
    if ours or message.channel != ChannelName.SMS or contact.stopped_why != "provider":
        return False
    return keywords.is_one_of(message.text, keywords.STARTS)


def _open_bot(turn: Turn, code: str) -> None:
    """Somebody opened the bot: with a one-time code this chat becomes theirs, else it is told how."""
    session, contact, now = turn.session, turn.contact, turn.now
    link = session.get(LinkCode, code) if code else None
    person = session.get(Person, link.person_id) if link and link.used_at is None else None
    if link is None or person is None:
        turn.say("linked" if _has_people(session, contact) else "not_linked")
        return
    assert contact.id is not None
    assert person.id is not None
    link.used_at, link.contact_point_id = now, contact.id
    if contact.language_by != "family":
        contact.language, contact.language_by = _language_of(session, person)
    if session.get(PersonContactPoint, (person.id, contact.id)) is None:
        session.add(PersonContactPoint(person_id=person.id, contact_point_id=contact.id, rank=0, by="family"))
    session.add_all([link, contact])
    session.add(
        Consent(
            contact_point_id=contact.id,
            at=now,
            scope="school",
            granted=True,
            evidence="opened the bot with a one-time code",
            inbound_id=turn.inbound.id if turn.inbound else None,
        )
    )
    turn.step(events.Linked(now))


def _has_people(session: Session, contact: ContactPoint) -> bool:
    assert contact.id is not None
    return contacts.people_at(session, contact.id) > 0


def _language_of(session: Session, person: Person) -> tuple[str, str]:
    """The language a family chose on another phone of theirs, else the one they read; and who says so."""
    chosen = session.exec(
        select(ContactPoint.language)
        .join(PersonContactPoint, col(PersonContactPoint.contact_point_id) == ContactPoint.id)
        .where(col(PersonContactPoint.person_id) == person.id, col(ContactPoint.language_by) == "family")
    ).first()
    return (chosen, "family") if chosen else (person.reads, "roster")


def read_back(
    session: Session,
    reply_id: int,
    settings: Settings,
    *,
    home: str,
    staff: str,
    by: str,
    now: datetime,
    account: int | None = None,
) -> str:
    """A liaison wrote what we understood; return what becomes of it as a sentence. Raises `BroadcastError`.

    `home` is in the family's language and in the second person, `staff` in the staff's (rules 6 and 9).
    `account` is whose it is (staff.id), for those who write in the console.
    """
    reply = _known(session, reply_id)
    if not home.strip() or not staff.strip():
        raise BroadcastError("A read-back needs a sentence in the family's language and one in yours.")
    turn = _turn(session, reply, settings, now)
    before = reply.state
    if not turn.awaits_read_back(str(reply.inbound_id)):
        _done(session, reply, now, account)
        return f"Reply {reply_id} is {before} and waits for no read-back: nothing was written down."
    event = events.ReadBackWritten(str(reply.inbound_id), home.strip(), staff.strip(), f"liaison:{by}", now)
    turn.step(event)
    _done(session, reply, now, account)
    session.refresh(reply)
    return f"Reply {reply_id} was {before} and is {reply.state}: {_BECOMES[ReplyState(reply.state)]}."


#: what becomes of a read-back, by the state that its reply is in afterwards
_BECOMES = defaultdict(
    lambda: "it may not be read back now; it is kept",
    {
        ReplyState.READ_BACK: "the family is asked whether it is right",
        ReplyState.RECEIVED: "the family is asked as soon as nothing else is open",
    },
)


def take_over(
    session: Session, reply_id: int, settings: Settings, now: datetime, account: int | None = None
) -> None:
    """A person deals with these words instead of a read-back. Raises `BroadcastError`."""
    reply = _known(session, reply_id)
    turn = _turn(session, reply, settings, now)
    turn.step(events.NoReadBack(str(reply.inbound_id), now))
    _done(session, reply, now, account)


def answer(
    session: Session, handover_id: int, settings: Settings, *, text: str, now: datetime, meaning: str = ""
) -> None:
    """A person answers a family, in the family's language. Raises `BroadcastError`.

    `meaning` is the same in the staff's language. In the console `bot.inbox.send` does this.
    """
    owed = _owed(session, handover_id)
    contact = session.get(ContactPoint, owed.contact_point_id, populate_existing=True)
    if contact is None:
        raise BroadcastError(f"Number {handover_id} has no phone to write to: “homeloop done” closes it.")
    if not text.strip():
        raise BroadcastError("The answer is empty: write what the family should read.")
    if contact.stopped_at is not None:
        raise BroadcastError("This family has stopped our texts: call, or write a letter.")
    turn = Turn(session, contact, settings, now)
    written = {"written_at": now, "meaning": meaning.strip() or None}
    _mark(session, [turn.write(text.strip())], **written)
    owed.done_at, owed.done_how = now, "answered"
    session.add(owed)


def close(session: Session, handover_id: int, now: datetime) -> None:
    """A person has done what was owed to a family. Raises `BroadcastError`."""
    owed = _owed(session, handover_id)
    owed.done_at = now
    session.add(owed)


def _owed(session: Session, handover_id: int) -> Handover:
    owed = session.get(Handover, handover_id, populate_existing=True)
    if owed is None or owed.done_at is not None:
        raise BroadcastError(
            f"Nothing waits under the number {handover_id}: “homeloop waiting” lists what does."
        )
    return owed


def _known(session: Session, reply_id: int) -> Reply:
    reply = session.get(Reply, reply_id, populate_existing=True)
    if reply is None:
        raise BroadcastError(
            f"There is no reply {reply_id}: “homeloop report” lists them with their numbers."
        )
    return reply


def _turn(session: Session, reply: Reply, settings: Settings, now: datetime) -> Turn:
    contact = session.get(ContactPoint, reply.contact_point_id, populate_existing=True)
    assert contact is not None
    return Turn(session, contact, settings, now)


def _mark(session: Session, deliveries: list[int], **values: Any) -> None:
    session.execute(sa.update(Delivery).where(col(Delivery.id).in_(deliveries)).values(**values))


def _done(session: Session, reply: Reply, now: datetime, account: int | None = None) -> None:
    session.execute(
        sa.update(Handover)
        .where(
            col(Handover.reply_id) == reply.id,
            col(Handover.done_at).is_(None),
            col(Handover.why) == "read back",
            col(Handover.made_at) < now,
        )
        .values(done_at=now, done_by=account, done_how="read_back")
    )


def waking(session: Session, now: datetime, most: int) -> list[int]:
    """List the contact points whose talk has something due."""
    return list(
        session.exec(
            select(Talk.contact_point_id)
            .where(col(Talk.wakes_at) <= now)
            .order_by(col(Talk.wakes_at))
            .limit(most)
        )
    )


def wake(session: Session, contact_point_id: int, settings: Settings, now: datetime) -> None:
    """Tell one talk that time has passed."""
    contact = session.get(ContactPoint, contact_point_id, populate_existing=True)
    if contact is not None:
        Turn(session, contact, settings, now).step(events.Woke(now))
