"""People: look somebody up, one household with its languages and numbers, codes for Telegram."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from bot import directory, households, phones
from bot.directory import Home, Member
from bot.errors import RecordsError
from bot.roles import Right
from bot.store.audience import Audience
from bot.web.access import needs
from bot.web.console import importing, permission, square_codes
from bot.web.console.evidence import how_options, today, told, told_fields, tongues
from bot.web.console.visit import Audit, Form, OneVisit, Page, Visit

# ------------------------------------------------------------------ looking somebody up


@get("/people", opt=needs(Right.PEOPLE))
async def list_people(visit: Visit, page: FromQuery[int] = 1) -> Page:
    """List everybody, by name."""
    return await _list(visit, "", page)


@post("/people", opt=needs(Right.PEOPLE), status_code=200)
async def search_people(visit: Visit) -> Page:
    """Search. What is looked for is somebody's name or number, so it never stands in an address."""
    form = await visit.form()
    return await _list(visit, form.text("q")[:100], form.number("page") or 1)


async def _list(visit: OneVisit, text: str, page: int) -> Page:
    hits = await visit.read(directory.people, text, region=visit.settings.school.region, page=page)
    draw = visit.part if visit.htmx else visit.page
    return draw("people/_found.html" if visit.htmx else "people/list.html", text=text, hits=hits)


# ------------------------------------------------------------------ one household


@get("/households/{number:int}", opt=needs(Right.PEOPLE))
async def show_household(visit: Visit, number: FromPath[int]) -> Page:
    """Show one household; one that became part of another leads there."""
    if (into := await visit.read(directory.merged_into, number)) is not None:
        return visit.go(f"/households/{into}")
    return await household_page(visit, number)


async def household_page(
    visit: OneVisit, number: int, *, complaint: str | None = None, at: str = "", typed: Form | None = None
) -> Page:
    """Draw one household; `at` names the form that a complaint belongs to, `typed` is what it held."""
    home = await found_home(visit, number)
    return visit.page(
        "people/household.html",
        status=422 if complaint else 200,
        home=home,
        said=home.said if visit.may(Right.READ) else (),
        complaint=complaint,
        at=at,
        typed=typed,
        told=told_fields(visit, typed),
        tongues=tongues(visit),
        how=how_options(visit),
    )


async def found_home(visit: OneVisit, number: int) -> Home:
    """Return a household. Raises `NotFoundException`."""
    try:
        return await visit.read(directory.household, number)
    except RecordsError:
        raise NotFoundException from None


async def _member(visit: OneVisit, person: int) -> tuple[int, Member]:
    """Return somebody and the number of their household. Raises `NotFoundException`."""
    number = await visit.read(directory.home_of, person)
    if number is None:
        raise NotFoundException
    home = await found_home(visit, number)
    return number, next(member for member in home.members if member.id == person)


# ------------------------------------------------------------------ languages and numbers


def _by(form: Form) -> phones.By:
    return "family" if form.text("by") == "family" else "roster"


@post("/people/{person:int}/languages", opt=needs(Right.PEOPLE))
async def choose_languages(visit: Visit, person: FromPath[int]) -> Page:
    """Set what somebody reads and hears."""
    form = await visit.form()
    number, _ = await _member(visit, person)
    wanted: dict[str, Any] = {"reads": form.text("reads"), "hears": form.text("hears"), "by": _by(form)}
    try:
        await visit.write(
            phones.choose_languages,
            person,
            **wanted,
            audit=Audit("person.languages-chosen", f"person:{person}", wanted),
        )
    except RecordsError as error:
        at = f"languages-{person}"
        return await household_page(visit, number, complaint=str(error), at=at, typed=form)
    return visit.go(f"/households/{number}", say=visit._("The languages are changed."))


@post("/people/{person:int}/phones", opt=needs(Right.PEOPLE))
async def add_phone(visit: Visit, person: FromPath[int]) -> Page:
    """Give somebody a number."""
    form = await visit.form()
    number, _ = await _member(visit, person)
    try:
        await visit.write(
            phones.add,
            person,
            form.text("number"),
            told(visit, form),
            region=visit.settings.school.region,
            today=today(visit),
            now=visit.now,
            audit=Audit("phone.added", lambda phone: f"phone:{phone.id}", {"person": person}),
        )
    except RecordsError as error:
        at = f"number-{person}"
        return await household_page(visit, number, complaint=str(error), at=at, typed=form)
    return visit.go(f"/households/{number}", say=visit._("The number is added. It is tried first."))


@get("/people/{person:int}/phones/{phone:int}", opt=needs(Right.PEOPLE))
async def show_number(visit: Visit, person: FromPath[int], phone: FromPath[int]) -> Page:
    """Ask what the right number is, or whether it goes."""
    return await _number_page(visit, person, phone)


async def _number_page(
    visit: OneVisit, person: int, phone: int, complaint: str | None = None, typed: Form | None = None
) -> Page:
    number, member = await _member(visit, person)
    here = next((one for one in member.phones if one.id == phone), None)
    if here is None:
        raise NotFoundException
    return visit.page(
        "people/number.html",
        status=422 if complaint else 200,
        household=number,
        member=member,
        phone=here,
        complaint=complaint,
        number=typed.text("number") if typed else "",
        told=told_fields(visit, typed, member.name),
        how=how_options(visit),
    )


@post("/people/{person:int}/phones/{phone:int}", opt=needs(Right.PEOPLE))
async def correct_number(visit: Visit, person: FromPath[int], phone: FromPath[int]) -> Page:
    """Put a number right."""
    form = await visit.form()
    number, _ = await _member(visit, person)
    try:
        await visit.write(
            phones.correct,
            person,
            phone,
            form.text("number"),
            told(visit, form),
            region=visit.settings.school.region,
            today=today(visit),
            now=visit.now,
            audit=Audit("phone.corrected", f"phone:{phone}", {"person": person}),
        )
    except RecordsError as error:
        return await _number_page(visit, person, phone, str(error), form)
    return visit.go(f"/households/{number}", say=visit._("The number is corrected."))


@post("/people/{person:int}/phones/{phone:int}/remove", opt=needs(Right.PEOPLE))
async def remove_number(visit: Visit, person: FromPath[int], phone: FromPath[int]) -> Page:
    """Take a number from somebody."""
    number, _ = await _member(visit, person)
    try:
        await visit.write(
            phones.remove,
            person,
            phone,
            visit.now,
            audit=Audit("phone.removed", f"phone:{phone}", {"person": person}),
        )
    except RecordsError as error:
        return await household_page(visit, number, complaint=str(error))
    return visit.go(f"/households/{number}", say=visit._("The number is removed."))


# ------------------------------------------------------------------ Telegram


@post("/people/{person:int}/telegram", opt=needs(Right.PEOPLE))
async def make_code(visit: Visit, person: FromPath[int]) -> Page:
    """Make a one-time code, or find the one that is still unused."""
    await _member(visit, person)
    audience = Audience(people=(person,))
    trail = Audit("person.telegram-code-made", f"person:{person}")
    await visit.write(households.link_codes, audience, visit.now, audit=trail)
    return visit.go(f"/people/{person}/telegram")


@get("/people/{person:int}/telegram", opt=needs(Right.PEOPLE))
async def show_code(visit: Visit, person: FromPath[int]) -> Page:
    """Show somebody's code: as a link and a picture where the bot's name is known."""
    number, member = await _member(visit, person)
    if member.code is None:
        return visit.go(f"/households/{number}")
    bot = visit.settings.telegram.username if visit.settings.telegram else None
    link = households.link_to(bot, member.code) if bot else None
    return visit.page(
        "people/telegram.html",
        household=number,
        member=member,
        bot=bot,
        link=link,
        picture=square_codes.picture(link) if link else None,
    )


HANDLERS = [
    list_people,
    search_people,
    show_household,
    choose_languages,
    add_phone,
    show_number,
    correct_number,
    remove_number,
    make_code,
    show_code,
    *permission.HANDLERS,
    *importing.HANDLERS,
]
