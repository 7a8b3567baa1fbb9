"""How long every page of the console takes in a large district: 20,000 people, 500,000 texts.

Run it from the top of the repository: .venv/bin/python -m benchmarks.pages. It makes a database in a
temporary folder, serves it in a process of its own, asks for every page over HTTP, then looks at each in
Chromium as a person does, prints a table and stops.
"""

from __future__ import annotations

import asyncio
import http.client
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
import uvloop
from playwright.async_api import Page
from rich.console import Console
from rich.table import Table
from sqlmodel import Session, SQLModel, col, select

from bot.app import App
from bot.bootstrap import at_rest
from bot.ports import Clock
from bot.roles import Role
from bot.settings import Settings, parse
from bot.store.accounts import begin_session
from bot.store.store import Store
from bot.store.tables import (
    Consent,
    ContactPoint,
    Delivery,
    Handover,
    Household,
    Inbound,
    Membership,
    Occurrence,
    Person,
    PersonContactPoint,
    Rendering,
    Reply,
    Schedule,
)
from bot.web.console import console
from bot.web.server import WebServer
from tests.browser.chromium import NoChromium, chromium
from tests.conftest import StandingClock
from tests.console.busy_school import TAGS, BusySchool, accounts, fill
from tests.console.pages import addresses, pages

PEOPLE: Final = 20_000
TEXTS: Final = 500_000
SMALL: Final = 40  #: of everything else: staff, broadcasts, ready answers, notes
TIMES: Final = 9  #: each page is asked for, once it is warm
AT_ONCE: Final = 10_000  #: rows in one executemany
LOOKS: Final = 5  #: at each page in a browser
TARGET: Final = 3.0  #: slowest over fastest

_STATES: Final = ("delivered",) * 16 + ("sent",) * 3 + ("failed",)

out = Console()


@dataclass(frozen=True, slots=True)
class Timed:
    """One page: milliseconds of its first showing and of those that follow."""

    path: str
    status: int
    first: float
    warm: float
    seen: float | None = None  #: from asking for it until it stands in a browser


def main() -> None:
    """Build, serve, ask, print."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        began = time.perf_counter()
        school, cookie = build(place)
        out.print(f"{PEOPLE:,} people and {TEXTS:,} texts in {time.perf_counter() - began:.0f} s")
        with served(place) as port:
            found = [timed(port, cookie, path) for one in pages() for path in addresses(one, school)]
            found = asyncio.run(looked_at(port, cookie, found))
    _print(sorted(found, key=lambda one: one.warm, reverse=True))


def _print(found: list[Timed]) -> None:
    table = Table("page", "", "first, ms", "then, ms", "in a browser, ms")
    for one in found:
        seen = "" if one.seen is None else f"{one.seen:.0f}"
        table.add_row(one.path, str(one.status), f"{one.first:.1f}", f"{one.warm:.1f}", seen)
    out.print(table)
    # A page that only sends the browser elsewhere is no page.
    drawn = [one for one in found if one.status == http.client.OK]
    _ratio("over HTTP", [one.warm for one in drawn])
    _ratio("in a browser", [one.seen for one in drawn if one.seen is not None])


def _ratio(where: str, taken: list[float]) -> None:
    if taken:
        ratio = max(taken) / min(taken)
        out.print(f"slowest ÷ fastest, {where}: {ratio:.1f} (target: at most {TARGET:.0f})")


async def looked_at(port: int, cookie: str, found: list[Timed]) -> list[Timed]:
    """Add how long each page takes until it stands in Chromium, style and scripts from its cache."""
    try:
        async with chromium() as browser:
            context = await browser.new_context()
            home = f"http://127.0.0.1:{port}"
            await context.add_cookies([{"name": "homeloop", "value": cookie, "url": home}])
            page = await context.new_page()
            await page.goto(home)
            return [replace(one, seen=await _seen(page, home + one.path)) for one in found]
    except NoChromium as error:
        out.print(str(error))
        return found


async def _seen(page: Page, url: str) -> float:
    taken = []
    for _ in range(LOOKS):
        await page.goto(url, wait_until="load")
        taken.append(float(await page.evaluate("performance.getEntriesByType('navigation')[0].duration")))
    return statistics.median(taken)


def settings_in(folder: Path) -> Settings:
    """The settings of a district that texts by SMS."""
    table = {
        "school": {"name": "Lincoln School", "phone": "715-555-0100"},
        "server": {"public_url": "http://127.0.0.1:8080"},
        "sms": {
            "account_sid": "AC" + "0" * 32,
            "auth_token": "x" * 32,
            "sender": "+17155550100",
        },
    }
    return parse(table, {}, place=folder / "config.toml")


def build(folder: Path) -> tuple[BusySchool, str]:
    """Make the database; return what is in it and the cookie of a signed-in owner."""
    store, clock = Store(folder / "homeloop.db"), StandingClock()
    store.upgrade()
    now = clock.now()
    staff = store.writing(accounts, now)
    school = fill(App(settings_in(folder), store, clock), rows=SMALL, staff=staff)
    store.writing(people, PEOPLE - SMALL, now)
    store.writing(texts, school, TEXTS, now)
    store.writing(words, school, now)
    store.writing(lambda session: session.execute(sa.text("ANALYZE")))
    cookie = store.writing(begin_session, staff[Role.OWNER], now, hours=12)
    store.close()
    return school, cookie


def _add(session: Session, table: type[SQLModel], rows: Iterator[Mapping[str, Any]]) -> None:
    statement, some = sa.insert(table), []
    for row in rows:
        some.append(row)
        if len(some) == AT_ONCE:
            session.connection().execute(statement, some)
            some = []
    if some:
        session.connection().execute(statement, some)


def people(session: Session, count: int, now: datetime) -> None:
    """Add so many guardians, one phone each, two to a household."""
    first, groups = 1_000_000, list(session.exec(select(Membership.group_id).distinct()))
    numbers = range(first, first + count)
    _add(session, Household, ({"id": n, "reference": f"home {n}"} for n in numbers if n % 2 == 0))
    _add(
        session,
        ContactPoint,
        (
            {"id": n, "channel": "sms", "address": f"+1414{n:07}", "language": TAGS[n % len(TAGS)]}
            for n in numbers
        ),
    )
    _add(session, Person, (_person(n) for n in numbers))
    _add(session, PersonContactPoint, ({"person_id": n, "contact_point_id": n} for n in numbers))
    _add(session, Membership, ({"person_id": n, "group_id": groups[n % len(groups)]} for n in numbers))
    _add(
        session,
        Consent,
        (
            {"contact_point_id": n, "at": now, "scope": "school", "granted": True, "evidence": "form"}
            for n in numbers
        ),
    )


def _person(number: int) -> dict[str, Any]:
    tag = TAGS[number % len(TAGS)]
    home = number - number % 2
    return {
        "id": number, "reference": f"person {number}", "name": f"Guardian {number}",
        "reads": tag, "hears": tag, "household_id": home,
    }  # fmt: skip


def texts(session: Session, school: BusySchool, count: int, now: datetime) -> None:
    """Spread so many deliveries over as many released broadcasts as they need."""
    phones = list(session.exec(select(ContactPoint.id, ContactPoint.language)))
    written = _written(session)
    lane = session.exec(select(Delivery.lane_id)).first()
    first = school.broadcasts["inquiry"]
    chosen = [first, *(one for one in written if one != first)]
    session.execute(sa.delete(Delivery).where(col(Delivery.broadcast_id).in_(chosen)))
    numbers = iter(range(count))
    for broadcast in chosen:
        occurrence, renderings = written[broadcast]
        rows = (
            _text(number, phone, tag, now, lane)
            | {"broadcast_id": broadcast, "occurrence_id": occurrence, "rendering_id": renderings[tag]}
            for (phone, tag), number in zip(phones, numbers, strict=False)
        )
        _add(session, Delivery, rows)


def _written(session: Session) -> dict[int, tuple[int, dict[str, int]]]:
    """Every broadcast that went out: its occurrence and its rendering in each language."""
    went = session.execute(
        sa.select(col(Schedule.broadcast_id), col(Occurrence.id)).join(
            Occurrence, col(Occurrence.schedule_id) == col(Schedule.id)
        )
    ).all()
    found: dict[int, tuple[int, dict[str, int]]] = {one: (occurrence, {}) for one, occurrence in went}
    for row in session.exec(select(Rendering).where(col(Rendering.channel) == "sms")):
        if row.broadcast_id in found:
            found[row.broadcast_id][1][row.language] = row.id or 0
    return found


def _text(number: int, phone: int | None, tag: str, now: datetime, lane: int | None) -> dict[str, Any]:
    state = _STATES[number % len(_STATES)]
    failed = state == "failed"
    return {
        "contact_point_id": phone, "lane_id": lane, "language": tag, "urgency": 2, "state": state,
        "attempt": f"b{number}", "provider_id": None if failed else f"SM{number:032x}",
        "started_at": now - timedelta(hours=2), "settled_at": now - timedelta(hours=1),
        "reason": "The number is not in service." if failed else None, "code": "30006" if failed else None,
    }  # fmt: skip


def words(session: Session, school: BusySchool, now: datetime) -> None:
    """Let every other family answer the inquiry, and one in twenty wait for a person."""
    phones = [
        one or 0 for one in session.exec(select(ContactPoint.id).where(col(ContactPoint.id) >= 1_000_000))
    ]
    saying = phones[::2]
    first = 2_000_000
    _add(session, Inbound, (_inbound(first + n, phone, now) for n, phone in enumerate(saying)))
    _add(
        session,
        Reply,
        (_reply(first + n, phone, school.broadcasts["inquiry"], now) for n, phone in enumerate(saying)),
    )
    _add(
        session,
        Handover,
        (
            {"contact_point_id": phone, "reply_id": first + n * 20, "why": "own question", "made_at": now,
             "promised_at": now + timedelta(minutes=n)}
            for n, phone in enumerate(saying[::20])
        ),
    )  # fmt: skip


def _inbound(number: int, phone: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number, "channel": "sms", "provider_id": f"IN{number}", "lane": "+17155550100",
        "address": f"+1414{phone:07}", "contact_point_id": phone, "received_at": now, "handled_at": now,
        "message": {
            "channel": "sms", "provider_id": f"IN{number}", "lane": "+17155550100",
            "address": f"+1414{phone:07}", "text": "1",
        },
    }  # fmt: skip


def _reply(number: int, phone: int, broadcast: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number, "broadcast_id": broadcast, "contact_point_id": phone, "kind": "one_of",
        "state": "confirmed", "language": TAGS[number % len(TAGS)], "words": "1",
        "value": str(number % 3 + 1), "inbound_id": number, "made_at": now, "changed_at": now,
    }  # fmt: skip


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """Serve the console in a process of its own; give its port."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(folder, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def serve(folder: Path, ready: Any) -> None:
    """The other process."""
    uvloop.run(_serve(folder, ready.send, StandingClock()))


async def _serve(folder: Path, tell: Callable[[int], None], clock: Clock) -> None:
    app = App(settings_in(folder), Store(folder / "homeloop.db"), clock)
    _, port = await WebServer(console(app), "127.0.0.1", 0).start()
    at_rest()
    tell(port)
    await asyncio.Event().wait()


def timed(port: int, cookie: str, path: str) -> Timed:
    """Ask for one page again and again; return its times."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken, status = [], 0
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": f"homeloop={cookie}", "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        status = answer.status
    connection.close()
    return Timed(path, status, taken[0], statistics.median(taken[1:]))


if __name__ == "__main__":
    main()
