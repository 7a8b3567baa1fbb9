"""Numbers, days, names and deciding words: what is in one text and not in the other is found."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import locales
from bot import languages
from bot.languages import Tier
from bot.translation import facts
from bot.translation.facts import Fact

TAGS = tuple(locales.decisive())
KINDS = ("not", "only", "except", "before", "after")
WORDS = [
    (tag, word.strip())
    for tag, table in locales.decisive().items()
    for kind in KINDS
    for word in table[kind].split(",")
]


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_with_a_list_is_one_that_an_engine_may_read(tag: str) -> None:
    assert languages.language(tag).tier is Tier.MACHINE
    assert set(locales.decisive()[tag]) <= {*KINDS, "silent", "inside"}
    assert all(locales.decisive()[tag][kind] for kind in KINDS)


@pytest.mark.parametrize(("tag", "word"), WORDS)
def test_every_listed_word_counts(tag: str, word: str) -> None:
    assert facts.lost(f"xx {word} xx", tag, "xx xx", tag) is Fact.TURNS
    assert facts.lost(f"xx {word} xx", tag, f"xx {word} xx", tag) is None


@pytest.mark.parametrize("tag", [tag for tag in TAGS if languages.language(tag).script in {"Latn", "Cyrl"}])
def test_every_listed_word_stands_in_capitals(tag: str) -> None:
    for word in (word for of, word in WORDS if of == tag):
        assert word.upper() in facts.emphasised(f"xx {word} xx", tag)


@pytest.mark.parametrize("tag", TAGS)
def test_every_day_is_known_in_english_by_its_number(tag: str) -> None:
    english = {number: word for word, number in reversed(list(languages.day_words("en").items()))}
    for word, number in languages.day_words(tag).items():
        if facts.names_a_day(word, tag):
            assert facts.lost(word, tag, english[number], "en") is not Fact.DAYS, word


@pytest.mark.parametrize("text", ["no problem", "I look after my mother", "this Saturday at 3 for Tomás"])
def test_what_means_none_of_them_is_left_alone(text: str) -> None:
    assert facts.lost(text, "en", text, "en") is None


@given(st.sampled_from(TAGS), st.text(max_size=80))
@example("en", "0 A0ा")  # a mark of another script ends the name and not the word
def test_a_text_loses_nothing_against_itself(tag: str, text: str) -> None:
    assert facts.lost(text, tag, text, tag) is None


@given(st.sampled_from(TAGS), st.text(max_size=80))
def test_capitals_change_no_word(tag: str, text: str) -> None:
    told = facts.emphasised(text, tag)
    assert told.casefold() == text.casefold()


@given(st.integers(2, 9999))
def test_a_number_is_the_same_in_any_digits(number: int) -> None:
    arabic = str(number).translate({ord(str(n)): chr(0x0660 + n) for n in range(10)})
    assert facts.lost(f"عندي {arabic} اطفال", "ar", f"I have {number} children", "en") is None
    assert facts.lost(f"عندي {arabic} اطفال", "ar", f"I have {number + 1} children", "en") is Fact.NUMBERS
