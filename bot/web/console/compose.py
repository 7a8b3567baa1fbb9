"""Compose: from the first thought to the schedule, on one page that saves itself; and the list of it all."""

import asyncio
from collections.abc import Sequence
from typing import Final

from litestar import get, post
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from bot.broadcasts import composing, listing, view
from bot.broadcasts.composing import ChangedElsewhere, Engine, Saved
from bot.conversation.ask import Worded
from bot.errors import BroadcastError, TranslationFailed
from bot.ports import Translator
from bot.roles import Right
from bot.store import audience as audiences
from bot.store.tables import BroadcastState
from bot.web.access import needs
from bot.web.console import letting_go
from bot.web.console.desk_keeping import (
    ROOM,
    about,
    clash_page,
    compose_page,
    counted_for,
    desk_path,
    kept,
    looked_at,
)
from bot.web.console.desk_page import EMERGENCIES, NOTICES, STATES, seen_by, values
from bot.web.console.visit import Audit, Page, Visit

UNREACHED_SHOWN: Final = 25

# The list


@get(ROOM, opt=needs(Right.SEE))
async def show_all(visit: Visit, which: FromQuery[str] = "all", page: FromQuery[int] = 1) -> Page:
    """List what was written, newest first."""
    which = which if which in listing.WHICH else "all"
    page = max(1, min(page, 100_000))
    going = await visit.figures(("broadcasts under way",), listing.under_way)
    listed = await visit.read(listing.listing, which, page, going)
    return visit.page("compose/list.html", listed=listed, which=which, page=page, states=STATES)


# Beginning


@get(f"{ROOM}/new", opt=needs(Right.WRITE))
async def choose(visit: Visit, notice: FromQuery[str] = "") -> Page:
    """Offer what one can begin with."""
    ready = sorted(EMERGENCIES, key=lambda one: one != notice)
    return visit.page(
        "compose/new.html", emergencies=ready, notices=NOTICES, first=notice if notice in EMERGENCIES else ""
    )


@post(f"{ROOM}/new", opt=needs(Right.WRITE))
async def begin(visit: Visit) -> Page:
    """Begin a draft and open it."""
    form = await visit.form()
    number = await visit.write(
        composing.start,
        visit.now,
        visit.settings,
        by=visit.actor.staff_id,
        phase=form.text("phase", "inform"),
        notice=form.text("notice") or None,
        audit=Audit("broadcast.begun", about),
    )
    counted = await counted_for(visit, number, None)
    if counted is not None:
        await visit.write(composing.keep_count, number, counted)
    return visit.go(desk_path(number))


@post(f"{ROOM}/{{number:int}}/copy", opt=needs(Right.WRITE))
async def copy(visit: Visit, number: FromPath[int]) -> Page:
    """Begin a draft from another broadcast."""
    made = await visit.write(
        composing.copy,
        number,
        visit.now,
        visit.settings,
        by=visit.actor.staff_id,
        audit=Audit("broadcast.begun", about, {"from": number}),
    )
    counted = await counted_for(visit, made, None)
    if counted is not None:
        await visit.write(composing.keep_count, made, counted)
    return visit.go(desk_path(made), say=visit._("This is a copy. Nothing of it has been sent."))


# The page


@get(f"{ROOM}/{{number:int}}/compose", opt=needs(Right.WRITE))
async def show(visit: Visit, number: FromPath[int], look: FromQuery[str] = "") -> Page:
    """Show a draft as it was left."""
    seen = await looked_at(visit, number)
    match seen.draft.state:
        case BroadcastState.DRAFT:
            return await compose_page(visit, seen, look=look)
        case BroadcastState.PENDING:
            return visit.page("compose/pending.html", **values(visit, seen, look))
        case _:
            return visit.go(f"{ROOM}/{number}")


@post(f"{ROOM}/{{number:int}}/compose", opt=needs(Right.WRITE))
async def save(visit: Visit, number: FromPath[int]) -> Page:
    """Keep what was typed, valid or not."""
    form = await visit.form()
    try:
        saved = await kept(visit, number, form)
    except ChangedElsewhere as clash:
        return clash_page(visit, number, form, clash)
    if not visit.htmx:
        say, tone = _said_of(visit, saved)
        look = form.text("look") if form.on("show") else ""
        place = "#part-question" if form.on("add") or form.number("drop") is not None else ""
        return visit.go(desk_path(number, look) + place, say=say, tone=tone)
    seen = await seen_by(visit, number)
    drawn = form.text("drawn")
    return visit.part(
        "compose/_saved.html", drawn=drawn, saved=saved, **values(visit, seen, form.text("look"))
    )


def _said_of(visit: Visit, saved: Saved) -> tuple[str, str]:
    if not saved.clashes:
        return visit._("Saved."), "success"
    names = ", ".join(visit.wording.language_name(tag) for tag in saved.clashes)
    return (
        visit._(
            "Saved, except: somebody else changed %(languages)s meanwhile. Theirs is kept.", languages=names
        ),
        "warning",
    )


@post(f"{ROOM}/{{number:int}}/draft-texts", opt=needs(Right.WRITE))
async def draft_texts(visit: Visit, number: FromPath[int]) -> Page:
    """Let the engine draft the languages that have no text yet."""
    form = await visit.form()
    try:
        if "version" in form.fields:
            await kept(visit, number, form)
    except ChangedElsewhere as clash:
        return clash_page(visit, number, form, clash)
    try:
        words, tags, source = await visit.read(composing.to_be_drafted, number)
    except BroadcastError as error:
        return visit.go(desk_path(number), say=str(error), tone="warning")
    name = visit.settings.translation.engine
    tags = tuple(tag for tag in tags if view.may_draft(tag, name))
    drafted, failed = await _draft(visit, words, source, tags)
    number_kept = await visit.write(
        composing.keep_engine_drafts,
        number,
        words[0].text,
        drafted,
        f"engine:{name}",
        visit.now,
        audit=Audit("translation.drafted", about(number), {"languages": [one.tag for one in drafted]}),
    )
    say = visit.n_(
        "%(num)s text was drafted. Somebody who reads the language has to read it before it goes out.",
        "%(num)s texts were drafted. Somebody who reads the language has to read each before it goes out.",
        number_kept,
    )
    if failed:
        names = ", ".join(visit.wording.language_name(tag) for tag in failed)
        say = visit._(
            "The engine gave nothing for: %(languages)s. Type these, or try again.", languages=names
        )
    return visit.go(f"{desk_path(number)}#languages", say=say, tone="warning" if failed else "success")


async def _draft(
    visit: Visit, words: Sequence[Worded], source: str, tags: Sequence[str]
) -> tuple[list[Engine], list[str]]:
    """Ask the engine for every language at the same time; each has its own time-out."""
    answers = await asyncio.gather(
        *(_draft_one(visit, words, source, tag) for tag in tags), return_exceptions=True
    )
    drafted, failed = [], []
    for tag, answer in zip(tags, answers, strict=True):
        match answer:
            case Engine():
                drafted.append(answer)
            case TranslationFailed():
                failed.append(tag)
            case _:
                raise answer
    return drafted, failed


async def _draft_one(visit: Visit, words: Sequence[Worded], source: str, tag: str) -> Engine:
    engine = visit.app.translator
    if engine is None:
        raise TranslationFailed("No translation engine is configured.")
    first, *more = [await _draft_question(engine, one, source, tag) for one in words]
    return Engine(tag, first.text, first.choices, tuple(more))


async def _draft_question(engine: Translator, words: Worded, source: str, tag: str) -> Worded:
    text = await engine.translate(words.text, source, tag)
    return Worded(text, tuple([await engine.translate(one, source, tag) for one in words.choices]))


@post(f"{ROOM}/{{number:int}}/discard", opt=needs(Right.WRITE))
async def discard(visit: Visit, number: FromPath[int]) -> Page:
    """Throw a draft away."""
    await visit.write(composing.discard, number, audit=Audit("broadcast.discarded", about(number)))
    return visit.go(ROOM, say=visit._("The draft is thrown away. Nobody got anything."))


@get(f"{ROOM}/{{number:int}}/unreached", opt=needs(Right.PEOPLE))
async def unreached(visit: Visit, number: FromPath[int], page: FromQuery[int] = 1) -> Page:
    """Name whom no text can reach, and why."""
    page = max(1, min(page, 100_000))
    draft = (await seen_by(visit, number)).draft
    reach = await visit.figures(("unreached", number), _unreached, number)
    first = UNREACHED_SHOWN * (page - 1)
    return visit.page(
        "compose/unreached.html",
        draft=draft,
        people=reach[first : first + UNREACHED_SHOWN],
        total=len(reach),
        page=page,
        size=UNREACHED_SHOWN,
    )


def _unreached(session: Session, number: int) -> tuple[audiences.Unreached, ...]:
    return view.reach_now(session, number).unreached


HANDLERS = [
    show_all,
    choose,
    begin,
    copy,
    show,
    save,
    draft_texts,
    discard,
    unreached,
    *letting_go.HANDLERS,
]
