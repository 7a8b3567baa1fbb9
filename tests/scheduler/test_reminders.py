"""Reminders on their way: ticks, the pump, a provider of one's own machine, and families that answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session

from bot import broadcasts, replies
from bot.app import App
from bot.bootstrap import assemble
from bot.broadcasts import Draft
from bot.conversation.ask import Ask
from bot.messages import ChannelName, Inbound
from bot.settings import parse
from bot.simulator import Account, Simulator
from bot.store import outbox
from bot.store.audience import Audience
from scheduler.service import Service
from tests import school
from tests.conftest import StandingClock
from tests.fakes import until
from tests.school import SMS, phone

NOBODY = "http://127.0.0.1:9"
FAMILIES = 40
MENU = "Can you come on Thursday?\n1 yes\n2 no"
REMINDER = f"Reminder: we have no answer from you yet.\n{MENU}"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    made = Simulator(Account(inbound_url=f"{NOBODY}/sms/inbound", webhook_tries=1))
    yield made
    await made.stop()


@pytest.fixture
async def app(simulator: Simulator, clock: StandingClock, tmp_path: Path) -> AsyncIterator[App]:
    account = simulator.account
    table = {
        "school": {"name": "Lincoln School", "phone": "715-555-0100", "time_zone": "America/Chicago"},
        "server": {"public_url": NOBODY},
        "database": {"path": str(tmp_path / "homeloop.db")},
        "sending": {"tick_seconds": 0.05, "pull_every_seconds": 3600},
        "sms": {
            "account_sid": account.account_sid,
            "auth_token": account.auth_token,
            "sender": SMS,
            "base_url": await simulator.start(),
            "parts_per_second": 1000,
        },
    }
    made = replace(assemble(parse(table, {}, place=tmp_path / "config.toml")), clock=clock)
    yield made
    await made.close()


def asked(session: Session, app: App) -> None:
    now = app.clock.now()
    school.families(session, FAMILIES)
    made = broadcasts.draft(
        session,
        Draft("Thursday", "Can you come on Thursday?", Audience(), ask=Ask("yes_no"), remind_after=3),
        now,
    )
    broadcasts.approve(session, made, app.settings, now=now, typed_count=FAMILIES)
    local = now.astimezone(app.settings.school.zone).replace(tzinfo=None)
    broadcasts.schedule(session, made, local, app.settings, rrule=None, now=now)


def answers(app: App, numbers: range, text: str) -> None:
    messages = [Inbound(ChannelName.SMS, f"IN{text}{number}", SMS, phone(number), text) for number in numbers]
    app.store.writing(replies.accept, messages, app.clock.now())


async def test_families_without_an_answer_get_one_reminder_however_often_it_is_looked(
    app: App, simulator: Simulator, clock: StandingClock
) -> None:
    app.store.writing(asked, app)
    service = Service(app)
    await service.start()
    try:
        await until("the question", lambda: len(simulator.ledger.accepted) == FAMILIES)
        clock.advance(hours=1)
        answers(app, range(10), "1")
        service.came()
        await until("their notes", lambda: len(simulator.ledger.accepted) == FAMILIES + 10)
        clock.advance(days=3)
        await asyncio.gather(*(service.remind() for _ in range(8)))
        await until("the reminders", lambda: len(simulator.ledger.accepted) == 2 * FAMILIES)
        clock.advance(hours=1)
        answers(app, range(10, 15), "2")
        service.came()
        await until("the answers", lambda: len(school.all_replies(app.store)) == 15)
        clock.advance(hours=1)
        await asyncio.gather(*(service.remind() for _ in range(8)))
    finally:
        await service.stop()
    told = Counter(one.text for one in simulator.ledger.accepted)
    assert (told[MENU], told[REMINDER]) == (FAMILIES, FAMILIES - 10)
    reminded = [one.address for one in simulator.ledger.accepted if one.text == REMINDER]
    assert sorted(reminded) == sorted(phone(number) for number in range(10, FAMILIES))
    assert {one.value for one in school.all_replies(app.store)[10:]} == {"no"}
    assert app.store.reading(outbox.reminded, 1) == outbox.Reminded(FAMILIES - 10, 0, 5)


async def test_a_restore_that_is_not_read_back_reminds_nobody(app: App, clock: StandingClock) -> None:
    app.store.writing(asked, app)
    service = Service(app)
    await service.release_due()
    clock.advance(days=3)
    app.store.writing(outbox.begin_hold, clock.now(), clock.now())
    await service.remind()
    assert all(one.reminds is None for one in school.deliveries(app.store))
