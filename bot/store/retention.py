"""What is removed once it has been kept long enough, kind by kind, a bounded piece at a time.

Every step takes a session, the moment before which things are old, and how many rows it may touch; it returns
how many it did. Nothing goes that still waits for a person. Answers to a question keep their choice, so
that counts stay; the words go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from msgspec import to_builtins
from sqlmodel import Session, col

from bot.messages import ChannelName, DeliveryState
from bot.messages import Inbound as Message
from bot.store import erasure
from bot.store.tables import (
    ContactPoint,
    Delivery,
    FormerPhone,
    Handover,
    Inbound,
    LinkCode,
    Note,
    Person,
    PersonContactPoint,
    ProviderEvent,
    Reply,
    ReplyVersion,
    SignInTry,
    StaffInvitation,
    StaffSession,
    Sweep,
    Talk,
)

Step = Callable[[Session, datetime, int, datetime], int]  #: session, before, at most, now

_FINAL = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.FAILED)

#: a report that belongs to no text of ours any more is kept for so long: its text may not be settled yet
LOOSE = timedelta(days=1)


def words(session: Session, before: datetime, most: int, now: datetime) -> int:
    """Empty what families wrote, in every place that holds it, and delete what staff noted about it."""
    open_ = sa.select(col(Handover.inbound_id)).where(
        col(Handover.done_at).is_(None), col(Handover.inbound_id).is_not(None)
    )
    waits = sa.select(col(Handover.reply_id)).where(
        col(Handover.done_at).is_(None), col(Handover.reply_id).is_not(None)
    )
    kept = col(Reply.words) != ""
    replies = sa.select(col(Reply.id)).where(col(Reply.changed_at) < before, col(Reply.id).not_in(waits))
    emptied = {"words": "", "understood_home": None, "understood_staff": None}
    old = sa.and_(col(Inbound.received_at) < before, col(Inbound.id).not_in(open_))
    return sum(
        (
            _change(session, Reply, _first(replies.where(kept), Reply, most), emptied),
            _delete(session, ReplyVersion, _first(_versions(replies), ReplyVersion, most)),
            _empty_inbound(session, old, most),
            _delete(session, Note, _first(_older(Note, Note.at, before), Note, most)),
            _delete(session, Handover, _first(_older(Handover, Handover.done_at, before), Handover, most)),
            _delete_talks(session, before, most),
        )
    )


def _versions(replies: sa.Select[Any]) -> sa.Select[Any]:
    return sa.select(col(ReplyVersion.id)).where(col(ReplyVersion.reply_id).in_(replies))


def _empty_inbound(session: Session, old: sa.ColumnElement[bool], most: int) -> int:
    blank = to_builtins(Message(ChannelName.SMS, provider_id="", lane="", address=""))
    kept = sa.select(col(Inbound.id)).where(
        old, col(Inbound.address) != "", col(Inbound.handled_at).is_not(None)
    )
    gone = sa.literal("gone:").concat(sa.cast(col(Inbound.id), sa.String))
    return _change(
        session, Inbound, _first(kept, Inbound, most), {"message": blank, "address": "", "provider_id": gone}
    )


def _delete_talks(session: Session, before: datetime, most: int) -> int:
    old = sa.select(col(Talk.contact_point_id)).where(col(Talk.changed_at) < before).limit(most)
    return _count(session, sa.delete(Talk).where(col(Talk.contact_point_id).in_(old)))


def texts(session: Session, before: datetime, most: int, now: datetime) -> int:
    """Empty what we wrote to one family."""
    since = sa.func.coalesce(col(Delivery.settled_at), col(Delivery.started_at), 0)
    ours = sa.select(col(Delivery.id)).where(
        col(Delivery.rendering_id).is_(None),
        col(Delivery.text) != "",
        col(Delivery.state).in_(_FINAL),
        sa.type_coerce(since, sa.BigInteger) < sa.type_coerce(before, Delivery.__table__.c.settled_at.type),  # type: ignore[attr-defined]
    )
    emptied = {"text": "", "buttons": None, "meaning": None, "way": None}
    return _change(session, Delivery, _first(ours, Delivery, most), emptied)


def events(session: Session, before: datetime, most: int, now: datetime) -> int:
    """Delete providers' reports: old ones, and after an erasing those of texts that are no more."""
    oldest = sa.select(col(ProviderEvent.id), col(ProviderEvent.received_at)).order_by(col(ProviderEvent.id))
    looked_at = oldest.limit(most).subquery("oldest")
    old = sa.select(looked_at.c.id).where(looked_at.c.received_at < before)
    return _delete(session, ProviderEvent, old)


def loose_events(session: Session, before: datetime, most: int, now: datetime) -> int:
    """Delete reports that came in for texts of which an erasing has left nothing."""
    lately = sa.select(col(Sweep.id)).where(
        col(Sweep.kind) == erasure.ERASED, col(Sweep.at) > now - 7 * LOOSE
    )
    if session.connection().execute(lately.limit(1)).first() is None:
        return 0
    known = sa.exists().where(col(Delivery.provider_id) == col(ProviderEvent.provider_id))
    loose = sa.select(col(ProviderEvent.id)).where(col(ProviderEvent.received_at) < now - LOOSE, ~known)
    return _delete(session, ProviderEvent, _first(loose, ProviderEvent, most))


def leavers(session: Session, before: datetime, most: int, now: datetime) -> int:
    """Erase people whom no roster names any more, and numbers that are nobody's."""
    connection = session.connection()
    connection.execute(
        sa.update(Person)
        .where(col(Person.in_roster).is_(False), col(Person.left_at).is_(None))
        .values(left_at=now)
    )
    few = max(most // 10, 1)
    left = sa.select(col(Person.id)).where(col(Person.in_roster).is_(False), col(Person.left_at) < before)
    people = connection.execute(left.order_by(col(Person.id)).limit(few)).scalars().all()
    erased = erasure.erase_people(session, [one for one in people if one], now).people
    return erased + erasure.erase_phones(session, _strangers(session, before, few), now).phones


def _strangers(session: Session, before: datetime, most: int) -> list[int]:
    """Find phones that belong and belonged to nobody and have been silent for long."""
    here = col(ContactPoint.id)
    rows = session.connection().execute(
        sa.select(here)
        .where(
            ~sa.exists().where(col(PersonContactPoint.contact_point_id) == here),
            ~sa.exists().where(col(FormerPhone.contact_point_id) == here),
            ~sa.exists().where(col(Inbound.contact_point_id) == here, col(Inbound.received_at) >= before),
            ~sa.exists().where(col(Handover.contact_point_id) == here, col(Handover.done_at).is_(None)),
            sa.exists().where(col(Inbound.contact_point_id) == here),
            sa.func.coalesce(col(ContactPoint.stopped_why), "") != erasure.ERASED,
        )
        .limit(most)
    )
    return [row.id for row in rows]


def codes(session: Session, before: datetime, most: int, now: datetime) -> int:
    """Delete one-time codes."""
    old = sa.select(col(LinkCode.code)).where(col(LinkCode.made_at) < before).limit(most)
    return _count(session, sa.delete(LinkCode).where(col(LinkCode.code).in_(old)))


def sign_ins(session: Session, before: datetime, most: int, now: datetime) -> int:
    """Delete sessions and invitations that are over, and tries to sign in."""
    old = (
        (StaffSession, StaffSession.ends_at),
        (SignInTry, SignInTry.at),
        (StaffInvitation, StaffInvitation.ends_at),
    )
    return sum(
        _delete(session, model, _first(_older(model, ended, before), model, most)) for model, ended in old
    )


#: kind -> what removes it, in the order in which it is done. "loose_events" has no period of its own.
STEPS: Final[Mapping[str, Step]] = {
    "leavers": leavers,
    "words": words,
    "texts": texts,
    "events": events,
    "loose_events": loose_events,
    "codes": codes,
    "sign_ins": sign_ins,
}


def _older(model: Any, moment: Any, before: datetime) -> sa.Select[Any]:
    return sa.select(col(model.id)).where(col(moment) < before)


def _first(rows: sa.Select[Any], model: Any, most: int) -> sa.Select[Any]:
    return rows.order_by(col(model.id)).limit(most)


def _delete(session: Session, model: Any, rows: sa.Select[Any]) -> int:
    return _count(session, sa.delete(model).where(col(model.id).in_(rows)))


def _change(session: Session, model: Any, rows: sa.Select[Any], values: Mapping[str, Any]) -> int:
    return _count(session, sa.update(model).where(col(model.id).in_(rows)).values(values))


def _count(session: Session, statement: Any) -> int:
    return int(session.connection().execute(statement).rowcount)
