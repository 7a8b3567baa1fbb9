"""Minutes told as hours, a class by its ordinal, a number before its reason."""

from __future__ import annotations

import pytest

from bot.conversation import answers
from bot.conversation.lexicon import lexicon
from bot.conversation.talk import Kind, Question

MINUTES = {
    "en": "How many minutes a day does he read?", "zh-Hans": "孩子每天在家看书多少分钟?",
    "ru": "Сколько минут в день он делает уроки?", "ar": "كم دقيقة تبعد المدرسة عن بيتكم؟",
    "ko": "하루에 책을 몇 분 읽나요?", "es": "¿Cuántos minutos lee?",
}  # fmt: skip


def read(tag: str, text: str, asked: str) -> str | None:
    question = Question(0, Kind.NUMBER, "", (), (), asked, low=0, high=300)
    found = answers.answer(text, question, lexicon(tag))
    return found.value if found else None


@pytest.mark.parametrize(
    ("tag", "text", "meant"),
    [
        ("en", "an hour and a half", "90"), ("en", "2 hours", "120"), ("en", "a quarter of an hour", "15"),
        ("zh-Hans", "半个钟头左右吧 多了坐不住", "30"), ("zh-Hans", "三刻钟左右", "45"),
        ("ru", "полтора часа, если не отвлекается", "90"), ("ar", "حوالي ربع ساعة مشي", "15"),
        ("ko", "한시간 반 정도", "90"), ("es", "hora y media", "90"), ("en", "20", "20"),
        ("en", "1 or 2 hours", None), ("en", "not an hour and a half", None),
        ("en", "1 hour 20 minutes", None),
    ],
)  # fmt: skip
def test_minutes_are_counted_in_hours(tag: str, text: str, meant: str | None) -> None:
    assert read(tag, text, MINUTES[tag]) == meant


@pytest.mark.parametrize(
    ("tag", "asked", "text", "meant"),
    [
        ("so", "Fasalkee ayay dhigataa?", "fasalka 5aad", "5"),
        ("hmn", "Nws nyob qib twg?", "qib 7", "7"),
        ("zh-Hant", "孩子幾年級？", "小四", "4"),
        ("zh-Hant", "孩子現在幾年級？", "升咗七年級", "7"),
        ("en", "What grade is she in?", "4th grade, her sister 6th grade", None),
        ("hmn", "Nws muaj pes tsawg tus menyuam?", "qib 7", None),
    ],
)
def test_a_class_by_its_ordinal(tag: str, asked: str, text: str, meant: str | None) -> None:
    assert read(tag, text, asked) == meant


@pytest.mark.parametrize(
    ("asked", "text", "meant"),
    [
        ("How many children do you have in school?", "just the one, other 2 are grown", "1"),
        ("How many children do you have in school?", "two boys, one girl in 3rd", "3"),
        ("How many tickets do you need?", "two, maybe three", None),
    ],
)
def test_a_number_stands_before_its_reason(asked: str, text: str, meant: str | None) -> None:
    assert read("en", text, asked) == meant
