"""What a text on a simulated phone means in English, where our own files know it."""

from __future__ import annotations

import pytest

from bot import languages
from bot.demo.families import script
from bot.demo.glossing import gloss


def test_english_needs_no_gloss() -> None:
    assert gloss("Thank you.", "en", {}) is None


def test_words_that_nobody_knows_have_none() -> None:
    assert gloss("qorrax badan", "so", {}) is None


def test_a_text_that_is_known_word_for_word() -> None:
    assert gloss("Berri ma jiro.", "so", {"Berri ma jiro.": "None tomorrow."}) == "None tomorrow."


def test_a_read_back_is_glossed_with_what_the_liaison_wrote_in_english() -> None:
    said = languages.phrase("read_back", "so", meaning="habeenkii waad shaqaysaa")
    found = gloss(said, "so", {"habeenkii waad shaqaysaa": "Works nights."})
    assert found == languages.phrase("read_back", "en", meaning="Works nights.")


@pytest.mark.parametrize("tag", [one for one in languages.catalog_languages() if one != "en"])
def test_every_sentence_of_ours_is_known_again(tag: str) -> None:
    for key in languages.phrase_keys():
        values = dict.fromkeys(languages.placeholders(key), "⟨0⟩")
        said = languages.phrase(key, tag, **values)
        assert gloss(said, tag, {}), f"{key} in {tag}"


def test_what_is_left_for_the_newcomer_is_glossed_on_the_phone() -> None:
    for entry in script()["unfinished"].values():
        assert gloss(entry["words"], entry["language"], {}) == entry["english"]
