"""One sender in a process of its own, on one core: `python -m benchmarks.senders NAME '{"…": …}'`.

Each prints one JSON object. Peers are used as their documentation shows; docs/performance.md says what each
of them leaves out.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import resource
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import uvloop
from sqlmodel import Session

from bot.app import App
from bot.bootstrap import at_rest
from bot.messages import Outbound, Receipt
from bot.ports import Channel
from bot.store import outbox as deliveries
from bot.store.store import Store

CORE: Final = min(os.sched_getaffinity(0))
IN_FLIGHT: Final = 256
FASTEST: Final = 40_000  #: texts a second that no sender here reaches
ACCOUNT: Final = "AC" + "0" * 32
TOKEN: Final = "bench-token-0123456789"  # noqa: S105 - nobody's
BOT: Final = "7155:" + "t" * 35
TEXT: Final = (
    "Lincoln School is closed today because of snow. Buses do not run. We open again tomorrow at 8:00."
)
FORM: Final = {
    "To": "+17155550142",
    "StatusCallback": "https://homeloop.example/sms/status?attempt=0123456789ab.7155",
    "SmartEncoded": "false",
    "From": "+17155550100",
    "Body": TEXT,
}


@dataclass(slots=True)
class Spent:
    """Seconds and processor seconds since it was made."""

    began: float = field(default_factory=time.perf_counter)
    used: float = field(default_factory=time.process_time)

    def over(self, count: int) -> dict[str, float]:
        """Return texts a second, and processor microseconds for each."""
        took, used = time.perf_counter() - self.began, time.process_time() - self.used
        return {"per_second": round(count / took, 1), "cpu_us": round(used / count * 1e6, 1)}


async def at_once(concurrent: int, count: int, one: Callable[[], Awaitable[object]]) -> dict[str, float]:
    """Do something `count` times, `concurrent` at a time."""
    left = iter(range(count))

    async def worker() -> None:
        for _ in left:
            await one()

    for _ in range(2 * concurrent):
        await one()
    spent = Spent()
    await asyncio.gather(*(worker() for _ in range(concurrent)))
    return spent.over(count)


async def raw_aiohttp(url: str, count: int, concurrent: int = 64, *, ready: bool = False) -> dict[str, float]:
    """Post a form for each text and read the answer: nothing else. `ready`: one encoded body for all."""
    from urllib.parse import urlencode

    import aiohttp

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(FORM).encode() if ready else FORM
    address = f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), headers=headers, auth=aiohttp.BasicAuth(ACCOUNT, TOKEN)
    ) as session:

        async def one() -> None:
            async with session.post(address, data=body) as answer:
                await answer.read()

        return await at_once(concurrent, count, one)


def twilio_sdk(url: str, count: int) -> dict[str, float]:
    """Loop over the SDK's `messages.create`."""
    from twilio.rest import Client

    client = Client(ACCOUNT, TOKEN)
    client.api.base_url = url
    fields = {
        "to": FORM["To"],
        "from_": FORM["From"],
        "body": TEXT,
        "status_callback": FORM["StatusCallback"],
    }
    client.messages.create(**fields)
    spent = Spent()
    for _ in range(count):
        client.messages.create(**fields)
    return spent.over(count)


async def telegram_sdk(url: str, count: int, concurrent: int) -> dict[str, float]:
    """python-telegram-bot on its own HTTPXRequest, with a pool as large as what is sent at once."""
    from telegram import Bot
    from telegram.request import HTTPXRequest

    async with Bot(BOT, base_url=f"{url}/bot", request=HTTPXRequest(connection_pool_size=concurrent)) as bot:
        return await at_once(concurrent, count, lambda: bot.send_message(715555, TEXT))


async def telegram_ours(url: str, count: int, concurrent: int) -> dict[str, float]:
    """The same library's Bot and types on our transport."""
    from pydantic import SecretStr

    from bot.channels.telegram import TelegramChannel
    from bot.channels.wire import WireTransport
    from bot.settings import Telegram

    transport = WireTransport()
    channel = TelegramChannel(Telegram(token=SecretStr(BOT), base_url=url), transport)
    text = Outbound("0123456789ab.7155", "715555", TEXT)
    try:
        return await at_once(concurrent, count, lambda: channel.send(text))
    finally:
        await transport.close()


async def homeloop(folder: str, url: str, count: int, **sms: Any) -> dict[str, float]:
    """Send what is queued in the outbox, to the last settlement; the first twentieth is to get warm."""
    at_rest()
    async with sending(folder, url, **sms) as app:
        while (warm := await app.store.read(settled)) < count // 20:  # noqa: ASYNC110 - as in `sent`
            await asyncio.sleep(0.01)
        spent = Spent()
        await sent(app)
        return spent.over(count - warm) | {"peak_mb": peak()}


@asynccontextmanager
async def sending(
    folder: str, url: str, port: Callable[[Channel], Channel] | None = None, **sms: Any
) -> AsyncIterator[App]:
    """Homeloop's sender at work on the outbox in `folder`."""
    from benchmarks.outbox import settings
    from bot.bootstrap import assemble
    from scheduler.pump import Pump

    app = assemble(settings(Path(folder), url, **sms))
    if port is not None:
        app = replace(app, senders=tuple(replace(one, port=port(one.port)) for one in app.senders))
    pump = Pump(app, app.senders[0])
    at_work = asyncio.create_task(pump.run())
    try:
        yield app
    finally:
        pump.stop()
        await at_work
        await app.close()


async def sent(app: App) -> None:
    """Wait until nothing is left to send or to settle; ask seldom while much is left: that costs too."""
    while left := await app.store.read(how_many_left):  # noqa: ASYNC110 - the database is asked
        await asyncio.sleep(max(0.02, left / FASTEST))


def settled(session: Session) -> int:
    """Count the texts that are over."""
    question = "SELECT count(*) FROM delivery WHERE state = 'sent'"
    return int(session.connection().exec_driver_sql(question).scalar_one())


def how_many_left(session: Session) -> int:
    """Count the texts that are queued or on the wire."""
    left = "SELECT count(*) FROM delivery WHERE state = '{}' AND lane_id = 1"
    asked = (left.format(state) for state in ("queued", "sending"))
    return sum(session.connection().exec_driver_sql(question).scalar_one() for question in asked)


async def turns(folder: str, count: int) -> dict[str, float]:
    """Settle and claim `count` texts without a provider: what the database costs."""
    from benchmarks.outbox import settings
    from bot.bootstrap import assemble
    from scheduler import pump

    app = assemble(settings(Path(folder), "http://127.0.0.1:9"))
    (sender,) = app.senders
    epoch = await app.store.write(deliveries.take_lane, sender.lane_id)
    ended: list[pump.Outcome] = []
    done, spent = 0, Spent()
    while done < count:
        now = app.clock.now()
        claimed, _ = await app.store.write(pump.turn, sender, epoch, ended, IN_FLIGHT, 1e9, now)
        ended = [pump.Outcome(one, pump.SENT, f"SM{one.delivery_id:032x}") for one in claimed]
        done += len(claimed)
    result = spent.over(done) | {"peak_mb": peak()}
    await app.close()
    return result


def releasing(folder: str) -> dict[str, float]:
    """Release to every phone in `folder`, and copy the same rows with a bare INSERT … SELECT beside it."""
    from benchmarks.outbox import release, second_occurrence

    store = Store(Path(folder) / "homeloop.db")
    made = store.writing(second_occurrence)
    store.writing(like_delivery)
    pairs = [(timed(store, bare_copy), timed(store, release, *made)) for _ in range(3)]
    store.close()
    bare, ours = (statistics.median(one) for one in zip(*pairs, strict=True))
    ratio = statistics.median(ours / bare for bare, ours in pairs)
    return {"ratio": round(ratio, 2), "seconds": round(ours, 2), "bare_seconds": round(bare, 2)}


class Undone(Exception):
    """What was measured is taken back, so that the next one finds what this one found."""


def timed(store: Store, work: Callable[..., object], *given: object) -> float:
    """Return the seconds that it takes in a transaction, which is then rolled back."""
    took = 0.0

    def measured(session: Session) -> None:
        nonlocal took
        began = time.perf_counter()
        work(session, *given)
        took = time.perf_counter() - began
        raise Undone

    with suppress(Undone):
        store.writing(measured)
    return took


def like_delivery(session: Session) -> None:
    """Make a table with the columns and indexes of deliveries, and none of its rows."""
    connection = session.connection()
    made = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'delivery' AND sql IS NOT NULL"
    ).scalars()
    for sql in list(made):
        if "TRIGGER" not in sql:
            copied = re.sub(r"\bdelivery\b", "copied", sql)
            connection.exec_driver_sql(re.sub(r"INDEX (\w+)", r"INDEX copied_\1", copied))


def bare_copy(session: Session) -> None:
    """Insert the rows of the first occurrence, as many and as ordered, into the empty table."""
    connection = session.connection()
    names = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(copied)") if row[1] != "id"]
    columns = ", ".join(names)
    ranked = columns.replace("rank", "row_number() OVER (PARTITION BY language ORDER BY contact_point_id)")
    connection.exec_driver_sql(
        f"INSERT INTO copied ({columns}) SELECT {ranked} FROM delivery WHERE occurrence_id = 1"  # noqa: S608
    )


async def at_the_limit(folder: str, url: str, count: int, parts_per_second: float) -> dict[str, float]:
    """Fill a limit that the provider enforces, while families are answered every now and then."""
    import http.client

    from scheduler.pump import BURST_SECONDS

    watched: list[Watched] = []

    def watch(port: Channel) -> Channel:
        watched.append(Watched(port))
        return watched[0]

    async with sending(folder, url, watch, parts_per_second=parts_per_second) as app:
        answering = asyncio.create_task(answer_families(app, watched[0], count, parts_per_second))
        while await app.store.read(how_many_left):  # noqa: ASYNC110 - the database is asked, nobody tells
            await asyncio.sleep(0.1)
        answering.cancel()
    caller = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    caller.request("GET", "/counts")
    seen = json.loads(caller.getresponse().read())
    caller.close()
    waits = sorted(watched[0].waits)
    # What had been saved up may be sent at once in the beginning; it does not count as reached.
    saved = max(1.0, parts_per_second * BURST_SECONDS)
    reached = (seen["accepted"] - saved) / (seen["last"] - seen["first"]) / parts_per_second
    return {
        "share_of_limit": round(reached, 4),
        "throttled": seen["throttled"],
        "answers": len(waits),
        "answer_p99_ms": round(1000 * waits[int(0.99 * len(waits))]),
        "most_before_an_answer": max(watched[0].passed),
    }


class Watched:
    """A channel that notes when answers begin, and how many other texts began before them."""

    def __init__(self, port: Channel) -> None:
        self._port = port
        self.written: dict[str, tuple[float, int]] = {}  # words -> when its commit returned, texts begun then
        self.begun = 0
        self.waits: list[float] = []
        self.passed: list[int] = []
        self.find, self.acknowledge = port.find, port.acknowledge

    async def send(self, message: Outbound) -> Receipt:
        """Note, then send."""
        if message.text.startswith("Thank you"):
            written, begun = self.written.get(message.text, (time.monotonic(), self.begun))
            self.waits.append(time.monotonic() - written)
            self.passed.append(self.begun - begun)
        self.begun += 1
        return await self._port.send(message)


async def answer_families(app: App, watched: Watched, count: int, per_second: float) -> None:
    """Write one answer for every twenty texts of the broadcast, at odd moments, to phones of its end."""
    (sender,) = app.senders
    for number in range(count // 20):
        await asyncio.sleep(20 / per_second * random.uniform(0.5, 1.2))  # noqa: S311 - no secret
        words = f"Thank you, we understood: {number}."
        await app.store.write(
            deliveries.answer,
            contact_point_id=count - number,
            lane_id=sender.lane_id,
            text=words,
            language="en",
        )
        watched.written[words] = (time.monotonic(), watched.begun)


def peak() -> float:
    """Return the most memory that this process has had, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


ROWS: Final[dict[str, Callable[..., Any]]] = {
    one.__name__: one
    for one in (
        raw_aiohttp,
        twilio_sdk,
        telegram_sdk,
        telegram_ours,
        homeloop,
        turns,
        releasing,
        at_the_limit,
    )
}


def main() -> None:
    """Run one, as often as it was asked for, and print what it returned."""
    os.sched_setaffinity(0, {CORE})
    run, given = ROWS[sys.argv[1]], json.loads(sys.argv[2])
    result = [
        uvloop.run(run(**given)) if asyncio.iscoroutinefunction(run) else run(**given)
        for _ in range(given.pop("times", 1))
    ]
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
