"""Letting a draft go, with the second person where one is asked; and changing its course afterwards."""

from litestar import get, post
from litestar.params import FromPath, FromQuery

from bot import broadcasts
from bot.broadcasts import composing, sending, view
from bot.broadcasts.composing import ChangedElsewhere
from bot.broadcasts.sending import Gone, Objected
from bot.errors import BroadcastError
from bot.roles import Right
from bot.store.tables import BroadcastState
from bot.web.access import needs
from bot.web.console.desk_form import shown_in
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
from bot.web.console.desk_page import seen_by, values
from bot.web.console.visit import Audit, Form, Page, Visit

# Letting it go


@post(f"{ROOM}/{{number:int}}/send", opt=needs(Right.WRITE))
async def send(visit: Visit, number: FromPath[int]) -> Page:
    """Save the page, hold it against what was shown, and let it go."""
    form = await visit.form()
    try:
        await _keep_unless_gone(visit, number, form)
        gone = await visit.write(
            sending.send, number, visit.settings, shown_in(form), by=visit.actor, now=visit.now
        )
    except ChangedElsewhere as clash:
        return clash_page(visit, number, form, clash)
    except BroadcastError as error:
        return await _not_sent(visit, number, form, error)
    return _gone(visit, number, gone)


async def _keep_unless_gone(visit: Visit, number: int, form: Form) -> None:
    """A second click arrives when there is nothing to be saved any more."""
    if "version" in form.fields and await visit.read(view.state_now, number) == BroadcastState.DRAFT:
        await kept(visit, number, form)


async def _not_sent(visit: Visit, number: int, form: Form, error: BroadcastError) -> Page:
    seen = await seen_by(visit, number)
    if seen.draft.state != BroadcastState.DRAFT:
        return visit.go(f"{ROOM}/{number}", say=str(error), tone="warning")
    counted = await counted_for(visit, number, seen.draft.desk, anew=True)
    if counted is not None:
        await visit.write(composing.keep_count, number, counted)
    seen = await seen_by(visit, number)
    complaint = "" if isinstance(error, Objected) else str(error)
    return await compose_page(visit, seen, look=form.text("look"), status=422, complaint=complaint)


def _gone(visit: Visit, number: int, gone: Gone) -> Page:
    if gone.state == BroadcastState.PENDING:
        return visit.go(
            desk_path(number),
            say=visit._("It waits for a second person's approval. Nothing has been sent yet."),
        )
    if gone.first is None:
        return visit.go(f"{ROOM}/{number}", say=visit._("This has been sent already, once."))
    at = visit.wording.moment(gone.first)
    return visit.go(f"{ROOM}/{number}", say=visit._("Approved. The first text leaves at %(time)s.", time=at))


# The second person


@get(f"{ROOM}/{{number:int}}/approve", opt=needs(Right.APPROVE))
async def show_pending(visit: Visit, number: FromPath[int], look: FromQuery[str] = "") -> Page:
    """Show the second person what would go."""
    seen = await looked_at(visit, number)
    if seen.draft.state != BroadcastState.PENDING:
        return visit.go(f"{ROOM}/{number}")
    return visit.page("compose/approve.html", complaint="", **values(visit, seen, look))


@post(f"{ROOM}/{{number:int}}/approve", opt=needs(Right.APPROVE))
async def approve(visit: Visit, number: FromPath[int]) -> Page:
    """The second person lets it go."""
    form = await visit.form()
    try:
        gone = await visit.write(
            sending.approve_pending, number, visit.settings, shown_in(form), by=visit.actor, now=visit.now
        )
    except BroadcastError as error:
        seen = await seen_by(visit, number)
        if seen.draft.state != BroadcastState.PENDING:
            return visit.go(f"{ROOM}/{number}", say=str(error), tone="warning")
        counted = await counted_for(visit, number, seen.draft.desk, anew=True)
        seen = await seen_by(visit, number, counted)
        drawn = values(visit, seen)
        complaint = "" if isinstance(error, Objected) else str(error)
        return visit.page("compose/approve.html", 422, complaint=complaint, **drawn)
    return _gone(visit, number, gone)


@post(f"{ROOM}/{{number:int}}/send-back", opt=needs(Right.APPROVE))
async def send_back(visit: Visit, number: FromPath[int]) -> Page:
    """The second person wants something changed."""
    form = await visit.form()
    try:
        await visit.write(sending.send_back, number, form.text("why"), by=visit.actor, now=visit.now)
    except BroadcastError as error:
        seen = await seen_by(visit, number)
        if seen.draft.state != BroadcastState.PENDING:
            return visit.go(f"{ROOM}/{number}", say=str(error), tone="warning")
        return visit.page("compose/approve.html", 422, complaint=str(error), **values(visit, seen))
    return visit.go(ROOM, say=visit._("It is a draft again; whoever wrote it sees your sentence."))


# What was let go


@post(f"{ROOM}/{{number:int}}/recall", opt=needs(Right.WRITE))
async def recall(visit: Visit, number: FromPath[int]) -> Page:
    """Take it back, while nothing has left."""
    try:
        back = await visit.write(
            broadcasts.take_back, number, audit=Audit("broadcast.recalled", about(number))
        )
    except BroadcastError as error:
        return visit.go(f"{ROOM}/{number}", say=str(error), tone="warning")
    if back is broadcasts.TakenBack.DRAFT:
        return visit.go(
            desk_path(number), say=visit._("Taken back: nobody got anything. It is a draft again.")
        )
    return visit.go(f"{ROOM}/{number}", say=visit._("Taken back: nobody got anything."))


@post(f"{ROOM}/{{number:int}}/pause", opt=needs(Right.WRITE))
async def pause(visit: Visit, number: FromPath[int]) -> Page:
    """Hold back what has not left yet."""
    try:
        held = await visit.write(
            broadcasts.pause, number, visit.now, audit=Audit("broadcast.paused", about(number))
        )
    except BroadcastError as error:
        return visit.go(f"{ROOM}/{number}", say=str(error), tone="warning")
    return visit.go(
        f"{ROOM}/{number}",
        say=visit.n_("Paused. %(num)s text waits.", "Paused. %(num)s texts wait.", held),
    )


@post(f"{ROOM}/{{number:int}}/resume", opt=needs(Right.WRITE))
async def resume(visit: Visit, number: FromPath[int]) -> Page:
    """Let it go on where it stopped."""
    try:
        left = await visit.write(
            broadcasts.resume, number, visit.now, audit=Audit("broadcast.resumed", about(number))
        )
    except BroadcastError as error:
        return visit.go(f"{ROOM}/{number}", say=str(error), tone="warning")
    return visit.go(
        f"{ROOM}/{number}",
        say=visit.n_("It goes on: %(num)s text leaves now.", "It goes on: %(num)s texts leave now.", left),
    )


@post(f"{ROOM}/{{number:int}}/stop", opt=needs(Right.WRITE))
async def stop(visit: Visit, number: FromPath[int]) -> Page:
    """Stop it for good."""
    try:
        ended = await visit.write(broadcasts.stop, number, audit=Audit("broadcast.stopped", about(number)))
    except BroadcastError as error:
        return visit.go(f"{ROOM}/{number}", say=str(error), tone="warning")
    return visit.go(
        f"{ROOM}/{number}",
        say=visit.n_(
            "Stopped: %(num)s text will not be sent. What is on its way arrives.",
            "Stopped: %(num)s texts will not be sent. What is on its way arrives.",
            ended,
        ),
    )


@post(f"{ROOM}/{{number:int}}/remind-nobody", opt=needs(Right.WRITE))
async def remind_nobody(visit: Visit, number: FromPath[int]) -> Page:
    """Call the reminders off that have not left."""
    kept = Audit("broadcast.reminders-off", about(number))
    try:
        await visit.write(broadcasts.remind_nobody, number, audit=kept)
    except BroadcastError as error:
        return visit.go(f"{ROOM}/{number}", say=visit._(str(error)), tone="warning")
    return visit.go(f"{ROOM}/{number}", say=visit._("Nobody more is reminded."))


HANDLERS = [send, show_pending, approve, send_back, recall, pause, resume, stop, remind_nobody]
