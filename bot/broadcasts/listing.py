"""Lists of broadcasts: what was written, where it stands, and the texts that may be passed on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.messages import DeliveryState
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    Delivery,
    Occurrence,
    Schedule,
    Translation,
    TranslationState,
)

PAGE: Final = 25

#: the lists there are
WHICH: Final = ("all", "drafts", "pending", "scheduled", "going", "done")

_OPEN: Final = (
    DeliveryState.QUEUED,
    DeliveryState.WAITING,
    DeliveryState.SENDING,
    DeliveryState.UNCERTAIN,
)
_SENT: Final = (BroadcastState.APPROVED, BroadcastState.RELEASED)


@dataclass(frozen=True, slots=True)
class Listed:
    """One broadcast in a list."""

    number: int
    title: str
    purpose: str
    phase: str
    asks: bool
    state: str  #: see `state_of`
    next_at: datetime | None
    last_at: datetime | None  #: its newest release
    phones: int | None  #: counted at approval
    texts: int  #: made by all its releases
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list."""

    rows: tuple[Listed, ...]
    total: int
    counts: Mapping[str, int]  #: of every list of `WHICH`


def under_way(session: Session) -> frozenset[int]:
    """Return the broadcasts of which something has still to leave.

    Asked occurrence by occurrence, each is a few steps in the index `delivery_of`; what has long been
    delivered is never looked at.
    """
    left = sa.exists().where(
        col(Delivery.broadcast_id) == col(Schedule.broadcast_id),
        col(Delivery.occurrence_id) == col(Occurrence.id),
        col(Delivery.state).in_(_OPEN),
    )
    rows = (
        sa.select(col(Schedule.broadcast_id))
        .join(Broadcast, col(Broadcast.id) == col(Schedule.broadcast_id))
        .join(Occurrence, col(Occurrence.schedule_id) == col(Schedule.id))
        .where(col(Broadcast.state).in_(_SENT), left)
    )
    return frozenset(session.connection().scalars(rows))


def listing(session: Session, which: str, page: int, going: Collection[int]) -> Listing:
    """Read one page, newest first; `going` is what `under_way` found."""
    condition = _condition(which, going)
    counts = _counts(session, going)
    rows = session.exec(
        select(Broadcast, Schedule)
        .outerjoin(Schedule, col(Schedule.broadcast_id) == Broadcast.id)
        .where(condition)
        .order_by(col(Broadcast.id).desc())
        .limit(PAGE)
        .offset(PAGE * max(0, page - 1))
    ).all()
    released = _released(session, [plan.id for _, plan in rows if plan and plan.id])
    return Listing(
        tuple(_listed(broadcast, plan, released, going) for broadcast, plan in rows),
        counts[which if which in WHICH else "all"],
        counts,
    )


def _condition(which: str, going: Collection[int]) -> sa.ColumnElement[bool]:
    state, moving = col(Broadcast.state), _moving(going)
    match which:
        case "drafts":
            return state == BroadcastState.DRAFT
        case "pending":
            return state == BroadcastState.PENDING
        case "scheduled":
            return sa.and_(state == BroadcastState.APPROVED, sa.not_(moving))
        case "going":
            return moving
        case "done":
            ended = (BroadcastState.RELEASED, BroadcastState.RECALLED, BroadcastState.STOPPED)
            return sa.and_(state.in_(ended), sa.not_(moving))
        case _:
            return sa.true()


def _moving(going: Collection[int]) -> sa.ColumnElement[bool]:
    """What goes out now, or would if it were not paused."""
    return sa.and_(
        col(Broadcast.state).in_(_SENT),
        sa.or_(col(Broadcast.id).in_(going), col(Broadcast.paused_at).is_not(None)),
    )


def _counts(session: Session, going: Collection[int]) -> dict[str, int]:
    sums = [sa.func.count().filter(_condition(which, going)).label(which) for which in WHICH]
    row = session.connection().execute(sa.select(*sums).select_from(Broadcast)).one()
    return {which: int(number) for which, number in zip(WHICH, row, strict=True)}


def _released(session: Session, plans: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    """Return (texts, newest release) by schedule."""
    rows = session.connection().execute(
        sa.select(
            col(Occurrence.schedule_id),
            sa.func.sum(col(Occurrence.deliveries)),
            sa.func.max(col(Occurrence.released_at)),
        )
        .where(col(Occurrence.schedule_id).in_(plans))
        .group_by(col(Occurrence.schedule_id))
    )
    return {plan: (int(texts), at) for plan, texts, at in rows}


def _listed(
    broadcast: Broadcast,
    plan: Schedule | None,
    released: Mapping[int, tuple[int, datetime]],
    going: Collection[int],
) -> Listed:
    assert broadcast.id is not None
    texts, last = released.get(plan.id or 0, (0, None)) if plan else (0, None)
    return Listed(
        number=broadcast.id,
        title=broadcast.title,
        purpose=broadcast.purpose,
        phase=broadcast.phase,
        asks=broadcast.question is not None,
        state=state_of(broadcast, plan, going),
        next_at=plan.next_at if plan else None,
        last_at=last,
        phones=broadcast.counted,
        texts=texts,
        changed_at=broadcast.changed_at or broadcast.made_at,
    )


def state_of(broadcast: Broadcast, plan: Schedule | None, going: Collection[int]) -> str:
    """Say where a broadcast stands for whoever looks at a list.

    "draft", "pending", "scheduled", "repeats", "going", "paused", "done", "recalled", "discarded" or
    "stopped".
    """
    match broadcast.state:
        case BroadcastState.APPROVED | BroadcastState.RELEASED if broadcast.paused_at is not None:
            return "paused"
        case BroadcastState.APPROVED | BroadcastState.RELEASED if broadcast.id in going:
            return "going"
        case BroadcastState.APPROVED:
            return "repeats" if plan and plan.rrule else "scheduled"
        case BroadcastState.RELEASED:
            return "done"
        case BroadcastState.RECALLED if broadcast.approved_at is None:
            return "discarded"
        case state:
            return str(state)


@dataclass(frozen=True, slots=True)
class PassedOn:
    """One broadcast's texts, for partners who tell families themselves."""

    number: int
    title: str
    purpose: str
    asks: bool
    approved_at: datetime | None
    decided_on: str | None
    texts: tuple[tuple[str, str, tuple[str, ...]], ...]  #: language, text, its choices


def to_pass_on(
    session: Session, page: int, tags: Iterable[str] | None = None
) -> tuple[tuple[PassedOn, ...], bool]:
    """Read one page of approved texts, newest first, and whether there are more; `tags` None: all."""
    approved = sa.and_(
        col(Translation.broadcast_id) == col(Broadcast.id),
        col(Translation.state) == TranslationState.APPROVED,
    )
    if tags is not None:
        approved = sa.and_(approved, col(Translation.language).in_(list(tags)))
    found = session.exec(
        select(Broadcast)
        .where(col(Broadcast.state).in_(_SENT), sa.exists().where(approved))
        .order_by(col(Broadcast.id).desc())
        .limit(PAGE_OF_TEXTS + 1)
        .offset(PAGE_OF_TEXTS * max(0, page - 1))
    ).all()
    shown = found[:PAGE_OF_TEXTS]
    texts = _approved_texts(session, [one.id for one in shown if one.id], tags)
    return tuple(_passed_on(one, texts) for one in shown), len(found) > PAGE_OF_TEXTS


PAGE_OF_TEXTS: Final = 10


def _passed_on(one: Broadcast, texts: Mapping[int, list[tuple[str, str, tuple[str, ...]]]]) -> PassedOn:
    assert one.id is not None
    closing: dict[str, Any] = one.closing or {}
    return PassedOn(
        one.id,
        one.title,
        one.purpose,
        one.question is not None,
        one.approved_at,
        closing.get("decided_on"),
        tuple(texts.get(one.id, ())),
    )


def _approved_texts(
    session: Session, numbers: Sequence[int], tags: Iterable[str] | None
) -> dict[int, list[tuple[str, str, tuple[str, ...]]]]:
    rows = select(Translation).where(
        col(Translation.broadcast_id).in_(numbers), col(Translation.state) == TranslationState.APPROVED
    )
    if tags is not None:
        rows = rows.where(col(Translation.language).in_(list(tags)))
    found: dict[int, list[tuple[str, str, tuple[str, ...]]]] = {}
    for row in session.exec(rows.order_by(col(Translation.language))):
        found.setdefault(row.broadcast_id, []).append((row.language, row.text, tuple(row.choices or ())))
    return found


def languages_passed_on(session: Session) -> tuple[str, ...]:
    """Name the languages in which anything has been approved."""
    rows = sa.select(col(Translation.language)).where(col(Translation.state) == TranslationState.APPROVED)
    return tuple(sorted(session.connection().scalars(rows.distinct())))
