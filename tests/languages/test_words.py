"""What families write: no word with two meanings that would hurt, and an honest state of review."""

from __future__ import annotations

import unicodedata
from itertools import combinations

import pytest

from bot import languages
from bot.languages import Review, words

EIGHT = languages.catalog_languages()
WHOLE = (
    "yes",
    "no",
    "stop",
    "start",
    "help",
    "person",
    "unclear",
    "wrong_number",
    "who",
    "thanks",
    "greetings",
)
KINDS = (*WHOLE, "ok", "danger", "sensitive")


def _bare(word: str) -> str:
    apart = unicodedata.normalize("NFD", word.replace("đ", "d")).casefold()
    return "".join(c for c in apart if not unicodedata.combining(c))


@pytest.mark.parametrize("tag", EIGHT)
@pytest.mark.parametrize("kind", KINDS)
def test_every_list_has_words_each_once_and_tidy(kind: str, tag: str) -> None:
    listed = words(kind, tag)
    assert listed
    assert len(set(listed)) == len(listed)
    for word in listed:
        assert word == unicodedata.normalize("NFC", word).strip().casefold()
        assert "*" not in word or (kind in {"danger", "sensitive"} and word.find("*") == len(word) - 1)


@pytest.mark.parametrize("tag", EIGHT)
def test_no_whole_message_means_two_things(tag: str) -> None:
    """English is understood beside every language, so its words count as well."""
    for one, other in combinations(WHOLE, 2):
        both = {*words(one, tag), *words(one, "en")} & {*words(other, tag), *words(other, "en")}
        assert not both, f"{tag}: {both} in {one} and {other}"


@pytest.mark.parametrize("tag", [each.tag for each in languages.all_languages()])
def test_an_answer_never_stops_anything(tag: str) -> None:
    stops = {_bare(word) for word in (*words("stop", tag), *words("stop", "en"))}
    kinds = ("yes", "no", "ok", "thanks", "greetings", "person", "unclear")
    answers = {_bare(word) for kind in kinds for word in (*words(kind, tag), *words(kind, "en"))}
    if languages.language(tag).marks_matter:  # Vietnamese đúng and dừng differ by marks alone
        answers -= {"dung"}
    assert not stops & answers


def test_vietnamese_without_its_marks_is_in_no_list() -> None:
    for kind in KINDS:
        assert "dung" not in words(kind, "vi")
    assert "dừng" in words("stop", "vi")
    assert "đúng" in words("yes", "vi")
    assert "huy" not in words("stop", "vi")
    assert languages.language("vi").marks_matter


def test_arabic_never_does_not_start_anything() -> None:
    assert not {"ابدا", "ابدأ"} & set(words("start", "ar"))


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("stop", "en"), ("opt out", "en"), ("revoke", "en"), ("alto", "es"), ("no más", "es"),
        ("jooji", "so"), ("tsum", "hmn"), ("توقف", "ar"), ("退订", "zh-Hans"), ("退訂", "zh-Hant"),
        ("arret", "fr"), ("стоп", "uk"), ("kanpe", "ht"), ("acha", "sw"),
        ("수신거부", "ko"), ("ရပ်", "my"), ("بند", "ps"),
    ],
)  # fmt: skip
def test_stop_words(word: str, tag: str) -> None:
    assert word in words("stop", tag)


def test_swahili_stop_is_not_a_stop_for_others() -> None:
    """ACHA is "all right" to people who write Urdu or Hindi in Latin letters."""
    assert [each.tag for each in languages.all_languages() if "acha" in words("stop", each.tag)] == ["sw"]


@pytest.mark.parametrize("tag", EIGHT)
def test_numbers_run_from_one_to_twenty(tag: str) -> None:
    numbers = languages.number_words(tag)
    assert set(numbers.values()) == set(range(1, 21))


def test_numbers_have_their_other_forms() -> None:
    assert languages.number_words("es")["una"] == 1
    assert languages.number_words("zh-Hans")["两"] == 2
    assert languages.number_words("ksw") == {}


def test_a_list_that_nobody_wrote_is_empty_and_an_unknown_one_is_refused() -> None:
    assert words("yes", "ksw") == ()
    assert languages.word_review("yes", "ksw") is Review.NONE
    with pytest.raises(KeyError, match="There is no word list “maybe”"):
        words("maybe", "so")


@pytest.mark.parametrize("tag", [each.tag for each in languages.all_languages() if words("stop", each.tag)])
def test_every_list_says_who_has_read_it_and_who_could(tag: str) -> None:
    expected = Review.SOURCE if tag == "en" else Review.UNREVIEWED
    assert languages.word_review("stop", tag) is expected
    assert languages.confirmer(tag)


def test_the_danger_list_covers_what_rule_19_names() -> None:
    """Violence, self-harm, abuse, arrest or detention, a lost child, "I am afraid", one of each."""
    for tag, wanted in {
        "en": {"kill*", "suicid*", "abus*", "arrest*", "ice", "missing", "afraid"},
        "es": {"golpe*", "suicid*", "abus*", "detenid*", "la migra", "no aparece", "miedo*"},
        "so": {"garaac*", "is dil*", "xadgud*", "la xiray", "tarxiil*", "lumay", "cabs*"},
        "hmn": {"ntaus", "tua tus kheej", "tsim txom", "raug kaw", "xa rov qab", "ploj", "ntshai"},
        "ar": {"ضرب", "انتحار", "اعتداء", "اعتقال", "ترحيل", "مفقود", "خائف"},
        "vi": {"bị đánh", "tự tử", "lạm dụng", "bị bắt", "trục xuất", "mất tích", "tôi sợ"},
        "zh-Hans": {"打我", "自杀", "虐待", "被抓", "移民局", "失踪", "害怕"} - {"自杀", "虐待"}
        | {"杀", "虐"},
        "fr": {"frapp*", "suicid*", "abus*", "arrêté", "expuls*", "disparu*", "peur"},
    }.items():
        assert wanted <= set(words("danger", tag)), tag


@pytest.mark.parametrize("tag", EIGHT)
def test_the_words_of_our_own_menus_are_understood(tag: str) -> None:
    """docs/dialogue.md, rule 4: every menu also takes its choices' words."""
    judged = languages.phrase("read_back", tag, meaning="m").split("\n")[1:]
    again = languages.phrase("read_back_again", tag, meaning="m").split("\n")[1:]
    asked = languages.phrase("ask_again", tag, options="1 a").split("\n")[-1:]
    for line, kind in zip((*judged, *again, *asked), ("yes", "no", "yes", "person", "person"), strict=True):
        assert line[2:].casefold() in words(kind, tag)
    assert languages.phrase("yes", tag) in words("yes", tag)
    assert languages.phrase("no", tag) in words("no", tag)
