"""Answers that take another one back, and figures that count something else: an age, a class, an hour."""

from __future__ import annotations

from datetime import date

import pytest

from bot.conversation.answers import answer
from bot.conversation.intent import lexicon
from bot.conversation.talk import Kind
from tests.conversation.test_comments import DAYS, ask

MONDAY = date(2026, 11, 23)


def read(text: str, kind: Kind, tag: str, *choices: str, asked: str = "How many?") -> str | None:
    found = answer(text, ask(kind, asked, *choices, low=0, high=20), lexicon(tag), MONDAY)
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("5 no sorry 6, forgot my nephew", "en", "6"),
        ("4 no perdon 5 tambien va mi suegra", "es", "5"),
        ("2 sorry", "en", "2"),
        ("2, no, 3", "en", None),
    ],
)
def test_a_number_that_takes_the_place_of_another(text: str, tag: str, value: str | None) -> None:
    assert read(text, Kind.NUMBER, tag) == value


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        ("3. no wait, 1 i read it wrong", "en", ("in person", "by phone", "none"), "1"),
        ("Tuesday, no wait Thursday", "en", ("Monday", "Tuesday", "Thursday"), "3"),
        ("sorry tuesday", "en", ("Monday", "Tuesday", "Thursday"), "2"),
        ("martes no jueves", "es", ("martes", "jueves"), None),
        ("frango nao, pode ser o de queijo", "pt", ("frango", "queijo"), "2"),
        ("星期二，不对，星期三", "zh-Hans", ("星期一", "星期二", "星期三"), "3"),
    ],
)
def test_a_choice_that_takes_the_place_of_another(
    text: str, tag: str, choices: tuple[str, ...], value: str | None
) -> None:
    assert read(text, Kind.ONE_OF, tag, *choices) == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("1 no wait sorry 2, friday is my sons surgery", "en", "no"),
        ("2. Ah non pardon cest 1, je serai là", "fr", "yes"),
        ("нет ой то есть да, нужна одна", "ru", "yes"),
        ("yes sorry no time to write earlier", "en", None),
        ("no wait yes", "en", None),
    ],
)
def test_an_excuse_turns_no_yes_round(text: str, tag: str, value: str | None) -> None:
    assert read(text, Kind.YES_NO, tag, asked="Can you come?") == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("I got 3 at lincoln, grades 1, 4 and 5", "en", "3"),
        ("just one, hes 7", "en", "1"),
        ("одна дочка ей 7 лет", "ru", "1"),
        ("한명이요 4학년", "ko", "1"),
        ("两个，一个3年级一个5年级", "zh-Hans", "2"),
        ("tylko jedno, Kuba z 4b", "pl", "1"),
        ("7 years old", "en", None),
        ("me and two boys", "en", "3"),
        ("my sister, me and two boys", "en", None),
        ("me and my wife, two", "en", "2"),
        ("5 with grandma", "en", "5"),
    ],
)
def test_ages_and_grades_count_nobody(text: str, tag: str, value: str | None) -> None:
    assert read(text, Kind.NUMBER, tag) == value


def test_an_age_is_the_answer_to_how_old() -> None:
    assert read("7 years old", Kind.NUMBER, "en", asked="How old is your child?") == "7"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tues thru thurs but only after 4pm", "2,3,4"),
        ("tue to thu after 4", "2,3,4"),
        ("monday and friday but not the first week", None),
    ],
)
def test_an_hour_behind_days_is_no_day(text: str, value: str | None) -> None:
    assert read(text, Kind.SEVERAL_OF, "en", *DAYS["en"], asked="Which days?") == value


@pytest.mark.parametrize(
    ("text", "tag", "choices", "value"),
    [
        ("just the interpreter, we eat before", "en", ("a ride", "an interpreter", "dinner"), "2"),
        ("only ride, dinner", "en", ("a ride", "an interpreter", "dinner"), "1,3"),
        ("soccer and music but not art", "en", ("soccer", "art", "music"), "1,3"),
        (
            "ncaws pob thiab ua luam dej, tsis hu nkauj",
            "hmn",
            ("ncaws pob", "hu nkauj", "ua luam dej"),
            "1,3",
        ),
    ],
)
def test_what_is_not_wanted_is_left_out(
    text: str, tag: str, choices: tuple[str, ...], value: str | None
) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, *choices, asked="Which?") == value


HOURS = ("8 to 11 a.m.", "3 to 5 p.m.", "6 to 8 p.m.", "another time")


@pytest.mark.parametrize(
    ("text", "choices", "value"),
    [
        ("around 4 in the afternoon", HOURS, "2"),
        ("evening around 7 works", HOURS, "3"),
        ("evening around 7 works", ("morning", "afternoon", "evening"), "3"),
        ("evening 2", ("morning", "afternoon", "evening"), None),
        ("after 4", HOURS, None),
        ("around 5", HOURS, None),
        ("7", HOURS, None),
    ],
)
def test_an_hour_within_those_of_one_choice(text: str, choices: tuple[str, ...], value: str | None) -> None:
    assert read(text, Kind.ONE_OF, "en", *choices, asked="When?") == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("next monday", "en", "2026-11-30"),
        ("monday", "en", None),
        ("lundi prochain", "fr", "2026-11-30"),
        ("friday 4 oclock", "en", "2026-11-27"),
        ("چارشنبه ۲ بجه", "prs", "2026-11-25"),
        ("ថ្ងៃសុក្រនេះ ម៉ោង ៤", "km", "2026-11-27"),
        ("thu 6 tuan sau buoi chieu", "vi", "2026-12-04"),
        ("monday dec 7 tom qab ua haujlwm", "hmn", "2026-12-07"),
        ("Isniin 7 december shaqada kadib", "so", "2026-12-07"),
    ],
)
def test_an_hour_beside_a_day_is_no_day_of_the_month(text: str, tag: str, value: str | None) -> None:
    assert read(text, Kind.DATE, tag, asked="Which day?") == value


@pytest.mark.parametrize(
    ("text", "asked", "tag", "value"),
    [
        ("il mange à la maison", "Votre fils mange-t-il à la cantine ?", "fr", None),
        ("需要，我英文不太行", "开会时您需要翻译吗？", "zh-Hans", "yes"),
    ],
)
def test_the_verb_of_the_question_said_of_something_else(
    text: str, asked: str, tag: str, value: str | None
) -> None:
    assert read(text, Kind.YES_NO, tag, asked=asked) == value


@pytest.mark.parametrize(("text", "value"), [("3, sometimes the bus is late", "3"), ("3 maybe", None)])
def test_a_mark_with_a_story_behind_it(text: str, value: str | None) -> None:
    found = answer(text, ask(Kind.SCALE, "How safe?", low=1, high=5), lexicon("en"), MONDAY)
    assert (None if found is None else found.value) == value
