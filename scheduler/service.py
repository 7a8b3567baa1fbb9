"""The table of timed jobs. Ticks only: all state is in the database, so a tick may come late or twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import broadcasts, records, replies
from bot.app import App
from bot.errors import StoreError, sayable
from bot.messages import Inbound
from bot.store import outbox, pulse
from scheduler.pump import Pump
from scheduler.reconcile import reconcile

T = TypeVar("T")

log = structlog.get_logger()

FORGET_EVERY = 60.0  #: seconds between two looks at whether the hour of retention has come
BEAT_EVERY = 10.0  #: seconds between two notes that the clock is being looked at
AT_ONCE = 100  #: inbound messages thought about in one go


@dataclass
class Service:
    """Everything that acts because time passed, or because something came in."""

    app: App
    pumps: list[Pump] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _closing: set[asyncio.Task[None]] = field(default_factory=set)
    _stopping: bool = False
    _ticker: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone="UTC"))

    async def start(self) -> None:
        """Take every lane and begin to tick."""
        self.pumps = [Pump(self.app, sender) for sender in self.app.senders]
        self._tasks = [asyncio.create_task(pump.run()) for pump in self.pumps]
        self._tasks.append(asyncio.create_task(self._think()))
        every = self.app.settings.sending.tick_seconds
        jobs: list[tuple[Callable[[], Awaitable[None]], float]] = [
            (self.release_due, every),
            (self.wake, every),
            (self.reconcile, min(every * 2, self.app.settings.sending.look_every_seconds)),
            (self.forget, FORGET_EVERY),
            (self.beat, BEAT_EVERY),
        ]
        for job, seconds in jobs:
            self._ticker.add_job(
                self._tick,
                "interval",
                args=(job,),
                seconds=seconds,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._ticker.start()
        await self.beat()

    async def stop(self) -> None:
        """Begin nothing more, settle what is on the wire, and return."""
        self._stopping = True
        if self._ticker.running:
            self._ticker.shutdown(wait=False)
        for pump in self.pumps:
            pump.stop()
        self._came.set()
        await asyncio.gather(*self._tasks)
        for task in self._closing:
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _tick(self, job: Callable[[], Awaitable[None]]) -> None:
        """Do one job; a tick that stopping cuts short is no failure, for the next start does it again."""
        try:
            await job()
        except asyncio.CancelledError:
            if not self._stopping:
                raise

    @property
    def alive(self) -> bool:
        """Say whether every part is still at work."""
        return not any(task.done() for task in self._tasks)

    def came(self) -> None:
        """Something new is in the store: think about it now."""
        self._came.set()

    def hurry(self) -> None:
        """Something may be queued: look now."""
        for pump in self.pumps:
            pump.wake()

    async def release_due(self) -> None:
        """Release every occurrence whose moment has come."""
        now = self.app.clock.now()
        for schedule_id in await self._dare("release", self.app.store.read(broadcasts.due, now)) or ():
            released = await self._dare(
                "release", self.app.store.write(broadcasts.release, schedule_id, self.app.settings, now)
            )
            if released:
                log.info("released", schedule=schedule_id, deliveries=released)
        self.hurry()

    async def wake(self) -> None:
        """Queue what waited for this moment, and tell talks that time has passed."""
        now = self.app.clock.now()
        woken = await self._dare("wake", self.app.store.write(outbox.wake, now))
        waking = await self._dare("wake", self.app.store.read(replies.waking, now, AT_ONCE))
        for contact_point_id in waking or ():
            await self._dare(
                "wake a talk", self.app.store.write(replies.wake, contact_point_id, self.app.settings, now)
            )
        if woken:
            self.hurry()
        self._came.set()

    async def reconcile(self) -> None:
        """Look for uncertain texts, lane by lane."""
        for sender in self.app.senders:
            if await self._dare("reconcile", reconcile(self.app, sender)):
                self.hurry()

    async def forget(self) -> None:
        """Once a night remove what has been kept long enough."""
        now = self.app.clock.now()
        if not await self._dare("retention", self.app.store.read(records.due, self.app.settings, now)):
            return
        done = await self._dare("retention", records.sweep(self.app.store, self.app.settings, now))
        if done is not None and done.removed:
            log.info("removed", **done.removed, scrubbed=done.scrubbed)

    async def beat(self) -> None:
        """Note that time is being kept; the console shows when that stops."""
        await self._dare("note the time", self.app.store.write(pulse.beat, pulse.TICK, self.app.clock.now()))

    async def _think(self) -> None:
        while not self._stopping:
            await self._came.wait()
            self._came.clear()
            try:
                while not self._stopping and await self.think():
                    pass
            except Exception as error:  # noqa: BLE001 - families' messages must go on being read
                log.error("failed", job="think", why=sayable(error))
                await asyncio.sleep(self.app.settings.sending.tick_seconds)
                self._came.set()

    async def think(self) -> int:
        """Deal with what came in and nobody has thought about; return how many there were."""
        waiting = await self.app.store.read(replies.unhandled, AT_ONCE)
        closing = await asyncio.gather(*(self._handle(inbound_id) for inbound_id in waiting))
        if waiting:
            self.hurry()
        for keyboard in (one for several in closing for one in several):
            # Beside the rest: a provider that is slow to take a keyboard away keeps nobody waiting.
            task = asyncio.create_task(self._close_keyboard(keyboard))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        return len(waiting)

    async def _close_keyboard(self, keyboard: Inbound) -> None:
        sender = self.app.sender(keyboard.lane)
        if sender is not None:
            await self._dare("close a keyboard", sender.port.acknowledge(keyboard))

    async def _handle(self, inbound_id: int) -> list[Inbound]:
        """Deal with one message; while the store refuses, it stays unread and is taken up again."""
        try:
            return await self._deal_with(inbound_id)
        except Exception as error:  # noqa: BLE001 - the others must not wait for this one
            log.error("failed", job="deal with a message", inbound=inbound_id, why=sayable(error))
            await asyncio.sleep(self.app.settings.sending.tick_seconds)
        return []

    async def _deal_with(self, inbound_id: int) -> list[Inbound]:
        now = self.app.clock.now()
        try:
            return await self.app.store.write(replies.handle, inbound_id, self.app.settings, now)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a message that we cannot deal with goes to a person
            log.error("a message could not be dealt with", inbound=inbound_id, error=type(error).__name__)
            await self.app.store.write(replies.give_up, inbound_id, now)
        return []

    async def _dare(self, what: str, work: Awaitable[T]) -> T | None:
        """Do one piece of work; a failure is told, keeps nothing else from happening, and is tried again."""
        try:
            return await work
        except Exception as error:  # noqa: BLE001 - one broken row must not stop all the others
            log.error("failed", job=what, why=sayable(error))
        return None
