"""An inquiry to build up: families of schools and languages, who is reached, who answers what.

Rows are gathered and written at once by `kept`, so that hundreds of families cost a moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from bot.conversation.ask import Ask
from bot.store.audience import Audience
from bot.store.outbox import ensure_lane
from bot.store.tables import (
    Broadcast,
    ContactPoint,
    Delivery,
    Group,
    GroupKind,
    Handover,
    Household,
    Inbound,
    Membership,
    Occurrence,
    Person,
    PersonContactPoint,
    Rendering,
    Reply,
    Schedule,
    Translation,
)

TUESDAY = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)
EVENINGS = Ask("one_of", ("Morning", "Afternoon", "Evening"), other=False)
SENDER = "+17155550100"


@dataclass
class Asked:
    """One inquiry and the families it goes to."""

    session: Session
    ask: Ask | None = EVENINGS
    title: str = "Conferences"
    closing: dict[str, Any] | None = None
    state: str = "released"
    ids: Any = field(default_factory=lambda: count(1))
    number: int = 0
    _rows: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _groups: dict[tuple[str, str, int | None], int] = field(default_factory=dict)
    _languages: dict[int, str] = field(default_factory=dict)
    _renderings: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lane = ensure_lane(self.session, "sms", SENDER)
        self.number = self._add(
            Broadcast, title=self.title, state=self.state, source_language="en", made_at=TUESDAY,
            audience=Audience().to_json(), question=self.ask.to_json() if self.ask else None,
            closing=self.closing,
        )  # fmt: skip
        if self.state == "released":
            starts = {"starts": "2026-11-17T10:00:00", "zone": "America/Chicago"}
            schedule = self._add(Schedule, broadcast_id=self.number, **starts)
            self._occurrence = self._add(
                Occurrence, schedule_id=schedule, local="10:00", released_at=TUESDAY, deliveries=0
            )
        self._add(
            Translation, broadcast_id=self.number, language="en", text="When can you come?",
            state="approved", provenance="typed", made_at=TUESDAY,
        )  # fmt: skip

    def kept(self) -> int:
        """Write everything down; return the inquiry."""
        for table, rows in self._rows.items():
            self.session.connection().execute(sa.insert(table), rows)
        self._rows.clear()
        return self.number

    def _add(self, table: type[SQLModel], **values: Any) -> int:
        number: int = next(self.ids)
        row = table(id=number, **values)
        self._rows[table].append({name: getattr(row, name) for name in table.model_fields})
        return number

    def _link(self, table: type[SQLModel], **values: Any) -> None:
        row = table(**values)
        self._rows[table].append({name: getattr(row, name) for name in table.model_fields})

    def school(self, name: str) -> int:
        """Add a school, or return it."""
        return self.group(GroupKind.SCHOOL, name)

    def group(self, kind: GroupKind, name: str, parent: int | None = None) -> int:
        """Add a group, or return it."""
        key = (str(kind), name, parent)
        if key not in self._groups:
            self._groups[key] = self._add(Group, kind=str(kind), name=name, parent_id=parent)
        return self._groups[key]

    def family(self, *languages: str, groups: Sequence[int] = (), state: str = "delivered") -> list[int]:
        """Add a household with one phone for each language, asked; return the phones."""
        home = self._add(Household, reference=f"H{next(self.ids)}")
        return [self.phone(tag, home, groups, state) for tag in languages]

    def phone(self, tag: str, home: int | None, groups: Sequence[int] = (), state: str = "delivered") -> int:
        """Add a phone with one person behind it, and the inquiry's text to it."""
        number: int = next(self.ids)
        phone = self._add(ContactPoint, channel="sms", address=f"+1715{number:07}", language=tag)
        names = {"name": f"Guardian {number}", "sought": "", "reads": tag, "hears": tag}
        person = self._add(Person, reference=f"P{number}", household_id=home, **names)
        self._link(PersonContactPoint, person_id=person, contact_point_id=phone)
        for group in groups:
            self._link(Membership, person_id=person, group_id=group)
        accepted = state in {"sent", "delivered"}
        self._add(
            Delivery, broadcast_id=self.number, occurrence_id=self._occurrence, contact_point_id=phone,
            rendering_id=self._rendering(tag), lane_id=self.lane, language=tag, urgency=2, state=state,
            provider_id=f"SM{number:032x}" if accepted else None,
        )  # fmt: skip
        self._languages[phone] = tag
        return phone

    def _rendering(self, tag: str) -> int:
        if tag not in self._renderings:
            words = {"channel": "sms", "language": tag, "written_in": tag, "text": f"Text in {tag}"}
            self._renderings[tag] = self._add(Rendering, broadcast_id=self.number, **words)
        return self._renderings[tag]

    def families(
        self, number: int, tag: str, *, heard: int = 0, value: str | None = "1", groups: Sequence[int] = ()
    ) -> None:
        """Add so many households with a phone, of which so many give the same answer."""
        for place in range(number):
            (phone,) = self.family(tag, groups=groups)
            if place < heard:
                self.says(phone, value)

    def says(self, phone: int, value: str | None, words: str = "…", **more: Any) -> int:
        """Add a reply of a phone: CONFIRMED unless said otherwise; return it."""
        number: int = next(self.ids)
        at = TUESDAY + timedelta(seconds=number)
        inbound = self._add(
            Inbound, channel="sms", provider_id=f"IN{number}", lane=SENDER, address=f"+1715{number:07}",
            contact_point_id=phone, message={"text": words}, received_at=at, handled_at=at,
        )  # fmt: skip
        usual = {
            "state": "confirmed",
            "kind": "one_of",
            "made_at": at,
            "changed_at": at,
            "inbound_id": inbound,
        }
        usual |= {"language": self._languages[phone], "words": words, "value": value}
        return self._add(Reply, broadcast_id=self.number, contact_point_id=phone, **(usual | more))

    def inbound_of(self, reply: int) -> int:
        """Return the text that a reply began with."""
        found: int = next(row["inbound_id"] for row in self._rows[Reply] if row["id"] == reply)
        return found

    def restricted(self, phone: int, **about: int) -> None:
        """Hand something over to those on call alone."""
        more = {"made_at": TUESDAY, "restricted": True, "why": "danger"}
        self._add(Handover, contact_point_id=phone, **more, **about)


def moments(*moved: datetime) -> dict[str, Any]:
    """What a reply that came, and changed, at these moments says of it."""
    return {"made_at": moved[0], "changed_at": moved[-1]}
