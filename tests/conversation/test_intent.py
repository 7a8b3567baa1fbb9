"""What a text is about, whatever is open."""

from __future__ import annotations

import pytest

from bot.conversation import intent
from bot.conversation.intent import lexicon


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "STOP"),
        ("en", "stop."),
        ("en", "  Stop 🛑 "),
        ("en", "ＳＴＯＰ"),
        ("en", "please stop"),
        ("en", "Stop texting me!"),
        ("en", "I am at work. Stop texting me now. Thanks"),
        ("en", "opt out"),
        ("en", "Opt-Out"),
        ("en", "unsubscribe"),
        ("es", "Alto"),
        ("es", "stop"),
        ("es", "No me manden más"),
        ("es", "no me manden mas por favor"),
        ("es", "Gracias, ya no me manden mensajes."),
        ("fr", "arrêt"),
        ("fr", "ARRET"),
        ("so", "JOOJI"),
        ("hmn", "tso tseg"),
        ("ar", "إيقاف"),
        ("ar", "توقّف"),
        ("vi", "Dừng"),
        ("zh-Hans", "退订！"),
        ("zh-Hans", "你好，不要再发了"),
    ],
)
def test_a_stop_is_heard(tag: str, text: str) -> None:
    assert intent.is_stop(text, lexicon(tag))


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "no"),
        ("en", "don't stop the bus"),
        ("en", "Stop by at 3?"),
        ("en", "please don't stop texting me"),
        ("en", "did you stop texting me?"),
        ("en", "the bus did not stop"),
        ("en", "when does it end?"),
        ("es", "mi hijo es muy alto"),
        ("es", "Tiene tres hijos, no más."),
        ("es", "la baja de mi hijo"),
        ("vi", "dung"),
        ("vi", "dung roi"),
        ("vi", "đúng"),
        ("en", "acha"),
        ("hmn", "tsum los nag"),
        ("zh-Hans", "不要停车"),
        ("ar", "الرسائل ما عاد توصل"),
    ],
)
def test_what_is_no_stop(tag: str, text: str) -> None:
    assert not intent.is_stop(text, lexicon(tag))


def test_yes_never_starts_again() -> None:
    assert not any(intent.is_start(word, lexicon("en")) for word in ("yes", "ok", "1", "start the bus"))
    assert intent.is_start("Start!", lexicon("so"))
    assert intent.is_start("UNSTOP", lexicon("es"))


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "He HITS me."),
        ("es", "tengo MIEDO por mi hija"),
        ("es", "tengo miedo"),
        ("zh-Hans", "他想自杀"),
        ("vi", "muon chet"),
        ("so", "he hits me"),
        ("ar", "سيقتلني"),
    ],
)
def test_danger_is_heard_anywhere_in_a_text(tag: str, text: str) -> None:
    assert intent.is_danger(text, lexicon(tag))


def test_danger_is_no_part_of_another_word() -> None:
    assert not intent.is_danger("the class is nice, a begun scarf", lexicon("en"))


@pytest.mark.parametrize(
    "text", ["Thanks!", "ok", "👍", "🙏🏽 ❤️", "", "Good morning, thanks", "Loved “Snow day”"]
)
def test_thanks_and_the_like_want_no_answer(text: str) -> None:
    assert intent.is_chatter(text, lexicon("en"))


@pytest.mark.parametrize("text", ["hello?", "ok but when", "thanks for nothing", "?", "1"])
def test_what_wants_an_answer(text: str) -> None:
    assert not intent.is_chatter(text, lexicon("en"))


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("English", "en"),
        ("español", "es"),
        ("Espanol por favor", "es"),
        ("HMOOB", "hmn"),
        ("简体中文", "zh-Hans"),
    ],
)
def test_a_language_is_named(text: str, tag: str) -> None:
    assert intent.language_named(text, lexicon("es")) == tag


@pytest.mark.parametrize("text", ["hi", "so", "my", "am", "I speak English at work"])
def test_what_names_no_language(text: str) -> None:
    assert intent.language_named(text, lexicon("en")) is None


def test_digits_of_every_script_are_digits() -> None:
    assert [intent.plain(text) for text in ("1️⃣", "１", "١", "۱", "①", "1.")] == ["1"] * 6


def test_a_word_that_lacks_its_marks_is_known_as_such() -> None:
    assert intent.is_without_marks("Dung", lexicon("vi"))
    assert not intent.is_without_marks("đúng", lexicon("vi"))
    assert not intent.is_without_marks("dung", lexicon("en"))


def test_a_wrong_number_is_one_clause() -> None:
    assert intent.is_wrong_number("Sorry, wrong number.", lexicon("so"))
    assert not intent.is_wrong_number("the wrong number is on the form", lexicon("en"))
    assert not intent.is_wrong_number("wrong number?", lexicon("en"))
