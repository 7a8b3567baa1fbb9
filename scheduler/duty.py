"""What those on call and on duty are told in time, and what families are told when they were too late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot import paging, promises
from bot.app import App
from scheduler.sending import dare

AT_ONCE: Final = 100  #: families told in one go


@dataclass
class Duty:
    """The ticks of rules 15 and 19; all state is in the database."""

    app: App
    hurry: Callable[[], None]  #: something may be queued

    async def page(self) -> None:
        """Page for what is urgent and nobody has taken."""
        store, settings, now = self.app.store, self.app.settings, self.app.clock.now()
        if not await dare("look for what is urgent", store.read(paging.is_due, settings, now)):
            return
        if await dare("page", store.write(paging.page, settings, now)):
            self.hurry()

    async def keep_promises(self) -> None:
        """Warn staff of promises that are almost due, and tell families of those that were missed."""
        store, settings, now = self.app.store, self.app.settings, self.app.clock.now()
        await dare("warn of promises", store.write(promises.warn, settings, now))
        for phone in await dare("find missed promises", store.read(promises.missed, now, AT_ONCE)) or ():
            await dare("tell of a missed promise", store.write(promises.tell, phone, settings, now))
        self.hurry()
