"""A provider having a bad day, on request and repeatably: which fault meets which request."""

from __future__ import annotations

import math
import random
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Field

from bot.messages import ChannelName


class Trouble(StrEnum):
    """What can go wrong with one request or one text."""

    TOO_MANY = "too_many"  #: 429; nothing more is taken for `seconds`
    BROKEN = "broken"  #: 5xx (`status`), not accepted
    BROKEN_AFTER = "broken_after"  #: 5xx (`status`), yet accepted
    SLOW = "slow"  #: accepted at once, answered after `seconds`
    CUT_BEFORE = "cut_before"  #: the connection is reset, not accepted
    CUT_AFTER = "cut_after"  #: accepted, then the connection is reset
    HALF_ANSWER = "half_answer"  #: accepted, then reset in the middle of the answer
    REFUSE = "refuse"  #: answered with the error `code`
    UNDELIVERED = "undelivered"  #: SMS: accepted, later "undelivered" with `code`
    FAILED = "failed"  #: SMS: accepted, later "failed" with `code`
    REPORT_LATE = "report_late"  #: status callbacks `seconds` late
    REPORT_TWICE = "report_twice"  #: every status callback doubled
    REPORT_LOST = "report_lost"  #: no status callback at all
    REPORT_DISORDER = "report_disorder"  #: the last status is told first, the earlier ones after it


#: these decide the answer to a request; of those that fit only the first acts
AT_REQUEST = frozenset(
    {
        Trouble.TOO_MANY,
        Trouble.BROKEN,
        Trouble.BROKEN_AFTER,
        Trouble.SLOW,
        Trouble.CUT_BEFORE,
        Trouble.CUT_AFTER,
        Trouble.HALF_ANSWER,
        Trouble.REFUSE,
    }
)
TAKEN = frozenset({Trouble.BROKEN_AFTER, Trouble.SLOW, Trouble.CUT_AFTER, Trouble.HALF_ANSWER})


@dataclass(frozen=True, slots=True)
class Fault:
    """One trouble and whom it meets: every request that fits all that is set."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    trouble: Trouble
    chance: Annotated[float, Field(ge=0, le=1)] = 1.0
    channel: ChannelName | None = None
    addresses: tuple[str, ...] = ()  #: empty: every address
    call: str = "send"  #: "send", "fetch", "list", a Telegram method's name, or "*"
    skip: int = 0  #: so many requests that fit are let through first
    times: int | None = None  #: then it strikes at most so often; None: for ever
    seconds: float = 1.0
    status: int = 500
    code: str = ""  #: key of the promise's errors: "21614", "blocked"


@dataclass(frozen=True, slots=True)
class Plan:
    """A bad day: its faults in order, and the seed of their chances."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    faults: tuple[Fault, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the plan sees it."""

    channel: ChannelName
    name: str  #: "send" for a text, else the call's own name
    sender: str = ""
    address: str = ""
    text: str = ""
    method: str = ""  #: the provider's own word for it, for the ledger


@dataclass(slots=True)
class Day:
    """A plan being carried out; `monotonic` tells the seconds."""

    plan: Plan
    monotonic: Callable[[], float]
    _chance: random.Random = field(init=False)
    _met: list[int] = field(init=False)
    _struck: list[int] = field(init=False)
    _waits: dict[ChannelName, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.plan.seed)  # noqa: S311 - repeatable on purpose
        self._met = [0] * len(self.plan.faults)
        self._struck = [0] * len(self.plan.faults)

    def draw(self, call: Call) -> tuple[Fault, ...]:
        """Return the faults that meet this call: at most one of AT_REQUEST, and any of the others."""
        drawn: list[Fault] = []
        answered = False
        for number, fault in enumerate(self.plan.faults):
            deciding = fault.trouble in AT_REQUEST
            if (deciding and answered) or not self._strikes(number, fault, call):
                continue
            answered = answered or deciding
            drawn.append(fault)
        return tuple(drawn)

    def hold(self, channel: ChannelName, seconds: float) -> None:
        """Start a wait on a channel: what comes inside it is refused and noted."""
        started = self.monotonic()
        self._waits[channel] = (started, started + seconds)

    def waiting(self, channel: ChannelName) -> tuple[float, int] | None:
        """Return (seconds since the 429, whole seconds still to wait), or None outside a wait."""
        started, until = self._waits.get(channel, (0.0, 0.0))
        moment = self.monotonic()
        return (moment - started, math.ceil(until - moment)) if moment < until else None

    def _strikes(self, number: int, fault: Fault, call: Call) -> bool:
        if not _fits(fault, call):
            return False
        self._met[number] += 1
        if self._met[number] <= fault.skip:
            return False
        if fault.times is not None and self._struck[number] >= fault.times:
            return False
        if self._chance.random() >= fault.chance:
            return False
        self._struck[number] += 1
        return True


def _fits(fault: Fault, call: Call) -> bool:
    return (
        fault.call in {"*", call.name}
        and fault.channel in {None, call.channel}
        and (not fault.addresses or call.address in fault.addresses)
    )


@dataclass(slots=True)
class Bucket:
    """A rate: `per_second` on average, and at most one second's worth at once."""

    per_second: float
    level: float = 0.0
    at: float = 0.0

    def take(self, amount: float, moment: float) -> float:
        """Take `amount` and return 0, or take nothing and return the seconds to wait."""
        drained = max(0.0, self.level - (moment - self.at) * self.per_second)
        over = drained + amount - max(self.per_second, amount)
        if over > 1e-9:
            return over / self.per_second
        self.level, self.at = drained + amount, moment
        return 0.0


def cut(request: web.Request) -> None:
    """Reset the connection (RST), so that whoever waits at the other end learns nothing."""
    transport = request.transport
    if transport is None:
        return
    plug = transport.get_extra_info("socket")
    if plug is not None:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
