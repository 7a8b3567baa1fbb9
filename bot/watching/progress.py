"""How far one time of a broadcast is, counted from one index: it may be asked every second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col

from bot.messages import DeliveryState
from bot.store.tables import Broadcast, Delivery, Group, GroupKind, Lane, Membership, PersonContactPoint
from bot.watching.asking import of_time, rows_of

_BUCKETS: Final[Mapping[str, str]] = {
    DeliveryState.WAITING: "to_go",
    DeliveryState.QUEUED: "to_go",
    DeliveryState.SENDING: "to_go",
    DeliveryState.UNCERTAIN: "unknown",
    DeliveryState.HELD: "unknown",
    DeliveryState.SENT: "sent",
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Texts by what staff would say of them."""

    to_go: int = 0  #: still with us, or being handed over at this moment
    unknown: int = 0  #: nobody knows whether the provider has them
    sent: int = 0  #: handed over; nothing further heard (Telegram never says more)
    delivered: int = 0  #: the phone has it
    failed: int = 0  #: ended for good

    @property
    def total(self) -> int:
        """All of them."""
        return self.to_go + self.unknown + self.sent + self.delivered + self.failed

    @property
    def told(self) -> int:
        """Texts that left for the phone and are not known to have failed."""
        return self.sent + self.delivered

    def __add__(self, other: Tally) -> Tally:
        """Count both together."""
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))


def tally(counts: Iterable[tuple[str, int]]) -> Tally:
    """Sort counts of texts by state."""
    found: dict[str, int] = {}
    for state, number in counts:
        found[_BUCKETS[state]] = found.get(_BUCKETS[state], 0) + number
    return Tally(**found)


def _sum(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


@dataclass(frozen=True, slots=True)
class Line:
    """One language, channel or school."""

    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one time of a broadcast is. Two are equal exactly when a watcher would see no difference."""

    state: str
    paused: bool
    by_language: tuple[Line, ...]  #: the largest first
    by_channel: tuple[Line, ...]

    @property
    def tally(self) -> Tally:
        """All texts."""
        return _sum(line.tally for line in self.by_channel)

    @property
    def moves(self) -> bool:
        """Whether something may still change by itself."""
        tally = self.tally
        return not self.paused and bool(tally.to_go or tally.unknown)


def progress(session: Session, number: int, time_id: int) -> Progress | None:
    """Count how far one time of a broadcast is; None if the broadcast does not exist."""
    broadcast = session.get(Broadcast, number)
    return None if broadcast is None else counted(session, broadcast, time_id)


def counted(session: Session, broadcast: Broadcast, time_id: int) -> Progress:
    """The same for a broadcast that is at hand."""
    assert broadcast.id is not None
    rows = rows_of(
        session,
        sa.select(col(Delivery.state), col(Delivery.language), col(Delivery.lane_id), func.count())
        .where(*of_time(broadcast.id, time_id))
        .group_by(col(Delivery.state), col(Delivery.language), col(Delivery.lane_id)),
    )
    channels = dict(rows_of(session, sa.select(col(Lane.id), col(Lane.channel))))
    return Progress(
        broadcast.state,
        broadcast.paused_at is not None,
        by_language=_lines((language, state, count) for state, language, _, count in rows),
        by_channel=_lines((channels[lane], state, count) for state, _, lane, count in rows),
    )


def _lines(counts: Iterable[tuple[str, str, int]]) -> tuple[Line, ...]:
    found: dict[str, list[tuple[str, int]]] = {}
    for name, state, count in counts:
        found.setdefault(name, []).append((state, count))
    lines = (Line(name, tally(states)) for name, states in found.items())
    return tuple(sorted(lines, key=lambda line: (-line.tally.total, line.name)))


def schools(session: Session, number: int, time_id: int) -> tuple[Line, ...]:
    """Count the same by school; a phone with people at two schools counts at both.

    It goes through every phone of the broadcast, so it belongs behind a cache.
    """
    link = PersonContactPoint
    rows = (
        sa.select(col(Group.name), col(Delivery.state), func.count(col(Delivery.contact_point_id).distinct()))
        .select_from(Delivery)
        .join(link, col(link.contact_point_id) == col(Delivery.contact_point_id))
        .join(Membership, col(Membership.person_id) == col(link.person_id))
        .join(Group, (col(Group.id) == col(Membership.group_id)) & (col(Group.kind) == GroupKind.SCHOOL))
        .where(*of_time(number, time_id))
        .group_by(col(Group.id), col(Group.name), col(Delivery.state))
    )
    return _lines((name, state, count) for name, state, count in rows_of(session, rows))
