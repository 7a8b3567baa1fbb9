"""The provider's front desk: every API request passes here and meets the day's faults."""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

from bot.messages import ChannelName
from bot.simulator.account import Account
from bot.simulator.ledger import Accepted, Ledger, Refused, now
from bot.simulator.misbehaviour import AT_REQUEST, TAKEN, Bucket, Call, Day, Fault, Plan, Trouble, cut
from bot.simulator.phones import Errands, Phones
from bot.simulator.webhooks import Webhooks

Faults = tuple[Fault, ...]


class Denied(Exception):
    """A request gets a documented error instead of its answer."""

    def __init__(
        self,
        error: str,
        field: object = "",
        *,
        wait: int | None = None,
        says: str = "",
        inside_wait: float | None = None,
    ) -> None:
        super().__init__(says or error)
        self.error = error  #: key of the promise's `errors`
        self.field = field
        self.wait = wait  #: whole seconds, for a 429
        self.says = says
        self.inside_wait = inside_wait  #: seconds since the 429 that asked to wait


class Api(Protocol):
    """One provider's manner of answering."""

    too_many: str  #: key of its 429

    def refusal(self, denied: Denied) -> web.Response:
        """Return the documented error."""

    def broken(self, status: int) -> web.Response:
        """Return a 5xx."""


@dataclass(slots=True)
class World:
    """Everything that both APIs share."""

    account: Account
    webhooks: Webhooks
    errands: Errands = field(default_factory=Errands)
    ledger: Ledger = field(default_factory=Ledger)
    day: Day = field(default_factory=lambda: Day(Plan(), time.monotonic))
    phones: Phones = field(init=False)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.phones = Phones(self.errands)

    def pace(self, channel: ChannelName, sender: str, amount: int, per_second: float | None) -> int | None:
        """Take `amount` from a sender's rate; return the whole seconds to wait if it is used up."""
        if per_second is None:
            return None
        bucket = self.buckets.setdefault(sender, Bucket(per_second))
        bucket.per_second = per_second
        wait = bucket.take(amount, self.day.monotonic())
        if not wait:
            return None
        self.day.hold(channel, math.ceil(wait))
        return math.ceil(wait)


def reply(status: int, payload: object, headers: dict[str, str] | None = None) -> web.Response:
    """Return JSON as both providers write it."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


async def serve(
    world: World,
    request: web.Request,
    api: Api,
    call: Call,
    act: Callable[[Faults], Awaitable[web.Response]],
) -> web.StreamResponse:
    """Answer one call: `act` accepts it or raises `Denied`, unless the day has other plans."""
    try:
        _inside_no_wait(world, api, call)
        faults = world.day.draw(call)
        fault = next((found for found in faults if found.trouble in AT_REQUEST), None)
        if fault is not None and fault.trouble not in TAKEN:
            return _not_taken(world, request, api, call, fault)
        response = await act(faults)
    except Denied as denied:
        response = api.refusal(denied)
        _note(world, call, response.status, denied.error, denied.says, denied.inside_wait)
        return response
    if fault is None:
        return response
    message = world.ledger.accepted[-1] if call.name == "send" else None
    return await _taken(request, api, fault, response, message)


def _inside_no_wait(world: World, api: Api, call: Call) -> None:
    """Raise `Denied` for a text that comes before an announced wait is over."""
    wait = world.day.waiting(call.channel) if call.name == "send" else None
    if wait is not None:
        raise Denied(
            api.too_many,
            wait[1],
            wait=wait[1],
            says="came inside the wait of an earlier 429",
            inside_wait=wait[0],
        )


def _not_taken(world: World, request: web.Request, api: Api, call: Call, fault: Fault) -> web.StreamResponse:
    match fault.trouble:
        case Trouble.TOO_MANY:
            wait = math.ceil(fault.seconds)
            world.day.hold(call.channel, fault.seconds)
            raise Denied(api.too_many, wait, wait=wait, says="planned 429")
        case Trouble.REFUSE:
            raise Denied(fault.code, call.address, says="planned refusal")
        case Trouble.BROKEN:
            _note(world, call, fault.status, str(fault.status), "planned 5xx, not accepted")
            return api.broken(fault.status)
        case _:
            _note(world, call, 0, "cut", "connection cut before acceptance")
            cut(request)
            return web.Response()


async def _taken(
    request: web.Request, api: Api, fault: Fault, response: web.Response, message: Accepted | None
) -> web.StreamResponse:
    """Spoil the answer to a request that was accepted; `message` is what it left in the ledger."""
    if message is not None:
        message.answered = False
    match fault.trouble:
        case Trouble.SLOW:
            await asyncio.sleep(fault.seconds)
            if message is not None:
                message.answered = True
        case Trouble.BROKEN_AFTER:
            return api.broken(fault.status)
        case Trouble.HALF_ANSWER:
            await _half(request, response)
        case _:
            cut(request)
    return response


async def _half(request: web.Request, response: web.Response) -> None:
    """Promise the whole answer, write half of it, and reset the connection."""
    body = response.body if isinstance(response.body, bytes) else b""
    head = (
        f"HTTP/1.1 {response.status} OK\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    if request.transport is not None:
        request.transport.write(head.encode() + body[: len(body) // 2])
        await asyncio.sleep(0.05)  # let it leave before the reset overtakes it
    cut(request)


def _note(
    world: World, call: Call, status: int, code: str, reason: str, inside_wait: float | None = None
) -> None:
    world.ledger.refused.append(
        Refused(
            channel=call.channel,
            call=call.method or call.name,
            sender=call.sender,
            address=call.address,
            text=call.text,
            at=now(),
            status=status,
            code=code,
            reason=reason or code,
            inside_wait=inside_wait,
        )
    )


def noted_faults(world: World, place: str, faults: list[str], payload: Any) -> None:
    """Write down an answer of the simulator's own that breaks its promise."""
    world.ledger.oddities.extend(f"{place} breaks its promise: {fault} in {payload!r}" for fault in faults)
