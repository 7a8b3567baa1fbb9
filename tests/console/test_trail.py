"""`/audit` over HTTP: a page at a time, by thing and by person, and whether it is whole."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlmodel import Session

from bot.roles import Role
from bot.store import audit
from bot.store.audit import Actor
from bot.store.store import driver
from tests.console.browsers import Browser, Desk
from tests.console.entering import heading


def fill(desk: Desk, number: int = 30) -> None:
    """So many entries by two people about many things."""
    people = [Actor(desk.staff[role], f"The {role}") for role in (Role.OWNER, Role.COMMUNICATOR)]

    def write(session: Session) -> None:
        for place in range(1, number + 1):
            thing = f"broadcast:{place}" if place % 3 else f"household:{place}"
            moment = desk.app.clock.now() + timedelta(seconds=place)
            audit.record(
                session, people[place % 2], "text.looked-at", thing, now=moment, phones=place, late=True
            )

    desk.app.store.writing(write)


def numbers(text: str) -> list[int]:
    return [int(one) for one in re.findall(r'<th scope="row" class="number">(\d+)</th>', text)]


async def test_an_empty_trail_says_what_will_be_here(owner: Browser) -> None:
    page = await owner.get("/audit")
    assert heading(page) == "Who did what"
    assert "What people do here will be listed." in page.text


async def test_entries_come_a_page_at_a_time_newest_first(desk: Desk, owner: Browser) -> None:
    fill(desk)
    first = await owner.get("/audit")
    assert numbers(first.text) == list(range(30, 5, -1))
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older is not None
    second = await owner.get(older[1].replace("&amp;", "&"))
    assert numbers(second.text) == [5, 4, 3, 2, 1]
    assert 'rel="prev"' in second.text
    assert 'rel="next"' not in second.text
    assert "phones: <bdi>30</bdi> · late: <bdi>yes</bdi>" in first.text


async def test_entries_are_found_by_thing_kind_and_person(desk: Desk, owner: Browser) -> None:
    fill(desk)
    assert numbers((await owner.get("/audit?kind=broadcast&number=4")).text) == [4]
    assert numbers((await owner.get("/audit?kind=household")).text) == list(range(30, 0, -3))
    by = await owner.get(f"/audit?who={desk.staff[Role.OWNER]}")
    assert numbers(by.text) == list(range(30, 0, -2))
    assert 'href="/broadcasts/28"' in by.text
    both = await owner.get(f"/audit?who={desk.staff[Role.OWNER]}&kind=household&number=7")
    assert "Nothing of this kind has happened yet." in both.text
    for odd in ("?kind='", "?number=x", "?who=x&before=-1", "?before=99999999999999999999", "?kind=%3Cb%3E"):
        assert (await owner.get(f"/audit{odd}")).status_code == 200


async def test_what_is_known_is_said_in_words(desk: Desk, owner: Browser) -> None:
    actor = Actor(desk.staff[Role.OWNER], "The owner")
    desk.app.store.writing(
        lambda session: audit.record(
            session, actor, "staff.switched-off", "staff:2", now=desk.app.clock.now()
        )
    )
    page = await owner.get("/audit")
    assert "switched an account off" in page.text
    assert '<a href="/staff/2">Account 2</a>' in page.text


async def test_a_whole_trail_is_said_to_be_whole_on_a_page_and_in_a_piece(desk: Desk, owner: Browser) -> None:
    fill(desk, 3)
    assert heading(await owner.get("/audit/verdict")) == "The trail is whole"
    piece = await owner.get("/audit/verdict", headers={"hx-request": "true"})
    assert "The trail is whole" in piece.text
    assert "<html" not in piece.text


async def test_a_changed_entry_is_named(desk: Desk, owner: Browser) -> None:
    fill(desk, 5)
    connection = driver().connect(desk.app.store.path)
    connection.execute("DROP TRIGGER audit_entry_unchanged")
    connection.execute("UPDATE audit_entry SET who = 'Somebody' WHERE id = 4")
    connection.commit()
    connection.close()
    page = await owner.get("/audit/verdict")
    assert heading(page) == "The trail was changed"
    assert "Entry 4 is not as it was written." in page.text
