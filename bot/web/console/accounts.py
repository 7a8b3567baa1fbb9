"""One's own account, and everybody's: passwords, second factors, browsers, roles, links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bot import languages, own_account, sign_in, staff
from bot.credentials import check_password, setup_link
from bot.errors import AccessError
from bot.roles import Right, Role
from bot.sign_in import Refused
from bot.store.accounts import Account
from bot.web.access import SIGNED_IN, needs
from bot.web.console import square_codes
from bot.web.console.entrance import browser_of, codes_page, secret
from bot.web.console.visit import Form, OneVisit, Page, Visit
from bot.web.console.wording import N_

_NAMES: Final = {
    Role.OWNER: (N_("Owner"), N_("Looks after everything: texts, families, records, and who works here.")),
    Role.COMMUNICATOR: (N_("Communicator"), N_("Writes to families and answers them.")),
    Role.APPROVER: (N_("Approver"), N_("Lets large or late texts go out. Reads no family's words.")),
    Role.REVIEWER: (N_("Reviewer"), N_("Checks translations, and answers families in those languages.")),
    Role.PARTNER: (N_("Partner"), N_("Passes texts on to people who trust them. Sees no family.")),
    Role.VIEWER: (N_("Viewer"), N_("Reads results. Sees no names, no phones and no words of families.")),
}
_WRONG_CODE: Final = N_("This code is not right. Wait for the next one and type that.")
_NOT_SURE: Final = {
    Refused.WRONG: N_("This is not your password."),
    Refused.TOO_MANY: N_("There were too many tries. Wait five minutes and try again."),
    Refused.BUSY: N_("Too many people are signing in at this moment. Try again in a minute."),
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the form about a colleague says."""

    name: str
    email: str
    role: Role
    languages: tuple[str, ...]
    on_call: bool


def _me(visit: OneVisit) -> Account:
    assert visit.staff is not None
    return visit.staff


def _must_have_factor(visit: OneVisit) -> bool:
    return visit.settings.console.owners_need_second_factor and _me(visit).role is Role.OWNER


# ------------------------------------------------------------------ one's own account


@get("/account", opt=SIGNED_IN)
async def show_account(visit: Visit) -> Page:
    """Show one's own account."""
    return await _account_page(visit)


async def _account_page(visit: OneVisit, complaint: str | None = None, name: str | None = None) -> Page:
    me = _me(visit)
    seen = await visit.read(own_account.own, me, visit.token, visit.now)
    return visit.page(
        "accounts/own.html",
        status=422 if complaint else 200,
        me=me,
        role=visit._(_NAMES[me.role][0]),
        about=visit._(_NAMES[me.role][1]),
        own=seen,
        name=me.name if name is None else name,
        must=_must_have_factor(visit),
        complaint=complaint,
    )


@post("/account/name", opt=SIGNED_IN)
async def do_name(visit: Visit) -> Page:
    """Change one's own name."""
    name = (await visit.form()).text("name")
    try:
        await visit.write(own_account.rename, _me(visit), name, visit.now)
    except AccessError as error:
        return await _account_page(visit, visit._(str(error)), name)
    return visit.go("/account", say=visit._("Your name is changed."))


@get("/account/password", opt=SIGNED_IN)
async def show_password(visit: Visit) -> Page:
    """Ask for a new password."""
    return visit.page("accounts/password.html", complaint=None, me=_me(visit))


@post("/account/password", opt=SIGNED_IN)
async def do_password(visit: Visit) -> Page:
    """Set a new password: signed out everywhere else, with a fresh cookie here."""
    form, me = await visit.form(), _me(visit)
    try:
        fresh = secret(form, "password")
        if fresh != secret(form, "again"):
            raise AccessError(N_("The two passwords are not the same. Type both again."))
        check_password(fresh, words=(visit.settings.school.name, me.name, me.email))
        await _sure(visit, form)
    except AccessError as error:
        return visit.page("accounts/password.html", status=422, complaint=visit._(str(error)), me=me)
    token = await visit.write(
        own_account.set_password,
        me,
        await visit.app.passwords.hash(fresh),
        token=visit.token,
        device=browser_of(visit).device or "",
        hours=visit.settings.console.session_hours,
        now=visit.now,
    )
    page = replace(visit, token=token).go(
        "/account", say=visit._("Your password is changed. You are signed out everywhere else.")
    )
    page.set_cookie(visit.keep(token))
    return page


async def _sure(visit: OneVisit, form: Form) -> None:
    """Ask whether it is really them, by their present password; that counts as a guess.

    Raises `AccessError`.
    """
    refused = await sign_in.confirms(visit.app, _me(visit), secret(form, "present"), browser_of(visit))
    if refused is not None:
        raise AccessError(_NOT_SURE[refused])


@get("/account/second-factor", opt=SIGNED_IN)
async def show_second_factor(visit: Visit) -> Page:
    """Show the second factor that is being set up, or offer to begin."""
    return await _factor_page(visit, None)


async def _factor_page(visit: OneVisit, complaint: str | None) -> Page:
    me = _me(visit)
    seen = await visit.read(own_account.own, me, visit.token, visit.now)
    link = setup_link(seen.setting_up, me.email, visit.settings.school.name) if seen.setting_up else None
    return visit.page(
        "accounts/second_factor.html",
        status=422 if complaint else 200,
        own=seen,
        me=me,
        link=link,
        picture=square_codes.picture(link) if link else None,
        must=_must_have_factor(visit),
        complaint=complaint,
    )


@post("/account/second-factor/begin", opt=SIGNED_IN)
async def do_begin_factor(visit: Visit) -> Page:
    """Prepare a second factor; it asks for the password first."""
    try:
        await _sure(visit, await visit.form())
    except AccessError as error:
        return await _factor_page(visit, visit._(str(error)))
    await visit.write(own_account.begin_second_factor, _me(visit), visit.token)
    return visit.go("/account/second-factor")


@post("/account/second-factor", opt=SIGNED_IN)
async def do_second_factor(visit: Visit) -> Page:
    """Take the prepared second factor up with its first code."""
    code = (await visit.form()).text("code")
    codes = await visit.write(own_account.finish_second_factor, _me(visit), visit.token, code, visit.now)
    if codes is None:
        return await _factor_page(visit, visit._(_WRONG_CODE))
    return codes_page(visit, codes, "/account")


@post("/account/second-factor/remove", opt=SIGNED_IN)
async def do_remove_factor(visit: Visit) -> Page:
    """Go back to the password alone."""
    try:
        if _must_have_factor(visit):
            raise AccessError(N_("Owners sign in with a code from their phone: this cannot be taken away."))
        await _sure(visit, await visit.form())
    except AccessError as error:
        return await _factor_page(visit, visit._(str(error)))
    await visit.write(own_account.remove_second_factor, _me(visit), visit.now)
    return visit.go("/account", say=visit._("You sign in with your password alone now."))


@post("/account/recovery-codes", opt=SIGNED_IN)
async def do_recovery_codes(visit: Visit) -> Page:
    """Make ten new recovery codes and show them, once."""
    try:
        await _sure(visit, await visit.form())
    except AccessError as error:
        return await _factor_page(visit, visit._(str(error)))
    codes = await visit.write(own_account.renew_recovery_codes, _me(visit), visit.now)
    return codes_page(visit, codes, "/account")


@post("/account/browsers/{number:int}/sign-out", opt=SIGNED_IN)
async def do_sign_out_one(visit: Visit, number: FromPath[int]) -> Page:
    """Sign one browser out."""
    await visit.write(own_account.sign_out_one, _me(visit), number, visit.now)
    return visit.go("/account", say=visit._("That browser is signed out."))


@post("/account/sign-out-everywhere", opt=SIGNED_IN)
async def do_sign_out_everywhere(visit: Visit) -> Page:
    """Sign every other browser out."""
    ended = await visit.write(
        own_account.sign_out_everywhere,
        _me(visit),
        visit.token,
        browser_of(visit).device or "",
        visit.now,
    )
    said = visit.n_("%(num)s other browser is signed out.", "%(num)s other browsers are signed out.", ended)
    return visit.go("/account", say=said)


# ------------------------------------------------------------------ everybody's accounts


@get("/staff", opt=needs(Right.STAFF))
async def show_staff(visit: Visit) -> Page:
    """List every account, and every link that is still good."""
    everybody = await visit.read(staff.everybody, visit.now)
    return visit.page("accounts/staff.html", everybody=everybody, names=_role_names(visit), me=_me(visit))


def _role_names(visit: OneVisit) -> dict[Role, str]:
    return {role: visit._(name) for role, (name, _) in _NAMES.items()}


@get("/staff/invite", opt=needs(Right.STAFF))
async def show_invite(visit: Visit) -> Page:
    """Ask whom to invite."""
    return _invite_page(visit, _Wanted("", "", Role.COMMUNICATOR, (), False), None)


@post("/staff/invite", opt=needs(Right.STAFF))
async def do_invite(visit: Visit) -> Page:
    """Make a link, and show it once to whoever passes it on."""
    wanted = _wanted(await visit.form())
    try:
        token = await visit.write(
            staff.invite,
            visit.actor,
            name=wanted.name,
            email=wanted.email,
            role=wanted.role,
            languages=wanted.languages,
            on_call=wanted.on_call,
            now=visit.now,
        )
    except AccessError as error:
        return _invite_page(visit, wanted, visit._(str(error)))
    return _link_page(visit, wanted.name, token)


def _wanted(form: Form) -> _Wanted:
    known = {one.tag for one in languages.all_languages()}
    try:
        role = Role(form.text("role"))
    except ValueError:
        raise AccessError(N_("Choose what they do here.")) from None
    chosen = tuple(tag for tag in form.all("languages") if tag in known)
    return _Wanted(form.text("name"), form.text("email"), role, chosen, form.on("on_call"))


def _invite_page(visit: OneVisit, wanted: _Wanted, complaint: str | None) -> Page:
    return visit.page(
        "accounts/invite.html",
        status=422 if complaint else 200,
        wanted=wanted,
        roles=_roles(visit),
        tongues=_tongues(visit),
        complaint=complaint,
    )


def _roles(visit: OneVisit) -> list[tuple[str, str, str]]:
    return [(role.value, visit._(name), visit._(about)) for role, (name, about) in _NAMES.items()]


def _tongues(visit: OneVisit) -> list[tuple[str, str]]:
    """Name every language, in the order of the reader's alphabet."""
    named = ((one.tag, visit.wording.language_name(one.tag)) for one in languages.all_languages())
    return sorted(named, key=lambda pair: pair[1].casefold())


def _link_page(visit: OneVisit, name: str, token: str, *, again: bool = False) -> Page:
    link = f"{_address(visit)}/invitation/{token}"
    return visit.page("accounts/link.html", link=link, name=name, again=again)


def _address(visit: OneVisit) -> str:
    """Return where colleagues open the console."""
    settings = visit.settings
    here = str(visit.request.base_url).rstrip("/")
    return settings.console.url or settings.server.public_url or here


@post("/staff/invitations/{number:int}/withdraw", opt=needs(Right.STAFF))
async def do_withdraw(visit: Visit, number: FromPath[int]) -> Page:
    """Make a link worthless."""
    await visit.write(staff.withdraw, visit.actor, number, visit.now)
    return visit.go("/staff", say=visit._("That link is no longer good."))


@get("/staff/{number:int}", opt=needs(Right.STAFF))
async def show_member(visit: Visit, number: FromPath[int]) -> Page:
    """Show one account."""
    return await _member_page(visit, number)


async def _member_page(
    visit: OneVisit, number: int, wanted: _Wanted | None = None, complaint: str | None = None
) -> Page:
    found = await visit.read(staff.member, number, visit.now)
    if found is None:
        raise NotFoundException
    one = found.account
    return visit.page(
        "accounts/member.html",
        status=422 if complaint else 200,
        member=found,
        wanted=wanted or _Wanted(one.name, one.email, one.role, one.languages, one.on_call),
        roles=_roles(visit),
        tongues=_tongues(visit),
        itself=one.id == _me(visit).id,
        complaint=complaint,
    )


@post("/staff/{number:int}", opt=needs(Right.STAFF))
async def do_change(visit: Visit, number: FromPath[int]) -> Page:
    """Change what an account is."""
    wanted = _wanted(await visit.form())
    try:
        await visit.write(
            staff.change,
            visit.actor,
            number,
            name=wanted.name,
            role=wanted.role,
            languages=wanted.languages,
            on_call=wanted.on_call,
            now=visit.now,
        )
    except AccessError as error:
        return await _member_page(visit, number, wanted, visit._(str(error)))
    return visit.go("/staff", say=visit._("%(name)s: changed.", name=wanted.name))


@post("/staff/{number:int}/off", opt=needs(Right.STAFF))
async def do_switch_off(visit: Visit, number: FromPath[int]) -> Page:
    """Switch an account off: it is signed out everywhere at once."""
    try:
        await visit.write(staff.switch_off, visit.actor, number, visit.now)
    except AccessError as error:
        return await _member_page(visit, number, complaint=visit._(str(error)))
    return visit.go("/staff", say=visit._("The account is switched off and signed out everywhere."))


@post("/staff/{number:int}/on", opt=needs(Right.STAFF))
async def do_switch_on(visit: Visit, number: FromPath[int]) -> Page:
    """Switch an account on again."""
    await visit.write(staff.switch_on, visit.actor, number, visit.now)
    return visit.go("/staff", say=visit._("The account is switched on again."))


@post("/staff/{number:int}/second-factor", opt=needs(Right.STAFF))
async def do_reset_factor(visit: Visit, number: FromPath[int]) -> Page:
    """Take somebody's lost second factor away."""
    try:
        await visit.write(staff.reset_second_factor, visit.actor, number, visit.now)
    except AccessError as error:
        return await _member_page(visit, number, complaint=visit._(str(error)))
    return visit.go(
        "/staff", say=visit._("The phone is no longer asked for. They are signed out everywhere.")
    )


@post("/staff/{number:int}/link", opt=needs(Right.STAFF))
async def do_link(visit: Visit, number: FromPath[int]) -> Page:
    """Make a link by which somebody sets a new password."""
    try:
        token = await visit.write(staff.link_again, visit.actor, number, visit.now)
    except AccessError as error:
        return await _member_page(visit, number, complaint=visit._(str(error)))
    found = await visit.read(staff.member, number, visit.now)
    return _link_page(visit, found.account.name if found else "", token, again=True)


HANDLERS = [
    show_account,
    do_name,
    show_password,
    do_password,
    show_second_factor,
    do_begin_factor,
    do_second_factor,
    do_remove_factor,
    do_recovery_codes,
    do_sign_out_one,
    do_sign_out_everywhere,
    show_staff,
    show_invite,
    do_invite,
    do_withdraw,
    show_member,
    do_change,
    do_switch_off,
    do_switch_on,
    do_reset_factor,
    do_link,
]
