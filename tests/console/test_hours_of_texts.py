"""What compose says of hours, ends, budgets and other ways; and sending what was found too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import broadcasts
from bot.roles import Role
from bot.store.tables import Broadcast, BroadcastState
from tests import school
from tests.conftest import StandingClock
from tests.console.browsers import Desk, desk_on
from tests.console.test_compose import begun, families, newest, ready, said, saved, sent


def kept(desk: Desk, number: int) -> Broadcast:
    found = desk.app.store.reading(lambda session: session.get(Broadcast, number))
    assert found is not None
    return found


async def test_until_when_and_which_way_next_are_chosen_and_kept(desk: Desk) -> None:
    families(desk.app.store, "en")
    browser = desk.signed_in(Role.COMMUNICATOR)
    number = await ready(browser, desk.app.store, worth="4h", routes="guardian,number,channel")
    row = kept(desk, number)
    assert (row.worth, row.routes) == ("4h", "guardian,number,channel")
    assert "What has not left by Tue, Nov 17, 2:00" in said(
        await browser.get(f"/broadcasts/{number}/compose")
    )
    await saved(browser, number, worth="clock", worth_clock="18:30", routes="call")
    row = kept(desk, number)
    assert (row.worth, row.routes) == ("18:30", "")
    form = await saved(browser, number, worth="clock", worth_clock="")
    page = said(await browser.get(f"/broadcasts/{number}/compose"))
    assert "Say until what time it is worth sending." in page
    await saved(browser, number, worth="", worth_clock="", routes="")
    row = kept(desk, number)
    assert (row.worth, row.routes) == (None, None)
    assert form["worth"] == ["clock"]


@pytest.mark.parametrize(
    ("notice", "worth"),
    [
        ("snow-closing", "2026-11-17T10:00"),
        ("late-start", "2026-11-17T10:00"),
        ("early-dismissal", "2026-11-17T15:30"),
    ],
)
async def test_a_notice_knows_until_when_it_is_worth_sending(
    desk: Desk, clock: StandingClock, notice: str, worth: str
) -> None:
    clock.moment = datetime(2026, 11, 17, 11, 30, tzinfo=UTC)  # 05:30
    families(desk.app.store, "en")
    browser = desk.signed_in(Role.COMMUNICATOR)
    number = await begun(browser, desk.app.store, notice=notice)
    assert kept(desk, number).worth == worth


async def test_days_without_school_are_offered_where_there_are_any(desk: Desk) -> None:
    families(desk.app.store, "en")
    year = desk.app.settings.calendar.model_copy(update={"closed": ("2026-11-18/2026-11-19",)})
    other = desk_on(
        replace(desk.app, settings=desk.app.settings.model_copy(update={"calendar": year})), desk.staff
    )
    browser = other.signed_in(Role.COMMUNICATOR)
    repeat = {"how": "repeat", "day": "2026-11-18", "clock": "07:00", "every": "school_day"}
    number = await ready(browser, desk.app.store, **repeat)
    assert "Wed, Nov 18, 7:00" in said(await browser.get(f"/broadcasts/{number}/compose"))
    await saved(browser, number, skip_closed="on")
    page = said(await browser.get(f"/broadcasts/{number}/compose"))
    assert "Wed, Nov 18, 7:00" not in page
    assert "Fri, Nov 20, 7:00" in page
    await sent(browser, number)
    assert kept(desk, number).state == BroadcastState.APPROVED
    await other.close()


@pytest.mark.parametrize(
    ("purpose", "sentence"),
    [
        ("school", "2 families have had 2 texts in a week: theirs goes on Tue, Nov 24."),
        ("optional", "2 families have had 2 texts in a week and are left out."),
    ],
)
async def test_before_it_is_sent_staff_see_which_families_have_had_their_texts(
    desk: Desk, clock: StandingClock, purpose: str, sentence: str
) -> None:
    store = desk.app.store
    families(store, "en", "en")
    hands = school.Desk(store, desk.app.settings, clock)
    for text in ("Book fair.", "Bus 7 is late."):
        store.writing(school.send_out, desk.app.settings, clock.now(), text=text)
        hands.deliver()
    clock.advance(days=1)
    browser = desk.signed_in(Role.COMMUNICATOR)
    number = await ready(browser, store, purpose=purpose)
    assert sentence in said(await browser.get(f"/broadcasts/{number}/compose"))


async def test_what_was_found_too_late_is_sent_by_a_button(desk: Desk, clock: StandingClock) -> None:
    store = desk.app.store
    families(store, "en")
    browser = desk.signed_in(Role.COMMUNICATOR)
    number = await ready(browser, store, how="later", day="2026-11-17", clock="12:00")
    await sent(browser, number)
    clock.advance(hours=6)
    for one in store.reading(broadcasts.due, clock.now()):
        store.writing(broadcasts.release, one, desk.app.settings, clock.now())
    browser = desk.signed_in(Role.COMMUNICATOR)
    page = await browser.get("/problems")
    assert "Send it now after all" in said(page)
    path = f"/problems/missed/{number}/send"
    assert "on which day" in said(
        await browser.get((await browser.post(path, {"do": "later"})).headers["location"])
    )
    answer = await browser.post(path, {"do": "later", "day": "2026-11-18", "clock": "09:00"})
    assert answer.headers["location"] == f"/broadcasts/{number}"
    assert newest(store).state == BroadcastState.APPROVED
    clock.moment = datetime(2026, 11, 18, 15, 0, tzinfo=UTC) + timedelta(seconds=1)
    (plan,) = store.reading(broadcasts.due, clock.now())
    assert store.writing(broadcasts.release, plan, desk.app.settings, clock.now()) == 1
    browser = desk.signed_in(Role.COMMUNICATOR)
    assert "Send it now after all" not in said(await browser.get("/problems"))


async def test_a_viewer_cannot_send_what_was_missed(desk: Desk) -> None:
    families(desk.app.store, "en")
    answer = await desk.signed_in(Role.VIEWER).post("/problems/missed/1/send", {"do": "now"})
    assert answer.status_code == 403
