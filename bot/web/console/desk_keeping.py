"""Keeping a page of compose, counting its audience, and showing it again."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from sqlmodel import Session

from bot import forecast
from bot.broadcasts import composing, view
from bot.broadcasts import desk as desks
from bot.broadcasts.composing import ChangedElsewhere, Saved
from bot.broadcasts.desk import Counted, Desk
from bot.settings import Settings
from bot.store import audience as audiences
from bot.store.audience import Audience, Reach
from bot.web.console.desk_form import sent_in
from bot.web.console.desk_page import Seen, seen_by, values
from bot.web.console.visit import Form, Page, Visit

ROOM: Final = "/broadcasts"


def about(number: int) -> str:
    """Name a broadcast for the trail."""
    return f"broadcast:{number}"


def desk_path(number: int, look: str = "") -> str:
    """Return where a draft is written; `look` is the phone that is shown."""
    return f"{ROOM}/{number}/compose" + (f"?look={look}#look" if look else "")


async def kept(visit: Visit, number: int, form: Form) -> Saved:
    """Keep a page. Raises `ChangedElsewhere` and `BroadcastError`."""
    sent = sent_in(form, by_itself=visit.htmx)
    counted = await counted_for(visit, number, sent.desk, anew=form.on("anew"))
    return await visit.write(
        composing.save,
        number,
        replace(sent, counted=counted),
        visit.settings,
        now=visit.now,
        by=visit.actor,
    )


def clash_page(visit: Visit, number: int, form: Form, clash: ChangedElsewhere) -> Page:
    """Say that another window was faster; nothing that was typed here is lost."""
    if visit.htmx:
        return visit.part("compose/_clash.html", number=number, sentence=str(clash))
    fields = [
        (name, value)
        for name, value in form.fields.multi_items()
        if isinstance(value, str) and name not in {"csrf_token", "overwrite"}
    ]
    return visit.page("compose/clash.html", 409, number=number, sentence=str(clash), fields=fields)


async def counted_for(visit: Visit, number: int, desk: Desk | None, *, anew: bool = False) -> Counted | None:
    """Count the audience, unless what was counted last still holds."""
    if desk is None:
        desk = (await visit.read(view.composed, number, visit.settings, visit.now, by=None)).desk
    wanted = await visit.read(composing.audience_to_count, number, desk, visit.settings, visit.now, anew=anew)
    if wanted is None:
        return None
    audience, emergency, key = wanted
    if anew:
        reach = await visit.read(_reach, audience, emergency)
    else:
        reach = await visit.figures(("reach", audience, emergency), _reach, audience, emergency)
    full = () if emergency else await visit.read(_full, audience, desk, visit.settings, visit.now)
    return desks.counted(reach, key, visit.now, full)


def _full(
    session: Session, audience: Audience, desk: Desk, settings: Settings, now: datetime
) -> tuple[tuple[date, int], ...]:
    """Count the families that will have had their texts of the week when it goes out."""
    plan = desks.plan_of(desk, now, settings)
    return forecast.over_budget(session, audience, settings, (plan.first if plan else None) or now)


def _reach(session: Session, audience: Audience, emergency: bool) -> Reach:
    return audiences.reach(session, audience, emergency=emergency)


async def looked_at(visit: Visit, number: int) -> Seen:
    """Read a draft; one that was never counted, as from the command line, is counted for this look."""
    seen = await seen_by(visit, number)
    if seen.draft.counted is None and seen.draft.desk.whom:
        seen = await seen_by(visit, number, await counted_for(visit, number, seen.draft.desk))
    return seen


async def compose_page(
    visit: Visit, seen: Seen, *, look: str = "", status: int = 200, complaint: str = ""
) -> Page:
    """Show a draft."""
    spoken = await visit.figures(("languages in use",), view.languages_in_use)
    drawn = values(visit, seen, look)
    return visit.page(
        "compose/page.html",
        status,
        complaint=complaint,
        refused=status != 200,
        spoken=sorted(spoken, key=visit.wording.language_name),
        tab=secrets.token_hex(8),
        **drawn,
    )
