"""Rows that the outbox's tests stand on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.messages import ChannelName
from bot.store import outbox
from bot.store.tables import Broadcast, ContactPoint, Delivery, Occurrence, Rendering, Schedule

NOW = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)


def lane(session: Session, name: str = "+17155550100", channel: str = ChannelName.SMS) -> int:
    return outbox.ensure_lane(session, channel, name)


def phones(
    session: Session, count: int, *, language: str = "en", channel: str = ChannelName.SMS, first: int = 0
) -> list[int]:
    made = [
        ContactPoint(channel=channel, address=f"+1715555{number:04}", language=language)
        for number in range(first, first + count)
    ]
    session.add_all(made)
    session.flush()
    return [one.id for one in made if one.id is not None]


def occurrence(
    session: Session,
    languages: Sequence[str] = ("en",),
    *,
    digits: bool = False,
    channel: str = ChannelName.SMS,
    parts: int = 1,
    local: str = "2026-11-17T10:00:00",
) -> tuple[int, int]:
    """Make a broadcast with a rendering in each language and one occurrence; return both ids."""
    broadcast = Broadcast(
        title="Snow",
        source_language="en",
        audience={},
        made_at=NOW,
        question={"kind": "yes_no"} if digits else None,
    )
    session.add(broadcast)
    session.flush()
    assert broadcast.id is not None
    for tag in languages:
        session.add(
            Rendering(
                broadcast_id=broadcast.id,
                language=tag,
                written_in=tag,
                channel=channel,
                text=f"[{tag}] text of broadcast {broadcast.id}",
                digits=digits,
                parts=parts,
            )
        )
    plan = Schedule(broadcast_id=broadcast.id, starts=local, zone="America/Chicago")
    session.add(plan)
    session.flush()
    assert plan.id is not None
    made = Occurrence(schedule_id=plan.id, local=local, released_at=NOW)
    session.add(made)
    session.flush()
    assert made.id is not None
    return broadcast.id, made.id


def release(
    session: Session,
    count: int,
    *,
    languages: Sequence[str] = ("en",),
    digits: bool = False,
    urgency: int = outbox.BULK,
    parts: int = 1,
) -> int:
    """Release a new broadcast to `count` new phones of each language; return the broadcast."""
    lane(session)
    have = len(session.exec(select(ContactPoint)).all())
    for place, tag in enumerate(languages):
        phones(session, count, language=tag, first=have + place * count)
    broadcast_id, occurrence_id = occurrence(session, languages, digits=digits, parts=parts)
    outbox.release(
        session,
        everyone(above=0),
        broadcast_id=broadcast_id,
        occurrence_id=occurrence_id,
        urgency=urgency,
        now=NOW,
    )
    return broadcast_id


def everyone(*, above: int = 0) -> sa.Select[Any]:
    found: sa.Select[Any] = sa.select(  # type: ignore[assignment]
        col(ContactPoint.id).label("contact_point_id"), col(ContactPoint.channel), col(ContactPoint.language)
    ).where(col(ContactPoint.id) > above)
    return found


def states(session: Session) -> dict[str, int]:
    rows = session.connection().execute(
        sa.select(col(Delivery.state), sa.func.count()).group_by(col(Delivery.state))
    )
    return {row[0]: row[1] for row in rows}
