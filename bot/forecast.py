"""When the first and the last family will have a text, by channel and language, and what it costs.

Theory. A sender sends so many parts a second, in the order urgency, rank, id; a rank is counted inside each
language, so languages interleave (`bot.store.outbox`). What stands in front of a text of rank n is therefore
everything more urgent, the queue's own texts of the same urgency up to rank n, and of this broadcast the
first n texts of each language. Answers to families that come meanwhile overtake it and are not foreseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.figures import Figure
from bot.messages import ChannelName, DeliveryState
from bot.settings import Settings
from bot.store import outbox
from bot.store.tables import Delivery, Lane, LaneState


@dataclass(frozen=True, slots=True)
class Due(Figure):
    """Texts of one broadcast that are to go to the phones of one language on one channel."""

    channel: str
    language: str
    phones: int
    parts: int  #: of each text; 1 on a channel that counts none


@dataclass(frozen=True, slots=True)
class Arrival(Figure):
    """When the phones of one language on one channel will have it."""

    channel: str
    language: str
    phones: int
    parts: int
    first: datetime
    last: datetime
    cost: Decimal | None  #: of all of them; None: no price is set, or the channel costs nothing


@dataclass(frozen=True, slots=True)
class Forecast(Figure):
    """What is to be expected if it is let go as it stands."""

    arrivals: tuple[Arrival, ...]
    first: datetime | None  #: None: nobody is due anything
    last: datetime | None
    parts: int  #: SMS parts in all
    cost: Decimal | None
    currency: str
    not_sending: tuple[str, ...]  #: channels whose sender is stopped: nothing goes before it is started
    no_sender: Mapping[str, int]  #: phones on channels without a sender: they are listed for a call


@dataclass(frozen=True, slots=True)
class Front:
    """What a lane sends before a new broadcast: parts by the rank they wait at."""

    more_urgent: int
    ranks: tuple[tuple[int, int], ...]  #: (rank, parts), of the same urgency, lowest rank first

    def up_to(self, rank: int) -> int:
        """Parts that leave before a text of this rank."""
        return self.more_urgent + sum(parts for at, parts in self.ranks if at <= rank)


NOTHING_IN_FRONT = Front(0, ())


def forecast(
    session: Session,
    due: Sequence[Due],
    settings: Settings,
    *,
    starts: datetime,
    now: datetime,
    emergency: bool = False,
) -> Forecast:
    """Foresee a broadcast that is released at `starts`; reads the queue as it is `now`."""
    lanes = _lanes(session)
    paces = _paces(settings)
    urgency = outbox.EMERGENCY if emergency else outbox.BULK
    arrivals: list[Arrival] = []
    without: dict[str, int] = {}
    for channel in sorted({one.channel for one in due}):
        mine = [one for one in due if one.channel == channel]
        if channel not in lanes or channel not in paces:
            without[channel] = sum(one.phones for one in mine)
            continue
        front = _front(session, lanes[channel][0], urgency)
        arrivals += arriving(mine, front, paces[channel], starts=starts, now=now, price=_price(settings))
    stopped = [name for name, (_, state) in lanes.items() if state == LaneState.STOPPED]
    return _summed(
        arrivals, settings, [one for one in stopped if one in {due.channel for due in due}], without
    )


def _summed(
    arrivals: Sequence[Arrival], settings: Settings, stopped: Sequence[str], without: Mapping[str, int]
) -> Forecast:
    costs = [one.cost for one in arrivals if one.cost is not None]
    return Forecast(
        arrivals=tuple(arrivals),
        first=min((one.first for one in arrivals), default=None),
        last=max((one.last for one in arrivals), default=None),
        parts=sum(one.phones * one.parts for one in arrivals if one.channel == ChannelName.SMS),
        cost=sum(costs, Decimal(0)) if costs else None,
        currency=settings.sms.currency if settings.sms else "USD",
        not_sending=tuple(stopped),
        no_sender=without,
    )


def arriving(
    due: Sequence[Due],
    front: Front,
    per_second: float,
    *,
    starts: datetime,
    now: datetime,
    price: Decimal | None = None,
) -> list[Arrival]:
    """Foresee one lane. What stands in front of it drains until `starts`. Pure."""
    drained = max(0.0, (starts - now).total_seconds()) * per_second
    found = []
    for one in due:
        if one.phones:
            first = _before(due, front, 1, drained) + one.parts
            last = _before(due, front, one.phones, drained) + _own(due, one.phones)
            cost = price * one.phones * one.parts if price and one.channel == ChannelName.SMS else None
            found.append(
                Arrival(
                    one.channel, one.language, one.phones, one.parts,
                    starts + timedelta(seconds=first / per_second),
                    starts + timedelta(seconds=last / per_second),
                    cost,
                )
            )  # fmt: skip
    return found


def _before(due: Sequence[Due], front: Front, rank: int, drained: float) -> float:
    return max(0.0, front.up_to(rank) - drained)


def _own(due: Sequence[Due], rank: int) -> int:
    """Parts of this broadcast up to and with a rank."""
    return sum(min(one.phones, rank) * one.parts for one in due)


def _paces(settings: Settings) -> dict[str, float]:
    found: dict[str, float] = {}
    if settings.sms is not None:
        found[ChannelName.SMS] = settings.sms.parts_per_second
    if settings.telegram is not None:
        found[ChannelName.TELEGRAM] = settings.telegram.messages_per_second
    return found


def _price(settings: Settings) -> Decimal | None:
    return settings.sms.price_per_part if settings.sms and settings.sms.price_per_part else None


def _lanes(session: Session) -> dict[str, tuple[int, str]]:
    """Return the lane that a release would use on each channel, and how it stands."""
    rows = session.connection().execute(
        sa.select(col(Lane.channel), col(Lane.id), col(Lane.state))
        .where(col(Lane.state) != LaneState.RETIRED)
        .order_by(col(Lane.id).desc())
    )
    return {channel: (int(number or 0), state) for channel, number, state in rows}


def _front(session: Session, lane_id: int, urgency: int) -> Front:
    """Read the queue of one lane; only what may go now is in it."""
    rows = (
        session.connection()
        .execute(
            sa.select(col(Delivery.urgency), col(Delivery.rank), sa.func.sum(col(Delivery.parts)))
            .where(
                col(Delivery.lane_id) == lane_id,
                col(Delivery.state) == DeliveryState.QUEUED,
                col(Delivery.urgency) <= urgency,
            )
            .group_by(col(Delivery.urgency), col(Delivery.rank))
            .order_by(col(Delivery.urgency), col(Delivery.rank))
        )
        .all()
    )
    return Front(
        more_urgent=sum(int(parts) for of, _rank, parts in rows if of < urgency),
        ranks=tuple((rank, int(parts)) for of, rank, parts in rows if of == urgency),
    )
