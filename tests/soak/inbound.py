"""What comes in: 10,000 texts and reports, each one to five times, shuffled, posted as Twilio posts them.

Every text is kept once; no delivery ever goes back from what it had reached; nothing is answered before it is
durable. It goes over HTTP, through the signature and the group commit, as in a running Homeloop.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
import uvloop
from sqlmodel import Session, col, func, select

from bot import replies
from bot.app import App
from bot.bootstrap import assemble
from bot.messages import DeliveryState
from bot.service import Running
from bot.settings import parse
from bot.store import outbox
from bot.store.tables import ContactPoint, Delivery, Inbound, ProviderEvent
from bot.web.server import WebServer
from tests.channels.twilio_signature import signature

ACCOUNT, TOKEN, SENDER = "AC" + "0" * 32, "soak-token-0123456789", "+17155550100"
PUBLIC = "https://homeloop.example"
LINES = 32
#: what Twilio reports of a text, in the order of its life; each shuffled life ends in one of the last two
LIFE = ("queued", "sending", "sent")
ENDS = ("delivered", "undelivered")
REACHED = {"queued": 0, "sending": 0, "sent": 1, "delivered": 2, "undelivered": 2}


def rows(quick: bool) -> Iterator[dict[str, object]]:
    """Yield a row for texts and one for reports."""
    count = 1_000 if quick else 10_000
    for seed in (1,) if quick else (1, 2, 3):
        yield uvloop.run(texts(count, seed))
        yield uvloop.run(reports(count, seed))


async def texts(count: int, seed: int) -> dict[str, object]:
    """Post families' texts, each one to five times; each is kept once when all have been read."""
    chance = random.Random(seed)
    one_each = [_post("/sms/inbound", _text(number)) for number in range(count)]
    posted = _shuffled([post for post in one_each for _ in range(chance.randint(1, 5))], chance)
    with tempfile.TemporaryDirectory() as folder:
        app = _app(Path(folder))
        took, refused = await _served(app, posted)
        await _read_all(app)
        kept, different = app.store.reading(
            lambda session: (
                session.exec(select(func.count()).select_from(Inbound)).one(),
                session.exec(select(func.count(func.distinct(Inbound.provider_id)))).one(),
            )
        )
        await app.close()
    return {
        "name": "inbound texts", "seed": seed, "texts": count, "posted": len(posted), "stored": kept,
        "different": different, "refused": refused, "per_second": round(len(posted) / took),
        "ok": (kept, different, refused) == (count, count, 0),
    }  # fmt: skip


async def _read_all(app: App) -> None:
    """Think about all that came, as the service does."""
    while waiting := await app.store.read(replies.unhandled, 500):
        await asyncio.gather(
            *(app.store.write(replies.handle, one, app.settings, app.clock.now()) for one in waiting)
        )


async def reports(count: int, seed: int) -> dict[str, object]:
    """Post reports: each text of ours lives through its reports, in any order and several times."""
    chance = random.Random(seed)
    ends, posted = {}, []
    for number in range(1, count + 1):
        life = [*chance.sample(LIFE, chance.randint(0, len(LIFE))), *chance.choices(ENDS, k=1)]
        ends[number] = life[-1]
        for status in life:
            posted += [_post(f"/sms/status?attempt=soak.{number}", _report(number, status))] * chance.randint(
                1, 5
            )
    with tempfile.TemporaryDirectory() as folder:
        app = _app(Path(folder))
        app.store.writing(_sending, count)
        seen: list[dict[int, str]] = []
        watching = asyncio.create_task(_watch(app, seen))
        took, refused = await _served(app, _shuffled(posted, chance))
        watching.cancel()
        seen.append(app.store.reading(_states))
        events = app.store.reading(
            lambda session: session.exec(select(func.count()).select_from(ProviderEvent)).one()
        )
        await app.close()
    wrong = sum(
        seen[-1][number] != (DeliveryState.DELIVERED if end == "delivered" else DeliveryState.FAILED)
        for number, end in ends.items()
    )
    back = sum(_goes_back(before, after) for before, after in pairwise(seen))
    return {
        "name": "inbound reports", "seed": seed, "texts": count, "posted": len(posted), "events": events,
        "refused": refused, "wrong": wrong, "regressions": back, "looks": len(seen),
        "per_second": round(len(posted) / took),
        "ok": (events, refused, wrong, back) == (len(posted), 0, 0, 0),
    }  # fmt: skip


_RANK = {
    DeliveryState.SENDING: -1,
    DeliveryState.SENT: 1,
    DeliveryState.DELIVERED: 2,
    DeliveryState.FAILED: 2,
}


def _goes_back(before: dict[int, str], after: dict[int, str]) -> int:
    rank = {str(state): value for state, value in _RANK.items()}
    return sum(
        rank[after[number]] < rank[state] or (rank[state] == 2 and after[number] != state)
        for number, state in before.items()
    )


async def _watch(app: App, seen: list[dict[int, str]]) -> None:
    while True:
        seen.append(await app.store.read(_states))
        await asyncio.sleep(0.2)


def _states(session: Session) -> dict[int, str]:
    rows = session.connection().execute(sa.select(col(Delivery.id), col(Delivery.state)))
    return {int(row[0] or 0): str(row[1]) for row in rows}


def _sending(session: Session, count: int) -> None:
    """Texts whose answer from the provider we never saw: only the reports know their id."""
    lane = outbox.ensure_lane(session, "sms", SENDER)
    phone = {"channel": "sms", "language": "en", "language_by": "roster", "closings_only": False}
    phones = [phone | {"address": f"+1608{number:07}"} for number in range(1, count + 1)]
    session.connection().execute(sa.insert(ContactPoint), phones)
    common = {
        "lane_id": lane, "text": "School is closed.", "language": "en", "urgency": 2, "rank": 0,
        "digits": False, "parts": 1, "passes_stop": False, "in_talk": False, "state": "sending",
        "attempts": 1, "looks": 0,
    }  # fmt: skip
    sent = [common | {"contact_point_id": n, "attempt": f"soak.{n}"} for n in range(1, count + 1)]
    session.connection().execute(sa.insert(Delivery), sent)


# Homeloop, and Twilio's side


def _app(folder: Path) -> App:
    table = {
        "school": {"name": "Lincoln School", "phone": "715-555-0100"},
        "server": {"public_url": PUBLIC},
        "database": {"path": str(folder / "homeloop.db")},
        "sms": {"account_sid": ACCOUNT, "auth_token": TOKEN, "sender": SENDER},
    }
    return assemble(parse(table, {}, place=folder / "config.toml"))


async def _served(app: App, posted: Sequence[bytes]) -> tuple[float, int]:
    """Post all of it over a few connections; return how long it took and how much was refused."""
    running = Running(app)
    server = WebServer(running.webhooks(), "127.0.0.1", 0)
    carrying_out = asyncio.create_task(running.service.reports.run())
    _, port = await server.start()
    waiting = iter(posted)
    began = time.monotonic()
    refused = await asyncio.gather(*(_line(port, waiting) for _ in range(LINES)))
    took = time.monotonic() - began
    await server.stop()
    running.service.reports.stop()
    await carrying_out
    return took, sum(refused)


async def _line(port: int, waiting: Iterator[bytes]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    refused = 0
    for request in waiting:
        writer.write(request)
        refused += await _answer(reader) >= 300
    writer.close()
    return refused


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    return int(head.split(None, 2)[1])


def _sid(number: int) -> str:
    return f"SM{number:032x}"


def _text(number: int) -> dict[str, str]:
    return {
        "MessageSid": _sid(number), "AccountSid": ACCOUNT, "From": f"+1715{1_000_000 + number}", "To": SENDER,
        "Body": f"Sí, {number}", "NumMedia": "0",
    }  # fmt: skip


def _report(number: int, status: str) -> dict[str, str]:
    code = {"ErrorCode": "30004"} if status == "undelivered" else {}
    return {"MessageSid": _sid(number), "AccountSid": ACCOUNT, "MessageStatus": status, **code}


def _post(path: str, form: dict[str, str]) -> bytes:
    body = urlencode(form).encode()
    signed = signature(TOKEN, PUBLIC + path, form)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: homeloop.example\r\nX-Twilio-Signature: {signed}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _shuffled(posts: list[bytes], chance: random.Random) -> list[bytes]:
    chance.shuffle(posts)
    return posts
