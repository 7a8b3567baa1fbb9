"""Part counting and normalising, by table and by property."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.segments import GSM, Parts, measure, normalise

GSM_TEXT = st.text(alphabet=sorted(GSM))
ANY_TEXT = st.text()
EXTENSION = set("^{}\\[~]|€\f")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Parts("GSM-7", 0, 0)),
        ("a" * 160, Parts("GSM-7", 1, 160)),
        ("a" * 161, Parts("GSM-7", 2, 161)),
        ("a" * 306, Parts("GSM-7", 2, 306)),
        ("a" * 307, Parts("GSM-7", 3, 307)),
        ("€" * 80, Parts("GSM-7", 1, 160)),
        ("€" * 81, Parts("GSM-7", 2, 162)),
        # 152 septets, then one of two that does not fit in the 153rd: dividing 306 by 153 says 2.
        ("a" * 152 + "€" + "a" * 152, Parts("GSM-7", 3, 306)),
        ("س" * 70, Parts("UCS-2", 1, 70, ("س",))),
        ("س" * 71, Parts("UCS-2", 2, 71, ("س",))),
        ("س" * 134, Parts("UCS-2", 2, 134, ("س",))),
        # 66 units, then a surrogate pair that does not fit in the 67th: dividing 134 by 67 says 2.
        ("س" * 66 + "😀" + "س" * 66, Parts("UCS-2", 3, 134, ("س", "😀"))),
        ("😀" * 35, Parts("UCS-2", 1, 70, ("😀",))),
        ("caf\x1b", Parts("UCS-2", 1, 4, ("\x1b",))),
    ],
)
def test_a_text_is_counted_as_the_provider_packs_it(text: str, expected: Parts) -> None:
    assert measure(text) == expected


@pytest.mark.parametrize(
    ("text", "encoding", "length"),
    [
        # Sentences of docs/dialogue.md with the counts it states.
        ("Gracias. La Sra. Ruiz lo va a leer. El viernes 31 le decimos lo que se decida.", "GSM-7", 78),
        (
            "Waan ka xunnahay, lambarkan dib ugu soo diri mayno. / Sorry. We will not text this phone again.",
            "GSM-7",
            95,
        ),
        ("مدرسة لينكولن مغلقة اليوم الثلاثاء 14 بسبب الثلج. لا توجد حافلات.", "UCS-2", 65),
        (
            "Entendimos: trabaja de noche y NO puede los sábados. ¿Es correcto?\n1 correcto\n2 corregir",
            "UCS-2",
            88,
        ),
    ],
)
def test_counts_agree_with_the_dialogue_document(text: str, encoding: str, length: int) -> None:
    parts = measure(text)
    assert (parts.encoding, parts.units) == (encoding, length)


def test_culprits_name_each_character_once_in_order() -> None:
    assert measure("sábado, mañana, café, sábado: reunión").culprits == ("á", "ó")


@given(GSM_TEXT)
def test_gsm_units_are_one_a_character_and_two_for_extensions(text: str) -> None:
    parts = measure(text)
    assert parts.encoding == "GSM-7"
    assert parts.units == len(text) + sum(character in EXTENSION for character in text)


@given(st.text(alphabet="aé€{س😀ệ"))
def test_no_part_is_over_full_and_none_could_be_saved(text: str) -> None:
    parts = measure(text)
    alone, each = (160, 153) if parts.encoding == "GSM-7" else (70, 67)
    if parts.units <= alone:
        assert parts.count == (1 if text else 0)
    else:
        assert parts.count * each >= parts.units
        # Every part but the last lacks at most the one unit that a character of two could not use.
        assert (parts.count - 1) * (each - 1) < parts.units


@given(ANY_TEXT)
def test_units_of_a_ucs2_text_are_its_utf16_code_units(text: str) -> None:
    parts = measure(text)
    if parts.encoding == "UCS-2":
        assert parts.units == len(text.encode("utf-16-be", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("“Don’t”", '"Don\'t"'),
        ("7:00\u202fPM – 8:00\u00a0PM", "7:00 PM - 8:00 PM"),
        ("wait… what", "wait... what"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("tab\there", "tab here"),
        ("\u2066715-555-0100\u2069", "715-555-0100"),
        ("a\x00b\x1bc\x7f", "abc"),
    ],
)
def test_typography_becomes_plain(given_text: str, expected: str) -> None:
    assert normalise(given_text) == expected
    assert measure(expected).encoding == "GSM-7"


@pytest.mark.parametrize(
    "text",
    [
        "¿Quién recogerá a José a las 3?",
        "Trường học đóng cửa",
        "می\u200cخواهم",  # Persian: ZWNJ keeps two parts of one word apart
        "ක්\u200dරියාව",  # Sinhala: ZWJ makes a conjunct
        "ကျောင်း ပိတ်သည်",
        "Français, Ελληνικά, Qué, ção",
    ],
)
def test_letters_accents_and_joiners_stay(text: str) -> None:
    assert normalise(text) == text


def test_a_decomposed_accent_is_composed_and_so_may_fit_gsm() -> None:
    assert measure(normalise("man\u0303ana")) == Parts("GSM-7", 1, 6)


@given(ANY_TEXT)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(ANY_TEXT)
def test_no_letter_or_mark_is_lost(text: str) -> None:
    def letters(value: str) -> list[str]:
        composed = unicodedata.normalize("NFC", value)
        return [
            character for character in composed if unicodedata.category(character) in {"Lu", "Ll", "Lo", "Mc"}
        ]

    assert letters(normalise(text)) == letters(text)
