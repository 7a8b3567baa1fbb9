"""The inbox: who waits, finding a conversation, and what belongs to no phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from litestar import get, post
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from bot import inbox
from bot.errors import Complaint
from bot.inbox import Counts, WaitsPage, Wanted
from bot.roles import Right
from bot.store.accounts import Account
from bot.web.access import needs
from bot.web.console import alarms, canned, conversation
from bot.web.console import inbox_wording as wording
from bot.web.console.visit import Audit, OneVisit, Page, Visit

_VIEWS: Final = ("", "mine", "nobody", "done")


@dataclass(frozen=True, slots=True)
class _Seen:
    page: WaitsPage
    counts: Counts


def _look(session: Session, account: Account, wanted: Wanted, visit: OneVisit) -> _Seen:
    return _Seen(inbox.waiting(session, account, wanted), inbox.counts(session, account, visit.now))


def _wanted(view: str, kind: str, language: str, page: int) -> Wanted:
    view = view if view in _VIEWS else ""
    return Wanted(
        kind=kind if kind in inbox.KINDS else "",
        whose="" if view == "done" else view,
        language=language[:20],
        done=view == "done",
        page=min(max(page, 1), 10_000),
    )


@get("/inbox", opt=needs(Right.READ))
async def show(
    visit: Visit,
    view: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    language: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Page:
    """List who waits."""
    assert visit.staff is not None
    wanted = _wanted(view, kind, language, page)
    seen = await visit.read(_look, visit.staff, wanted, visit)
    return visit.page(
        "inbox/list.html",
        seen=seen,
        view=view if view in _VIEWS else "",
        wording=wording,
        turn=_turn(wanted, view),
        kinds=[(code, visit._(text)) for code, text in wording.KINDS.items()],
        tongues=[(tag, visit.wording.language_name(tag)) for tag in seen.page.languages],
    )


def _turn(wanted: Wanted, view: str) -> dict[str, str]:
    """Return the addresses of the pages before and after, and of this one without its page."""
    kept = {"view": view, "kind": wanted.kind, "language": wanted.language}
    kept = {name: value for name, value in kept.items() if value}
    return {
        "before": f"/inbox?{urlencode({**kept, 'page': wanted.page - 1})}",
        "after": f"/inbox?{urlencode({**kept, 'page': wanted.page + 1})}",
    }


@post("/inbox/search", opt=needs(Right.READ), status_code=200)
async def search(visit: Visit) -> Page:
    """Find conversations; by a form that is sent, so that names and words stay out of addresses."""
    assert visit.staff is not None
    form = await visit.form()
    text, page = form.text("q"), form.number("page") or 1
    try:
        found = await visit.read(inbox.search, visit.staff, text, min(page, 40))
    except Complaint as error:
        return visit.page("inbox/found.html", status=422, text=text, found=None, complaint=str(error))
    return visit.page("inbox/found.html", text=text, found=found, complaint=None)


@get("/inbox/search", opt=needs(Right.READ))
async def search_again(visit: Visit) -> Page:
    """What a reloaded or bookmarked search shows: an empty field."""
    return visit.page("inbox/found.html", text="", found=None, complaint=None)


@get("/inbox/task/{number:int}", opt=needs(Right.READ))
async def task(visit: Visit, number: FromPath[int]) -> Page:
    """Show something that belongs to no phone we know."""
    assert visit.staff is not None
    found = await visit.read(inbox.task, visit.staff, number)
    closings = [(code, visit._(wording.HOW[code])) for code in wording.CLOSINGS]
    return visit.page("inbox/task.html", task=found, wording=wording, closings=closings)


@post("/inbox/task/{number:int}", opt=needs(Right.ANSWER))
async def finish_task(visit: Visit, number: FromPath[int]) -> Page:
    """Say that it is done."""
    assert visit.staff is not None
    how = (await visit.form()).text("how")
    await visit.write(
        inbox.close, [number], visit.staff, how=how, now=visit.now,
        audit=Audit("conversation.closed", f"handover:{number}", {"how": how if how in wording.HOW else ""}),
    )  # fmt: skip
    return visit.go("/inbox", say=visit._("Done."))


HANDLERS = [
    show,
    search,
    search_again,
    task,
    finish_task,
    *conversation.HANDLERS,
    *alarms.HANDLERS,
    *canned.HANDLERS,
]
