"""When a text may go: by the hour, by clocks that change, by what it is worth, by what a day allows."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from bot import hours
from bot.hours import Allowance, DayLimit, OpenHours, answer_by, next_answer, valid_for, worth_until
from bot.settings import Settings

CHICAGO = ZoneInfo("America/Chicago")
USUAL = OpenHours(CHICAGO, time(8, 0), time(20, 30))
ANY_HOUR = OpenHours(CHICAGO, time(0, 0), time(0, 0))
SCHOOL_ENDS = time(15, 30)

#: zones in which a clock changes in hours that a school may choose, and the year of it
ZONES = ["America/Chicago", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"]


def chicago(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("now", "is_open", "opens"),
    [
        ("2026-11-17T07:59:59", False, "2026-11-17T08:00"),
        ("2026-11-17T08:00", True, "2026-11-17T08:00"),
        ("2026-11-17T20:29:59", True, "2026-11-17T20:29:59"),
        ("2026-11-17T20:30", False, "2026-11-18T08:00"),
        ("2026-11-17T23:59", False, "2026-11-18T08:00"),
        ("2026-11-18T00:01", False, "2026-11-18T08:00"),
    ],
)
def test_the_hours_are_those_of_the_schools_clock(now: str, is_open: bool, opens: str) -> None:
    assert USUAL.is_open(chicago(now)) is is_open
    assert USUAL.opening(chicago(now)) == chicago(opens)


def test_equal_times_are_no_quiet_hours() -> None:
    assert ANY_HOUR.is_open(chicago("2026-11-17T03:00"))
    assert ANY_HOUR.closing(chicago("2026-11-17T03:00")) is None


@pytest.mark.parametrize(
    ("zone", "night"),
    [("America/Chicago", "2026-03-07"), ("America/Chicago", "2026-10-31"), ("Europe/Berlin", "2026-03-28")],
)
def test_the_night_of_a_change_of_clocks_ends_on_the_clock(zone: str, night: str) -> None:
    """An hour more or less of sleep; eight o'clock is eight o'clock."""
    there = OpenHours(ZoneInfo(zone), time(8), time(20, 30))
    evening = datetime.fromisoformat(f"{night}T22:00").replace(tzinfo=ZoneInfo(zone))
    opens = there.opening(evening).astimezone(ZoneInfo(zone))
    assert (opens.time(), opens.date()) == (time(8), evening.date() + timedelta(days=1))
    assert opens - evening.astimezone(UTC) != timedelta(hours=10)


def test_hours_that_begin_in_the_hour_that_spring_skips() -> None:
    early = OpenHours(CHICAGO, time(2, 30), time(20, 30))
    assert early.opening(chicago("2026-03-08T00:10")) == datetime(2026, 3, 8, 8, 0, tzinfo=UTC)  # 03:00


@effort(max_examples=300, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 2 * 366 * 24 * 60),
    st.integers(0, 1438),
    st.integers(1, 1439),
)
def test_whatever_the_clocks_do(zone: str, minutes: int, begins: int, lasts: int) -> None:
    """At every moment the hours are open until a later one, or open again at a later one, and truly so."""
    ends = min(1439, begins + lasts)
    day = OpenHours(ZoneInfo(zone), time(*divmod(begins, 60)), time(*divmod(ends, 60)))
    now = datetime(2017, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    opening = day.opening(now)
    closing = day.closing(opening)
    assert opening >= now
    assert day.is_open(now) == (opening == now)
    assert day.is_open(opening)
    assert closing is not None
    assert closing > opening
    assert not day.is_open(closing)
    # the windows of days that a change of clocks moves apart may be up to two days away (Apia, 2011)
    assert opening - now <= timedelta(days=2)


@pytest.mark.parametrize(
    ("now", "they_wrote", "goes"),
    [
        ("2026-11-17T23:14", "2026-11-17T23:00", None),
        ("2026-11-17T23:16", "2026-11-17T23:00", "2026-11-18T08:00"),
        ("2026-11-17T08:00", "2026-11-16T23:00", None),
        ("2026-11-17T07:59", "2026-11-16T23:00", "2026-11-17T08:00"),
        ("2026-11-17T20:29", "2026-11-17T09:00", None),
        ("2026-11-17T20:30", "2026-11-17T09:00", "2026-11-18T08:00"),
        ("2026-11-17T22:00", None, "2026-11-18T08:00"),
    ],
)
def test_an_answer_goes_within_a_quarter_of_an_hour_or_in_daytime(
    now: str, they_wrote: str | None, goes: str | None
) -> None:
    theirs = chicago(they_wrote) if they_wrote else None
    assert next_answer(chicago(now), theirs, USUAL) == (chicago(goes) if goes else None)


def test_an_answer_that_does_not_get_away_at_once_may_not_go_later_in_the_night() -> None:
    at_night = answer_by(chicago("2026-11-17T22:02"), chicago("2026-11-17T22:00"), USUAL)
    by_day = answer_by(chicago("2026-11-17T12:02"), chicago("2026-11-17T12:00"), USUAL)
    at_the_end = answer_by(chicago("2026-11-17T20:29"), chicago("2026-11-17T20:28"), USUAL)
    assert at_night == chicago("2026-11-17T22:15")
    assert by_day == chicago("2026-11-17T20:30")
    assert at_the_end == chicago("2026-11-17T20:43")


@pytest.mark.parametrize(
    ("worth", "released", "ends", "expires"),
    [
        (None, "2026-11-17T09:00", None, None),
        (None, "2026-11-17T05:30", SCHOOL_ENDS, "2026-11-17T15:30"),
        (None, "2026-11-17T18:00", SCHOOL_ENDS, "2026-11-18T00:00"),
        ("always", "2026-11-17T05:30", SCHOOL_ENDS, None),
        ("4h", "2026-11-17T09:00", None, "2026-11-17T13:00"),
        ("10:00", "2026-11-17T05:30", SCHOOL_ENDS, "2026-11-17T10:00"),
        ("10:00", "2026-11-17T21:00", SCHOOL_ENDS, "2026-11-18T10:00"),
        ("2026-11-18T10:00", "2026-11-17T21:00", SCHOOL_ENDS, "2026-11-18T10:00"),
    ],
)
def test_how_long_a_text_is_worth_sending(
    worth: str | None, released: str, ends: time | None, expires: str | None
) -> None:
    found = worth_until(worth, chicago(released), CHICAGO, school_ends=ends)
    assert found == (chicago(expires) if expires else None)


def test_four_hours_are_four_hours_in_the_night_of_a_change_of_clocks() -> None:
    released = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 00:30; 01:00 comes twice
    assert worth_until("4h", released, CHICAGO) == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)  # 03:30


def test_what_cannot_be_read_is_no_time() -> None:
    with pytest.raises(ValueError, match="soon"):
        worth_until("soon", chicago("2026-11-17T05:30"), CHICAGO)


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(None, None), (timedelta(hours=1), 3570), (timedelta(hours=20), 36_000), (timedelta(seconds=20), 5)],
)
def test_the_provider_holds_a_text_no_longer_than_it_may_go(
    left: timedelta | None, seconds: int | None
) -> None:
    now = chicago("2026-11-17T12:00")
    assert valid_for(now + left if left else None, now) == seconds


def test_sending_goes_on_in_the_morning() -> None:
    lane = Allowance(1.0, USUAL)
    assert lane.sent_by(chicago("2026-11-17T20:00"), 1800) == chicago("2026-11-17T20:30")
    assert lane.sent_by(chicago("2026-11-17T20:00"), 1900) == chicago("2026-11-18T08:01:40")
    assert lane.sent_by(chicago("2026-11-17T22:00"), 10) == chicago("2026-11-18T08:00:10")


def test_a_days_limit_is_the_providers_day() -> None:
    """Midnight in Los Angeles is two o'clock in Chicago, when nobody is written to."""
    lane = Allowance(
        1.0, USUAL, DayLimit(1000, ZoneInfo("America/Los_Angeles")), used=400, used_on="2026-11-17"
    )
    assert lane.sent_by(chicago("2026-11-17T09:00"), 600) == chicago("2026-11-17T09:10")
    assert lane.sent_by(chicago("2026-11-17T09:00"), 700) == chicago("2026-11-18T08:01:40")
    assert lane.sent_by(chicago("2026-11-17T09:00"), 2700) == chicago("2026-11-20T08:01:40")


@effort(max_examples=200, deadline=None)
@given(st.integers(0, 60 * 24 * 60), st.integers(1, 5000), st.integers(1, 5000), st.integers(50, 2000))
def test_more_parts_are_never_sooner(minutes: int, parts: int, more: int, per_day: int) -> None:
    starts = datetime(2026, 10, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    lane = Allowance(3.0, USUAL, DayLimit(per_day, CHICAGO))
    first, last = lane.sent_by(starts, parts), lane.sent_by(starts, parts + more)
    assert starts < first < last


def test_the_settings_say_the_hours(settings: Settings) -> None:
    assert hours.of(settings) == USUAL
