"""The inbox on screen: a Somali parent is answered once, by whoever may; nobody sees what is not theirs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
from sqlmodel import Session, col, select

from bot.app import App
from bot.errors import TranslationFailed
from bot.messages import ChannelName
from bot.roles import Role
from bot.settings import Settings, Translation
from bot.store import outbox
from bot.store.store import Store
from bot.store.tables import AuditEntry, Delivery, Handover, Reply, Staff
from tests.conftest import StandingClock
from tests.console.browsers import Browser, Desk, desk_on
from tests.console.busy_school import accounts
from tests.inbox.office import DANGER, OWN_WORDS, QUESTION, Office, office_at
from tests.school import SMS, lively, phone
from tests.school import Desk as Families

SPANISH = "¿A qué hora sale el bus?"


@dataclass
class FakeTranslator:
    """A `Translator` that says what it was given; `broken` is raised instead."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)
    broken: str = ""

    async def translate(self, text: str, source: str, target: str) -> str:
        self.asked.append((text, source, target))
        if self.broken:
            raise TranslationFailed(self.broken)
        return f"{target}: {text}"


@dataclass
class Room:
    """The console, the families who write to it, and the people who work in it."""

    desk: Desk
    office: Office
    translator: FakeTranslator

    def browser(self, role: Role = Role.COMMUNICATOR, languages: tuple[str, ...] = ()) -> Browser:
        """Somebody signed in who reads these languages."""

        def learn(session: Session) -> None:
            row = session.get(Staff, self.desk.staff[role])
            assert row is not None
            row.languages = list(languages)

        self.desk.app.store.writing(learn)
        return self.desk.signed_in(role)

    def sent(self) -> list[Delivery]:
        """What people wrote to families."""

        def read(session: Session) -> list[Delivery]:
            rows = select(Delivery).where(col(Delivery.written_at).is_not(None)).order_by(col(Delivery.id))
            return list(session.exec(rows))

        return self.office.read(read)

    def trail(self) -> list[str]:
        """What the trail keeps, newest last."""
        return self.office.read(lambda session: list(session.exec(select(AuditEntry.what))))


@pytest.fixture
async def room(settings: Settings, store: Store, clock: StandingClock) -> AsyncIterator[Room]:
    lane = store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    assert lane
    settings = lively(settings).model_copy(update={"translation": Translation(engine="google")})
    translator = FakeTranslator()
    desk = desk_on(App(settings, store, clock, translator=translator), store.writing(accounts, clock.now()))
    yield Room(desk, office_at(Families(store, settings, clock)), translator)
    await desk.close()


@pytest.fixture
def asked(room: Room) -> int:
    made = room.office.family()
    room.office.asks()
    return made


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"the page has no hidden {name}"
    return found[1]


async def answered(browser: Browser, made: int, **fields: str) -> tuple[int, str]:
    """Open a conversation, fill the answer in and press a button; return the status and the page."""
    page = (await browser.get(f"/inbox/{made}")).text
    sent = await browser.post(f"/inbox/{made}/answer", {"seen": hidden(page, "seen"), "do": "send"} | fields)
    return sent.status_code, sent.text


# The list


async def test_an_empty_inbox_says_what_will_appear(room: Room) -> None:
    page = await room.browser().get("/inbox")
    assert page.status_code == 200
    assert "Nobody waits" in page.text


async def test_the_list_shows_words_language_and_promise(room: Room, asked: int) -> None:
    page = (await room.browser().get("/inbox")).text
    assert QUESTION in page
    assert "we promised 2:00 PM" in page
    assert f'href="/inbox/{asked}#now"' in page
    assert phone(1) not in page, "a list shows the end of a number only"


async def test_a_broken_promise_is_said_in_words(room: Room, asked: int) -> None:
    room.office.desk.clock.advance(hours=5)
    browser = room.browser()
    page = (await browser.get("/inbox")).text
    assert "overdue" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("view=mine", False),
        ("view=nobody", True),
        ("kind=question", True),
        ("kind=call", False),
        ("language=so", True),
        ("language=es", False),
        ("view=done", False),
        ("view=odd&kind=odd&page=0", True),
        ("page=7", False),
    ],
)
async def test_filters(room: Room, asked: int, query: str, shown: bool) -> None:
    page = await room.browser().get(f"/inbox?{query}")
    assert page.status_code == 200
    assert (QUESTION in page.text) is shown


async def test_a_search_is_sent_and_not_put_into_the_address(room: Room, asked: int) -> None:
    browser = room.browser()
    found = await browser.post("/inbox/search", {"q": "basku"})
    assert found.status_code == 200
    assert QUESTION in found.text
    assert "Nothing was found" in (await browser.post("/inbox/search", {"q": "zzz"})).text
    assert (await browser.post("/inbox/search", {"q": "a"})).status_code == 422
    assert (await browser.get("/inbox/search")).status_code == 200


async def test_a_message_from_nobody_we_know_is_read_and_closed(room: Room) -> None:
    from bot import replies

    key = room.office.desk.hears("+17155550999", "Is this the school?")
    room.office.write(replies.give_up, key, room.office.now)
    browser = room.browser()
    assert 'href="/inbox/task/1"' in (await browser.get("/inbox")).text
    assert "Is this the school?" in (await browser.get("/inbox/task/1")).text
    await browser.follow(await browser.post("/inbox/task/1", {"how": "called"}))
    assert (await browser.get("/inbox/task/1")).status_code == 422


# A Somali parent


async def test_a_liaison_answers_in_both_languages_in_one_page(room: Room, asked: int) -> None:
    browser = room.browser(languages=("so",))
    status, _ = await answered(browser, asked, home="Berri 7:10.", staff="Tomorrow 7:10.")
    assert status == 303
    (kept,) = room.sent()
    assert (kept.text, kept.meaning, kept.way) == ("Berri 7:10.", "Tomorrow 7:10.", "liaison")
    assert kept.written_by == room.desk.staff[Role.COMMUNICATOR]
    assert room.office.open_whys() == []
    assert room.trail() == ["conversation.answered"]


async def test_staff_write_english_see_the_draft_and_somebody_reads_it(room: Room, asked: int) -> None:
    writer = room.browser()
    status, page = await answered(writer, asked, staff="Tomorrow 7:10.", do="draft")
    assert status == 200
    assert "so: Tomorrow 7:10." in page
    assert "A machine drafted this" in page
    assert room.translator.asked == [("Tomorrow 7:10.", "en", "so")], "and not a word of the family's"
    draft = {
        "home": "so: Tomorrow 7:10.",
        "staff": "Tomorrow 7:10.",
        "engine": "google",
        "drafted": "so: Tomorrow 7:10.",
    }
    status, page = await answered(writer, asked, **draft)
    assert status == 422
    assert "does not say that you read Somali" in page
    status, _ = await answered(writer, asked, **draft | {"do": "keep"})
    assert status == 303
    reader = room.browser(Role.REVIEWER, ("so",))
    page = (await reader.get(f"/inbox/{asked}")).text
    assert "The communicator wrote an answer" in page
    assert "so: Tomorrow 7:10." in page
    status, _ = await answered(reader, asked, **draft | {"read": "on"})
    assert status == 303
    assert [one.way for one in room.sent()] == ["read:google"]


async def test_an_engine_that_fails_leaves_what_was_typed(room: Room, asked: int) -> None:
    room.translator.broken = "Google's page gave no translation."
    status, page = await answered(room.browser(), asked, staff="Tomorrow <7:10>.", do="draft")
    assert status == 422
    assert "page gave no translation." in page
    assert "Tomorrow &lt;7:10&gt;." in page


async def test_a_ready_answer_fills_both_fields(room: Room, asked: int) -> None:
    browser = room.browser()
    kept = await browser.post(
        "/answers", {"title": "Bus", "text-so": "Basku 7:10.", "text-en": "The bus comes at 7:10."}
    )
    assert kept.status_code == 303
    status, page = await answered(browser, asked, do="ready", ready="1")
    assert status == 200
    assert "Basku 7:10." in page
    assert "The bus comes at 7:10." in page
    status, _ = await answered(browser, asked, home="Basku 7:10.", canned="1")
    assert status == 303
    assert [one.way for one in room.sent()] == ["canned:1"]


async def test_the_second_of_two_is_told_who_answered_and_loses_nothing(room: Room, asked: int) -> None:
    first, second = room.browser(languages=("so",)), room.browser(Role.REVIEWER, ("so",))
    page = (await second.get(f"/inbox/{asked}")).text
    assert (await answered(first, asked, home="Berri 7:10.", staff="Tomorrow 7:10."))[0] == 303
    refused = await second.post(
        f"/inbox/{asked}/answer",
        {"seen": hidden(page, "seen"), "home": "Berri 8:00.", "staff": "Tomorrow at 8.", "do": "send"},
    )
    assert refused.status_code == 422
    assert "The communicator answered this family at 10:00" in refused.text
    assert "Berri 8:00." in refused.text
    assert [one.text for one in room.sent()] == ["Berri 7:10."]


async def test_two_with_the_same_conversation_open_see_each_other(room: Room, asked: int) -> None:
    first, second = room.browser(languages=("so",)), room.browser(Role.REVIEWER, ("so",))
    await first.get(f"/inbox/{asked}")
    assert "The communicator has this conversation open too" in (await second.get(f"/inbox/{asked}")).text
    seen = hidden((await first.get(f"/inbox/{asked}")).text, "seen")
    assert "The reviewer has this conversation" in (await first.get(f"/inbox/{asked}/here?seen={seen}")).text
    room.office.asks(1, "Mise maya?")
    assert "Something new came" in (await first.get(f"/inbox/{asked}/here?seen={seen}")).text


async def test_the_cost_is_counted_while_typing(room: Room, asked: int) -> None:
    browser = room.browser(languages=("so",))
    part = await browser.post(f"/inbox/{asked}/cost", {"home": "Berri “7:10” ✓"})
    assert part.status_code == 200
    assert "1 part" in part.text
    assert "✓" in part.text
    assert "goes out at once" in part.text
    assert "appear here" in (await browser.post(f"/inbox/{asked}/cost", {"home": ""})).text


async def test_at_night_the_button_and_the_sentence_say_when_it_goes(room: Room, asked: int) -> None:
    room.office.desk.clock.advance(hours=12)
    browser = room.browser(languages=("so",))
    assert "Send in the morning" in (await browser.get(f"/inbox/{asked}")).text
    sent = await browser.post(
        f"/inbox/{asked}/answer",
        {"seen": hidden((await browser.get(f"/inbox/{asked}")).text, "seen"), "home": "x", "staff": "y"},
    )
    assert "8:00 AM" in (await browser.follow(sent)).text


async def test_after_stop_there_is_no_answer_to_write(room: Room, asked: int) -> None:
    room.office.asks(1, "JOOJI")
    browser = room.browser(languages=("so",))
    page = (await browser.get(f"/inbox/{asked}")).text
    assert "This family has stopped our texts" in page
    assert 'id="answer"' not in page
    assert "Done without a text" in page
    refused = await browser.post(f"/inbox/{asked}/answer", {"home": "x", "staff": "y", "seen": "0.0"})
    assert refused.status_code == 422
    assert "Call, or write a letter" in refused.text
    closed = await browser.post(
        f"/inbox/{asked}/close", {"owed": hidden(page, "owed"), "how": "called", "text": "Spoke."}
    )
    assert closed.status_code == 303
    assert "Spoke." in (await browser.get(f"/inbox/{asked}")).text


# Reading back


async def test_words_are_read_back_from_the_conversation(room: Room) -> None:
    made = room.office.told()
    browser = room.browser(languages=("so",))
    page = (await browser.get(f"/inbox/{made}")).text
    assert OWN_WORDS in page
    assert "ONLY, NOT, EXCEPT, BEFORE in capitals" in page
    fields = {"owed": hidden(page, "owed"), "home": "Sabtida MA iman kartid", "staff": "NOT Saturdays"}
    preview = await browser.post(f"/inbox/{made}/cost", fields)
    assert "Waxaan fahannay: Sabtida MA iman kartid. Ma saxbaa?" in preview.text
    sent = await browser.post(f"/inbox/{made}/read-back", fields)
    assert "The family is asked whether it is right." in (await browser.follow(sent)).text
    assert "Sabtida MA iman kartid" in room.office.desk.read(phone(1))[0]
    again = await browser.post(f"/inbox/{made}/read-back", fields)
    assert again.status_code == 422
    assert "Somebody has dealt with these words already" in again.text
    room.office.asks(1, "haa")
    page = (await browser.get(f"/inbox/{made}")).text
    assert "The family says: right" in page
    assert "NOT Saturdays" in page
    assert room.trail() == ["reply.read-back"]


async def test_a_read_back_that_is_too_long_or_half_is_kept_on_the_page(room: Room) -> None:
    made = room.office.told()
    browser = room.browser(languages=("so",))
    owed = hidden((await browser.get(f"/inbox/{made}")).text, "owed")
    for fields, why in (
        ({"home": "a" * 320, "staff": "long"}, "2 are the most"),
        ({"home": "gaaban", "staff": ""}, "a sentence in the family"),
    ):
        refused = await browser.post(f"/inbox/{made}/read-back", {"owed": owed, **fields})
        assert refused.status_code == 422
        assert why in refused.text
        assert fields["home"] in refused.text
    assert room.office.open_whys() == ["read back"]


async def test_a_person_deals_with_words_instead(room: Room) -> None:
    made = room.office.told()
    browser = room.browser(languages=("so",))
    owed = hidden((await browser.get(f"/inbox/{made}")).text, "owed")
    room.office.desk.clock.advance(minutes=1)
    await browser.follow(await browser.post(f"/inbox/{made}/read-back", {"owed": owed, "do": "take"}))
    assert room.office.open_whys() == ["no read-back"]


async def test_an_understanding_is_looked_at_again_and_the_page_says_who_wrote_it(room: Room) -> None:
    made = room.office.told()
    (reply,) = replies_of(room)

    def by_an_engine(session: Session) -> None:
        kept = session.get(Reply, reply)
        assert kept is not None
        kept.state, kept.by, kept.checked = "confirmed", "engine:LibreTranslate", "asked"
        kept.understood_home, kept.understood_staff = "Sabtida MA iman kartid", "I cannot come on Saturdays"
        session.add(Handover(contact_point_id=made, reply_id=reply, why="check", made_at=room.office.now))
        for owed in session.exec(select(Handover).where(Handover.why == "read back")):
            owed.done_at = room.office.now

    room.office.write(by_an_engine)
    browser = room.browser(languages=("so",))
    page = (await browser.get(f"/inbox/{made}")).text
    assert "LibreTranslate" in page
    assert "An understanding to look at again" in page
    fields = {"owed": hidden(page, "owed"), "do": "wrong", "meaning": ""}
    refused = await browser.post(f"/inbox/{made}/check", fields)
    assert refused.status_code == 422
    kept = await browser.post(f"/inbox/{made}/check", {**fields, "meaning": "Comes ONLY on Saturdays."})
    assert "Kept: it counts beside the results." in (await browser.follow(kept)).text
    assert "Comes ONLY on Saturdays." in (await browser.get(f"/inbox/{made}")).text
    assert room.trail() == ["reply.checked"]


def replies_of(room: Room) -> list[int]:
    rows = room.office.read(lambda session: list(session.exec(select(Reply.id))))
    return [number for number in rows if number is not None]


# Everything else


async def test_take_note_hand_over_and_back(room: Room, asked: int) -> None:
    browser = room.browser(languages=("so",))
    me = str(room.desk.staff[Role.COMMUNICATOR])
    for path, fields, shown in (
        ("assign", {"to": me}, "The communicator has it now."),
        ("assign", {"do": "other", "other": ""}, "Nobody has it now."),
        ("note", {"note": "Prefers <b>Fridays</b>."}, "Prefers &lt;b&gt;Fridays&lt;/b&gt;."),
        ("take", {}, "The communicator writes with this family"),
        ("hand-back", {}, "Handed back"),
    ):
        page = await browser.follow(await browser.post(f"/inbox/{asked}/{path}", fields))
        assert shown in page.text, path
    assert (await browser.post(f"/inbox/{asked}/note", {"note": " "})).status_code == 422
    assert (await browser.post(f"/inbox/{asked}/assign", {"to": "999"})).status_code == 422
    closed = await browser.post(f"/inbox/{asked}/close", {"owed": "1", "how": "", "text": "x"})
    assert closed.status_code == 422
    assert "Say how it was done" in closed.text


async def test_a_reviewer_is_shown_no_family_of_another_language(room: Room) -> None:
    made = room.office.family(1, "es")
    room.office.asks(1, "¿A qué hora sale el bus?")
    browser = room.browser(Role.REVIEWER, ("so",))
    assert "bus" not in (await browser.get("/inbox")).text
    page = await browser.get(f"/inbox/{made}")
    assert page.status_code == 422
    assert "bus" not in page.text
    assert (await browser.get(f"/inbox/{made}/here?seen=x")).status_code == 422


@pytest.mark.parametrize("contract", [False, True])
async def test_a_familys_words_reach_an_engine_under_contract_alone(room: Room, contract: bool) -> None:
    asked = room.office.family(1, "es")
    room.office.asks(1, SPANISH)
    translation = Translation(engine="libretranslate", url="http://127.0.0.1:5000", under_contract=contract)
    settings = room.desk.app.settings.model_copy(update={"translation": translation})
    desk = desk_on(
        App(settings, room.desk.app.store, room.office.desk.clock, translator=room.translator),
        room.desk.staff,
    )
    browser = desk.signed_in(Role.COMMUNICATOR)
    page = (await browser.get(f"/inbox/{asked}")).text
    assert ("Let the machine say" in page) is contract
    said = await browser.post(f"/inbox/{asked}/machine", {"message": "1"})
    assert (f"en: {SPANISH}" in said.text) is contract
    assert bool(room.translator.asked) is contract
    await desk.close()


async def test_ready_answers_are_written_changed_and_deleted(room: Room) -> None:
    browser = room.browser(languages=("so",))
    assert "There are none yet" in (await browser.get("/answers")).text
    assert (await browser.post("/answers", {"title": "", "text-so": "x"})).status_code == 422
    await browser.follow(await browser.post("/answers", {"title": "Bus", "text-so": "Basku 7:10."}))
    assert "The communicator" in (await browser.get("/answers")).text
    page = (await browser.get("/answers/1?add=sw")).text
    assert "Basku 7:10." in page
    assert 'name="text-sw"' in page
    await browser.follow(await browser.post("/answers/1", {"title": "Bus 7", "text-so": "Basku 7:20."}))
    assert "Bus 7" in (await browser.get("/answers")).text
    await browser.follow(await browser.post("/answers/1/delete"))
    assert (await browser.get("/answers/1")).status_code == 422


# Danger


async def test_for_those_who_are_not_on_call_there_is_no_such_page(room: Room) -> None:
    room.office.family()
    room.office.asks(1, DANGER)
    browser, nowhere = room.browser(Role.REVIEWER, ("so",)), "There is no page at this address."
    for path in ("/inbox/danger", "/inbox/danger/1", "/inbox/danger/77"):
        page = await browser.get(path)
        assert (page.status_code, nowhere in page.text) == (404, True)
    assert (await browser.post("/inbox/danger/1", {"do": "acknowledge"})).status_code == 404
    for path in ("/inbox", "/inbox/1", "/inbox?view=done", "/inbox?kind=list"):
        page = await browser.get(path)
        assert "danger" not in page.text.lower().replace("danger: 911", "")
        assert "afraid" not in page.text


async def test_somebody_on_call_reads_acts_and_closes_and_the_trail_knows(room: Room) -> None:
    room.office.family()
    room.office.asks(1, DANGER)
    browser = room.browser(Role.OWNER)
    assert "1 family may be in danger" in (await browser.get("/inbox")).text
    listed = (await browser.get("/inbox/danger")).text
    assert "nobody has it yet" in listed
    assert "afraid" not in listed
    page = (await browser.get("/inbox/danger/1")).text
    assert DANGER in page
    assert phone(1) in page
    for fields in (
        {"do": "acknowledge"},
        {"do": "write", "text": "Called her sister."},
        {"do": "close", "how": "in_person"},
    ):
        await browser.follow(await browser.post("/inbox/danger/1", fields))
    assert "spoke in person" in (await browser.get("/inbox/danger")).text
    assert "Called her sister." in (await browser.get("/inbox/danger/1")).text
    assert (await browser.post("/inbox/danger/1", {"do": "odd"})).status_code == 422
    assert (await browser.post("/inbox/danger/1", {"do": "write", "text": "x"})).status_code == 422
    kept = room.trail()
    assert kept.count("danger.opened") >= 4
    assert {"danger.acknowledged", "danger.written-down", "danger.closed"} <= set(kept)


async def test_what_was_no_danger_goes_to_the_inbox(room: Room) -> None:
    made = room.office.family()
    room.office.asks(1, DANGER)
    browser = room.browser(Role.OWNER)
    await browser.follow(await browser.post("/inbox/danger/1", {"do": "let_go"}))
    assert DANGER in (await browser.get(f"/inbox/{made}")).text


async def test_the_trail_holds_no_word_of_anybodys(room: Room, asked: int) -> None:
    browser = room.browser(languages=("so",))
    await answered(browser, asked, home="Berri 7:10.", staff="Tomorrow 7:10.")
    await browser.post(f"/inbox/{asked}/note", {"note": "Prefers Fridays."})
    rows = room.office.read(lambda session: list(session.exec(select(AuditEntry))))
    for one in rows:
        assert not re.search(r"7:10|Friday|basku", f"{one.what} {one.about} {one.detail}", re.IGNORECASE)
    assert room.office.read(lambda session: session.exec(select(Handover.done_how)).one()) == "answered"


async def test_without_an_engine_nothing_is_drafted(room: Room, asked: int) -> None:
    desk = desk_on(replace(room.desk.app, translator=None), room.desk.staff)
    browser = desk.signed_in(Role.COMMUNICATOR)
    assert "Draft it in Somali" not in (await browser.get(f"/inbox/{asked}")).text
    status, page = await answered(browser, asked, staff="Tomorrow", do="draft")
    assert status == 422
    assert "No machine translates into this language" in page
    await desk.close()
