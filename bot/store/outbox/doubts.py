"""Texts of which nobody knows whether they arrived: looked for, found, queued again, or held for staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from bot.messages import DeliveryState
from bot.store.outbox.claiming import Claimed, as_claimed
from bot.store.outbox.ending import end_unwanted, hold_back_paused, phone_stopped
from bot.store.tables import ContactPoint, Delivery, Rendering

DROPPED = "Dropped by staff: it could not be known whether it had arrived."


def uncertain(
    session: Session, lane_id: int, *, looked_before: datetime, most: int
) -> list[tuple[Claimed, datetime]]:
    """List a lane's uncertain deliveries, and when each try began, not looked for since `looked_before`."""
    rows = session.exec(
        select(Delivery, col(ContactPoint.address), Rendering)
        .join(ContactPoint, col(ContactPoint.id) == Delivery.contact_point_id)
        .outerjoin(Rendering, col(Rendering.id) == Delivery.rendering_id)
        .where(
            col(Delivery.lane_id) == lane_id,
            col(Delivery.state) == DeliveryState.UNCERTAIN,
            (col(Delivery.looked_at).is_(None)) | (col(Delivery.looked_at) <= looked_before),
        )
        .order_by(col(Delivery.id))
        .limit(most)
    )
    return [
        (as_claimed(delivery, address, rendering), delivery.started_at or looked_before)
        for delivery, address, rendering in rows
    ]


def unknown_ids(session: Session, provider_ids: Sequence[str]) -> set[str]:
    """Return those provider ids that no delivery carries yet."""
    known = session.exec(
        select(col(Delivery.provider_id)).where(col(Delivery.provider_id).in_(list(provider_ids)))
    )
    return set(provider_ids) - {one for one in known if one}


def on_its_way(session: Session, contact_point_id: int) -> bool:
    """Say whether a text to this phone is on the wire: the provider's list may show it before we know."""
    sending = select(Delivery.id).where(
        col(Delivery.contact_point_id) == contact_point_id, col(Delivery.state) == DeliveryState.SENDING
    )
    return session.exec(sending.limit(1)).first() is not None


def looked(session: Session, claimed: Claimed, *, enough: bool, now: datetime) -> DeliveryState | None:
    """A look at the provider's list found nothing; once that is `enough` and the second look, queue again.

    Returns the new state, or None while the delivery goes on being uncertain.
    """
    delivery = _still_uncertain(session, claimed)
    if delivery is None:
        return None
    delivery.looks += 1
    delivery.looked_at = now
    session.add(delivery)
    if not enough or delivery.looks < 2:
        return None
    delivery.state, delivery.reason = DeliveryState.QUEUED, None
    delivery.looks, delivery.looked_at = 0, None
    session.flush()
    end_unwanted(session, [claimed.delivery_id])
    session.refresh(delivery)
    return DeliveryState(delivery.state)


def found(session: Session, claimed: Claimed, provider_id: str, now: datetime) -> None:
    """The provider's list shows the text: it was sent, once."""
    delivery = _still_uncertain(session, claimed)
    if delivery is not None:
        delivery.state, delivery.provider_id = DeliveryState.SENT, provider_id
        delivery.reason, delivery.settled_at = None, now
        session.add(delivery)


def hold(session: Session, claimed: Claimed, reason: str, now: datetime) -> None:
    """What became of the text cannot be known: staff decide."""
    delivery = _still_uncertain(session, claimed)
    if delivery is not None:
        delivery.state, delivery.reason, delivery.settled_at = DeliveryState.HELD, reason, now
        session.add(delivery)


def _still_uncertain(session: Session, claimed: Claimed) -> Delivery | None:
    delivery = session.get(Delivery, claimed.delivery_id, populate_existing=True)
    if delivery is None or delivery.state != DeliveryState.UNCERTAIN:
        return None
    return delivery if delivery.attempt == claimed.message.attempt else None


def release_held(session: Session, delivery_id: int, now: datetime) -> bool:
    """Staff want a held text sent after all; False if it is not held, or its phone has stopped us."""
    delivery = session.get(Delivery, delivery_id, populate_existing=True)
    if delivery is None or delivery.state != DeliveryState.HELD:
        return False
    if session.exec(select(Delivery.id).where(col(Delivery.id) == delivery_id, phone_stopped())).first():
        return False
    delivery.state, delivery.reason, delivery.settled_at = DeliveryState.QUEUED, None, now
    session.add(delivery)
    session.flush()
    hold_back_paused(session, col(Delivery.id) == delivery_id)
    return True


def drop_held(session: Session, delivery_id: int, now: datetime) -> bool:
    """Staff drop a held text; False if it is not held."""
    delivery = session.get(Delivery, delivery_id, populate_existing=True)
    if delivery is None or delivery.state != DeliveryState.HELD:
        return False
    delivery.state, delivery.settled_at = DeliveryState.FAILED, now
    delivery.reason = DROPPED
    session.add(delivery)
    return True
