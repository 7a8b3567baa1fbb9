"""How much a family is asked to read: its texts of a week, and questions that it leaves unanswered (rule 13).

A household is told something once, however many of its phones get it: what counts is one time of a
broadcast, for each household that uses the phone. Emergencies and answers to a family's own texts do not
count. Everything here is SQL over the phones of one release, never a phone at a time.
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
    if len(times) < per_week or not times:
        return None
    homes = _homes().subquery("homes")
    told = (
        sa.select(homes.c.home, col(Delivery.occurrence_id), func.max(_when(now)).label("at"))
        .join(homes, homes.c.phone == col(Delivery.contact_point_id))
        .where(
            col(Delivery.broadcast_id).in_([broadcast for broadcast, _time in times]),
            col(Delivery.occurrence_id).in_([time for _broadcast, time in times]),
            col(Delivery.urgency) == BULK,
            col(Delivery.state) != DeliveryState.FAILED,
            _when(now) > micros(now - WEEK),
        )
        .group_by(homes.c.home, col(Delivery.occurrence_id))
    ).subquery("told")
    newest = func.row_number().over(partition_by=told.c.home, order_by=told.c.at.desc())
    placed = sa.select(told.c.home, told.c.at, newest.label("place")).subquery("placed")
    free = func.max(placed.c.at + int(WEEK.total_seconds()) * _MICROS)
    full = (
        sa.select(homes.c.phone.label("contact_point_id"), sa.type_coerce(free, Moment()).label("free_at"))
        .join(placed, placed.c.home == homes.c.home)
        .where(placed.c.place == per_week)
        .group_by(homes.c.phone)
    )
    return full.subquery("over_budget")


def _times(session: Session, now: datetime) -> list[tuple[int, int]]:
    """List (broadcast, time) of what was lately released and counts."""
    found = (
        sa.select(col(Broadcast.id), col(Occurrence.id))
        .join(Schedule, col(Schedule.id) == col(Occurrence.schedule_id))
        .join(Broadcast, col(Broadcast.id) == col(Schedule.broadcast_id))
        .where(
            col(Occurrence.released_at) > now - _LOOKED_BACK,
            col(Occurrence.deliveries) > 0,
            col(Broadcast.purpose) != "emergency",
        )
    )
    return [(broadcast or 0, time or 0) for broadcast, time in session.connection().execute(found)]


def _homes() -> sa.Select[Any]:
    """Return (phone, home): a household for each that uses the phone; who has none is a home by itself."""
    link = PersonContactPoint
    phone = col(link.contact_point_id)
    homes: Any = (
        sa.select(phone.label("phone"), func.coalesce(col(Person.household_id), -phone).label("home"))
        .join(Person, col(Person.id) == col(link.person_id))
        .where(col(Person.kind).in_((PersonKind.GUARDIAN, PersonKind.STUDENT)))
        .distinct()
    )
    return cast("sa.Select[Any]", homes)


def _when(now: datetime) -> sa.ColumnElement[int]:
    """When a text was, or will be, read; NULL for one that is paused."""
    at = case(
        (
            col(Delivery.state) == DeliveryState.WAITING,
            sa.type_coerce(col(Delivery.waiting_until), sa.Integer),
        ),
        (col(Delivery.state) == DeliveryState.QUEUED, micros(now)),
        else_=func.coalesce(sa.type_coerce(col(Delivery.started_at), sa.Integer), micros(now)),
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
