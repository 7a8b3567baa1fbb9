"""An audience becomes deliveries; one text of ours to one phone becomes a delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Select, case, func, insert, literal
from sqlmodel import Session, col

from bot.messages import DeliveryState
from bot.store.outbox.lanes import lane_of
from bot.store.outbox.urgency import ANSWER
from bot.store.tables import ContactPoint, Delivery, Rendering


def release(
    session: Session,
    audience: Select[Any],
    *,
    broadcast_id: int,
    occurrence_id: int,
    urgency: int,
    now: datetime,
) -> int:
    """Turn an audience into deliveries with one INSERT … SELECT; return how many.

    `audience` yields (contact_point_id, channel, language), distinct; a channel that no lane sends on is
    left out. A text with digits waits while its phone has a question open (rule 3). Languages interleave
    by a rank within each language.
    """
    people = audience.subquery("audience")
    waits = col(Rendering.digits) & (col(ContactPoint.open_until) > now)
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
        "state": case((waits, DeliveryState.WAITING), else_=DeliveryState.QUEUED),
        "waiting_until": case((waits, col(ContactPoint.open_until)), else_=None),
        "parts": col(Rendering.parts),
    } | dict.fromkeys(("passes_stop", "in_talk"), literal(False))
    row |= dict.fromkeys(("attempts", "looks"), literal(0))
    wording = (
        (col(Rendering.broadcast_id) == broadcast_id)
        & (col(Rendering.language) == people.c.language)
        & (col(Rendering.channel) == people.c.channel)
    )
    rows = sa.select(*row.values()).select_from(people).join(Rendering, wording)
    rows = rows.join(ContactPoint, col(ContactPoint.id) == people.c.contact_point_id)
    return int(session.exec(insert(Delivery).from_select(list(row), rows.where(lane.is_not(None)))).rowcount)


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
) -> int:
    """Queue one text of ours to one phone, ahead of all bulk; return the delivery's id."""
    delivery = Delivery(
        contact_point_id=contact_point_id,
        lane_id=lane_id,
        text=text,
        language=language,
        buttons=buttons,
        digits=digits,
        parts=parts,
        urgency=ANSWER,
        passes_stop=passes_stop,
        inbound_id=inbound_id,
        state=DeliveryState.QUEUED,
    )
    session.add(delivery)
    session.flush()
    assert delivery.id is not None
    return delivery.id
