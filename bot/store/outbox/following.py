"""What failed for good is followed by the next way to the same family, one at a time, and at last by a call.

Theory. A text that failed is looked at once. If its phone can not be reached, and nobody has told us to stop,
the family gets the text another way: on another number of the same person, on another channel, or through
another guardian, in the order that the broadcast names. The new row belongs to the same time of the same
broadcast, where a phone can only stand once: so nobody is told twice, and a chain of failures comes to its
end. It waits like any other text for its hour and behind an open question. What is found out hours later, by
a provider's report, is looked at when it is found out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import Select, case, func, update
from sqlmodel import Session, col, select

from bot.messages import DeliveryState
from bot.store.outbox.doubts import DROPPED
from bot.store.outbox.ending import BROADCAST_STOPPED, EXPIRED, PHONE_STOPPED
from bot.store.outbox.lanes import lane_of
from bot.store.outbox.releasing import ENOUGH, NO_ANSWER
from bot.store.outbox.urgency import EMERGENCY
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    ContactPoint,
    Delivery,
    Handover,
    Moment,
    Occurrence,
    Person,
    PersonChild,
    PersonContactPoint,
    PersonKind,
    Rendering,
    micros,
)

NUMBER, CHANNEL, GUARDIAN = "number", "channel", "guardian"
ROUTES: Final = (NUMBER, CHANNEL, GUARDIAN)  #: in the usual order; a call comes last by itself
CALL: Final = "call: no other way to reach them"  #: `Handover.why`

#: word for word as the partial index has it, or SQLite walks the table at every tick
_NOT_FOLLOWED: Final = sa.text("NOT followed")
AT_ONCE: Final = 1_000  #: texts looked at in one tick

#: ended by the family, by staff or by our own rules: nobody is to be reached another way
_MEANT: Final = (PHONE_STOPPED, BROADCAST_STOPPED, EXPIRED, ENOUGH, NO_ANSWER, DROPPED)
#: Twilio's codes that another phone would meet as well, or that are a STOP (twilio.com/docs/api/errors)
_NO_OTHER_WAY: Final = ("21610", "30007", "30019", "21617", "21602", "21620", "21623")


def follow(session: Session, now: datetime) -> int:
    """Look at what has failed since the last time; return how many texts go another way.

    A new row waits until `now`, so that `wake` decides on its hour.
    """
    ids = session.exec(
        select(Delivery.id)
        .where(col(Delivery.state) == DeliveryState.FAILED, _NOT_FOLLOWED)
        .order_by(col(Delivery.id))
        .limit(AT_ONCE)
    ).all()
    if not ids:
        return 0
    lost = [number for (number,) in session.connection().execute(_lost(ids, now))]
    ways = _ways(session, lost) if lost else {}
    made = _go_on(session, ways, now) if ways else set()
    done = set(ids) - (ways.keys() - made)
    if without := [number for number in lost if number not in ways]:
        _call(session, without, now)
    session.exec(
        update(Delivery)
        .where(col(Delivery.id).in_(done))
        .values(followed=True)
        .execution_options(synchronize_session=False)
    )
    return len(made)


def _lost(ids: Sequence[int | None], now: datetime) -> Select[Any]:
    """Of these, the texts of which the family should hear another way."""
    stopped = col(ContactPoint.stopped_at).is_not(None) & (col(ContactPoint.stopped_why) != "provider")
    tried = (
        (col(Delivery.attempts) > 0) | col(Delivery.code).is_not(None) | col(ContactPoint.bad_at).is_not(None)
    )
    worth = (col(Occurrence.expires_at).is_(None)) | (col(Occurrence.expires_at) > now)
    return (
        sa.select(col(Delivery.id))
        .join(ContactPoint, col(ContactPoint.id) == col(Delivery.contact_point_id))
        .join(Occurrence, col(Occurrence.id) == col(Delivery.occurrence_id))
        .join(Broadcast, col(Broadcast.id) == col(Delivery.broadcast_id))
        .where(
            col(Delivery.id).in_(ids),
            col(Delivery.rendering_id).is_not(None),
            col(Broadcast.state).in_((BroadcastState.APPROVED, BroadcastState.RELEASED)),
            func.coalesce(col(Delivery.reason), "").not_in(_MEANT),
            func.coalesce(col(Delivery.code), "").not_in(_NO_OTHER_WAY),
            tried,
            worth,
            sa.not_(stopped),
        )
        .order_by(col(Delivery.id))
    )


def _ways(session: Session, lost: Sequence[int]) -> dict[int, int]:
    """Return for each of these texts the phone that comes next; those without one are left out."""
    people = _people(lost).subquery("people")
    own = _own(people)
    others = _others(people)
    ways = sa.union_all(own, others).subquery("ways")
    failed = Delivery.__table__.alias("failed")  # type: ignore[attr-defined]
    there = Delivery.__table__.alias("there")  # type: ignore[attr-defined]
    phone = ContactPoint
    emergency = failed.c.urgency == EMERGENCY
    silent = col(phone.stopped_at).is_not(None) & sa.not_(emergency & col(phone.closings_only))
    lost_on = ContactPoint.__table__.alias("lost_on")  # type: ignore[attr-defined]
    same = col(phone.channel) == lost_on.c.channel
    way = case((ways.c.other, GUARDIAN), (same, NUMBER), else_=CHANNEL)
    known = sa.exists().where(
        there.c.broadcast_id == failed.c.broadcast_id,
        there.c.occurrence_id == failed.c.occurrence_id,
        there.c.contact_point_id == ways.c.phone,
    )
    worded = sa.exists().where(
        col(Rendering.broadcast_id) == failed.c.broadcast_id,
        col(Rendering.language) == col(phone.language),
        col(Rendering.channel) == col(phone.channel),
    )
    found = (
        sa.select(failed.c.id, ways.c.phone, way.label("way"), col(Broadcast.routes), ways.c.rank)
        .select_from(ways)
        .join(failed, failed.c.id == ways.c.delivery)
        .join(lost_on, lost_on.c.id == failed.c.contact_point_id)
        .join(phone, col(phone.id) == ways.c.phone)
        .join(Broadcast, col(Broadcast.id) == failed.c.broadcast_id)
        .where(
            sa.not_(known),
            worded,
            sa.not_(silent),
            col(phone.bad_at).is_(None),
            lane_of(col(phone.channel)).is_not(None),
            sa.or_(sa.not_(ways.c.other), sa.not_(_told(ways.c.person, failed))),
        )
        .order_by(failed.c.id, ways.c.rank, ways.c.phone)
    )
    return _first(session.connection().execute(found).all())


def _first(rows: Sequence[Any]) -> dict[int, int]:
    """Choose for each text the first way in the order of its broadcast."""
    best: dict[int, tuple[int, int]] = {}
    for number, phone, way, routes, _rank in rows:
        order = order_of(routes)
        if way in order and (number not in best or order.index(way) < best[number][0]):
            best[number] = (order.index(way), phone)
    return {number: phone for number, (_place, phone) in best.items()}


def order_of(routes: str | None) -> tuple[str, ...]:
    """Return the ways that a broadcast names, in its order; an empty word names none."""
    return ROUTES if routes is None else tuple(one for one in routes.split(",") if one in ROUTES)


def _people(lost: Sequence[int]) -> Select[Any]:
    """Whose text it was: (delivery, person, household)."""
    link = PersonContactPoint
    people: Any = (
        sa.select(
            col(Delivery.id).label("delivery"), col(Person.id).label("person"), col(Person.household_id)
        )
        .join(link, col(link.contact_point_id) == col(Delivery.contact_point_id))
        .join(Person, col(Person.id) == col(link.person_id))
        .where(col(Delivery.id).in_(lost))
    )
    return cast("Select[Any]", people)


def _own(people: sa.Subquery) -> Select[Any]:
    """Other phones of the same people: (delivery, person, phone, rank, other)."""
    link = PersonContactPoint
    return sa.select(
        people.c.delivery,
        people.c.person,
        col(link.contact_point_id).label("phone"),
        col(link.rank).label("rank"),
        sa.false().label("other"),
    ).join(link, col(link.person_id) == people.c.person)


def _others(people: sa.Subquery) -> Select[Any]:
    """Phones of other guardians of the same household, or of a child they share."""
    link, other = PersonContactPoint, Person
    mine, theirs = PersonChild.__table__.alias("mine"), PersonChild.__table__.alias("theirs")  # type: ignore[attr-defined]
    share = sa.exists().where(
        mine.c.person_id == people.c.person,
        theirs.c.child_id == mine.c.child_id,
        theirs.c.person_id == col(other.id),
    )
    return (
        sa.select(
            people.c.delivery,
            col(other.id),
            col(link.contact_point_id),
            col(link.rank),
            sa.true(),
        )
        .select_from(people)
        .join(other, (col(other.household_id) == people.c.household_id) | share)
        .join(link, col(link.person_id) == col(other.id))
        .where(
            col(other.id) != people.c.person,
            col(other.kind) == PersonKind.GUARDIAN,
            col(other.in_roster),
        )
    )


def _told(person: Any, failed: Any) -> sa.ColumnElement[bool]:
    """Say whether a person has this text already, on any phone of theirs."""
    has = Delivery.__table__.alias("has")  # type: ignore[attr-defined]
    theirs = PersonContactPoint.__table__.alias("on")  # type: ignore[attr-defined]
    return sa.exists().where(
        theirs.c.person_id == person,
        has.c.contact_point_id == theirs.c.contact_point_id,
        has.c.broadcast_id == failed.c.broadcast_id,
        has.c.occurrence_id == failed.c.occurrence_id,
        has.c.state != DeliveryState.FAILED,
    )


def _go_on(session: Session, ways: dict[int, int], now: datetime) -> set[int]:
    """Make the new rows; return for which texts. Two that meet on one phone are one text there."""
    chosen: dict[tuple[int, int | None], int] = {}
    rows = {
        row.id: row
        for row in session.connection().execute(
            sa.select(
                col(Delivery.id), col(Delivery.broadcast_id), col(Delivery.occurrence_id),
                col(Delivery.urgency), col(Delivery.rank), col(Delivery.instead_of), col(Broadcast.paused_at),
            )
            .join(Broadcast, col(Broadcast.id) == col(Delivery.broadcast_id))
            .where(col(Delivery.id).in_(ways))
        )
    }  # fmt: skip
    for number, phone in ways.items():
        chosen.setdefault((phone, rows[number].occurrence_id), number)
    new = [_values(rows[number], phone, now) for (phone, _time), number in chosen.items()]
    session.connection().execute(_INSERT, new)
    return set(chosen.values())


def _values(row: Any, phone: int, now: datetime) -> dict[str, Any]:
    return {
        "of_broadcast": row.broadcast_id,
        "of_time": row.occurrence_id,
        "of_phone": phone,
        "of_urgency": row.urgency,
        "of_rank": row.rank,
        "of_root": row.instead_of or row.id,
        "of_until": None if row.paused_at is not None else micros(now),
        "of_now": micros(now),
    }


def _named(name: str, kind: Any = sa.Integer) -> Any:
    return sa.bindparam(name, type_=kind)


_ROW: Final[dict[str, Any]] = {
    "broadcast_id": _named("of_broadcast"),
    "occurrence_id": _named("of_time"),
    "rendering_id": col(Rendering.id),
    "contact_point_id": col(ContactPoint.id),
    "lane_id": lane_of(col(ContactPoint.channel)),
    "language": col(ContactPoint.language),
    "urgency": _named("of_urgency"),
    "rank": _named("of_rank"),
    "digits": col(Rendering.digits),
    "state": sa.literal(DeliveryState.WAITING),
    "waiting_until": _named("of_until", sa.BigInteger),
    "start_by": _named("of_now", sa.BigInteger),
    "parts": col(Rendering.parts),
    "instead_of": _named("of_root"),
    "attempts": sa.literal(0),
    "looks": sa.literal(0),
    "passes_stop": sa.literal(False),
    "in_talk": sa.literal(False),
    "followed": sa.literal(False),
}
_INSERT: Final = sa.insert(Delivery).from_select(
    list(_ROW),
    sa.select(*_ROW.values())
    .select_from(ContactPoint)
    .join(
        Rendering,
        (col(Rendering.broadcast_id) == _named("of_broadcast"))
        & (col(Rendering.language) == col(ContactPoint.language))
        & (col(Rendering.channel) == col(ContactPoint.channel)),
    )
    .where(col(ContactPoint.id) == _named("of_phone")),
)


def _call(session: Session, lost: Sequence[int], now: datetime) -> None:
    """Hand those to a person for whom no way is left and none has worked; what is optional needs no call."""
    people = _people(lost).subquery("people")
    failed = Delivery.__table__.alias("failed")  # type: ignore[attr-defined]
    first = Delivery.__table__.alias("first")  # type: ignore[attr-defined]
    home = Person.__table__.alias("home")  # type: ignore[attr-defined]
    same_home = sa.exists().where(
        people.c.delivery == failed.c.id,
        sa.or_(home.c.id == people.c.person, home.c.household_id == people.c.household_id),
        _told(home.c.id, failed),
    )
    owed = (
        sa.select(
            first.c.contact_point_id,
            sa.literal(CALL),
            sa.literal(now, Moment()),
            failed.c.broadcast_id,
            first.c.id,
        )
        .select_from(failed)
        .join(first, first.c.id == func.coalesce(failed.c.instead_of, failed.c.id))
        .join(Broadcast, col(Broadcast.id) == failed.c.broadcast_id)
        .where(failed.c.id.in_(lost), col(Broadcast.purpose) != "optional", sa.not_(same_home))
    )
    columns = ["contact_point_id", "why", "made_at", "broadcast_id", "delivery_id"]
    session.execute(sa.insert(Handover).from_select(columns, owed))
