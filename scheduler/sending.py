"""Sending alone: every lane's pump, what has waited for its moment, and the looks for what is uncertain.

`scheduler.service` adds to this what a school's day needs besides; `bot.sender` runs it by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from bot import hours
from bot.app import App
from bot.errors import sayable
from bot.store import outbox
from scheduler.pump import Pump
from scheduler.reconcile import reconcile

T = TypeVar("T")

log = structlog.get_logger()


@dataclass
class Sending:
    """All lanes of one process, from `start` to `stop`."""

    app: App
    pumps: list[Pump] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _hours_kept: bool = False

    def start(self) -> None:
        """Take every lane and begin to send."""
        self.pumps = [Pump(self.app, sender) for sender in self.app.senders]
        self._tasks = [asyncio.create_task(pump.run()) for pump in self.pumps]

    async def stop(self) -> None:
        """Begin nothing more, settle what is on the wire, and return."""
        for pump in self.pumps:
            pump.stop()
        await asyncio.gather(*self._tasks)

    @property
    def alive(self) -> bool:
        """Say whether every lane is still at work."""
        return not any(task.done() for task in self._tasks)

    def hurry(self) -> None:
        """Something may be queued: look now."""
        for pump in self.pumps:
            pump.wake()

    async def wake(self) -> None:
        """Queue what waited for this moment, and hold back what may go no longer."""
        now, day = self.app.clock.now(), hours.of(self.app.settings)
        if not self._hours_kept:  # the settings may have changed since the queue was made
            await dare("keep the hours", self.app.store.write(outbox.keep_hours, now, day))
            self._hours_kept = True
        await dare("go another way", self.app.store.write(outbox.follow, now))
        if await dare("wake", self.app.store.write(outbox.wake, now, day)):
            self.hurry()

    async def reconcile(self) -> None:
        """Look for uncertain texts, lane by lane."""
        for sender in self.app.senders:
            if await dare("reconcile", reconcile(self.app, sender)):
                self.hurry()

    @property
    def look_every(self) -> float:
        """Seconds between two rounds of looks."""
        sending = self.app.settings.sending
        return min(sending.tick_seconds * 2, sending.look_every_seconds)


async def dare(what: str, work: Awaitable[T]) -> T | None:
    """Do one piece of work; a failure is told, keeps nothing else from happening, and is tried again."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - one broken row must not stop all the others
        log.error("failed", job=what, why=sayable(error))
    return None
