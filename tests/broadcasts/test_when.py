"""When it goes out: what staff choose, as a local time and a rule."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.broadcasts.when import When, planned, rule_of

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)  # Tuesday, 10:00


def test_now_needs_nothing() -> None:
    plan, said = planned(When(), NOW, ZONE)
    assert plan is not None
    assert (plan.starts, plan.first, said) == (None, None, [])


def test_later_is_a_time_on_the_schools_clock() -> None:
    plan, said = planned(When("later", "2026-11-18", "06:30"), NOW, ZONE)
    assert plan is not None
    assert plan.first == datetime(2026, 11, 18, 12, 30, tzinfo=UTC)
    assert (plan.rrule, said) == (None, [])


@pytest.mark.parametrize(
    ("when", "field", "missing"),
    [
        (When("later"), "day", True),
        (When("later", "2026-11-18"), "clock", True),
        (When("later", "soon", "06:30"), "day", False),
        (When("later", "2026-11-17", "09:59"), "day", False),
        (When("repeat", "2026-11-18", "06:30", "week"), "days", True),
        (When("repeat", "2026-11-18", "06:30", "week", ("MO",), "2026-11-20"), "until", False),
        (When("repeat", "2026-11-18", "06:30", until="never"), "until", False),
    ],
)
def test_what_keeps_it_from_being_a_time(when: When, field: str, missing: bool) -> None:
    plan, said = planned(when, NOW, ZONE)
    assert plan is None
    assert (said[0].field, said[0].missing) == (field, missing)


@pytest.mark.parametrize(
    ("when", "rule"),
    [
        (When("repeat", every="school_day"), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        (When("repeat", every="week", days=("TH", "MO")), "FREQ=WEEKLY;BYDAY=MO,TH"),
        (When("repeat", every="month_day"), "FREQ=MONTHLY;BYMONTHDAY=18"),
        (When("repeat", every="month_weekday"), "FREQ=MONTHLY;BYDAY=3WE"),
    ],
)
def test_words_become_a_rule(when: When, rule: str) -> None:
    assert rule_of(when, date(2026, 11, 18), None) == rule
    assert rule_of(when, date(2026, 11, 18), date(2026, 12, 31)) == f"{rule};UNTIL=20261231T235959"


def test_a_rule_that_begins_late_in_the_month_leaves_no_month_out() -> None:
    assert rule_of(When(every="month_day"), date(2026, 11, 30), None) == "FREQ=MONTHLY;BYMONTHDAY=-1"
    assert rule_of(When(every="month_weekday"), date(2026, 11, 30), None) == "FREQ=MONTHLY;BYDAY=-1MO"


def test_the_first_dates_of_a_rule_are_shown() -> None:
    when = When("repeat", "2026-11-18", "06:30", "week", ("MO", "TH"))
    plan, _ = planned(when, NOW, ZONE)
    assert plan is not None
    assert [one.astimezone(ZONE).strftime("%a %d") for one in plan.moments] == ["Thu 19", "Mon 23", "Thu 26"]
    assert plan.more
