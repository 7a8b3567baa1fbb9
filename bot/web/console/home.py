"""The first page: what needs me now, what goes out today, and whether the system is well."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from babel.dates import format_timedelta
from litestar import get
from sqlmodel import Session

from bot import inbox, watching
from bot.roles import Right, may
from bot.settings import Settings
from bot.store.accounts import Account
from bot.web.access import SIGNED_IN
from bot.web.console.causes import AILMENTS
from bot.web.console.visit import Page, Visit

CONVERSATIONS: Final = 5  #: that are listed; the inbox has them all


@dataclass(frozen=True, slots=True)
class Front:
    """Everything on the first page, read in one transaction."""

    today: watching.Today
    counts: inbox.Counts
    waiting: tuple[inbox.Waits, ...]


def front(session: Session, account: Account, now: datetime, settings: Settings) -> Front:
    """Read the first page; conversations only for those who answer them."""
    counts = inbox.Counts()
    waiting: tuple[inbox.Waits, ...] = ()
    if may(account.role, Right.ANSWER):
        counts = inbox.counts(session, account, now)
        waiting = inbox.waiting_now(session, account, now, CONVERSATIONS)
    zone = settings.school.zone
    return Front(watching.today(session, account, now, zone, settings), counts, waiting)


@get("/", opt=SIGNED_IN)
async def home(visit: Visit) -> Page:
    """Show the first page, or the room in which somebody with one task has it."""
    account = visit.staff
    assert account is not None
    if not visit.may(Right.SEE):
        return visit.go("/translations" if visit.may(Right.REVIEW) else "/texts")
    seen = await visit.figures(("front", account), front, account, visit.now, visit.settings)
    return visit.page(
        "home/index.html",
        seen=seen,
        today=seen.today,
        ailments=[AILMENTS[one] for one in seen.today.health.ailments],
        promised=lambda moment: promised(visit, moment),
        nothing_to_do=_nothing_to_do(seen),
    )


def _nothing_to_do(seen: Front) -> bool:
    day = seen.today
    return not (
        seen.waiting or seen.counts.danger or day.to_approve or day.translations or day.failed or day.missed
        or day.lost_answers or day.doubt or any(one.stopped for one in day.health.senders)
    )  # fmt: skip


def promised(visit: Any, moment: datetime) -> str:
    """Say by when somebody was promised an answer, and how late that is."""
    same_day = moment.astimezone(visit.wording.zone).date() == visit.now.astimezone(visit.wording.zone).date()
    hour = visit.wording.clock(moment) if same_day else visit.wording.moment(moment)
    apart = format_timedelta(abs(visit.now - moment), granularity="minute", locale=visit.wording.locale)
    if abs(visit.now - moment) < timedelta(minutes=1):
        return visit._("promised by %(hour)s: now", hour=hour)  # type: ignore[no-any-return]
    if moment < visit.now:
        return visit._("promised by %(hour)s, %(time)s late", hour=hour, time=apart)  # type: ignore[no-any-return]
    return visit._("promised by %(hour)s, %(time)s left", hour=hour, time=apart)  # type: ignore[no-any-return]


HANDLERS = [home]
