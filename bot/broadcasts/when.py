"""When a broadcast is to go out: as staff say it, and as a local time with an RFC 5545 rule. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import calendar
from bot.broadcasts.drafts import N_, Objection
from bot.errors import BroadcastError

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SHOWN: Final = 3  #: of a rule's dates


@dataclass(frozen=True, slots=True)
class When:
    """What was typed; nothing of it need be a date yet."""

    how: str = "now"  #: "now" | "later" | "repeat"
    day: str = ""  #: ISO date: the only one, or the first
    clock: str = ""  #: "06:00"
    every: str = "school_day"  #: "school_day" | "week" | "month_day" | "month_weekday"
    days: tuple[str, ...] = ()  #: of the week: "MO" …
    until: str = ""  #: ISO date, the last; empty: for ever
    skip_closed: bool = False  #: not on days on which the school is closed

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> When:
        """Read what `to_json` gave."""
        return cls(**{**kept, "days": tuple(kept["days"])})


@dataclass(frozen=True, slots=True)
class Plan:
    """A time that can be kept."""

    starts: datetime | None  #: naive, on the school's clock; None: at once
    rrule: str | None
    moments: tuple[datetime, ...]  #: the first few, aware; empty: at once
    more: bool = False  #: there are others after those

    @property
    def first(self) -> datetime | None:
        """The first moment, None for at once."""
        return self.moments[0] if self.moments else None


AT_ONCE: Final = Plan(None, None, ())


def planned(
    when: When, now: datetime, zone: ZoneInfo, closed: Set[date] = calendar.NO_DAYS
) -> tuple[Plan | None, list[Objection]]:
    """Return the plan, or what keeps it from being one; `closed` are the days without school."""
    if when.how == "now":
        return AT_ONCE, []
    starts, said = _starts(when)
    if starts is None:
        return None, said
    if when.how == "later":
        return _once(starts, now, zone)
    return _repeated(when, starts, now, zone, closed if when.skip_closed else calendar.NO_DAYS)


def _starts(when: When) -> tuple[datetime | None, list[Objection]]:
    day, clock = day_of(when.day), clock_of(when.clock)
    said = []
    if day is None:
        said.append(Objection("day", N_("Say on which day it is to go out."), missing=not when.day))
    if clock is None:
        said.append(Objection("clock", N_("Say at what time it is to go out."), missing=not when.clock))
    if day is None or clock is None:
        return None, said
    return datetime.combine(day, clock), []


def _once(starts: datetime, now: datetime, zone: ZoneInfo) -> tuple[Plan | None, list[Objection]]:
    moment = calendar.moment_of(starts, zone)
    if moment <= now:
        return None, [Objection("day", N_("That time is over: choose a later one."))]
    return Plan(starts, None, (moment,)), []


def _repeated(
    when: When, starts: datetime, now: datetime, zone: ZoneInfo, closed: Set[date]
) -> tuple[Plan | None, list[Objection]]:
    if when.every == "week" and not when.days:
        return None, [Objection("days", N_("Say on which days of the week."), missing=True)]
    until = day_of(when.until)
    if when.until and until is None:
        return None, [Objection("until", N_("The last day is no date: choose one, or leave it empty."))]
    rule = rule_of(when, starts.date(), until)
    try:
        moments = tuple(islice(_moments(starts, zone, rule, now, closed), SHOWN + 1))
    except BroadcastError:
        moments = ()
    if not moments:
        return None, [
            Objection("until", N_("No such day comes before the last one: choose a later last day."))
        ]
    return Plan(starts, rule, moments[:SHOWN], len(moments) > SHOWN), []


def _moments(starts: datetime, zone: ZoneInfo, rule: str, now: datetime, closed: Set[date]) -> Any:
    after = now
    while (found := calendar.occurrences_after(starts, zone, rule, after, closed=closed)) is not None:
        yield found.moment
        after = found.moment


def rule_of(when: When, first: date, until: date | None) -> str:
    """Write the rule: RFC 5545, ending with the last day."""
    match when.every:
        case "week":
            days = [one for one in WEEKDAYS if one in when.days]
            rule = f"FREQ=WEEKLY;BYDAY={','.join(days)}"
        case "month_day":
            # What begins on the 29th or later would leave months out: the last day never does.
            rule = f"FREQ=MONTHLY;BYMONTHDAY={first.day if first.day <= 28 else -1}"
        case "month_weekday":
            place = (first.day - 1) // 7 + 1
            rule = f"FREQ=MONTHLY;BYDAY={place if place < 5 else -1}{WEEKDAYS[first.weekday()]}"
        case _:
            rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    return rule + (f";UNTIL={until:%Y%m%d}T235959" if until else "")


def day_of(text: str) -> date | None:
    """Read an ISO date; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def clock_of(text: str) -> time | None:
    """Read "06:00"; None for anything else."""
    try:
        return time.fromisoformat(text) if 4 < len(text) <= 8 else None
    except ValueError:
        return None
