"""How much a family is asked to read: its texts of a week, and questions that it leaves unanswered (rule 13).

A household is told something once, however many of its phones get it: what counts is one time of a
broadcast, for each household that uses the phone. Emergencies and answers to a family's own texts do not
count; a reminder does, beside the question that it repeats. Everything here is SQL over the phones of one
release, never a phone at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import case, func
from sqlmodel import Session, col

from bot.messages import DeliveryState
from bot.store.outbox.questions import OPEN_FOR
from bot.store.outbox.urgency import BULK
from bot.store.tables import (
    Broadcast,
    Delivery,
    Handover,
    Moment,
    Occurrence,
    Person,
    PersonContactPoint,
    PersonKind,
    Reply,
    Schedule,
    micros,
)

WEEK: Final = timedelta(days=7)
#: what is older has been sent, or waits for a reason that is none of the budget's
_LOOKED_BACK: Final = timedelta(days=35)
_ASKED_WITHIN: Final = timedelta(days=365)
UNANSWERED: Final = "questions unanswered"  #: `Handover.why`
_MICROS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a release must respect; see `settings.budget`."""

    per_week: int = 0  #: 0: no limit
    waits: bool = True  #: over the limit a text waits; False: the family is left out
    unanswered: int = 0  #: questions in a row; 0: never


def over_budget(session: Session, per_week: int, now: datetime) -> sa.Subquery | None:
    """Return (contact_point_id, free_at) of phones whose family has had its texts, as SQL.

    `free_at` is when there is room again, in the outbox's own moments. None: nobody can be over.
    """
    times = _times(session, now) if per_week else []
    reminding = {broadcast for broadcast, _time, reminds in times if reminds}
    if len(times) + len(reminding) < per_week or not times:
        return None
    at_home = homes().subquery("homes")
    told = _told(
        at_home,
        col(Delivery.occurrence_id),
        now,
        col(Delivery.broadcast_id).in_([broadcast for broadcast, _time, _reminds in times]),
        col(Delivery.occurrence_id).in_([time for _broadcast, time, _reminds in times]),
    )
    if reminding:
        of_these = col(Delivery.broadcast_id).in_(reminding), col(Delivery.reminds).is_not(None)
        told = sa.union_all(told, _told(at_home, -col(Delivery.broadcast_id), now, *of_these))
    return _full(told.subquery("told"), at_home, per_week)


def _told(at_home: sa.Subquery, time: Any, now: datetime, *conditions: Any) -> Any:
    """Select (home, time, at): what each home was told, each time once."""
    return (
        sa.select(at_home.c.home, time.label("time"), func.max(_when(now)).label("at"))
        .select_from(Delivery)
        .join(at_home, at_home.c.phone == col(Delivery.contact_point_id))
        .where(
            *conditions,
            col(Delivery.urgency) == BULK,
            col(Delivery.state) != DeliveryState.FAILED,
            _when(now) > micros(now - WEEK),
        )
        .group_by(at_home.c.home, time)
    )


def _full(told: sa.Subquery, at_home: sa.Subquery, per_week: int) -> sa.Subquery:
    newest = func.row_number().over(partition_by=told.c.home, order_by=told.c.at.desc())
    placed = sa.select(told.c.home, told.c.at, newest.label("place")).subquery("placed")
    free = func.max(placed.c.at + int(WEEK.total_seconds()) * _MICROS)
    full = (
        sa.select(at_home.c.phone.label("contact_point_id"), sa.type_coerce(free, Moment()).label("free_at"))
        .join(placed, placed.c.home == at_home.c.home)
        .where(placed.c.place == per_week)
        .group_by(at_home.c.phone)
    )
    return full.subquery("over_budget")


def _times(session: Session, now: datetime) -> list[tuple[int, int, bool]]:
    """List (broadcast, time, whether it reminds) of what was lately released and counts."""
    found = (
        sa.select(col(Broadcast.id), col(Occurrence.id), col(Broadcast.remind_after))
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .join(Broadcast, col(Broadcast.id) == col(Schedule.broadcast_id))
        .where(
            col(Occurrence.released_at) > now - _LOOKED_BACK,
            col(Occurrence.deliveries) > 0,
            col(Broadcast.purpose) != "emergency",
        )
    )
    rows = session.connection().execute(found)
    return [(broadcast or 0, time or 0, after is not None) for broadcast, time, after in rows]


def homes() -> sa.Select[Any]:
    """Return (phone, home): a household for each that uses the phone; who has none is a home by itself."""
    link = PersonContactPoint
    phone = col(link.contact_point_id)
    found: Any = (
        sa.select(phone.label("phone"), func.coalesce(col(Person.household_id), -phone).label("home"))
        .join(Person, col(Person.id) == col(link.person_id))
        .where(col(Person.kind).in_((PersonKind.GUARDIAN, PersonKind.STUDENT)))
        .distinct()
    )
    return cast("sa.Select[Any]", found)


def _when(now: datetime) -> sa.ColumnElement[int]:
    """When a text was, or will be, read; NULL for one that is paused."""
    at = case(
        (
            col(Delivery.state) == DeliveryState.WAITING,
            sa.type_coerce(col(Delivery.waiting_until), sa.BigInteger),
        ),
        (col(Delivery.state) == DeliveryState.QUEUED, micros(now)),
        else_=func.coalesce(sa.type_coerce(col(Delivery.started_at), sa.BigInteger), micros(now)),
    )
    return sa.type_coerce(at, sa.BigInteger)


def silent(session: Session, questions: int, now: datetime) -> sa.Subquery | None:
    """Return (contact_point_id) of phones that left their last so many questions unanswered, as SQL.

    A person who has called since lets them be asked again. None: nobody can be that silent.
    """
    asked_in = _questions(session, now) if questions else []
    if len(asked_in) < questions or not asked_in:
        return None
    called = (
        sa.select(func.max(col(Handover.done_at)))
        .where(
            col(Handover.contact_point_id) == col(Delivery.contact_point_id),
            col(Handover.why) == UNANSWERED,
        )
        .scalar_subquery()
    )
    replied = sa.exists().where(
        col(Reply.contact_point_id) == col(Delivery.contact_point_id),
        col(Reply.broadcast_id) == col(Delivery.broadcast_id),
    )
    newest = func.row_number().over(
        partition_by=col(Delivery.contact_point_id),
        order_by=(col(Delivery.started_at).desc(), col(Delivery.id)),
    )
    asked = (
        sa.select(
            col(Delivery.contact_point_id),
            case((replied, 1), else_=0).label("replied"),
            newest.label("place"),
        ).where(
            col(Delivery.broadcast_id).in_(asked_in),
            col(Delivery.reminds).is_(None),
            col(Delivery.state).in_((DeliveryState.SENT, DeliveryState.DELIVERED)),
            col(Delivery.started_at) <= now - OPEN_FOR,
            sa.or_(called.is_(None), col(Delivery.started_at) > called),
        )
    ).subquery("asked")
    found = (
        sa.select(asked.c.contact_point_id)
        .where(asked.c.place <= questions)
        .group_by(asked.c.contact_point_id)
        .having(func.count() == questions, func.sum(asked.c.replied) == 0)
    )
    return found.subquery("silent")


def _questions(session: Session, now: datetime) -> list[int]:
    found = sa.select(col(Broadcast.id)).where(
        col(Broadcast.question).is_not(None), col(Broadcast.approved_at) > now - _ASKED_WITHIN
    )
    return [number for (number,) in session.connection().execute(found) if number is not None]


def call_silent(session: Session, broadcast_id: int, occurrence_id: int, reason: str, now: datetime) -> None:
    """Hand those to a person whom a release does not ask any more, unless somebody has them already."""
    open_already = sa.select(col(Handover.contact_point_id)).where(
        col(Handover.why) == UNANSWERED,
        col(Handover.done_at).is_(None),
        col(Handover.contact_point_id).is_not(None),
    )
    without = sa.select(
        col(Delivery.contact_point_id), sa.literal(UNANSWERED), sa.literal(now, Moment())
    ).where(
        col(Delivery.broadcast_id) == broadcast_id,
        col(Delivery.occurrence_id) == occurrence_id,
        col(Delivery.state) == DeliveryState.FAILED,
        col(Delivery.reason) == reason,
        col(Delivery.contact_point_id).not_in(open_already),
    )
    session.execute(sa.insert(Handover).from_select(["contact_point_id", "why", "made_at"], without))
