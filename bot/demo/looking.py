"""What the demo's own pages read from the tables: how the day goes, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from bot.demo.unfinished import LANDLINE
from bot.messages import ChannelName, DeliveryState
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    ContactPoint,
    Delivery,
    Handover,
    LinkCode,
    Person,
    Rendering,
    Reply,
    Translation,
)

_GONE = (DeliveryState.SENT, DeliveryState.DELIVERED)


@dataclass(frozen=True, slots=True)
class Task:
    """Something that is there to be done, and where."""

    key: str  #: "question", "landlines", "approval", "read_back", "held"
    address: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Going:
    """How far one broadcast has come."""

    number: int
    title: str
    gone: int
    phones: int


@dataclass(frozen=True, slots=True)
class Day:
    """The whole day, at a glance."""

    people: int
    linked: int
    texts: int
    replies: int
    confirmed: int
    broadcasts: tuple[Going, ...]
    tasks: tuple[Task, ...]


def day(session: Session) -> Day:
    """Read how the day goes."""
    states = _counted(session, select(Reply.state, func.count()).group_by(Reply.state))
    return Day(
        people=session.exec(select(func.count()).select_from(Person)).one(),
        linked=linked(session),
        texts=session.exec(select(func.count(col(Delivery.id))).where(col(Delivery.state).in_(_GONE))).one(),
        replies=sum(states.values()),
        confirmed=states.get("confirmed", 0) + states.get("corrected", 0),
        broadcasts=tuple(_going(session)),
        tasks=tuple(_tasks(session)),
    )


def linked(session: Session) -> int:
    """Count the Telegram codes that were used."""
    return session.exec(
        select(func.count()).select_from(LinkCode).where(col(LinkCode.used_at).is_not(None))
    ).one()


def _counted(session: Session, counting: Any) -> dict[str, int]:
    return dict(session.exec(counting).all())


def _going(session: Session) -> Iterator[Going]:
    gone = func.sum(sa.case((col(Delivery.state).in_(_GONE), 1), else_=0))
    rows = session.exec(
        select(Broadcast.id, Broadcast.title, gone, func.count())
        .join(Delivery, col(Delivery.broadcast_id) == Broadcast.id)
        .group_by(col(Broadcast.id))
        .order_by(col(Broadcast.id).desc())
        .limit(6)
    )
    for number, title, texts, phones in rows:
        yield Going(number or 0, title, texts or 0, phones)


def _tasks(session: Session) -> Iterator[Task]:
    for key, why, tags in (("question", "own question", ("so",)), ("read_back", "read back", ("so", "es"))):
        waiting = _waiting(session, why, tags)
        if waiting is not None:
            yield Task(key, f"/inbox/{waiting}")
    failed = _most_landlines(session)
    if failed is not None:
        yield Task("landlines", f"/broadcasts/{failed[0]}", failed[1])
    pending = session.exec(
        select(Broadcast.id).where(col(Broadcast.state) == BroadcastState.PENDING).limit(1)
    ).first()
    if pending is not None:
        yield Task("approval", f"/broadcasts/{pending}/approve")
    held = session.exec(
        select(func.count()).select_from(Delivery).where(col(Delivery.state) == DeliveryState.HELD)
    ).one()
    if held:
        yield Task("held", "/problems", held)


def _waiting(session: Session, why: str, tags: tuple[str, ...]) -> int | None:
    """Return the phone that has waited longest for a person, in the first of these languages that has one."""
    found = session.exec(
        select(Handover.contact_point_id)
        .join(ContactPoint, col(ContactPoint.id) == Handover.contact_point_id)
        .where(
            col(Handover.why) == why,
            col(Handover.done_at).is_(None),
            col(Handover.restricted).is_(False),
            col(ContactPoint.language).in_(tags),
        )
        .order_by(sa.case({tag: place for place, tag in enumerate(tags)}, value=ContactPoint.language))
        .order_by(col(Handover.id))
        .limit(1)
    )
    return found.first()


def _most_landlines(session: Session) -> tuple[int, int] | None:
    """Return the broadcast that reached the most landlines, and how many."""
    found = session.exec(
        select(Delivery.broadcast_id, func.count())
        .where(col(Delivery.state) == DeliveryState.FAILED, col(Delivery.code) == LANDLINE)
        .group_by(col(Delivery.broadcast_id))
        .order_by(func.count().desc())
        .limit(1)
    ).first()
    return (found[0], found[1]) if found and found[0] is not None else None


@dataclass(frozen=True, slots=True)
class Noted:
    """What Homeloop made of something a family wrote."""

    words: str
    language: str
    state: str
    understood: str | None  #: in the staff's language
    by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """What a person still has to do for a family."""

    why: str
    promised_at: datetime | None


@dataclass(frozen=True, slots=True)
class Behind:
    """What the school knows of one phone."""

    contact: int | None  #: contact_point.id
    stopped: bool
    bad: str | None
    noted: tuple[Noted, ...]
    owed: tuple[Owed, ...]
    english: tuple[tuple[str, str], ...]  #: texts and meanings in the family's language, and in English


def behind(session: Session, channel: ChannelName, address: str) -> Behind:
    """Read what the school knows of one phone."""
    contact = session.exec(
        select(ContactPoint).where(col(ContactPoint.channel) == channel, col(ContactPoint.address) == address)
    ).first()
    if contact is None or contact.id is None:
        return Behind(None, False, None, (), (), ())
    replies = session.exec(
        select(Reply).where(col(Reply.contact_point_id) == contact.id).order_by(col(Reply.id).desc()).limit(5)
    ).all()
    owed = session.exec(
        select(Handover.why, Handover.promised_at)
        .where(
            col(Handover.contact_point_id) == contact.id,
            col(Handover.done_at).is_(None),
            col(Handover.restricted).is_(False),
        )
        .order_by(col(Handover.id))
    )
    meanings = [(one.understood_home, one.understood_staff) for one in replies]
    return Behind(
        contact.id,
        contact.stopped_at is not None,
        contact.bad_why,
        tuple(_noted(one) for one in replies),
        tuple(Owed(why, promised) for why, promised in owed),
        (
            *_renderings(session, contact.language),
            *((home, staff) for home, staff in meanings if home and staff),
        ),
    )


def _noted(one: Reply) -> Noted:
    return Noted(one.words, one.language, one.state, one.understood_staff, one.by, one.changed_at)


def _renderings(session: Session, tag: str) -> list[tuple[str, str]]:
    """Pair every text that went out in a language with the same text in English."""
    english = sa.alias(Rendering.__table__, "english")  # type: ignore[attr-defined]
    rows = session.execute(
        sa.select(col(Rendering.text), english.c.text)
        .join(
            english,
            (english.c.broadcast_id == col(Rendering.broadcast_id))
            & (english.c.channel == col(Rendering.channel))
            & (english.c.language == "en"),
        )
        .where(col(Rendering.language) == tag, col(Rendering.written_in) == tag)
    )
    choices = session.execute(
        sa.select(col(Translation.choices), col(Broadcast.question))
        .join(Broadcast, col(Broadcast.id) == col(Translation.broadcast_id))
        .where(col(Translation.language) == tag, col(Translation.choices).is_not(None))
    )
    found = [(ours, english) for ours, english in rows]
    for said, question in choices:
        found += zip(said or (), (question or {}).get("choices", ()), strict=False)
    return found
