"""Own words through an engine on this machine: read back, judged, left to a person, and never lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from bot import inbox, replies, understanding
from bot.app import App
from bot.channels.aiohttp_transport import AiohttpTransport
from bot.conversation.ask import Ask
from bot.messages import ChannelName, ReplyState
from bot.roles import Role
from bot.settings import Settings, Translation
from bot.simulator import Sentence, Simulator
from bot.store import outbox
from bot.store.store import Store
from bot.store.tables import Handover, Reply, ReplyVersion
from bot.translation import reading
from bot.translation.engines import LibreTranslateEngine, engine_for, second_engine_for
from bot.translation.engines.public_pages import DeepTranslatorEngine, google
from bot.translation.pipeline import Loss
from scheduler.understanding import Understanding
from tests import school
from tests.conftest import StandingClock
from tests.inbox.office import hire
from tests.school import SMS, Desk, phone

NEEDS = {"es": "Escuela Lincoln: ¿qué necesita?", "so": "Maxaad u baahan tahay?"}
NO_CAR = "no tengo carro, necesito que alguien me lleve"
KNOWN = (
    Sentence("es", "en", NO_CAR, "I don't have a car, I need someone to take me"),
    Sentence("en", "es", "you don't have a car, you need someone to take you",
             "no tiene carro, necesita que alguien le lleve"),
    Sentence("es", "en", "puedo ir en camión", "I can go by truck"),
    Sentence("en", "es", "you can go by truck", "puede ir en camioneta"),
    Sentence("es", "en", "en autobús", "by bus"),
    Sentence("en", "es", "by bus", "en autobús"),
    Sentence("es", "en", "solo los sabados", "on Saturdays"),
    Sentence("es", "en", "no es seguro en la casa", "he hits me at home"),
    Sentence("es", "en", "trabajo de noche", "I work nights", unreachable=True),
)  # fmt: skip


@dataclass
class House:
    """A desk with an engine beside it."""

    desk: Desk
    app: App
    simulator: Simulator

    def asks(self, tag: str = "es", **family: Any) -> str:
        """Put the question before one family; returns its phone."""

        def work(session: Session) -> None:
            school.family(session, 1, tag=tag, **family)
            school.send_out(
                session, self.desk.settings, self.desk.clock.now(), text="What do you need?",
                ask=Ask("own_words"), texts=NEEDS,
            )  # fmt: skip

        self.desk.store.writing(work)
        self.desk.read(phone(1))
        self.desk.clock.advance(minutes=5)
        return phone(1)

    async def says(self, text: str) -> list[str]:
        """Let the family write, the engine be asked, and return what the phone got."""
        self.desk.says(phone(1), text)
        await self.ticks()
        return self.desk.read(phone(1))

    async def ticks(self) -> None:
        """Ask the engine about everything that is due."""
        for reply in self.desk.store.reading(understanding.due, self.desk.clock.now(), 10):
            await understanding.understand(self.app, reply)

    @property
    def reply(self) -> Reply:
        (found,) = school.all_replies(self.desk.store)
        return found

    def versions(self) -> list[tuple[str, str]]:
        rows = select(ReplyVersion.state, ReplyVersion.by).order_by(col(ReplyVersion.id))
        return self.desk.store.reading(lambda session: [(state, by) for state, by in session.exec(rows)])


@pytest.fixture
async def house(settings: Settings, store: Store, clock: StandingClock) -> AsyncIterator[House]:
    simulator, transport = Simulator(), AiohttpTransport()
    simulator.engine.teach(KNOWN)
    address = await simulator.start()
    translation = Translation(engine="libretranslate", url=address, under_contract=True)
    lively = school.lively(settings).model_copy(update={"translation": translation})
    store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    made = App(lively, store, clock, (), translator=engine_for(translation, transport))
    yield House(Desk(store, lively, clock), made, simulator)
    await transport.close()
    await simulator.stop()


async def test_own_words_are_read_back_by_the_engine_and_confirmed_by_the_family(house: House) -> None:
    house.asks()
    assert await house.says(NO_CAR) == [
        "Entendimos: NO tiene carro, necesita que alguien le lleve. ¿Es correcto?\n1 correcto\n2 corregir"
    ]
    assert house.desk.says(phone(1), "1") == []
    found = house.reply
    assert (found.state, found.by) == (ReplyState.CONFIRMED, "engine:LibreTranslate")
    assert found.words == NO_CAR
    assert found.understood_staff == "I don't have a car, I need someone to take me"
    assert house.versions() == [
        ("received", "family"),
        ("read_back", "engine:LibreTranslate"),
        ("confirmed", "engine:LibreTranslate"),
    ]
    assert school.handovers(house.desk.store) == []


async def test_a_correction_is_read_back_once_and_the_second_no_is_for_a_person(house: House) -> None:
    house.asks()
    assert "puede ir en camioneta" in (await house.says("puedo ir en camión"))[0]
    (again,) = await house.says("no, en autobús")
    assert "en autobús" in again
    house.desk.says(phone(1), "2")
    assert house.reply.state == ReplyState.WITH_STAFF
    assert school.handovers(house.desk.store) == ["second no"]


async def test_a_corrected_understanding_is_corrected(house: House) -> None:
    house.asks()
    await house.says("puedo ir en camión")
    await house.says("no, en autobús")
    house.desk.says(phone(1), "1")
    assert house.reply.state == ReplyState.CORRECTED


async def test_words_and_key_are_in_the_body_and_never_in_an_address(house: House) -> None:
    house.asks()
    await house.says(NO_CAR)
    assert set(house.simulator.engine.lines) == {"/translate"}
    assert house.simulator.engine.asked[0] == NO_CAR


@pytest.mark.parametrize(
    ("words", "why"),
    [("solo los sabados", Loss.TURNS), ("necesito una guagua", Loss.ENGINE)],
)
async def test_what_did_not_survive_goes_to_a_liaison_and_the_family_is_told(
    house: House, words: str, why: Loss
) -> None:
    house.asks()
    await house.says(words)
    house.desk.clock.advance(seconds=20)
    await house.ticks()
    assert house.reply.engine_why == why
    assert house.reply.state == ReplyState.RECEIVED
    assert school.handovers(house.desk.store) == ["read back"]


async def test_while_the_engine_is_unreachable_the_family_is_told_and_nothing_is_lost(house: House) -> None:
    house.asks()
    assert await house.says("trabajo de noche") == [], "it is asked once more"
    house.desk.clock.advance(seconds=20)
    await house.ticks()
    assert house.desk.read(phone(1)) == ["Gracias. Lo recibimos. Una persona lo va a leer."]
    assert school.handovers(house.desk.store) == ["read back"]
    house.desk.store.writing(
        replies.read_back, house.reply.id or 0, house.desk.settings,
        home="trabaja de noche", staff="Works nights.", by="Ana", now=house.desk.clock.now(),
    )  # fmt: skip
    house.desk.says(phone(1), "1")
    assert (house.reply.state, house.reply.by) == (ReplyState.CONFIRMED, "liaison:Ana")


async def test_without_a_contract_waiting_words_stay_in_the_house(house: House) -> None:
    """The contract ended between two starts: what still waits for the engine is never given to it."""
    house.asks()
    house.desk.says(phone(1), NO_CAR)
    ended = house.desk.settings.translation.model_copy(update={"under_contract": False})
    settings = house.desk.settings.model_copy(update={"translation": ended})
    house.app = replace(house.app, settings=settings)
    await house.ticks()
    assert house.simulator.engine.asked == []
    assert school.handovers(house.desk.store) == ["read back"]
    assert house.reply.engine_why == Loss.FORBIDDEN


class Strange:
    """An engine that fails in a way nobody has thought of."""

    scraped = False

    async def translate(self, text: str, source: str, target: str) -> str:
        raise RuntimeError(text)


async def test_an_engine_that_fails_strangely_is_an_engine_that_gave_no_answer(house: House) -> None:
    house.asks()
    house.app = replace(house.app, translator=Strange())
    with capture_logs() as logs:
        await house.says(NO_CAR)
        house.desk.clock.advance(seconds=20)
        await house.ticks()
    assert school.handovers(house.desk.store) == ["read back"]
    assert NO_CAR not in repr(logs), "its error quotes the words"


async def test_what_cannot_be_kept_is_given_to_a_liaison(house: House) -> None:
    house.asks()
    house.desk.says(phone(1), NO_CAR)
    house.desk.store.writing(understanding.give_up, house.reply.id or 0, house.desk.clock.now())
    assert school.handovers(house.desk.store) == ["read back"]
    assert house.desk.store.reading(understanding.due, house.desk.clock.now(), 10) == []


async def test_a_stop_between_two_tries_loses_nothing(house: House) -> None:
    """What waits for the engine is a row; whoever looks next asks it."""
    house.asks()
    house.desk.says(phone(1), NO_CAR)
    again = Understanding(house.app, lambda: None)
    await again.look()
    await again.stop()
    assert house.reply.state == ReplyState.RECEIVED
    await house.ticks()
    assert house.reply.state == ReplyState.READ_BACK


async def test_more_words_are_understood_together(house: House) -> None:
    house.asks()
    house.simulator.engine.teach(
        [
            Sentence("es", "en", "no tengo carro\nsolo los lunes", "I have no car. Only on Mondays"),
            Sentence("en", "es", "you have no car. Only on Mondays", "no tiene carro. Solo los lunes"),
        ]
    )
    house.desk.says(phone(1), "no tengo carro")
    assert len(await house.says("solo los lunes")) == 1
    assert house.simulator.engine.asked[0] == "no tengo carro\nsolo los lunes"


async def test_an_answer_to_words_that_have_changed_meanwhile_is_not_used(house: House) -> None:
    house.asks()
    house.desk.says(phone(1), "no tengo carro")
    key = house.reply.id or 0
    before = house.desk.store.reading(understanding.task, key)
    house.desk.says(phone(1), "solo puedo los sabados")
    now = house.desk.clock.now()
    house.desk.store.writing(understanding.keep, key, before, Loss.TURNS, house.desk.settings, now)
    assert house.desk.store.reading(understanding.due, now, 10) == [key]
    assert school.handovers(house.desk.store) == []


async def test_danger_and_what_is_delicate_never_reach_an_engine(house: House) -> None:
    house.asks()
    await house.says("mi esposo me pega")
    await house.says("necesito un abogado de inmigración")
    assert house.simulator.engine.asked == []


async def test_words_that_were_danger_in_the_language_before_never_reach_an_engine(house: House) -> None:
    house.asks(tag="so")
    house.desk.says(phone(1), "Español")
    await house.says("waan baqayaa")
    assert house.simulator.engine.asked == []


async def test_danger_that_only_the_engine_saw_is_for_those_on_call(house: House) -> None:
    house.asks()
    (told,) = await house.says("no es seguro en la casa")
    assert "911" in told, "the ordinary hand-over text"
    assert "casa" not in told
    rows = house.desk.store.reading(lambda session: session.exec(select(Handover)).all())
    assert [(one.why, one.restricted, one.inbound_id) for one in rows] == [
        ("danger", True, house.reply.inbound_id)
    ]
    now, settings = house.desk.clock.now(), house.desk.settings
    amal = house.desk.store.writing(lambda session: hire(session, now, "Amal", Role.COMMUNICATOR))
    shown = house.desk.store.reading(inbox.thread, rows[0].contact_point_id or 0, amal, settings, now)
    assert "casa" not in repr(shown)
    assert "911" not in repr(shown), "what answered it would say that there is something"
    assert house.desk.store.reading(inbox.waiting, amal, inbox.Wanted()).rows == ()


async def test_a_somali_family_waits_for_its_liaison(house: House) -> None:
    house.asks(tag="so")
    await house.says("gaari ma haysto")
    assert house.simulator.engine.asked == []
    assert school.handovers(house.desk.store) == ["read back"]


async def test_a_liaison_may_be_quicker(house: House) -> None:
    house.asks()
    house.desk.says(phone(1), NO_CAR)
    house.desk.store.writing(
        replies.read_back, house.reply.id or 0, house.desk.settings,
        home="no tiene carro", staff="No car.", by="Ana", now=house.desk.clock.now(),
    )  # fmt: skip
    await house.ticks()
    assert house.simulator.engine.asked == []
    assert house.reply.by == "liaison:Ana"


async def test_a_second_engine_turns_it_back(house: House) -> None:
    other, transport = Simulator(), AiohttpTransport()
    other.engine.teach(KNOWN)
    address = await other.start()
    update = {"second_url": address}
    settings = house.desk.settings.translation.model_copy(update=update)
    second = second_engine_for(settings, transport)
    assert house.app.translator is not None
    found = await reading.read(NO_CAR, ["es"], "en", house.app.translator, second)
    await transport.close()
    await other.stop()
    assert not isinstance(found, Loss)
    assert house.simulator.engine.asked == [NO_CAR]
    assert other.engine.asked == ["you don't have a car, you need someone to take you"]


async def test_a_public_page_is_refused_whatever_the_settings_say() -> None:
    assert await reading.read(NO_CAR, ["es"], "en", DeepTranslatorEngine(google())) is Loss.ENGINE


def labels(sentences: Sequence[Sentence]) -> set[str]:
    return {one.source for one in sentences}


def test_the_engine_of_these_tests_is_the_real_adapter(house: House) -> None:
    assert isinstance(house.app.translator, LibreTranslateEngine)
    assert labels(KNOWN) == {"es", "en"}
