"""A time of day as families write it: never another time than they meant; rather none."""

from __future__ import annotations

import tomllib
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import languages
from bot.conversation import times
from bot.conversation.intent import lexicon
from bot.conversation.times import read

#: the limits of a question about a school's afternoon and of one about its whole day, in minutes
AFTERNOON = (15 * 60, 18 * 60)
SCHOOL_DAY = (7 * 60, 18 * 60 + 59)
LOCAL = ("sw", "am", "ti", "om", "rw")


def at(text: str, tag: str, limits: tuple[int | None, int | None] = (None, None)) -> str | None:
    found = read(text, lexicon(tag), *limits)
    return None if found is None else f"{found[0]:%H:%M}{'' if found[1] else '?'}"


TABLES = tomllib.loads(Path(__file__).with_name("times.toml").read_text(encoding="utf-8"))


def pairs(table: str) -> list[tuple[str, str, str]]:
    """Lay a table out as (language, text, time)."""
    cells = (
        (tag, cell) for tag, cells in TABLES[table].items() for cell in cells.replace("\n", "|").split("|")
    )
    parted = ((tag, *cell.rpartition(" = ")[::2]) for tag, cell in cells if cell.strip())
    return [(tag, (text or said).strip(), said.strip()) for tag, text, said in parted]


def test_the_tables_are_long_enough() -> None:
    labelled = [pair for table in TABLES for pair in pairs(table)]
    assert len(labelled) >= 150
    assert {tag for tag, _, _ in labelled} >= {
        each.tag for each in languages.all_languages() if languages.clock_words(each.tag)
    }


@pytest.mark.parametrize(("tag", "text", "said"), pairs("says_all"))
def test_a_time_that_says_all(tag: str, text: str, said: str) -> None:
    assert at(text, tag) == said


@pytest.mark.parametrize(("tag", "text", "_said"), pairs("no_one_time"))
def test_what_names_no_one_time_is_asked_about(tag: str, text: str, _said: str) -> None:
    assert at(text, tag) is None


@pytest.mark.parametrize(("tag", "text", "said"), pairs("in_the_afternoon"))
def test_the_limits_of_the_question_leave_one_reading(tag: str, text: str, said: str) -> None:
    assert at(text, tag, AFTERNOON) == said


@pytest.mark.parametrize(("tag", "text", "_said"), pairs("not_in_the_afternoon"))
def test_outside_the_limits_or_no_time_at_all(tag: str, text: str, _said: str) -> None:
    assert at(text, tag, AFTERNOON) is None


def test_limits_that_leave_two_readings_decide_nothing() -> None:
    assert at("7", "en", (6 * 60, 20 * 60)) is None
    assert at("7", "en", (6 * 60, 18 * 60)) == "07:00"
    assert at("7", "en", (None, 12 * 60)) == "07:00"
    assert at("7", "en", (12 * 60, None)) == "19:00"


minutes_of_a_day = st.integers(0, 24 * 60 - 1)


@pytest.mark.parametrize("tag", languages.catalog_languages())
@given(minute=st.integers(*SCHOOL_DAY))
def test_every_time_that_we_write_to_families_is_read_again(tag: str, minute: int) -> None:
    """A family may answer with the time as our own text put it."""
    said = languages.family_time(time(*divmod(minute, 60)), tag)
    assert read(said, lexicon(tag), *SCHOOL_DAY) == (time(*divmod(minute, 60)), True)


@pytest.mark.parametrize("tag", languages.catalog_languages())
@given(minute=st.integers(13 * 60, 24 * 60 - 1))
def test_hours_beyond_twelve_mean_one_time_everywhere(tag: str, minute: int) -> None:
    assert at(times.in_figures(minute), tag) == times.in_figures(minute)


@pytest.mark.parametrize("tag", LOCAL)
@given(hour=st.integers(1, 12), minute=st.integers(0, 59), low=minutes_of_a_day, high=minutes_of_a_day)
def test_a_clock_that_counts_from_dawn_is_never_taken(
    tag: str, hour: int, minute: int, low: int, high: int
) -> None:
    """Rule 20: their four is ten in the morning or at night; no limits of ours can know."""
    assert read(f"{hour}:{minute:02}", lexicon(tag), low, high) is None
    assert read(f"{hour}", lexicon(tag), low, high) is None


@given(
    text=st.text(max_size=40),
    tag=st.sampled_from(languages.catalog_languages()),
    low=minutes_of_a_day,
    high=minutes_of_a_day,
)
def test_any_text_is_a_time_within_the_limits_or_none(text: str, tag: str, low: int, high: int) -> None:
    found = read(text, lexicon(tag), low, high)
    assert found is None or low <= found[0].hour * 60 + found[0].minute <= high


@given(
    one=st.integers(1, 12),
    other=st.integers(1, 12),
    word=st.sampled_from(["or", "to", "-", "and", "–", "/", ",", "until"]),
)
def test_two_hours_are_never_one_time(one: int, other: int, word: str) -> None:
    assert at(f"{one} {word} {other}", "en", SCHOOL_DAY) is None
    assert at(f"{one} {word} {other} pm", "en") is None


@pytest.mark.parametrize("tag", [each.tag for each in languages.all_languages()])
def test_the_words_of_a_clock_are_tidy(tag: str) -> None:
    known = set(languages.clock_words("en")) | {
        "hours", "next_hours", "half_of", "three_quarters", "less", "before", "minutes", "minute_words",
        "times", "moments", "small_hours", "midday", "noon_to_midnight",
    }  # fmt: skip
    listed = languages.clock_words(tag)
    assert set(listed) <= known
    for words in listed.values():
        assert len(set(words)) == len(words)
        assert all(word == word.strip().casefold() for word in words)


@pytest.mark.parametrize("said", ["24:00", "7", "7:5", "noon", "12:60", ""])
def test_a_limit_is_written_in_one_way(said: str) -> None:
    with pytest.raises(ValueError, match="is no time of day"):
        times.minutes(said)


def test_limits_are_minutes_since_midnight() -> None:
    assert times.minutes("07:30") == 450
    assert times.in_figures(450) == "07:30"
