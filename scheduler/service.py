"""The table of timed jobs. Ticks only: all state is in the database, so a tick may come late or twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import broadcasts, records, replies
from bot.app import App
from bot.errors import StoreError, sayable
from bot.messages import Inbound
from bot.store import outbox, pulse
from scheduler.duty import Duty
from scheduler.pull import pull
from scheduler.read_back import read_back
from scheduler.reports import Reports
from scheduler.sending import Sending, dare
from scheduler.understanding import Understanding

log = structlog.get_logger()

PROMISES_EVERY = 15.0  #: seconds between two looks at what families were promised
REMIND_EVERY = 30.0  #: seconds between two looks at whether families are to be reminded of a question
FORGET_EVERY = 60.0  #: seconds between two looks at whether the hour of retention has come
BEAT_EVERY = 10.0  #: seconds between two notes that the clock is being looked at
AT_ONCE = 100  #: inbound messages thought about in one go


@dataclass
class Service:
    """Everything that acts because time passed, or because something came in."""

    app: App
    sending: Sending = field(init=False)
    understanding: Understanding = field(init=False)
    duty: Duty = field(init=False)
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    reports: Reports = field(init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _closing: set[asyncio.Task[None]] = field(default_factory=set)
    _stopping: bool = False
    _on_hold: bool = False  #: after a restore, until what has happened since is read back
    _looking: asyncio.Task[None] | None = None
    _ticker: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone="UTC"))

    def __post_init__(self) -> None:
        self.sending = Sending(self.app)
        self.understanding = Understanding(self.app, self.hurry)
        self.duty = Duty(self.app, self.hurry)
        self.reports = Reports(self.app)

    async def start(self) -> None:
        """Take every lane and begin to tick."""
        self._on_hold = await self.app.store.read(outbox.hold_in_force) is not None
        self.sending.start()
        self._tasks = [asyncio.create_task(self._think()), asyncio.create_task(self.reports.run())]
        every = self.app.settings.sending.tick_seconds
        jobs: list[tuple[Callable[[], Awaitable[None]], float]] = [
            (self.release_due, every),
            (self.wake, every),
            (self.understand, every),
            (self.duty.page, every),
            (self.keep_promises, PROMISES_EVERY),
            (self.remind, REMIND_EVERY),
            (self.sending.reconcile, self.sending.look_every),
            (self.forget, FORGET_EVERY),
            (self.beat, BEAT_EVERY),
            (self.pull, self.app.settings.sending.pull_every_seconds),
        ]
        if self._on_hold:
            jobs.append((self.read_back, max(every, 1.0)))
        for job, seconds in jobs:
            self._every(seconds, job)
        self._ticker.start()
        self._looking = asyncio.create_task(self.pull())  # whatever came while we were away
        await self.beat()

    def _every(self, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        self._ticker.add_job(
            self._tick,
            "interval",
            args=(job,),
            seconds=seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    async def stop(self) -> None:
        """Begin nothing more, settle what is on the wire, and return."""
        self._stopping = True
        if self._ticker.running:
            self._ticker.shutdown(wait=False)
        self._came.set()
        self.reports.stop()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await asyncio.gather(self.sending.stop(), self.understanding.stop(), *self._tasks)
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
        return self.sending.alive and not any(task.done() for task in self._tasks)

    def came(self) -> None:
        """Something new is in the store: think about it now."""
        self._came.set()

    def hurry(self) -> None:
        """Something may be queued: look now."""
        self.sending.hurry()

    async def release_due(self) -> None:
        """Release every occurrence whose moment has come."""
        now = self.app.clock.now()
        for schedule_id in await dare("release", self.app.store.read(broadcasts.due, now)) or ():
            released = await dare(
                "release", self.app.store.write(broadcasts.release, schedule_id, self.app.settings, now)
            )
            if released:
                log.info("released", schedule=schedule_id, deliveries=released)
        self.hurry()

    async def wake(self) -> None:
        """Queue what waited for this moment, and tell talks that time has passed."""
        now = self.app.clock.now()
        await self.sending.wake()
        if await self._asks_what_left():
            return
        waking = await dare("wake", self.app.store.read(replies.waking, now, AT_ONCE))
        for contact_point_id in waking or ():
            await dare(
                "wake a talk", self.app.store.write(replies.wake, contact_point_id, self.app.settings, now)
            )
        self._came.set()

    async def understand(self) -> None:
        """Ask the engine about families' own words."""
        if not await self._asks_what_left():
            await self.understanding.look()

    async def keep_promises(self) -> None:
        """Tell staff and families of promised hours; after a restore nobody knows which were kept."""
        if not self._on_hold:
            await self.duty.keep_promises()

    async def remind(self) -> None:
        """Remind families of questions that they have not answered; not before a restore is read back."""
        if self._on_hold:
            return
        now = self.app.clock.now()
        for occurrence_id in await dare("remind", self.app.store.read(broadcasts.reminders_due, now)) or ():
            made = await dare(
                "remind", self.app.store.write(broadcasts.remind, occurrence_id, self.app.settings, now)
            )
            if made:
                log.info("reminded", occurrence=occurrence_id, deliveries=made)
                self.hurry()

    async def pull(self) -> None:
        """Read what came to our senders and no webhook brought."""
        for sender in self.app.senders:
            if await dare("read the provider's list", pull(self.app, sender)):
                self.came()

    async def read_back(self) -> None:
        """After a restore: find out what has happened since the backup, then send again."""
        if self._on_hold and await dare("read back", read_back(self.app)):
            self._on_hold = False
            self.hurry()
        self.came()

    async def _asks_what_left(self) -> bool:
        """After a restore: families may be answering texts that we do not know to have left yet."""
        if not self._on_hold:
            return False
        hold = await self.app.store.read(outbox.hold_in_force)
        return hold is not None and hold.read_back_at is None

    async def forget(self) -> None:
        """Once a night remove what has been kept long enough."""
        now = self.app.clock.now()
        if not await dare("retention", self.app.store.read(records.due, self.app.settings, now)):
            return
        done = await dare("retention", records.sweep(self.app.store, self.app.settings, now))
        if done is not None and done.removed:
            log.info("removed", **done.removed, scrubbed=done.scrubbed)

    async def beat(self) -> None:
        """Note that time is being kept; the console shows when that stops."""
        await dare("note the time", self.app.store.write(pulse.beat, pulse.TICK, self.app.clock.now()))

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
        if await self._asks_what_left():
            return 0
        waiting = await self.app.store.read(replies.unhandled, AT_ONCE)
        closing = await asyncio.gather(*(self._handle(inbound_id) for inbound_id in waiting))
        if waiting:
            self.hurry()
            await self.understand()
        for keyboard in (one for several in closing for one in several):
            # Beside the rest: a provider that is slow to take a keyboard away keeps nobody waiting.
            task = asyncio.create_task(self._close_keyboard(keyboard))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        return len(waiting)

    async def _close_keyboard(self, keyboard: Inbound) -> None:
        sender = self.app.sender(keyboard.lane)
        if sender is not None:
            await dare("close a keyboard", sender.port.acknowledge(keyboard))

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
