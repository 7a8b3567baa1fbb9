"""Days and times as families read them (docs/dialogue.md, rule 20)."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import languages
from bot.languages import family_date, family_time

TODAY = date(2026, 11, 17)  # a Tuesday
TAGS = [each.tag for each in languages.all_languages()]
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("tag", "near", "far"),
    [
        ("en", "Thursday 19", "Tuesday, December 1"),
        ("es", "jueves 19", "martes 1 de diciembre"),
        ("so", "Khamiis 19", "Talaado 1 Diseembar"),
        ("hmn", "hnub Thursday tim 19", "hnub Tuesday tim 1 December"),
        ("ar", "الخميس 19", "الثلاثاء 1 ديسمبر"),
        ("vi", "thứ Năm ngày 19", "thứ Ba ngày 1 tháng Mười Hai"),
        ("zh-Hans", "星期四(19日)", "十二月1日(星期二)"),
        ("fr", "jeudi 19", "mardi 1er décembre"),
        ("zh-Hant", "星期四(19日)", "十二月1日(星期二)"),
        ("ru", "четверг 19", "вторник 1 декабря"),
        ("uk", "четвер 19", "вівторок 1 грудня"),
        ("pl", "czwartek 19", "wtorek 1 grudnia"),
        ("pt", "quinta-feira 19", "terça-feira 1 de dezembro"),
        ("ko", "목요일(19일)", "십이월 1일(화요일)"),
        ("hi", "गुरुवार 19", "मंगलवार 1 दिसंबर"),
        ("am", "ሐሙስ 19", "ማክሰኞ 1 ዲሴምበር"),
        ("ht", "jedi 19", "madi 1 desanm"),
        ("prs", "پنجشنبه 19", "سه‌شنبه 1 دسمبر"),
        ("ti", "ሓሙስ 19", "ሰሉስ 1 December"),
        ("ksw", "Thursday 19", "Tuesday 1 December"),
    ],
)
def test_a_day_this_week_and_a_day_beyond(tag: str, near: str, far: str) -> None:
    assert family_date(date(2026, 11, 19), tag, today=TODAY) == near
    assert family_date(date(2026, 12, 1), tag, today=TODAY) == far


def test_six_days_on_is_near_and_seven_is_not_and_so_in_the_past() -> None:
    assert family_date(TODAY + timedelta(6), "en", today=TODAY) == "Monday 23"
    assert family_date(TODAY + timedelta(7), "en", today=TODAY) == "Tuesday, November 24"
    assert family_date(TODAY - timedelta(6), "en", today=TODAY) == "Wednesday 11"
    assert family_date(TODAY - timedelta(7), "en", today=TODAY) == "Tuesday, November 10"


@given(days, st.sampled_from(TAGS))
def test_no_day_has_a_year_a_numeric_month_or_a_character_that_changes_the_encoding(
    day: date, tag: str
) -> None:
    said = family_date(day, tag, today=TODAY)
    digits = "".join(c for c in said if c.isdecimal())
    assert digits == str(day.day)
    assert digits.isascii()
    assert not {"\u202f", "\u00a0", "\u2066", "\u2069"} & set(said)


@given(days, days, st.sampled_from(TAGS))
def test_two_days_of_one_year_beyond_this_week_never_read_alike(one: date, other: date, tag: str) -> None:
    far = date(2024, 1, 1)
    alike = family_date(one, tag, today=far) == family_date(other, tag, today=far)
    assert not alike or (one.month, one.day) == (other.month, other.day)


@pytest.mark.parametrize(
    ("tag", "morning", "one", "evening"),
    [
        ("en", "8 am", "1:30 pm", "6 pm"),
        ("es", "las 8 a.m.", "la 1:30 p.m.", "las 6 p.m."),
        ("so", "8 subaxnimo", "1:30 duhurnimo", "6 fiidnimo"),
        ("hmn", "8 teev sawv ntxov", "1:30 tav su", "6 teev tsaus ntuj"),
        ("ar", "8 صباحاً", "1:30 ظهراً", "6 مساءً"),
        ("vi", "8 giờ sáng", "1 giờ 30 chiều", "6 giờ tối"),
        ("zh-Hans", "早上8点", "下午1:30", "晚上6点"),
        ("fr", "8 h", "13 h 30", "18 h"),
        ("zh-Hant", "早上8點", "下午1:30", "晚上6點"),
        ("ru", "8:00", "13:30", "18:00"),
        ("uk", "8:00", "13:30", "18:00"),
        ("pl", "8:00", "13:30", "18:00"),
        ("pt", "8h", "13h30", "18h"),
        ("ht", "8è nan maten", "inè 30 nan apremidi", "6è diswa"),
        ("ko", "오전 8시", "오후 1시 30분", "오후 6시"),
        ("fa", "8 صبح", "1:30 ظهر", "6 عصر"),
        ("prs", "8 صبح", "1:30 چاشت", "6 شام"),
        ("ur", "صبح 8 بجے", "دوپہر 1:30 بجے", "شام 6 بجے"),
        ("hi", "सुबह 8 बजे", "दोपहर 1:30 बजे", "शाम 6 बजे"),
        ("ne", "बिहान 8 बजे", "दिउँसो 1:30 बजे", "बेलुका 6 बजे"),
        ("sq", "ora 8:00", "ora 13:30", "ora 18:00"),
        ("tl", "8:00 AM", "1:30 PM", "6:00 PM"),
        ("sw", "8:00 AM", "1:30 PM", "6:00 PM"),
        ("am", "8:00 AM", "1:30 PM", "6:00 PM"),
        ("ti", "8:00 AM", "1:30 PM", "6:00 PM"),
        ("om", "8:00 AM", "1:30 PM", "6:00 PM"),
    ],
)
def test_a_time_with_its_part_of_the_day(tag: str, morning: str, one: str, evening: str) -> None:
    assert family_time(time(8), tag) == morning
    assert family_time(time(13, 30), tag) == one
    assert family_time(time(18), tag) == evening


@given(st.times(), st.times(), st.sampled_from(TAGS))
def test_two_times_of_a_day_never_read_alike(one: time, other: time, tag: str) -> None:
    one, other = (moment.replace(second=0, microsecond=0) for moment in (one, other))
    assert (family_time(one, tag) == family_time(other, tag)) == (one == other)
