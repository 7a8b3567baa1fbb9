"""Engines are asked about a few families' words at a time, and again after a stop in the middle."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from sqlmodel import Session

from bot.app import App
from bot.conversation.ask import Ask
from bot.messages import ReplyState
from bot.settings import Settings, Translation
from bot.store.store import Store
from scheduler.service import Service
from scheduler.understanding import AT_ONCE, Understanding
from tests import school
from tests.conftest import StandingClock
from tests.fakes import FakeChannel, until
from tests.school import Desk, phone

FAMILIES = 3 * AT_ONCE
ENGLISH = {"no tengo carro": "I don't have a car", "you don't have a car": "no tiene carro"}


@dataclass
class Slow:
    """An engine that answers when it is told to."""

    scraped: bool = False
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most: int = 0

    async def translate(self, text: str, source: str, target: str) -> str:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.go_on.wait()
        finally:
            self.at_once -= 1
        return ENGLISH[text]


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock) -> App:
    translation = Translation(engine="libretranslate", url="http://127.0.0.1:1", under_contract=True)
    lively = school.lively(settings).model_copy(update={"translation": translation})
    made = school.app_on(lively, store, clock, FakeChannel(clock))
    desk = Desk(store, lively, clock)

    def ask(session: Session) -> None:
        school.families(session, FAMILIES, ("es",))
        school.send_out(
            session, lively, clock.now(), text="What do you need?", ask=Ask("own_words"),
            texts={"es": "Escuela: ¿qué necesita?"},
        )  # fmt: skip

    store.writing(ask)
    desk.deliver()
    clock.advance(minutes=5)
    for number in range(FAMILIES):
        desk.says(phone(number), "no tengo carro")
    return made


def states(app: App) -> list[str]:
    return [one.state for one in school.all_replies(app.store)]


async def test_a_few_at_a_time_and_in_the_end_all(app: App) -> None:
    engine = Slow()
    app = replace(app, translator=engine)
    done: list[bool] = []
    asking = Understanding(app, lambda: done.append(True))
    await asking.look()
    await asking.look()
    await until("the engine to be busy", lambda: engine.at_once == AT_ONCE)
    engine.go_on.set()
    for so_many in range(AT_ONCE, FAMILIES + 1, AT_ONCE):
        await until("those to be done", lambda wanted=so_many: len(done) == wanted)  # type: ignore[misc]
        await asking.look()
    assert set(states(app)) == {ReplyState.READ_BACK}
    assert engine.most == AT_ONCE


async def test_what_a_stop_cut_short_is_asked_again_by_the_next_start(app: App) -> None:
    stuck = Slow()
    first = Understanding(replace(app, translator=stuck), lambda: None)
    await first.look()
    await until("the engine to be busy", lambda: stuck.at_once == AT_ONCE)
    await first.stop()
    assert set(states(app)) == {ReplyState.RECEIVED}
    engine = Slow()
    engine.go_on.set()
    service = Service(replace(app, translator=engine))
    await service.start()
    await until("all to be read back", lambda: set(states(app)) == {ReplyState.READ_BACK})
    await service.stop()
