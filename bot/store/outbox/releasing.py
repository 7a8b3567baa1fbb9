"""An audience becomes deliveries; one text of ours to one phone becomes a delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Select, case, func, insert, literal
from sqlmodel import Session, col

from bot.hours import OpenHours, sooner
from bot.messages import DeliveryState
from bot.store.outbox.budget import Limits, call_silent, over_budget, silent
from bot.store.outbox.lanes import lane_of
from bot.store.outbox.urgency import ANSWER, EMERGENCY
from bot.store.tables import ContactPoint, Delivery, Moment, Rendering

ENOUGH = "The family has had its texts of this week; this one was optional."
FULL = "The family has had its texts of this week; this one waits until there is room."
NO_ANSWER = "The family left its last questions unanswered; a person calls instead."

_NO_LIMITS = Limits()


def release(
    session: Session,
    audience: Select[Any],
    *,
    broadcast_id: int,
    occurrence_id: int,
    urgency: int,
    now: datetime,
    hours: OpenHours | None = None,
    expires_at: datetime | None = None,
    limits: Limits = _NO_LIMITS,
) -> int:
    """Turn an audience into deliveries with one INSERT … SELECT; return how many.

    `audience` yields (contact_point_id, channel, language), distinct; a channel that no lane sends on is
    left out. Only what may go this moment is queued: outside the hours all of it waits, unless it is an
    emergency; a text with digits waits while its phone has a question open (rule 3); a family over its
    budget waits until there is room, or is left out with the reason. Languages interleave by a rank within
    each language.
    """
    people = audience.subquery("audience")
    decided = _Decided(session, people, urgency, now, hours, limits)
    lane = lane_of(people.c.channel)
    nth = func.row_number().over(partition_by=people.c.language, order_by=people.c.contact_point_id)
    row: dict[str, Any] = {
        "broadcast_id": literal(broadcast_id),
        "occurrence_id": literal(occurrence_id),
        "rendering_id": col(Rendering.id),
        "contact_point_id": people.c.contact_point_id,
        "lane_id": lane,
        "language": people.c.language,
        "urgency": literal(urgency),
        "rank": nth,
        "digits": col(Rendering.digits),
        "state": decided.state,
        "waiting_until": decided.until,
        "start_by": literal(_start_by(urgency, now, hours, expires_at), Moment()),
        "reason": decided.reason,
        "parts": col(Rendering.parts),
    } | dict.fromkeys(("passes_stop", "in_talk", "followed"), literal(False))
    row |= dict.fromkeys(("attempts", "looks"), literal(0))
    wording = (
        (col(Rendering.broadcast_id) == broadcast_id)
        & (col(Rendering.language) == people.c.language)
        & (col(Rendering.channel) == people.c.channel)
    )
    rows = decided.joined(sa.select(*row.values()).select_from(people).join(Rendering, wording))
    rows = rows.join(ContactPoint, col(ContactPoint.id) == people.c.contact_point_id)
    made = session.exec(insert(Delivery).from_select(list(row), rows.where(lane.is_not(None)))).rowcount
    if decided.silent is not None:
        call_silent(session, broadcast_id, occurrence_id, NO_ANSWER, now)
    return int(made)


def _start_by(
    urgency: int, now: datetime, hours: OpenHours | None, expires_at: datetime | None
) -> datetime | None:
    if urgency == EMERGENCY or hours is None:
        return expires_at
    return sooner(hours.closing(now), expires_at)


class _Decided:
    """What becomes of each phone of a release, as SQL over `audience`, `rendering` and `contact_point`."""

    def __init__(
        self,
        session: Session,
        people: sa.Subquery,
        urgency: int,
        now: datetime,
        hours: OpenHours | None,
        limits: Limits,
    ) -> None:
        bound = urgency != EMERGENCY
        self._phone = people.c.contact_point_id
        self._over = over_budget(session, limits.per_week, now) if bound else None
        self.silent = silent(session, limits.unanswered, now) if bound else None
        closed = bound and hours is not None and not hours.is_open(now)
        busy = col(Rendering.digits) & (col(ContactPoint.open_until) > now)
        self._fails: list[tuple[Any, Any]] = []
        self._waits: list[tuple[Any, Any]] = []
        self._reasons: list[tuple[Any, Any]] = []
        if self.silent is not None:
            self._fails.append((self.silent.c.contact_point_id.is_not(None), literal(NO_ANSWER)))
        if self._over is not None:
            over = self._over.c.free_at > now
            if limits.waits:
                self._waits.append((over, self._over.c.free_at))
                self._reasons.append((over, literal(FULL)))
            else:
                self._fails.append((over, literal(ENOUGH)))
        self._waits.append((busy, col(ContactPoint.open_until)))
        self._else = hours.opening(now) if closed and hours is not None else None

    @property
    def state(self) -> Any:
        """The state that a row begins in."""
        fails = [(condition, DeliveryState.FAILED) for condition, _reason in self._fails]
        waits = [(condition, DeliveryState.WAITING) for condition, _until in self._waits]
        usual = DeliveryState.WAITING if self._else else DeliveryState.QUEUED
        return case(*fails, *waits, else_=usual)

    @property
    def until(self) -> Any:
        """Until when it waits."""
        fails = [(condition, None) for condition, _reason in self._fails]
        return case(*fails, *self._waits, else_=literal(self._else, Moment()))

    @property
    def reason(self) -> Any:
        """Why it fails, or waits for more than an hour or an open question."""
        said = [*self._fails, *self._reasons]
        return case(*said, else_=None) if said else literal(None)

    def joined(self, rows: Select[Any]) -> Select[Any]:
        """Join what the decision looks at."""
        for table in (self._over, self.silent):
            if table is not None:
                rows = rows.outerjoin(table, table.c.contact_point_id == self._phone)
        return rows


def answer(
    session: Session,
    *,
    contact_point_id: int,
    lane_id: int,
    text: str,
    language: str,
    buttons: list[list[str]] | None = None,
    digits: bool = False,
    parts: int = 1,
    passes_stop: bool = False,
    inbound_id: int | None = None,
    waiting_until: datetime | None = None,
    start_by: datetime | None = None,
    urgency: int = ANSWER,
) -> int:
    """Queue one text of ours to one phone, ahead of all bulk; return the delivery's id.

    It waits if `waiting_until` says so, and is begun by `start_by`, or looks at the clock again.
    """
    delivery = Delivery(
        contact_point_id=contact_point_id,
        lane_id=lane_id,
        text=text,
        language=language,
        buttons=buttons,
        digits=digits,
        parts=parts,
        urgency=urgency,
        passes_stop=passes_stop,
        inbound_id=inbound_id,
        state=DeliveryState.WAITING if waiting_until else DeliveryState.QUEUED,
        waiting_until=waiting_until,
        start_by=start_by,
    )
    session.add(delivery)
    session.flush()
    assert delivery.id is not None
    return delivery.id
