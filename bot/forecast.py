"""When the first and the last family will have a text, by channel and language, and what it costs.

Theory. A sender sends so many parts a second, in the order urgency, rank, id; a rank is counted inside each
language, so languages interleave (`bot.store.outbox`). What stands in front of a text of rank n is therefore
everything more urgent, the queue's own texts of the same urgency up to rank n, and of this broadcast the
first n texts of each language. It sends in the hours alone, and on one day no more than a carrier allows
(`bot.hours.Allowance`). Answers to families that come meanwhile overtake it and are not foreseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col

from bot import calendar, hours
from bot.figures import Figure
from bot.hours import Allowance
from bot.messages import ChannelName, DeliveryState
from bot.settings import Settings
from bot.store import outbox
from bot.store.audience import Audience, audience_select
from bot.store.tables import Delivery, Lane, LaneState, Person, PersonContactPoint

_HOUR = 3_600_000_000  # microseconds: rooms that are free in the same hour are counted together


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
    may = _allowances(session, lanes, settings, now, emergency=emergency)
    urgency = outbox.EMERGENCY if emergency else outbox.BULK
    arrivals: list[Arrival] = []
    without: dict[str, int] = {}
    for channel in sorted({one.channel for one in due}):
        mine = [one for one in due if one.channel == channel]
        if channel not in may:
            without[channel] = sum(one.phones for one in mine)
            continue
        front = _front(session, lanes[channel][0], urgency, hours.of(settings).opening(starts))
        arrivals += arriving(mine, front, may[channel], starts=starts, now=now, price=_price(settings))
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
    lane: Allowance,
    *,
    starts: datetime,
    now: datetime,
    price: Decimal | None = None,
) -> list[Arrival]:
    """Foresee one lane. What stands in front of it leaves from `now` on, this from `starts` on. Pure."""
    found = []
    for one in due:
        if one.phones:
            all_of_it = _own(due, one.phones)
            cost = price * one.phones * one.parts if price and one.channel == ChannelName.SMS else None
            found.append(
                Arrival(
                    one.channel, one.language, one.phones, one.parts,
                    _gone(lane, starts, now, one.parts, front.up_to(1)),
                    _gone(lane, starts, now, all_of_it, front.up_to(one.phones)),
                    cost,
                )
            )  # fmt: skip
    return found


def _gone(lane: Allowance, starts: datetime, now: datetime, parts: int, in_front: int) -> datetime:
    """When so many parts have gone: not before they may begin, nor before what stands in front has gone."""
    alone = lane.sent_by(max(starts, now), parts)
    return max(alone, lane.sent_by(now, in_front + parts)) if in_front else alone


def _own(due: Sequence[Due], rank: int) -> int:
    """Parts of this broadcast up to and with a rank."""
    return sum(min(one.phones, rank) * one.parts for one in due)


def _allowances(
    session: Session,
    lanes: Mapping[str, tuple[int, str]],
    settings: Settings,
    now: datetime,
    *,
    emergency: bool,
) -> dict[str, Allowance]:
    """Return what each channel's lane may send of this."""
    found: dict[str, Allowance] = {}
    day = None if emergency else hours.of(settings)
    if settings.sms is not None and ChannelName.SMS in lanes:
        limit = None if emergency else hours.day_limit(settings.sms)
        used = outbox.used_today(session, lanes[ChannelName.SMS][0], limit, now) if limit else 0
        today = limit.day_of(now) if limit else ""
        found[ChannelName.SMS] = Allowance(settings.sms.parts_per_second, day, limit, used, today)
    if settings.telegram is not None and ChannelName.TELEGRAM in lanes:
        found[ChannelName.TELEGRAM] = Allowance(settings.telegram.messages_per_second, day)
    return found


def over_budget(
    session: Session, audience: Audience, settings: Settings, at: datetime
) -> tuple[tuple[date, int], ...]:
    """Say of how many families there is no room for a text at this moment, by the day on which there is."""
    full = outbox.over_budget(session, settings.budget.texts_per_week, at)
    if full is None:
        return ()
    people = audience_select(audience).subquery("audience")
    home = sa.func.coalesce(col(Person.household_id), -full.c.contact_point_id).label("home")
    link = PersonContactPoint
    homes = (
        sa.select(home, sa.func.max(full.c.free_at).label("free_at"))
        .select_from(people)
        .join(full, full.c.contact_point_id == people.c.contact_point_id)
        .join(link, col(link.contact_point_id) == full.c.contact_point_id)
        .join(Person, col(Person.id) == col(link.person_id))
        .where(full.c.free_at > at)
        .group_by(home)
    ).subquery("homes")
    hour = (sa.type_coerce(homes.c.free_at, sa.BigInteger) / _HOUR).label("hour")
    counted = sa.select(sa.func.max(homes.c.free_at), sa.func.count()).group_by(hour)
    found: dict[date, int] = {}
    for free, families in session.connection().execute(counted):
        goes = hours.of(settings).opening(free).astimezone(settings.school.zone).date()
        found[goes] = found.get(goes, 0) + families
    return tuple(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class UsedUp(Figure):
    """The texts of broadcasts that a sender has left over, because its day's limit is reached."""

    sender: str
    texts: int
    again: datetime  #: when the first of them goes


def used_up(session: Session, settings: Settings, now: datetime) -> UsedUp | None:
    """Return what the day's limit of the SMS sender holds back; None while it holds nothing back."""
    limit = hours.day_limit(settings.sms) if settings.sms else None
    if settings.sms is None or limit is None:
        return None
    name = settings.sms.sender
    lane = session.connection().execute(sa.select(col(Lane.id)).where(col(Lane.name) == name)).scalar()
    if lane is None or outbox.used_today(session, lane, limit, now) < limit.bulk:
        return None
    # written out, for a parameter would keep SQLite from using the index `delivery_claim`
    queued = sa.text("delivery.state = 'queued'")
    left = sa.select(sa.func.count()).select_from(Delivery)
    left = left.where(queued, col(Delivery.lane_id) == lane, col(Delivery.urgency) == outbox.BULK)
    texts = int(session.connection().scalar(left) or 0)
    tomorrow = calendar.end_of(now.astimezone(limit.zone).date(), limit.zone)
    return UsedUp(name, texts, hours.of(settings).opening(tomorrow)) if texts else None


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


def _front(session: Session, lane_id: int, urgency: int, begins: datetime) -> Front:
    """Read what one lane sends first: its queue, and what waits for an hour that comes before this."""
    queued = col(Delivery.state) == DeliveryState.QUEUED
    waits = (col(Delivery.state) == DeliveryState.WAITING) & (col(Delivery.waiting_until) <= begins)
    rows = (
        session.connection()
        .execute(
            sa.select(col(Delivery.urgency), col(Delivery.rank), sa.func.sum(col(Delivery.parts)))
            .where(
                col(Delivery.lane_id) == lane_id,
                queued | waits,
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
