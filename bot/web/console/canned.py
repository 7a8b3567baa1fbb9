"""Answers that staff give often: the list, and one of them in its languages."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import get, post
from litestar.params import FromPath, FromQuery

from bot import inbox, languages
from bot.errors import Complaint
from bot.inbox import Canned
from bot.roles import Right
from bot.web.access import needs
from bot.web.console.visit import Audit, OneVisit, Page, Visit


@get("/answers", opt=needs(Right.ANSWER))
async def show(visit: Visit) -> Page:
    """List them."""
    return visit.page("inbox/answers.html", answers=await visit.read(inbox.canned_answers))


@get("/answers/new", opt=needs(Right.ANSWER))
async def new(visit: Visit, add: FromQuery[str] = "") -> Page:
    """Write one."""
    return _page(visit, None, add=add)


@get("/answers/{number:int}", opt=needs(Right.ANSWER))
async def change(visit: Visit, number: FromPath[int], add: FromQuery[str] = "") -> Page:
    """Change one."""
    return _page(visit, await visit.read(inbox.canned_answer, number), add=add)


def _page(
    visit: OneVisit,
    canned: Canned | None,
    *,
    add: str = "",
    number: int | None = None,
    title: str | None = None,
    texts: Mapping[str, str] | None = None,
    complaint: str | None = None,
) -> Page:
    assert visit.staff is not None
    known = dict(texts if texts is not None else canned.texts if canned else {})
    usual = (visit.settings.school.staff_language, *visit.staff.languages, *languages.catalog_languages())
    tags = tuple(dict.fromkeys((*usual, *known, *([add] if _is_language(add) else []))))
    return visit.page(
        "inbox/answer.html",
        status=422 if complaint else 200,
        number=canned.id if canned else number,
        title=title if title is not None else canned.title if canned else "",
        texts=known,
        tags=tags,
        others=[
            (one.tag, visit.wording.language_name(one.tag))
            for one in languages.all_languages()
            if one.tag not in tags
        ],
        authors=canned.written_by if canned else {},
        complaint=complaint,
    )


def _is_language(tag: str) -> bool:
    return any(one.tag == tag for one in languages.all_languages())


@post("/answers", opt=needs(Right.ANSWER))
async def keep_new(visit: Visit) -> Page:
    """Keep a new one."""
    return await _keep(visit, None)


@post("/answers/{number:int}", opt=needs(Right.ANSWER))
async def keep(visit: Visit, number: FromPath[int]) -> Page:
    """Keep a changed one."""
    return await _keep(visit, number)


async def _keep(visit: OneVisit, number: int | None) -> Page:
    assert visit.staff is not None
    form = await visit.form()
    texts = {one.tag: form.text(f"text-{one.tag}") for one in languages.all_languages()}
    texts = {tag: text for tag, text in texts.items() if text}
    try:
        await visit.write(
            inbox.keep_canned, number, title=form.text("title"), texts=texts, who=visit.staff, now=visit.now,
            audit=Audit("answer.kept", lambda kept: f"answer:{kept}", {"languages": sorted(texts)}),
        )  # fmt: skip
    except Complaint as error:
        return _page(visit, None, number=number, title=form.text("title"), texts=texts, complaint=str(error))
    return visit.go("/answers", say=visit._("The answer is kept."))


@post("/answers/{number:int}/delete", opt=needs(Right.ANSWER))
async def forget(visit: Visit, number: FromPath[int]) -> Page:
    """Throw one away."""
    await visit.write(inbox.forget_canned, number, audit=Audit("answer.deleted", f"answer:{number}"))
    return visit.go("/answers", say=visit._("The answer is gone."))


HANDLERS = [show, new, change, keep_new, keep, forget]
