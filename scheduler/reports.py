"""Carrying out what providers reported of our texts: after they were answered, many reports at a time.

What is due is in the database, so nothing is lost with this process; a report that cannot be carried out is
left alone, said, and keeps no other one waiting. While more come in they wait, for whoever posts waits for an
answer, and together they cost half; but no longer than `LONGEST`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog

from bot import receipts
from bot.app import App
from bot.channels import sms_webhook
from bot.errors import StoreError, sayable
from bot.messages import StatusReport
from bot.store import outbox
from bot.store.store import in_session

log = structlog.get_logger()

FEW: Final = 32  #: reports in one write, so that nobody who posts waits long behind it
MOST: Final = 512  #: as many as that where more are due and nobody posts: twice as many each time
GATHER: Final = 0.05  #: seconds without a new one after which reports are carried out
LONGEST: Final = 1.0  #: seconds that one waits for it at most
PAUSE: Final = 4  #: times as long as a write took, before the next, for those who post meanwhile


def read(due: outbox.Due) -> StatusReport:
    """Say what a kept report means; only SMS has reports."""
    return sms_webhook.as_report(due.provider_id, due.status, due.code, attempt=due.attempt)


@dataclass
class Reports:
    """Looks whenever something was kept, and once at the start."""

    app: App
    read: Callable[[outbox.Due], StatusReport] = read
    _kept: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _times: int = 0  #: that something was kept

    def came(self) -> None:
        """Something was kept."""
        self._times += 1
        self._kept.set()

    def stop(self) -> None:
        """Carry out what is due, and return from `run`."""
        self._stopping.set()
        self._kept.set()

    async def run(self) -> None:
        """Carry out what is due until stopped."""
        self._kept.set()
        while not self._stopping.is_set():
            await self._kept.wait()
            await self._quiet()
            self._kept.clear()
            if not await self.look():
                self._kept.set()
                await self._wait(self.app.settings.sending.tick_seconds)
        await self.look()

    async def _quiet(self) -> None:
        """Wait until nothing more comes in, if that is soon."""
        seen = -1
        for _ in range(round(LONGEST / GATHER)):
            if seen == self._times:
                return
            seen = self._times
            await self._wait(GATHER)

    async def look(self) -> bool:
        """Carry out all that is due; say whether the database let us."""
        try:
            most, more = FEW, True
            while more:
                seen, began = self._times, time.monotonic()
                more = await self._some(most)
                if more and most == FEW:
                    await self._wait(min(PAUSE * (time.monotonic() - began), GATHER))
                most = FEW if seen != self._times else min(2 * most, MOST)
        except StoreError as error:
            log.warning("reports cannot be carried out yet", why=sayable(error))
            return False
        return True

    async def _some(self, most: int) -> bool:
        """Carry out so many; say whether there may be more."""
        store, now, settings = self.app.store, self.app.clock.now(), self.app.settings
        try:
            if most > FEW:
                return await store.write(receipts.carry_out, self.read, now, settings, most) == most
            # where posts come in: the writer's thread and theirs would wait for each other at every statement
            piece = in_session(
                partial(receipts.carry_out, read=self.read, now=now, settings=settings, most=most)
            )
            return await store.put(piece) == most
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - one of them; the others are carried out singly
            log.error("failed", job="carry out reports", error=type(error).__name__)
        for _ in range(most):
            try:
                if not await store.write(receipts.carry_out, self.read, now, settings):
                    return False
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 - it stays kept
                left = await store.write(receipts.leave_next)
                log.error("a report could not be carried out", report=left, error=type(error).__name__)
        return True

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
