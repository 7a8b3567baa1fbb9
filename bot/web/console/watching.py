"""Watching: one broadcast on its way, and the families that got nothing."""

from typing import Any, Final, TypeVar

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from bot import watching
from bot.causes import Cause
from bot.roles import Right
from bot.store.tables import BroadcastState
from bot.watching import Named, Nothing, Watched
from bot.web.access import needs
from bot.web.console import live, problems
from bot.web.console.causes import CAUSES
from bot.web.console.visit import Page, Visit

T = TypeVar("T")

PAGE: Final = 25  #: families on a page of the list
ON_PAPER: Final = 500  #: families on one page that is meant for paper


@get("/broadcasts/{number:int}", opt=needs(Right.SEE))
async def watch(visit: Visit, number: FromPath[int], time: FromQuery[int | None] = None) -> Page:
    """Show how far a broadcast is, who got nothing, and what can be done."""
    seen = _known(await visit.read(watching.watched, number, time, by_name=visit.may(Right.READ)))
    elsewhere = _elsewhere(visit, seen)
    if elsewhere:
        return visit.go(f"/broadcasts/{number}/{elsewhere}")
    nothing = Nothing((), 0, {})
    if seen.time:
        nothing = await visit.figures(
            ("nothing", number, seen.time.id), watching.nothing, number, seen.time.id
        )
    return visit.page(
        "watching/broadcast.html",
        seen=seen,
        progress=seen.progress,
        nothing=nothing,
        causes=CAUSES,
        headline=headline(visit, seen),
        badge=badge_of(seen),
        may_do=choices(seen) if visit.may(Right.WRITE) else frozenset(),
        live=seen.changes(visit.now),
        newest=seen.time is not None and seen.time is seen.times[0],
    )


def _known(seen: T | None) -> T:
    if seen is None:
        raise NotFoundException
    return seen


def _elsewhere(visit: Any, seen: Watched) -> str | None:
    """Return the page on which a text is still being written or judged, for those who may."""
    if seen.state == BroadcastState.DRAFT:
        return "compose"
    if seen.state == BroadcastState.PENDING and visit.may(Right.APPROVE):
        return "approve"
    return "compose" if seen.state == BroadcastState.PENDING and visit.may(Right.WRITE) else None


def badge_of(seen: Watched) -> str:
    """Return the state as `ui.badge` names it."""
    if seen.paused_at is not None:
        return "paused"
    if seen.state == BroadcastState.RELEASED and not seen.to_go:
        return "done"
    return seen.state


def headline(visit: Any, seen: Watched) -> str:
    """Say in one sentence where a broadcast stands."""
    told = visit.wording.number(seen.progress.tally.told if seen.progress else 0)
    to_go = visit.wording.number(seen.to_go)
    match seen.state:
        case BroadcastState.PENDING:
            said = visit._("It waits until a second person approves it.")
        case BroadcastState.RECALLED:
            said = visit._("It was taken back before any phone had it.")
        case BroadcastState.STOPPED:
            said = visit._("It was stopped. Phones that have it: %(told)s.", told=told)
        case _ if seen.paused_at is not None:
            since = visit.wording.clock(seen.paused_at)
            said = visit._("Paused since %(hour)s. Texts that wait: %(count)s.", hour=since, count=to_go)
        case _ if seen.to_go:
            said = visit._("It is going out now.")
        case _ if seen.next_at is not None:
            said = visit._("It goes out next: %(moment)s.", moment=visit.wording.moment(seen.next_at))
        case _ if seen.time is not None:
            said = visit._("Everything has gone out.")
        case _:
            said = visit._("It is approved, and no time is set.")
    return str(said)


def choices(seen: Watched) -> frozenset[str]:
    """Return which of pause, resume, recall and stop are possible now."""
    if seen.state not in {BroadcastState.APPROVED, BroadcastState.RELEASED}:
        return frozenset()
    ahead = seen.to_go > 0 or seen.next_at is not None
    if not ahead:
        return frozenset()
    first = "resume" if seen.paused_at is not None else "pause"
    last = "stop" if seen.begun or (seen.times and seen.repeats) else "recall"
    return frozenset({first, last})


@get("/broadcasts/{number:int}/schools", opt=needs(Right.SEE))
async def schools(visit: Visit, number: FromPath[int], time: FromQuery[int | None] = None) -> Page:
    """Show how far a broadcast is by school: the one table that takes a while to count."""
    seen = _known(await visit.read(watching.heading, number, time))
    lines = await visit.figures(("schools", number, seen.time.id), watching.schools, number, seen.time.id)
    if visit.htmx:
        return visit.part("watching/_schools.html", schools=lines)
    return visit.page("watching/schools.html", seen=seen, schools=lines)


@get("/broadcasts/{number:int}/nothing", opt=needs(Right.SEE))
async def nothing(
    visit: Visit,
    number: FromPath[int],
    time: FromQuery[int | None] = None,
    why: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Page:
    """List the families that got nothing, by cause; by name for those who may read names."""
    return await _families(visit, "watching/nothing.html", number, time, why, page, size=PAGE)


@get("/broadcasts/{number:int}/calls", opt=needs(Right.PEOPLE))
async def calls(
    visit: Visit,
    number: FromPath[int],
    time: FromQuery[int | None] = None,
    why: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Page:
    """Show the same families as a list for paper: names, numbers, languages, a box to tick."""
    return await _families(visit, "watching/calls.html", number, time, why, page, size=ON_PAPER)


async def _families(
    visit: Any, template: str, number: int, time: int | None, why: str, page: int, *, size: int
) -> Page:
    seen = _known(await visit.read(watching.heading, number, time))
    found = await visit.figures(("nothing", number, seen.time.id), watching.nothing, number, seen.time.id)
    cause = Cause(why) if why in set(Cause) else None
    families, start = found.of(cause), (max(page, 1) - 1) * size
    named: tuple[Named, ...] = ()
    if visit.may(Right.READ):
        named = await visit.read(watching.named, number, families[start : start + size])
    return visit.page(  # type: ignore[no-any-return]
        template,
        seen=seen,
        nothing=found,
        cause=cause,
        causes=CAUSES,
        total=len(families),
        named=named,
        page=max(page, 1),
        first=start + 1,
        last=min(start + size, len(families)),
        more=start + size < len(families),
    )


HANDLERS = [watch, schools, nothing, calls, *live.HANDLERS, *problems.HANDLERS]
