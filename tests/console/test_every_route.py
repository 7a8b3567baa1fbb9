"""Every method of every address, tried by every role: nobody gets what their role was not given.

The list comes from the console's own router, so a new address is tried without anybody writing a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import httpx
import pytest

from bot.roles import RIGHTS, Role
from bot.store.tables import Staff
from bot.web.access import Policy
from bot.web.console import forgery
from tests.conftest import StandingClock
from tests.console.browsers import HOST, Browser, Desk
from tests.console.busy_school import BusySchool
from tests.console.pages import NO_PAGES, SAMPLES, Route, addresses, any_number, pages, routes

ROUTES = routes()
SAFE = [one for one in ROUTES if one.method in forgery.SAFE_METHODS]
UNSAFE = [one for one in ROUTES if one.method not in forgery.SAFE_METHODS]


def filled(path: str, school: BusySchool) -> str:
    """An address of this school for a declared one; where the table has none, number 1 of everything."""
    known = {one.path for one in SAFE}
    return addresses(path, school)[0] if path in known else any_number(path)


def visitors(desk: Desk) -> Mapping[Role | None, Browser]:
    return {None: desk.stranger(), **{role: desk.signed_in(role) for role in Role}}


def admitted(policy: Policy, role: Role | None) -> bool:
    """What the declared policy says, worked out here once more."""
    if policy.open:
        return True
    return role is not None and (policy.right is None or policy.right in RIGHTS[role])


def refused(answer: httpx.Response) -> bool:
    """Turned away at the door: to the sign-in, or with the page that says “may not”."""
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    return to_sign_in or answer.status_code == 403


def test_there_is_a_sample_for_every_page_and_none_for_pages_that_are_gone() -> None:
    blanks = {one for one in pages() if "{" in one}
    assert blanks == set(SAMPLES)
    assert set(NO_PAGES) <= {one.path for one in ROUTES}


async def test_nobody_gets_past_a_policy_that_does_not_name_them(desk: Desk, school: BusySchool) -> None:
    everybody, unexpected = visitors(desk), []
    for route in ROUTES:
        path = filled(route.path, school)
        for role, one in everybody.items():
            if admitted(route.policy, role):
                continue
            answer = await (one.post(path) if route in UNSAFE else one.http.request(route.method, path))
            if not refused(answer):
                unexpected.append(f"{role} at {route}: {answer.status_code}")
    assert not unexpected, "\n".join(unexpected)


async def test_pages_open_for_those_who_have_every_right(desk: Desk, school: BusySchool) -> None:
    owner, unexpected = desk.signed_in(Role.OWNER), []
    for route in SAFE:
        if NO_PAGES.get(route.path) == "a stream" or route.path.startswith("/sign-in"):
            continue
        for path in addresses(route.path, school):
            answer = await owner.http.request(route.method, path)
            if (route.path not in NO_PAGES and answer.status_code not in {200, 303}) or refused(answer):
                unexpected.append(f"{path}: {answer.status_code}")
    assert not unexpected, "\n".join(unexpected)


def forgeries(mine: Browser, somebody: Browser) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Every way in which a form may not be ours: what is wrong, its fields, its headers."""
    right, ours = {forgery.FIELD: forgery.proof(mine.token)}, {"origin": HOST}
    strangers = {forgery.FIELD: forgery.proof(somebody.token)}
    flipped = right[forgery.FIELD][:-6] + ("A" if right[forgery.FIELD][-6] != "A" else "B") + "=" * 5
    yield "no proof", {}, ours
    yield "an empty proof", {forgery.FIELD: ""}, ours
    yield "nonsense for a proof", {forgery.FIELD: "forged"}, ours
    yield "the cookie for a proof", {forgery.FIELD: mine.token}, ours
    yield "a spoilt proof", {forgery.FIELD: flipped}, ours
    yield "another session's proof", strangers, ours
    yield "another session's proof in a header", {}, ours | {forgery.HEADER: strangers[forgery.FIELD]}
    yield "a foreign origin", right, {"origin": "https://example.invalid"}
    yield "a foreign port", right, {"origin": f"{HOST}:8081"}
    yield "our address as somebody's subdomain", right, {"origin": f"{HOST}.example.invalid"}
    yield "no origin that anybody admits", right, {"origin": "null"}
    yield "another site, by its own account", right, {"sec-fetch-site": "cross-site"}
    yield "a neighbour's site, by its own account", right, {"sec-fetch-site": "same-site"}


async def obeyed(route: Route, path: str, mine: Browser, somebody: Browser) -> list[str]:
    """Send every forgery to one address; return those that were not refused."""
    found = []
    for what, fields, headers in forgeries(mine, somebody):
        answer = await mine.http.request(route.method, path, data=fields, headers=headers)
        if answer.status_code != 403:
            found.append(f"{route}, {what}: {answer.status_code}")
    return found


async def test_no_form_of_anybody_else_is_obeyed(desk: Desk, school: BusySchool) -> None:
    mine, somebody = desk.signed_in(Role.OWNER), desk.signed_in(Role.COMMUNICATOR)
    found = [
        one for route in UNSAFE for one in await obeyed(route, filled(route.path, school), mine, somebody)
    ]
    assert not found, "\n".join(found)


async def test_forms_that_need_no_account_are_proven_too(desk: Desk, school: BusySchool) -> None:
    mine, somebody = desk.stranger(), desk.stranger()
    open_to_all = [one for one in UNSAFE if one.policy.open]
    found = [
        one
        for route in open_to_all
        for one in await obeyed(route, filled(route.path, school), mine, somebody)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", Role)
async def test_a_session_ends_the_moment_its_account_is_disabled(
    desk: Desk, clock: StandingClock, role: Role
) -> None:
    browser = desk.signed_in(role)
    assert (await browser.get("/account")).status_code == 200

    def disable(session: object) -> None:
        row = session.get(Staff, desk.staff[role])  # type: ignore[attr-defined]
        row.disabled_at = clock.now()

    desk.app.store.writing(disable)
    assert (await browser.get("/account")).headers["location"].startswith("/sign-in")


async def test_a_session_ends_with_its_day(desk: Desk, clock: StandingClock) -> None:
    browser = desk.signed_in(Role.OWNER)
    clock.advance(hours=13)
    assert (await browser.get("/account")).headers["location"].startswith("/sign-in")
