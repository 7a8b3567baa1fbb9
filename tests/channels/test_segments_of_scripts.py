"""Texts of every script that families write in, at each length where a part begins: a table of expectations.

What is expected is arithmetic of the standard (3GPP TS 23.038 and 23.040), not of the library that packs: 160
septets alone and 153 in each of several parts, 70 and 67 UTF-16 units, and nothing of two units cut in two.
"""

from __future__ import annotations

import json

import pytest

from bot.channels.segments import measure
from bot.cli.explain import answer

#: words of each script, written in characters of one UTF-16 unit
ONE_UNIT = {
    "Arabic": "المدرسة مغلقة غدا ",
    "Armenian": "դպրոցը փակ է ",
    "Bengali": "স্কুল আজ বন্ধ ",
    "Burmese": "ကျောင်းပိတ်သည် ",
    "Cherokee": "ᏗᏕᎶᏆᏍᏗ ",
    "Cyrillic": "школа закрыта ",
    "Devanagari": "विद्यालय बन्द है ",
    "Ethiopic": "ትምህርት ቤት ዝግ ነው ",
    "Georgian": "სკოლა დაკეტილია ",
    "Greek": "το σχολείο είναι κλειστό ",
    "Gujarati": "શાળા બંધ છે ",
    "Gurmukhi": "ਸਕੂਲ ਬੰਦ ਹੈ ",
    "Han, simplified": "学校今天停课，",
    "Han, traditional": "學校今天停課，",
    "Hangul": "학교 문을 닫습니다 ",
    "Hebrew": "בית הספר סגור ",
    "Hiragana": "がっこうはやすみです",
    "Katakana": "スクールバス",
    "Khmer": "សាលាបិទ ",
    "Lao": "ໂຮງຮຽນປິດ ",
    "Latin with marks": "đóng cửa trường học ",
    "N'Ko": "ߞߊ߬ߙߊ߲߬ߕߊ ",
    "Sinhala": "පාසල වසා ඇත ",
    "Syriac": "ܡܕܪܫܬܐ ",
    "Tamil": "பள்ளி மூடல் ",
    "Telugu": "పాఠశాల మూసివేత ",
    "Thaana": "ސްކޫލް ",
    "Thai": "โรงเรียนปิด ",
    "Tibetan": "སློབ་གྲྭ་",
    "Tifinagh": "ⵜⵉⵏⵎⵍ ",
}
#: characters of two UTF-16 units each
TWO_UNITS = {"Adlam": "𞤁𞤵𞤣𞤢𞤤", "Hanifi Rohingya": "𐴀𐴃𐴇𐴊", "emoji": "🏫🚌🙂👍"}
GSM = {
    "Latin": "Tsev kawm ntawv kaw hnub no. ",
    "Latin, western": "¿Mañana no hay clases? Olé, señor Müller. ",
}

#: units -> parts
UCS2_PARTS = {1: 1, 69: 1, 70: 1, 71: 2, 134: 2, 135: 3, 201: 3, 202: 4}
GSM_PARTS = {1: 1, 159: 1, 160: 1, 161: 2, 306: 2, 307: 3, 459: 3, 460: 4}
#: a part of several holds 33 characters of two units, and one unit stays empty
PAIRS_PARTS = {1: 1, 34: 1, 35: 1, 36: 2, 66: 2, 67: 3, 99: 3, 100: 4}


def cut(words: str, length: int) -> str:
    return (words * (length // len(words) + 1))[:length]


TABLE = [
    *((f"{script} {n}", cut(words, n), "UCS-2", n, parts)
      for script, words in ONE_UNIT.items() for n, parts in UCS2_PARTS.items()),
    *((f"{script} {n}", cut(words, n), "UCS-2", 2 * n, parts)
      for script, words in TWO_UNITS.items() for n, parts in PAIRS_PARTS.items()),
    *((f"{script} {n}", cut(words, n), "GSM-7", n, parts)
      for script, words in GSM.items() for n, parts in GSM_PARTS.items()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_text_of_this_script_and_length(text: str, encoding: str, units: int, parts: int) -> None:
    found = measure(text)
    assert (found.encoding, found.units, found.count) == (encoding, units, parts)
    said = answer(json.dumps({"ask": "segments", "text": text}))
    assert (said["encoding"], said["units"], said["segments"]) == (encoding, units, parts)
    assert bool(said["culprits"]) == (encoding == "UCS-2")


def test_the_table_is_as_large_as_was_asked_for() -> None:
    assert len(TABLE) >= 200
    assert len(ONE_UNIT) + len(TWO_UNITS) + len(GSM) >= 20
