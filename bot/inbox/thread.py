"""The conversation with one phone, in order: our texts, theirs, what we understood, what staff did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from bot import hours, languages
from bot.conversation import talk as talks
from bot.conversation.events import parse_button
from bot.conversation.hearing import BURST
from bot.conversation.wording import DAY
from bot.inbox import questions
from bot.inbox.sayings import in_english
from bot.inbox.scope import phone_of
from bot.inbox.views import (
    Aside,
    CheckOwed,
    Draft,
    Item,
    Ours,
    ReadBackOwed,
    Somebody,
    Theirs,
    Thing,
    Thread,
    Understood,
    Version,
)
from bot.inbox.waiting import WITH_A_PERSON, kind_of
from bot.messages import DeliveryState
from bot.settings import Settings
from bot.store.accounts import Account
from bot.store.tables import (
    EPOCH,
    Broadcast,
    ContactPoint,
    Delivery,
    Inbound,
    Reply,
    Staff,
    Talk,
)

_TO_COME: Final = (DeliveryState.WAITING, DeliveryState.QUEUED)

SHOWN: Final = 15  #: of our texts, and as many of theirs, until more are asked for


@dataclass(frozen=True, slots=True)
class Hidden:
    """Messages and replies that this view must not show."""

    inbounds: tuple[int, ...] = ()
    replies: tuple[int, ...] = ()
    handovers: bool = True  #: and nothing that is restricted


def thread(
    session: Session, phone: int, account: Account, settings: Settings, now: datetime, *, pages: int = 1
) -> Thread:
    """Read a conversation without anything that is restricted. Raises `InboxError`."""
    contact = phone_of(session, phone, account)
    return _thread(session, contact, settings, now, _hidden(session, phone), SHOWN * max(pages, 1))


def whole_thread(session: Session, contact: ContactPoint, settings: Settings, now: datetime) -> Thread:
    """Read a conversation with what is restricted: for `bot.inbox.danger` alone."""
    return _thread(session, contact, settings, now, Hidden(handovers=False), SHOWN)


def stands_for(session: Session, phone: int, account: Account) -> str:
    """`stands_at`, for an account that may see the conversation. Raises `InboxError`."""
    phone_of(session, phone, account)
    return stands_at(session, phone)


def stands_at(session: Session, phone: int) -> str:
    """Return where a conversation stands for those who write in it: `Thread.seen`."""
    return _stands(session, phone, _hidden(session, phone))


def _stands(session: Session, phone: int, hidden: Hidden) -> str:
    asked = {"phone": phone, "inbounds": hidden.inbounds}
    row = session.connection().execute(questions.stands(), asked).one()
    return f"{row[0] or 0}.{row[1] or 0}"


def _hidden(session: Session, phone: int) -> Hidden:
    rows: Sequence[Any] = session.connection().execute(questions.hidden(), {"phone": phone}).all()
    return Hidden(
        tuple(row[0] for row in rows if row[0] is not None),
        tuple(row[1] for row in rows if row[1] is not None),
    )


def _thread(
    session: Session, contact: ContactPoint, settings: Settings, now: datetime, hidden: Hidden, shown: int
) -> Thread:
    phone = contact.id
    assert phone is not None
    row = session.get(Talk, phone)
    talk = talks.from_json(row.state) if row else None
    people = _people(session, phone)
    heard = _heard(session, phone, hidden, shown + 1)
    replies = _understood(session, phone, hidden)
    sent = _sent(session, phone, hidden, shown + 1)
    ours = [_ours(one, contact, replies) for one in sent[:shown]]
    labels = {data: label for one in sent for label, data in _buttons(one)}
    theirs = [_theirs(one, contact.language, labels, replies) for one in heard[:shown]]
    handovers, notes = _handovers(session, phone, hidden), _notes(session, phone)
    waiting = {own.reply: own for own in talk.waiting} if talk else {}
    owed = _owed(handovers, contact, waiting, len(people), settings, now)
    return Thread(
        phone=phone,
        address=contact.address,
        channel=contact.channel,
        language=contact.language,
        language_by=contact.language_by,
        people=people,
        stopped_at=contact.stopped_at,
        stopped_why=contact.stopped_why,
        closings_only=contact.closings_only,
        bad_why=contact.bad_why if contact.bad_at else None,
        with_person=_with_person(talk, owed),
        items=_in_order([*ours, *theirs, *_asides(handovers, notes)], heard, sent, shown, now),
        more=len(heard) > shown or len(sent) > shown,
        owed=owed,
        draft=_draft(notes),
        wrote_at=heard[0].received_at if heard else None,
        seen=_stands(session, phone, hidden),
    )


def _with_person(talk: talks.Talk | None, owed: Sequence[Thing]) -> str | None:
    if talk is None or not talk.with_staff:
        return None
    return next((one.assigned_name or "" for one in owed if one.why == WITH_A_PERSON), "")


def _people(session: Session, phone: int) -> tuple[Somebody, ...]:
    rows: Sequence[Any] = session.connection().execute(questions.people(), {"phone": phone}).all()
    found: dict[int, Somebody] = {}
    for one in rows:
        before = found.get(one.id) or Somebody(one.id, one.name, one.kind, ())
        child = ", ".join(part for part in (one.grade, one.school) if part)
        children = (*before.children, child) if child else before.children
        found[one.id] = Somebody(one.id, one.name, one.kind, children)
    return tuple(found.values())


def _heard(session: Session, phone: int, hidden: Hidden, most: int) -> Sequence[Inbound]:
    asked = {"phone": phone, "inbounds": hidden.inbounds, "most": most}
    return list(session.execute(questions.heard(), asked).scalars())


def _sent(session: Session, phone: int, hidden: Hidden, most: int) -> Sequence[Any]:
    """Our texts, newest first, each with its broadcast, that one's source text, and its author."""
    asked = {"phone": phone, "inbounds": hidden.inbounds, "most": most}
    return session.execute(questions.sent(), asked).all()


def _buttons(row: Any) -> Iterable[list[str]]:
    delivery, rendering = row[0], row[1]
    return (rendering.buttons if rendering else delivery.buttons) or []


def _ours(row: Any, contact: ContactPoint, replies: Mapping[int, Understood]) -> Ours:
    delivery, rendering, broadcast, source, author, at = row
    text = rendering.text if rendering else delivery.text or ""
    written_in = rendering.written_in if rendering else delivery.language
    return Ours(
        id=delivery.id,
        at=None if delivery.state in _TO_COME else at,
        text=text,
        language=written_in,
        meaning=_meaning(delivery, text, written_in, source, replies, broadcast),
        broadcast_id=delivery.broadcast_id,
        broadcast=broadcast.title if broadcast else None,
        author=author if delivery.written_at else None,
        way=delivery.way,
        state=delivery.state,
        goes_at=delivery.waiting_until if delivery.state == DeliveryState.WAITING else None,
        reason=delivery.reason,
        parts=delivery.parts,
        buttons=tuple(label for label, _ in _buttons(row)),
    )


def _meaning(
    delivery: Delivery,
    text: str,
    written_in: str,
    source: str | None,
    replies: Mapping[int, Understood],
    broadcast: Broadcast | None,
) -> str | None:
    if broadcast is not None:
        return source if written_in != broadcast.source_language else None
    if delivery.written_at is not None or written_in == languages.SOURCE:
        return delivery.meaning
    understood = [one.staff for one in replies.values() if one.home and one.home in text and one.staff]
    return in_english(text, written_in, meaning=understood[-1] if understood else None)


def _theirs(
    inbound: Inbound, language: str, labels: Mapping[str, str], replies: Mapping[int, Understood]
) -> Theirs:
    assert inbound.id is not None
    said: Mapping[str, Any] = inbound.message
    acts: Mapping[object, str] = {True: "blocked", False: "unblocked"}
    act = acts.get(said.get("blocked"), "")
    pressed = said.get("pressed")
    return Theirs(
        id=inbound.id,
        at=inbound.received_at,
        text=said.get("text", ""),
        language=language,
        media=said.get("media", 0),
        pressed=labels.get(pressed, _button(pressed)) if pressed else None,
        act=act or ("linked" if said.get("start_code") is not None else ""),
        understood=replies.get(inbound.id),
    )


def _button(data: str) -> str:
    press = parse_button(data)
    return str(press.choice) if press else "?"


def _understood(session: Session, phone: int, hidden: Hidden) -> dict[int, Understood]:
    """Every reply of this phone, by the message that began it."""
    asked = {"phone": phone, "inbounds": hidden.inbounds, "replies": hidden.replies}
    rows = session.execute(questions.replies(), asked).all()
    versions: dict[int, list[Version]] = {}
    for one in session.execute(questions.versions(), {"phone": phone}).scalars():
        kept = Version(one.at, one.state, one.words, one.understood_home, one.understood_staff, one.by)
        versions.setdefault(one.reply_id, []).append(kept)
    return {
        reply.inbound_id: Understood(
            reply=reply.id,
            broadcast=title if reply.question == 1 else f"{title} ({reply.question})",
            kind=reply.kind,
            state=reply.state,
            value=reply.value,
            words=reply.words,
            home=reply.understood_home,
            staff=reply.understood_staff,
            by=reply.by,
            late=reply.late,
            versions=tuple(versions.get(reply.id, ())),
        )
        for reply, title in rows
    }


def _notes(session: Session, phone: int) -> Sequence[Any]:
    """Return every note with who wrote it, oldest first."""
    return session.execute(questions.notes(), {"phone": phone}).all()


def _handovers(session: Session, phone: int, hidden: Hidden) -> Sequence[Any]:
    """Return what is owed and what was done last, with its words and whose it is."""
    asked = {"phone": phone, "inbounds": hidden.inbounds, "most": 2 * SHOWN}
    return session.execute(questions.handovers(restricted=not hidden.handovers), asked).all()


def _asides(handovers: Sequence[Any], notes: Sequence[Any]) -> list[Aside]:
    found = [Aside(note.id, note.at, "note", note.text, who, None, None) for note, who in notes]
    return found + [
        Aside(one.id, one.done_at, "done", one.why, doer, one.done_how, one.promised_at)
        for one, _, _, _, doer in handovers
        if one.done_at is not None
    ]


def _in_order(
    items: list[Any], heard: Sequence[Inbound], sent: Sequence[Any], shown: int, now: datetime
) -> tuple[Item, ...]:
    """Oldest first; what has not gone yet comes last; nothing from before the shown part."""
    cut = EPOCH
    if len(heard) > shown:
        cut = max(cut, heard[shown].received_at)
    if len(sent) > shown:
        cut = max(cut, sent[shown].at or EPOCH)
    order = {"theirs": 0, "ours": 1, "aside": 2}
    later = now + DAY * 36500

    def place(item: Any) -> tuple[datetime, int, int]:
        return (item.at or later, order[item.side], item.id)

    return tuple(sorted((item for item in items if place(item)[0] > cut), key=place))


def _owed(
    handovers: Sequence[Any],
    contact: ContactPoint,
    waiting: Mapping[str, talks.OwnWords],
    people: int,
    settings: Settings,
    now: datetime,
) -> tuple[Thing, ...]:
    """Return what is owed, the soonest promise first."""

    def written(reply: Reply | None, why: str) -> ReadBackOwed | None:
        if reply is None or reply.id is None or why != "read back":
            return None
        own = waiting.get(str(reply.inbound_id))
        return _read_back(reply.id, own, contact.language, people, settings, now)

    found = [
        Thing(
            id=owed.id,
            why=owed.why,
            kind=kind_of(owed.why),
            promised_at=owed.promised_at,
            made_at=owed.made_at,
            assigned_to=owed.assigned_to,
            assigned_name=taker,
            reply_id=owed.reply_id,
            words=reply.words if reply else inbound.message.get("text", "") if inbound else "",
            read_back=written(reply, owed.why),
            check=_check(reply) if owed.why == "check" else None,
        )
        for owed, reply, inbound, taker, _ in handovers
        if owed.done_at is None and not owed.restricted
    ]
    return tuple(sorted(found, key=lambda one: (one.promised_at is None, one.promised_at or now, one.id)))


def _check(reply: Reply | None) -> CheckOwed | None:
    return CheckOwed(reply.understood_home or "", reply.understood_staff or "") if reply else None


def _read_back(
    reply: int, own: talks.OwnWords | None, tag: str, people: int, settings: Settings, now: datetime
) -> ReadBackOwed | None:
    """Say what becomes of a read-back that is written now; None if these words no longer wait for one."""
    if own is None:
        return None
    key = "read_back" if own.round == 1 else "read_back_again"
    if now - own.said_at > DAY:
        key = "read_back_later"
    speaks = tag if languages.speakable(tag, settings.unreviewed) else languages.SOURCE
    zone = settings.school.zone
    day = languages.family_date(
        own.said_at.astimezone(zone).date(), speaks, today=now.astimezone(zone).date()
    )
    topic = own.question.topic.strip(" ?¿؟？.。")
    return ReadBackOwed(
        reply=reply,
        said_at=own.said_at,
        round=own.round,
        phrase=languages.phrase(key, speaks, meaning="\0", topic=topic, day=day),
        language=speaks,
        topic=own.question.topic,
        unsaid=people > 1 and now - own.said_at > BURST,
        written=own.home is not None,
    )


def _draft(notes: Sequence[Any]) -> Draft | None:
    kept = [(note, name) for note, name in notes if note.draft]
    if not kept:
        return None
    note, name = kept[-1]
    draft = note.draft
    return Draft(note.id, name or "", note.at, draft["home"], draft["staff"], draft.get("engine", ""))


def answered_by(session: Session, phone: int) -> tuple[str, datetime] | None:
    """Return who wrote the newest answer to this phone, and when."""
    row: Any = (
        session.connection()
        .execute(
            sa.select(col(Staff.name), col(Delivery.written_at))
            .outerjoin(Staff, col(Staff.id) == col(Delivery.written_by))
            .where(col(Delivery.contact_point_id) == phone, col(Delivery.written_at).is_not(None))
            .order_by(col(Delivery.id).desc())
            .limit(1)
        )
        .first()
    )
    return (row[0] or "", row[1]) if row else None


def wrote_last(session: Session, phone: int) -> tuple[int, datetime] | None:
    """Return the family's newest message that everybody may know of: its id and when it came."""
    hidden = _hidden(session, phone)
    row: Any = (
        session.connection()
        .execute(
            sa.select(col(Inbound.id), col(Inbound.received_at))
            .where(col(Inbound.contact_point_id) == phone, col(Inbound.id).not_in(hidden.inbounds))
            .order_by(col(Inbound.id).desc())
            .limit(1)
        )
        .first()
    )
    return (row[0], row[1]) if row else None


def when_it_may_go(session: Session, phone: int, settings: Settings, now: datetime) -> datetime | None:
    """Return when an answer to this phone goes out; None: now (rule 14)."""
    theirs = wrote_last(session, phone)
    return hours.next_answer(now, theirs[1] if theirs else None, hours.of(settings))
