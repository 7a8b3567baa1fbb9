"""What touches the danger list, for those on call; for everybody else there is no such page."""

from __future__ import annotations

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from bot.errors import InboxError
from bot.inbox import danger
from bot.inbox.danger import Alarm, Opened
from bot.roles import Right
from bot.store.accounts import Account
from bot.web.access import needs
from bot.web.console import inbox_wording as wording
from bot.web.console.visit import Audit, OneVisit, Page, Visit
from bot.web.console.wording import N_


def _on_call(visit: OneVisit) -> Account:
    """Return the account; for those who are not on call the page does not exist."""
    if visit.staff is None or not visit.staff.on_call:
        raise NotFoundException
    return visit.staff


def _lists(session: Session, account: Account, page: int) -> tuple[tuple[Alarm, ...], tuple[Alarm, ...]]:
    return danger.alarms(session, account), danger.alarms(session, account, done=True, page=page)


@get("/inbox/danger", opt=needs(Right.READ))
async def show(visit: Visit, page: FromQuery[int] = 1) -> Page:
    """List what waits and what was done, without a word of it."""
    page = min(max(page, 1), 10_000)
    waiting, done = await visit.read(_lists, _on_call(visit), page)
    return visit.page(
        "inbox/danger.html", waiting=waiting, done=done, at=page, most=danger.PAGE, wording=wording
    )


@get("/inbox/danger/{number:int}", opt=needs(Right.READ))
async def opened(visit: Visit, number: FromPath[int]) -> Page:
    """Show one with its words; that it was opened is kept in the trail."""
    return await _page(visit, number)


async def _page(visit: OneVisit, number: int, complaint: str | None = None) -> Page:
    account = _on_call(visit)
    try:
        found: Opened = await visit.write(
            danger.opened, number, account, visit.settings, visit.now,
            audit=Audit("danger.opened", f"handover:{number}"),
        )  # fmt: skip
    except InboxError:
        raise NotFoundException from None
    return visit.page(
        "inbox/alarm.html",
        status=422 if complaint else 200,
        found=found,
        wording=wording,
        acts={code: visit._(text) for code, text in wording.ACTS.items()},
        closings=[(code, visit._(wording.HOW[code])) for code in wording.DANGER_CLOSINGS],
        complaint=complaint,
    )


#: what a button does, as the trail keeps it, and what is said afterwards
_DONE = {
    "acknowledge": ("danger.acknowledged", N_("Your name stands beside it now.")),
    "write": ("danger.written-down", N_("Kept, for those on call alone.")),
    "close": ("danger.closed", N_("Closed.")),
    "let_go": ("danger.let-go", N_("The inbox has it now, as an ordinary question.")),
}


@post("/inbox/danger/{number:int}", opt=needs(Right.READ))
async def act(visit: Visit, number: FromPath[int]) -> Page:
    """Acknowledge, write down, close, or give it to the inbox."""
    account, form = _on_call(visit), await visit.form()
    what = form.text("do")
    if what not in _DONE:
        return await _page(visit, number, visit._("Choose what to do."))
    code, said = _DONE[what]
    text, how = form.text("text"), form.text("how")

    def go(session: Session) -> None:
        match what:
            case "acknowledge":
                danger.acknowledge(session, number, account, visit.now)
            case "write":
                danger.write_down(session, number, account, text, visit.now)
            case "close":
                danger.close(session, number, account, how=how, text=text, now=visit.now)
            case _:
                danger.let_go(session, number, account, visit.now)

    try:
        await visit.write(go, audit=Audit(code, f"handover:{number}"))
    except InboxError as error:
        return await _page(visit, number, str(error))
    stays = what in {"acknowledge", "write"}
    return visit.go(f"/inbox/danger/{number}" if stays else "/inbox/danger", say=visit._(said))


HANDLERS = [show, opened, act]
