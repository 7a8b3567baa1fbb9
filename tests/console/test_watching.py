"""One broadcast on its way: how far it is, who got nothing and why, and the clicks that put things right."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.causes import Cause
from bot.messages import DeliveryState
from bot.roles import Role
from bot.store.tables import AuditEntry, Broadcast, BroadcastState, Delivery, Handover, Lane, LaneState
from bot.watching import Ailment
from bot.web.console.causes import AILMENTS, CAUSES
from tests.console.browsers import Browser, Desk
from tests.console.busy_school import BusySchool


def links(page: str, under: str) -> list[str]:
    return [
        one.replace("&amp;", "&") for one in re.findall(r'href="(/[^"]*)"', page) if one.startswith(under)
    ]


def state_of(desk: Desk, delivery: int) -> str:
    return desk.app.store.reading(lambda session: session.get(Delivery, delivery).state)  # type: ignore[union-attr]


def trail(desk: Desk) -> list[str]:
    return desk.app.store.reading(
        lambda session: [f"{one.what} {one.about}" for one in session.exec(select(AuditEntry))]
    )


def change(desk: Desk, table: type[Any], key: int, **values: Any) -> None:
    def go(session: Session) -> None:
        row = session.get(table, key)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)

    desk.app.store.writing(go)


def test_every_cause_and_every_ailment_has_its_words() -> None:
    assert set(CAUSES) == set(Cause)
    assert set(AILMENTS) == set(Ailment)


async def test_why_families_got_nothing_is_two_clicks_from_home(owner: Browser, school: BusySchool) -> None:
    untold = f"/broadcasts/{school.broadcasts['untold']}"
    home = (await owner.get("/")).text
    broadcast = (await owner.get(links(home, f"{untold}?")[0])).text  # the first click
    assert re.search(r"\d+ famil(y|ies) got nothing", broadcast)
    assert "The number takes no texts" in broadcast
    listed = (await owner.get(links(broadcast, f"{untold}/nothing?why=landline")[0])).text  # the second
    assert "What to do" in listed
    assert "+1920555" in listed
    assert links(listed, f"{untold}/calls?why=landline")  # the third would be paper


async def test_a_draft_is_where_it_is_written(owner: Browser, school: BusySchool) -> None:
    draft = school.broadcasts["draft"]
    answer = await owner.get(f"/broadcasts/{draft}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/broadcasts/{draft}/compose")


@pytest.mark.parametrize(
    ("role", "where"), [(Role.APPROVER, "/approve"), (Role.COMMUNICATOR, "/compose"), (Role.VIEWER, None)]
)
async def test_what_waits_for_approval_is_where_it_is_judged(
    desk: Desk, school: BusySchool, role: Role, where: str | None
) -> None:
    pending = f"/broadcasts/{school.broadcasts['pending']}"
    answer = await desk.signed_in(role).get(pending)
    assert answer.headers.get("location") == (f"{pending}{where}" if where else None)
    assert where or "It waits until a second person approves it." in answer.text


@pytest.mark.parametrize("path", ["", "/nothing", "/calls", "/live", "/schools"])
async def test_what_does_not_exist_is_not_there(owner: Browser, path: str) -> None:
    assert (await owner.get(f"/broadcasts/999{path}")).status_code == 404


async def test_an_unknown_cause_shows_all_and_an_unknown_time_the_newest(
    owner: Browser, school: BusySchool
) -> None:
    untold = f"/broadcasts/{school.broadcasts['untold']}"
    page = await owner.get(f"{untold}/nothing?why=nonsense&time=999&page=-1")
    assert page.status_code == 200
    assert "+1920555" in page.text


async def test_without_the_right_to_read_there_are_numbers_and_no_names(
    desk: Desk, school: BusySchool
) -> None:
    untold = f"/broadcasts/{school.broadcasts['untold']}"
    for role in (Role.VIEWER, Role.APPROVER):
        browser = desk.signed_in(role)
        for path in (untold, f"{untold}/nothing", f"{untold}/nothing?why=landline", "/problems"):
            page = (await browser.get(path)).text
            for name in ("Hodan", "Ana García", "Mai Vang", "Wei Chen", "+1920555", "tel:"):
                assert name not in page, (role, path, name)
        assert (await browser.get(f"{untold}/calls")).status_code == 403


async def test_the_list_for_paper_says_what_to_tell_them(owner: Browser, school: BusySchool) -> None:
    page = (await owner.get(f"/broadcasts/{school.broadcasts['untold']}/calls")).text
    assert "Families to call" in page
    assert "What they should be told:" in page
    assert "☐" in page


@pytest.mark.parametrize(
    ("do", "state", "what"), [("again", "queued", "text.sent-again"), ("drop", "failed", "text.dropped")]
)
async def test_a_held_text_is_sent_again_or_dropped_with_one_click(
    desk: Desk, school: BusySchool, do: str, state: str, what: str
) -> None:
    browser = desk.signed_in(Role.COMMUNICATOR)
    assert f'action="/problems/texts/{school.held}"' in (await browser.get("/problems")).text
    answer = await browser.post(f"/problems/texts/{school.held}", {"do": do, "next": "/problems"})
    assert answer.headers["location"] == "/problems"
    assert state_of(desk, school.held) == state
    assert f"{what} delivery:{school.held}" in trail(desk)
    twice = await browser.post(f"/problems/texts/{school.held}", {"do": do})
    assert "nothing was changed" in (await browser.follow(twice)).text


async def test_all_held_texts_of_a_broadcast_at_once(desk: Desk, school: BusySchool) -> None:
    number = school.broadcasts["untold"]

    def hold(session: Session) -> int:
        rows = session.exec(
            select(Delivery).where(
                col(Delivery.broadcast_id) == number, col(Delivery.state) == DeliveryState.QUEUED
            )
        ).all()
        for row in rows:
            row.state = DeliveryState.HELD
            session.add(row)
        return len(rows)

    more = desk.app.store.writing(hold)
    browser = desk.signed_in(Role.OWNER)
    assert "Send all of them again" in (await browser.get(f"/broadcasts/{number}")).text
    answer = await browser.post(f"/broadcasts/{number}/held", {"do": "drop", "next": f"/broadcasts/{number}"})
    assert f"{more + 1} texts are dropped." in (await browser.follow(answer)).text
    assert state_of(desk, school.held) == "failed"
    assert f"texts.dropped broadcast:{number}" in trail(desk)


@pytest.mark.parametrize(
    "next_", ["//evil.example", "https://evil.example", "/sign-out", "/broadcasts/../x\\y"]
)
async def test_a_form_leads_back_to_our_own_pages_only(
    owner: Browser, school: BusySchool, next_: str
) -> None:
    answer = await owner.post(f"/problems/texts/{school.held}", {"do": "drop", "next": next_})
    assert answer.headers["location"] == "/problems"


async def test_a_held_answer_to_danger_is_nobodys_to_release_here(desk: Desk, school: BusySchool) -> None:
    def hold(session: Session) -> int:
        danger = select(Handover.inbound_id).where(
            col(Handover.restricted), col(Handover.contact_point_id) == school.danger
        )
        inbound = session.exec(danger).one()
        row = Delivery(
            contact_point_id=school.danger, lane_id=1, text="…", language="so", urgency=1, state="held"
        )
        row.state, row.inbound_id = DeliveryState.HELD, inbound
        session.add(row)
        session.flush()
        return row.id or 0

    held = desk.app.store.writing(hold)
    browser = desk.signed_in(Role.OWNER)
    assert f"/problems/texts/{held}" not in (await browser.get("/problems")).text
    await browser.post(f"/problems/texts/{held}", {"do": "again"})
    assert state_of(desk, held) == "held"


async def test_a_stopped_sender_is_started_by_those_who_may(desk: Desk, school: BusySchool) -> None:
    lane = school.stopped_lane
    path = f"/problems/senders/{lane}/start"
    approver, owner = desk.signed_in(Role.APPROVER), desk.signed_in(Role.OWNER)
    assert path not in (await approver.get("/problems")).text
    assert (await approver.post(path)).status_code == 403
    page = (await owner.get("/problems")).text
    assert path in page
    assert "Twilio says that the account is suspended." in page
    await owner.post(path)
    assert desk.app.store.reading(lambda session: session.get(Lane, lane).state) == LaneState.RUNNING  # type: ignore[union-attr]
    assert f"sender.started lane:{lane}" in trail(desk)
    again = await owner.follow(await owner.post(path))
    assert "That sender is not stopped" in again.text


def posts(page: str, number: int) -> set[str]:
    return set(re.findall(rf'action="/broadcasts/{number}/(\w+)"', page)) - {"held"}


@pytest.mark.parametrize(
    ("name", "values", "offered"),
    [
        ("untold", {}, {"pause", "stop"}),
        ("untold", {"paused_at": 0}, {"resume", "stop"}),
        ("approved", {}, {"pause", "recall"}),
        ("stopped", {}, {"copy"}),
        ("recalled", {}, {"copy"}),
        ("inquiry", {}, {"copy"}),
    ],
)
async def test_what_can_be_done_depends_on_where_it_stands(
    desk: Desk, school: BusySchool, name: str, values: dict[str, Any], offered: set[str]
) -> None:
    number = school.broadcasts[name]
    if values:
        change(desk, Broadcast, number, paused_at=desk.app.clock.now())
    theirs = {Role.COMMUNICATOR: offered, Role.VIEWER: set[str]()}
    for role, expected in theirs.items():
        page = (await desk.signed_in(role).get(f"/broadcasts/{number}")).text
        assert posts(page, number) == expected


@pytest.mark.parametrize("name", [str(one) for one in BroadcastState] + ["inquiry", "untold"])
async def test_every_state_says_in_a_sentence_where_it_stands(
    owner: Browser, school: BusySchool, name: str
) -> None:
    page = (await owner.get(f"/broadcasts/{school.broadcasts[name]}")).text
    if name not in {"draft", "pending"}:
        assert re.search(r'<p class="lead"><span class="badge[^>]*>[^<]+</span> [^<]+\.', page)


async def test_schools_are_a_piece_of_the_page_and_a_page_without_scripts(
    owner: Browser, school: BusySchool
) -> None:
    path = f"/broadcasts/{school.broadcasts['untold']}/schools"
    assert f'href="{path}"' in (await owner.get(path.removesuffix("/schools"))).text
    whole, piece = await owner.get(path), await owner.get(path, headers={"hx-request": "true"})
    assert "<h1>By school</h1>" in whole.text
    assert "Lincoln" in whole.text
    assert "<html" not in piece.text
    assert "Lincoln" in piece.text


async def test_long_lists_come_in_pages(desk: Desk, school: BusySchool) -> None:
    number = school.broadcasts["untold"]

    def hold(session: Session) -> None:
        row = session.get(Delivery, school.held)
        assert row is not None
        for place in range(30):
            values = row.model_dump(exclude={"id", "occurrence_id", "attempt", "provider_id"})
            session.add(Delivery(**values, occurrence_id=None, attempt=f"more.{place}"))

    desk.app.store.writing(hold)
    browser = desk.signed_in(Role.OWNER)
    first, second = (await browser.get("/problems")).text, (await browser.get("/problems?page=2")).text
    assert "1 to 25 of 32" in first
    assert "26 to 32 of 32" in second
    assert len(re.findall('action="/problems/texts/', first + second)) == 31
    assert (await browser.get(f"/broadcasts/{number}")).status_code == 200


async def test_an_answer_that_failed_leads_to_its_conversation(desk: Desk, school: BusySchool) -> None:
    def fail(session: Session) -> int:
        row = session.exec(
            select(Delivery).where(col(Delivery.broadcast_id).is_(None), col(Delivery.inbound_id).is_(None))
        ).first()
        assert row is not None
        row.state, row.code, row.settled_at = DeliveryState.FAILED, "30006", desk.app.clock.now()
        session.add(row)
        return row.contact_point_id

    phone = desk.app.store.writing(fail)
    page = (await desk.signed_in(Role.OWNER).get("/problems")).text
    assert f'href="/inbox/{phone}"' in page
    assert "It may be a landline." in page
