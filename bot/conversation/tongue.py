"""Which language a text is written in: our own word lists first, then letters, then CLD2.

A guess is only ever offered to a family or shown to staff; it changes nothing by itself (rule 18). Dari
and Persian, and the two Chinese scripts of one word, cannot be told apart by a short text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pycld2

from bot import languages
from bot.conversation.intent import plain, unmarked

#: letters that only one language of the registry writes (Unicode: Myanmar block, S'gaw Karen)
_OWN_LETTERS = {"ksw": "\u1061\u1062\u1063\u1064"}
_CODES = {"zh": "zh-Hans", "fil": "tl", "mww": "hmn", "iw": "he"}
#: CLD2 takes a few Cyrillic words for a neighbour's; of those only these two are spoken here
_CYRILLIC = {"sr", "mk", "bg", "be", "ru"}
_KINDS = (
    *("yes", "no", "stop", "start", "help", "person"),
    *("unclear", "wrong_number", "who", "thanks", "greetings"),
)

#: shorter texts than this say little about their language
_FEW_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Guess:
    """A language of the registry, and how likely it is, from 0 to 1."""

    tag: str
    confidence: float


def guess(text: str) -> Guess | None:
    """Return the language a text seems to be in; None where nothing is likely, or it is none of ours."""
    said = plain(text)
    if not any(letter.isalpha() for letter in said):
        return None
    for tag, letters in _OWN_LETTERS.items():
        if any(letter in text for letter in letters):
            return Guess(tag, 0.95)
    listed = _listed().get(unmarked(said), frozenset())
    if len(listed) == 1:
        return Guess(next(iter(listed)), 0.9)
    return _by_statistics(text, said, listed)


def _by_statistics(text: str, said: str, listed: frozenset[str]) -> Guess | None:
    readable = "".join(letter for letter in text if letter.isprintable() or letter.isspace())
    try:
        sure, _, found = pycld2.detect(readable, isPlainText=True, bestEffort=True)
    except pycld2.error:
        return None
    _, code, share, _ = found[0]
    tag = "ru" if code in _CYRILLIC else _CODES.get(code, code)
    known = any(one.tag == tag for one in languages.all_languages())
    if not known or (listed and tag not in listed) or not said:
        return None
    likely = share / 100 * (1.0 if sure else 0.5) * (1.0 if len(said) >= _FEW_LETTERS else 0.7)
    return Guess(tag, round(likely, 2))


@cache
def _listed() -> dict[str, frozenset[str]]:
    """Map each word that families write to the languages that list it."""
    found: dict[str, set[str]] = {}
    for word, tag in _words():
        found.setdefault(unmarked(plain(word)), set()).add(tag)
    return {word: frozenset(tags) for word, tags in found.items() if word}


def _words() -> Iterator[tuple[str, str]]:
    for one in languages.all_languages():
        for kind in _KINDS:
            for word in languages.words(kind, one.tag):
                yield word, one.tag
