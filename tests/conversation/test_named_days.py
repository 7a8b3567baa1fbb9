"""Days told otherwise than by a date: feasts, the next month, yesterday, dates of one language's own."""

from __future__ import annotations

from datetime import date

import pytest

from bot.conversation import answers
from bot.conversation.lexicon import lexicon
from bot.conversation.talk import Kind, Question

TUESDAY = date(2026, 12, 15)


def read(tag: str, text: str, asked: str) -> str | None:
    question = Question(0, Kind.DATE, "", (), (), asked)
    found = answers.answer(text, question, lexicon(tag), TUESDAY)
    return found.value if found else None


COMES = {
    "en": "What day are you back?", "es": "¿Qué día regresan?", "fr": "Quand est le rendez-vous ?",
    "pt": "Quando é o dentista?", "zh-Hans": "您哪天来？", "zh-Hant": "你們哪天到？",
    "vi": "Ngày nào cháu đi học lại?",
    "so": "Goorma ayaad imanaysaa?", "ar": "متى تصل أختك؟", "ti": "ቆጸራ መዓስ እዩ?", "ko": "언제 오세요?",
}  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "text", "day"),
    [
        ("en", "new years eve", "2026-12-31"), ("en", "we land on christmas eve", "2026-12-24"),
        ("es", "regresamos el dia de reyes", "2027-01-06"),
        ("fr", "la veille de noel au matin", "2026-12-24"),
        ("zh-Hans", "元旦", "2027-01-01"), ("en", "the 20th of next month", "2027-01-20"),
        ("es", "el 20 del mes que viene", "2027-01-20"),
        ("pt", "dia 5 do mes que vem as 2 da tarde", "2027-01-05"),
        ("zh-Hans", "下个月六号可以", "2027-01-06"), ("en", "first of next month", "2027-01-01"),
        ("ar", "اخر يوم بهالشهر", "2026-12-31"),
        ("so", "shalay", "2026-12-14"), ("vi", "hôm qua", "2026-12-14"),
        ("zh-Hant", "前天晚上", "2026-12-13"), ("vi", "mùng 4 tháng 1 tây nha cô", "2027-01-04"),
        ("zh-Hant", "一月廿八號", "2027-01-28"), ("ti", "12 ጥሪ 2027", "2027-01-12"),
        ("fr", "02/11 (2 novembre)", "2027-11-02"),
    ],
)  # fmt: skip
def test_a_day_by_its_name(tag: str, text: str, day: str) -> None:
    assert read(tag, text, COMES[tag]) == day


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "after new years"), ("en", "maybe christmas eve"), ("en", "yesterday he was sick, sorry"),
        ("en", "next month"), ("en", "some day of next month"), ("zh-Hant", "元旦隔天就到家"),
        ("zh-Hans", "我们元月六号的飞机，7号让他休息一天，8号去"), ("vi", "mùng 2 tết"), ("ti", "12 ጥሪ 2016"),
    ],
)  # fmt: skip
def test_what_is_only_near_a_day_is_asked_about(tag: str, text: str) -> None:
    assert read(tag, text, COMES[tag]) is None


@pytest.mark.parametrize(
    ("tag", "asked", "text", "day"),
    [
        ("fr", "Quelle est la date de naissance d'Ismaël ?", "Né le 02/11/2017 (2 novembre)", "2017-11-02"),
        ("ru", "Дата рождения сына?", "07.11.2017 (7 ноября)", "2017-11-07"),
        ("zh-Hant", "孩子的生日是?", "民國108年5月3日", "2019-05-03"),
        ("ko", "서준이 생년월일을 알려주세요.", "17년 2월 19일생입니다", "2017-02-19"),
        ("ti", "ወድኹም መዓስ ተወሊዱ?", "15 ታሕሳስ 2014 ብፈረንጂ", "2014-12-15"),
        ("fr", "Quelle est la date de naissance d'Ismaël ?", "02/11/2017", None),
    ],
)
def test_a_day_of_birth_that_two_calendars_could_write(
    tag: str, asked: str, text: str, day: str | None
) -> None:
    assert read(tag, text, asked) == day


def test_yesterday_is_no_day_that_somebody_can_come() -> None:
    assert read("en", "yesterday", "When can you come?") is None
