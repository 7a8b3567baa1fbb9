"""One's own account and everybody's, over HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable

import pytest
from sqlalchemy import event

from bot import staff
from bot.app import App
from bot.credentials import fresh_secret
from bot.roles import Role
from bot.settings import Console, Settings
from bot.store.store import Store
from tests.conftest import StandingClock
from tests.console.browsers import Desk, desk_on
from tests.console.entering import heading, press, signed_in, visitor
from tests.staff.people import PASSWORD, account, app_with, code, row

FRESH = "another quiet river bend"


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock) -> App:
    lenient = Console(owners_need_second_factor=False)
    return app_with(settings.model_copy(update={"console": lenient}), store, clock)


@pytest.fixture
async def desk(app: App) -> AsyncIterator[Desk]:
    account(app)
    opened = desk_on(app, {})
    yield opened
    await opened.close()


async def test_an_owner_invites_a_colleague_by_a_link_shown_once(desk: Desk) -> None:
    owner, _ = await signed_in(desk, "ana@school.example")
    assert heading(await owner.get("/staff")) == "Staff"
    assert 'value="reviewer"' in (await owner.get("/staff/invite")).text
    fields = {"name": "Faadumo Cali", "email": "faadumo@school.example", "role": "reviewer"}
    refused = await press(owner, "/staff/invite", **fields)
    assert refused.status_code == 422
    assert "at least one language" in refused.text
    assert "Faadumo Cali" in refused.text
    shown = await press(owner, "/staff/invite", **fields, languages=["so", "tlh"], on_call="on")
    found = re.search(
        r'<code id="link" dir="ltr">(https://homeloop\.example(/invitation/[\w-]+))</code>', shown.text
    )
    assert found is not None
    listed = await owner.get("/staff")
    assert "Faadumo Cali" in listed.text
    assert found[2] not in listed.text
    colleague = visitor(desk)
    page = await colleague.follow(
        await press(colleague, found[2], name="Faadumo", password=PASSWORD, again=PASSWORD)
    )
    assert heading(page) == "A code from your phone"
    one = next(
        each.account
        for each in desk.app.store.reading(staff.everybody, desk.app.clock.now()).members
        if each.account.email == "faadumo@school.example"
    )
    assert (one.role, one.languages, one.on_call) == (Role.REVIEWER, ("so",), True)


async def test_a_link_is_withdrawn(desk: Desk) -> None:
    owner, _ = await signed_in(desk, "ana@school.example")
    fields = {"name": "Omar", "email": "omar@school.example", "role": "viewer"}
    await press(owner, "/staff/invite", **fields)
    (invited,) = desk.app.store.reading(staff.everybody, desk.app.clock.now()).invited
    page = await owner.follow(await press(owner, f"/staff/invitations/{invited.id}/withdraw"))
    assert "no longer good" in page.text
    assert desk.app.store.reading(staff.everybody, desk.app.clock.now()).invited == ()


async def test_a_role_is_changed_and_the_colleague_signs_in_again(desk: Desk) -> None:
    who, _ = account(desk.app, "Omar Ali", Role.VIEWER)
    owner, _ = await signed_in(desk, "ana@school.example")
    omar, _ = await signed_in(desk, "omar@school.example")
    assert (await omar.get("/account")).status_code == 200
    assert heading(await owner.get(f"/staff/{who}")) == "<bdi>Omar Ali</bdi>"
    answer = await press(owner, f"/staff/{who}", name="Omar Ali", role="approver")
    assert "Omar Ali: changed." in (await owner.follow(answer)).text
    assert (await omar.get("/account")).status_code == 303
    assert (await press(owner, f"/staff/{who}", name="Omar", role="king")).status_code == 422


async def test_switching_off_is_felt_at_once_and_can_be_undone(desk: Desk) -> None:
    who, _ = account(desk.app, "Omar Ali", Role.VIEWER)
    owner, _ = await signed_in(desk, "ana@school.example")
    omar, _ = await signed_in(desk, "omar@school.example")
    await press(owner, f"/staff/{who}/off")
    assert (await omar.get("/account")).status_code == 303
    _, refused = await signed_in(desk, "omar@school.example")
    assert refused.status_code == 422
    assert "switched off" in (await owner.get(f"/staff/{who}")).text
    await press(owner, f"/staff/{who}/on")
    _, again = await signed_in(desk, "omar@school.example")
    assert again.status_code == 303


async def test_the_only_owner_is_told_why_not(desk: Desk) -> None:
    owner, _ = await signed_in(desk, "ana@school.example")
    for path, fields in [("/staff/1/off", {}), ("/staff/1", {"name": "Ana", "role": "viewer"})]:
        answer = await press(owner, path, **fields)
        assert answer.status_code == 422
        assert "only owner" in answer.text
    assert (await owner.get("/account")).status_code == 200
    assert (await owner.get("/staff/77")).status_code == 404


async def test_a_colleague_who_cannot_sign_in_gets_a_link_or_is_spared_the_phone(desk: Desk) -> None:
    who, _ = account(desk.app, "Omar Ali", Role.VIEWER, totp=fresh_secret())
    owner, _ = await signed_in(desk, "ana@school.example")
    shown = await press(owner, f"/staff/{who}/link")
    path = re.search(r"https://homeloop\.example(/invitation/[\w-]+)", shown.text)
    assert path is not None
    await press(owner, f"/staff/{who}/second-factor")
    omar = visitor(desk)
    assert heading(await omar.get(path[1])) == "Hello Omar Ali"
    answer = await press(omar, path[1], password=FRESH, again=FRESH)
    assert answer.headers["location"] == "/sign-in/second-factor"
    assert row(desk.app, who).totp is None
    assert (await press(owner, "/staff/1/link")).status_code == 422


async def test_a_password_is_changed_with_the_old_one(desk: Desk) -> None:
    ana, _ = await signed_in(desk, "ana@school.example")
    other, _ = await signed_in(desk, "ana@school.example")
    fields = {"password": FRESH, "again": FRESH}
    wrong = await press(ana, "/account/password", present="not it", **fields)
    assert "not your password" in wrong.text
    assert FRESH not in wrong.text
    short = await press(ana, "/account/password", present=PASSWORD, password="short", again="short")
    assert "too short" in short.text
    before = ana.token
    page = await ana.follow(await press(ana, "/account/password", present=PASSWORD, **fields))
    assert "Your password is changed" in page.text
    assert ana.token != before
    assert (await other.get("/account")).status_code == 303


async def test_a_phone_is_set_up_from_the_account_and_its_codes_shown_once(desk: Desk) -> None:
    ana, _ = await signed_in(desk, "ana@school.example")
    assert "Set up my phone" in (await ana.get("/account/second-factor")).text
    assert (await press(ana, "/account/second-factor/begin", present="not it")).status_code == 422
    page = await ana.follow(await press(ana, "/account/second-factor/begin", present=PASSWORD))
    key = re.search(r'<code id="key" dir="ltr">([A-Z2-7 ]+)</code>', page.text)
    assert key is not None
    assert (await press(ana, "/account/second-factor", code="000000")).status_code == 422
    typed = code(key[1].replace(" ", ""), desk.app.clock.now())
    codes = await press(ana, "/account/second-factor", code=typed)
    assert heading(codes) == "Keep these codes"
    own = await ana.get("/account")
    assert "10 recovery codes are left" in own.text
    assert key[1] not in (await ana.get("/account/second-factor")).text
    again = await press(ana, "/account/recovery-codes", present=PASSWORD)
    assert heading(again) == "Keep these codes"
    removed = await ana.follow(await press(ana, "/account/second-factor/remove", present=PASSWORD))
    assert "your password alone" in removed.text


async def test_owners_cannot_go_without_their_phone_where_it_is_demanded(
    settings: Settings, store: Store, clock: StandingClock
) -> None:
    app = app_with(settings, store, clock)
    secret = fresh_secret()
    account(app, totp=secret)
    desk = desk_on(app, {})
    ana, _ = await signed_in(desk, "ana@school.example")
    await press(ana, "/sign-in/code", code=code(secret, clock.now()))
    assert "Sign in without my phone" not in (await ana.get("/account/second-factor")).text
    refused = await press(ana, "/account/second-factor/remove", present=PASSWORD)
    assert refused.status_code == 422
    assert row(app, 1).totp == secret
    await desk.close()


async def test_other_browsers_are_listed_and_signed_out(desk: Desk) -> None:
    others = [(await signed_in(desk, "ana@school.example"))[0] for _ in range(3)]
    ana, _ = await signed_in(desk, "ana@school.example")
    page = await ana.get("/account")
    numbers = re.findall(r"/account/browsers/(\d+)/sign-out", page.text)
    assert len(numbers) == 3
    assert page.text.count("this one") == 1
    assert "Somebody may be guessing" in page.text
    await press(ana, f"/account/browsers/{numbers[0]}/sign-out")
    answer = await ana.follow(await press(ana, "/account/sign-out-everywhere"))
    assert "2 other browsers are signed out." in answer.text
    assert [(await other.get("/account")).status_code for other in others] == [303] * 3
    assert (await ana.get("/account")).status_code == 200


async def test_a_name_is_changed(desk: Desk) -> None:
    ana, _ = await signed_in(desk, "ana@school.example")
    hostile = '<img src=x onerror="alert(1)">'
    assert "Your name is changed" in (await ana.follow(await press(ana, "/account/name", name=hostile))).text
    for path in ("/account", "/staff", "/staff/1", "/audit"):
        assert "<img src=x" not in (await ana.get(path)).text
    assert (await press(ana, "/account/name", name=" ")).status_code == 422


@pytest.mark.parametrize("path", ["/staff", "/staff/invite", "/staff/1", "/audit", "/audit/verdict"])
async def test_only_owners_see_who_works_here_and_what_they_did(desk: Desk, path: str) -> None:
    account(desk.app, "Omar Ali", Role.COMMUNICATOR)
    omar, _ = await signed_in(desk, "omar@school.example")
    assert (await omar.get(path)).status_code == 403
    assert (await visitor(desk).get(path)).status_code == 303


@pytest.mark.parametrize("path", ["/account", "/staff", "/staff/1", "/staff/invite", "/audit"])
async def test_pages_ask_the_database_as_often_for_many_accounts_as_for_few(desk: Desk, path: str) -> None:
    ana, _ = await signed_in(desk, "ana@school.example")
    await ana.get(path)
    few = await _statements(desk, ana.get(path))
    for number in range(60):
        account(desk.app, f"Person{number} X", Role.VIEWER)
        desk.app.store.writing(staff.owner_link, None, desk.app.clock.now())
    assert await _statements(desk, ana.get(path)) == few


async def _statements(desk: Desk, asking: Awaitable[object]) -> int:
    seen: list[str] = []

    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(desk.app.store.engine, "before_cursor_execute", note)
    try:
        await asking
    finally:
        event.remove(desk.app.store.engine, "before_cursor_execute", note)
    return len(seen)
