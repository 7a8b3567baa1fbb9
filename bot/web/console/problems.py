"""What is wrong anywhere, and the click that puts it right: senders, texts in doubt, what did not arrive."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from bot import broadcasts, calendar, watching
from bot.broadcasts.when import clock_of, day_of
from bot.errors import BroadcastError
from bot.roles import Right
from bot.settings import Settings
from bot.store import outbox
from bot.store.tables import Lane, LaneState
from bot.web.access import needs
from bot.web.console.causes import AILMENTS, CAUSES
from bot.web.console.visit import Audit, Form, Page, Visit
from bot.web.console.wording import N_

PAGE: Final = 25  #: texts in doubt on one page


@dataclass(frozen=True, slots=True)
class Problems:
    """What is wrong anywhere, read in one transaction."""

    health: watching.Health
    failed: tuple[watching.Went, ...]
    doubt: dict[str, int]
    doubts: tuple[watching.Doubt, ...]
    lost_answers: tuple[watching.LostAnswer, ...]
    missed: tuple[watching.Missed, ...]


def problems_of(
    session: Session, now: datetime, start: int, settings: Settings, *, by_name: bool
) -> Problems:
    """Read the page of problems; answers to families only for those who may read."""
    recent = watching.lately(session, now)
    return Problems(
        health=watching.health(session, recent, now, settings),
        failed=tuple(one for one in recent if one.tally.failed),
        doubt=watching.in_doubt(session),
        doubts=watching.doubts(session, by_name=by_name, limit=PAGE, offset=start),
        lost_answers=watching.lost_answers(session, now) if by_name else (),
        missed=watching.missed(session),
    )


@get("/problems", opt=needs(Right.SEE))
async def problems(visit: Visit, page: FromQuery[int] = 1) -> Page:
    """Show stopped senders, texts in doubt, and what did not arrive."""
    start = (max(page, 1) - 1) * PAGE
    seen = await visit.read(problems_of, visit.now, start, visit.settings, by_name=visit.may(Right.READ))
    total = sum(seen.doubt.values())
    return visit.page(
        "watching/problems.html",
        seen=seen,
        causes=CAUSES,
        ailments=[AILMENTS[one] for one in seen.health.ailments],
        total=total,
        page=max(page, 1),
        first=start + 1,
        last=min(start + PAGE, total),
        more=start + PAGE < total,
    )


@post("/problems/texts/{delivery:int}", opt=needs(Right.WRITE))
async def decide(visit: Visit, delivery: FromPath[int]) -> Page:
    """Send a held text again, or drop it."""
    form = await visit.form()
    again, back = form.text("do") == "again", _back(form.text("next"))
    work = outbox.release_held if again else outbox.drop_held
    kept = Audit("text.sent-again" if again else "text.dropped", f"delivery:{delivery}")
    try:
        await visit.write(_decided, work, delivery, audit=kept, now=visit.now)
    except BroadcastError as error:
        return visit.go(back, say=visit._(str(error)), tone="warning")
    done = N_("It goes out again. If it had arrived after all, the family gets it twice.")
    return visit.go(back, say=visit._(done if again else N_("It is dropped and will not be sent.")))


NOT_HELD: Final = N_("That text is no longer held, or its phone has stopped us: nothing was changed.")


def _decided(
    session: Session, work: Callable[[Session, int, datetime], bool], delivery: int, *, now: datetime
) -> None:
    if not (watching.may_be_shown(session, delivery) and work(session, delivery, now)):
        raise BroadcastError(NOT_HELD)


@post("/broadcasts/{number:int}/held", opt=needs(Right.WRITE))
async def decide_all(visit: Visit, number: FromPath[int]) -> Page:
    """Send all held texts of a broadcast again, or drop them."""
    form = await visit.form()
    again, back = form.text("do") == "again", _back(form.text("next"), f"/broadcasts/{number}")
    work = outbox.release_held if again else outbox.drop_held
    kept = Audit("texts.sent-again" if again else "texts.dropped", f"broadcast:{number}")
    count = await visit.write(_decided_all, work, number, audit=kept, now=visit.now)
    if again:
        said = visit.n_("%(num)s text goes out again.", "%(num)s texts go out again.", count)
    else:
        said = visit.n_("%(num)s text is dropped.", "%(num)s texts are dropped.", count)
    return visit.go(back, say=said)


def _decided_all(
    session: Session, work: Callable[[Session, int, datetime], bool], number: int, *, now: datetime
) -> int:
    return sum(work(session, delivery, now) for delivery in watching.held_of(session, number))


@post("/problems/missed/{number:int}/send", opt=needs(Right.WRITE))
async def send_missed(visit: Visit, number: FromPath[int]) -> Page:
    """Send what was found too late after all: now, or at a time that is given."""
    form = await visit.form()
    at = _then(form, visit.wording.zone)
    if at is None and form.text("do") == "later":
        return visit.go("/problems", say=visit._("Say on which day and at what time."), tone="warning")
    kept = Audit("broadcast.sent-after-all", f"broadcast:{number}")
    try:
        goes = await visit.write(broadcasts.send_after_all, number, visit.settings, visit.now, at, audit=kept)
    except BroadcastError as error:
        return visit.go("/problems", say=visit._(str(error)), tone="warning")
    return visit.go(
        f"/broadcasts/{number}", say=visit._("It goes out %(time)s.", time=visit.wording.moment(goes))
    )


@post("/problems/senders/{lane:int}/start", opt=needs(Right.RUN))
async def start(visit: Visit, lane: FromPath[int]) -> Page:
    """Let a stopped sender send again."""
    try:
        await visit.write(_started, lane, audit=Audit("sender.started", f"lane:{lane}"))
    except BroadcastError as error:
        return visit.go("/problems", say=visit._(str(error)), tone="warning")
    said = N_("The sender starts again. If the reason is still there, it will stop again at its first text.")
    return visit.go("/problems", say=visit._(said))


NOT_STOPPED: Final = N_("That sender is not stopped: nothing was changed.")


def _started(session: Session, lane: int) -> None:
    found = session.get(Lane, lane)
    if found is None or found.state != LaneState.STOPPED:
        raise BroadcastError(NOT_STOPPED)
    outbox.start_lane(session, lane)


def _then(form: Form, zone: ZoneInfo) -> datetime | None:
    """Return the moment that the form names; None: now, or none that can be read."""
    day, clock = day_of(form.text("day")), clock_of(form.text("clock"))
    if form.text("do") != "later" or day is None or clock is None:
        return None
    return calendar.moment_of(datetime.combine(day, clock), zone)


def _back(path: str, otherwise: str = "/problems") -> str:
    """Return where a form was; only our own pages of these two kinds are gone back to."""
    ours = path == "/problems" or path.startswith(("/broadcasts/", "/problems?"))
    return path if ours and "//" not in path and "\\" not in path else otherwise


HANDLERS = [problems, decide, decide_all, send_missed, start]
