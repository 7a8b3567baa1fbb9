"""Figures counted over many rows, kept for a moment so that a busy page does not count them for everybody.

What took long to count is kept longer: counting takes up a twentieth of the time at most. Whatever staff
do in this console forgets all of them, so nobody sees a figure from before their own click.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

T = TypeVar("T")

_AT_LEAST: Final = 1.0  #: seconds that a figure is good for
_SHARE: Final = 20  #: and so many times what it took to count
_MOST: Final = 512  #: figures kept at one time


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    until: float


class Summaries:
    """Figures by key. One at a time is counted for each key; others who ask wait for it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._counting: dict[Hashable, asyncio.Lock] = {}

    async def get(self, key: Hashable, count: Callable[[], Awaitable[T]]) -> T:
        """Return the figure under `key`, counted now or a moment ago."""
        async with self._counting.setdefault(key, asyncio.Lock()):
            kept = self._kept.get(key)
            if kept is None or kept.until < self._monotonic():
                kept = await self._count(key, count)
        found: T = kept.value
        return found

    def forget(self) -> None:
        """Count everything anew from now on."""
        self._kept.clear()

    async def _count(self, key: Hashable, count: Callable[[], Awaitable[T]]) -> _Kept:
        began = self._monotonic()
        value = await count()
        ended = self._monotonic()
        kept = _Kept(value, ended + max(_AT_LEAST, _SHARE * (ended - began)))
        self._kept[key] = kept
        while len(self._kept) > _MOST:
            oldest, _ = self._kept.popitem(last=False)
            self._counting.pop(oldest, None)
        return kept
