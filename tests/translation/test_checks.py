"""A draft is used only if it is a text in another language with every fact still in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import TranslationFailed
from bot.languages import language
from bot.translation.engines.checks import has_words, missing, pair, usable

SOURCE = "Bus {bus} comes at 7:10 on Tuesday 14. See https://example.org/bus. Questions: 715-555-0100"
SPANISH = "El bus {bus} llega a las 7:10 el martes 14. Vea https://example.org/bus. Preguntas: 715-555-0100"


def test_a_draft_with_every_fact_is_used_as_it_is() -> None:
    assert usable(SOURCE, f" {SPANISH}\n", "Anything", language("es")) == SPANISH


@pytest.mark.parametrize(
    ("lost", "changed"),
    [
        ("{bus}", SPANISH.replace("{bus}", "{autobús}")),
        ("10", SPANISH.replace("7:10", "7")),
        ("14", SPANISH.replace("14", "15")),
        ("https://example.org/bus", SPANISH.replace("example.org/bus", "ejemplo.org/bus")),
        ("0100", SPANISH.replace("-0100", "")),
    ],
)
def test_a_draft_that_lost_a_fact_is_refused_by_name(lost: str, changed: str) -> None:
    with pytest.raises(
        TranslationFailed, match=f"Spanish in which .*{lost.strip('{}')}.* got lost or changed"
    ):
        usable(SOURCE, changed, "Anything", language("es"))


def test_the_number_of_times_counts() -> None:
    assert missing("4 or 4", "4") == ["4"]
    assert missing("{school} {school}", "{school}") == ["{school}"]


def test_local_digits_are_the_same_numbers() -> None:
    assert missing("Bus 7 at 10:30", "الحافلة ٧ الساعة ١٠:٣٠") == []


@pytest.mark.parametrize("draft", [None, "", "  \n", 7, ["Hola"]])
def test_nothing_is_not_a_draft(draft: object) -> None:
    with pytest.raises(TranslationFailed, match="Anything gave no Spanish text"):
        usable("Hello", draft, "Anything", language("es"))


@pytest.mark.parametrize("draft", ["Hello, families", "hello families!", "HELLO  FAMILIES"])
def test_the_source_given_back_is_not_a_draft(draft: str) -> None:
    with pytest.raises(TranslationFailed, match="untranslated into Somali"):
        usable("Hello, families", draft, "Anything", language("so"))


def test_spaces_that_change_the_encoding_become_plain() -> None:
    assert usable("Hello", "Bonjour\u202f!", "Anything", language("fr")) == "Bonjour !"


@given(st.text())
def test_a_text_misses_nothing_of_itself(text: str) -> None:
    assert missing(text, text) == []


@pytest.mark.parametrize(("text", "said"), [("911", False), ("7:10, 715-555-0100", False), ("N42", True)])
def test_what_has_no_words_needs_no_engine(text: str, said: bool) -> None:
    assert has_words(text) is said


def test_a_language_that_people_translate_is_never_given_to_an_engine() -> None:
    with pytest.raises(TranslationFailed, match="Karen is translated by people only: ask a liaison"):
        pair("google", "Google's page", "en", "ksw")


def test_a_language_an_engine_lacks_is_said() -> None:
    with pytest.raises(
        TranslationFailed, match="LibreTranslate does not offer Somali: type the translation in"
    ):
        pair("libretranslate", "LibreTranslate", "en", "so")


def test_one_language_is_no_pair() -> None:
    with pytest.raises(TranslationFailed, match="in Spanish already"):
        pair("google", "Google's page", "es", "es")


def test_codes_are_the_engines_own() -> None:
    assert pair("google", "Google's page", "en", "zh-Hans").target_code == "zh-CN"
    assert pair("libretranslate", "LibreTranslate", "en", "zh-Hans").target_code == "zh-Hans"
    assert pair("mymemory", "MyMemory", "en", "so").target_code == "so-SO"
