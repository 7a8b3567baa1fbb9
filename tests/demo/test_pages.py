"""The demo's own pages over HTTP: the way in, the phones, and who may not come that way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from bot.app import App
from bot.demo import pages, unfinished
from bot.demo.district import residents
from bot.demo.families import family
from bot.demo.stage import Stage, Step
from bot.messages import ChannelName
from bot.settings import Settings
from bot.simulator import Simulator
from bot.simulator.ledger import Accepted, Status, now
from bot.store.accounts import session_of
from bot.store.store import Store
from bot.web.console import console
from tests import school
from tests.conftest import StandingClock
from tests.console.browsers import COOKIE, HOST, Browser
from tests.fakes import FakeChannel

EVERYBODY = residents(120)
ARABIC = next(one for one in EVERYBODY if one.tag == "ar" and one.telegram is None)
CHAT = next(one for one in EVERYBODY if one.telegram is not None)


@dataclass
class Room:
    """One browser in front of the demo's pages."""

    stage: Stage
    app: App
    browser: Browser


@pytest.fixture
async def room(settings: Settings, store: Store, clock: StandingClock) -> AsyncIterator[Room]:
    app = school.app_on(school.lively(settings), store, clock, FakeChannel(clock))
    simulator = Simulator()
    simulator.know(family(one) for one in EVERYBODY)
    stage = Stage(simulator)
    stage.handsets.give_out(EVERYBODY)
    web = console(app, more=[pages.rooms(stage)])
    transport = httpx.ASGITransport(app=web)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=HOST, cookies={COOKIE: "x" * 40}) as http:
        yield Room(stage, app, Browser(http, "x" * 40))
    await simulator.stop()


def arrives(room: Room, text: str, *, buttons: tuple[tuple[str, str | None], ...] = ()) -> None:
    """A text of ours comes to the Telegram family's phone."""
    message = Accepted("5", ChannelName.TELEGRAM, "bot", CHAT.address, text, now(), 1, buttons=buttons)
    message.statuses.append(Status("sent", message.accepted_at))
    room.stage.simulator.ledger.accepted.append(message)
    room.stage.simulator.phones.arrive(message)


async def test_the_first_page_says_what_to_try_and_how_the_day_goes(room: Room) -> None:
    answer = await room.browser.get("/demo")
    assert answer.status_code == 200
    lead = re.search(r'<p class="lead">(.*?)</p>', answer.text, re.DOTALL)
    assert lead is not None
    assert len(re.findall(r"\.(?:\s|$)", lead[1])) == 3, "three sentences"
    assert "Open the console" in answer.text
    assert 'href="/demo/phones"' in answer.text
    assert "The day begins" in answer.text


async def test_what_has_not_changed_is_not_sent_again(room: Room) -> None:
    first = await room.browser.get("/demo/now")
    seen = re.search(r"seen=(\w+)", first.text)
    assert seen is not None
    assert (await room.browser.get(f"/demo/now?seen={seen[1]}")).status_code == 204
    room.stage.step = Step.NEWS
    assert (await room.browser.get(f"/demo/now?seen={seen[1]}")).status_code == 200


async def test_one_button_signs_the_newcomer_in_as_the_coordinator(room: Room) -> None:
    answer = await room.browser.post("/demo/enter", {"next": "/broadcasts/new"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/broadcasts/new")
    account = room.app.store.reading(session_of, answer.cookies[COOKIE], room.app.clock.now())
    assert account is not None
    assert account.email == unfinished.COORDINATOR


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
async def test_nobody_is_sent_out_of_the_house(room: Room, after: str) -> None:
    answer = await room.browser.post("/demo/enter", {"next": after})
    assert answer.headers["location"] == "/"


async def test_another_site_cannot_enter(room: Room) -> None:
    answer = await room.browser.http.post("/demo/enter", data={"next": "/"})
    assert answer.status_code == 403
    assert COOKIE not in answer.cookies


async def test_somebody_at_another_machine_cannot_enter(room: Room) -> None:
    web = console(room.app, more=[pages.rooms(room.stage)])
    far = httpx.ASGITransport(app=web, client=("192.0.2.7", 4711))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=far, base_url=HOST, cookies={COOKIE: "x" * 40}) as http:
        answer = await Browser(http, "x" * 40).post("/demo/enter")
    assert answer.status_code == 403


async def test_phones_are_found_by_language_and_paged(room: Room) -> None:
    everybody = await room.browser.get("/demo/phones")
    assert everybody.text.count('<th scope="row">') == pages.PAGE
    arabic = await room.browser.get("/demo/phones?q=arab&page=99")
    assert ARABIC.name in arabic.text
    assert "No phone like that" in (await room.browser.get("/demo/phones?q=nobody")).text


async def test_a_phone_mirrors_where_its_language_does(room: Room) -> None:
    page = await room.browser.get(f"/demo/phones/{ARABIC.number}")
    assert '<ol dir="rtl">' in page.text
    assert ARABIC.phone not in page.text


async def test_there_is_no_phone_under_that_number(room: Room) -> None:
    assert (await room.browser.get("/demo/phones/99999")).status_code == 404


async def test_what_is_typed_is_sent_by_the_family(room: Room) -> None:
    answer = await room.browser.post(f"/demo/phones/{ARABIC.number}/say", {"text": "متى تأتي الحافلة؟"})
    assert (await room.browser.follow(answer)).text.count("متى تأتي الحافلة؟") == 1
    (heard,) = room.stage.simulator.ledger.heard
    assert (heard.address, heard.text) == (ARABIC.address, "متى تأتي الحافلة؟")


async def test_stop_is_one_button(room: Room) -> None:
    await room.browser.post(
        f"/demo/phones/{ARABIC.number}/say", {"text": "typed but not sent", "word": "STOP"}
    )
    assert [one.text for one in room.stage.simulator.ledger.heard] == ["STOP"]


async def test_nothing_typed_is_nothing_sent(room: Room) -> None:
    await room.browser.post(f"/demo/phones/{ARABIC.number}/say", {"text": "  "})
    assert room.stage.simulator.ledger.heard == []


async def test_a_button_is_pressed_once(room: Room) -> None:
    arrives(room, "When?", buttons=(("1 morning", "b1"), ("2 evening", "b2")))
    path = f"/demo/phones/{CHAT.number}"
    assert (await room.browser.get(path)).text.count('name="button"') == 2
    await room.browser.post(f"{path}/press", {"button": "2"})
    (heard,) = room.stage.simulator.ledger.heard
    assert (heard.kind, heard.data) == ("press", "b2")
    room.stage.simulator.ledger.accepted[0].buttons = ()
    gone = await room.browser.post(f"{path}/press", {"button": "2"})
    assert "not there any more" in (await room.browser.follow(gone)).text


async def test_the_screen_is_drawn_anew_when_something_has_come(room: Room) -> None:
    path = f"/demo/phones/{CHAT.number}"
    seen = re.search(r"screen\?seen=(\w+)", (await room.browser.get(path)).text)
    assert seen is not None
    assert (await room.browser.get(f"{path}/screen?seen={seen[1]}")).status_code == 204
    arrives(room, "Late start.")
    assert "Late start." in (await room.browser.get(f"{path}/screen?seen={seen[1]}")).text


async def test_a_family_with_something_hostile_to_say_is_only_quoted(room: Room) -> None:
    await room.browser.post(f"/demo/phones/{ARABIC.number}/say", {"text": "<img src=x onerror=alert(1)>"})
    for path in ("/demo", f"/demo/phones/{ARABIC.number}"):
        text = (await room.browser.get(path)).text
        assert "<img" not in text
        assert "&lt;img" in text


async def test_a_rehearsal_says_that_it_is_one(room: Room) -> None:
    room.stage.training = True
    text = (await room.browser.get("/demo")).text
    assert "Rehearse with families that do not exist" in text
    assert "What waits for you" not in text


async def test_every_component_can_be_looked_at(room: Room) -> None:
    assert (await room.browser.get("/demo/gallery")).status_code == 200
