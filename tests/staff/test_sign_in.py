"""Coming in: passwords, second factors, links; who hammers a name learns nothing and locks nobody out."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from bot import sign_in, staff
from bot.app import App
from bot.credentials import Passwords, digest, fresh_secret
from bot.errors import AccessError
from bot.roles import Role
from bot.settings import Console, Settings
from bot.sign_in import Browser, Entered, Next, Refused
from bot.store import accounts, tries
from bot.store.audit import Actor
from bot.store.store import Store
from bot.store.tables import AuditEntry, KnownDevice, SignInTry, StaffSession
from tests.conftest import StandingClock
from tests.staff.people import (
    HERE,
    PASSWORD,
    CountedPasswords,
    account,
    app_with,
    code,
    come_in,
    knock,
    later,
    row,
)

LENIENT = Console(owners_need_second_factor=False)


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock) -> App:
    return app_with(settings.model_copy(update={"console": LENIENT}), store, clock)


@pytest.fixture
def strict(settings: Settings, store: Store, clock: StandingClock) -> App:
    return app_with(settings, store, clock)


def evaluated(app: App) -> list[str]:
    assert isinstance(app.passwords, CountedPasswords)
    return app.passwords.evaluated


def whose(app: App, token: str) -> str | None:
    found = app.store.reading(staff.session_of, token, app.clock.now())
    return found.name if found else None


async def test_the_right_password_begins_a_session_and_is_remembered_by_hash_only(app: App) -> None:
    _, email = account(app)
    entered = await come_in(app, f"  {email.upper()} ")
    assert entered.next is Next.IN
    assert whose(app, entered.token) == "Ana Ruiz"
    kept = app.store.reading(lambda session: session.exec(select(StaffSession.token)).all())
    assert entered.token not in kept


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer_after_the_same_work(app: App) -> None:
    _, email = account(app)
    assert await knock(app, email, "not the password") is Refused.WRONG
    assert await knock(app, "nobody@school.example", "not the password") is Refused.WRONG
    assert evaluated(app) == ["not the password"] * 2


async def test_ten_thousand_guesses_at_once_and_the_owner_still_comes_in(app: App) -> None:
    _, email = account(app)
    device = (await come_in(app, email)).device
    later(app, minutes=5)
    evaluated(app).clear()
    strangers = [knock(app, email, f"guess number {number}") for number in range(10_000)]
    storm = asyncio.gather(*strangers)
    known = await knock(app, email, PASSWORD, Browser(device=device))
    answers = await storm
    assert isinstance(known, Entered)
    assert known.next is Next.IN
    assert len(evaluated(app)) <= 10
    assert len([one for one in evaluated(app) if one.startswith("guess")]) == tries.MOST
    assert set(answers) == {Refused.WRONG, Refused.TOO_MANY}


async def test_the_right_password_is_no_way_round_the_limit(app: App) -> None:
    _, email = account(app)
    for number in range(tries.MOST):
        assert await knock(app, email, f"guess {number}") is Refused.WRONG
    assert await knock(app, email, PASSWORD) is Refused.TOO_MANY
    later(app, minutes=4, seconds=59)
    assert await knock(app, email, PASSWORD) is Refused.TOO_MANY
    later(app, seconds=1)
    assert isinstance(await knock(app, email, PASSWORD), Entered)


async def test_no_window_of_five_minutes_holds_more_than_ten_evaluations(app: App) -> None:
    _, email = account(app)
    device = (await come_in(app, email)).device
    begun = app.clock.now()
    times: list[float] = []
    for _ in range(120):
        for browser in (HERE, Browser(device=device)):
            before = len(evaluated(app))
            await knock(app, email, "guess", browser)
            times += [(app.clock.now() - begun).total_seconds()] * (len(evaluated(app)) - before)
        later(app, seconds=10)
    assert max(sum(1 for two in times if one <= two < one + 300) for one in times) == 2 * tries.MOST


async def test_a_known_device_of_one_account_is_a_stranger_to_another(app: App) -> None:
    account(app, "Mallory Smith", Role.VIEWER)
    _, email = account(app)
    device = (await come_in(app, "mallory@school.example")).device
    for browser in (HERE, Browser(device=device)):
        for _ in range(tries.MOST):
            await knock(app, email, "guess", browser)
    assert evaluated(app).count("guess") == tries.MOST


async def test_two_people_at_one_desk_are_both_known_there(app: App) -> None:
    account(app)
    account(app, "Omar Ali", Role.VIEWER)
    device = (await come_in(app, "ana@school.example")).device
    again = (await come_in(app, "omar@school.example", Browser(device=device))).device
    assert again == device
    assert len(app.store.reading(lambda session: session.exec(select(KnownDevice)).all())) == 2


async def test_unknown_names_are_limited_alike_and_old_tries_are_pruned(app: App) -> None:
    for _ in range(8):
        answer = await knock(app, "nobody@school.example", "guess")
    assert answer is Refused.TOO_MANY
    assert len(evaluated(app)) == tries.MOST
    later(app, minutes=6)
    await knock(app, "somebody@school.example", "guess")
    left = app.store.reading(lambda session: session.exec(select(SignInTry)).all())
    assert len(left) == 1
    assert "somebody" not in left[0].account


async def test_strangers_in_a_long_line_are_told_so_and_known_devices_do_not_wait(app: App) -> None:
    account(app)
    device = (await come_in(app, "ana@school.example")).device
    impatient = App(app.settings, app.store, app.clock, passwords=CountedPasswords(patience=3))
    guesses = [knock(impatient, f"someone{n}@school.example", "guess") for n in range(40)]
    answers = await asyncio.gather(*guesses)
    assert Refused.BUSY in answers
    assert isinstance(await knock(impatient, "ana@school.example", PASSWORD, Browser(device=device)), Entered)


async def test_the_limit_survives_a_restart(app: App) -> None:
    _, email = account(app)
    for _ in range(tries.MOST):
        await knock(app, email, "guess")
    other = Store(app.store.path)
    again = App(app.settings, other, app.clock, passwords=CountedPasswords())
    assert await knock(again, email, PASSWORD) is Refused.TOO_MANY
    other.close()


async def test_the_trail_says_once_that_tries_ran_out(app: App) -> None:
    staff_id, email = account(app)
    for _ in range(3):
        for _ in range(7):
            await knock(app, email, "guess")
        later(app, minutes=6)
    entries = app.store.reading(lambda session: session.exec(select(AuditEntry)).all())
    assert [(one.what, one.about) for one in entries] == [("account.tries-ran-out", f"staff:{staff_id}")]


async def test_an_older_hash_is_made_anew_at_the_next_sign_in(app: App) -> None:
    staff_id, email = account(app)
    before = row(app, staff_id).password
    dearer = App(app.settings, app.store, app.clock, passwords=Passwords(time_cost=2, memory_kib=16, lanes=1))
    await come_in(dearer, email)
    after = row(app, staff_id).password
    assert before != after
    assert after is not None
    assert "m=16,t=2" in after
    await come_in(dearer, email)
    assert row(app, staff_id).password == after


async def test_a_second_factor_is_asked_for_and_nothing_is_open_before_it(app: App) -> None:
    secret = fresh_secret()
    _, email = account(app, totp=secret)
    half = await come_in(app, email)
    assert half.next is Next.CODE
    assert half.device is None
    assert whose(app, half.token) is None
    now = app.clock.now()
    whole = await app.store.write(sign_in.second_factor, half.token, code(secret, now), HERE, LENIENT, now)
    assert isinstance(whole, Entered)
    assert whole.token != half.token
    assert whose(app, whole.token) == "Ana Ruiz"
    again = await app.store.write(sign_in.second_factor, half.token, code(secret, now), HERE, LENIENT, now)
    assert again is Refused.LATE


async def test_no_code_works_twice_and_none_older_than_the_newest(app: App) -> None:
    secret = fresh_secret()
    _, email = account(app, totp=secret)
    now = app.clock.now()

    async def with_code(typed: str) -> Entered | Refused:
        half = await come_in(app, email)
        return await app.store.write(sign_in.second_factor, half.token, typed, HERE, LENIENT, now)

    assert isinstance(await with_code(code(secret, now)), Entered)
    assert await with_code(code(secret, now)) is Refused.WRONG
    later(app, minutes=5)
    assert await with_code(code(secret, now - timedelta(seconds=30))) is Refused.WRONG


@pytest.mark.parametrize(
    ("seconds", "right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
async def test_a_phones_clock_may_be_half_a_minute_wrong(app: App, seconds: int, right: bool) -> None:
    secret = fresh_secret()
    _, email = account(app, totp=secret)
    half = await come_in(app, email)
    now = app.clock.now()
    typed = code(secret, now + timedelta(seconds=seconds))
    spaced = f"{typed[:3]} {typed[3:]}"
    answer = await app.store.write(sign_in.second_factor, half.token, spaced, HERE, LENIENT, now)
    assert isinstance(answer, Entered) is right


async def test_codes_are_limited_like_passwords_and_by_the_day(app: App) -> None:
    secret = fresh_secret()
    _, email = account(app, totp=secret)
    wrong = 0
    for _ in range(60):
        later(app, minutes=4)
        half = await knock(app, email, PASSWORD)
        if isinstance(half, Refused):
            continue
        answer = await app.store.write(
            sign_in.second_factor, half.token, "000000", HERE, LENIENT, app.clock.now()
        )
        wrong += answer is Refused.WRONG
    assert wrong == tries.MOST_CODES


async def test_guesses_at_a_code_at_the_same_moment_do_not_slip_through(app: App) -> None:
    _, email = account(app, totp=fresh_secret())
    half = await come_in(app, email)
    now = app.clock.now()
    answers = await asyncio.gather(
        *(
            app.store.write(sign_in.second_factor, half.token, f"{n:06}", HERE, LENIENT, now)
            for n in range(500)
        )
    )
    assert answers.count(Refused.WRONG) <= tries.MOST - 1  # the password was the first
    assert set(answers) == {Refused.WRONG, Refused.TOO_MANY}


async def test_a_half_session_ends_after_a_quarter_of_an_hour(app: App) -> None:
    secret = fresh_secret()
    _, email = account(app, totp=secret)
    half = await come_in(app, email)
    later(app, seconds=accounts.HALF.total_seconds())
    now = app.clock.now()
    late = await app.store.write(sign_in.second_factor, half.token, code(secret, now), HERE, LENIENT, now)
    assert late is Refused.LATE


async def test_an_owner_must_set_a_second_factor_up_before_coming_in(strict: App) -> None:
    staff_id, email = account(strict)
    console, now = strict.settings.console, strict.clock.now()
    half = await come_in(strict, email)
    assert half.next is Next.SET_UP
    offer = strict.store.reading(sign_in.offer, half.token, console, now)
    assert offer is not None
    assert offer.must
    assert await strict.store.write(sign_in.not_now, half.token, HERE, console, now) is Refused.WRONG
    wrong = await strict.store.write(sign_in.set_up, half.token, "000000", HERE, console, now)
    assert wrong is Refused.WRONG
    typed = code(offer.secret, now)
    entered = await strict.store.write(sign_in.set_up, half.token, typed, HERE, console, now)
    assert isinstance(entered, Entered)
    assert len(set(entered.recovery_codes)) == 10
    assert all(len(one.replace("-", "")) >= 16 for one in entered.recovery_codes)
    assert row(strict, staff_id).totp == offer.secret
    assert whose(strict, entered.token) == "Ana Ruiz"


async def test_everybody_else_comes_in_with_a_password(strict: App) -> None:
    account(strict, "Omar Ali", Role.VIEWER)
    assert (await come_in(strict, "omar@school.example")).next is Next.IN


async def test_a_recovery_code_works_once_however_it_is_typed(strict: App) -> None:
    _, email = account(strict)
    console, now = strict.settings.console, strict.clock.now()
    half = await come_in(strict, email)
    offer = strict.store.reading(sign_in.offer, half.token, console, now)
    assert offer is not None
    entered = await strict.store.write(
        sign_in.set_up, half.token, code(offer.secret, now), HERE, console, now
    )
    assert isinstance(entered, Entered)
    typed = entered.recovery_codes[3].lower().replace("-", " ")
    for right in (True, False):
        half = await come_in(strict, email)
        answer = await strict.store.write(sign_in.recovery_code, half.token, typed, HERE, console, now)
        assert isinstance(answer, Entered) is right


async def test_a_disabled_account_is_like_none(app: App) -> None:
    account(app, "Second Owner")
    staff_id, email = account(app)
    entered = await come_in(app, email)
    app.store.writing(staff.switch_off, Actor(None, "test"), staff_id, app.clock.now())
    assert whose(app, entered.token) is None
    assert await knock(app, email, PASSWORD) is Refused.WRONG


async def test_sessions_end_unused_and_end_anyhow(app: App) -> None:
    _, email = account(app)
    idle, used = await come_in(app, email), await come_in(app, email)
    for _ in range(13):
        assert whose(app, used.token) == ("Ana Ruiz" if app.clock.now() < _end(app, used.token) else None)
        app.store.writing(staff.seen, used.token, app.clock.now())
        later(app, hours=1)
    assert whose(app, idle.token) is None
    assert whose(app, used.token) is None


def _end(app: App, token: str) -> datetime:
    def read(session: Session) -> datetime:
        return session.exec(
            select(StaffSession.ends_at).where(col(StaffSession.token) == digest(token))
        ).one()

    return app.store.reading(read)


async def test_signing_out_ends_the_session_and_says_so(app: App) -> None:
    _, email = account(app)
    entered = await come_in(app, email)
    app.store.writing(sign_in.sign_out, entered.token, app.clock.now())
    assert whose(app, entered.token) is None
    entries = app.store.reading(lambda session: session.exec(select(AuditEntry.what)).all())
    assert list(entries) == ["account.signed-in", "account.signed-out"]


class TestLinks:
    def accepted(self, app: App, token: str, **values: str) -> Entered | Refused:
        given = {
            "name": "Ana Ruiz",
            "email": "Ana@School.example",
            "password": app.passwords.hash_now(PASSWORD),
        }
        return app.store.writing(
            sign_in.accept,
            token,
            **(given | values),
            browser=HERE,
            console=app.settings.console,
            language="es",
            now=app.clock.now(),
        )

    async def test_the_first_link_makes_the_owner_and_is_then_worthless(self, strict: App) -> None:
        token = strict.store.writing(staff.first_invitation, strict.clock.now())
        assert token is not None
        entered = self.accepted(strict, token)
        assert isinstance(entered, Entered)
        assert entered.next is Next.SET_UP
        assert entered.account.role is Role.OWNER
        assert entered.account.email == "ana@school.example"
        assert entered.account.console_language == "es"
        assert self.accepted(strict, token, email="other@school.example") is Refused.LATE
        assert strict.store.writing(staff.first_invitation, strict.clock.now()) is None

    async def test_only_the_newest_first_link_is_good(self, strict: App) -> None:
        old = strict.store.writing(staff.first_invitation, strict.clock.now())
        new = strict.store.writing(staff.first_invitation, strict.clock.now())
        assert old is not None
        assert new is not None
        assert self.accepted(strict, old) is Refused.LATE
        assert isinstance(self.accepted(strict, new), Entered)

    async def test_a_link_lasts_seven_days(self, app: App, clock: StandingClock) -> None:
        token = app.store.writing(staff.first_invitation, clock.now())
        assert token is not None
        clock.advance(days=7)
        assert self.accepted(app, token) is Refused.LATE

    async def test_an_invited_colleague_gets_what_was_chosen_for_them(self, app: App) -> None:
        boss, _ = account(app)
        token = app.store.writing(
            staff.invite,
            Actor(boss, "Ana Ruiz"),
            name="Faadumo Cali",
            email="faadumo@school.example",
            role=Role.REVIEWER,
            languages=["so"],
            on_call=True,
            now=app.clock.now(),
        )
        entered = self.accepted(app, token, name="Faadumo", email="someone-else@school.example")
        assert isinstance(entered, Entered)
        assert entered.next is Next.OFFER
        one = entered.account
        assert (one.email, one.role, one.languages, one.on_call) == (
            "faadumo@school.example",
            Role.REVIEWER,
            ("so",),
            True,
        )
        now = app.clock.now()
        inside = await app.store.write(sign_in.not_now, entered.token, HERE, app.settings.console, now)
        assert isinstance(inside, Entered)
        assert whose(app, inside.token) == "Faadumo"

    async def test_a_link_again_sets_a_password_and_keeps_the_second_factor(self, app: App) -> None:
        boss, _ = account(app)
        secret = fresh_secret()
        who, email = account(app, "Omar Ali", Role.VIEWER, totp=secret)
        token = app.store.writing(staff.link_again, Actor(boss, "Ana"), who, app.clock.now())
        entered = self.accepted(app, token, password=app.passwords.hash_now("another quiet river bend"))
        assert isinstance(entered, Entered)
        assert entered.next is Next.CODE
        assert await knock(app, email, PASSWORD) is Refused.WRONG
        assert isinstance(await knock(app, email, "another quiet river bend"), Entered)

    async def test_the_command_line_lets_an_owner_in_who_has_lost_everything(self, strict: App) -> None:
        who, email = account(strict, totp=fresh_secret())
        token = strict.store.writing(staff.owner_link, email.upper(), strict.clock.now())
        assert row(strict, who).totp is not None
        entered = self.accepted(strict, token)
        assert isinstance(entered, Entered)
        assert entered.next is Next.SET_UP
        assert entered.account.id == who

    async def test_the_command_line_makes_a_further_owner(self, app: App) -> None:
        account(app)
        token = app.store.writing(staff.owner_link, None, app.clock.now())
        entered = self.accepted(app, token, email="deputy@school.example", name="Deputy")
        assert isinstance(entered, Entered)
        assert entered.account.role is Role.OWNER

    async def test_a_name_or_an_address_that_will_not_do_is_said_and_the_link_stays_good(
        self, app: App
    ) -> None:
        account(app)
        token = app.store.writing(staff.owner_link, None, app.clock.now())
        for wrong, said in [
            ({"email": "ana@school.example"}, "already"),
            ({"email": "nonsense"}, "e-mail address"),
            ({"email": "new@school.example", "name": " \u200b\n"}, "Write the name"),
        ]:
            with pytest.raises(AccessError, match=said):
                self.accepted(app, token, **wrong)
        assert isinstance(self.accepted(app, token, email="new@school.example"), Entered)
