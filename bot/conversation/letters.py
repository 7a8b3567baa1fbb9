"""Levels what people type: width, case, marks, digits of any script, letters drawn out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

_APOSTROPHES = str.maketrans("", "", "'’‘ʼʻ`´\u0640\ufe0e\ufe0f\u20e3\u200d\u200c")
_ASCII_WORDS = re.compile("[a-z0-9]+")
_ARABIC_MARKS = re.compile("[\u064b-\u0655\u0670]")
_THUMBS = dict.fromkeys("\U0001f44d\u2705\u2714\u2611\U0001f44c\U0001f197\U0001f64b\U0001f646", "yes") | (
    dict.fromkeys("\U0001f44e\u274c\u2716\U0001f6ab\u26d4\U0001f645", "no")
)
#: letters that people of one script write for one another
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"), **dict.fromkeys("ىیې", "ي"), **dict.fromkeys("ةہھەۀ", "ه"),
        "ک": "ك", "ګ": "گ", "ؤ": "و", "ئ": "ي", "ۍ": "ي", "ړ": "ر", "ё": "е", "ґ": "г", "đ": "d", "ł": "l",
        "\u093c": "", "ँ": "ं",
    }
)  # fmt: skip
#: Ethiopic rows that sound alike today, by the row's first letter: ሐ and ኀ as ሀ, ሠ as ሰ, ዐ as አ, ፀ as ጸ
_ROWS = {0x1210: 0x1200, 0x1280: 0x1200, 0x1220: 0x1230, 0x12D0: 0x12A0, 0x1340: 0x1338}
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
#: the same of letters and Devanagari vowel signs, never of figures
_HELD_DOWN = re.compile(r"([^\W\d_]|[\u093e-\u094c])\1{2,}")
_DOUBLED_END = re.compile(r"(\w)\1+\b")


class _ByLetter(dict[int, str]):
    """A table for `str.translate`, made letter by letter as they come up."""

    def __init__(self, of: Callable[[str], str]) -> None:
        super().__init__()
        self._of = of

    def __missing__(self, code: int) -> str:
        self[code] = self._of(chr(code))
        return self[code]


def plain(text: str) -> str:
    """Reduce a text to its words: NFKC, case folded, digits of any script as 0-9, no marks or emoji."""
    if text.isascii():
        return " ".join(_ASCII_WORDS.findall(text.translate(_APOSTROPHES).lower()))
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    return " ".join(text.translate(_KEPT).split())


def _kept(letter: str) -> str:
    if _ARABIC_MARKS.match(letter):
        return ""
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    return letter if unicodedata.category(letter)[0] in "LMN" else " "


def unmarked(text: str) -> str:
    """Leave the accents of Latin letters off a plain text, and write alike what other scripts do not part.

    Their vowel signs and tone marks stay.
    """
    return text if text.isascii() else text.translate(_UNMARKED)


def _bare(letter: str) -> str:
    alike = letter.translate(_ALIKE)
    base = unicodedata.normalize("NFD", alike)[:1]
    return base if base.isascii() else _ethiopic(alike)


def _ethiopic(letter: str) -> str:
    row = _ROWS.get(ord(letter) & ~7)
    return chr(row + (ord(letter) & 7)) if row is not None else letter


_KEPT: Final = _ByLetter(_kept)
_UNMARKED: Final = _ByLetter(_bare)


def undrawn(text: str) -> tuple[str, ...]:
    """Return a text with one letter for each that is held down, and with two: "stopppp", "وقفووووها"."""
    each = (_HELD_DOWN.sub(r"\1", text), _HELD_DOWN.sub(r"\1\1", text))
    return each if each[0] != text else ()


def shortened(text: str) -> tuple[str, ...]:
    """Return a plain text without letters drawn out: "siii" as "sii" and "si"; nothing if none is."""
    once, twice = _DRAWN_OUT.sub(r"\1", text), _DRAWN_OUT.sub(r"\1\1", text)
    ended = _DOUBLED_END.sub(r"\1", once)
    return tuple(dict.fromkeys(each for each in (twice, once, ended) if each != text))


def thumb(text: str) -> str | None:
    """Return "yes" or "no" for the thumbs, ticks or crosses of a text, if they all say the same."""
    signs = {_THUMBS[letter] for letter in text if letter in _THUMBS}
    return signs.pop() if len(signs) == 1 else None
