"""Pointed at by its figure, limited, undone behind the verb, all but one, both of two: what is meant."""

from __future__ import annotations

import pytest

from bot.conversation.answers import answer
from bot.conversation.intent import lexicon
from bot.conversation.talk import Kind
from tests.conversation.test_comments import ask
from tests.conversation.test_corrections import read

YES, NO = "yes", "no"

TIMES = ("morning", "afternoon", "evening", "another time")
CHILDREN = ("Ana in grade 2", "Luis in grade 5", "both children")
CLUBS = ("chess", "dance", "drawing", "soccer")


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("good morning it is number 2 please", "en", "2"),
        ("pode ser a opçao 1", "pt", "1"),
        ("bonswa madam m pran nimewo 2 a", "ht", "2"),
        ("good am po, number 1 sana", "tl", "1"),
        ("number 7", "en", None),
        ("not number 2", "en", None),
        ("number 2 or number 3", "en", None),
        ("bus number 2 is late", "en", None),
        ("is it number 2", "en", None),
        ("if number 2 is free", "en", None),
    ],
)
def test_a_choice_is_pointed_at_by_its_figure(text: str, tag: str, value: str | None) -> None:
    assert read(text, Kind.ONE_OF, tag, *TIMES) == value


def test_yes_and_no_are_pointed_at_too() -> None:
    found = answer("السلام عليكم الجواب رقم ٢ وشكرا", ask(Kind.YES_NO, "هل يشارك ابنكم؟"), lexicon("ar"))
    assert found is not None
    assert (found.value, found.sure) == (NO, False)


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("i would love to but mornings only", "en", YES),
        ("me gustaria mucho pero solo por la tarde", "es", YES),
        ("me gustaria pero nomas los sabados", "es", YES),
        ("i would love to but i work", "en", NO),
        ("i would love to but only if my sister comes", "en", None),
        ("i would love to but the morning is better", "en", None),
        ("jpeux vrmt pas", "fr", NO),
        ("je pourrai sûrement pas", "fr", NO),
        ("je peux mais pas longtemps", "fr", YES),
        ("je peux, pas de souci", "fr", YES),
        ("yes please we dont have a car", "en", YES),
        ("no gracias mi hija si habla ingles", "es", NO),
        ("да пожалуйста я не говорю по английски", "ru", YES),
        ("waan rabaa fadlan ingiriiska wuu igu adag yahay", "so", YES),
        ("yes please or no", "en", None),
    ],
)
def test_what_limits_or_explains_turns_nothing_round(text: str, tag: str, value: str | None) -> None:
    assert read(text, Kind.YES_NO, tag, asked="") == value


@pytest.mark.parametrize(
    ("text", "choices", "tag", "value"),
    [
        ("my 2 boys", CHILDREN, "en", "3"),
        ("2 kids please", CHILDREN, "en", "3"),
        ("los 2 niños", ("Ana", "Luis", "los dos"), "es", "3"),
        ("2 dua luon", ("Cháu lớp 3", "Cháu lớp 6", "Cả hai cháu"), "vi", "3"),
        ("2", CHILDREN, "en", "2"),
        ("not my 2 boys", CHILDREN, "en", None),
    ],
)
def test_two_of_them_are_both(text: str, choices: tuple[str, ...], tag: str, value: str | None) -> None:
    assert read(text, Kind.ONE_OF, tag, *choices) == value


@pytest.mark.parametrize(
    ("text", "choices", "tag", "value"),
    [
        ("everything except chess and dance", CLUBS, "en", "3,4"),
        ("krejt pos vallëzimit", ("shah", "vallëzim", "vizatim", "futboll"), "sq", "1,3,4"),
        ("미술만 빼고 다 좋아요", ("축구", "미술", "음악", "체스"), "ko", "1,3,4"),
        ("금요일 빼고 다요", ("월요일", "수요일", "금요일"), "ko", "1,2"),
        ("ဘောလုံးကလွဲရင် အကုန်", ("စာဖတ်", "သီချင်း", "ဘောလုံး"), "my", "1,2"),
        ("soccer except chess", CLUBS, "en", None),
        ("chess and dance except on fridays", CLUBS, "en", None),
    ],
)
def test_all_but_what_is_named(text: str, choices: tuple[str, ...], tag: str, value: str | None) -> None:
    assert read(text, Kind.SEVERAL_OF, tag, *choices) == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("tengo tress", "es", "3"),
        ("ninguem vai poder ir, desculpa", "pt", "0"),
        ("nap 5 moun ak grann nan", "ht", "5"),
        ("我和我老公两个去", "zh-Hans", "2"),
        ("我和两个孩子", "zh-Hans", None),
        ("mi hermana y dos niños", "es", None),
    ],
)
def test_counts_with_a_slip_or_with_who_they_are(text: str, tag: str, value: str | None) -> None:
    assert read(text, Kind.NUMBER, tag) == value
