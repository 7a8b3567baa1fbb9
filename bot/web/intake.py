"""What is posted at the same moment is kept in one durable write.

A commit costs one flush of the disk, and a quarter of a millisecond of the processor, whatever it holds. So
one begins when a turn of the event loop has brought nothing more, and holds all that has come till then; what
comes in while it is under way gathers for the next. Whoever posted is answered after the commit that holds
theirs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.errors import StoreError

T = TypeVar("T")

MOST = 500  #: things in one write, so that nobody waits long behind the others


class Intake(Generic[T]):
    """Keeps things through `write`, a function that returns once all it was given is durable."""

    def __init__(self, write: Callable[[list[T]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[tuple[Sequence[T], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def keep(self, things: Sequence[T]) -> None:
        """Return once these are durable; raises what kept them, and them alone, from being so."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((things, kept))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        await kept

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._keep_group(group)
        finally:
            self._writer = None

    async def _gather(self) -> None:
        seen = 0
        while seen < len(self._waiting) < MOST:
            seen = len(self._waiting)
            await asyncio.sleep(0)

    async def _keep_group(self, group: list[tuple[Sequence[T], asyncio.Future[None]]]) -> None:
        try:
            await self._write([one for things, _ in group for one in things])
        except Exception as error:  # noqa: BLE001 - told to whom it concerns
            if len(group) == 1 or isinstance(error, StoreError):  # the database refuses whatever it is
                for _, kept in group:
                    _end(kept, error)
                return
            for one in group:
                await self._keep_group([one])
        else:
            for _, kept in group:
                _end(kept)


def _end(kept: asyncio.Future[None], error: Exception | None = None) -> None:
    if kept.done():
        return  # whoever posted has hung up
    if error is None:
        kept.set_result(None)
    else:
        kept.set_exception(error)
