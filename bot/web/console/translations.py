"""Translations: what waits for somebody who reads a language, one text in it, and the texts to pass on."""

from typing import Final

from litestar import get, post
from litestar.params import FromPath, FromQuery

from bot import languages
from bot.broadcasts import listing, reviewing
from bot.broadcasts.reviewing import Reviewed
from bot.errors import BroadcastError, LanguageError
from bot.roles import Right
from bot.web.access import needs
from bot.web.console.desk_form import later_words
from bot.web.console.visit import Form, Page, Visit

SHOWN: Final = 25


def _mine(visit: Visit) -> tuple[str, ...] | None:
    """The languages that this account deals with; None: all, for whoever writes broadcasts anyway."""
    assert visit.staff is not None
    return reviewing.languages_for(visit.staff.languages, writes=visit.may(Right.WRITE))


@get("/translations", opt=needs(Right.REVIEW))
async def queue(visit: Visit, language: FromQuery[str] = "", page: FromQuery[int] = 1) -> Page:
    """List what waits to be read or written."""
    mine = _mine(visit)
    found = await visit.read(reviewing.wanted, mine, visit.now)
    tags = sorted({one.tag for one in found}, key=visit.wording.language_name)
    if language in tags:
        found = tuple(one for one in found if one.tag == language)
    page = max(1, min(page, 1 + max(0, len(found) - 1) // SHOWN))
    return visit.page(
        "translations/queue.html",
        rows=found[SHOWN * (page - 1) : SHOWN * page],
        total=len(found),
        tags=tags,
        language=language if language in tags else "",
        mine=mine,
        page=page,
        size=SHOWN,
    )


@get("/translations/{number:int}/{tag:str}", opt=needs(Right.REVIEW))
async def show(visit: Visit, number: FromPath[int], tag: FromPath[str]) -> Page:
    """Show one text beside its source."""
    if not _allowed(visit, tag):
        return visit.page("translations/not_yours.html", 403)
    try:
        task = await visit.read(reviewing.task, number, tag)
    except (BroadcastError, LanguageError) as error:
        return visit.go("/translations", say=str(error), tone="warning")
    return visit.page("translations/text.html", task=task, typed=None, complaint="")


@post("/translations/{number:int}/{tag:str}", opt=needs(Right.REVIEW))
async def review(visit: Visit, number: FromPath[int], tag: FromPath[str]) -> Page:
    """Keep a reviewer's text, read or not."""
    if not _allowed(visit, tag):
        return visit.page("translations/not_yours.html", 403)
    form = await visit.form()
    sent = _sent(form)
    try:
        await visit.write(reviewing.review, number, tag, sent, by=visit.actor, now=visit.now)
    except BroadcastError as error:
        return await _again(visit, number, tag, sent, error)
    say = visit._("It may go out.") if sent.read else visit._("Kept. It does not go out yet.")
    return visit.go("/translations", say=say)


async def _again(visit: Visit, number: int, tag: str, sent: Reviewed, error: BroadcastError) -> Page:
    """Show the text again with what was typed and what is against it."""
    try:
        task = await visit.read(reviewing.task, number, tag)
    except BroadcastError as gone:
        return visit.go("/translations", say=str(gone), tone="warning")
    return visit.page("translations/text.html", 422, task=task, typed=sent, complaint=str(error))


def _allowed(visit: Visit, tag: str) -> bool:
    mine = _mine(visit)
    return any(one.tag == tag for one in languages.all_languages()) and (mine is None or tag in mine)


def _sent(form: Form) -> Reviewed:
    return Reviewed(
        text=form.text("text"),
        choices=reviewing.lines_in(form.text("choices")),
        asked=form.text("asked"),
        read=form.text("do") == "read",
        mark=form.text("mark"),
        source_mark=form.text("source_mark"),
        more=later_words(form, ""),
    )


@get("/texts", opt=needs(Right.TEXTS))
async def pass_on(visit: Visit, language: FromQuery[str] = "", page: FromQuery[int] = 1) -> Page:
    """Show approved texts, to be copied and passed on; nothing here says whom they are for."""
    mine = None if visit.may(Right.SEE) or not visit.may(Right.REVIEW) else _mine(visit)
    tags = await visit.figures(("languages passed on",), listing.languages_passed_on)
    tags = tuple(tag for tag in tags if mine is None or tag in mine)
    wanted = (language,) if language in tags else mine
    page = max(1, min(page, 10_000))
    found, more = await visit.read(listing.to_pass_on, page, wanted)
    return visit.page(
        "translations/texts.html",
        found=found,
        more=more,
        page=page,
        tags=sorted(tags, key=visit.wording.language_name),
        language=language if language in tags else "",
    )


HANDLERS = [queue, show, review, pass_on]
