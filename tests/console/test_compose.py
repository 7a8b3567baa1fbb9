"""Compose over HTTP, without scripts: from the first click to the schedule, and what must not happen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape

import httpx
import pytest
from sqlmodel import Session, col, select

from bot import broadcasts
from bot.broadcasts import Draft
from bot.conversation.ask import Ask
from bot.errors import BroadcastError, TranslationFailed
from bot.messages import ChannelName, DeliveryState
from bot.roles import Role
from bot.settings import Translation as Engine
from bot.store import outbox
from bot.store.audience import Audience
from bot.store.store import Store
from bot.store.tables import (
    AuditEntry,
    Broadcast,
    BroadcastState,
    Delivery,
    Group,
    GroupKind,
    Membership,
    Person,
    Rendering,
    Schedule,
    Staff,
    Translation,
    TranslationState,
)
from tests import school
from tests.conftest import StandingClock
from tests.console.browsers import Browser, Desk, desk_on
from tests.console.forms import Fields, fields

HTMX = {"hx-request": "true"}


def families(store: Store, *tags: str) -> None:
    def work(session: Session) -> None:
        outbox.ensure_lane(session, ChannelName.SMS, school.SMS)
        for place, tag in enumerate(tags):
            school.family(session, place + 1, tag=tag)

    store.writing(work)


def newest(store: Store) -> Broadcast:
    found = store.reading(
        lambda session: session.exec(select(Broadcast).order_by(col(Broadcast.id).desc())).first()
    )
    assert found is not None
    return found


def texts(store: Store, number: int) -> dict[str, Translation]:
    rows = store.reading(
        lambda session: session.exec(select(Translation).where(col(Translation.broadcast_id) == number)).all()
    )
    return {one.language: one for one in rows}


def change(store: Store, number: int, **values: object) -> None:
    def work(session: Session) -> None:
        row = session.get(Broadcast, number)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)

    store.writing(work)


async def begun(browser: Browser, store: Store, **how: str) -> int:
    """Begin a draft as the start page does; return it."""
    answer = await browser.post("/broadcasts/new", how or {"phase": "inform"})
    assert answer.status_code == 303
    number = newest(store).id
    assert answer.headers["location"] == f"/broadcasts/{number}/compose"
    assert number is not None
    return number


async def opened(browser: Browser, number: int) -> Fields:
    """Open the page and return what its form would send."""
    page = await browser.get(f"/broadcasts/{number}/compose")
    assert page.status_code == 200, page.text[-2000:]
    return fields(page.text, f"/broadcasts/{number}/compose")


async def saved(browser: Browser, number: int, **typed: str | list[str]) -> Fields:
    """Fill the form in and press “Save”; return it as it comes back."""
    form = await opened(browser, number) | dict(typed)
    answer = await browser.post(f"/broadcasts/{number}/compose", form)
    assert answer.status_code == 303, answer.text[-2000:]
    return await opened(browser, number)


async def sent(
    browser: Browser, number: int, form: Mapping[str, str | list[str]] | None = None, **typed: str
) -> httpx.Response:
    """Press “Send” on the page as it stands."""
    filled = dict(form if form is not None else await opened(browser, number)) | dict(typed)
    return await browser.post(f"/broadcasts/{number}/send", filled)


async def ready(browser: Browser, store: Store, **more: str) -> int:
    """A draft for everybody that may be sent."""
    number = await begun(browser, store)
    await saved(browser, number, text="Book fair on Friday.", whom="everybody", fallback="en", **more)
    return number


def said(page: httpx.Response) -> str:
    """The page's words without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


# Beginning


async def test_the_start_page_offers_three_ways_to_begin(communicator: Browser) -> None:
    words = said(await communicator.get("/broadcasts/new"))
    assert all(
        one in words
        for one in ("Write an announcement", "Ask a question", "School is closed because of snow")
    )


async def test_looking_at_the_start_page_begins_nothing(desk: Desk, communicator: Browser) -> None:
    await communicator.get("/broadcasts/new?notice=snow-closing")
    assert desk.app.store.reading(lambda session: session.exec(select(Broadcast)).all()) == []


async def test_an_emergency_is_two_clicks_and_goes_out_whole(
    desk: Desk, communicator: Browser, clock: StandingClock
) -> None:
    """05:30: “Emergency”, then “Send”. Texts, audience, day and fallback are there already."""
    families(desk.app.store, "en", "so", "es")
    clock.moment = clock.moment.replace(hour=11, minute=30)  # 05:30 in Chicago
    number = await begun(communicator, desk.app.store, notice="snow-closing")
    page = await communicator.get(f"/broadcasts/{number}/compose")
    assert "Send to 3 phones" in said(page)
    assert "martes 17 NO hay clases" in said(page)
    answer = await sent(communicator, number)
    assert answer.headers["location"] == f"/broadcasts/{number}"
    row = newest(desk.app.store)
    assert (row.state, row.purpose, row.counted) == (BroadcastState.APPROVED, "emergency", 3)
    clock.advance(seconds=20)
    (due,) = desk.app.store.reading(broadcasts.due, clock.now())
    assert desk.app.store.writing(broadcasts.release, due, desk.app.settings, clock.now()) == 3
    assert {one.urgency for one in school.deliveries(desk.app.store)} == {outbox.EMERGENCY}


async def test_an_emergency_with_texts_nobody_has_read_sends_the_schools_language_labelled(
    desk: Desk, clock: StandingClock
) -> None:
    careful = desk.app.settings.model_copy(update={"unreviewed": {}})
    other = desk_on(replace(desk.app, settings=careful), desk.staff)
    families(desk.app.store, "so")
    browser = other.signed_in(Role.COMMUNICATOR)
    number = await begun(browser, desk.app.store, notice="snow-closing")
    assert "not read yet" in said(await browser.get(f"/broadcasts/{number}/compose"))
    await sent(browser, number)
    clock.advance(seconds=20)
    (due,) = desk.app.store.reading(broadcasts.due, clock.now())
    desk.app.store.writing(broadcasts.release, due, careful, clock.now())
    await other.close()
    (row,) = desk.app.store.reading(
        lambda session: session.exec(select(Rendering.text).where(col(Rendering.channel) == "sms")).all()
    )
    assert row.startswith("(English)")


# Saving


async def test_what_is_typed_is_kept_valid_or_not(desk: Desk, communicator: Browser) -> None:
    number = await begun(communicator, desk.app.store)
    form = await saved(
        communicator, number, text="The PTO meets", ask="number", low="nine", how="later", day="soon",
        whom="some", choices="one\ntwo", decided_on="2020-13-45", phase="inquire",
    )  # fmt: skip
    assert form["text"] == ["The PTO meets"]
    assert form["low"] == ["nine"]
    assert form["day"] == ["soon"]
    assert form["choices"] == ["one\ntwo"]
    assert form["decided_on"] == ["2020-13-45"]
    assert newest(desk.app.store).state == BroadcastState.DRAFT


async def test_the_rules_sentence_stands_at_its_field(desk: Desk, communicator: Browser) -> None:
    number = await begun(communicator, desk.app.store)
    await saved(communicator, number, text="Don't you want to meet the PTO?", ask="yes_no", phase="inquire")
    page = (await communicator.get(f"/broadcasts/{number}/compose")).text
    at_text = re.search(r'id="said-text"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert at_text is not None
    assert "Families cannot know “PTO”" in at_text[1]
    await saved(communicator, number, text="Don't you want to come?")
    page = (await communicator.get(f"/broadcasts/{number}/compose")).text
    assert "A negative question has two meanings" in page


async def test_a_new_draft_is_not_scolded_for_what_is_missing(desk: Desk, communicator: Browser) -> None:
    number = await begun(communicator, desk.app.store)
    page = await communicator.get(f"/broadcasts/{number}/compose")
    assert "Before it can be sent" in said(page)
    assert 'class="error"' not in page.text


async def test_htmx_gets_the_pieces_that_change_and_none_that_is_typed_in(
    desk: Desk, communicator: Browser
) -> None:
    families(desk.app.store, "en", "so")
    number = await begun(communicator, desk.app.store)
    form = await opened(communicator, number) | {"text": ["Book fair."], "whom": ["everybody"]}
    proof = form.pop("csrf_token")
    answer = await communicator.http.post(
        f"/broadcasts/{number}/compose",
        data={"csrf_token": proof, **form},
        headers={"origin": "http://127.0.0.1", **HTMX},
    )
    assert answer.status_code == 200
    assert "innerHTML:#count" in answer.text
    assert "2 phones" in said(answer)
    assert "Text in Somali" in said(answer), "the audience's languages have changed"
    assert 'name="text"' not in answer.text
    assert "<html" not in answer.text
    again = fields(f'<form action="x">{answer.text}</form>', "x")
    form |= {name: again[name] for name in ("version", "drawn", "fingerprint", "phones")}
    form["tag"], form["was-so"], form["text-so"] = ["so"], again["was-so"], ["Bandhig buug"]
    answer = await communicator.http.post(
        f"/broadcasts/{number}/compose",
        data={"csrf_token": proof, **form},
        headers={"origin": "http://127.0.0.1", **HTMX},
    )
    assert 'name="text-so"' not in answer.text, "somebody may be typing there"
    assert "innerHTML:#standing-so" in answer.text
    assert texts(desk.app.store, number)["so"].text == "Bandhig buug"


async def test_a_second_window_does_not_write_over_the_first(
    desk: Desk, communicator: Browser, clock: StandingClock
) -> None:
    number = await begun(communicator, desk.app.store)
    one, other = await opened(communicator, number), await opened(communicator, number)
    clock.advance(seconds=5)
    path = f"/broadcasts/{number}/compose"
    await communicator.post(path, one | {"text": "From the first window"})
    clock.advance(seconds=5)
    await communicator.post(path, one | {"text": "From the first, again"})
    refused = await communicator.post(path, other | {"text": "From the second window"})
    assert refused.status_code == 409
    assert "changed in another window" in said(refused)
    assert texts(desk.app.store, number)["en"].text == "From the first, again"
    kept = fields(refused.text, path)
    assert kept["text"] == ["From the second window"], "nothing typed is lost"
    assert (await communicator.post(path, kept)).status_code == 303
    assert texts(desk.app.store, number)["en"].text == "From the second window"


# Texts in other languages


async def test_a_text_goes_out_once_somebody_who_reads_it_has_read_it(
    desk: Desk, communicator: Browser
) -> None:
    families(desk.app.store, "en", "so")
    number = await begun(communicator, desk.app.store)
    await saved(communicator, number, text="Book fair.", whom="everybody")
    await saved(communicator, number, **{"text-so": "Bandhig buug"})
    assert texts(desk.app.store, number)["so"].state == TranslationState.MACHINE
    assert "nothing yet" in said(await communicator.get(f"/broadcasts/{number}/compose"))
    await saved(communicator, number, **{"read-so": "on"})
    row = texts(desk.app.store, number)["so"]
    assert (row.state, row.read_by) == (TranslationState.REVIEWED, desk.staff[Role.COMMUNICATOR])
    form = await saved(communicator, number, **{"text-so": "Bandhig buugaag"})
    assert texts(desk.app.store, number)["so"].state == TranslationState.MACHINE, (
        "what was read was another text"
    )
    assert "read-so" not in form


async def test_a_new_source_makes_what_was_read_stale(desk: Desk, communicator: Browser) -> None:
    families(desk.app.store, "en", "so")
    number = await begun(communicator, desk.app.store)
    await saved(communicator, number, text="Book fair.", whom="everybody")
    await saved(communicator, number, **{"text-so": "Bandhig buug", "read-so": "on"})
    await saved(communicator, number, text="Book fair on Friday.")
    assert texts(desk.app.store, number)["so"].state == TranslationState.STALE
    await saved(communicator, number, **{"text-so": "Bandhig buug Jimcaha", "read-so": "on"})
    assert texts(desk.app.store, number)["so"].state == TranslationState.REVIEWED


async def test_a_reviewers_text_is_not_overwritten_by_a_page_that_was_opened_before(
    desk: Desk, communicator: Browser
) -> None:
    families(desk.app.store, "en", "so")
    number = await begun(communicator, desk.app.store)
    form = await saved(communicator, number, text="Book fair.", whom="everybody")
    form |= {"text-so": ["Bandhig"]}
    await communicator.post(f"/broadcasts/{number}/compose", form)
    page = await opened(communicator, number)
    reviewer = desk.signed_in(Role.REVIEWER)
    path = f"/translations/{number}/so"
    review = fields((await reviewer.get(path)).text, path) | {"text": ["Bandhig buug"], "do": ["read"]}
    assert (await reviewer.post(path, review)).status_code == 303
    await communicator.post(f"/broadcasts/{number}/compose", page | {"title": "Books"})
    row = texts(desk.app.store, number)["so"]
    assert (row.text, row.state) == ("Bandhig buug", TranslationState.REVIEWED)
    answer = await communicator.post(f"/broadcasts/{number}/compose", page | {"text-so": "Something else"})
    assert "somebody else changed Somali" in said(await communicator.follow(answer))
    assert texts(desk.app.store, number)["so"].text == "Bandhig buug"


class Parrot:
    """A translator that says what it was asked, and has no Vietnamese."""

    async def translate(self, text: str, source: str, target: str) -> str:
        if target == "vi":
            raise TranslationFailed("no Vietnamese")
        return f"[{target}] {text}"


async def test_the_engine_drafts_what_is_missing_and_says_what_it_could_not(desk: Desk) -> None:
    settings = desk.app.settings.model_copy(
        update={"translation": Engine(engine="libretranslate", url="http://127.0.0.1:5000")}
    )
    other = desk_on(replace(desk.app, settings=settings, translator=Parrot()), desk.staff)
    families(desk.app.store, "en", "es", "vi", "ksw")
    browser = other.signed_in(Role.COMMUNICATOR)
    number = await begun(browser, desk.app.store)
    form = await saved(
        browser, number, text="When?", whom="everybody", phase="inquire", ask="one_of", choices="8-11\n3-5"
    )
    answer = await browser.post(f"/broadcasts/{number}/draft-texts", form)
    page = said(await browser.follow(answer))
    await other.close()
    row = texts(desk.app.store, number)["es"]
    assert (row.text, row.choices, row.state) == (
        "[es] When?",
        ["[es] 8-11", "[es] 3-5"],
        TranslationState.MACHINE,
    )
    assert "gave nothing for: Vietnamese" in page
    assert set(texts(desk.app.store, number)) == {"en", "es"}, "no engine for Karen: a person writes it"


# Whom it is for


async def test_an_audience_by_school_and_grade(desk: Desk, communicator: Browser) -> None:
    def work(session: Session) -> dict[str, int]:
        outbox.ensure_lane(session, ChannelName.SMS, school.SMS)
        ids = {}
        for name in ("Lincoln", "Washington"):
            row = Group(kind=GroupKind.SCHOOL, name=name)
            session.add(row)
            session.flush()
            grade = Group(kind=GroupKind.GRADE, name="3", parent_id=row.id)
            session.add(grade)
            session.flush()
            assert row.id is not None
            assert grade.id is not None
            ids[name], ids[f"{name} 3"] = row.id, grade.id
        for place, groups in enumerate(
            (("Lincoln", "Lincoln 3"), ("Lincoln",), ("Washington", "Washington 3"))
        ):
            school.family(session, place + 1)
            person = session.exec(select(Person).where(col(Person.reference) == f"G{place + 1}-0")).one()
            session.add_all(Membership(person_id=person.id or 0, group_id=ids[one]) for one in groups)
        return ids

    ids = desk.app.store.writing(work)
    number = await begun(communicator, desk.app.store)
    for chosen, phones in (
        ({"schools": [str(ids["Lincoln"])]}, 2),
        ({"grades": ["3"]}, 2),
        ({"schools": [str(ids["Lincoln"])], "grades": ["3"]}, 1),
        ({"schools": [], "grades": ["9"]}, 0),
        ({"schools": [], "grades": []}, 0),
    ):
        form = await opened(communicator, number) | {"whom": "some", "schools": [], "grades": []} | chosen
        await communicator.post(f"/broadcasts/{number}/compose", form)
        assert (await opened(communicator, number))["phones"] == [str(phones)], chosen


async def test_who_cannot_be_reached_is_counted_for_all_and_named_for_those_who_look_after_people(
    desk: Desk, communicator: Browser
) -> None:
    def work(session: Session) -> None:
        outbox.ensure_lane(session, ChannelName.SMS, school.SMS)
        school.family(session, 1)
        session.add(Person(reference="X1", name="Nobody Reachable", reads="so", hears="so"))

    desk.app.store.writing(work)
    number = await begun(communicator, desk.app.store)
    await saved(communicator, number, whom="everybody")
    page = await communicator.get(f"/broadcasts/{number}/compose")
    assert "1 person cannot be reached" in said(page)
    assert "no phone" in said(page)
    assert "Nobody Reachable" not in page.text
    assert "Nobody Reachable" in said(await communicator.get(f"/broadcasts/{number}/unreached"))
    approver = desk.signed_in(Role.APPROVER)
    assert (await approver.get(f"/broadcasts/{number}/unreached")).status_code == 403
    assert "unreached" not in (await approver.get(f"/broadcasts/{number}/compose")).text


# Sending


async def test_sending_now_waits_for_the_undo_and_then_goes(
    desk: Desk, communicator: Browser, clock: StandingClock
) -> None:
    families(desk.app.store, "en", "en")
    number = await ready(communicator, desk.app.store)
    answer = await sent(communicator, number)
    assert answer.headers["location"] == f"/broadcasts/{number}"
    assert desk.app.store.reading(broadcasts.due, clock.now()) == []
    clock.advance(seconds=20)
    assert len(desk.app.store.reading(broadcasts.due, clock.now())) == 1


async def test_a_double_click_sends_once(desk: Desk, communicator: Browser) -> None:
    families(desk.app.store, "en")
    number = await ready(communicator, desk.app.store)
    form = await opened(communicator, number)
    first, second = await sent(communicator, number, form), await sent(communicator, number, form)
    assert first.headers["location"] == second.headers["location"] == f"/broadcasts/{number}"
    plans = desk.app.store.reading(lambda session: session.exec(select(Schedule)).all())
    assert len(plans) == 1
    entries = desk.app.store.reading(
        lambda session: session.exec(
            select(AuditEntry).where(col(AuditEntry.what) == "broadcast.approved")
        ).all()
    )
    assert [one.staff_id for one in entries] == [desk.staff[Role.COMMUNICATOR]]


async def test_what_was_typed_after_the_last_look_is_saved_and_shown_not_sent(
    desk: Desk, communicator: Browser
) -> None:
    families(desk.app.store, "en")
    number = await ready(communicator, desk.app.store)
    refused = await sent(communicator, number, text="Something quite different.")
    assert refused.status_code == 422
    assert "not what you were shown" in said(refused)
    assert newest(desk.app.store).state == BroadcastState.DRAFT
    assert "Something quite different." in said(refused)
    form = fields(refused.text, f"/broadcasts/{number}/compose")
    assert (await sent(communicator, number, form)).status_code == 303


async def test_another_number_of_phones_than_was_shown_is_said(desk: Desk, communicator: Browser) -> None:
    families(desk.app.store, "en")
    number = await ready(communicator, desk.app.store)
    form = await opened(communicator, number)
    desk.app.store.writing(school.family, 77)
    refused = await sent(communicator, number, form)
    assert "1 phones; now it goes to 2" in said(refused)
    assert (
        await sent(communicator, number, fields(refused.text, f"/broadcasts/{number}/compose"))
    ).status_code == 303


async def test_a_large_broadcast_wants_its_number_typed(desk: Desk, clock: StandingClock) -> None:
    few = desk.app.settings.staff.model_copy(update={"large_broadcast": 2})
    other = desk_on(
        replace(desk.app, settings=desk.app.settings.model_copy(update={"staff": few})), desk.staff
    )
    families(desk.app.store, "en", "en", "en")
    browser = other.signed_in(Role.COMMUNICATOR)
    number = await ready(browser, desk.app.store)
    assert "Type the number of phones, 3" in said(await browser.get(f"/broadcasts/{number}/compose"))
    assert "Type that number" in said(await sent(browser, number))
    assert "you typed 2" in said(await sent(browser, number, count="2"))
    assert (await sent(browser, number, count="3")).status_code == 303
    await other.close()


async def test_a_draft_with_something_missing_is_not_sent_and_says_where(
    desk: Desk, communicator: Browser
) -> None:
    families(desk.app.store, "en", "so")
    number = await begun(communicator, desk.app.store)
    await saved(communicator, number, text="Book fair.", whom="everybody")
    refused = await sent(communicator, number)
    assert refused.status_code == 422
    assert "No text may go out yet in Somali (1)" in said(refused)
    assert 'href="#fallback"' in refused.text


async def test_later_and_again_and_again(desk: Desk, communicator: Browser) -> None:
    families(desk.app.store, "en")
    number = await ready(communicator, desk.app.store, how="later", day="2026-11-18", clock="06:30")
    await sent(communicator, number)
    (plan,) = desk.app.store.reading(lambda session: session.exec(select(Schedule)).all())
    assert (plan.starts, plan.rrule) == ("2026-11-18T06:30:00", None)
    other = await ready(
        communicator, desk.app.store, how="repeat", day="2026-11-18", clock="07:00", every="week", days="MO",
        until="2026-12-31",
    )  # fmt: skip
    assert "Mon, Nov 23, 7:00" in said(await communicator.get(f"/broadcasts/{other}/compose"))
    await sent(communicator, other)
    rules = desk.app.store.reading(lambda session: session.exec(select(Schedule.rrule)).all())
    assert rules == [None, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261231T235959"]


# The second person


@pytest.fixture
def strict(desk: Desk) -> Desk:
    """A console that wants a second person above two phones."""
    rules = desk.app.settings.staff.model_copy(update={"second_approver_above": 2})
    settings = desk.app.settings.model_copy(update={"staff": rules})
    families(desk.app.store, "en", "en", "en")
    return desk_on(replace(desk.app, settings=settings), desk.staff)


async def test_a_second_person_approves_what_is_large(strict: Desk, clock: StandingClock) -> None:
    store, author = strict.app.store, strict.signed_in(Role.COMMUNICATOR)
    number = await ready(author, store)
    assert "A second person approves this" in said(await author.get(f"/broadcasts/{number}/compose"))
    answer = await sent(author, number)
    assert newest(store).state == BroadcastState.PENDING
    assert "Nothing has been sent yet" in said(await author.follow(answer))
    approver = strict.signed_in(Role.APPROVER)
    path = f"/broadcasts/{number}/approve"
    page = await approver.get(path)
    assert "Put forward by The communicator" in said(page)
    clock.advance(minutes=5)
    answer = await approver.post(path, fields(page.text, path))
    assert answer.headers["location"] == f"/broadcasts/{number}"
    row = newest(store)
    assert (row.state, row.approved_by, row.made_by) == (
        BroadcastState.APPROVED, strict.staff[Role.APPROVER], strict.staff[Role.COMMUNICATOR],
    )  # fmt: skip
    await strict.close()


async def test_nobody_approves_what_they_put_forward(strict: Desk) -> None:
    owner = strict.signed_in(Role.OWNER)
    number = await ready(owner, strict.app.store)
    await sent(owner, number)
    path = f"/broadcasts/{number}/approve"
    refused = await owner.post(path, fields((await owner.get(path)).text, path))
    assert "somebody else approves it" in said(refused)
    assert newest(strict.app.store).state == BroadcastState.PENDING
    await strict.close()


async def test_sent_back_with_a_sentence(strict: Desk) -> None:
    author, approver = strict.signed_in(Role.COMMUNICATOR), strict.signed_in(Role.APPROVER)
    number = await ready(author, strict.app.store)
    await sent(author, number)
    path = f"/broadcasts/{number}/send-back"
    assert "Say in a sentence" in said(await approver.post(path, {"why": " "}))
    await approver.post(path, {"why": "Please name the room."})
    page = said(await author.get(f"/broadcasts/{number}/compose"))
    assert "The approver sent it back" in page
    assert "Please name the room." in page
    await strict.close()


async def test_the_author_takes_it_back_from_the_queue(strict: Desk) -> None:
    author = strict.signed_in(Role.COMMUNICATOR)
    number = await ready(author, strict.app.store)
    await sent(author, number)
    await author.post(f"/broadcasts/{number}/recall")
    assert newest(strict.app.store).state == BroadcastState.DRAFT
    await strict.close()


async def test_an_unchanged_notice_needs_no_second_person_a_changed_one_does(strict: Desk) -> None:
    author = strict.signed_in(Role.COMMUNICATOR)
    number = await begun(author, strict.app.store, notice="snow-closing")
    await sent(author, number)
    assert newest(strict.app.store).state == BroadcastState.APPROVED
    other = await begun(author, strict.app.store, notice="snow-closing")
    form = await saved(author, other, words="own", text="")
    assert form["text"][0].startswith("Lincoln School is CLOSED on Tuesday 17 because of snow.")
    await sent(author, other)
    assert newest(strict.app.store).state == BroadcastState.PENDING
    await strict.close()


async def test_at_night_a_second_person_is_asked_if_there_is_one(desk: Desk, clock: StandingClock) -> None:
    families(desk.app.store, "en")
    clock.advance(hours=12)  # 22:00 in Chicago
    communicator = desk.signed_in(Role.COMMUNICATOR)
    number = await ready(communicator, desk.app.store)
    await sent(communicator, number)
    assert newest(desk.app.store).state == BroadcastState.PENDING

    def alone(session: Session) -> None:
        for row in session.exec(select(Staff).where(col(Staff.id) != desk.staff[Role.COMMUNICATOR])):
            row.disabled_at = clock.now()
            session.add(row)

    desk.app.store.writing(alone)
    other = await ready(communicator, desk.app.store)
    await sent(communicator, other)
    assert newest(desk.app.store).state == BroadcastState.APPROVED, "nobody else may approve"


# Afterwards


async def test_undo_makes_it_a_draft_again(desk: Desk, communicator: Browser, clock: StandingClock) -> None:
    families(desk.app.store, "en", "so")
    number = await ready(communicator, desk.app.store)
    await sent(communicator, number)
    clock.advance(seconds=10)
    answer = await communicator.post(f"/broadcasts/{number}/recall")
    assert "nobody got anything" in said(await communicator.follow(answer))
    clock.advance(minutes=1)
    assert desk.app.store.reading(broadcasts.due, clock.now()) == []
    await saved(communicator, number, text="Book fair on Saturday.")
    assert (await sent(communicator, number)).status_code == 303
    clock.advance(seconds=20)
    (due,) = desk.app.store.reading(broadcasts.due, clock.now())
    assert desk.app.store.writing(broadcasts.release, due, desk.app.settings, clock.now()) == 2


async def test_pause_resume_and_stop_by_button(
    desk: Desk, communicator: Browser, clock: StandingClock
) -> None:
    families(desk.app.store, "en", "en")
    number = await ready(communicator, desk.app.store)
    await sent(communicator, number)
    clock.advance(seconds=20)
    (due,) = desk.app.store.reading(broadcasts.due, clock.now())
    desk.app.store.writing(broadcasts.release, due, desk.app.settings, clock.now())
    for step, state in (("pause", {"waiting": 2}), ("resume", {"queued": 2}), ("stop", {"failed": 2})):
        answer = await communicator.post(f"/broadcasts/{number}/{step}")
        assert answer.headers["location"] == f"/broadcasts/{number}"
        assert school.states(desk.app.store) == state
    told = await communicator.post(f"/broadcasts/{number}/resume")
    assert told.headers["location"] == f"/broadcasts/{number}", "a step too many is a sentence, not an error"


async def test_a_copy_is_a_new_draft_with_the_same_words(desk: Desk, communicator: Browser) -> None:
    families(desk.app.store, "en", "so")
    number = await ready(communicator, desk.app.store, how="later", day="2026-11-18", clock="06:30")
    await saved(communicator, number, **{"text-so": "Bandhig", "read-so": "on"})
    await sent(communicator, number)
    answer = await communicator.post(f"/broadcasts/{number}/copy")
    made = newest(desk.app.store)
    assert answer.headers["location"] == f"/broadcasts/{made.id}/compose"
    assert made.id is not None
    assert made.id != number
    form = await opened(communicator, made.id)
    assert (form["text"], form["text-so"], form["how"], form["day"]) == (
        ["Book fair on Friday."], ["Bandhig"], ["now"], [""],
    )  # fmt: skip
    assert texts(desk.app.store, made.id)["so"].state == TranslationState.REVIEWED


async def test_a_draft_of_the_command_line_opens_too(
    desk: Desk, communicator: Browser, clock: StandingClock
) -> None:
    families(desk.app.store, "en", "so")
    draft = Draft("Times", "When?", Audience(languages=("so",)), ask=Ask("one_of", ("8-11", "3-5")))
    number = desk.app.store.writing(broadcasts.draft, draft, clock.now())
    form = await opened(communicator, number)
    assert (form["ask"], form["choices"], form["languages"], form["whom"]) == (
        ["one_of"], ["8-11\n3-5"], ["so"], ["some"],
    )  # fmt: skip
    assert form["phones"] == ["1"]


async def test_a_thrown_away_draft_is_gone_from_the_drafts(desk: Desk, communicator: Browser) -> None:
    number = await ready(communicator, desk.app.store)
    await communicator.post(f"/broadcasts/{number}/discard")
    assert "Book fair" not in said(await communicator.get("/broadcasts?which=drafts"))
    assert "thrown away" in said(await communicator.get("/broadcasts"))


# The list


async def test_the_list_says_where_each_stands(
    desk: Desk, communicator: Browser, clock: StandingClock
) -> None:
    families(desk.app.store, "en")
    await ready(communicator, desk.app.store, title="Only a draft")
    later = await ready(
        communicator, desk.app.store, title="Later", how="later", day="2026-11-18", clock="06:30"
    )
    await sent(communicator, later)
    going = await ready(communicator, desk.app.store, title="Under way")
    await sent(communicator, going)
    clock.advance(seconds=20)
    (due,) = desk.app.store.reading(broadcasts.due, clock.now())
    desk.app.store.writing(broadcasts.release, due, desk.app.settings, clock.now())
    for which, shown in (
        ("drafts", {"Only a draft"}), ("scheduled", {"Later"}), ("going", {"Under way"}), ("done", set()),
    ):  # fmt: skip
        words = said(await communicator.get(f"/broadcasts?which={which}"))
        assert {one for one in ("Only a draft", "Later", "Under way") if one in words} == shown, which
    desk.app.store.writing(_all_sent)
    clock.advance(seconds=10)
    await communicator.post("/broadcasts/new", {"phase": "inform"})  # forgets figures of a moment ago
    assert "Under way" in said(await communicator.get("/broadcasts?which=done"))


def _all_sent(session: Session) -> None:
    for row in session.exec(select(Delivery)):
        row.state = DeliveryState.SENT
        session.add(row)


async def test_a_viewer_sees_the_list_and_no_way_to_write(desk: Desk, communicator: Browser) -> None:
    await ready(communicator, desk.app.store)
    page = await desk.signed_in(Role.VIEWER).get("/broadcasts")
    assert page.status_code == 200
    assert "/broadcasts/new" not in page.text
    assert "/compose" not in page.text


# Reviewers and partners


async def test_a_reviewer_sees_their_languages_only(desk: Desk, communicator: Browser) -> None:
    families(desk.app.store, "en", "so", "vi")
    number = await begun(communicator, desk.app.store)
    await saved(communicator, number, text="Book fair.", whom="everybody")
    reviewer = desk.signed_in(Role.REVIEWER)
    words = said(await reviewer.get("/translations"))
    assert "Somali" in words
    assert "Vietnamese" not in words
    assert (await reviewer.get(f"/translations/{number}/vi")).status_code == 403
    assert (await reviewer.post(f"/translations/{number}/vi", {"text": "x"})).status_code == 403
    assert (await reviewer.get(f"/broadcasts/{number}/compose")).status_code == 403


async def test_a_review_of_a_text_that_changed_meanwhile_is_not_kept(
    desk: Desk, communicator: Browser
) -> None:
    families(desk.app.store, "en", "so")
    number = await begun(communicator, desk.app.store)
    await saved(communicator, number, text="Book fair.", whom="everybody")
    reviewer, path = desk.signed_in(Role.REVIEWER), f"/translations/{number}/so"
    form = fields((await reviewer.get(path)).text, path) | {"text": ["Bandhig buug"], "do": ["read"]}
    await saved(communicator, number, text="No book fair!")
    refused = await reviewer.post(path, form)
    assert "changed while you read it" in said(refused)
    assert "Bandhig buug" in refused.text, "what they typed is still there"
    assert "so" not in texts(desk.app.store, number)


async def test_partners_get_approved_texts_and_nothing_about_families(
    desk: Desk, communicator: Browser
) -> None:
    families(desk.app.store, "en", "so")
    number = await ready(communicator, desk.app.store)
    partner = desk.signed_in(Role.PARTNER)
    assert "Book fair" not in said(await partner.get("/texts"))
    await saved(communicator, number, **{"text-so": "Bandhig buug", "read-so": "on"})
    await sent(communicator, number)
    words = said(await partner.get("/texts"))
    assert "Book fair on Friday." in words
    assert "Bandhig buug" in words
    assert "phone" not in words
    assert "Bandhig" in said(await partner.get("/texts?language=so"))
    assert "Friday." not in said(await partner.get("/texts?language=so")).replace(
        "Book fair on Friday. Approved", ""
    )
    await communicator.post(f"/broadcasts/{number}/recall")
    assert "Bandhig" not in said(await partner.get("/texts"))


async def test_what_no_page_of_ours_sends_is_kept_out(desk: Desk, communicator: Browser) -> None:
    families(desk.app.store, "en")
    number = await begun(communicator, desk.app.store)
    form = await opened(communicator, number) | {
        "tag": ["Somali", "xx", "so"], "text-so": ["Bandhig"], "text-Somali": ["x"], "fallback": ["Somali"],
        "languages": ["../../etc", "so"], "schools": ["1 or 1=1", "²", "7"], "how": ["whenever"],
        "text": ["Book fair."], "whom": ["everyone"], "phase": ["x" * 999],
    }  # fmt: skip
    answer = await communicator.post(f"/broadcasts/{number}/compose", form)
    assert answer.status_code == 303
    kept = await opened(communicator, number)
    assert set(texts(desk.app.store, number)) == {"en", "so"}
    assert (kept["fallback"], kept["how"], "whom" in kept) == ([""], ["now"], False)


async def test_a_half_made_draft_cannot_leave_by_the_command_line(desk: Desk, communicator: Browser) -> None:
    families(desk.app.store, "en")
    number = await begun(communicator, desk.app.store)
    approve = broadcasts.approve
    for typed, says in (
        ({}, "The text is empty"),
        ({"text": "The PTO meets."}, "PTO"),
        ({"text": "Book fair."}, "Nobody in this audience"),
    ):
        await saved(communicator, number, **typed)
        with pytest.raises(BroadcastError, match=says):
            desk.app.store.writing(approve, number, desk.app.settings, now=desk.app.clock.now())
