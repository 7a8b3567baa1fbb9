"""Many who reach for one thing at once: drains of a queue, senders of a file, ticks of a moment."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop
from sqlmodel import Session, col, select

from bot import broadcasts, calendar
from bot.app import App
from bot.bootstrap import open_app
from bot.broadcasts import Draft
from bot.messages import ChannelName
from bot.store import outbox
from bot.store.audience import Audience
from bot.store.tables import ContactPoint, Group, Membership, Person, PersonContactPoint, Schedule
from scheduler.pump import Pump
from tests.journeys.provider import surroundings
from tests.soak.office import configure, populate, providing, sending, settled, watched
from tests.soak.town import Town, judge

ZONES = (
    "America/Chicago",
    "America/St_Johns",  # half an hour off
    "Europe/Dublin",  # its winter is the changed time
    "Africa/Casablanca",  # changes for Ramadan
    "Australia/Lord_Howe",  # changes by half an hour
)
HOURS_OF_CHANGE = range(0, 4 * 60 + 1, 30)  #: minutes after midnight in which clocks change somewhere
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


async def claims(folder: Path, texts: int, drains: int) -> dict[str, object]:
    """Let so many drains claim from one queue under one epoch until it is empty."""
    async with providing() as provider:
        config = configure(folder, provider, telegram=False)
        populate(config, Town(texts), provider)
        app = open_app(config, {})
        lane = app.senders[0].lane_id
        epoch = await app.store.write(outbox.take_lane, lane)
        taken: Counter[int] = Counter()

        async def drain(name: int) -> None:
            turn = 0
            while True:
                turn += 1
                one = await app.store.write(
                    outbox.claim, lane, epoch, 64, token=f"{name}x{turn}", now=app.clock.now()
                )
                if not one:
                    return
                taken.update(claimed.delivery_id for claimed in one)

        await asyncio.gather(*(drain(name) for name in range(drains)))
        await app.close()
    twice = sum(count - 1 for count in taken.values())
    return {
        "name": "claims",
        "texts": texts,
        "drains": drains,
        "claimed": len(taken),
        "double_claims": twice,
        "ok": len(taken) == texts and not twice,
    }


async def pumps(folder: Path, texts: int, drains: int) -> dict[str, object]:
    """Let so many pumps fight over one lane: whoever takes it fences off those before."""
    town = Town(texts)
    async with providing() as provider:
        config = configure(folder, provider, telegram=False, parts_per_second=500)
        populate(config, town, provider)
        app, _ = watched(open_app(config, {}))
        more = [Pump(app, app.senders[0]) for _ in range(drains - 1)]
        async with sending(app):
            running = []
            for pump in more:
                goal = len(provider.ledger.accepted) + 5
                while len(provider.ledger.accepted) < goal:  # noqa: ASYNC110 - the provider has no event for it
                    await asyncio.sleep(0.001)
                running.append(asyncio.create_task(pump.run()))
            await settled(app, lambda: len(provider.ledger.accepted))
            for pump in more:
                pump.stop()
            await asyncio.gather(*running)
        judged = judge(town.owed(), ((one.address, one.text) for one in provider.ledger.accepted))
    return {
        "name": "pumps",
        "texts": texts,
        "drains": drains,
        "lost": len(judged.lost),
        "duplicates": judged.duplicates,
        "ok": judged.clean,
    }


async def second_process(folder: Path) -> dict[str, object]:
    """Begin a second sender on the same file, and read what it says."""
    async with providing() as provider:
        config = configure(folder, provider, telegram=False)
        app = open_app(config, {})
        async with sending(app):
            command = (sys.executable, "-m", "bot.sender", str(config))
            second = await asyncio.create_subprocess_exec(
                *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings()
            )
            _, said = await second.communicate()
    sentence = said.decode().strip()
    return {
        "name": "second process",
        "exit_status": second.returncode,
        "said": sentence.replace(str(folder), "…"),
        "ok": second.returncode == 1 and "is already sending from" in sentence,
    }


def _one_family(session: Session, app: App, rule: str) -> int:
    """Put one family and a broadcast by a rule into the store; return its schedule."""
    for row in (
        Group(id=1, kind="class", name="Bus 1"),
        Person(id=1, reference="G1", name="Guardian", reads="en", hears="en"),
        ContactPoint(id=1, channel=ChannelName.SMS, address="+17152000001", language="en"),
    ):
        session.add(row)
        session.flush()
    session.add(PersonContactPoint(person_id=1, contact_point_id=1))
    session.add(Membership(person_id=1, group_id=1))
    draft = Draft("Bus", "The bus is late.", Audience(groups=(1,)), purpose="emergency")
    made = broadcasts.draft(session, draft, FIRST)
    broadcasts.approve(session, made, app.settings, now=FIRST, fallback="en")
    local = FIRST.astimezone(app.settings.school.zone).replace(tzinfo=None) + timedelta(days=1)
    broadcasts.schedule(session, made, local, app.settings, rrule=rule, now=FIRST)
    return session.exec(select(Schedule.id).where(col(Schedule.broadcast_id) == made)).one() or 0


async def ticks(folder: Path, moments: int, at_once: int) -> dict[str, object]:
    """Let so many ticks reach the same occurrence at once, at so many moments."""
    async with providing() as provider:
        app = open_app(configure(folder, provider, telegram=False), {})
        schedule = await app.store.write(_one_family, app, "FREQ=DAILY")
        releases, deliveries = 0, 0
        for _ in range(moments):
            due = await app.store.read(lambda session: session.get_one(Schedule, schedule).next_at)
            assert due is not None
            done = await asyncio.gather(
                *(
                    app.store.write(broadcasts.release, schedule, app.settings, due + timedelta(seconds=tick))
                    for tick in range(at_once)
                )
            )
            releases += sum(one is not None for one in done)
            deliveries += sum(one or 0 for one in done)
        await app.close()
    return {
        "name": "ticks",
        "moments": moments,
        "ticks_at_once": at_once,
        "releases": releases,
        "deliveries": deliveries,
        "ok": releases == moments,
    }


def clock_changes(zone_name: str, seed: int, at: Sequence[int]) -> dict[str, object]:
    """Look now and then, for two years, at daily schedules at these minutes after midnight.

    Each local time is released or reported, once.
    """
    zone, chance = ZoneInfo(zone_name), random.Random(seed)
    begins, ends = (moment.astimezone(zone).replace(tzinfo=None) for moment in (FIRST, LAST))
    came: Counter[str] = Counter()
    owed: set[str] = set()
    for minutes in at:
        first = datetime.combine(begins.date(), datetime.min.time()) + timedelta(days=1, minutes=minutes)
        owed |= {(first + timedelta(days=day)).isoformat() for day in range((ends - first).days)}
        next_at: datetime | None = calendar.moment_of(first, zone)
        now = FIRST
        while next_at is not None and now < LAST:
            now = max(now, next_at) + timedelta(minutes=chance.choice((0, 1, 59, 121, 60 * 24 * 3)))
            owes = calendar.catch_up(first, zone, "FREQ=DAILY", next_at, now)
            came.update(one.local for one in (*owes.missed, *((owes.release,) if owes.release else ())))
            next_at = owes.following.moment if owes.following else None
    twice = sum(count - 1 for count in came.values())
    lost = sum(local not in came for local in owed)
    return {
        "name": f"clock changes {zone_name}",
        "local_times": len(owed),
        "lost": lost,
        "duplicates": twice,
        "ok": not lost and not twice,
    }


def rows(quick: bool) -> Iterator[dict[str, object]]:
    """8 drains of 10,000 texts, 1,000 moments with 8 ticks each, two years of clocks; quick: a tenth."""
    texts, moments = (1000, 100) if quick else (10_000, 1000)
    with tempfile.TemporaryDirectory(prefix="homeloop-drains-") as made:
        one, two, three, four = (Path(made) / name for name in ("claims", "pumps", "second", "ticks"))
        for folder in (one, two, three, four):
            folder.mkdir()
        yield uvloop.run(claims(one, texts, 8))
        yield uvloop.run(pumps(two, texts, 8))
        yield uvloop.run(second_process(three))
        yield uvloop.run(ticks(four, moments, 8))
    for seed, zone in enumerate(ZONES):
        yield clock_changes(zone, seed, (30, 90, 150) if quick else HOURS_OF_CHANGE)
