"""A school's day on your own machine: a fictional district, simulated providers, the real program.

Everything between the roster file and the phones is what `homeloop run` does with real providers: the
import, approval, release, both SDKs over HTTP, webhooks, conversations. Only the phones are not real, and
the liaison, whose read-backs come from script.toml.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, func, select

from bot import broadcasts, households, languages, replies, roster
from bot.bootstrap import assemble
from bot.broadcasts import Draft
from bot.conversation.ask import Ask
from bot.demo import counting
from bot.demo.counting import Counts
from bot.demo.district import SCHOOLS, Resident, residents, write_roster
from bot.demo.families import family, liaison, script
from bot.messages import DeliveryState
from bot.rosters.file import read
from bot.service import Running
from bot.settings import load
from bot.simulator import Say, Simulator
from bot.simulator.account import ACCOUNT_SID, AUTH_TOKEN, BOT_TOKEN, SENDER
from bot.store import audience as audiences
from bot.store.tables import Broadcast, Delivery, Handover, Inbound, LinkCode, Person, Reply, TranslationState

PEOPLE = 1200

#: how long the demo waits for a step before it says which one hangs
PATIENCE = 180.0

_MOVING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN)


@dataclass
class Demo:
    """One run of the demo, from an empty folder or from the data of the last one."""

    folder: Path
    people: int = PEOPLE
    tell: Callable[[str], None] = lambda _sentence: None
    everybody: tuple[Resident, ...] = ()
    running: Running | None = None
    simulator: Simulator = field(default_factory=Simulator)
    #: broadcasts of this run -> the schools they were for
    released: dict[int, frozenset[str]] = field(default_factory=dict)
    _helpers: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def config(self) -> Path:
        """The settings file of the demo; every command works with it."""
        return self.folder / "config.toml"

    async def start(self) -> None:
        """Start the providers, write the settings, start Homeloop."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.everybody = residents(self.people)
        provider = await self.simulator.start()
        port = _free_port()
        self.simulator.set(
            replace(
                self.simulator.account, inbound_url=f"http://127.0.0.1:{port}/sms/inbound", senders=(SENDER,)
            )
        )
        self.simulator.know(family(one) for one in self.everybody if not one.shares_phone)
        self.config.write_text(_settings(provider, port), encoding="utf-8")
        self.running = Running(assemble(load(self.config, {})))
        await self.running.start()
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

    @property
    def app(self) -> Any:
        """The assembled program."""
        assert self.running is not None
        return self.running.app

    async def play(self) -> Counts:
        """Bring the people in, announce, ask, let families answer, and count."""
        began, clock = self.app.clock.now(), time.monotonic()
        first = await self._people_in()
        await self._announce()
        await self._settled()
        if first:
            await self._ask()
            await self._settled()
        held = await self.app.store.read(counting.kept, self.released)
        return counting.count(self.simulator.ledger, self.everybody, held, began, time.monotonic() - clock)

    async def _people_in(self) -> bool:
        """Import the roster and link Telegram; False if the data of an earlier run is there."""
        roster_file = self.folder / "roster.csv"
        if await self.app.store.read(_people) >= len(self.everybody):
            self.tell("The people and answers of the last demo are still here.")
            return False
        write_roster(roster_file, self.everybody)
        found = read(roster_file, region="US")
        now = self.app.clock.now()

        def bring_in(session: Session) -> None:
            roster.apply(session, roster.plan(session, found.rows, refused=found.refused), now)

        await self.app.store.write(bring_in)
        self.tell(f"{len(found.rows)} rows of roster.csv are imported.")
        await self._link_telegram()
        return True

    async def _link_telegram(self) -> None:
        """Hand out one-time codes, and let the families that use Telegram open the bot with theirs."""
        await self.app.store.write(households.link_codes, audiences.Audience(), self.app.clock.now())
        by_reference = dict(await self.app.store.read(_codes))
        chats = [one for one in self.everybody if one.telegram is not None]
        for one in chats:
            await self.simulator.say(Say(one.address, start=by_reference[f"G{one.number}"]))
        await self._until("Telegram chats to be linked", lambda session: _linked(session) >= len(chats))
        self.tell(f"{len(chats)} families opened the Telegram bot with their code.")

    async def _announce(self) -> None:
        today = self._today()
        texts = {}
        for tag in languages.catalog_languages():
            day = languages.family_date(_next_school_day(today), tag, today=today)
            values = {"school": "Riverbend", "day": day, "time": languages.family_time(_TEN, tag)}
            texts[tag] = languages.notice_text("late-start", tag, **values)
        await self._send("Late start", texts, {}, schools=SCHOOLS, provenance="notice:late-start")

    async def _ask(self) -> None:
        meeting, needs = script()["meeting"], script()["needs"]
        decided = self._today() + timedelta(days=5)
        await self._send(
            "When can you meet the teacher?",
            {tag: entry["text"] for tag, entry in meeting.items()},
            {tag: entry["choices"] for tag, entry in meeting.items()},
            schools=SCHOOLS[:2],
            ask=Ask("one_of", tuple(meeting["en"]["choices"])),
            decided_on=decided,
        )
        await self._send(
            "What do you need to come to meetings?",
            {tag: entry["text"] for tag, entry in needs.items()},
            {},
            schools=SCHOOLS[2:],
            ask=Ask("own_words"),
            decided_on=decided,
        )

    async def _send(
        self,
        title: str,
        texts: dict[str, str],
        choices: dict[str, list[str]],
        *,
        schools: tuple[str, ...],
        ask: Ask | None = None,
        decided_on: date | None = None,
        provenance: str = "typed",
    ) -> None:
        """Draft, translate, approve and schedule one broadcast for now, as staff would."""
        settings, now = self.app.settings, self.app.clock.now()

        def go(session: Session) -> int:
            people = audiences.resolve(session, schools=schools)
            draft = Draft(title, texts["en"], people, ask=ask, decided_on=decided_on, provenance=provenance)
            made = broadcasts.draft(session, draft, now)
            for tag in texts.keys() - {"en"}:
                broadcasts.translate(
                    session,
                    made,
                    tag,
                    texts[tag],
                    choices=choices.get(tag, ()),
                    provenance=provenance,
                    state=TranslationState.REVIEWED,
                    now=now,
                )
            shown = broadcasts.preview(session, made, settings, fallback="en")
            broadcasts.approve(session, made, settings, now=now, fallback="en", typed_count=shown.phones)
            local = now.astimezone(settings.school.zone).replace(tzinfo=None, microsecond=0)
            broadcasts.schedule(session, made, local, settings, rrule=None, now=now)
            return made

        made = await self.app.store.write(go)
        self.released[made] = frozenset(schools)
        self.tell(f"Broadcast {made}, “{title}”, is approved and goes out.")
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

    async def _be_the_liaison(self) -> None:
        """Write the read-backs that families' own words wait for, from the script."""
        while True:
            for reply_id, tag, words in await self.app.store.read(_to_be_read_back):
                understood = liaison(tag, words)
                now = self.app.clock.now()
                if understood is None:
                    await self.app.store.write(replies.take_over, reply_id, self.app.settings, now)
                    continue
                await self.app.store.write(
                    replies.read_back,
                    reply_id,
                    self.app.settings,
                    home=understood.home,
                    staff=understood.staff,
                    by="demo",
                    now=now,
                )
            assert self.running is not None
            self.running.service.hurry()
            await asyncio.sleep(0.3)

    def _today(self) -> date:
        now: datetime = self.app.clock.now()
        return now.astimezone(self.app.settings.school.zone).date()


_TEN = clock_time(10, 0)


def _next_school_day(today: date) -> date:
    day = today + timedelta(days=1)
    return day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday())


def _people(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Person)).one()


def _codes(session: Session) -> list[tuple[str, str]]:
    rows = session.exec(
        select(Person.reference, LinkCode.code).join(LinkCode, col(LinkCode.person_id) == Person.id)
    )
    return [(reference, code) for reference, code in rows]


def _linked(session: Session) -> int:
    return session.exec(
        select(func.count()).select_from(LinkCode).where(col(LinkCode.used_at).is_not(None))
    ).one()


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
    return moving + unread + len(_to_be_read_back(session))


def _to_be_read_back(session: Session) -> list[tuple[int, str, str]]:
    rows = session.exec(
        select(Reply.id, Reply.language, Reply.words)
        .join(Handover, col(Handover.reply_id) == Reply.id)
        .where(col(Handover.why) == "read back", col(Handover.done_at).is_(None))
    )
    return [(reply_id, tag, words) for reply_id, tag, words in rows if reply_id is not None]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _settings(provider: str, port: int) -> str:
    """Return the demo's settings: those of a school, with the providers' addresses on this machine."""
    unreviewed = [
        f"{json.dumps(tag)} = true"
        for tag in languages.catalog_languages()
        if languages.review(tag) is languages.Review.UNREVIEWED
    ]
    return "\n".join(
        [
            "# Written anew at every start of “homeloop demo”.",
            "[school]",
            'name = "Riverbend Schools"',
            'phone = "715-555-0100"',
            "[staff]",
            'reader = "Ms Ruiz"',
            "[database]",
            'path = "homeloop.db"',
            "[server]",
            f'public_url = "http://127.0.0.1:{port}"',
            f"port = {port}",
            "[sms]",
            f'account_sid = "{ACCOUNT_SID}"',
            f'auth_token = "{AUTH_TOKEN}"',
            f'sender = "{SENDER}"',
            f'base_url = "{provider}"',
            "parts_per_second = 250",
            "in_flight = 32",
            "[telegram]",
            f'token = "{BOT_TOKEN}"',
            f'base_url = "{provider}"',
            "messages_per_second = 60",
            "poll_seconds = 5",
            "[sending]",
            "grace_seconds = 5",
            "look_every_seconds = 2",
            "tick_seconds = 0.5",
            "[unreviewed]",
            *unreviewed,
            "",
        ]
    )


def phone_book(demo: Demo, most: int = 12) -> Iterator[tuple[Resident, list[tuple[str, str]]]]:
    """Yield families of different languages with what they read and wrote, newest conversations first."""
    seen: set[str] = set()
    for heard in reversed(demo.simulator.ledger.heard):
        one = next((one for one in demo.everybody if one.address == heard.address), None)
        if one is None or one.tag in seen or len(seen) >= most:
            continue
        seen.add(one.tag)
        yield one, conversation(demo, one.address)


def conversation(demo: Demo, address: str) -> list[tuple[str, str]]:
    """Return what one phone shows, oldest first: ("<", ours) and (">", theirs)."""
    ledger = demo.simulator.ledger
    lines = [(one.accepted_at, "<", one.text) for one in ledger.accepted if one.address == address]
    lines += [(one.at, ">", one.text or one.kind) for one in ledger.heard if one.address == address]
    lines += [(one.at, "<", one.text) for one in ledger.provider_texts if one.address == address]
    return [(mark, text) for _, mark, text in sorted(lines)]
