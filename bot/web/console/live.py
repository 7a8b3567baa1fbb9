"""A broadcast's progress as it happens, over server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage

from bot import watching
from bot.roles import Right
from bot.store.accounts import Account, session_of
from bot.watching import Line, Progress
from bot.web.access import needs
from bot.web.console.drawing import draw
from bot.web.console.visit import Visit

EVERY: Final = 1.0  #: seconds between two looks
LOOKS: Final = 300  #: after so many a stream ends; the browser comes back by itself
SCHOOLS_EVERY: Final = 5  #: looks between two counts by school, which go through every family
STILL_STAFF_EVERY: Final = 15  #: looks between two questions whether the account may still look


@get("/broadcasts/{number:int}/live", opt=needs(Right.SEE))
async def live(visit: Visit, number: FromPath[int]) -> ServerSentEvent:
    """Tell a browser that watches what has changed; at most once a second, and only if something has."""
    seen = await visit.read(watching.heading, number)
    if seen is None:
        raise NotFoundException
    return ServerSentEvent(_events(visit, Watcher(visit, number, seen.time.id)))


@dataclass
class Watcher:
    """One browser's view of one broadcast. The counts are shared with everybody who watches it."""

    visit: Any
    number: int
    time_id: int
    progress: Progress | None = None
    schools: tuple[Line, ...] | None = None
    step: tuple[int, bool] | None = None

    async def look(self, turn: int) -> list[tuple[str, str]]:
        """Look once; return what to tell: the name of an event and its HTML."""
        found = await self._figures("progress", watching.progress)
        told = self._progress(found) if found is not None else []
        if turn % SCHOOLS_EVERY == SCHOOLS_EVERY - 1:  # the page has asked for them itself
            schools = await self._figures("schools", watching.schools)
            if schools != self.schools:
                told.append(("schools", self._drawn("watching/_schools.html", schools=schools)))
            self.schools = schools
        return told

    async def _figures(self, name: str, work: Callable[..., Any]) -> Any:
        return await self.visit.figures((name, self.number, self.time_id), work, self.number, self.time_id)

    def _progress(self, found: Progress) -> list[tuple[str, str]]:
        if found == self.progress:
            return []
        told = [
            (name, self._drawn(f"watching/_{name}.html", progress=found)) for name in ("progress", "tables")
        ]
        step = step_of(found)
        if self.step not in (None, step):
            told.append(("said", self._drawn("watching/_said.html", progress=found)))
        self.progress, self.step = found, step
        return told

    def _drawn(self, name: str, **values: Any) -> str:
        return draw(name, {"visit": self.visit, "flash": None, **values})


def step_of(progress: Progress) -> tuple[int, bool]:
    """Return what is worth saying aloud when it changes: each quarter, pausing, the end."""
    tally = progress.tally
    return 4 * (tally.total - tally.to_go) // max(tally.total, 1), progress.paused


async def _events(visit: Any, watcher: Watcher) -> AsyncIterator[ServerSentEventMessage]:
    yield ServerSentEventMessage(comment="watching", retry=3000)
    for turn in range(LOOKS):
        for event, html in await watcher.look(turn):
            yield ServerSentEventMessage(event=event, data=html)
        if await _ends(visit.closing) or (turn % STILL_STAFF_EVERY == 0 and not await _may_look(visit)):
            return


async def _ends(closing: asyncio.Event) -> bool:
    """Wait for the next look; True if the program stops meanwhile."""
    with suppress(TimeoutError):
        await asyncio.wait_for(closing.wait(), EVERY)
    return closing.is_set()


async def _may_look(visit: Any) -> bool:
    found: Account | None = await visit.app.store.read(session_of, visit.token, visit.app.clock.now())
    return found is not None and found.role == visit.staff.role


HANDLERS = [live]
