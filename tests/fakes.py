"""Fakes at the seams of `bot.ports`, which tests put where the network would be."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import SendError
from bot.messages import Inbound, Outbound, Receipt, Request, Response, Sighting
from bot.ports import Clock

Step = Response | Exception | Callable[[Request], Response]


def answer(status: int, body: object = b"", headers: Mapping[str, str] | None = None) -> Response:
    """Make an answer; anything but bytes and str is written as JSON."""
    match body:
        case bytes():
            raw = body
        case str():
            raw = body.encode()
        case _:
            raw = json.dumps(body).encode()
    return Response(status, dict(headers or {}), raw)


@dataclass
class FakeTransport:
    """A `Transport` that plays a script and records what it was asked to send.

    A request beyond the end of the script fails the test that made it.
    """

    script: deque[Step] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    closed: bool = False

    @classmethod
    def playing(cls, *steps: Step) -> FakeTransport:
        return cls(deque(steps))

    async def send(self, request: Request, *, timeout: float = 30.0) -> Response:
        self.requests.append(request)
        self.timeouts.append(timeout)
        if not self.script:
            raise AssertionError(f"nobody expected {request.method} number {len(self.requests)}")
        match self.script.popleft():
            case Response() as response:
                return response
            case Exception() as error:
                raise error
            case make:
                return make(request)

    async def close(self) -> None:
        self.closed = True


def opened_gate() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to one try; `accepted` says whether the provider has the text all the same."""

    error: BaseException
    accepted: bool = False


@dataclass
class FakeChannel:
    """A `Channel` in memory: takes texts, keeps the provider's list of them, and fails as told.

    `trouble` is played per address, one entry a try; `always` goes for every try. While `gate` is closed
    a try that has begun waits at it.
    """

    clock: Clock
    accepted: list[Outbound] = field(default_factory=list)
    began: list[Outbound] = field(default_factory=list)
    acknowledged: list[Inbound] = field(default_factory=list)
    trouble: dict[str, deque[Trouble]] = field(default_factory=dict)
    always: BaseException | None = None
    gate: asyncio.Event = field(default_factory=opened_gate)
    #: the provider's list, newest last; None for a provider that keeps none
    listed: list[tuple[str, Sighting]] | None = field(default_factory=list)
    unreachable: SendError | None = None  #: raised instead of the list
    shows_words: bool = True
    on_acknowledge: Callable[[], Awaitable[None]] | None = None
    most_at_once: int = 0
    _at_once: int = 0

    def fails(self, address: str, *errors: BaseException | Trouble) -> None:
        """Let the next tries to this address end so."""
        steps = [one if isinstance(one, Trouble) else Trouble(one) for one in errors]
        self.trouble.setdefault(address, deque()).extend(steps)

    async def send(self, message: Outbound) -> Receipt:
        self.began.append(message)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await self.gate.wait()
            return self._take(message)
        finally:
            self._at_once -= 1

    def _take(self, message: Outbound) -> Receipt:
        if self.always is not None:
            raise self.always
        waiting = self.trouble.get(message.address)
        step = waiting.popleft() if waiting else None
        if step is not None and not step.accepted:
            raise step.error
        self.accepted.append(message)
        receipt = Receipt(f"SM{len(self.accepted):032x}")
        if self.listed is not None:
            words = message.text if self.shows_words else None
            self.listed.append((message.address, Sighting(receipt.provider_id, words, self.clock.now())))
        if step is not None:
            raise step.error
        return receipt

    async def find(self, address: str, since: datetime) -> list[Sighting] | None:
        if self.unreachable is not None:
            raise self.unreachable
        if self.listed is None:
            return None
        return [one for of, one in self.listed if of == address and one.created_at >= since]

    async def acknowledge(self, inbound: Inbound) -> None:
        if self.on_acknowledge is not None:
            await self.on_acknowledge()
        self.acknowledged.append(inbound)

    def texts(self, address: str) -> list[str]:
        """What this phone got, oldest first."""
        return [one.text for one in self.accepted if one.address == address]


async def until(what: str, true: Callable[[], bool], patience: float = 10.0) -> None:
    """Let the loop run until something is true; fail by name when the patience is over."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:.0f} s for {what}")
        await asyncio.sleep(0.002)
