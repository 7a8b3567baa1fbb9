"""When a text may go: the hours of a family's day, how long a text is worth sending, what a day allows. Pure.

Theory. Nothing but an emergency, and what a family has just asked for, may begin outside the hours of
`settings.hours`. Hours are times on the school's clock; every decision is made on moments, so a change of
clocks neither opens nor closes a minute too many. A text that may go carries one moment, `start_by`: until
then it may be begun without another look at the clock. It is the end of the hours or the end of what the
text is worth, whichever comes first; the provider is told to hold the text no longer either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.calendar import end_of, moment_of
from bot.settings import Settings, Sms

ANSWER_AT_ONCE: Final = timedelta(minutes=15)  #: after a family's text we may answer at any hour (rule 14)

#: Twilio takes a ValidityPeriod of 1 to 36,000 s and advises more than 5 s
#: (twilio.com/docs/messaging/api/message-resource); 30 s are left for the way to the carrier
LONGEST_VALID: Final = 36_000
SHORTEST_VALID: Final = 5
ON_THE_WAY: Final = timedelta(seconds=30)

ALWAYS: Final = "always"  #: of `worth_until`: it never goes out of date
_HOURS = re.compile(r"([1-9]\d{0,2})h")
_CLOCK = re.compile(r"\d{2}:\d{2}")
_INFINITE: Final = float("inf")


@dataclass(frozen=True, slots=True)
class OpenHours:
    """The hours of every day in which families are written to; equal times: all day and night."""

    zone: ZoneInfo
    start: time
    end: time

    def closing(self, now: datetime) -> datetime | None:
        """Return when the hours that are open now end. None: they never do; `now` itself: closed."""
        if self.start == self.end:
            return None
        opens, closes = self._of_day(now)
        return closes if opens <= now < closes else now

    def is_open(self, now: datetime) -> bool:
        """Say whether families may be written to now."""
        return self.closing(now) != now

    def opening(self, now: datetime) -> datetime:
        """Return the first moment from now on at which the hours are open."""
        if self.is_open(now):
            return now
        return next(opens for opens, _closes in self.windows(now) if opens >= now)

    def windows(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield when the hours open and close, from the day of `now` on; not for hours that never end."""
        day = now.astimezone(self.zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        while True:
            yield self._on(day)
            day += timedelta(days=1)

    def _of_day(self, now: datetime) -> tuple[datetime, datetime]:
        return self._on(now.astimezone(self.zone).replace(tzinfo=None))

    def _on(self, day: datetime) -> tuple[datetime, datetime]:
        opens = moment_of(datetime.combine(day.date(), self.start), self.zone)
        return opens, moment_of(datetime.combine(day.date(), self.end), self.zone)


def of(settings: Settings) -> OpenHours:
    """Return the hours of the settings, on the school's clock."""
    return OpenHours(settings.school.zone, settings.hours.start, settings.hours.end)


def next_answer(now: datetime, their_text_at: datetime | None, hours: OpenHours) -> datetime | None:
    """Return when an answer may go, None for now (rule 14); nothing of theirs is long ago."""
    if their_text_at is not None and now - their_text_at <= ANSWER_AT_ONCE:
        return None
    return None if hours.is_open(now) else hours.opening(now)


def answer_by(now: datetime, their_text_at: datetime | None, hours: OpenHours) -> datetime | None:
    """Return until when an answer may be begun as things stand: `start_by` of an answer."""
    closing = hours.closing(now)
    if closing is None or their_text_at is None:
        return closing
    return max(closing, their_text_at + ANSWER_AT_ONCE)


def worth_until(
    worth: str | None, released: datetime, zone: ZoneInfo, *, school_ends: time | None = None
) -> datetime | None:
    """Return when a text that is released then is worth nothing any more; None: never.

    "4h" after the release, "10:00" the next time the clock shows that, "2026-12-01T10:00" then, "always".
    Without any of these it is the end of that school day if `school_ends` is given (an emergency), or of
    the day where school is over. Raises ValueError for anything else.
    """
    if worth is None:
        return None if school_ends is None else _end_of_school(released, zone, school_ends)
    if worth == ALWAYS:
        return None
    if hours := _HOURS.fullmatch(worth):
        return released + timedelta(hours=int(hours[1]))
    if _CLOCK.fullmatch(worth):
        return _next_time(time.fromisoformat(worth), released, zone)
    return moment_of(datetime.fromisoformat(worth), zone)


def _end_of_school(released: datetime, zone: ZoneInfo, school_ends: time) -> datetime:
    today = released.astimezone(zone).date()
    over = moment_of(datetime.combine(today, school_ends), zone)
    return over if released < over else end_of(today, zone)


def _next_time(clock: time, after: datetime, zone: ZoneInfo) -> datetime:
    today = after.astimezone(zone).date()
    there = moment_of(datetime.combine(today, clock), zone)
    if there > after:
        return there
    return moment_of(datetime.combine(today + timedelta(days=1), clock), zone)


def sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two ends, where None is no end."""
    return min((end for end in (one, other) if end is not None), default=None)


def valid_for(start_by: datetime | None, now: datetime) -> int | None:
    """Return for how many seconds a provider may hold a text that is handed over now; None: its own rule."""
    if start_by is None:
        return None
    left = int((start_by - now - ON_THE_WAY).total_seconds())
    return max(SHORTEST_VALID, min(LONGEST_VALID, left))


@dataclass(frozen=True, slots=True)
class DayLimit:
    """How many parts broadcasts may use of a provider's day; the rest is for emergencies and answers."""

    bulk: int
    zone: ZoneInfo  #: the clock on which the provider's day begins

    def day_of(self, now: datetime) -> str:
        """Name the day that is counted, as an ISO date."""
        return now.astimezone(self.zone).date().isoformat()


def day_limit(sms: Sms) -> DayLimit | None:
    """Return what the settings let broadcasts use of a day; None: no limit."""
    return None if sms.bulk_per_day is None else DayLimit(sms.bulk_per_day, ZoneInfo(sms.day_zone))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one sender may send: parts a second, in which hours, and how many of them on one day."""

    per_second: float
    hours: OpenHours | None = None  #: None: at any hour
    limit: DayLimit | None = None  #: None: as many as the hours hold
    used: float = 0.0  #: of the limit, on the day `used_on`
    used_on: str = ""

    def sent_by(self, starts: datetime, parts: float) -> datetime:
        """Return when so many parts have gone, the first of them at `starts` or when it may go."""
        at, left, day, spent = starts, parts, self.used_on, self.used
        while True:
            at = at if self.hours is None else self.hours.opening(at)
            midnight = self._midnight(at)
            if self.limit is not None and self.limit.day_of(at) != day:
                day, spent = self.limit.day_of(at), 0.0
            until = sooner(None if self.hours is None else self.hours.closing(at), midnight)
            in_time = _INFINITE if until is None else (until - at).total_seconds() * self.per_second
            of_day = _INFINITE if self.limit is None else max(0.0, self.limit.bulk - spent)
            room = min(in_time, of_day)
            if left <= room or until is None:
                return at + timedelta(seconds=left / self.per_second)
            left, spent = left - room, spent + room
            at = midnight if midnight is not None and of_day <= in_time else until

    def _midnight(self, at: datetime) -> datetime | None:
        """Return when the provider's day that this moment lies in is over; None: days are not counted."""
        if self.limit is None:
            return None
        return end_of(at.astimezone(self.limit.zone).date(), self.limit.zone)
