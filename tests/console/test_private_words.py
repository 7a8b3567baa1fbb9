"""What families said, are called and are reached at is shown to those who work with it and to nobody else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.roles import RIGHTS, Right, Role
from bot.store.tables import Staff
from tests.console.browsers import Browser, Desk
from tests.console.busy_school import BusySchool, Words, fill, plain
from tests.console.pages import NO_PAGES, addresses, routes

#: in every name, word, note, number that is a family's
FAMILYS = ("Tamarind", "920555", "920-555", "920) 555", "9200000")
#: in what only those on call may read
DANGER = "Nightshade"

_OURS = {"name", "words", "understood", "note", "evidence"}

STRANGERS = [role for role in Role if not RIGHTS[role] & {Right.READ, Right.PEOPLE}]


def marked() -> Words:
    usual = plain()

    def say(kind: str) -> str:
        text = usual(kind)
        return f"{DANGER} {text}" if kind == "danger" else f"Tamarind {text}" if kind in _OURS else text

    return say


@pytest.fixture
def school(desk: Desk) -> BusySchool:
    return fill(desk.app, staff=desk.staff, words=marked())


async def shown(browser: Browser, school: BusySchool, marks: Sequence[str]) -> list[str]:
    """Every page and file that shows this browser one of these marks."""
    found = []
    for route in routes():
        if route.method != "GET" or NO_PAGES.get(route.path) in {"a stream", "files"}:
            continue
        for path in addresses(route.path, school):
            text = (await browser.get(path)).text
            found += [f"{path}: {mark}" for mark in marks if mark in text]
    return found


def test_somebody_works_here_who_reads_no_family() -> None:
    assert set(STRANGERS) == {Role.APPROVER, Role.PARTNER, Role.VIEWER}


@pytest.mark.parametrize("role", STRANGERS)
async def test_nobody_reads_families_whose_work_it_is_not(desk: Desk, school: BusySchool, role: Role) -> None:
    found = await shown(desk.signed_in(role), school, [*FAMILYS, DANGER])
    assert not found, "\n".join(found)


async def test_danger_is_read_by_those_on_call_alone(desk: Desk, school: BusySchool) -> None:
    def relieve(session: object) -> None:
        session.get(Staff, desk.staff[Role.COMMUNICATOR]).on_call = False  # type: ignore[attr-defined]

    assert await shown(desk.signed_in(Role.COMMUNICATOR), school, [DANGER])
    desk.app.store.writing(relieve)
    found = await shown(desk.signed_in(Role.COMMUNICATOR), school, [DANGER])
    assert not found, "\n".join(found)
    found = await shown(desk.signed_in(Role.REVIEWER), school, [DANGER])
    assert not found, "\n".join(found)
