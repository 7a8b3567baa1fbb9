"""The demo's own pages: what there is to try, how the day goes, and every family's phone.

They are mounted by the demo alone and answer this machine alone; the console beside them is the real one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from typing import Any, Final

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath, FromQuery

from bot import languages
from bot.demo import looking, unfinished
from bot.demo.glossing import gloss
from bot.demo.handsets import Handset
from bot.demo.looking import Behind, Day
from bot.demo.stage import Stage, Step
from bot.simulator.phones import PhoneError
from bot.store.accounts import begin_session
from bot.web.access import OPEN
from bot.web.console.entrance import safe_path
from bot.web.console.visit import OneVisit, Page, Visit
from bot.web.console.wording import N_

Scene = NamedDependency[Stage]

PAGE: Final = 25  #: phones on one page of the list
LONGEST: Final = 1600  #: characters that a family may type
_SPOKEN: Final = 6  #: of the newest words of families, on the first page
_HERE: Final = frozenset({"127.0.0.1", "::1"})

#: what is to be done: (sentence, the button that leads there)
TASKS: Final = {
    "question": (N_("A Somali parent asks when the bus comes."), N_("Answer the parent")),
    "landlines": (N_("%(count)s phones got nothing."), N_("Find out why")),
    "approval": (N_("Nkauj Hli has written to every family and needs your approval."), N_("Look at it")),
    "read_back": (
        N_("A parent told you something in Somali. Say what you understood."),
        N_("Write it down"),
    ),
    "held": (N_("Nobody can know whether one text has arrived."), N_("Decide what becomes of it")),
    "write": (N_("Write to families yourself, and watch their phones."), N_("Write to families")),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to do, as the first page shows it."""

    key: str
    sentence: str
    button: str
    address: str
    count: int
    done: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text on a phone, as `ui.bubble` wants it."""

    ours: bool
    text: str
    at: str
    gloss: str | None
    buttons: tuple[str, ...]
    gloss_lang: str = "en"


@get("/", opt=OPEN)
async def first(visit: Visit, stage: Scene) -> Page:
    """Say in three sentences what to try, and show how the day goes."""
    return visit.page("demo/first.html", stage=stage, **await _now(visit, stage))


@get("/now", opt=OPEN)
async def now(visit: Visit, stage: Scene, seen: FromQuery[str] = "") -> Page:
    """Show how the day goes, if anything has changed since `seen`."""
    values = await _now(visit, stage)
    if values["version"] == seen:
        return Page("", status_code=204)
    return visit.part("demo/_now.html", stage=stage, **values)


async def _now(visit: OneVisit, stage: Stage) -> dict[str, Any]:
    day = await visit.figures(("demo", "day"), looking.day)
    offers = [] if stage.training else _offers(stage, day)
    spoken = stage.handsets.latest(_SPOKEN)
    going_on = stage.step is not Step.YOURS and stage.trouble is None
    said = [one.provider_id for _, one in spoken]
    version = _version(day, offers, said, stage.step, stage.trouble, visit.language, visit.staff)
    return {"day": day, "offers": offers, "spoken": spoken, "going_on": going_on, "version": version}


def _offers(stage: Stage, day: Day) -> list[Offer]:
    """List what there is to do, and what has been done of it; while the script runs it does things itself."""
    there = {one.key: one for one in (*day.tasks, looking.Task("write", "/broadcasts/new"))}
    if stage.step is Step.YOURS:
        stage.offered |= there.keys()
    else:
        there.pop("read_back", None)
    nothing = looking.Task("", "", 0)
    found = ((key, there.get(key, nothing)) for key in TASKS if key in there or key in stage.offered)
    return [Offer(key, *TASKS[key], one.address, one.count, one is nothing) for key, one in found]


@post("/enter", opt=OPEN)
async def enter(visit: Visit) -> Page:
    """Sign the newcomer in as the coordinator, who has no password."""
    client = visit.request.client
    if client is None or client.host not in _HERE:
        raise PermissionDeniedException(N_("Only somebody at this machine may enter the demo like that."))
    after = safe_path((await visit.form()).text("next", "/"))
    accounts = await visit.write(unfinished.staff, visit.now)
    token = await visit.write(
        begin_session,
        accounts[unfinished.COORDINATOR],
        visit.now,
        hours=visit.settings.console.session_hours,
        browser="",
    )
    page = visit.go(after)
    page.set_cookie(visit.keep(token))
    return page


@get("/phones", opt=OPEN)
async def phones(visit: Visit, stage: Scene, q: FromQuery[str] = "", page: FromQuery[int] = 1) -> Page:
    """List the families' phones: those with new texts first."""
    found = stage.handsets.found(q)
    page = max(1, min(page, -(-len(found) // PAGE)))
    shown = found[(page - 1) * PAGE : page * PAGE]
    return visit.page("demo/phones.html", found=shown, q=q, page=page, total=len(found), size=PAGE)


@get("/phones/{number:int}", opt=OPEN)
async def phone(visit: Visit, stage: Scene, number: FromPath[int]) -> Page:
    """Show one phone as its family sees it, and beside it what the school sees."""
    return visit.page("demo/phone.html", **await _screen(visit, stage, _phone(stage, number)))


@get("/phones/{number:int}/screen", opt=OPEN)
async def screen(visit: Visit, stage: Scene, number: FromPath[int], seen: FromQuery[str] = "") -> Page:
    """Show the same if anything has changed since `seen`."""
    values = await _screen(visit, stage, _phone(stage, number))
    if values["version"] == seen:
        return Page("", status_code=204)
    return visit.part("demo/_phone.html", **values)


@post("/phones/{number:int}/say", opt=OPEN)
async def say(visit: Visit, stage: Scene, number: FromPath[int]) -> Page:
    """Let the family send what was typed on its phone."""
    handset = _phone(stage, number)
    form = await visit.form()
    text = form.text("word") or form.text("text")[:LONGEST]
    if text:
        await stage.say(handset, text)
    return await _again(visit, stage, handset)


@post("/phones/{number:int}/press", opt=OPEN)
async def press(visit: Visit, stage: Scene, number: FromPath[int]) -> Page:
    """Let the family press a button of its newest text that has any."""
    handset = _phone(stage, number)
    button = (await visit.form()).number("button")
    try:
        await stage.press(handset, button or 0)
    except PhoneError:
        return visit.go(_address(handset), say=visit._("This button is not there any more."), tone="warning")
    return await _again(visit, stage, handset)


@get("/gallery", opt=OPEN)
async def gallery(visit: Visit) -> Page:
    """Show every component of the console in every state."""
    return visit.page("_gallery.html")


def rooms(stage: Stage) -> Router:
    """Return the demo's pages for one stage."""
    return Router(
        path="/demo",
        route_handlers=[first, now, enter, phones, phone, screen, say, press, gallery],
        dependencies={"stage": Provide(lambda: stage, sync_to_thread=False)},
    )


def _phone(stage: Stage, number: int) -> Handset:
    found = stage.handsets.numbered(number)
    if found is None:
        raise NotFoundException
    return found


def _address(handset: Handset) -> str:
    return f"/demo/phones/{handset.number}"


async def _again(visit: OneVisit, stage: Stage, handset: Handset) -> Page:
    if not visit.htmx:
        return visit.go(_address(handset))
    return visit.part("demo/_phone.html", **await _screen(visit, stage, handset))


async def _screen(visit: OneVisit, stage: Stage, handset: Handset) -> dict[str, Any]:
    behind = await visit.read(looking.behind, handset.channel, handset.owner.address)
    handset.look()
    bubbles = _bubbles(visit, stage, handset, behind)
    return {
        "stage": stage,
        "handset": handset,
        "bubbles": bubbles,
        "behind": behind,
        "version": _version(bubbles, behind),
        "direction": languages.direction(handset.owner.tag),
    }


def _bubbles(visit: OneVisit, stage: Stage, handset: Handset, behind: Behind) -> list[Bubble]:
    tag = handset.owner.tag
    known = _dates(tag, visit.now.astimezone(visit.settings.school.zone).date()) | dict(behind.english)
    return [
        Bubble(
            one.ours,
            one.text or visit._(KINDS.get(one.kind, KINDS["press"])),
            visit.wording.clock(one.at),
            gloss(one.text, tag, known),
            one.buttons,
        )
        for one in stage.handsets.shown(handset)
    ]


@cache
def _dates(tag: str, today: date) -> dict[str, str]:
    """Pair how families read days and hours in their language with how they read in English."""
    days = [today + timedelta(days=number) for number in range(-7, 22)]
    hours = [time(hour, minute) for hour in range(24) for minute in (0, 30)]
    return {
        **{languages.family_date(one, tag, today=today): _english(one, today) for one in days},
        **{languages.family_time(one, tag): languages.family_time(one, "en") for one in hours},
    }


def _english(day: date, today: date) -> str:
    return languages.family_date(day, "en", today=today)


#: what a phone shows for something without words
KINDS: Final = {
    "picture": N_("a picture"),
    "start": N_("opened the bot"),
    "block": N_("blocked the school"),
    "unblock": N_("unblocked the school"),
    "press": N_("pressed a button"),
}


def _version(*shown: object) -> str:
    """Name what is shown, so that nothing is drawn anew that has not changed."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
