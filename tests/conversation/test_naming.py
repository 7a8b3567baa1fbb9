"""What names a choice though its own words are not said: both, a language, kin, an hour beside it."""

from __future__ import annotations

import pytest

from bot.conversation.talk import Kind
from tests.conversation.test_corrections import read

WAYS = ("hu xov tooj", "xa ntawv", "email")
BOTH = ("grado 3", "grado 6", "los dos juntos")
TONGUES = ("français", "anglais", "arabe", "wolof")
HOME = ("the bus", "his dad", "walks")


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        ("los 2 el mismo dia si se puede", "es", BOTH, "3"),
        ("los dos no", "es", BOTH, None),
        ("за обоих сразу если можно", "ru", ("3 класс", "6 класс", "оба вместе"), "3"),
        ("english please, c plus facile pour le papa", "fr", TONGUES, "2"),
        ("english ou wolof", "fr", TONGUES, None),
        ("lingala mais le francais ca passe aussi", "fr", ("français", "lingala", "swahili"), None),
        ("ba don chau", "vi", ("Mẹ", "Ba", "Ông bà"), "2"),
        ("ba ngoai don chau", "vi", ("Mẹ", "Ba", "Ông bà"), "3"),
        ("ba ngoai don chau", "vi", ("Mẹ", "Ba", "Dì"), None),
        ("thu 7 moi ranh", "vi", ("Thứ Ba", "Thứ Năm", "Thứ Bảy"), "3"),
        ("xa ntawv hauv xov tooj xwb", "hmn", WAYS, "2"),
        ("his dad picks him up at 3", "en", HOME, "2"),
        ("his dad 1", "en", HOME, None),
        ("все кроме ботинок", "ru", ("куртка", "ботинки", "шапка"), None),
        ("à l'eglise svp", "fr", ("la bibliothèque", "l'église", "au coin"), "2"),
        ("he walks every day", "en", HOME, "3"),
        ("um casaquinho por favor", "pt", ("casaco", "botas", "luvas"), "1"),
        ("រសៀល ១", "km", ("ព្រឹក", "រសៀល", "ល្ងាច"), "2"),
        ("ok 4 me, thursday", "en", ("Monday", "Thursday"), "2"),
    ],
)
def test_one_choice(text: str, tag: str, choices: tuple[str, ...], value: str | None) -> None:
    assert read(text, Kind.ONE_OF, tag, *choices, asked="Which?") == value


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        ("все кроме ботинок", "ru", ("куртка", "ботинки", "шапка"), "1,3"),
        ("las botitas y los guantes", "es", ("chamarra", "botas", "guantes"), "2,3"),
        ("la danse + les devoirs", "fr", ("football", "musique", "aide aux devoirs"), None),
        ("외투랑 쌀이요", "ko", ("외투", "장갑", "이불"), None),
        ("외투랑 장갑이면 돼요", "ko", ("외투", "장갑", "이불"), "1,2"),
        ("mondays and wednesdays, tues I work", "en", ("Monday", "Tuesday", "Wednesday"), "1,3"),
        ("monday and tuesday i work", "en", ("Monday", "Tuesday", "Wednesday"), None),
    ],
)
def test_several(text: str, tag: str, choices: tuple[str, ...], value: str | None) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, *choices, asked="Which?") == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("금요일에 갈 수 있어요", "ko", "2026-11-27"),
        ("갈 수 있어요", "ko", None),
        ("this week thursday", "en", "2026-11-26"),
        ("فردا می آییم", "fa", "2026-11-24"),
        ("परसों दोपहर के बाद", "hi", "2026-11-25"),
        ("3 diseembar 4 galabnimo", "so", "2026-12-03"),
    ],
)
def test_a_day(text: str, tag: str, value: str | None) -> None:
    assert read(text, Kind.DATE, tag, asked="Which day?") == value


@pytest.mark.parametrize(
    ("text", "tag", "asked", "value"),
    [
        ("я нет, но папа придет", "ru", "Вы придете?", None),
        ("no but thank you", "en", "Can you come?", "no"),
        ("👍🏾 mahadsanid macalin", "so", "Ilmahaagu ma joogi karaa?", "yes"),
        ("il va mieux", "fr", "Est-il malade ?", None),
        ("没问题 什么都能吃", "zh-Hans", "您的孩子对花生过敏吗？", None),
    ],
)
def test_yes_or_no(text: str, tag: str, asked: str, value: str | None) -> None:
    assert read(text, Kind.YES_NO, tag, asked=asked) == value
