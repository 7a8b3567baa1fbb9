"""The outbox: release, claim, settle. Set-based SQL; nothing lost, nothing twice.

Theory. A delivery is `queued` only while it may go this very moment, so the claim's partial index holds
claimable rows alone. A claim is one UPDATE, durable before the provider hears of the text, made under the
lane's *epoch*: whoever takes the lane raises it, so a worker that was thought dead can neither claim nor
settle, and what it left in `sending` becomes `uncertain`, never `queued`. Each claim gives its rows a
fresh attempt id that travels in the status callback and so settles the row even if we never saw the
answer. A contact point has at most one text in `sending`, in the order urgency, rank, id. A STOP finishes
the contact point's rows in its own transaction and is asked about again inside the claim: once it is
committed no text starts. (docs/architecture.md has the picture.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Select, bindparam, case, func, insert, literal, update
from sqlmodel import Session, col, select

from bot.messages import Button, DeliveryState, Outbound, StatusReport
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    ContactPoint,
    Delivery,
    Lane,
    LaneState,
    ProviderEvent,
    Rendering,
    micros,
)

EMERGENCY, ANSWER, BULK = 0, 1, 2  #: urgencies, the lower the sooner

OPEN_FOR = timedelta(hours=24)  #: how long a question keeps other digits away (rule 3)

PHONE_STOPPED = "The family stopped us before this text could go."
BROADCAST_STOPPED = "Stopped by staff."
RETIRED = "It cannot be known whether this text arrived: its sender is no longer in config.toml."

#: how far a status report has a delivery along; it never goes back
_RANK = {"queued": 0, "sent": 1, "delivered": 2, "failed": 2}
_REACHED = {DeliveryState.SENT: 1, DeliveryState.DELIVERED: 2, DeliveryState.FAILED: 2}
_REPORTED = {"delivered": DeliveryState.DELIVERED, "failed": DeliveryState.FAILED}


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery that is ours to send, once."""

    delivery_id: int
    contact_point_id: int
    attempts: int  #: this one included
    parts: int
    message: Outbound


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one claimed delivery."""

    delivery_id: int
    attempt: str
    state: DeliveryState
    provider_id: str | None = None
    waiting_until: datetime | None = None
    reason: str | None = None
    code: str | None = None
    counts: bool = True  #: False: the try was no fault of the text's and is given back


def ensure_lane(session: Session, channel: str, name: str) -> int:
    """Return the id of the lane `name`, making it at its first use."""
    found = session.exec(select(Lane.id).where(col(Lane.name) == name)).first()
    if found is not None:
        return int(found)
    lane = Lane(channel=channel, name=name)
    session.add(lane)
    session.flush()
    assert lane.id is not None
    return lane.id


def take_lane(session: Session, lane_id: int) -> int:
    """Raise the lane's epoch and return it; what earlier holders left in `sending` becomes uncertain."""
    epoch = session.exec(
        update(Lane).where(col(Lane.id) == lane_id).values(epoch=Lane.epoch + 1).returning(col(Lane.epoch))
    ).scalar_one()
    session.exec(
        update(Delivery)
        .where(
            col(Delivery.lane_id) == lane_id,
            col(Delivery.state) == DeliveryState.SENDING,
            col(Delivery.epoch) < epoch,
        )
        .values(state=DeliveryState.UNCERTAIN, reason="The program stopped while this text was on its way.")
    )
    return int(epoch)


def stop_lane(session: Session, lane_id: int, why: str) -> None:
    """Stop sending on a lane and keep its queue."""
    session.exec(update(Lane).where(col(Lane.id) == lane_id).values(state=LaneState.STOPPED, why=why))


def start_lane(session: Session, lane_id: int) -> None:
    """Let a stopped lane send again."""
    session.exec(update(Lane).where(col(Lane.id) == lane_id).values(state=LaneState.RUNNING, why=None))


def keep_lanes(session: Session, configured: Sequence[int]) -> None:
    """From now on these lanes send; what waited on another goes to the lane of its channel.

    What another had on the wire is held: its provider's list can no longer be asked.
    """
    ours = col(Lane.id).in_(configured)
    again = update(Lane).where(ours, col(Lane.state) == LaneState.RETIRED)
    session.exec(again.values(state=LaneState.RUNNING, why=None))
    gone = update(Lane).where(sa.not_(ours))
    session.exec(gone.values(state=LaneState.RETIRED, why="It is no longer in config.toml."))
    channel = sa.select(col(Lane.channel)).where(col(Lane.id) == col(Delivery.lane_id)).scalar_subquery()
    heir = lane_of(channel)
    others = sa.not_(col(Delivery.lane_id).in_(configured))
    waits = col(Delivery.state).in_((DeliveryState.WAITING, DeliveryState.QUEUED))
    session.exec(update(Delivery).where(others, waits, heir.is_not(None)).values(lane_id=heir))
    begun = col(Delivery.state).in_((DeliveryState.SENDING, DeliveryState.UNCERTAIN))
    session.exec(update(Delivery).where(others, begun).values(state=DeliveryState.HELD, reason=RETIRED))


def lane_of(channel: Any) -> sa.ScalarSelect[Any]:
    """Return, as SQL, the lane that sends on a channel; NULL where none is configured."""
    lane = Lane.__table__.alias("of_channel")  # type: ignore[attr-defined]
    found = sa.select(func.min(lane.c.id)).where(lane.c.channel == channel)
    return found.where(lane.c.state != LaneState.RETIRED).scalar_subquery()


def refuse_lane(session: Session, lane_id: int, until: datetime) -> None:
    """The provider asks this lane to wait: nothing is claimed before `until`, by whoever holds it."""
    later = (col(Lane.not_before).is_(None)) | (col(Lane.not_before) < until)
    session.exec(update(Lane).where(col(Lane.id) == lane_id, later).values(not_before=until))


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


_CLAIM = sa.text(
    """
    UPDATE delivery
       SET state = 'sending', epoch = :epoch, attempt = :token || '.' || id,
           attempts = attempts + 1, started_at = :now, waiting_until = NULL
     WHERE id IN (
           SELECT id FROM (
           SELECT d.id, SUM(d.parts) OVER (ORDER BY d.urgency, d.rank, d.id) - d.parts AS before
             FROM delivery d JOIN contact_point c ON c.id = d.contact_point_id
            WHERE d.lane_id = :lane AND d.state = 'queued'
              AND (c.stopped_at IS NULL OR d.passes_stop OR (c.closings_only AND d.urgency = 0))
              AND NOT EXISTS (
                  SELECT 1 FROM delivery o
                   WHERE o.contact_point_id = d.contact_point_id
                     AND o.state IN ('queued', 'sending') AND o.id <> d.id
                     AND (o.state = 'sending'
                          OR (o.urgency, o.rank, o.id) < (d.urgency, d.rank, d.id)))
            ORDER BY d.urgency, d.rank, d.id
            LIMIT :most) AS next WHERE before < :parts)
       AND EXISTS (SELECT 1 FROM lane
                    WHERE id = :lane AND epoch = :epoch AND state = 'running'
                      AND (not_before IS NULL OR not_before <= :now))
    RETURNING id
    """
)


def claim(
    session: Session, lane_id: int, epoch: int, most: int, *, token: str, now: datetime, parts: float = 1e9
) -> list[Claimed]:
    """Take up to `most` deliveries of a lane for sending, most urgent first; `token` is new each time.

    The last one begins within the pace's `parts`, and may go beyond them. Empty when the lane was taken
    by another, is stopped, or may not send yet.
    """
    taken = session.connection().execute(
        _CLAIM,
        {"epoch": epoch, "token": token, "now": micros(now), "lane": lane_id, "most": most, "parts": parts},
    )
    ids = [row.id for row in taken]
    if not ids:
        return []
    _open_questions(session, ids, now)
    rows = session.exec(
        select(Delivery, col(ContactPoint.address), Rendering)
        .join(ContactPoint, col(ContactPoint.id) == Delivery.contact_point_id)
        .outerjoin(Rendering, col(Rendering.id) == Delivery.rendering_id)
        .where(col(Delivery.id).in_(ids))
        .order_by(col(Delivery.urgency), col(Delivery.rank), col(Delivery.id))
        .execution_options(populate_existing=True)
    )
    return [_claimed(delivery, address, rendering) for delivery, address, rendering in rows]


def _claimed(delivery: Delivery, address: str, rendering: Rendering | None) -> Claimed:
    assert delivery.id is not None
    assert delivery.attempt is not None
    words = rendering.text if rendering else delivery.text
    assert words
    keys = (rendering.buttons if rendering else delivery.buttons) or []
    return Claimed(
        delivery_id=delivery.id,
        contact_point_id=delivery.contact_point_id,
        attempts=delivery.attempts,
        parts=delivery.parts,
        message=Outbound(
            attempt=delivery.attempt,
            address=address,
            text=words,
            buttons=tuple(Button(label, data) for label, data in keys),
        ),
    )


def _open_questions(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Rule 3: while these questions are open, other texts with digits wait for their phones."""
    asked = sa.select(col(Delivery.contact_point_id)).where(
        col(Delivery.id).in_(ids), col(Delivery.digits), col(Delivery.urgency) == BULK
    )
    until = now + OPEN_FOR
    opened = session.exec(
        update(ContactPoint).where(col(ContactPoint.id).in_(asked)).values(open_until=until)
    )
    if opened.rowcount:
        held = _HOLD_DIGITS.where(col(Delivery.contact_point_id).in_(asked))
        session.connection().execute(held, {"until": until})


_HOLD_DIGITS = (
    update(Delivery)
    .where(
        col(Delivery.state) == DeliveryState.QUEUED,
        col(Delivery.digits),
        col(Delivery.urgency) == BULK,
    )
    .values(state=DeliveryState.WAITING, waiting_until=bindparam("until"))
)
_HOLD_DIGITS_OF_ONE = _HOLD_DIGITS.where(col(Delivery.contact_point_id) == bindparam("phone"))


_SETTLE = (
    update(Delivery)
    .where(
        col(Delivery.id) == bindparam("of_id"),
        col(Delivery.state) == DeliveryState.SENDING,
        col(Delivery.epoch) == bindparam("of_epoch"),
        col(Delivery.attempt) == bindparam("of_attempt"),
    )
    .values(
        state=bindparam("to_state"),
        provider_id=func.coalesce(bindparam("to_provider"), col(Delivery.provider_id)),
        waiting_until=bindparam("to_until"),
        settled_at=bindparam("to_at"),
        reason=bindparam("to_reason"),
        code=bindparam("to_code"),
        attempts=col(Delivery.attempts) - bindparam("to_give_back", type_=sa.Integer),
    )
)


def settle(session: Session, epoch: int, results: Sequence[Settled], now: datetime) -> None:
    """Write down what became of claimed deliveries; rows that another epoch holds are left alone."""
    if not results:
        return
    session.connection().execute(
        _SETTLE,
        [
            {
                "of_id": one.delivery_id,
                "of_epoch": epoch,
                "of_attempt": one.attempt,
                "to_state": one.state,
                "to_provider": one.provider_id,
                "to_until": one.waiting_until,
                "to_at": now,
                "to_reason": one.reason,
                "to_code": one.code,
                "to_give_back": 0 if one.counts else 1,
            }
            for one in results
        ],
    )


def wake(session: Session, now: datetime) -> int:
    """Queue what was waiting for this moment; texts with digits go on waiting behind an open question."""
    still = col(Delivery.digits) & (col(Delivery.urgency) == BULK)
    busy = (
        sa.select(col(ContactPoint.open_until))
        .where(col(ContactPoint.id) == col(Delivery.contact_point_id))
        .scalar_subquery()
    )
    due = (col(Delivery.state) == DeliveryState.WAITING) & (col(Delivery.waiting_until) <= now)
    session.exec(update(Delivery).where(due, still, busy > now).values(waiting_until=busy))
    woken = session.exec(update(Delivery).where(due).values(state=DeliveryState.QUEUED, waiting_until=None))
    return int(woken.rowcount)


#: Statements of every conversation's turn are built once: building them costs more than running them.
_OPEN_UNTIL = (
    update(ContactPoint)
    .where(col(ContactPoint.id) == bindparam("phone"))
    .values(open_until=bindparam("until"))
)
_LET_DIGITS_GO = (
    update(Delivery)
    .where(
        col(Delivery.contact_point_id) == bindparam("phone"),
        col(Delivery.state) == DeliveryState.WAITING,
        col(Delivery.digits),
        col(Delivery.attempts) == 0,
        col(Delivery.waiting_until).is_not(None),  # without a time it is paused
    )
    .values(state=DeliveryState.QUEUED, waiting_until=None)
)


def question_closed(session: Session, contact_point_id: int) -> None:
    """The phone's question is closed: what waited behind it may go."""
    session.flush()
    connection = session.connection()
    connection.execute(_OPEN_UNTIL, {"phone": contact_point_id, "until": None})
    connection.execute(_LET_DIGITS_GO, {"phone": contact_point_id})


def question_opened(session: Session, contact_point_id: int, until: datetime) -> None:
    """The phone has a question, read-back or menu of ours open: other texts with digits wait."""
    session.flush()
    session.connection().execute(_OPEN_UNTIL, {"phone": contact_point_id, "until": until})
    session.connection().execute(_HOLD_DIGITS_OF_ONE, {"phone": contact_point_id, "until": until})


_KEEP_EVENT = insert(ProviderEvent)

#: by the provider's id, or by our attempt's
_REPORTED_ON = sa.select(col(Delivery.id), col(Delivery.state), col(Delivery.contact_point_id)).where(
    (col(Delivery.provider_id) == bindparam("sid"))
    | ((col(Delivery.id) == bindparam("number")) & (col(Delivery.attempt) == bindparam("tried")))
)

_MOVE = (
    update(Delivery)
    .where(col(Delivery.id) == bindparam("of_id"))
    .values(
        provider_id=bindparam("to_provider"),
        state=bindparam("to_state"),
        reason=bindparam("to_reason"),
        code=bindparam("to_code"),
        waiting_until=None,
        settled_at=bindparam("to_at"),
    )
)


def apply_status(session: Session, report: StatusReport, now: datetime) -> int | None:
    """Keep a provider's report and move its delivery forward; return the contact point if it moved.

    A report that carries our attempt id settles a delivery whose answer we never saw. Nothing moves
    back: "delivered" and "failed" are both final, whichever came first.
    """
    connection = session.connection()
    event = {
        "channel": report.channel,
        "provider_id": report.provider_id,
        "attempt": report.attempt,
        "status": report.status,
        "code": report.code,
        "raw": dict(report.raw),
        "received_at": now,
    }
    connection.execute(_KEEP_EVENT, event)
    about = {"sid": report.provider_id, "number": _delivery_of(report.attempt), "tried": report.attempt}
    found = connection.execute(_REPORTED_ON, about).first()
    if found is None or _RANK[report.status] <= _REACHED.get(found.state, -1):
        return None
    moved = {
        "of_id": found.id,
        "to_provider": report.provider_id,
        "to_state": _REPORTED.get(report.status, DeliveryState.SENT),
        "to_reason": report.reason,
        "to_code": report.code,
        "to_at": now,
    }
    connection.execute(_MOVE, moved)
    session.expire_all()
    return int(found.contact_point_id)


def _delivery_of(attempt: str | None) -> int | None:
    """Return the delivery that an attempt id of ours names; None for what is none of ours."""
    number = (attempt or "").rpartition(".")[2]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None


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
        (_claimed(delivery, address, rendering), delivery.started_at or looked_before)
        for delivery, address, rendering in rows
    ]


def unknown_ids(session: Session, provider_ids: Sequence[str]) -> set[str]:
    """Return those provider ids that no delivery carries yet."""
    known = session.exec(
        select(col(Delivery.provider_id)).where(col(Delivery.provider_id).in_(list(provider_ids)))
    )
    return set(provider_ids) - {one for one in known if one}


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
    if session.exec(select(Delivery.id).where(col(Delivery.id) == delivery_id, _phone_stopped())).first():
        return False
    delivery.state, delivery.reason, delivery.settled_at = DeliveryState.QUEUED, None, now
    session.add(delivery)
    session.flush()
    _hold_back_paused(session, col(Delivery.id) == delivery_id)
    return True


def drop_held(session: Session, delivery_id: int, now: datetime) -> bool:
    """Staff drop a held text; False if it is not held."""
    delivery = session.get(Delivery, delivery_id, populate_existing=True)
    if delivery is None or delivery.state != DeliveryState.HELD:
        return False
    delivery.state, delivery.settled_at = DeliveryState.FAILED, now
    delivery.reason = "Dropped by staff: it could not be known whether it had arrived."
    session.add(delivery)
    return True


def end_unwanted(session: Session, delivery_ids: Sequence[int]) -> None:
    """Of texts that came back from a try, end those whose phone or broadcast was stopped meanwhile.

    Those whose broadcast was paused are held back.
    """
    if delivery_ids:
        these = col(Delivery.id).in_(delivery_ids)
        cancel(session, PHONE_STOPPED, these, _phone_stopped())
        stopped = sa.select(col(Broadcast.id)).where(col(Broadcast.state) == BroadcastState.STOPPED)
        cancel(session, BROADCAST_STOPPED, these, col(Delivery.broadcast_id).in_(stopped))
        _hold_back_paused(session, these)


def _hold_back_paused(session: Session, *conditions: Any) -> None:
    """What comes back while its broadcast is paused waits like the rest of it, without a time."""
    paused = sa.select(col(Broadcast.id)).where(col(Broadcast.paused_at).is_not(None))
    session.exec(
        update(Delivery)
        .where(
            col(Delivery.state).in_((DeliveryState.WAITING, DeliveryState.QUEUED)),
            col(Delivery.broadcast_id).in_(paused),
            *conditions,
        )
        .values(state=DeliveryState.WAITING, waiting_until=None)
    )


def _phone_stopped() -> sa.ColumnElement[bool]:
    """Say of a row of `delivery` what the claim asks too: that its phone has stopped it."""
    closings = col(ContactPoint.closings_only) & (col(Delivery.urgency) == EMERGENCY)
    contact = sa.exists().where(
        col(ContactPoint.id) == col(Delivery.contact_point_id),
        col(ContactPoint.stopped_at).is_not(None),
        sa.not_(closings),
    )
    return sa.and_(col(Delivery.passes_stop).is_(False), contact)


def cancel(session: Session, reason: str, *conditions: Any) -> int:
    """Finish every waiting or queued delivery that meets the conditions; return how many."""
    ended = session.exec(
        update(Delivery)
        .where(col(Delivery.state).in_((DeliveryState.WAITING, DeliveryState.QUEUED)), *conditions)
        .values(state=DeliveryState.FAILED, reason=reason, waiting_until=None)
    )
    return int(ended.rowcount)
