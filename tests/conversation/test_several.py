"""Several choices in one text, and a mark on a scale: read for certain, read and read back, or not read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.intent import lexicon
from bot.conversation.scales import scale
from bot.conversation.several import several

CHOICES = ("morning 8-11", "afternoon 3-5", "evening", "bread and butter")


@pytest.mark.parametrize(
    ("text", "tag", "numbers"),
    [
        ("1 3", "en", (1, 3)),
        ("1,3", "en", (1, 3)),
        ("3 1", "en", (1, 3)),
        ("1 and 3", "en", (1, 3)),
        ("1 y 3, gracias", "es", (1, 3)),
        ("uno y tres", "es", (1, 3)),
        ("1 iyo 3", "so", (1, 3)),
        ("١ و ٣", "ar", (1, 3)),
        ("１、３", "zh-Hans", (1, 3)),
        ("1️⃣ 3️⃣", "en", (1, 3)),
        ("morning and evening", "en", (1, 3)),
        ("bread and butter", "en", (4,)),
        ("evening\n1", "en", (1, 3)),
        ("all of them", "en", (1, 2, 3, 4)),
        ("2", "en", (2,)),
    ],
)
def test_several_answers_in_one_text(text: str, tag: str, numbers: tuple[int, ...]) -> None:
    assert several(text, CHOICES, lexicon(tag)) == (numbers, True)


def test_digits_run_together_are_never_sure() -> None:
    assert several("13", CHOICES, lexicon("en")) == ((1, 3), False)


@pytest.mark.parametrize(
    "text",
    ["", "1-3", "7", "31", "1 but late", "1 and perhaps", "1?", "none of your business", "11", "1,3,9"],
)
def test_what_is_no_list_of_answers_is_asked_about(text: str) -> None:
    assert several(text, CHOICES, lexicon("en")) is None


@given(st.sets(st.integers(1, 4), min_size=1), st.sampled_from([" ", ", ", " and ", "\n", " & "]))
def test_any_set_of_choices_is_read_whatever_stands_between(numbers: set[int], between: str) -> None:
    text = between.join(str(number) for number in numbers)
    assert several(text, CHOICES, lexicon("en")) == (tuple(sorted(numbers)), True)


@pytest.mark.parametrize(
    ("text", "tag", "mark", "sure"),
    [
        ("4", "en", 4, True),
        ("٤", "ar", 4, True),
        ("4/5", "en", 4, True),
        ("5 of 5", "en", 5, True),
        ("cuatro", "es", 4, True),
        ("⭐⭐⭐", "en", 3, True),
        ("I say 3", "en", 3, False),
    ],
)
def test_a_mark(text: str, tag: str, mark: int, sure: bool) -> None:
    assert scale(text, 1, 5, lexicon(tag)) == (mark, sure)


@pytest.mark.parametrize("text", ["6", "0", "4.5", "3 or 4", "10/10", "-2", "4?", "good", "3-4", "⭐" * 6])
def test_what_is_no_mark_is_asked_about(text: str) -> None:
    assert scale(text, 1, 5, lexicon("en")) is None
