"""A school's outbox of any size, made in seconds: phones, one broadcast in five languages, its deliveries."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.messages import ChannelName
from bot.settings import Settings, parse
from bot.store import outbox
from bot.store.store import Store
from bot.store.tables import Broadcast, ContactPoint, Occurrence, Rendering, Schedule

TEXTS: Final = {
    "en": "Lincoln School is closed today because of snow. Buses do not run. We open again tomorrow at 8:00.",
    "es": "La escuela Lincoln está cerrada hoy por la nieve. No hay autobuses. Abrimos mañana a las 8:00.",
    "so": "Dugsiga Lincoln waa xiran yahay maanta baraf dartiis. Basaska ma shaqeynayaan berri ka hor.",
    "hmn": "Lub tsev kawm ntawv Lincoln kaw hnub no vim yog daus. Tsis muaj npav. Tag kis 8:00 qhib dua.",
    "ar": "مدرسة لينكولن مغلقة اليوم بسبب الثلج. لا تعمل الحافلات. نفتح غدًا الساعة 8:00.",
}

_PHONES: Final = sa.text(
    """
    INSERT INTO contact_point (channel, address, language, language_by, closings_only)
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < :count)
    SELECT 'sms', '+1' || (7150000000 + n),
           CASE n % 5 WHEN 0 THEN 'en' WHEN 1 THEN 'es' WHEN 2 THEN 'so' WHEN 3 THEN 'hmn' ELSE 'ar' END,
           'roster', 0
      FROM number
    """
)


def settings(folder: Path, url: str, **sms: Any) -> Settings:
    """Return a school that sends through the provider at `url`, at any hour, faster than it can."""
    account = {"account_sid": "AC" + "0" * 32, "auth_token": "bench-token-0123456789"}
    table = {
        "school": {"name": "Lincoln School", "phone": "715-555-0100", "time_zone": "America/Chicago"},
        "staff": {"reader": "Ms Ruiz"},
        "server": {"public_url": "https://homeloop.example"},
        "hours": {"start": "00:00:00", "end": "00:00:00"},
        "database": {"path": str(folder / "homeloop.db")},
        "sms": account | {"sender": "+17155550100", "base_url": url, "parts_per_second": 1e6} | sms,
    }
    return parse(table, {}, place=folder / "config.toml")


def fill(store: Store, count: int) -> None:
    """Release one broadcast to `count` new phones."""
    store.writing(_phones, count)
    broadcast_id, occurrence_id = store.writing(_occurrence)
    store.writing(release, broadcast_id, occurrence_id)


def _phones(session: Session, count: int) -> None:
    outbox.ensure_lane(session, ChannelName.SMS, "+17155550100")
    session.connection().execute(_PHONES, {"count": count})


def _occurrence(session: Session) -> tuple[int, int]:
    now = datetime.now(UTC)
    broadcast = Broadcast(title="Snow", source_language="en", audience={}, made_at=now)
    session.add(broadcast)
    session.flush()
    assert broadcast.id is not None
    for tag, words in TEXTS.items():
        session.add(
            Rendering(broadcast_id=broadcast.id, language=tag, written_in=tag, channel="sms", text=words)
        )
    plan = Schedule(broadcast_id=broadcast.id, starts="2026-11-17T10:00:00", zone="America/Chicago")
    session.add(plan)
    session.flush()
    assert plan.id is not None
    made = Occurrence(schedule_id=plan.id, local=plan.starts, released_at=now)
    session.add(made)
    session.flush()
    assert made.id is not None
    return broadcast.id, made.id


def second_occurrence(session: Session) -> tuple[int, int]:
    """Make another occurrence of the broadcast; return both ids."""
    made = Occurrence(schedule_id=1, local="2026-11-18T10:00:00", released_at=datetime.now(UTC))
    session.add(made)
    session.flush()
    assert made.id is not None
    return 1, made.id


def release(session: Session, broadcast_id: int, occurrence_id: int) -> int:
    """Make the deliveries of one occurrence to every phone."""
    everyone: sa.Select[Any] = sa.select(  # type: ignore[assignment]
        col(ContactPoint.id).label("contact_point_id"), col(ContactPoint.channel), col(ContactPoint.language)
    )
    return outbox.release(
        session, everyone, broadcast_id=broadcast_id, occurrence_id=occurrence_id,
        urgency=outbox.BULK, now=datetime.now(UTC),
    )  # fmt: skip
