"""The ready notices: the same in every language, short enough, and quiet in an emergency."""

from __future__ import annotations

import re
from datetime import date, time
from itertools import product

import pytest

import locales
from bot import languages
from bot.channels.segments import measure
from bot.errors import LanguageError
from bot.languages import Purpose, Review, notice_text

WRITTEN = languages.catalog_languages()
NOTICES = languages.notices()
TODAY = date(2026, 11, 17)
TODAY_WORDS = {
    "en": "today", "es": "hoy", "so": "maanta", "hmn": "hnub no", "ar": "اليوم", "vi": "hôm nay",
    "zh-Hans": "今天", "zh-Hant": "今天", "fr": "aujourd'hui", "pt": "hoje", "ru": "сегодня",
    "uk": "сьогодні", "pl": "dziś", "ht": "jodi a", "sw": " leo", "tl": "ngayon", "ko": "오늘",
    "fa": "امروز", "prs": "امروز", "ur": "آج", "hi": "आज", "ne": "आज", "am": "ዛሬ", "sq": " sot",
}  # fmt: skip


def _values(tag: str, day: date) -> dict[str, str]:
    return {
        "school": "Lincoln School",
        "phone": "715-555-0100",
        "bus": "7",
        "day": languages.family_date(day, tag, today=TODAY),
        "time": languages.family_time(time(10, 30), tag),
    }


def _name(parameter: str | languages.Notice) -> str:
    return parameter if isinstance(parameter, str) else parameter.name


def test_what_a_school_sends_most_often_is_there() -> None:
    names = [notice.name for notice in NOTICES]
    assert {"snow-closing", "late-start", "early-dismissal", "school-reopens"} <= set(names)
    assert {n.name for n in NOTICES if n.purpose is Purpose.EMERGENCY} >= {"snow-closing", "early-dismissal"}
    assert all(notice.about for notice in NOTICES)


@pytest.mark.parametrize("tag", WRITTEN)
def test_a_language_has_every_notice_with_its_placeholders_and_state_of_review(tag: str) -> None:
    table = locales.notices(tag)
    assert list(table) == [notice.name for notice in NOTICES]
    for notice in NOTICES:
        assert tag in notice.languages
        found = re.findall(r"\{(\w+)\}", table[notice.name]["text"])
        assert sorted(found) == sorted(notice.placeholders)
        expected = Review.REVIEWED if tag == "en" else Review.UNREVIEWED
        assert languages.notice_review(notice.name, tag) is expected


@pytest.mark.parametrize(("tag", "notice"), list(product(WRITTEN, NOTICES)), ids=_name)
def test_a_notice_is_one_part_in_gsm7_and_at_most_two_in_ucs2(tag: str, notice: languages.Notice) -> None:
    for day in (date(2026, 11, 18), date(2026, 12, 8)):
        parts = measure(notice_text(notice.name, tag, **_values(tag, day)))
        if languages.language(tag).gsm7 or tag in {"es", "fr"}:
            assert parts.encoding == "GSM-7", parts.culprits
        assert parts.count <= (1 if parts.encoding == "GSM-7" else 2), parts


@pytest.mark.parametrize("tag", WRITTEN)
def test_an_emergency_offers_no_digit_and_asks_nothing(tag: str) -> None:
    """docs/dialogue.md, rule 3: it goes out at once, whatever else is open on the phone."""
    for notice in NOTICES:
        if notice.purpose is Purpose.EMERGENCY:
            text = locales.notices(tag)[notice.name]["text"]
            assert not re.search(r"[0-9?¿؟？]", text), notice.name


@pytest.mark.parametrize("tag", WRITTEN)
def test_no_notice_says_today(tag: str) -> None:
    """It may be written the evening before, or released late."""
    for table in locales.notices(tag).values():
        assert TODAY_WORDS[tag] not in table["text"].casefold()


def test_today_is_known_in_every_language() -> None:
    assert set(TODAY_WORDS) == set(WRITTEN)


@pytest.mark.parametrize("tag", [tag for tag in WRITTEN if languages.direction(tag) == "rtl"])
def test_phones_stand_alone_on_their_line_from_right_to_left(tag: str) -> None:
    for table in locales.notices(tag).values():
        for line in table["text"].split("\n"):
            assert "{phone}" not in line or line == "{phone}"


def test_a_notice_filled_in() -> None:
    values = _values("so", date(2026, 11, 18))
    assert notice_text("snow-closing", "so", **values).startswith(
        "Lincoln School: Arbaco 18 iskuulku waa XIRAN yahay"
    )


def test_what_cannot_be_had_is_said() -> None:
    with pytest.raises(KeyError, match="There is no notice “flood”; the notices are snow-closing"):
        notice_text("flood", "so")
    with pytest.raises(LanguageError, match="The notice “snow-closing” has no text in Karen; type one in"):
        notice_text("snow-closing", "ksw", school="Lincoln School", day="Tuesday 17")
    with pytest.raises(KeyError, match=r"The notice “snow-closing” \(es\) needs a value for day"):
        notice_text("snow-closing", "es", school="Lincoln School")
