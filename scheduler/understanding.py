"""Asking the engine about families' own words: a few at a time, none of them holding up the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot import understanding
from bot.app import App
from scheduler.sending import dare

AT_ONCE = 4  #: replies that an engine is asked about at the same time


@dataclass
class Understanding:
    """The calls that are under way; what waits is in the database."""

    app: App
    hurry: Callable[[], None]  #: something may be queued
    _at_work: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    async def look(self) -> None:
        """Begin to ask about what waits, as far as there is room."""
        if len(self._at_work) >= AT_ONCE:
            return
        due = await dare(
            "find words", self.app.store.read(understanding.due, self.app.clock.now(), 2 * AT_ONCE)
        )
        for reply in due or ():
            if reply not in self._at_work and len(self._at_work) < AT_ONCE:
                self._at_work[reply] = asyncio.create_task(self._understand(reply))

    async def stop(self) -> None:
        """Leave what is under way; it is asked about again at the next start."""
        tasks = tuple(self._at_work.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _understand(self, reply: int) -> None:
        try:
            await dare("understand", understanding.understand(self.app, reply))
        finally:
            del self._at_work[reply]
        self.hurry()
