"""The registry: its facts agree with each other, and an office's names find the right language."""

from __future__ import annotations

import pytest
from babel import Locale
from deep_translator.constants import GOOGLE_LANGUAGES_TO_CODES, MY_MEMORY_LANGUAGES_TO_CODES
from hypothesis import given
from hypothesis import strategies as st

import locales
from bot import languages
from bot.errors import LanguageError
from bot.languages import Language, Tier, by_name, find

WRITTEN = {
    "en", "es", "hmn", "so", "ar", "zh-Hans", "zh-Hant", "vi", "sw", "fr", "ru", "uk",
    "fa", "prs", "ur", "hi", "ne", "pt", "ht", "am", "tl", "ko", "pl", "sq",
}  # fmt: skip
EVERY = languages.all_languages()


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("en", "en"),
        ("English", "en"),
        ("ENGLISH", "en"),
        ("inglés", "en"),
        ("Ingles", "en"),
        ("Spanish", "es"),
        (" español ", "es"),
        ("Espanol", "es"),
        ("Spanish (Mexico)", "es"),
        ("es-MX", "es"),
        ("es_419", "es"),
        ("Castellano", "es"),
        ("Hmoob", "hmn"),
        ("hmong", "hmn"),
        ("White Hmong", "hmn"),
        ("mww", "hmn"),
        ("Soomaali", "so"),
        ("Soomaaliga", "so"),
        ("af-soomaali", "so"),
        ("somalí", "so"),
        ("العربية", "ar"),
        ("عربي", "ar"),
        ("árabe", "ar"),
        ("Arabic, Iraqi", None),
        ("Iraqi Arabic", "ar"),
        ("Mandarin", "zh-Hans"),
        ("Chinese - Mandarin", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("简体中文", "zh-Hans"),
        ("Cantonese", "zh-Hant"),
        ("zh_TW", "zh-Hant"),
        ("Tiếng Việt", "vi"),
        ("Tieng Viet", "vi"),
        ("VIETNAMESE", "vi"),
        ("Burmese", "my"),
        ("Myanmar", "my"),
        ("Karen", "ksw"),
        ("S'gaw Karen", "ksw"),
        ("Rohingya", "rhg"),
        ("Filipino", "tl"),
        ("Tagalog", "tl"),
        ("Farsi", "fa"),
        ("Dari", "prs"),
        ("fa-AF", "prs"),
        ("Pashto", "ps"),
        ("Haitian Kreyol", "ht"),
        ("Kreyòl Ayisyen", "ht"),
        ("Français", "fr"),
        ("francais", "fr"),
        ("Русский", "ru"),
        ("ukrainian", "uk"),
        ("Afaan Oromoo", "om"),
        ("Kiswahili", "sw"),
        ("pt-BR", "pt"),
        ("Lao", "lo"),
        ("ខ្មែរ", "km"),
        ("lus Hmoob", "hmn"),
        ("Carabi", "ar"),
        ("阿拉伯语", "ar"),
        ("", None),
        ("   ", None),
        ("Klingon", None),
        ("Creole", None),
        ("Spanish/English", None),
        ("Afghan", None),
        ("Ethiopian", None),
    ],
)
def test_a_name_as_an_office_writes_it(written: str, tag: str | None) -> None:
    if tag is None:
        assert find(written) is None
        with pytest.raises(LanguageError):
            by_name(written)
    else:
        assert by_name(written).tag == tag


def test_a_misspelt_name_is_refused_with_the_name_it_may_have_meant() -> None:
    with pytest.raises(
        LanguageError, match=r"“Somalli” is no language we know: did you mean Somali \(so\)\?"
    ):
        by_name("Somalli")


def test_an_unknown_tag_is_refused_with_the_tags_there_are() -> None:
    with pytest.raises(LanguageError, match="“xx” is no language tag of ours; the tags are en, es, hmn"):
        languages.language("xx")


@given(st.sampled_from([name for each in EVERY for name in (each.english, each.autonym, *each.aliases)]))
def test_case_and_spaces_around_a_name_do_not_count(name: str) -> None:
    assert by_name(f"  {name.upper()} ") == by_name(name)


@given(st.text(max_size=30))
def test_any_text_is_a_language_or_one_clear_refusal(text: str) -> None:
    if find(text) is None:
        with pytest.raises(LanguageError, match="write"):
            by_name(text)
    else:
        assert by_name(text) in EVERY


@pytest.mark.parametrize("each", EVERY, ids=lambda each: each.tag)
def test_the_facts_of_a_language_agree(each: Language) -> None:
    assert (each.direction == "rtl") == (each.script == "Arab")
    assert each.digits == "" or [int(digit) for digit in each.digits] == list(range(10))
    assert set(each.may_offer) <= {other.tag for other in EVERY} - {each.tag}
    assert each.autonym_sure or each.autonym == each.english
    if each.gsm7:
        assert each.script == "Latn"


@pytest.mark.parametrize("each", EVERY, ids=lambda each: each.tag)
def test_a_locale_that_is_named_exists_and_writes_in_the_same_direction(each: Language) -> None:
    if each.babel is None:
        assert each.tag in {"hmn", "ksw", "rhg", "rw"}
    else:
        locale = Locale.parse(each.babel)
        assert locale.text_direction == each.direction


@pytest.mark.parametrize("each", EVERY, ids=lambda each: each.tag)
def test_engine_codes_are_the_engines_own(each: Language) -> None:
    if each.tier is Tier.HUMAN_ONLY:
        assert not each.engines
    google, mymemory = each.code("google"), each.code("mymemory")
    assert google is None or google in GOOGLE_LANGUAGES_TO_CODES.values()
    assert mymemory is None or mymemory in MY_MEMORY_LANGUAGES_TO_CODES.values()
    assert each.code("azure") is None


def test_karen_and_rohingya_are_for_people_only_and_dari_has_no_engine_of_ours() -> None:
    assert {each.tag for each in EVERY if each.tier is Tier.HUMAN_ONLY} == {"ksw", "rhg"}
    assert not languages.language("prs").engines


def test_a_language_is_offered_never_picked() -> None:
    """docs/dialogue.md: a list to ask from; nothing in the registry is called a fallback."""
    assert languages.language("ksw").may_offer == ("my", "en")
    assert languages.language("ti").may_offer == ("am",)
    known = {field for table in locales.registry().values() for field in table}
    assert not any("fallback" in field for field in known)


def test_the_languages_with_sentences_of_ours() -> None:
    """Nobody here can write the others; to guess would be worse (docs/adding-a-language.md)."""
    assert set(languages.catalog_languages()) == WRITTEN
    assert {each.tag for each in EVERY} - WRITTEN == {
        "my", "ksw", "rw", "ps", "ti", "om", "lo", "km", "rhg",
    }  # fmt: skip


def test_direction() -> None:
    assert [languages.direction(tag) for tag in ("so", "ar", "prs")] == ["ltr", "rtl", "rtl"]


def test_names_by_which_a_family_asks_for_another_language() -> None:
    assert languages.language_names("so")["Ingiriisi"] == "en"
    assert languages.language_names("hmn")["lus Nyab Laj"] == "vi"
    assert languages.language_names("ar")["Soomaali"] == "so"
    for tag in sorted(WRITTEN):
        for name, other in languages.language_names(tag).items():
            assert by_name(name).tag == other
