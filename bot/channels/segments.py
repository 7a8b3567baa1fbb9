"""How many parts an SMS is billed and paced as, and which characters make it dear.

Pure. The packing is smsutil's: it never cuts a two-septet character or a surrogate pair in two, which
plain division by 153 or 67 gets wrong. Two inputs are decided here, because smsutil miscounts them:
the empty text, and ESC, which its alphabet holds though it only introduces the extension table.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

import smsutil
from smsutil.codecs import GSM_CHARSET

Encoding = Literal["GSM-7", "UCS-2"]

#: GSM 03.38 basic and extension tables; one character outside them makes the whole text UCS-2
GSM = frozenset(GSM_CHARSET) - {"\x1b"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a text costs on the wire."""

    encoding: Encoding
    count: int  #: parts it travels in; 0 for the empty text
    units: int  #: septets for GSM-7 (extension characters are two), UTF-16 code units for UCS-2
    culprits: tuple[str, ...] = ()  #: characters outside GSM-7, each once, in order of appearance


def measure(text: str) -> Parts:
    """Count `text` exactly as given; call `normalise` before, as the sender does."""
    if not text:
        return Parts("GSM-7", 0, 0)
    culprits = tuple(dict.fromkeys(character for character in text if character not in GSM))
    if culprits:
        split = smsutil.unicode_split(text)
        return Parts("UCS-2", len(split.parts), split.total_bytes // 2, culprits)
    split = smsutil.gsm_split(text)
    return Parts("GSM-7", len(split.parts), split.total_bytes)


_LOOKALIKES = {
    "'": "‘’‚‛′ʹʻʼʽ＇",  # ʻ and ʼ are letters in some languages; handsets draw them alike
    '"': "“”„‟″«»＂",
    "-": "‐‑‒–—―−⁃",
    "...": "…",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\v\f\u0085\u2028\u2029",
    "*": "•‧∙",
    # zero-width space, word joiner, byte-order mark, soft hyphen
    "": "\u200b\u2060\ufeff\u00ad"
    # isolates belong in Telegram and print, not in SMS (docs/dialogue.md, rule 21)
    "\u2066\u2067\u2068\u2069",
}
_CONTROLS = dict.fromkeys((*range(0x20), 0x7F), "")
_LOOKALIKE = {ord(odd): plain for plain, odds in _LOOKALIKES.items() for odd in odds}
_TABLE = _CONTROLS | {ord("\n"): "\n"} | _LOOKALIKE


def normalise(text: str) -> str:
    """Replace typographic characters by GSM-7 ones that read the same, and compose accents (NFC).

    Letters keep their accents, which carry meaning, and ZWJ and ZWNJ stay, which Persian, Urdu,
    Burmese and Indic scripts need. Every line end becomes one line feed; other control characters go.
    Applying it twice changes nothing more.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    # Taking out what stood between a letter and its accent lets the two meet.
    return unicodedata.normalize("NFC", lines.translate(_TABLE))
