"""Homeloop's own sentences: complete, intact, short enough, and safe to read on a small screen."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, time
from importlib.resources import as_file, files
from itertools import product

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import locales
from bot import languages
from bot.channels.segments import measure
from bot.errors import LanguageError
from bot.languages import Review, phrase, phrase_keys

WRITTEN = languages.catalog_languages()
OTHERS = [tag for tag in WRITTEN if tag != "en"]
KEYS = phrase_keys()
TODAY = date(2026, 11, 17)

#: a digit that a person may answer with, with what it means in every language (docs/dialogue.md, rule 1)
_OFFER = re.compile(r"^([0-9]) \S", re.MULTILINE)
#: written "0" after a colon or before a word: a person, or another language
_ZERO = re.compile(r"(?<![0-9])0(?![0-9])")


def _values(tag: str, day: date) -> dict[str, str]:
    """Return what the program fills in, of realistic length."""
    said = languages.family_date(day, tag, today=TODAY)
    hour = languages.family_time(time(16), tag)
    return {
        "school": "Lincoln School",
        "phone": "715-555-0100",
        "reader": "Ms Ruiz",
        "day": said,
        "time": hour,
        "when": phrase("when_day", tag, day=said, time=hour),
        "answer": "6-8 abcdefghij",
        "meaning": "m" * 45,
        "topic": "t" * 20,
        "options": "1 abcdefghij\n2 abcdefghij\n3 abcdefghij",
        "first": "f" * 20,
        "second": "s" * 20,
        "grade": "3",
        "low": "1",
        "high": "5",
        "part": "p" * 30,
        "question": "q" * 40,
    }


def _said(tag: str) -> Iterator[tuple[str, str]]:
    """Give every sentence of a language, filled in, for a day of this week."""
    for key in KEYS:
        yield key, phrase(key, tag, **_values(tag, date(2026, 11, 19)))


def _catalog(tag: str) -> Catalog:
    with (files("locales") / tag / "bot.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


@pytest.mark.parametrize("tag", WRITTEN)
def test_a_catalog_has_every_sentence_of_the_source_and_no_other(tag: str) -> None:
    found = {str(m.context): str(m.id) for m in _catalog(tag) if m.id}
    assert found == locales.source()
    assert set(found) == {str(m.context) for m in _catalog(tag) if m.id and m.string and not m.fuzzy}


@pytest.mark.parametrize("tag", WRITTEN)
def test_placeholders_are_intact(tag: str) -> None:
    for message in _catalog(tag):
        if message.id:
            wanted = sorted(re.findall(r"\{.*?\}", str(message.id)))
            assert sorted(re.findall(r"\{.*?\}", str(message.string))) == wanted, message.context


def test_the_english_catalog_is_the_source() -> None:
    assert all(m.string == m.id for m in _catalog("en") if m.id)


@pytest.mark.parametrize("tag", OTHERS)
def test_nothing_is_left_in_english(tag: str) -> None:
    for message in _catalog(tag):
        has_words = re.search(r"[a-z]", re.sub(r"\{.*?\}", "", str(message.id)))
        if has_words and (tag, message.context) != ("es", "no"):
            assert message.string != message.id, message.context


@pytest.mark.parametrize("tag", [tag for tag in WRITTEN if languages.language(tag).script != "Latn"])
def test_other_letters_have_latin_words_only_where_families_must_send_them(tag: str) -> None:
    sentences = [str(message.string) for message in _catalog(tag) if message.id]
    sentences += [table["text"] for table in locales.notices(tag).values()]
    for sentence in sentences:
        latin = re.findall("[A-Za-z]+", re.sub(r"\{.*?\}", "", sentence))
        assert set(latin) <= {"START", "STOP", "English", "other"}, sentence


@pytest.mark.parametrize("tag", WRITTEN)
def test_headers_say_the_language_its_plurals_and_who_has_read_it(tag: str) -> None:
    text = (files("locales") / tag / "bot.po").read_text(encoding="utf-8")
    assert f'"Language: {tag.replace("-", "_")}\\n"' in text
    assert re.search(r'"Plural-Forms: nplurals=\d; plural=.+;\\n"', text)
    possible = {Review.SOURCE} if tag == "en" else {Review.UNREVIEWED, Review.REVIEWED}
    assert languages.review(tag) in possible


#: languages for which CLDR has no rule: one form, as the noun does not change
_UNCHANGING = {"hmn"}


@pytest.mark.parametrize("tag", WRITTEN)
def test_plural_forms_are_those_of_the_language(tag: str) -> None:
    """The header's rule parts the numbers as CLDR's rule for the language does."""
    text = (files("locales") / tag / "bot.po").read_text(encoding="utf-8")
    found = re.search(r'"Plural-Forms: nplurals=(\d); plural=(.+);\\n"', text)
    assert found is not None
    form = gettext.c2py(found[2])
    forms = {number: form(number) for number in range(201)}
    assert set(forms.values()) == set(range(int(found[1])))
    if tag in _UNCHANGING:
        assert set(forms.values()) == {0}
        return
    rule = Locale.parse(languages.language(tag).babel or "").plural_form
    classes = {(forms[number], rule(number)) for number in forms}
    assert len(classes) == len({one for one, _ in classes}) == len({other for _, other in classes})


@pytest.mark.parametrize("tag", WRITTEN)
def test_babel_finds_no_fault_with_a_catalog(tag: str) -> None:
    """gettext's checks, for machines that have no gettext."""
    template = Catalog()
    for key, english in locales.source().items():
        template.add(english, context=key)
    catalog = _catalog(tag)
    assert [(m.context, str(error)) for m in catalog if m.id for error in m.check(template)] == []


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="gettext is not installed")
@pytest.mark.parametrize("tag", WRITTEN)
def test_gettext_accepts_the_catalog(tag: str) -> None:
    with as_file(files("locales") / tag / "bot.po") as path:
        checked = subprocess.run(
            ["msgfmt", "--check", "-o", "-", path], capture_output=True, check=False, timeout=30
        )
    assert (checked.returncode, checked.stderr.decode()) == (0, "")


@pytest.mark.parametrize("tag", WRITTEN)
def test_a_sentence_is_one_part_in_gsm7_and_at_most_two_in_ucs2(tag: str) -> None:
    """docs/dialogue.md, rule 13. What a read-back looks back on is days old, not weeks."""
    for key, day in product(KEYS, (date(2026, 11, 19), date(2026, 12, 9))):
        looks_back = key == "read_back_later"
        parts = measure(phrase(key, tag, **_values(tag, date(2026, 11, 15) if looks_back else day)))
        if languages.language(tag).gsm7:
            assert parts.encoding == "GSM-7", (key, parts)
        assert parts.count <= (1 if parts.encoding == "GSM-7" else 2), (key, parts)


@pytest.mark.parametrize("tag", ["es", "fr"])
def test_spanish_and_french_stay_in_gsm7_where_their_words_allow(tag: str) -> None:
    dear = {key for key, text in _said(tag) if measure(text).encoding != "GSM-7"}
    assert dear == ({"yes"} if tag == "es" else set())


@pytest.mark.parametrize("tag", WRITTEN)
def test_a_digit_has_its_one_meaning(tag: str) -> None:
    """Menus: 1 and 2 as in the source, 0 a person or another language, 7 to 9 never (rule 1)."""
    for key in KEYS:
        text, source = phrase(key, tag, **_values(tag, TODAY)), locales.source()[key]
        offered = set(_OFFER.findall(text)) - set(
            _OFFER.findall("1 a\n2 b\n3 c") if "{options}" in source else ""
        )
        assert not offered & set("789"), key
        assert {d for d in "12" if d in offered} == {
            d for d in "12" if re.search(rf"^{d} ", source, re.M)
        } or (key == "stopped"), key
        template = locales.catalog(tag)
        assert template is not None
        zero = bool(_ZERO.search(template.phrases[key]))
        assert zero == bool(_ZERO.search(source)), key


@pytest.mark.parametrize("tag", WRITTEN)
def test_every_handover_names_911_and_stop_keeps_its_one_option(tag: str) -> None:
    said = dict(_said(tag))
    for key in ("handover", "handover_night", "media"):
        assert "911" in said[key], key
    assert re.findall(r"[0-9]", said["stopped"]) == ["1"]
    assert "START" in said["stopped"]


def test_the_home_word_for_stop_comes_first_where_families_know_it() -> None:
    for key in ("first_contact", "started", "help", "linked"):
        assert phrase(key, "so", **_values("so", TODAY)).endswith("JOOJI")
    for tag in set(WRITTEN) - {"so"}:
        assert "STOP" in phrase("first_contact", tag, **_values(tag, TODAY))


@pytest.mark.parametrize("tag", [tag for tag in WRITTEN if languages.direction(tag) == "rtl"])
def test_right_to_left_options_begin_their_line_and_phones_stand_alone(tag: str) -> None:
    """docs/dialogue.md, rule 21: after Arabic letters a hyphened number would be drawn in another order."""
    found = locales.catalog(tag)
    assert found is not None
    for key, text in found.phrases.items():
        for line in text.split("\n"):
            assert "{phone}" not in line or line == "{phone}", key
            assert not re.search(r"(?<![0-9])[0-8](?![0-9])", line) or re.match(r"[0-8] \S", line), key
        assert not re.search("[\u2066-\u2069\u200e\u200f]", text), key


@pytest.mark.parametrize("tag", WRITTEN)
def test_read_backs_quote_nobody_and_no_text_says_invalid(tag: str) -> None:
    for key, text in _said(tag):
        assert not set("«»“”„") & set(text), key
        assert not re.search("invalid|inválid", text, re.IGNORECASE), key


@pytest.mark.parametrize("tag", WRITTEN)
def test_first_contact_has_no_link_and_asks_no_money(tag: str) -> None:
    text = phrase("first_contact", tag, **_values(tag, TODAY))
    assert not re.search(r"https?:|www\.|\.org|\.com", text)
    assert "Lincoln School" in text[:25]


def test_a_sentence_with_a_hole_never_goes_out() -> None:
    with pytest.raises(KeyError, match=r"The phrase “closing” \(so\) needs a value for day"):
        phrase("closing", "so", reader="Ms Ruiz")


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(KeyError, match=r"bot\.pot has no phrase “greeting”"):
        phrase("greeting", "so")


def test_a_language_without_a_catalog_is_refused_not_replaced() -> None:
    with pytest.raises(
        LanguageError, match="Homeloop has no sentences of its own in Karen; use one of en, es"
    ):
        phrase("yes", "ksw")
    assert languages.review("ksw") is Review.NONE


def test_spaces_that_change_the_encoding_are_made_plain() -> None:
    assert phrase("when_today", "en", time="4\u202fPM") == "4 PM today"


def test_a_value_that_ends_the_sentence_brings_one_full_stop() -> None:
    when = phrase("when_day", "es", day="martes 17", time="las 4 p.m.")
    assert when == "las 4 p.m. del martes 17"
    assert phrase("will_call", "es", reader="Ms Ruiz", when="las 4 p.m.").endswith("antes de las 4 p.m.")


def test_what_a_school_lets_out_unreviewed() -> None:
    assert languages.speakable("en", {})
    assert not languages.speakable("so", {})
    assert not languages.speakable("so", {"so": False, "hmn": True})
    assert languages.speakable("so", {"so": True})
    assert not languages.speakable("ksw", {"ksw": True})


@pytest.mark.parametrize("tag", [each.tag for each in languages.all_languages()])
def test_a_label_is_short_and_an_emergency_can_carry_it(tag: str) -> None:
    label = languages.fallback_label(tag, "en")
    assert label == "(English) "
    assert len(label) <= 25
    assert not re.search(r"\d", label)
    offer = languages.fallback_label(tag, "en", offer_person=True)
    assert len(offer) <= 25
    assert measure(offer).encoding == "GSM-7"


def test_a_label_may_say_how_to_ask_for_ones_own_language() -> None:
    assert languages.fallback_label("sw", "en", offer_person=True) == "(English. Kiswahili: 0) "
    assert languages.fallback_label("my", "en", offer_person=True) == "(English) "
    assert languages.fallback_label("uk", "ru") == "(Русский) "
