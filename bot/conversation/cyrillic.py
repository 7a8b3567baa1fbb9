"""Russian and Ukrainian typed in Latin letters: "matematika i angliyskiy", "ne prisylayte bolshe".

As phones without the letters have it; what is read this way is never sure.
"""

from __future__ import annotations

import re
from typing import Final

#: the longest first, as they are typed in passports and on old phones
_RUSSIAN: Final = {
    "shch": "щ", "sch": "щ", "yo": "ё", "jo": "ё", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш",
    "yu": "ю", "ju": "ю", "ya": "я", "ja": "я", "ye": "е", "iya": "ия", "aya": "ая", "oya": "оя",
    "eya": "ея", "iye": "ие", "oye": "ое", "aye": "ае", "uyu": "ую", "iyu": "ию", "iy": "ий", "yy": "ый",
    "ay": "ай", "oy": "ой", "ey": "ей", "uy": "уй", "a": "а", "b": "б", "v": "в", "w": "в", "g": "г",
    "d": "д", "e": "е", "z": "з", "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о",
    "p": "п", "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф", "h": "х", "c": "ц", "y": "ы", "x": "х",
    "'": "ь", "’": "ь", "q": "к",
}  # fmt: skip
_UKRAINIAN: Final = _RUSSIAN | {
    "yi": "ий", "ji": "ї", "ye": "є", "je": "є", "iya": "ія", "iye": "іє", "iyu": "ію", "h": "г",
    "g": "г", "i": "і", "y": "и", "iy": "ій", "yy": "ий",
}  # fmt: skip
_TABLES: Final = {"ru": _RUSSIAN, "uk": _UKRAINIAN}
_LATIN: Final = re.compile(r"[A-Za-z]")
_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
#: letters of a word that is written as it sounds
_WORD: Final = re.compile(r"[A-Za-z'’]+")
_INFINITIVE: Final = re.compile(r"(?<=[аеиіыяу])т(?![\w'])")
#: fewer letters may be an abbreviation
_FEWEST: Final = 4


def spelled(text: str, tag: str) -> str:
    """Write such a text in Cyrillic; "" for any other text or language."""
    table = _TABLES.get(tag)
    if table is None or _CYRILLIC.search(text) or len(_LATIN.findall(text)) < _FEWEST:
        return ""
    return _WORD.sub(lambda found: _word(found[0].casefold(), table), text)


def softened(text: str) -> str:
    """Give infinitives the sign that few type: "убит" for "убить"."""
    return _INFINITIVE.sub("ть", text)


def _word(word: str, table: dict[str, str]) -> str:
    longest = max(map(len, table))
    written, at = "", 0
    while at < len(word):
        size = next((n for n in range(longest, 0, -1) if word[at : at + n] in table), 0)
        written += table[word[at : at + size]] if size else word[at]
        at += size or 1
    return written
