"""A town of families for storms: each phone is owed one text, and the text itself says whose it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from bot import broadcasts
from bot.bootstrap import SystemClock
from bot.broadcasts import Draft
from bot.messages import ChannelName
from bot.settings import Settings
from bot.simulator import Account
from bot.simulator.account import SENDER
from bot.store import outbox
from bot.store.audience import Audience
from bot.store.tables import ContactPoint, Group, Membership, Person, PersonContactPoint, Schedule

A_BUS = 250  #: families on one bus: each bus has a broadcast of its own
ANSWERED = 5  #: every fifth phone gets an answer of its own instead of its bus's text


@dataclass(frozen=True, slots=True)
class Town:
    """So many phones with SMS, and so many chats on Telegram."""

    phones: int
    chats: int = 0

    def addresses(self) -> list[tuple[ChannelName, str]]:
        """Everybody, in the order of their numbers."""
        return [(ChannelName.SMS, f"+1715{2_000_000 + n}") for n in range(self.phones)] + [
            (ChannelName.TELEGRAM, str(900_000 + n)) for n in range(self.chats)
        ]

    def owed(self) -> dict[str, str]:
        """For each address what only its own text says."""
        return {address: _mark(n, address) for n, (_, address) in enumerate(self.addresses())}


def _mark(number: int, address: str) -> str:
    """What is told apart must differ as a whole: the words end with a stop."""
    return f"family {address.lstrip('+')}." if number % ANSWERED == 0 else f"bus {number // A_BUS}."


def settle_in(session: Session, town: Town, settings: Settings) -> int:
    """Put the town into an empty store and release what it is owed; return how many texts that is."""
    now = SystemClock().now()
    addresses = town.addresses()
    names = {ChannelName.SMS: SENDER, ChannelName.TELEGRAM: f"bot:{Account().bot_id}"}
    lanes = {
        channel: outbox.ensure_lane(session, channel, names[channel])
        for channel in {each for each, _ in addresses}
    }
    buses = _people(session, addresses)
    for bus, group in buses.items():
        _on_the_bus(session, bus, group, settings, now)
    for number, (channel, address) in enumerate(addresses):
        if number % ANSWERED == 0:
            outbox.answer(
                session,
                contact_point_id=number + 1,
                lane_id=lanes[channel],
                text=f"This is for {_mark(number, address)}",
                language="en",
            )
    return len(addresses)


def _people(session: Session, addresses: list[tuple[ChannelName, str]]) -> dict[int, int]:
    """Write one guardian with one phone for each address; return the group of each bus."""
    numbers = range(len(addresses))
    riding = [n for n in numbers if n % ANSWERED]
    buses = {bus: bus + 1 for bus in sorted({n // A_BUS for n in riding})}
    rows: list[list[SQLModel]] = [
        [Group(id=group, kind="class", name=f"Bus {bus}") for bus, group in buses.items()],
        [Person(id=n + 1, reference=f"G{n}", name=f"Guardian {n}", reads="en", hears="en") for n in numbers],
        [
            ContactPoint(id=n + 1, channel=channel, address=address, language="en")
            for n, (channel, address) in enumerate(addresses)
        ],
        [PersonContactPoint(person_id=n + 1, contact_point_id=n + 1) for n in numbers],
        [Membership(person_id=n + 1, group_id=buses[n // A_BUS]) for n in riding],
    ]
    for made in rows:
        if made:
            session.execute(sa.insert(type(made[0])), [one.model_dump(exclude_none=True) for one in made])
    return buses


def _on_the_bus(session: Session, bus: int, group: int, settings: Settings, now: datetime) -> None:
    draft = Draft(
        f"Bus {bus}", f"Snow. This is for bus {bus}.", Audience(groups=(group,)), purpose="emergency"
    )
    made = broadcasts.draft(session, draft, now)
    broadcasts.approve(session, made, settings, now=now, fallback="en")
    local = now.astimezone(settings.school.zone).replace(tzinfo=None)
    broadcasts.schedule(session, made, local, settings, rrule=None, now=now)
    plan = session.exec(select(Schedule.id).where(col(Schedule.broadcast_id) == made)).one()
    assert broadcasts.release(session, plan or 0, settings, now)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the provider's ledger says of what everybody was owed."""

    accepted: int
    lost: tuple[str, ...]  #: addresses that never got their text
    duplicates: int  #: texts beyond the first to one address
    wrong_person: int  #: texts that are not the one that this address is owed

    @property
    def clean(self) -> bool:
        """Whether everybody got their own text, once."""
        return not (self.lost or self.duplicates or self.wrong_person)


def judge(owed: Mapping[str, str], accepted: Iterable[tuple[str, str]]) -> Judgement:
    """Compare what was accepted, as (address, text), with what everybody was owed."""
    texts = list(accepted)
    times = Counter(address for address, _ in texts)
    return Judgement(
        accepted=len(texts),
        lost=tuple(address for address in owed if not times[address]),
        duplicates=sum(count - 1 for count in times.values()),
        wrong_person=sum(not text.endswith(owed.get(address, "\0")) for address, text in texts),
    )
