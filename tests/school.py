"""A small school that tests stand on: families with phones, questions that go out, a real database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from bot import broadcasts, hours, languages, replies
from bot.app import App, Sender
from bot.broadcasts import Draft
from bot.conversation.ask import Ask
from bot.messages import ChannelName, DeliveryState, Inbound
from bot.settings import Sending, Settings
from bot.store import outbox
from bot.store.audience import Audience
from bot.store.outbox import Claimed
from bot.store.store import Store
from bot.store.tables import (
    Child,
    ContactPoint,
    Delivery,
    Handover,
    Person,
    PersonChild,
    PersonContactPoint,
    Reply,
    TranslationState,
)
from tests.conftest import StandingClock
from tests.fakes import FakeChannel

SMS, TELEGRAM = "+17155550100", "bot:7155"


def lively(settings: Settings, **sending: float) -> Settings:
    """The usual settings with every catalog allowed and ticks that a test can wait for."""
    quick: dict[str, Any] = {"tick_seconds": 0.02, "grace_seconds": 120, "look_every_seconds": 30} | sending
    return settings.model_copy(
        update={
            "unreviewed": dict.fromkeys(languages.catalog_languages(), True),
            "sending": Sending(**quick),
        }
    )


def app_on(
    settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel, *, in_flight: int = 8
) -> App:
    """Homeloop with one SMS lane, as fast as the test wants it."""
    lane = store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    sender = Sender(lane, SMS, ChannelName.SMS, channel, per_second=1e6, in_flight=in_flight)
    return App(settings, store, clock, (sender,))


def phone(number: int) -> str:
    return f"+1715555{number:04}"


def family(
    session: Session,
    number: int,
    *,
    tag: str = "en",
    adults: int = 1,
    grades: Sequence[str] = (),
    address: str | None = None,
    channel: ChannelName = ChannelName.SMS,
) -> int:
    """Add a phone or chat with the adults behind it and their children; return the contact point."""
    contact = ContactPoint(channel=channel, address=address or phone(number), language=tag)
    session.add(contact)
    session.flush()
    children = [Child(reference=f"C{number}-{place}", grade=grade) for place, grade in enumerate(grades)]
    session.add_all(children)
    for adult in range(adults):
        person = Person(reference=f"G{number}-{adult}", name=f"Guardian {number}", reads=tag, hears=tag)
        session.add(person)
        session.flush()
        assert person.id is not None
        assert contact.id is not None
        session.add(PersonContactPoint(person_id=person.id, contact_point_id=contact.id))
        session.add_all(PersonChild(person_id=person.id, child_id=child.id or 0) for child in children)
    session.flush()
    assert contact.id is not None
    return contact.id


def families(session: Session, count: int, tags: Sequence[str] = ("en",)) -> None:
    for number in range(count):
        family(session, number, tag=tags[number % len(tags)])


def send_out(
    session: Session,
    settings: Settings,
    now: datetime,
    *,
    text: str = "Snow: school is closed today.",
    ask: Ask | None = None,
    texts: Mapping[str, str] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
    fallback: str = "en",
    purpose: str = "school",
    audience: Audience | None = None,
) -> int:
    """Draft, approve, schedule for now and release one broadcast; return it."""
    draft = Draft(text[:20], text, audience or Audience(), ask=ask, purpose=purpose)
    made = broadcasts.draft(session, draft, now)
    for tag, words in (texts or {}).items():
        broadcasts.translate(
            session, made, tag, words, choices=(choices or {}).get(tag, ()), provenance="typed",
            state=TranslationState.REVIEWED, now=now,
        )  # fmt: skip
    shown = broadcasts.preview(session, made, settings, fallback=fallback)
    broadcasts.approve(session, made, settings, now=now, fallback=fallback, typed_count=shown.phones)
    local = now.astimezone(settings.school.zone).replace(tzinfo=None)
    broadcasts.schedule(session, made, local, settings, rrule=None, now=now)
    for schedule_id in broadcasts.due(session, now):
        broadcasts.release(session, schedule_id, settings, now)
    return made


def deliveries(store: Store) -> list[Delivery]:
    return store.reading(lambda session: list(session.exec(select(Delivery).order_by(col(Delivery.id)))))


def states(store: Store) -> dict[str, int]:
    """How many deliveries are in which state."""

    def count(session: Session) -> dict[str, int]:
        rows = session.exec(select(Delivery.state, func.count()).group_by(col(Delivery.state)))
        return dict(rows.all())

    return store.reading(count)


def all_replies(store: Store) -> list[Reply]:
    return store.reading(lambda session: list(session.exec(select(Reply).order_by(col(Reply.id)))))


def handovers(store: Store) -> list[str]:
    return store.reading(lambda session: list(session.exec(select(Handover.why).order_by(col(Handover.id)))))


@dataclass
class Desk:
    """Lets families write and reads what we answer, without a pump: sending is settled at once."""

    store: Store
    settings: Settings
    clock: StandingClock
    lane: str = SMS
    channel: ChannelName = ChannelName.SMS
    _came: int = 0
    _sent: list[tuple[str, str]] = field(default_factory=list)

    def deliver(self) -> None:
        """Send everything that may go now, one by one, and settle it as sent."""
        self.store.writing(outbox.wake, self.clock.now(), hours.of(self.settings))
        epoch = self.store.writing(outbox.take_lane, self._lane())
        while one := self.store.writing(self._send_one, epoch):
            self._sent.append((one.message.address, one.message.text))

    def _lane(self) -> int:
        return self.store.writing(outbox.ensure_lane, self.channel, self.lane)

    def _send_one(self, session: Session, epoch: int) -> Claimed | None:
        lane, now = outbox.ensure_lane(session, self.channel, self.lane), self.clock.now()
        claimed = outbox.claim(session, lane, epoch, 1, token=f"t{epoch}", now=now)
        for one in claimed:
            settled = outbox.Settled(
                one.delivery_id,
                one.message.attempt,
                DeliveryState.SENT,
                f"{one.message.address}:{one.delivery_id}",
            )
            outbox.settle(session, epoch, [settled], now)
        return claimed[0] if claimed else None

    def hears(self, address: str, text: str = "", **more: Any) -> int:
        """Store one thing a family sent; return the inbound. It is not thought about yet."""
        self._came += 1
        message = Inbound(
            self.channel, more.pop("provider_id", f"IN{self._came}"), self.lane, address, text, **more
        )
        self.store.writing(replies.accept, [message], self.clock.now())
        (newest,) = self.store.reading(replies.unhandled, 500)[-1:] or (0,)
        return newest

    def says(self, address: str, text: str = "", **more: Any) -> list[Inbound]:
        """Let a family write and think about it; return the keyboards to be taken away."""
        key = self.hears(address, text, **more)
        return self.store.writing(replies.handle, key, self.settings, self.clock.now())

    def read(self, address: str) -> list[str]:
        """What this phone got since it was last looked at, oldest first; sends what may go first."""
        self.deliver()
        found = [text for of, text in self._sent if of == address]
        self._sent = [(of, text) for of, text in self._sent if of != address]
        return found
