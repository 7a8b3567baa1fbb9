"""One phone: whether we may write to it, on whose word, and what was said there."""

from __future__ import annotations

from datetime import datetime, timedelta

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from bot import consent, directory, phones
from bot.consent import PhoneSeen
from bot.directory import ROWS
from bot.errors import RecordsError
from bot.messages import ChannelName
from bot.roles import Right
from bot.store.tables import EPOCH, micros
from bot.web.access import needs
from bot.web.console.evidence import how_options, today, told, told_fields, tongues
from bot.web.console.visit import Audit, Form, OneVisit, Page, Visit


@get("/phones/{phone:int}", opt=needs(Right.PEOPLE))
async def show_phone(visit: Visit, phone: FromPath[int], before: FromQuery[int] = 0) -> Page:
    """Show one phone; `before` is where the list of texts goes on, in microseconds."""
    return await _phone_page(visit, phone, before=before)


async def _phone_page(visit: OneVisit, phone: int, *, before: int = 0, complaint: str | None = None) -> Page:
    seen = await _seen(visit, phone)
    said: tuple[directory.Said, ...] = ()
    if visit.may(Right.READ):
        said = await visit.read(directory.said, (phone,), before=_moment(before), limit=ROWS + 1)
    last = said[ROWS - 1].at if len(said) > ROWS else None
    return visit.page(
        "people/phone.html",
        status=422 if complaint else 200,
        seen=seen,
        said=said[:ROWS],
        older=micros(last) if last else None,
        newer=before > 0,
        complaint=complaint,
        tongues=tongues(visit),
    )


def _moment(before: int) -> datetime | None:
    if not 0 < before < 10**17:
        return None
    return EPOCH + timedelta(microseconds=before)


async def _seen(visit: OneVisit, phone: int) -> PhoneSeen:
    try:
        return await visit.read(consent.look_at, phone)
    except RecordsError:
        raise NotFoundException from None


def _home(seen: PhoneSeen) -> str:
    """Return where somebody who looked after this phone goes back to."""
    homes = {owner.household for owner in seen.owners if owner.household is not None}
    return f"/households/{homes.pop()}" if len(homes) == 1 else f"/phones/{seen.phone.id}"


@get("/phones/{phone:int}/stop", opt=needs(Right.PEOPLE))
async def ask_stop(visit: Visit, phone: FromPath[int]) -> Page:
    """Ask who wants no more texts, and how they said so."""
    return await _stop_page(visit, phone)


async def _stop_page(
    visit: OneVisit, phone: int, complaint: str | None = None, typed: Form | None = None
) -> Page:
    seen = await _seen(visit, phone)
    only = seen.owners[0].name if len(seen.owners) == 1 else ""
    return visit.page(
        "people/stop.html",
        status=422 if complaint else 200,
        seen=seen,
        back=_home(seen),
        complaint=complaint,
        told=told_fields(visit, typed, only),
        scope=typed.text("scope") if typed else "all",
        how=how_options(visit),
    )


@post("/phones/{phone:int}/stop", opt=needs(Right.PEOPLE))
async def do_stop(visit: Visit, phone: FromPath[int]) -> Page:
    """Stop texts to a phone on the family's word."""
    form = await visit.form()
    closings = form.text("scope") == "closings"
    try:
        ended = await visit.write(
            consent.revoke,
            phone,
            told(visit, form),
            keep_closings=closings,
            today=today(visit),
            now=visit.now,
            audit=Audit("phone.stopped", f"phone:{phone}", {"how": form.text("how"), "closings": closings}),
        )
    except RecordsError as error:
        return await _stop_page(visit, phone, str(error), form)
    seen = await _seen(visit, phone)
    sentence = visit.n_(
        "Texts are stopped. %(num)s text that was waiting does not go.",
        "Texts are stopped. %(num)s texts that were waiting do not go.",
        ended,
    )
    return visit.go(_home(seen), say=sentence if ended else visit._("Texts are stopped."))


@get("/phones/{phone:int}/start", opt=needs(Right.PEOPLE))
async def ask_start(visit: Visit, phone: FromPath[int]) -> Page:
    """Ask who wants texts again, and how they said so."""
    return await _start_page(visit, phone)


async def _start_page(
    visit: OneVisit, phone: int, complaint: str | None = None, typed: Form | None = None
) -> Page:
    seen = await _seen(visit, phone)
    blocked = seen.phone.why == "provider" and seen.phone.channel == ChannelName.SMS
    return visit.page(
        "people/start.html",
        status=422 if complaint else 200,
        seen=seen,
        back=_home(seen),
        blocked=blocked,
        complaint=complaint,
        told=told_fields(visit, typed),
        how=how_options(visit),
    )


@post("/phones/{phone:int}/start", opt=needs(Right.PEOPLE))
async def do_start(visit: Visit, phone: FromPath[int]) -> Page:
    """Write to a phone again on the family's word."""
    form = await visit.form()
    try:
        await visit.write(
            consent.opt_in,
            phone,
            told(visit, form),
            today=today(visit),
            now=visit.now,
            audit=Audit("phone.started", f"phone:{phone}", {"how": form.text("how")}),
        )
    except RecordsError as error:
        return await _start_page(visit, phone, str(error), form)
    return visit.go(_home(await _seen(visit, phone)), say=visit._("This phone gets texts again."))


@post("/phones/{phone:int}/language", opt=needs(Right.PEOPLE))
async def choose_language(visit: Visit, phone: FromPath[int]) -> Page:
    """Set the language in which a phone is written to."""
    form = await visit.form()
    by: phones.By = "family" if form.text("by") == "family" else "roster"
    tag = form.text("language")
    try:
        await visit.write(
            phones.choose_phone_language,
            phone,
            tag,
            by=by,
            audit=Audit("phone.language-chosen", f"phone:{phone}", {"language": tag, "by": by}),
        )
    except RecordsError as error:
        return await _phone_page(visit, phone, complaint=str(error))
    return visit.go(f"/phones/{phone}", say=visit._("The language is changed."))


HANDLERS = [show_phone, ask_stop, do_stop, ask_start, do_start, choose_language]
