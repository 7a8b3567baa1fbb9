"""Every local time of a schedule comes exactly once, whatever the clocks do; promises are kept in hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from bot.calendar import (
    Due,
    Occurrence,
    Promise,
    catch_up,
    due,
    end_of,
    moment_of,
    occurrences_after,
    parse_local,
    parse_rrule,
    promise,
)
from bot.errors import BroadcastError

CHICAGO = ZoneInfo("America/Chicago")

#: zones and two years of each in which its clocks do something worth seeing
PLACES = [
    ("America/Chicago", 2026),
    ("Europe/Berlin", 2026),
    ("Australia/Lord_Howe", 2026),  # half an hour
    ("Asia/Kathmandu", 2026),  # never, and 5:45 from UTC
    ("America/Sao_Paulo", 2017),  # at midnight, until 2019
    ("Africa/Casablanca", 2026),  # backwards for Ramadan
]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def in_chicago(text: str) -> datetime:
    return local(text).replace(tzinfo=CHICAGO)


def walk(starts: datetime, zone: ZoneInfo, rule: str, days: int) -> list[Occurrence]:
    """Follow a schedule as the ticker does: each occurrence is asked for after the one before."""
    found = []
    after = moment_of(starts, zone) - timedelta(seconds=1)
    while (one := occurrences_after(starts, zone, rule, after)) is not None:
        if one.moment > moment_of(starts, zone) + timedelta(days=days):
            break
        found.append(one)
        after = one.moment
    return found


class TestOccurrences:
    @pytest.mark.parametrize(("name", "year"), PLACES)
    @given(minute=st.integers(0, 24 * 60 - 1))
    @effort(max_examples=25, deadline=None)
    def test_each_day_has_its_hour_exactly_once_for_two_years(
        self, name: str, year: int, minute: int
    ) -> None:
        zone = ZoneInfo(name)
        starts = datetime(year, 1, 1) + timedelta(minutes=minute)  # noqa: DTZ001 - local by design
        end = moment_of(starts + timedelta(days=730), zone)
        found = catch_up(starts, zone, "FREQ=DAILY", moment_of(starts, zone), end, timedelta(0))
        assert found.release is not None
        occurrences = [*found.missed, found.release]
        days = [(starts + timedelta(days=count)).isoformat() for count in range(731)]
        assert [one.local for one in occurrences] == days
        moments = [one.moment for one in occurrences]
        assert moments == sorted(set(moments))
        assert all(one.moment.tzinfo is UTC for one in occurrences)

    @pytest.mark.parametrize(("name", "year"), PLACES)
    @given(minute=st.integers(0, 24 * 60 - 1), day=st.integers(0, 730))
    @effort(max_examples=25, deadline=None)
    def test_asked_for_one_after_another_no_day_is_lost_or_doubled(
        self, name: str, year: int, minute: int, day: int
    ) -> None:
        zone = ZoneInfo(name)
        starts = datetime(year, 1, 1) + timedelta(days=day, minutes=minute)  # noqa: DTZ001 - local by design
        found = walk(starts, zone, "FREQ=DAILY", days=9)
        assert [local(one.local) - starts for one in found[:9]] == [timedelta(days=n) for n in range(9)]

    @pytest.mark.parametrize(("name", "year"), PLACES)
    @given(minute=st.integers(0, 59), day=st.integers(1, 730))
    @effort(max_examples=40, deadline=None)
    def test_moments_never_run_backwards_hour_by_hour(
        self, name: str, year: int, minute: int, day: int
    ) -> None:
        zone = ZoneInfo(name)
        first = datetime(year, 1, 1) + timedelta(days=day, minutes=minute)  # noqa: DTZ001 - local by design
        moments = [moment_of(first + timedelta(hours=hour), zone) for hour in range(30)]
        assert moments == sorted(moments)

    def test_a_time_that_spring_skips_comes_at_the_first_moment_after_the_gap(self) -> None:
        skipped = occurrences_after(local("2026-03-08T02:30:00"), CHICAGO, None, in_chicago("2026-03-01"))
        assert skipped == Occurrence("2026-03-08T02:30:00", datetime(2026, 3, 8, 8, 0, tzinfo=UTC))
        assert skipped.moment.astimezone(CHICAGO).time() == time(3, 0)

    def test_half_an_hour_is_skipped_on_lord_howe(self) -> None:
        zone = ZoneInfo("Australia/Lord_Howe")
        moment = moment_of(local("2026-10-04T02:10:30"), zone)
        assert moment.astimezone(zone).time() == time(2, 30)

    def test_midnight_is_skipped_in_sao_paulo(self) -> None:
        zone = ZoneInfo("America/Sao_Paulo")
        assert moment_of(local("2018-11-04T00:00"), zone).astimezone(zone).time() == time(1, 0)

    def test_a_day_that_never_was_is_made_up_for_as_the_next_begins(self) -> None:
        apia = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011
        moment = moment_of(local("2011-12-30T06:00"), apia)
        assert moment.astimezone(apia).isoformat() == "2011-12-31T00:00:00+14:00"

    def test_a_time_that_autumn_repeats_comes_the_first_time_only(self) -> None:
        starts = local("2026-10-31T01:30:00")
        halloween = in_chicago("2026-10-31T12:00")
        first = occurrences_after(starts, CHICAGO, "FREQ=DAILY", halloween)
        assert first == Occurrence("2026-11-01T01:30:00", datetime(2026, 11, 1, 6, 30, tzinfo=UTC))
        then = occurrences_after(starts, CHICAGO, "FREQ=DAILY", first.moment)
        assert then is not None
        assert then.local == "2026-11-02T01:30:00"

    def test_two_times_that_fall_on_one_moment_are_one_text(self) -> None:
        found = walk(local("2026-03-07T02:00:00"), CHICAGO, "FREQ=DAILY;BYHOUR=2,3", days=2)
        on_the_day = [one.local for one in found if one.local.startswith("2026-03-08")]
        assert on_the_day == ["2026-03-08T02:00:00"]

    def test_a_single_time_comes_once_and_never_again(self) -> None:
        starts = local("2026-12-01T06:00:00")
        only = occurrences_after(starts, CHICAGO, None, in_chicago("2026-11-17T10:00"))
        assert only == Occurrence("2026-12-01T06:00:00", datetime(2026, 12, 1, 12, 0, tzinfo=UTC))
        assert occurrences_after(starts, CHICAGO, None, only.moment) is None

    def test_a_rule_may_end_after_a_count_or_at_a_time_in_either_clock(self) -> None:
        starts = local("2026-12-01T06:00:00")
        ends = ["COUNT=3", "UNTIL=20261203T060000", "UNTIL=20261203T120000Z"]
        for end in ends:
            found = walk(starts, CHICAGO, f"FREQ=DAILY;{end}", days=30)
            assert [one.local[:10] for one in found] == ["2026-12-01", "2026-12-02", "2026-12-03"]

    def test_mondays_and_thursdays_stay_at_six_across_both_changes(self) -> None:
        found = walk(local("2026-01-05T06:00:00"), CHICAGO, "RRULE:FREQ=WEEKLY;BYDAY=MO,TH", days=364)
        assert len(found) == 105
        assert {one.moment.astimezone(CHICAGO).time() for one in found} == {time(6, 0)}


class TestRules:
    @pytest.mark.parametrize(
        ("rule", "complaint"),
        [
            ("FREQ=SECONDLY", "needs FREQ=DAILY"),
            ("FREQ=MINUTELY;INTERVAL=5", "needs FREQ=DAILY"),
            ("FREQ=HOURLY", "needs FREQ=DAILY"),
            ("INTERVAL=2", "needs FREQ=DAILY"),
            ("every Monday", "where a NAME=VALUE belongs"),
            ("", "where a NAME=VALUE belongs"),
            ("FREQ=DAILY;FREQ=WEEKLY", "FREQ twice"),
            ("FREQ=DAILY;BYMINUTE=0,1,2,3", "may not use BYMINUTE"),
            ("FREQ=DAILY;COLOUR=RED", "may not use COLOUR"),
            ("FREQ=DAILY;DTSTART=20261201T060000", "DTSTART of its own"),
            ("DTSTART:20261201T060000\nRRULE:FREQ=DAILY", "DTSTART of its own"),
            ("FREQ=DAILY;UNTIL=20261231", "date and time"),
            ("FREQ=DAILY;UNTIL=soon", "date and time"),
            ("FREQ=DAILY;UNTIL=20261399T060000", "cannot be read"),
            ("FREQ=DAILY;UNTIL=20201231T060000", "ends before it begins"),
            ("FREQ=DAILY;COUNT=3;UNTIL=20271231T060000", "both COUNT and UNTIL"),
            ("FREQ=DAILY;COUNT=0", "COUNT to be a number from 1"),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL to be a number from 1"),
            ("FREQ=WEEKLY;BYDAY=MONDAY", "cannot be read"),
            ("FREQ=WEEKLY;BYDAY=2MO", "numbers a weekday"),
            ("FREQ=DAILY;BYHOUR=25", "cannot be read"),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "a day that never comes"),
            ("FREQ=MONTHLY;BYDAY=6MO", "a day that never comes"),
        ],
    )
    def test_a_bad_rule_gets_one_sentence(self, rule: str, complaint: str) -> None:
        with pytest.raises(BroadcastError) as raised:
            parse_rrule(rule, local("2026-12-01T06:00:00"), CHICAGO)
        sentence = str(raised.value)
        assert complaint in sentence
        assert "FREQ=WEEKLY;BYDAY=MO,TH" in sentence

    def test_leap_day_every_fourth_year_is_a_day_that_comes(self) -> None:
        rule = parse_rrule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", local("2097-03-01T06:00:00"), CHICAGO)
        assert next(iter(rule)) == local("2104-02-29T06:00:00")


class TestLateness:
    six = Occurrence("2026-12-01T06:00:00", datetime(2026, 12, 1, 12, 0, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("minutes", "verdict"),
        [(-1, Due.LATER), (0, Due.RELEASE), (120, Due.RELEASE), (121, Due.MISSED)],
    )
    def test_two_hours_of_grace(self, minutes: int, verdict: Due) -> None:
        assert due(self.six, self.six.moment + timedelta(minutes=minutes)) is verdict

    def test_after_a_week_off_only_todays_goes_out_and_the_rest_is_told(self) -> None:
        starts = local("2026-12-01T06:00:00")
        owed = catch_up(starts, CHICAGO, "FREQ=DAILY", self.six.moment, in_chicago("2026-12-08T07:00"))
        assert owed.release is not None
        assert owed.release.local == "2026-12-08T06:00:00"
        assert [one.local[8:10] for one in owed.missed] == ["01", "02", "03", "04", "05", "06", "07"]
        assert owed.following is not None
        assert owed.following.local == "2026-12-09T06:00:00"

    def test_a_single_time_that_was_slept_through_is_missed_and_done(self) -> None:
        owed = catch_up(
            local("2026-12-01T06:00:00"), CHICAGO, None, self.six.moment, in_chicago("2026-12-01T08:01")
        )
        assert (owed.release, owed.missed, owed.following) == (None, (self.six,), None)

    def test_a_schedule_looked_at_early_owes_nothing(self) -> None:
        owed = catch_up(
            local("2026-12-01T06:00:00"), CHICAGO, None, self.six.moment, in_chicago("2026-12-01T05:59")
        )
        assert (owed.release, owed.missed, owed.following) == (None, (), self.six)


class TestTimesThatStaffWrite:
    now = in_chicago("2026-11-17T10:00").astimezone(UTC)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-12-01 06:00", "2026-12-01T06:00:00"),
            ("2026-12-01T6:00", "2026-12-01T06:00:00"),
            ("06:00", "2026-11-18T06:00:00"),
            (" 10:01 ", "2026-11-17T10:01:00"),
            ("10:00", "2026-11-18T10:00:00"),
            ("tomorrow 06:00", "2026-11-18T06:00:00"),
            ("Today 18:30", "2026-11-17T18:30:00"),
        ],
    )
    def test_it_is_read_on_the_schools_clock(self, text: str, expected: str) -> None:
        assert parse_local(text, self.now, CHICAGO) == local(expected)

    @pytest.mark.parametrize("text", ["six", "25:00", "2026-02-30 06:00", "6", "12/01/2026 06:00", ""])
    def test_what_cannot_be_read_is_answered_with_examples(self, text: str) -> None:
        with pytest.raises(BroadcastError, match="tomorrow 06:00"):
            parse_local(text, self.now, CHICAGO)

    @pytest.mark.parametrize("text", ["2026-11-17 10:00", "2026-11-16 23:00", "today 09:59"])
    def test_the_past_is_refused_with_the_hour_it_is(self, text: str) -> None:
        with pytest.raises(BroadcastError, match="it is 2026-11-17 10:00"):
            parse_local(text, self.now, CHICAGO)


class TestPromises:
    def at(self, text: str, within_hours: int = 4) -> tuple[str, bool]:
        made = promise(in_chicago(text).astimezone(UTC), CHICAGO, time(8), time(16), within_hours)
        return made.by.astimezone(CHICAGO).strftime("%a %d %H:%M"), made.night

    @pytest.mark.parametrize(
        ("asked", "answered_by"),
        [
            ("2026-11-17T08:00", ("Tue 17 12:00", False)),
            ("2026-11-17T10:07", ("Tue 17 15:00", False)),
            ("2026-11-17T12:00", ("Tue 17 16:00", False)),
            ("2026-11-17T12:30", ("Wed 18 09:00", False)),
            ("2026-11-20T15:59", ("Mon 23 12:00", False)),  # a Friday
            ("2026-11-17T16:00", ("Wed 18 08:00", True)),
            ("2026-11-17T02:00", ("Tue 17 08:00", True)),
            ("2026-11-20T17:00", ("Mon 23 08:00", True)),
            ("2026-11-21T12:00", ("Mon 23 08:00", True)),
        ],
    )
    def test_only_duty_hours_count(self, asked: str, answered_by: tuple[str, bool]) -> None:
        assert self.at(asked) == answered_by

    def test_a_long_promise_runs_over_several_days(self) -> None:
        assert self.at("2026-11-17T10:00", within_hours=72) == ("Mon 30 10:00", False)

    @given(minutes=st.integers(0, 60 * 24 * 400), within=st.integers(1, 72), zone=st.sampled_from(PLACES))
    def test_a_promised_hour_is_ahead_of_us_and_on_duty(
        self, minutes: int, within: int, zone: tuple[str, int]
    ) -> None:
        here = ZoneInfo(zone[0])
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        made = promise(now, here, time(7, 30), time(15, 45), within)
        by = made.by.astimezone(here)
        assert made.by > now
        assert by.weekday() < 5
        assert time(7, 30) <= by.time() <= time(15, 45)


class TestClosedDays:
    THANKSGIVING = frozenset({date(2026, 11, 26), date(2026, 11, 27)})

    def test_nobody_is_on_duty_on_them(self) -> None:
        wednesday, thursday = in_chicago("2026-11-25T15:30"), in_chicago("2026-11-26T10:00")
        there = time(8), time(16), 4
        assert promise(wednesday, CHICAGO, *there, closed=self.THANKSGIVING) == Promise(
            in_chicago("2026-11-30T12:00"), night=False
        )
        assert promise(thursday, CHICAGO, *there, closed=self.THANKSGIVING) == Promise(
            in_chicago("2026-11-30T08:00"), night=True
        )

    def test_a_rule_leaves_them_out_and_nothing_of_them_is_missed(self) -> None:
        starts = local("2026-11-23T09:00")
        next_at = in_chicago("2026-11-26T09:00")
        late = in_chicago("2026-11-30T09:10")
        owed = catch_up(starts, CHICAGO, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", next_at, late)
        assert [one.local[:10] for one in owed.missed] == ["2026-11-26", "2026-11-27"]
        owed = catch_up(
            starts, CHICAGO, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", next_at, late, closed=self.THANKSGIVING
        )
        assert owed.missed == ()
        assert owed.release is not None
        assert owed.release.local == "2026-11-30T09:00:00"

    def test_what_is_sent_once_is_meant_for_that_day(self) -> None:
        once = occurrences_after(
            local("2026-11-26T09:00"),
            CHICAGO,
            None,
            in_chicago("2026-11-20T09:00"),
            closed=self.THANKSGIVING,
        )
        assert once is not None


def test_a_day_is_over_at_local_midnight() -> None:
    zone = ZoneInfo("America/Chicago")
    assert end_of(date(2026, 11, 26), zone) == datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
    assert end_of(date(2026, 10, 31), zone) == datetime(2026, 11, 1, 5, 0, tzinfo=UTC)
