"""A storm: the sender is killed again and again while the provider has a bad day of its own.

The provider runs in the storm's own process, so its ledger survives every kill and is read directly. The
sender is a process of its own (`tests.soak.lives`) that is sent SIGKILL: at a chosen number of texts
accepted, up to a few moments later, or while it is still starting. Nobody hears the provider's status
callbacks: what a kill left unknown must be settled from the provider's list alone.
"""

from __future__ import annotations

import asyncio
import random
import signal
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import reports
from bot.messages import ChannelName
from bot.simulator import Fault, Plan, Simulator, Trouble
from bot.store.store import Store, driver
from tests.soak.lives import Life, Nursery
from tests.soak.office import MOVING, PATIENCE, configure, populate, providing
from tests.soak.town import Judgement, Town, judge

LOOK = 0.002  #: seconds between two looks at the ledger

#: one request in ten goes wrong
TEN_IN_A_HUNDRED = (
    Fault(Trouble.BROKEN, 0.02, ChannelName.SMS, status=500),
    Fault(Trouble.BROKEN, 0.005, ChannelName.SMS, status=503),
    Fault(Trouble.BROKEN_AFTER, 0.015, ChannelName.SMS, status=502),
    Fault(Trouble.CUT_BEFORE, 0.02, ChannelName.SMS),
    Fault(Trouble.CUT_AFTER, 0.015, ChannelName.SMS),
    Fault(Trouble.HALF_ANSWER, 0.005, ChannelName.SMS),
    Fault(Trouble.SLOW, 0.018, seconds=0.4),
    Fault(Trouble.TOO_MANY, 0.002, seconds=1),
)


@dataclass
class Storm:
    """A folder, a provider, a town, and a sender that is not left in peace."""

    folder: Path
    town: Town
    seed: int
    provider: Simulator
    kills: int = 0
    unknowable: set[int] = field(default_factory=set)  #: Telegram's that a kill caught on their way
    begun_after: list[float] = field(default_factory=list)  #: seconds until it began to send
    _chance: random.Random = field(init=False)
    _nursery: Nursery = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._nursery = Nursery(self.config, self.folder / "sender.log")

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def database(self) -> Path:
        return self.folder / "homeloop.db"

    @property
    def accepted(self) -> int:
        return len(self.provider.ledger.accepted)

    def prepare(self, *, parts_per_second: float, in_flight: int) -> None:
        """Write the settings, let the town settle in, and begin the provider's bad day."""
        chats = bool(self.town.chats)
        configure(
            self.folder, self.provider, telegram=chats, parts_per_second=parts_per_second, in_flight=in_flight
        )
        populate(self.config, self.town, self.provider)
        self.provider.misbehave(Plan(TEN_IN_A_HUNDRED, self.seed))

    async def kill_often(self, times: int) -> None:
        """Start the sender and kill it, so often, spread over the whole of what is to be sent."""
        total = len(self.town.addresses())
        for reached in sorted(self._chance.sample(range(total), times)):
            sender = await self._nursery.begin()
            if self.accepted >= reached:
                # Ahead of the plan: this life is short, and may end before anything was sent.
                await self._unless_over(sender, self._chance.uniform(0, 1.0))
            else:
                dies = time.monotonic() + self._chance.uniform(0.5, 3.0)
                await self._until(
                    sender,
                    lambda goal=reached, dies=dies: self.accepted >= goal or time.monotonic() > dies,  # type: ignore[misc]
                )
                await self._unless_over(
                    sender, self._chance.choice((0.0, 0.0, self._chance.uniform(0, 0.05)))
                )
            await self._kill(sender)

    async def finish(self) -> None:
        """Leave the sender in peace until nothing moves any more, then let it stop by itself."""
        sender = await self._nursery.begin()
        # Before it has begun, a signal would end it as it ends any program.
        await self._until(sender, lambda: sender.begun_after is not None, every=0.1)
        await self._until(sender, lambda: not self.count(*MOVING), every=0.1)
        assert await sender.end(signal.SIGTERM) == 0, "the sender did not stop as it should"

    async def close(self) -> None:
        """Leave no sender behind."""
        await self._nursery.close()

    async def _unless_over(self, sender: Life, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._alive(sender)

    async def _until(self, sender: Life, true: Callable[[], bool], every: float = LOOK) -> None:
        deadline, seen = time.monotonic() + PATIENCE, self.accepted
        while not true():
            self._alive(sender)
            if self.accepted != seen:
                deadline, seen = time.monotonic() + PATIENCE, self.accepted
            assert time.monotonic() < deadline, f"nothing moves any more: {self.states()}"
            await asyncio.sleep(every)

    def _alive(self, sender: Life) -> None:
        if sender.over.done():
            raise AssertionError(f"the sender ended by itself:\n{self.log()[-3000:]}")

    async def _kill(self, sender: Life) -> None:
        await sender.end(signal.SIGKILL)
        self.kills += 1
        if sender.begun_after is not None:
            self.begun_after.append(sender.begun_after)
        self.unknowable |= {
            row[0]
            for row in self.rows(
                "SELECT d.id FROM delivery d JOIN lane l ON l.id = d.lane_id "
                "WHERE l.channel = 'telegram' AND d.state IN ('sending', 'uncertain')"
            )
        }

    def log(self) -> str:
        return (self.folder / "sender.log").read_text(encoding="utf-8", errors="replace")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(driver().connect(self.database, timeout=30)) as connection:
            return [tuple(row) for row in connection.execute(sql)]

    def states(self) -> dict[str, int]:
        return dict(self.rows("SELECT state, count(*) FROM delivery GROUP BY state"))

    def count(self, *states: str) -> int:
        return sum(self.states().get(state, 0) for state in states)

    def judged(self) -> Judgement:
        return judge(self.town.owed(), ((one.address, one.text) for one in self.provider.ledger.accepted))

    def row(self, name: str, seconds: float) -> dict[str, object]:
        """Return what came of it; held texts of Telegram are no loss if staff see them."""
        judged, held = self.judged(), self._held()
        unseen = [address for address in judged.lost if address not in held]
        explained = set(held.values()) <= self.unknowable and self._shown_to_staff() == len(held)
        sms_held = sum(address.startswith("+") for address in held)
        broken = len(unseen) + judged.duplicates + judged.wrong_person + sms_held
        return {
            "name": name,
            "seed": self.seed,
            "texts": self.town.phones,
            "chats": self.town.chats,
            "kills": self.kills,
            "accepted": judged.accepted,
            "lost": len(unseen),
            "duplicates": judged.duplicates,
            "wrong_person": judged.wrong_person,
            "held": len(held),
            "held_sms": sms_held,
            "faults": dict(Counter(one.reason for one in self.provider.ledger.refused)),
            "not_answered": sum(not one.answered for one in self.provider.ledger.accepted),
            "began_sending": len(self.begun_after),
            "restart_seconds": round(statistics.median(self.begun_after or [0.0]), 2),
            "seconds": round(seconds, 1),
            "ok": broken == 0 and explained,
        }

    def _held(self) -> dict[str, int]:
        found = self.rows(
            "SELECT c.address, d.id FROM delivery d JOIN contact_point c ON c.id = d.contact_point_id "
            "WHERE d.state = 'held'"
        )
        return {str(address): int(number) for address, number in found}

    def _shown_to_staff(self) -> int:
        store = Store(self.database)
        try:
            return len(store.reading(reports.held))
        finally:
            store.close()


@asynccontextmanager
async def storm_in(folder: Path, town: Town, seed: int) -> AsyncIterator[Storm]:
    """Give a storm whose provider ends with it."""
    async with providing() as provider:
        storm = Storm(folder, town, seed, provider)
        try:
            yield storm
        finally:
            await storm.close()


async def weather(
    folder: Path, town: Town, seed: int, kills: int, *, name: str = "kill", parts_per_second: float = 1000
) -> dict[str, object]:
    """Run one whole storm and return its row."""
    began = time.monotonic()
    async with storm_in(folder, town, seed) as storm:
        storm.prepare(parts_per_second=parts_per_second, in_flight=32)
        await storm.kill_often(kills)
        await storm.finish()
        return storm.row(name, time.monotonic() - began)
