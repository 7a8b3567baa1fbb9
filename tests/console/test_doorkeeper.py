"""Nobody gets past the door who should not: addresses, accounts, forms from elsewhere, headers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from litestar import get, post
from litestar.testing import AsyncTestClient

from bot.app import App
from bot.errors import BroadcastError
from bot.roles import Right, Role
from bot.settings import Settings
from bot.staff import begin_session
from bot.store.store import Store
from bot.store.tables import AuditEntry, Staff
from bot.web import access
from bot.web.access import OPEN, SIGNED_IN, needs
from bot.web.console import console, forgery
from bot.web.console.visit import Audit, Page, Visit
from tests.conftest import StandingClock


@get("/try/open", opt=OPEN)
async def for_all(visit: Visit) -> Page:
    return visit.page("sentence.html", sentence="Hello <b>you</b>")


@get("/try/mine", opt=SIGNED_IN)
async def for_staff(visit: Visit) -> Page:
    return visit.page("sentence.html", sentence=visit.actor.name)


@post("/try/write", opt=needs(Right.WRITE))
async def write(visit: Visit) -> Page:
    form = await visit.form()
    if form.text("word") == "bad":
        raise BroadcastError("The word is bad: choose another.")
    await visit.write(lambda session: 7, audit=Audit("try.written", lambda made: f"try:{made}", {"n": 1}))
    return visit.go("/try/open", say=visit._("Done."))


@get("/try/failing", opt=OPEN)
async def failing(visit: Visit) -> Page:
    raise RuntimeError("+17155550142 said something private")


@pytest.fixture
async def client(
    settings: Settings, store: Store, clock: StandingClock
) -> AsyncIterator[AsyncTestClient[Any]]:
    made = console(App(settings, store, clock), more=[for_all, for_staff, write, failing])
    async with AsyncTestClient(made, base_url="http://127.0.0.1") as client:
        yield client


def sign_in(client: AsyncTestClient[Any], store: Store, clock: StandingClock, role: Role = Role.OWNER) -> str:
    """Give the client the cookie of a new account."""

    def make(session: Any) -> str:
        one = Staff(
            email=f"{role}@school.example", name="Ana <i>", role=role, languages=[], made_at=clock.now()
        )
        session.add(one)
        session.flush()
        assert one.id is not None
        return begin_session(session, one.id, clock.now(), hours=12)

    token = store.writing(make)
    client.cookies.set("homeloop", token)
    return token


async def test_a_page_is_drawn_for_anybody_and_says_what_browsers_must_not_do(
    client: AsyncTestClient[Any],
) -> None:
    answer = await client.get("/try/open")
    assert answer.status_code == 200
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert answer.headers["cache-control"] == "no-store"
    assert "HttpOnly" in answer.headers["set-cookie"]


async def test_a_browser_in_arabic_gets_the_page_mirrored(client: AsyncTestClient[Any]) -> None:
    answer = await client.get("/try/open", headers={"accept-language": "ar-EG,en;q=0.5"})
    assert '<html lang="ar" dir="rtl">' in answer.text


async def test_who_is_not_signed_in_is_led_to_the_entrance(client: AsyncTestClient[Any]) -> None:
    answer = await client.get("/try/mine", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/try/mine")


async def test_an_account_opens_the_page_and_its_name_stays_text(
    client: AsyncTestClient[Any], store: Store, clock: StandingClock
) -> None:
    sign_in(client, store, clock)
    answer = await client.get("/try/mine")
    assert answer.status_code == 200
    assert "Ana &lt;i&gt;" in answer.text


async def test_a_session_ends_for_everybody_whose_account_is_disabled(
    client: AsyncTestClient[Any], store: Store, clock: StandingClock
) -> None:
    sign_in(client, store, clock)

    def disable(session: Any) -> None:
        session.get(Staff, 1).disabled_at = clock.now()

    store.writing(disable)
    answer = await client.get("/try/mine", follow_redirects=False)
    assert answer.status_code == 303


async def test_a_form_of_ours_is_taken_and_kept_in_the_trail(
    client: AsyncTestClient[Any], store: Store, clock: StandingClock
) -> None:
    token = sign_in(client, store, clock)
    answer = await client.post(
        "/try/write", data={"csrf_token": forgery.proof(token)}, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/try/open")
    assert "Done." in (await client.get("/try/open")).text
    assert "Done." not in (await client.get("/try/open")).text
    kept = store.reading(lambda session: session.get(AuditEntry, 1))
    assert kept is not None
    assert (kept.what, kept.about, kept.who) == ("try.written", "try:7", "Ana <i>")


@pytest.mark.parametrize("value", ["", "x", "AAAA", "another browser's"])
async def test_a_form_without_our_proof_changes_nothing(
    client: AsyncTestClient[Any], store: Store, clock: StandingClock, value: str
) -> None:
    sign_in(client, store, clock)
    given = forgery.proof("another token") if value == "another browser's" else value
    answer = await client.post("/try/write", data={"csrf_token": given} if given else {})
    assert answer.status_code == 403
    assert store.reading(lambda session: session.get(AuditEntry, 1)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:81"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_form_from_another_site_changes_nothing(
    client: AsyncTestClient[Any], store: Store, clock: StandingClock, headers: dict[str, str]
) -> None:
    token = sign_in(client, store, clock)
    answer = await client.post("/try/write", data={"csrf_token": forgery.proof(token)}, headers=headers)
    assert answer.status_code == 403
    assert store.reading(lambda session: session.get(AuditEntry, 1)) is None


async def test_a_role_without_the_right_is_refused_with_a_sentence(
    client: AsyncTestClient[Any], store: Store, clock: StandingClock
) -> None:
    token = sign_in(client, store, clock, Role.VIEWER)
    answer = await client.post("/try/write", data={"csrf_token": forgery.proof(token)})
    assert answer.status_code == 403
    assert "may not see this page" in answer.text


async def test_a_complaint_is_shown_as_its_sentence(
    client: AsyncTestClient[Any], store: Store, clock: StandingClock
) -> None:
    token = sign_in(client, store, clock)
    answer = await client.post("/try/write", data={"csrf_token": forgery.proof(token), "word": "bad"})
    assert answer.status_code == 422
    assert "The word is bad: choose another." in answer.text


async def test_what_fails_inside_says_nothing_private(client: AsyncTestClient[Any]) -> None:
    answer = await client.get("/try/failing")
    assert answer.status_code == 500
    assert "5550142" not in answer.text
    assert "Something went wrong here" in answer.text


async def test_another_host_name_is_refused(client: AsyncTestClient[Any]) -> None:
    answer = await client.get("/try/open", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert "console.url" in answer.text


async def test_an_unknown_address_is_a_sentence(client: AsyncTestClient[Any]) -> None:
    answer = await client.get("/nowhere")
    assert answer.status_code == 404


async def test_files_are_served_for_good_and_under_their_content_only(client: AsyncTestClient[Any]) -> None:
    page = (await client.get("/try/open")).text
    found = re.search(r"/static/[0-9a-f]{12}/homeloop\.css", page)
    assert found is not None
    answer = await client.get(found[0])
    assert answer.headers["cache-control"].endswith("immutable")
    assert (await client.get("/static/000000000000/homeloop.css")).status_code == 404


async def test_over_https_the_cookie_is_held_to_this_host(
    settings: Settings, store: Store, clock: StandingClock
) -> None:
    made = console(App(settings, store, clock), more=[for_all])
    async with AsyncTestClient(made, base_url="http://homeloop.example") as client:
        cookie = (await client.get("/try/open")).headers["set-cookie"]
    assert cookie.startswith("__Host-homeloop=")
    assert "Secure" in cookie


def test_a_handler_without_a_policy_stops_the_build(
    settings: Settings, store: Store, clock: StandingClock
) -> None:
    @get("/try/forgotten")
    async def forgotten() -> str:
        return ""

    with pytest.raises(access.UndeclaredPolicy, match="forgotten"):
        console(App(settings, store, clock), more=[forgotten])


def test_the_proof_of_a_form_is_different_each_time_and_fits_one_browser() -> None:
    one, other = forgery.proof("token"), forgery.proof("token")
    assert one != other
    assert forgery.proves("token", one)
    assert not forgery.proves("token2", one)


async def test_a_session_that_is_over_is_none(
    client: AsyncTestClient[Any], store: Store, clock: StandingClock
) -> None:
    sign_in(client, store, clock)
    clock.moment += timedelta(hours=13)
    assert (await client.get("/try/mine", follow_redirects=False)).status_code == 303
