"""The day itself: providers, program and families at work, from the import to the last answer."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, func, select

from bot import households, replies, roster
from bot.bootstrap import assemble
from bot.demo import config, counting, looking, pages, unfinished
from bot.demo.config import Place
from bot.demo.counting import Counts
from bot.demo.district import SCHOOLS, Resident, residents, write_roster
from bot.demo.families import casting, engine, family, liaison
from bot.demo.stage import Stage, Step
from bot.demo.texts import MEETING, meeting, needs, news
from bot.messages import DeliveryState
from bot.rosters.file import read
from bot.service import Running
from bot.settings import load
from bot.simulator import Family, Say, Simulator
from bot.simulator.account import SENDER
from bot.store import audience as audiences
from bot.store.tables import Broadcast, Delivery, Handover, Inbound, LinkCode, Person, Reply

PEOPLE = 1200
REHEARSING = 240  #: families to train with

#: how long the demo waits for a step before it says which one hangs
PATIENCE = 180.0

_MOVING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN)


class Manner(StrEnum):
    """What a demo is for."""

    COUNTED = "counted"  #: for machines: played to its end and counted
    SHOWN = "shown"  #: for people: played before their eyes, with things left for them to do
    TRAINING = "training"  #: for staff: fictional families who say only what somebody types on their phone


@dataclass
class Demo:
    """One run of the demo, from an empty folder or from the data of the last one."""

    folder: Path
    people: int = PEOPLE
    manner: Manner = Manner.COUNTED
    place: Place = field(default_factory=Place)
    port: int | None = None  #: None: any that is free
    tell: Callable[[str], None] = lambda _sentence: None
    everybody: tuple[Resident, ...] = ()
    running: Running | None = None
    simulator: Simulator = field(default_factory=Simulator)
    #: broadcasts of this run -> the schools they were for
    released: dict[int, frozenset[str]] = field(default_factory=dict)
    stage: Stage = field(init=False)
    _helpers: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stage = Stage(self.simulator, training=self.manner is Manner.TRAINING)

    @property
    def config(self) -> Path:
        """The settings file of the demo; every command works with it."""
        return self.folder / "config.toml"

    @property
    def address(self) -> str:
        """The page on which a newcomer begins."""
        assert self.running is not None
        host, port = self.running.address or (config.HOST, 0)
        return f"http://{host}:{port}/demo"

    @property
    def app(self) -> Any:
        """The assembled program."""
        assert self.running is not None
        return self.running.app

    async def start(self) -> None:
        """Start the providers, write the settings, start Homeloop. Raises `Complaint`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.everybody = residents(self.people, self.place.languages)
        self.stage.handsets.give_out(self.everybody)
        provider = await self.simulator.start()
        port = config.free_port() if self.port is None else self.port
        inbound = f"http://{config.HOST}:{port}/sms/inbound"
        self.simulator.set(replace(self.simulator.account, inbound_url=inbound, senders=(SENDER,)))
        parts = casting(self.everybody)
        self.simulator.know(
            self._family(one, parts.get(one.number)) for one in self.everybody if not one.shares_phone
        )
        self.simulator.engine.teach(engine())
        written = config.written(self.place, provider, port, people=self.people)
        self.config.write_text(written, encoding="utf-8")
        rooms = [] if self.manner is Manner.COUNTED else [pages.rooms(self.stage)]
        self.running = Running(assemble(load(self.config, {})), rooms=rooms, entrance="/demo")
        await self.running.start()
        if self.manner is not Manner.TRAINING:
            self._helpers.append(asyncio.create_task(self._be_the_liaison()))

    async def stop(self) -> None:
        """Stop everything; nothing is left running and nothing is lost."""
        for helper in self._helpers:
            helper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await helper
        if self.running is not None:
            await self.running.stop()
        await self.simulator.stop()

    async def play(self) -> Counts:
        """Bring the people in, announce, ask, let families answer, and count."""
        began, clock = self.app.clock.now(), time.monotonic()
        await self._people_in()
        await self._announce()
        await self._settled()
        if await self._questions_are_new():
            await self._ask()
            await self._settled()
        held = await self.app.store.read(counting.kept, self.released)
        return counting.count(self.simulator.ledger, self.everybody, held, began, time.monotonic() - clock)

    async def show(self) -> None:
        """Play the day for somebody who looks on, and leave them something to do."""
        self.stage.step = Step.PEOPLE
        await self.app.store.write(unfinished.staff, self.app.clock.now())
        if self.manner is Manner.SHOWN:
            self.simulator.misbehave(unfinished.troubles(self.everybody))
        await self._people_in()
        if self.manner is Manner.TRAINING:
            self.stage.step = Step.YOURS
            return
        self.stage.step = Step.NEWS
        await self._announce()
        await self._settled()
        if await self._questions_are_new():
            self.stage.step = Step.QUESTIONS
            await self._ask()
            await self.app.store.write(unfinished.put_forward, self.app.settings, self.app.clock.now())
            await self._settled()
            for words in unfinished.late_words(self.everybody):
                await self.simulator.say(words)
        self.stage.step = Step.YOURS

    def _family(self, one: Resident, part: int | None) -> Family:
        known = family(one, part)
        return replace(known, rules=()) if self.manner is Manner.TRAINING else known

    async def _people_in(self) -> None:
        """Import the roster and link Telegram, unless the data of an earlier run is there."""
        roster_file = self.folder / "roster.csv"
        if await self.app.store.read(_people) >= len(self.everybody):
            self.tell("The people and answers of the last demo are still here.")
            return
        write_roster(roster_file, self.everybody)
        found = read(roster_file, region="US")
        now = self.app.clock.now()

        def bring_in(session: Session) -> None:
            roster.apply(session, roster.plan(session, found.rows, refused=found.refused), now)

        await self.app.store.write(bring_in)
        self.tell(f"{len(found.rows)} rows of roster.csv are imported.")
        await self._link_telegram()

    async def _link_telegram(self) -> None:
        """Hand out one-time codes, and let the families that use Telegram open the bot with theirs."""
        await self.app.store.write(households.link_codes, audiences.Audience(), self.app.clock.now())
        by_reference = dict(await self.app.store.read(_codes))
        chats = [one for one in self.everybody if one.telegram is not None]
        for one in chats:
            await self.simulator.say(Say(one.address, start=by_reference[f"G{one.number}"]))
        await self._until(
            "Telegram chats to be linked", lambda session: looking.linked(session) >= len(chats)
        )
        self.tell(f"{len(chats)} families opened the Telegram bot with their code.")

    async def _announce(self) -> None:
        await self._go_out(await self.app.store.write(news, self.app.settings, self.app.clock.now()), SCHOOLS)

    async def _ask(self) -> None:
        settings, now = self.app.settings, self.app.clock.now()
        for ask, schools in ((meeting, SCHOOLS[:2]), (needs, SCHOOLS[2:])):
            await self._go_out(await self.app.store.write(ask, schools, settings, now), schools)

    async def _go_out(self, made: int, schools: tuple[str, ...]) -> None:
        self.released[made] = frozenset(schools)
        self.tell(f"Broadcast {made} is approved and goes out.")
        await self._until(f"broadcast {made} to be released", lambda session: _released(session, made))

    async def _settled(self) -> None:
        """Wait until everything is sent and every family has had its say."""

        def nothing_left(session: Session) -> bool:
            return _left(session) == 0

        calm = 0
        async with asyncio.timeout(PATIENCE):
            while calm < 3:
                quiet = self.simulator.busy == 0 and await self.app.store.read(nothing_left)
                calm = calm + 1 if quiet else 0
                await asyncio.sleep(0.25)

    async def _until(self, what: str, true: Callable[[Session], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not await self.app.store.read(true):  # noqa: ASYNC110 - tables have no event
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise TimeoutError(f"The demo waited {PATIENCE:.0f} s for {what}.") from None

    async def _questions_are_new(self) -> bool:
        """Say whether an earlier run has asked already."""
        return not await self.app.store.read(_asked)

    async def _be_the_liaison(self) -> None:
        """Write the read-backs that families' own words wait for, as far as the script knows them."""
        while True:
            for reply_id, tag, words in await self.app.store.read(_to_be_read_back):
                await self._read_back(reply_id, tag, words)
            assert self.running is not None
            self.running.service.hurry()
            await asyncio.sleep(0.3)

    async def _read_back(self, reply_id: int, tag: str, words: str) -> None:
        understood, now = liaison(tag, words), self.app.clock.now()
        if understood is not None:
            await self.app.store.write(
                replies.read_back,
                reply_id,
                self.app.settings,
                home=understood.home,
                staff=understood.staff,
                by=unfinished.LIAISONS.get(tag, self.place.reader),
                now=now,
            )
        elif self.manner is Manner.COUNTED:  # nobody is there to whom it could be left
            await self.app.store.write(replies.take_over, reply_id, self.app.settings, now)


def _people(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Person)).one()


def _asked(session: Session) -> bool:
    return session.exec(select(Broadcast.id).where(col(Broadcast.title) == MEETING)).first() is not None


def _codes(session: Session) -> list[tuple[str, str]]:
    rows = session.exec(
        select(Person.reference, LinkCode.code).join(LinkCode, col(LinkCode.person_id) == Person.id)
    )
    return [(reference, code) for reference, code in rows]


def _released(session: Session, broadcast_id: int) -> bool:
    broadcast = session.get(Broadcast, broadcast_id)
    return broadcast is not None and broadcast.state == "released"


def _left(session: Session) -> int:
    moving = session.exec(
        select(func.count()).select_from(Delivery).where(col(Delivery.state).in_(_MOVING))
    ).one()
    unread = session.exec(
        select(func.count()).select_from(Inbound).where(col(Inbound.handled_at).is_(None))
    ).one()
    known = sum(liaison(tag, words) is not None for _, tag, words in _to_be_read_back(session))
    asked = session.exec(
        select(func.count()).select_from(Reply).where(col(Reply.engine_due_at).is_not(None))
    ).one()
    return moving + unread + known + asked


def _to_be_read_back(session: Session) -> list[tuple[int, str, str]]:
    rows = session.exec(
        select(Reply.id, Reply.language, Reply.words)
        .join(Handover, col(Handover.reply_id) == Reply.id)
        .where(col(Handover.why) == "read back", col(Handover.done_at).is_(None))
    )
    return [(reply_id, tag, words) for reply_id, tag, words in rows if reply_id is not None]
