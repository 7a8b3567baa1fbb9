"""The first page says what needs whom, one click from doing it, and nothing to those it is not for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import Session

from bot.app import App
from bot.roles import Role
from bot.store.tables import Handover, Staff
from tests.console.browsers import Browser, Desk
from tests.console.busy_school import BusySchool
from tests.reports.rows import Rows


def links(page: str) -> list[str]:
    return re.findall(r'href="(/[^"]*)"', page)


@pytest.mark.parametrize(("role", "room"), [(Role.REVIEWER, "/translations"), (Role.PARTNER, "/texts")])
async def test_somebody_with_one_task_is_led_to_it(desk: Desk, role: Role, room: str) -> None:
    answer = await desk.signed_in(role).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, room)


async def test_a_new_school_sees_three_steps(owner: Browser) -> None:
    page = (await owner.get("/")).text
    assert "Three steps to your first text" in page
    assert {"/people/import", "/broadcasts/new", "/staff"} <= set(links(page))


async def test_a_busy_school_sees_no_steps(owner: Browser, school: BusySchool) -> None:
    assert "Three steps" not in (await owner.get("/")).text


async def test_families_who_wait_stand_first_with_the_hour_that_was_promised(
    owner: Browser, school: BusySchool
) -> None:
    page = (await owner.get("/")).text
    assert "promised by 9:30 AM, 30 minutes late" in page
    assert page.index("30 minutes late") < page.index("1 hour left")
    assert any(re.fullmatch(r"/inbox/\d+", one) for one in links(page))


async def test_an_hour_of_another_day_is_named_with_its_day(
    owner: Browser, school: BusySchool, app: App
) -> None:
    promised = app.clock.now() - timedelta(days=3)
    app.store.writing(
        lambda session: session.add(
            Handover(
                contact_point_id=school.phones[1], why="own question", promised_at=promised, made_at=promised
            )
        )
    )
    assert "promised by Sat, Nov 14, 10:00 AM, 3 days late" in (await owner.get("/")).text


async def test_each_thing_to_do_is_one_click_away(owner: Browser, school: BusySchool) -> None:
    found = links((await owner.get("/")).text)
    assert f"/broadcasts/{school.broadcasts['pending']}/approve" in found
    assert any(one.startswith(f"/broadcasts/{school.broadcasts['untold']}?time=") for one in found)
    assert {"/problems", "/problems#doubt", "/inbox/danger", "/broadcasts/new"} <= set(found)
    assert any(re.fullmatch(r"/translations/\d+/so", one) for one in found)


async def test_danger_is_there_only_for_those_on_call(desk: Desk, school: BusySchool) -> None:
    on_call = desk.signed_in(Role.COMMUNICATOR)
    assert "/inbox/danger" in (await on_call.get("/")).text

    def off_duty(session: Session) -> None:
        account = session.get(Staff, desk.staff[Role.COMMUNICATOR])
        assert account is not None
        account.on_call = False
        session.add(account)

    desk.app.store.writing(off_duty)
    page = (await on_call.get("/")).text
    assert "/inbox/danger" not in page
    assert "speak of danger" not in page


async def test_a_viewer_sees_figures_and_nothing_of_families(desk: Desk, school: BusySchool) -> None:
    page = (await desk.signed_in(Role.VIEWER).get("/")).text
    assert "Homeloop itself" in page
    assert "/inbox" not in page
    assert "/broadcasts/new" not in page
    assert "/approve" not in page
    for name in ("Hodan", "Ana García", "Mai Vang", "+1920555"):
        assert name not in page


async def test_whoever_wrote_a_text_is_not_asked_to_approve_it(desk: Desk, school: BusySchool) -> None:
    page = (await desk.signed_in(Role.COMMUNICATOR).get("/")).text
    assert "Somebody else must approve it" in page
    assert "/approve" not in page


async def test_a_stopped_sender_is_said_first_of_all(owner: Browser, school: BusySchool) -> None:
    page = (await owner.get("/")).text
    assert page.index("A sender is stopped") < page.index("families wait for a person")
    assert "Something is wrong" in page


async def test_a_quiet_school_is_told_that_everything_works(desk: Desk, owner: Browser, app: App) -> None:
    def begun(session: Session) -> None:
        rows = Rows(session)
        rows.person("so")
        rows.broadcast()

    app.store.writing(begun)
    page = (await owner.get("/")).text
    assert "Nothing waits for you" in page
    assert "Everything works" in page
    assert "Nothing goes out today." in page
