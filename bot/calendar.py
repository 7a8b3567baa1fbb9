"""When things happen at a school: occurrences in its local time, promised hours, days that are closed.

Theory. A schedule is written on the wall clock: "every Monday at 06:00". Rules (RFC 5545) are therefore
counted in naive local time, where every day has its 06:00, and each local time becomes a moment only at
the end. Twice a year that needs a decision. A local time that the spring change skips happens at the
first moment after the gap; one that the autumn change repeats happens the first time only. So no local
time is lost and none comes twice, and moments never run backwards.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from bot.errors import BroadcastError

GRACE = timedelta(hours=2)  #: an occurrence found no later than this after its moment still goes out

SCHOOL_DAYS = frozenset(range(5))  #: Monday is 0
NO_DAYS: frozenset[date] = frozenset()

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYSETPOS"} | {
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYHOUR",
}
_UNTIL = re.compile(r"\d{8}T\d{6}Z?")
_NUMBERED_DAY = re.compile(r"\d[A-Z]{2}")

_DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[ T]+(\d{1,2}:\d{2})")
_NAMED = re.compile(r"(?:(today|tomorrow)\s+)?(\d{1,2}:\d{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which a schedule falls due."""

    local: str  #: ISO date and time on the school's clock, without zone; unique within a schedule
    moment: datetime  #: aware, UTC


class Due(StrEnum):
    """What to do with an occurrence at this moment."""

    LATER = "later"  #: not yet due
    RELEASE = "release"  #: due, or late within the grace: send it
    MISSED = "missed"  #: too late to be true for those who read it: tell staff, do not send


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What a schedule owes when somebody looks at it."""

    release: Occurrence | None  #: to be sent now
    missed: tuple[Occurrence, ...]  #: to be reported to staff, oldest first
    following: Occurrence | None  #: the next one, still to come; None: the schedule is done


@dataclass(frozen=True, slots=True)
class Promise:
    """By when a person answers a family (rule 15)."""

    by: datetime  #: aware, UTC
    night: bool  #: nobody reads at this hour: the night text, "answers you at"; else "answers you before"


def moment_of(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC moment of a naive local time: the first if it comes twice, after the gap if never."""
    early = local.replace(tzinfo=zone, fold=0)
    moment = early.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    # In a gap the two folds lie on either side of the change of clocks (PEP 495).
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    seconds = range(int((moment - before).total_seconds()) + 1)
    change = bisect_left(
        seconds,
        True,
        key=lambda second: (
            (before + timedelta(seconds=second)).astimezone(zone).utcoffset() != early.utcoffset()
        ),
    )
    return before.replace(microsecond=0) + timedelta(seconds=change)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the UTC moment at which a local day is over."""
    return moment_of(datetime.combine(day + timedelta(days=1), time(0)), zone)


def parse_rrule(text: str, starts_local: datetime, zone: ZoneInfo) -> rrule:
    """Check an RFC 5545 rule and bind it to its first local time. Raises `BroadcastError`.

    The start is given apart, so DTSTART is refused; UNTIL is a local date and time, or UTC with a Z.
    Families are not written to more often than daily rules and BYHOUR allow.
    """
    parts = _rule_parts(text)
    _check_parts(text, parts)
    until = parts.pop("UNTIL", None)
    try:
        # The calendar repeats itself every 400 years, and the parser gives up in the year 9999:
        # tried near that end, a rule that never comes is found out in a moment, not in minutes.
        years = (9950 - starts_local.year) // 400 * 400
        shifted = starts_local.replace(year=starts_local.year + years)
        if next(iter(_bound(parts, shifted)), None) is None:
            raise _bad_rule(text, "names a day that never comes")
        if until is not None:
            parts["UNTIL"] = _local_until(until, zone)
        rule = _bound(parts, starts_local)
    except (ValueError, TypeError) as error:
        raise _bad_rule(text, f"cannot be read: {error}") from None
    if next(iter(rule), None) is None:
        raise _bad_rule(text, f"ends before it begins on {starts_local:%Y-%m-%d %H:%M}; set a later UNTIL")
    return rule


def occurrences_after(
    starts_local: datetime,
    zone: ZoneInfo,
    rrule: str | None,
    after: datetime,
    *,
    closed: Set[date] = NO_DAYS,
) -> Occurrence | None:
    """Return the first occurrence later than `after` (aware), or None if there is none.

    `starts_local` is naive; without a rule it is the only occurrence. A rule leaves out the days that are
    `closed`. Local times that a gap throws together on one moment are one occurrence, the earliest. Raises
    `BroadcastError` for a bad rule.
    """
    return next(_occurrences(starts_local, zone, rrule, after, closed), None)


def due(occurrence: Occurrence, now: datetime, grace: timedelta = GRACE) -> Due:
    """Say what to do with an occurrence now; one found late after a stop is sent only within `grace`."""
    if occurrence.moment > now:
        return Due.LATER
    return Due.RELEASE if now - occurrence.moment <= grace else Due.MISSED


def catch_up(
    starts_local: datetime,
    zone: ZoneInfo,
    rrule: str | None,
    next_at: datetime,
    now: datetime,
    grace: timedelta = GRACE,
    *,
    closed: Set[date] = NO_DAYS,
) -> CatchUp:
    """Say what a schedule owes whose next occurrence was to be at `next_at`.

    Of several that are late only the newest may go out: families need no text twice in a minute. Days that
    are `closed` owe nothing, also if they were closed after `next_at` was worked out.
    """
    coming = _occurrences(starts_local, zone, rrule, next_at - timedelta(microseconds=1), closed)
    late: list[Occurrence] = []
    while (found := next(coming, None)) is not None and found.moment <= now:
        late.append(found)
    goes = late.pop() if late and due(late[-1], now, grace) is Due.RELEASE else None
    return CatchUp(goes, tuple(late), found)


def parse_local(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read a time as staff write it and return it naive, on the school's clock.

    "2026-12-01 06:00", "06:00" (the next such time), "today 06:00", "tomorrow 06:00". Raises
    `BroadcastError` for anything else and for times that are past.
    """
    today = now.astimezone(zone).date()
    words = text.strip()
    try:
        if dated := _DATED.fullmatch(words):
            year, month, day = (int(part) for part in dated[1].split("-"))
            local = datetime.combine(date(year, month, day), _clock(dated[2]))
        elif named := _NAMED.fullmatch(words):
            local = _next_such(named[1], _clock(named[2]), today, now, zone)
        else:
            raise ValueError
    except ValueError:
        raise BroadcastError(
            f"“{text}” is no time we can read; write one such as “2026-12-01 06:00”, “06:00” "
            "or “tomorrow 06:00”."
        ) from None
    if moment_of(local, zone) <= now:
        raise BroadcastError(
            f"“{text}” is past: on the school's clock it is {now.astimezone(zone):%Y-%m-%d %H:%M}; "
            "write a later time."
        )
    return local


def promise(
    now: datetime,
    zone: ZoneInfo,
    duty_start: time,
    duty_end: time,
    within_hours: int,
    weekdays: frozenset[int] = SCHOOL_DAYS,
    closed: Set[date] = NO_DAYS,
) -> Promise:
    """Return the soonest hour that can be promised truly, counting duty hours of those weekdays only.

    Nobody is on duty on days that are `closed`.

    While somebody is on duty: `within_hours` of duty from now, rounded up to a full hour but never
    beyond the day's end. Otherwise: when duty begins again.
    """
    local = now.astimezone(zone).replace(tzinfo=None)
    there = local.weekday() in weekdays and local.date() not in closed
    on_duty = there and duty_start <= local.time() < duty_end
    if not on_duty:
        day = local.date() if local.time() < duty_start else local.date() + timedelta(days=1)
        opens = datetime.combine(_working_day(day, weekdays, closed), duty_start)
        return Promise(moment_of(opens, zone), night=True)
    left = timedelta(hours=within_hours)
    while (closes := datetime.combine(local.date(), duty_end)) - local < left:
        left -= closes - local
        tomorrow = local.date() + timedelta(days=1)
        local = datetime.combine(_working_day(tomorrow, weekdays, closed), duty_start)
    return Promise(moment_of(min(_full_hour(local + left), closes), zone), night=False)


def _rule_parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise _bad_rule(text, f"has “{part}” where a NAME=VALUE belongs")
        if name in parts:
            raise _bad_rule(text, f"says {name} twice")
        parts[name] = value
    return parts


def _check_parts(text: str, parts: dict[str, str]) -> None:
    if "DTSTART" in parts or "DTSTART" in text.upper():
        raise _bad_rule(text, "carries a DTSTART of its own; give the first time apart from the rule")
    if parts.get("FREQ") not in _FREQUENCIES:
        raise _bad_rule(text, "needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
    if unknown := sorted(parts.keys() - _PARTS):
        raise _bad_rule(
            text, f"may not use {', '.join(unknown)}; minutes and seconds come from the first time"
        )
    if "COUNT" in parts and "UNTIL" in parts:
        raise _bad_rule(text, "has both COUNT and UNTIL; keep one of them")
    for name in ("COUNT", "INTERVAL"):
        if name in parts and not (parts[name].isdecimal() and 0 < int(parts[name]) < 10_000):
            raise _bad_rule(text, f"needs {name} to be a number from 1 to 9999")
    if "UNTIL" in parts and not _UNTIL.fullmatch(parts["UNTIL"]):
        raise _bad_rule(text, "needs UNTIL as date and time, such as UNTIL=20270601T235959")
    if parts["FREQ"] in ("DAILY", "WEEKLY") and _NUMBERED_DAY.search(parts.get("BYDAY", "")):
        raise _bad_rule(text, "numbers a weekday, which only MONTHLY and YEARLY rules can")


def _bad_rule(text: str, why: str) -> BroadcastError:
    return BroadcastError(f"The rule “{text}” {why} (a rule looks like FREQ=WEEKLY;BYDAY=MO,TH).")


def _bound(parts: dict[str, str], starts_local: datetime) -> rrule:
    rule = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=starts_local)
    assert isinstance(rule, rrule)
    return rule


def _local_until(value: str, zone: ZoneInfo) -> str:
    """Return UNTIL without zone; RFC 5545 writes it in UTC beside a start that has a zone."""
    until = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - naive by design
    if value.endswith("Z"):
        until = until.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    return until.strftime("%Y%m%dT%H%M%S")


def _occurrences(
    starts_local: datetime, zone: ZoneInfo, rule: str | None, after: datetime, closed: Set[date]
) -> Iterator[Occurrence]:
    """Yield every occurrence later than `after`, each moment once."""
    for local in _locals_near(starts_local, zone, rule, after):
        if rule is not None and local.date() in closed:
            continue
        moment = moment_of(local, zone)
        if moment > after:
            yield Occurrence(local.isoformat(), moment)
            after = moment


def _locals_near(
    starts_local: datetime, zone: ZoneInfo, rule: str | None, after: datetime
) -> Iterator[datetime]:
    """Yield local times in order, from a little before `after`: a gap of a day (Apia, 2011) delays some."""
    if rule is None:
        yield starts_local
        return
    begin = after.astimezone(zone).replace(tzinfo=None) - timedelta(days=2)
    yield from parse_rrule(rule, starts_local, zone).xafter(begin)


def _clock(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def _next_such(day: str | None, clock: time, today: date, now: datetime, zone: ZoneInfo) -> datetime:
    local = datetime.combine(today, clock)
    tomorrow = local + timedelta(days=1)
    if day is None:
        return local if moment_of(local, zone) > now else tomorrow
    return tomorrow if day.lower() == "tomorrow" else local


def _working_day(day: date, weekdays: frozenset[int], closed: Set[date]) -> date:
    """Return `day`, or the first working day after it."""
    while day.weekday() not in weekdays or day in closed:
        day += timedelta(days=1)
    return day


def _full_hour(local: datetime) -> datetime:
    whole = local.replace(minute=0, second=0, microsecond=0)
    return whole if whole == local else whole + timedelta(hours=1)
