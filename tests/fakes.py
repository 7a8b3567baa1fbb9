"""Fakes at the seams of `bot.ports`, which tests put where the network would be."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.messages import Request, Response

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
