"""How fast webhooks are kept: a family's text and a status report, durable before the answer.

    python -m benchmarks.inbound [--quick]

The peer is a bare ASGI route on the same server, which checks the same signature of the same request and
stores nothing. Servers on one core, the caller on another. Rows are JSON lines: requests a second over 64
connections, the processor time that each costs its server, and the 99th percentile of the time to an answer
when requests come evenly at half of what ours took. What is asked for: `ratio` 0.6 or more, `p99_ratio` 3 or
less. Each is the median over pairs of runs that followed each other; on a machine that does other work
besides, `processor_ratio` is the one to trust. Thinking about a text happens after the answer and is not part
of this. Carrying out what a report says happens after it too: while reports pour in it waits for up to a
second, so it is part of the runs at half load, which last long enough, and stands beside the others as
`afterwards_us`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import sqlalchemy as sa
import uvloop
from sqlmodel import Session

from bot.bootstrap import assemble, at_rest
from bot.channels.twilio_signature import Signature, form_of
from bot.service import Running
from bot.settings import Settings, parse
from bot.store import outbox
from bot.store.store import versions
from bot.store.tables import ContactPoint, Delivery
from bot.web.server import WebServer
from tests.channels.twilio_signature import signature

ACCOUNT: Final = "AC" + "0" * 32
TOKEN: Final = "bench-token-0123456789"  # noqa: S105 - nobody's
PUBLIC: Final = "https://homeloop.example"
CONNECTIONS: Final = 64
ATTEMPT: Final = "0123456789ab"
TEXTS: Final = 300_000  #: of ours, to be reported on
EVENLY: Final = 2.5  #: seconds at half load, in which reports are carried out more than once
SETTLED: Final = 0.25  #: seconds without work after which nothing more is to come
TWIML: Final = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def main() -> None:
    """Serve one side, or measure both."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.inbound")
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--serve", choices=("bare", "durable"), help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.serve:
        uvloop.run(_serve(chosen.serve))
    else:
        uvloop.run(_measure(quick=chosen.quick))


# The two sides


async def _serve(side: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(Path(folder))
        app = assemble(settings) if side == "durable" else None
        if app is not None:
            app.store.writing(_texts, TEXTS)
        running = Running(app) if app else None
        server = WebServer(running.webhooks() if running else bare, "127.0.0.1", 0)
        reports = asyncio.create_task(running.service.reports.run()) if running else None
        _, port = await server.start()
        at_rest()
        print(port, flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)
        await server.stop()
        if app is not None and running is not None and reports is not None:
            running.service.reports.stop()
            await reports
            await app.close()


def _texts(session: Session, count: int) -> None:
    """Put texts of ours into the outbox, which the provider has taken and reports on."""
    connection = session.connection()
    lane = outbox.ensure_lane(session, "sms", "+17155550100")
    phone = {"channel": "sms", "language": "en", "language_by": "roster", "closings_only": False}
    phones = [phone | {"address": f"+1608{number:07}"} for number in range(count)]
    connection.execute(sa.insert(ContactPoint), phones)
    sent = {
        "lane_id": lane, "text": "School is closed.", "language": "en", "urgency": 2, "rank": 0,
        "digits": False, "parts": 1, "passes_stop": False, "in_talk": False, "state": "sent",
        "attempts": 1, "looks": 0,
    }  # fmt: skip
    rows = [
        sent | {"contact_point_id": number, "attempt": f"{ATTEMPT}.{number}", "provider_id": _sid(number)}
        for number in range(1, count + 1)
    ]
    connection.execute(sa.insert(Delivery), rows)


def _sid(number: int) -> str:
    return f"SM{number:032x}"


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Check the signature and answer."""
    headers = dict(scope["headers"])
    body = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body", False):
            break
    query = scope["query_string"].decode()
    url = f"{PUBLIC}{scope['path']}{'?' if query else ''}{query}"
    proven = SIGNATURE.proves(headers[b"x-twilio-signature"].decode(), url, form_of(body))
    answered = [(b"content-type", b"text/xml; charset=utf-8"), (b"content-length", b"%d" % len(TWIML))]
    await send({"type": "http.response.start", "status": 200 if proven else 403, "headers": answered})
    await send({"type": "http.response.body", "body": TWIML})


SIGNATURE: Final = Signature(TOKEN)


def _settings(folder: Path) -> Settings:
    table = {
        "school": {"name": "Lincoln School", "phone": "715-555-0100"},
        "server": {"public_url": PUBLIC},
        "database": {"path": str(folder / "homeloop.db")},
        "sms": {"account_sid": ACCOUNT, "auth_token": TOKEN, "sender": "+17155550100"},
    }
    return parse(table, {}, place=folder / "config.toml")


# What is posted


def _text(number: int) -> bytes:
    """A family's text as Twilio posts it."""
    sid = f"SM{secrets.token_hex(16)}"
    form = {
        "ToCountry": "US", "ToState": "WI", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "EAU CLAIRE",
        "FromZip": "54701", "SmsSid": sid, "FromState": "WI", "SmsStatus": "received",
        "FromCity": "EAU CLAIRE", "Body": "Trabajo de noche. ¿Puede ser el sábado?", "FromCountry": "US",
        "To": "+17155550100", "ToZip": "54703", "NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT,
        "From": f"+1715{number % 9_000_000 + 1_000_000}", "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return _post("/sms/inbound", form)


def _report(number: int) -> bytes:
    """What became of a text of ours, as Twilio posts it."""
    sid = _sid(number)
    form = {
        "SmsSid": sid, "SmsStatus": "delivered", "MessageStatus": "delivered", "To": "+17155550142",
        "MessageSid": sid, "AccountSid": ACCOUNT, "From": "+17155550100", "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return _post(f"/sms/status?attempt={ATTEMPT}.{number}", form)


def _post(path: str, form: dict[str, str]) -> bytes:
    body = urlencode(form).encode()
    signed = signature(TOKEN, PUBLIC + path, form)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: homeloop.example\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: {signed}\r\n"
        f"I-Twilio-Idempotency-Token: {secrets.token_hex(16)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# The caller


class _Line(asyncio.Protocol):
    """One kept connection: posts, waits for the answer, says whether it was a good one."""

    def __init__(self) -> None:
        self._heard = b""
        self._answered: asyncio.Future[None] | None = None
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, rest = self._heard.partition(b"\r\n\r\n")
        if not found:
            return
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if len(rest) < int(length or 0):
            return
        self._heard = b""
        assert self._answered is not None
        if head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")):
            self._answered.set_result(None)
        else:
            self._answered.set_exception(RuntimeError(head.decode(errors="replace")))

    async def post(self, request: bytes) -> None:
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._answered

    def close(self) -> None:
        self._transport.close()


@asynccontextmanager
async def _lines(port: int) -> AsyncIterator[list[_Line]]:
    """Connect for one run: a server ends connections that are idle while another is measured."""
    loop = asyncio.get_running_loop()
    lines = [(await loop.create_connection(_Line, "127.0.0.1", port))[1] for _ in range(CONNECTIONS)]
    yield lines
    for line in lines:
        line.close()


async def _flat_out(lines: list[_Line], requests: list[bytes]) -> float:
    """Post everything as fast as it is answered; return requests a second."""
    waiting = iter(requests)

    async def one(line: _Line) -> None:
        for request in waiting:
            await line.post(request)

    began = time.perf_counter()
    await asyncio.gather(*(one(line) for line in lines))
    return len(requests) / (time.perf_counter() - began)


async def _evenly(lines: list[_Line], requests: list[bytes], rate: float) -> float:
    """Post at a steady rate; return the 99th percentile in milliseconds, waiting for a free line included."""
    free: asyncio.Queue[_Line] = asyncio.Queue()
    for line in lines:
        free.put_nowait(line)
    took: list[float] = []

    async def one(request: bytes, due: float) -> None:
        line = await free.get()
        await line.post(request)
        took.append(time.perf_counter() - due)
        free.put_nowait(line)

    began, running = time.perf_counter(), set()
    for number, request in enumerate(requests):
        due = began + number / rate
        if (pause := due - time.perf_counter()) > 0.0005:
            await asyncio.sleep(pause)
        task = asyncio.create_task(one(request, due))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    return statistics.quantiles(took, n=100)[98] * 1000


# Measuring


@dataclass(frozen=True)
class Side:
    """One server."""

    name: str
    port: int
    process: int

    def spent(self) -> float:
        """Return the seconds of processor time that it has used so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _server(name: str, core: int) -> Iterator[Side]:
    command = [sys.executable, "-m", "benchmarks.inbound", "--serve", name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        os.sched_setaffinity(process.pid, {core})
        yield Side(name, int(process.stdout.readline()), process.pid)
    finally:
        process.stdin.close()
        process.wait(30)


async def _measure(*, quick: bool) -> None:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    count, rounds = (3_000, 3) if quick else (6_000, 11)
    machine = {"server_core": cores[0], "caller_core": cores[-1], "python": platform.python_version()}
    _print({"name": "machine", **machine, **versions()})
    for name, make in (("text", _text), ("status", _report)):
        with _server("bare", cores[0]) as bare, _server("durable", cores[0]) as durable:
            await _compare(name, make, (bare, durable), count, rounds)


async def _compare(
    name: str, make: Callable[[int], bytes], sides: tuple[Side, Side], count: int, rounds: int
) -> None:
    numbers = itertools.count(1)
    runs: dict[Side, list[float]] = {side: [] for side in sides}
    spent: dict[Side, list[float]] = {side: [] for side in sides}
    afterwards: dict[Side, list[float]] = {side: [] for side in sides}
    slowest: dict[Side, list[float]] = {side: [] for side in sides}
    for side in sides:
        async with _lines(side.port) as lines:
            await _flat_out(lines, _some(make, numbers, 500))
    for side in sides * rounds:
        requests, before = _some(make, numbers, count), side.spent()
        async with _lines(side.port) as lines:
            runs[side].append(await _flat_out(lines, requests))
        handled = side.spent()
        spent[side].append((handled - before) / count)
        afterwards[side].append((await _settled(side) - handled) / count)
    half = statistics.median(runs[sides[1]]) / 2
    long = max(count // 2, round(half * EVENLY))
    for side in sides * rounds:
        async with _lines(side.port) as lines:
            slowest[side].append(await _evenly(lines, _some(make, numbers, long), half))
        await _settled(side)
    for side in sides:
        _print(
            {
                "name": f"webhook {name} {side.name}",
                "per_second": round(statistics.median(runs[side])),
                "processor_us": round(statistics.median(spent[side]) * 1e6),
                "afterwards_us": round(statistics.median(afterwards[side]) * 1e6),
                "p99_ms_at_half": round(statistics.median(slowest[side]), 2),
                "runs": [round(one) for one in runs[side]],
            }
        )
    _print(
        {
            "name": f"webhook {name}",
            "ratio": _ratio(runs, sides),
            "processor_ratio": round(1 / (_ratio(spent, sides) or 1), 2),
            "p99_ratio": _ratio(slowest, sides),
        }
    )


async def _settled(side: Side) -> float:
    """Wait until a server has done what it does after its answers; return its processor time."""
    spent = -1.0
    while spent != (now := side.spent()):
        spent = now
        await asyncio.sleep(SETTLED)
    return spent


def _ratio(values: dict[Side, list[float]], sides: tuple[Side, Side]) -> float:
    """Return the durable side as a multiple of the bare one: the median of runs that followed each other.

    The speed of a shared machine and of its disk changes from second to second, for both alike.
    """
    bare, durable = (values[side] for side in sides)
    return round(statistics.median(ours / theirs for ours, theirs in zip(durable, bare, strict=True)), 2)


def _some(make: Callable[[int], bytes], numbers: Iterator[int], count: int) -> list[bytes]:
    return [make(number) for number in itertools.islice(numbers, count)]


def _print(row: dict[str, Any]) -> None:
    print(json.dumps(row), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
