"""Accounts: what an owner may change, what ends with it, and that there is always an owner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot import own_account, sign_in, staff
from bot.app import App
from bot.credentials import fresh_secret
from bot.errors import AccessError
from bot.roles import Role
from bot.settings import Console, Settings
from bot.sign_in import Browser, Entered, Refused
from bot.store import accounts, invitations
from bot.store.accounts import Account
from bot.store.audit import Actor
from bot.store.store import Store
from bot.store.tables import AuditEntry, KnownDevice
from tests.conftest import StandingClock
from tests.staff.people import PASSWORD, account, app_with, code, come_in, knock, later, row


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock) -> App:
    lenient = Console(owners_need_second_factor=False)
    return app_with(settings.model_copy(update={"console": lenient}), store, clock)


@pytest.fixture
def boss(app: App) -> Actor:
    staff_id, _ = account(app)
    return Actor(staff_id, "Ana Ruiz")


def whose(app: App, token: str) -> Account | None:
    return app.store.reading(staff.session_of, token, app.clock.now())


def change(app: App, boss: Actor, staff_id: int, role: Role, *languages: str) -> None:
    app.store.writing(
        staff.change,
        boss,
        staff_id,
        name="Omar Ali",
        role=role,
        languages=languages,
        on_call=False,
        now=app.clock.now(),
    )


async def test_another_role_ends_every_session(app: App, boss: Actor) -> None:
    who, email = account(app, "Omar Ali", Role.VIEWER)
    tokens = [(await come_in(app, email)).token for _ in range(2)]
    change(app, boss, who, Role.VIEWER)
    assert all(whose(app, token) for token in tokens)
    change(app, boss, who, Role.REVIEWER, "so")
    assert not any(whose(app, token) for token in tokens)
    found = whose(app, (await come_in(app, email)).token)
    assert found is not None
    assert (found.role, found.languages) == (Role.REVIEWER, ("so",))


async def test_switching_an_account_off_ends_everything_of_it_at_once(app: App, boss: Actor) -> None:
    who, email = account(app, "Omar Ali", Role.VIEWER)
    entered = await come_in(app, email)
    link = app.store.writing(staff.link_again, boss, who, app.clock.now())
    app.store.writing(staff.switch_off, boss, who, app.clock.now())
    assert whose(app, entered.token) is None
    assert app.store.reading(lambda session: session.exec(select(KnownDevice)).all()) == []
    assert await knock(app, email, PASSWORD) is Refused.WRONG
    assert app.store.reading(invitations.read, link, app.clock.now()) is None
    app.store.writing(staff.switch_on, boss, who, app.clock.now())
    assert whose(app, entered.token) is None
    assert isinstance(await knock(app, email, PASSWORD), Entered)


def test_the_last_owner_can_be_neither_switched_off_nor_made_less(app: App, boss: Actor) -> None:
    assert boss.staff_id is not None
    with pytest.raises(AccessError, match="only owner"):
        app.store.writing(staff.switch_off, boss, boss.staff_id, app.clock.now())
    with pytest.raises(AccessError, match="only owner"):
        change(app, boss, boss.staff_id, Role.VIEWER)
    second, _ = account(app, "Second Owner")
    app.store.writing(staff.switch_off, boss, second, app.clock.now())
    with pytest.raises(AccessError, match="only owner"):
        change(app, boss, boss.staff_id, Role.COMMUNICATOR)
    app.store.writing(staff.switch_on, boss, second, app.clock.now())
    change(app, boss, boss.staff_id, Role.COMMUNICATOR)
    assert row(app, boss.staff_id).role == Role.COMMUNICATOR


def test_a_reviewer_of_nothing_and_a_second_account_of_one_address_are_refused(app: App, boss: Actor) -> None:
    def invite(email: str, role: Role) -> str:
        return app.store.writing(
            staff.invite,
            boss,
            name="Omar Ali",
            email=email,
            role=role,
            languages=[],
            on_call=False,
            now=app.clock.now(),
        )

    with pytest.raises(AccessError, match="at least one language"):
        invite("omar@school.example", Role.REVIEWER)
    with pytest.raises(AccessError, match="already"):
        invite(" ANA@school.example", Role.VIEWER)
    first = invite("omar@school.example", Role.VIEWER)
    second = invite("omar@school.example", Role.VIEWER)
    everybody = app.store.reading(staff.everybody, app.clock.now())
    assert [one.email for one in everybody.invited] == ["omar@school.example"]
    assert app.store.reading(invitations.read, first, app.clock.now()) is None
    assert app.store.reading(invitations.read, second, app.clock.now()) is not None


def test_a_withdrawn_link_is_worthless(app: App, boss: Actor) -> None:
    link = app.store.writing(staff.owner_link, None, app.clock.now())
    (invited,) = app.store.reading(staff.everybody, app.clock.now()).invited
    app.store.writing(staff.withdraw, boss, invited.id, app.clock.now())
    assert app.store.reading(invitations.read, link, app.clock.now()) is None


async def test_an_owner_takes_a_lost_phone_away_but_never_their_own(app: App, boss: Actor) -> None:
    assert boss.staff_id is not None
    who, email = account(app, "Omar Ali", Role.VIEWER, totp=fresh_secret())
    app.store.writing(accounts.new_recovery_codes, who)
    app.store.writing(staff.reset_second_factor, boss, who, app.clock.now())
    assert (await come_in(app, email)).next is sign_in.Next.IN
    for act in (staff.reset_second_factor, staff.link_again):
        with pytest.raises(AccessError, match="your own account"):
            app.store.writing(act, boss, boss.staff_id, app.clock.now())


async def test_a_new_password_signs_everybody_else_out_and_gives_a_fresh_cookie(app: App) -> None:
    _, email = account(app)
    other, here = await come_in(app, email), await come_in(app, email)
    token = app.store.writing(
        own_account.set_password,
        here.account,
        app.passwords.hash_now("another quiet river bend"),
        token=here.token,
        device=here.device or "",
        hours=12,
        now=app.clock.now(),
    )
    assert whose(app, other.token) is None
    assert whose(app, here.token) is None
    assert whose(app, token) is not None
    assert isinstance(await knock(app, email, "another quiet river bend"), Entered)


async def test_asking_for_the_password_again_counts_as_a_guess(app: App) -> None:
    _, email = account(app)
    here = await come_in(app, email)
    browser = Browser(device=here.device)
    assert await sign_in.confirms(app, here.account, PASSWORD, browser) is None
    answers = [await sign_in.confirms(app, here.account, "guess", browser) for _ in range(6)]
    assert answers == [Refused.WRONG] * 4 + [Refused.TOO_MANY] * 2


async def test_one_browser_or_all_others_are_signed_out(app: App) -> None:
    _, email = account(app)
    first, second, here = [await come_in(app, email) for _ in range(3)]
    seen = app.store.reading(own_account.own, here.account, here.token, app.clock.now())
    assert [one.here for one in seen.sessions] == [True, False, False]
    assert seen.sessions[0].browser == "Firefox, Windows"
    oldest = seen.sessions[-1].id
    app.store.writing(own_account.sign_out_one, here.account, oldest, app.clock.now())
    assert [whose(app, one.token) is None for one in (first, second, here)] == [True, False, False]
    ended = app.store.writing(
        own_account.sign_out_everywhere, here.account, here.token, here.device or "", app.clock.now()
    )
    assert ended == 1
    assert [whose(app, one.token) is None for one in (second, here)] == [True, False]
    assert len(app.store.reading(lambda session: session.exec(select(KnownDevice)).all())) == 1


async def test_nobody_signs_somebody_elses_browser_out(app: App) -> None:
    account(app)
    account(app, "Omar Ali", Role.VIEWER)
    ana, omar = await come_in(app, "ana@school.example"), await come_in(app, "omar@school.example")
    seen = app.store.reading(own_account.own, ana.account, ana.token, app.clock.now())
    app.store.writing(own_account.sign_out_one, omar.account, seen.sessions[0].id, app.clock.now())
    assert whose(app, ana.token) is not None


async def test_a_phone_is_set_up_changed_and_taken_away(app: App) -> None:
    who, email = account(app)
    other, here = await come_in(app, email), await come_in(app, email)

    def look() -> own_account.Own:
        return app.store.reading(own_account.own, here.account, here.token, app.clock.now())

    def finish(typed: str) -> tuple[str, ...] | None:
        now = app.clock.now()
        return app.store.writing(own_account.finish_second_factor, here.account, here.token, typed, now)

    assert finish("000000") is None
    app.store.writing(own_account.begin_second_factor, here.account, here.token)
    secret = look().setting_up
    assert secret is not None
    assert not look().second_factor
    assert finish("000000") is None
    assert finish(code(secret, app.clock.now())) is not None
    assert (look().second_factor, look().recovery_codes, look().setting_up) == (True, 10, None)
    assert whose(app, other.token) is None
    codes = app.store.writing(own_account.renew_recovery_codes, here.account, app.clock.now())
    assert len(set(codes)) == 10
    app.store.writing(own_account.remove_second_factor, here.account, app.clock.now())
    assert (look().second_factor, look().recovery_codes) == (False, 0)
    assert row(app, who).totp is None


def test_nothing_secret_reaches_the_trail(app: App, boss: Actor) -> None:
    link = app.store.writing(staff.owner_link, None, app.clock.now())
    app.store.writing(
        staff.invite,
        boss,
        name="Omar Ali",
        email="omar@school.example",
        role=Role.VIEWER,
        languages=[],
        on_call=False,
        now=app.clock.now(),
    )

    def everything(session: Session) -> str:
        return " ".join(
            f"{one.what} {one.about} {one.detail}" for one in session.exec(select(AuditEntry)).all()
        )

    text = app.store.reading(everything)
    assert link not in text
    assert "omar" not in text
    assert "staff.invited" in text


async def test_the_staff_list_says_who_is_here(app: App, boss: Actor) -> None:
    who, _ = account(app, "Omar Ali", Role.VIEWER)
    app.store.writing(staff.switch_off, boss, who, app.clock.now())
    await come_in(app, "ana@school.example")
    later(app, minutes=30)
    listed = app.store.reading(staff.everybody, app.clock.now()).members
    assert [(one.account.name, one.active) for one in listed] == [("Ana Ruiz", True), ("Omar Ali", False)]
    assert listed[0].seen_at == app.clock.now() - timedelta(minutes=30)
    assert app.store.reading(staff.member, 999, app.clock.now()) is None


def test_a_name_is_one_line_of_letters(app: App, boss: Actor) -> None:
    assert invitations.checked_name("  Ana\n\u202eRuiz\t ") == "Ana Ruiz"
    with pytest.raises(AccessError, match="too long"):
        invitations.checked_name("a" * 81)
