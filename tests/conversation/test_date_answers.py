"""A day as families write it: never another day than they meant; rather none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import languages
from bot.conversation.dates import read
from bot.conversation.lexicon import answering as lexicon

TODAY = date(2026, 11, 17)  # a Tuesday
FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Friday", "en"),
        ("fri.", "en"),
        ("on Friday, thanks", "en"),
        ("Nov 20", "en"),
        ("20 november", "en"),
        ("the 20th", "en"),
        ("Friday the 20th", "en"),
        ("11/20", "en"),
        ("20/11/2026", "en"),
        ("2026-11-20", "en"),
        ("el viernes", "es"),
        ("viernes 20 de noviembre", "es"),
        ("Jimcaha", "so"),
        ("hnub Friday tim 20", "hmn"),
        ("الجمعة", "ar"),
        ("يوم الجمعه", "ar"),
        ("٢٠ نوفمبر", "ar"),
        ("٢٠ تشرين الثاني", "ar"),
        ("星期五", "zh-Hans"),
        ("周五", "zh-Hans"),
        ("11月20日", "zh-Hans"),
        ("20号", "zh-Hans"),
        ("thứ sáu", "vi"),
        ("thu 6", "vi"),
        ("ngày 20", "vi"),
        ("vendredi", "fr"),
        ("20", "en"),
    ],
)
def test_a_day_for_certain(text: str, tag: str) -> None:
    assert read(text, lexicon(tag), TODAY) == (FRIDAY, True)


@pytest.mark.parametrize(
    ("text", "tag", "ahead"),
    [("today", "en", 0), ("mañana", "es", 1), ("berri", "so", 1), ("غداً", "ar", 1), ("后天", "zh-Hans", 2)],
)
def test_a_day_counted_from_today(text: str, tag: str, ahead: int) -> None:
    found = read(text, lexicon(tag), TODAY)
    assert found is not None
    assert (found[0] - TODAY).days == ahead


@pytest.mark.parametrize(("text", "tag"), [("next Friday", "en"), ("vendredi prochain", "fr")])
def test_a_day_that_is_read_back(text: str, tag: str) -> None:
    assert read(text, lexicon(tag), TODAY) == (FRIDAY, False)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Tuesday", "en"),  # today, or in a week?
        ("3/4", "en"),
        ("not Friday", "en"),
        ("no el viernes", "es"),
        ("any day but Friday", "en"),
        ("lunes o martes", "es"),
        ("before Friday", "en"),
        ("Thursday 20", "en"),  # the 20th is a Friday
        ("31/02", "en"),
        ("Friday?", "en"),
        ("yes", "en"),
        ("I told you on Friday that the bus never comes", "en"),
    ],
)
def test_what_names_no_single_day_is_asked_about(text: str, tag: str) -> None:
    assert read(text, lexicon(tag), TODAY) is None


def test_a_day_of_a_month_that_is_over_is_next_years() -> None:
    assert read("May 5", lexicon("en"), TODAY) == (date(2027, 5, 5), True)


@pytest.mark.parametrize("tag", languages.catalog_languages())
@given(day=st.dates(min_value=date(2026, 11, 19), max_value=date(2027, 11, 1)))
def test_every_day_that_we_write_to_families_is_read_again(tag: str, day: date) -> None:
    """A family may answer with the day as our own text put it."""
    said = languages.family_date(day, tag, today=TODAY)
    found = read(said, lexicon(tag), TODAY)
    assert found is not None
    assert found[0] == day
