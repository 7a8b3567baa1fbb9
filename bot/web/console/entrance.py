"""The entrance: signing in and out, second factor, recovery codes, links that make an account, language."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery

from bot import sign_in, staff
from bot.credentials import account_name, check_password, setup_link
from bot.errors import AccessError
from bot.own_account import choose_language
from bot.sign_in import Browser, Entered, Next, Refused
from bot.store import invitations
from bot.store.invitations import Invitation
from bot.web.access import OPEN
from bot.web.console import LANGUAGE, square_codes
from bot.web.console.visit import Form, OneVisit, Page, Visit
from bot.web.console.wording import CONSOLE_LANGUAGES, N_

YEAR: Final = 365 * 24 * 3600

_WHY: Final = {
    Refused.WRONG: N_(
        "This e-mail address and this password do not belong together. Look at both and try again."
    ),
    Refused.TOO_MANY: N_(
        "There were too many tries with this name. Wait five minutes, or use a browser in which you have "
        "signed in before."
    ),
    Refused.BUSY: N_("Too many people are signing in at this moment. Try again in a minute."),
    Refused.LATE: N_("That took too long. Sign in again."),
}
_WRONG_CODE: Final = N_(
    "This code is not right, or it was used already. Wait for the next one and type that."
)
_WRONG_RECOVERY: Final = N_("This recovery code is not right, or it was used already.")
_STATUS: Final = {Refused.WRONG: 422, Refused.TOO_MANY: 429, Refused.BUSY: 503, Refused.LATE: 422}


def device_cookie(visit: OneVisit) -> str:
    """Name the cookie by which a browser is known again."""
    return f"{visit.cookie}_device"


def browser_of(visit: OneVisit) -> Browser:
    """Return what this browser shows of itself."""
    request = visit.request
    return Browser(request.cookies.get(device_cookie(visit)), _label(request.headers.get("user-agent", "")))


_PROGRAMS: Final = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("CrOS", "ChromeOS"), ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def _label(agent: str) -> str:
    """“Firefox, Windows”: enough to know one's own browser again, and nothing a stranger chose."""
    found = [next((name for mark, name in table if mark in agent), "") for table in (_PROGRAMS, _SYSTEMS)]
    return ", ".join(part for part in found if part)


def safe_path(path: str) -> str:
    """Return a page of ours to go on to; the first page for anything else."""
    return path if re.fullmatch(r"/(?![/\\])[\w./?=&%+-]*", path, re.ASCII) else "/"


def _with_next(path: str, after: str) -> str:
    return path if after == "/" else f"{path}?next={quote(after, safe='')}"


def entered(visit: OneVisit, step: Entered, after: str = "/") -> Page:
    """Give the browser its new cookie and send it on."""
    match step.next:
        case Next.IN:
            page = visit.go(after)
        case Next.CODE:
            page = visit.go(_with_next("/sign-in/code", after))
        case Next.SET_UP | Next.OFFER:
            page = visit.go(_with_next("/sign-in/second-factor", after))
    return with_cookies(visit, page, step)


def with_cookies(visit: OneVisit, page: Page, step: Entered) -> Page:
    """Give the browser the cookies of a step that was taken."""
    page.set_cookie(visit.keep(step.token))
    if step.device is not None:
        page.set_cookie(
            Cookie(
                key=device_cookie(visit),
                value=step.device,
                max_age=YEAR,
                path="/",
                httponly=True,
                secure=visit.secure,
                samesite="lax",
            )
        )
    return page


def codes_page(visit: OneVisit, codes: tuple[str, ...], after: str) -> Page:
    """Show recovery codes, once."""
    return visit.page("entrance/codes.html", codes=codes, after=after)


@get("/sign-in", opt=OPEN)
async def show_sign_in(visit: Visit, next: FromQuery[str] = "/") -> Page:  # noqa: A002 - its name on the wire
    """Ask for name and password; before there is any account, say how the first one is made."""
    if visit.staff is not None:
        return visit.go(safe_path(next))
    if not await visit.read(staff.anybody):
        return visit.page("entrance/first.html")
    return visit.page("entrance/sign_in.html", complaint=None, email="", after=safe_path(next))


@post("/sign-in", opt=OPEN)
async def do_sign_in(visit: Visit) -> Page:
    """Take the first step."""
    form = await visit.form()
    email, after = form.text("email"), safe_path(form.text("next", "/"))
    answer = await sign_in.sign_in(visit.app, email, secret(form, "password"), browser_of(visit))
    if isinstance(answer, Entered):
        await _leave(visit)
        return entered(visit, answer, after)
    return visit.page(
        "entrance/sign_in.html",
        status=_STATUS[answer],
        complaint=visit._(_WHY[answer]),
        email=email,
        after=after,
    )


async def _leave(visit: OneVisit) -> None:
    """End whatever session this browser had before."""
    await visit.write(sign_in.sign_out, visit.token, visit.now)


def secret(form: Form, name: str) -> str:
    """Return a password as it was typed: a space at its end belongs to it."""
    value = form.fields.get(name)
    return value if isinstance(value, str) else ""


@get("/sign-in/code", opt=OPEN)
async def show_code(visit: Visit, next: FromQuery[str] = "/") -> Page:  # noqa: A002
    """Ask for a code of the second factor."""
    return await _show_step(visit, "entrance/code.html", safe_path(next))


@get("/sign-in/recovery", opt=OPEN)
async def show_recovery(visit: Visit, next: FromQuery[str] = "/") -> Page:  # noqa: A002
    """Ask for a recovery code."""
    return await _show_step(visit, "entrance/recovery.html", safe_path(next))


async def _show_step(visit: OneVisit, name: str, after: str) -> Page:
    if not await visit.read(sign_in.waits_for_code, visit.token, visit.now):
        return visit.go(_with_next("/sign-in", after))
    return visit.page(name, complaint=None, after=after)


@post("/sign-in/code", opt=OPEN)
async def do_code(visit: Visit) -> Page:
    """Take the second step with a code."""
    form = await visit.form()
    answer = await visit.write(
        sign_in.second_factor,
        visit.token,
        form.text("code"),
        browser_of(visit),
        visit.settings.console,
        visit.now,
    )
    return _after_step(visit, answer, form, "entrance/code.html", _WRONG_CODE)


@post("/sign-in/recovery", opt=OPEN)
async def do_recovery(visit: Visit) -> Page:
    """Take the second step with a recovery code."""
    form = await visit.form()
    answer = await visit.write(
        sign_in.recovery_code,
        visit.token,
        form.text("code"),
        browser_of(visit),
        visit.settings.console,
        visit.now,
    )
    return _after_step(visit, answer, form, "entrance/recovery.html", _WRONG_RECOVERY)


def _after_step(visit: OneVisit, answer: Entered | Refused, form: Form, name: str, wrong: str) -> Page:
    after = safe_path(form.text("next", "/"))
    if isinstance(answer, Entered):
        return entered(visit, answer, after)
    if answer is Refused.LATE:
        return _too_late(visit, after)
    sentence = wrong if answer is Refused.WRONG else _WHY[answer]
    return visit.page(name, status=_STATUS[answer], complaint=visit._(sentence), after=after)


def _too_late(visit: OneVisit, after: str) -> Page:
    return visit.go(_with_next("/sign-in", after), say=visit._(_WHY[Refused.LATE]), tone="warning")


@get("/sign-in/second-factor", opt=OPEN)
async def show_set_up(visit: Visit, next: FromQuery[str] = "/") -> Page:  # noqa: A002
    """Show the second factor that may, or must, be set up before coming in."""
    return await _set_up_page(visit, safe_path(next), None)


@post("/sign-in/second-factor", opt=OPEN)
async def do_set_up(visit: Visit) -> Page:
    """Take the second factor up with its first code, and show the recovery codes."""
    form = await visit.form()
    after = safe_path(form.text("next", "/"))
    answer = await visit.write(
        sign_in.set_up,
        visit.token,
        form.text("code"),
        browser_of(visit),
        visit.settings.console,
        visit.now,
    )
    if isinstance(answer, Entered):
        inside = replace(visit, token=answer.token, staff=answer.account)
        return with_cookies(visit, codes_page(inside, answer.recovery_codes, after), answer)
    if answer is Refused.LATE:
        return _too_late(visit, after)
    return await _set_up_page(visit, after, visit._(_WRONG_CODE))


@post("/sign-in/not-now", opt=OPEN)
async def do_not_now(visit: Visit) -> Page:
    """Come in without the second factor that was offered."""
    after = safe_path((await visit.form()).text("next", "/"))
    answer = await visit.write(
        sign_in.not_now, visit.token, browser_of(visit), visit.settings.console, visit.now
    )
    return entered(visit, answer, after) if isinstance(answer, Entered) else _too_late(visit, after)


async def _set_up_page(visit: OneVisit, after: str, complaint: str | None) -> Page:
    offer = await visit.read(sign_in.offer, visit.token, visit.settings.console, visit.now)
    if offer is None:
        return visit.go(_with_next("/sign-in", after))
    link = setup_link(offer.secret, offer.account.email, visit.settings.school.name)
    return visit.page(
        "entrance/second_factor.html",
        status=422 if complaint else 200,
        offer=offer,
        picture=square_codes.picture(link),
        link=link,
        complaint=complaint,
        after=after,
    )


@post("/sign-out", opt=OPEN)
async def do_sign_out(visit: Visit) -> Page:
    """End this browser's session."""
    await _leave(visit)
    return visit.go("/sign-in")


@get("/invitation/{token:str}", opt=OPEN)
async def show_invitation(visit: Visit, token: FromPath[str]) -> Page:
    """Show what a link is for; looking at it uses nothing up."""
    link = await visit.read(invitations.read, token, visit.now)
    return _invitation_page(visit, link, {})


@post("/invitation/{token:str}", opt=OPEN)
async def do_invitation(visit: Visit, token: FromPath[str]) -> Page:
    """Make the account that the link stands for, or set its new password."""
    form = await visit.form()
    link = await visit.read(invitations.read, token, visit.now)
    if link is None:
        return _invitation_page(visit, None, {})
    typed = {"name": form.text("name", link.name), "email": form.text("email", link.email)}
    try:
        answer = await _accept(visit, token, link, form)
    except AccessError as error:
        return _invitation_page(visit, link, typed, visit._(str(error)))
    if isinstance(answer, Refused):
        return _invitation_page(visit, None, {})
    await _leave(visit)
    return entered(visit, answer)


async def _accept(visit: OneVisit, token: str, link: Invitation, form: Form) -> Entered | Refused:
    password = secret(form, "password")
    name, email = form.text("name", link.name), link.email or form.text("email")
    if password != secret(form, "again"):
        raise AccessError(N_("The two passwords are not the same. Type both again."))
    check_password(password, words=(visit.settings.school.name, name, account_name(email)))
    stored = await visit.app.passwords.hash(password)
    return await visit.write(
        sign_in.accept,
        token,
        name=name,
        email=email,
        password=stored,
        browser=browser_of(visit),
        console=visit.settings.console,
        language=visit.language,
        now=visit.now,
    )


def _invitation_page(
    visit: OneVisit, link: Invitation | None, typed: dict[str, str], complaint: str | None = None
) -> Page:
    if link is None:
        return visit.page("entrance/no_invitation.html", status=404)
    return visit.page(
        "entrance/invitation.html",
        status=422 if complaint else 200,
        link=link,
        name=typed.get("name", link.name),
        email=typed.get("email", link.email),
        complaint=complaint,
    )


@post("/language", opt=OPEN)
async def do_language(visit: Visit) -> Page:
    """Change the language of the console, for the account or for this browser."""
    form = await visit.form()
    chosen = form.text("language")
    page = visit.go(safe_path(form.text("next", "/")))
    if chosen not in CONSOLE_LANGUAGES:
        return page
    if visit.staff is not None:
        await visit.write(choose_language, visit.staff, chosen)
    page.set_cookie(
        Cookie(
            key=LANGUAGE,
            value=chosen,
            max_age=YEAR,
            path="/",
            httponly=True,
            secure=visit.secure,
            samesite="lax",
        )
    )
    return page


HANDLERS = [
    show_sign_in,
    do_sign_in,
    show_code,
    do_code,
    show_recovery,
    do_recovery,
    show_set_up,
    do_set_up,
    do_not_now,
    do_sign_out,
    show_invitation,
    do_invitation,
    do_language,
]
