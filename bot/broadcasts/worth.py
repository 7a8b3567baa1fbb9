"""Until when a text is worth sending, as staff say it; what a notice needs nobody to say. Pure."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from bot import hours
from bot.broadcasts.desk import Desk
from bot.broadcasts.when import clock_of, day_of
from bot.settings import Settings
from bot.store.tables import Broadcast

#: what can be chosen: as usual, hours after the release, a time of day, for ever
WORTHS: Final = ("", "1h", "2h", "4h", "8h", "24h", "clock", hours.ALWAYS)

#: once the morning is over nobody needs these
_OF_THE_MORNING: Final = frozenset({"snow-closing", "late-start"})
_MORNING_ENDS: Final = time(10, 0)


def worth_of(desk: Desk, settings: Settings) -> str | None:
    """Return what `Broadcast.worth` keeps; None for as usual."""
    if desk.worth == "clock":
        clock = clock_of(desk.worth_clock)
        return clock.strftime("%H:%M") if clock else None
    if desk.worth:
        return desk.worth
    day = day_of(desk.values.get("day", ""))
    if desk.words != "notice" or desk.purpose != "emergency" or day is None:
        return None
    ends = _MORNING_ENDS if desk.notice in _OF_THE_MORNING else settings.calendar.school_ends
    return datetime.combine(day, ends).isoformat(timespec="minutes")


def expires_at(broadcast: Broadcast, released: datetime, settings: Settings) -> datetime | None:
    """Return when a broadcast that is released then is worth nothing any more; None: never.

    What was over already when somebody approved it, as a closing that is announced at noon, was meant all
    the same: it ends as an emergency without a time of its own does.
    """
    zone = settings.school.zone
    usual = settings.calendar.school_ends if broadcast.purpose == "emergency" else None
    ends = hours.worth_until(broadcast.worth, released, zone, school_ends=usual)
    if ends is not None and ends <= (broadcast.approved_at or released):
        return hours.worth_until(None, released, zone, school_ends=usual)
    return ends
