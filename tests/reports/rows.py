"""Small rows for reports to count: each function adds one thing and returns its id."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import Session, col, select

from bot.conversation.ask import Ask
from bot.store.audience import Audience
from bot.store.outbox import ensure_lane
from bot.store.tables import (
    Broadcast,
    ContactPoint,
    Delivery,
    Handover,
    Inbound,
    Occurrence,
    Person,
    PersonContactPoint,
    Rendering,
    Reply,
    Schedule,
)

TUESDAY = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)
LANES = {"sms": "+17155550100", "telegram": "bot:7155"}


@dataclass
class Rows:
    """Adds rows to one session; numbers and moments go up by themselves."""

    session: Session
    numbers: Any = field(default_factory=lambda: count(1))

    def phone(self, language: str, channel: str = "sms", *, people: int = 1, **more: Any) -> int:
        """Add a contact point, shared by so many people."""
        number = next(self.numbers)
        address = f"+1715555{number:04}" if channel == "sms" else f"{7_000_000 + number}"
        phone = self._kept(ContactPoint(channel=channel, address=address, language=language, **more))
        for place in range(people):
            self._linked(self.person(language, f"{number}.{place}"), phone)
        return phone

    def person(self, language: str, reference: str | None = None, **more: Any) -> int:
        """Add a person without any phone."""
        reference = reference or f"p{next(self.numbers)}"
        return self._kept(
            Person(reference=reference, name=f"Family {reference}", reads=language, hears=language, **more)
        )

    def broadcast(self, title: str = "Conferences", ask: Ask | None = None, **more: Any) -> int:
        """Add a broadcast to all guardians."""
        return self._kept(
            Broadcast(
                title=title,
                source_language="en",
                audience=Audience().to_json(),
                question=ask.to_json() if ask else None,
                made_at=TUESDAY,
                **{"state": "released", **more},
            )
        )

    def told(self, broadcast: int, phone: int, state: str = "delivered", **more: Any) -> int:
        """Add one delivery of a broadcast; `written_in` makes its text a fallback."""
        contact = self.session.get(ContactPoint, phone)
        assert contact is not None
        accepted = state in ("sent", "delivered") or more.pop("accepted", False)
        rendering = self._rendering(broadcast, contact, more.pop("written_in", contact.language))
        return self._kept(
            Delivery(
                broadcast_id=broadcast,
                occurrence_id=more.pop("occurrence", None) or self.occurrence(broadcast),
                rendering_id=rendering,
                contact_point_id=phone,
                lane_id=ensure_lane(self.session, contact.channel, LANES[contact.channel]),
                language=contact.language,
                urgency=2,
                state=state,
                provider_id=f"SM{next(self.numbers):032x}" if accepted else None,
                **more,
            )
        )

    def answered(self, phone: int, text: str = "Thanks.", state: str = "sent") -> int:
        """Add one text of ours that answers a family."""
        contact = self.session.get(ContactPoint, phone)
        assert contact is not None
        return self._kept(
            Delivery(
                contact_point_id=phone,
                lane_id=ensure_lane(self.session, contact.channel, LANES[contact.channel]),
                text=text,
                language=contact.language,
                urgency=1,
                state=state,
                provider_id=f"SM{next(self.numbers):032x}",
            )
        )

    def occurrence(self, broadcast: int) -> int:
        """Add one release of a broadcast."""
        schedule = self.session.exec(
            select(Schedule.id).where(col(Schedule.broadcast_id) == broadcast)
        ).first()
        if schedule is None:
            schedule = self._kept(
                Schedule(broadcast_id=broadcast, starts="2026-11-17T10:00:00", zone="America/Chicago")
            )
        return self._kept(
            Occurrence(schedule_id=schedule, local=f"release {next(self.numbers)}", released_at=TUESDAY)
        )

    def inbound(self, phone: int, words: str) -> int:
        """Add what a family sent."""
        contact = self.session.get(ContactPoint, phone)
        assert contact is not None
        return self._kept(
            Inbound(
                channel=contact.channel,
                provider_id=f"SM{next(self.numbers):032x}",
                lane=LANES[contact.channel],
                address=contact.address,
                contact_point_id=phone,
                message={"text": words},
                received_at=TUESDAY,
                handled_at=TUESDAY,
            )
        )

    def reply(self, broadcast: int | None, phone: int, words: str, **more: Any) -> int:
        """Add a reply: CONFIRMED unless said otherwise."""
        contact = self.session.get(ContactPoint, phone)
        assert contact is not None
        at = TUESDAY + timedelta(seconds=next(self.numbers))
        kept = {"state": "confirmed", "kind": "one_of", "made_at": at, "changed_at": at, **more}
        return self._kept(
            Reply(
                broadcast_id=broadcast,
                contact_point_id=phone,
                language=contact.language,
                words=words,
                inbound_id=kept.pop("inbound_id", None) or self.inbound(phone, words),
                **kept,
            )
        )

    def handover(self, phone: int | None, why: str, **more: Any) -> int:
        """Add something a person owes a family."""
        return self._kept(Handover(contact_point_id=phone, why=why, **{"made_at": TUESDAY, **more}))

    def _rendering(self, broadcast: int, contact: ContactPoint, written_in: str) -> int:
        found = self.session.exec(
            select(Rendering.id).where(
                col(Rendering.broadcast_id) == broadcast,
                col(Rendering.language) == contact.language,
                col(Rendering.channel) == contact.channel,
            )
        ).first()
        return found or self._kept(
            Rendering(
                broadcast_id=broadcast,
                language=contact.language,
                channel=contact.channel,
                written_in=written_in,
                text=f"Text in {written_in}",
            )
        )

    def _linked(self, person: int, phone: int) -> None:
        self.session.add(PersonContactPoint(person_id=person, contact_point_id=phone))

    def _kept(self, row: Any) -> int:
        self.session.add(row)
        self.session.flush()
        assert row.id is not None
        return int(row.id)
