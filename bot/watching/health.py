"""Whether the system is well: what is counted of it, and what is wrong in one word each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import bindparam, func
from sqlmodel import Session, col

from bot.forecast import UsedUp, used_up
from bot.messages import ChannelName, DeliveryState
from bot.settings import Settings
from bot.store.outbox import PAUSED
from bot.store.pulse import TICK, last
from bot.store.tables import (
    Broadcast,
    Delivery,
    Handover,
    Inbound,
    Lane,
    LaneState,
    ProviderEvent,
    Schedule,
)
from bot.watching.asking import rows_of
from bot.watching.recent import Went

QUIET: Final = timedelta(minutes=2)  #: a tick, a due schedule or an unread message may be as old as this
DEAF: Final = timedelta(minutes=15)  #: after so long some phone has said that it has its text
A_DAY: Final = timedelta(days=1)

_UNREAD: Final = col(Inbound.handled_at).is_(None)


class Ailment(StrEnum):
    """One thing that is not well; the worst first."""

    STANDS_STILL = "stands still"  #: nothing happens by itself: schedules, retries, waking
    NOT_READ = "not read"  #: what families wrote is not thought about
    STOPPED = "stopped"  #: a sender is stopped and keeps its queue
    ON_HOLD = "on hold"  #: restored from a backup: it waits until what has happened since is read back
    FILTERED = "filtered"  #: a broadcast is paused because carriers filter it
    NO_SENDER = "no sender"  #: nothing can leave at all
    DEAF = "deaf"  #: texts left and the provider reports nothing about them
    NOT_HEARD = "not heard"  #: a provider does not let us listen: another program does, or it refuses us
    DAY_FULL = "day full"  #: a carrier's limit for the day is reached; the rest goes on the next
    ASKED_TO_WAIT = "asked to wait"  #: a provider takes nothing more for a while


@dataclass(frozen=True, slots=True)
class SenderSeen:
    """One sender."""

    id: int
    name: str
    channel: str
    state: str
    why: str | None
    not_before: datetime | None  #: the provider asks us to wait; in the past: it does no longer
    queued: int  #: texts that may go this moment

    @property
    def stopped(self) -> bool:
        """Whether it sends nothing until somebody starts it."""
        return self.state == LaneState.STOPPED

    @property
    def unheard(self) -> bool:
        """Whether it sends, and staff must act before what families write there is heard."""
        return self.state == LaneState.RUNNING and self.why is not None

    def waits(self, now: datetime) -> bool:
        """Whether the provider has asked us to wait for some while yet."""
        return self.not_before is not None and self.not_before > now + QUIET


@dataclass(frozen=True, slots=True)
class Health:
    """How the system was at one moment."""

    at: datetime
    ticked_at: datetime | None  #: None: never noted
    senders: tuple[SenderSeen, ...]  #: those that are configured
    unread: int
    unread_since: datetime | None
    heard_at: datetime | None  #: when a provider last told us anything
    late: bool  #: a schedule's hour has passed and nothing went out
    filtered: bool  #: Homeloop has paused a broadcast that carriers filter, and nobody has looked at it
    deaf: bool  #: texts left long enough ago, and nobody has told us what became of any
    used_up: UsedUp | None = None  #: what the day's limit of a sender holds back

    @property
    def queued(self) -> int:
        """Texts that may go this moment."""
        return sum(one.queued for one in self.senders)

    @property
    def ailments(self) -> tuple[Ailment, ...]:
        """What is not well; empty: everything works."""
        found = {
            Ailment.STANDS_STILL: self.late or self._is_old(self.ticked_at),
            Ailment.NOT_READ: self._is_old(self.unread_since),
            Ailment.STOPPED: any(one.stopped for one in self.senders),
            Ailment.ON_HOLD: any(one.state == LaneState.HOLD for one in self.senders),
            Ailment.FILTERED: self.filtered,
            Ailment.NO_SENDER: not self.senders,
            Ailment.DEAF: self.deaf,
            Ailment.NOT_HEARD: any(one.unheard for one in self.senders),
            Ailment.DAY_FULL: self.used_up is not None,
            Ailment.ASKED_TO_WAIT: any(one.queued and one.waits(self.at) for one in self.senders),
        }
        return tuple(ailment for ailment, is_so in found.items() if is_so)

    def _is_old(self, moment: datetime | None) -> bool:
        return moment is not None and moment < self.at - QUIET


def health(
    session: Session, recent: Sequence[Went], now: datetime, settings: Settings | None = None
) -> Health:
    """Look at everything that must move by itself; `recent` is what went out lately."""
    (seen,) = rows_of(session, _signs(), quiet=now - QUIET)
    heard_at = max((one for one in (seen.inbound, seen.reported) if one is not None), default=None)
    return Health(
        at=now,
        ticked_at=last(session, TICK),
        senders=senders_seen(session),
        unread=seen.unread,
        unread_since=seen.unread_since,
        heard_at=heard_at,
        late=bool(seen.late),
        filtered=bool(seen.filtered),
        deaf=_is_deaf(session, recent, heard_at, now),
        used_up=used_up(session, settings, now) if settings else None,
    )


@cache
def _signs() -> Any:
    return sa.select(
        sa.select(func.count()).select_from(Inbound).where(_UNREAD).scalar_subquery().label("unread"),
        _first(col(Inbound.received_at), col(Inbound.id), _UNREAD).label("unread_since"),
        _first(col(Inbound.received_at), col(Inbound.id).desc()).label("inbound"),
        _first(col(ProviderEvent.received_at), col(ProviderEvent.id).desc()).label("reported"),
        _late().label("late"),
        _filtered().label("filtered"),
    )


def _first(column: Any, order: Any, *conditions: Any) -> Any:
    return sa.select(column).where(*conditions).order_by(order).limit(1).scalar_subquery()


def senders_seen(session: Session) -> tuple[SenderSeen, ...]:
    """Return the configured senders with their queues."""
    return tuple(SenderSeen(*row) for row in rows_of(session, _senders()))


@cache
def _senders() -> Any:
    # the state is written out, for a parameter would keep SQLite from using the index `delivery_claim`
    queues = (
        sa.select(col(Delivery.lane_id), func.count().label("texts"))
        .where(sa.text("delivery.state = 'queued'"))
        .group_by(col(Delivery.lane_id))
    ).subquery("queues")
    return (
        sa.select(
            col(Lane.id), col(Lane.name), col(Lane.channel), col(Lane.state), col(Lane.why),
            col(Lane.not_before), func.coalesce(queues.c.texts, 0),
        )
        .outerjoin(queues, queues.c.lane_id == col(Lane.id))
        .where(col(Lane.state) != LaneState.RETIRED)
        .order_by(col(Lane.id))
    )  # fmt: skip


def _late() -> Any:
    """Say in SQL, with `quiet`, whether a schedule should have gone out; what is paused is not late."""
    paused = sa.select(col(Broadcast.id)).where(col(Broadcast.paused_at).is_not(None))
    return sa.exists().where(
        col(Schedule.next_at) < bindparam("quiet"),
        col(Schedule.done).is_(False),
        col(Schedule.broadcast_id).not_in(paused),
    )


def _filtered() -> Any:
    """Say in SQL whether the office has not yet looked at a broadcast that Homeloop itself has paused."""
    return sa.exists().where(
        col(Handover.done_at).is_(None),
        col(Handover.contact_point_id).is_(None),
        col(Handover.why).startswith(PAUSED),
    )


def _is_deaf(session: Session, recent: Sequence[Went], heard_at: datetime | None, now: datetime) -> bool:
    old = [one for one in recent if now - A_DAY < one.at < now - DEAF and one.tally.sent > 0]
    if not old or (heard_at is not None and heard_at > old[0].at):
        return False  # an inbound text counts too: whoever brings it can reach us
    sms = sa.select(col(Lane.id)).where(col(Lane.channel) == ChannelName.SMS)  # Telegram never reports
    left = sa.select(col(Delivery.id)).where(
        col(Delivery.broadcast_id) == old[0].number,
        col(Delivery.occurrence_id) == old[0].time_id,
        col(Delivery.state) == DeliveryState.SENT,
        col(Delivery.lane_id).in_(sms),
    )
    return bool(rows_of(session, left.limit(1)))
