"""The entrance over HTTP: first run, links, password, second factor, language, going out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from bot import staff
from bot.app import App
from bot.credentials import fresh_secret
from bot.roles import Role
from bot.settings import Settings
from bot.store import accounts
from bot.store.audit import Actor
from bot.store.store import Store
from bot.store.tables import Staff, StaffSession
from tests.conftest import StandingClock
from tests.console.browsers import COOKIE, Desk, desk_on
from tests.console.entering import heading, press, signed_in, visitor
from tests.staff.people import PASSWORD, account, app_with, code, later

DEVICE = f"{COOKIE}_device"


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock) -> App:
    return app_with(settings, store, clock)


@pytest.fixture
async def desk(app: App) -> AsyncIterator[Desk]:
    opened = desk_on(app, {})
    yield opened
    await opened.close()


async def test_before_there_is_an_account_the_page_says_how_the_first_is_made(desk: Desk) -> None:
    browser = visitor(desk)
    answer = await browser.follow(await browser.get("/account"))
    assert heading(answer) == "Nobody has an account yet"
    assert "homeloop run" in answer.text
    assert "<input" not in answer.text.split("<main")[1].split("</main")[0]


async def test_the_owner_makes_their_account_by_the_link_and_sets_up_their_phone(desk: Desk) -> None:
    token = desk.app.store.writing(staff.first_invitation, desk.app.clock.now())
    browser = visitor(desk)
    path = f"/invitation/{token}"
    assert "Your account at Lincoln School" in heading(await browser.get(path))
    assert "Your account at Lincoln School" in heading(await browser.get(path))
    fields = {"name": "Ana Ruiz", "email": "ana@school.example", "password": PASSWORD, "again": PASSWORD}
    page = await browser.follow(await press(browser, path, **fields))
    assert heading(page) == "A code from your phone"
    assert "Not now" not in page.text
    assert (await browser.get("/account")).status_code == 303
    secret = _key(page)
    codes = await press(
        browser, "/sign-in/second-factor", code=code(secret, desk.app.clock.now()), next="/account"
    )
    assert heading(codes) == "Keep these codes"
    assert len(re.findall(r"<li><code>[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}</code></li>", codes.text)) == 10
    assert heading(await browser.get("/account")) == "My account"
    assert heading(await visitor(desk).get(path)) == "This link is no longer good"


def _key(page: httpx.Response) -> str:
    found = re.search(r'<code id="key" dir="ltr">([A-Z2-7 ]+)</code>', page.text)
    assert found is not None
    assert 'src="data:image/png;base64,' in page.text
    return found[1].replace(" ", "")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "too short", "again": "too short"}, "too short"),
        ({"password": "lincolnschool2026", "again": "lincolnschool2026"}, "guessed easily"),
        ({"password": PASSWORD, "again": "something else here"}, "not the same"),
        ({"email": "nonsense"}, "Write an e-mail address"),
        ({"name": "  "}, "Write the name"),
    ],
)
async def test_what_is_wrong_with_a_new_account_is_said_and_the_rest_is_kept(
    desk: Desk, fields: dict[str, str], said: str
) -> None:
    token = desk.app.store.writing(staff.first_invitation, desk.app.clock.now())
    browser = visitor(desk)
    typed = {"name": "Ana Ruiz", "email": "ana@x.example", "password": PASSWORD, "again": PASSWORD} | fields
    answer = await press(browser, f"/invitation/{token}", **typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert typed["email"] in answer.text
    assert f'value="{typed["password"]}"' not in answer.text
    assert not desk.app.store.reading(staff.anybody)


async def test_signing_in_leads_where_one_wanted_to_go(desk: Desk) -> None:
    account(desk.app, "Omar Ali", Role.VIEWER)
    browser = visitor(desk)
    first = await browser.get("/account")
    assert first.headers["location"] == "/sign-in?next=/account"
    page = await browser.follow(first)
    assert 'name="next" value="/account"' in page.text
    answer = await press(browser, "/sign-in", email="OMAR@school.example", password=PASSWORD, next="/account")
    assert answer.headers["location"] == "/account"
    assert heading(await browser.get("/account")) == "My account"
    assert (await browser.get("/sign-in")).status_code == 303


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a b"]
)
async def test_nobody_is_sent_to_another_site_after_signing_in(desk: Desk, elsewhere: str) -> None:
    account(desk.app, "Omar Ali", Role.VIEWER)
    _, answer = await signed_in(desk, "omar@school.example", elsewhere)
    assert answer.headers["location"] == "/"


async def test_a_wrong_password_and_an_unknown_name_read_the_same(desk: Desk) -> None:
    account(desk.app, "Omar Ali", Role.VIEWER)
    texts = []
    for email in ("omar@school.example", "none@school.example"):
        answer = await press(visitor(desk), "/sign-in", email=email, password="wrong password")
        assert answer.status_code == 422
        assert "wrong password" not in answer.text
        texts.append(re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text).replace(email, "…"))
    assert texts[0] == texts[1]


async def test_after_too_many_tries_the_page_says_what_to_do(desk: Desk) -> None:
    account(desk.app, "Omar Ali", Role.VIEWER)
    browser = visitor(desk)
    for _ in range(5):
        await press(browser, "/sign-in", email="omar@school.example", password="wrong")
    answer = await press(browser, "/sign-in", email="omar@school.example", password=PASSWORD)
    assert answer.status_code == 429
    assert "Wait five minutes" in answer.text


async def test_a_known_browser_comes_in_while_strangers_hammer(desk: Desk) -> None:
    account(desk.app, "Omar Ali", Role.VIEWER)
    browser, _ = await signed_in(desk, "omar@school.example")
    assert browser.http.cookies.get(DEVICE)
    await press(browser, "/sign-out")
    stranger = visitor(desk)
    for _ in range(20):
        await press(stranger, "/sign-in", email="omar@school.example", password="wrong")
    answer = await press(browser, "/sign-in", email="omar@school.example", password=PASSWORD)
    assert answer.status_code == 303


async def test_cookies_are_out_of_scripts_reach_and_new_at_every_step(desk: Desk) -> None:
    secret = fresh_secret()
    account(desk.app, totp=secret)
    browser = visitor(desk)
    before = browser.token
    answer = await press(browser, "/sign-in", email="ana@school.example", password=PASSWORD)
    half = browser.token
    assert answer.headers["location"] == "/sign-in/code"
    answer = await press(browser, "/sign-in/code", code=code(secret, desk.app.clock.now()))
    assert answer.headers["location"] == "/"
    assert len({before, half, browser.token}) == 3
    for line in answer.headers.get_list("set-cookie"):
        assert "HttpOnly" in line
        assert "SameSite=lax" in line
        assert "Path=/" in line


async def test_a_code_is_asked_for_and_a_wrong_one_is_said(desk: Desk) -> None:
    secret = fresh_secret()
    account(desk.app, totp=secret)
    browser, answer = await signed_in(desk, "ana@school.example")
    page = await browser.follow(answer)
    assert heading(page) == "Your code"
    wrong = await press(browser, "/sign-in/code", code="000000", next="/account")
    assert wrong.status_code == 422
    assert "not right" in wrong.text
    right = await press(browser, "/sign-in/code", code=code(secret, desk.app.clock.now()), next="/account")
    assert heading(await browser.follow(right)) == "My account"


async def test_a_recovery_code_stands_in_for_the_phone(desk: Desk) -> None:
    who, _ = account(desk.app, totp=fresh_secret())
    codes = desk.app.store.writing(accounts.new_recovery_codes, who)
    browser, _ = await signed_in(desk, "ana@school.example")
    assert heading(await browser.get("/sign-in/recovery")) == "Recovery code"
    wrong = await press(browser, "/sign-in/recovery", code="AAAA-AAAA-AAAA-AAAA")
    assert wrong.status_code == 422
    right = await press(browser, "/sign-in/recovery", code=codes[9].lower(), next="/account")
    assert heading(await browser.follow(right)) == "My account"


async def test_whoever_waits_too_long_begins_again(desk: Desk) -> None:
    account(desk.app, totp=fresh_secret())
    browser, _ = await signed_in(desk, "ana@school.example")
    later(desk.app, minutes=16)
    answer = await press(browser, "/sign-in/code", code="000000")
    page = await browser.follow(answer)
    assert heading(page) == "Sign in"
    assert "too long" in page.text


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/recovery", "/sign-in/second-factor"])
async def test_the_second_step_is_no_way_in_without_the_first(desk: Desk, path: str) -> None:
    account(desk.app, totp=fresh_secret())
    assert (await visitor(desk).get(path)).headers["location"] == "/sign-in"
    answer = await press(visitor(desk), path, code="000000")
    assert answer.headers["location"] == "/sign-in"


async def test_a_second_factor_is_offered_once_to_those_who_need_none(desk: Desk) -> None:
    boss, _ = account(desk.app)
    token = desk.app.store.writing(
        staff.invite,
        Actor(boss, "Ana Ruiz"),
        name="Omar Ali",
        email="omar@school.example",
        role=Role.VIEWER,
        languages=[],
        on_call=False,
        now=desk.app.clock.now(),
    )
    browser = visitor(desk)
    fields = {"name": "Omar Ali", "password": PASSWORD, "again": PASSWORD}
    page = await browser.follow(await press(browser, f"/invitation/{token}", **fields))
    assert "Not now" in page.text
    assert (await press(browser, "/sign-in/not-now")).headers["location"] == "/"
    assert heading(await browser.get("/account")) == "My account"
    _, answer = await signed_in(desk, "omar@school.example")
    assert answer.headers["location"] == "/account"


async def test_signing_out_ends_the_session_for_good(desk: Desk) -> None:
    account(desk.app, "Omar Ali", Role.VIEWER)
    browser, _ = await signed_in(desk, "omar@school.example")
    assert (await press(browser, "/sign-out")).headers["location"] == "/sign-in"
    assert (await browser.get("/account")).status_code == 303


async def test_signing_in_as_somebody_else_ends_the_session_before(desk: Desk) -> None:
    account(desk.app, "Omar Ali", Role.VIEWER)
    account(desk.app, "Mina Day", Role.VIEWER)
    browser, _ = await signed_in(desk, "omar@school.example")
    await press(browser, "/sign-in", email="mina@school.example", password=PASSWORD)
    kept = desk.app.store.reading(lambda session: session.exec(select(StaffSession)).all())
    assert len(kept) == 1


async def test_a_session_ends_after_twelve_hours(desk: Desk) -> None:
    account(desk.app, "Omar Ali", Role.VIEWER)
    browser, _ = await signed_in(desk, "omar@school.example")
    begun = desk.app.clock.now()
    while desk.app.clock.now() < begun + timedelta(hours=12):
        assert (await browser.get("/account")).status_code == 200
        later(desk.app, hours=1)
    assert (await browser.get("/account")).status_code == 303


async def test_the_language_is_kept_with_the_browser_and_then_with_the_account(desk: Desk) -> None:
    who, _ = account(desk.app, "Omar Ali", Role.VIEWER)
    browser = visitor(desk)
    answer = await press(browser, "/language", language="ar", next="/sign-in")
    assert answer.headers["location"] == "/sign-in"
    page = await browser.get("/sign-in")
    assert '<html lang="ar" dir="rtl">' in page.text
    inside, _ = await signed_in(desk, "omar@school.example")
    await press(inside, "/language", language="es", next="/account")
    assert '<html lang="es"' in (await inside.get("/account")).text
    row = desk.app.store.reading(lambda session: session.get(Staff, who))
    assert row is not None
    assert row.console_language == "es"
    assert (await press(inside, "/language", language="tlh", next="//evil")).headers["location"] == "/"


async def test_browsers_are_told_apart_without_believing_them(desk: Desk) -> None:
    account(desk.app, "Omar Ali", Role.VIEWER)
    agents = [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
        "<script>alert(1)</script>",
    ]
    for agent in agents:
        browser = visitor(desk, agent)
        await press(browser, "/sign-in", email="omar@school.example", password=PASSWORD)
    kept = desk.app.store.reading(lambda session: session.exec(select(StaffSession.browser)).all())
    assert list(kept) == ["Firefox, Windows", "Safari, iPhone", ""]
