"""What must be the same on both sides of a translation: numbers, days, names, and words that decide. Pure.

The deciding words are those of locales/decisive.toml. What families type is compared without its accents,
except where accents tell words apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Final

import locales
from bot import languages
from bot.conversation.intent import plain, unmarked

_KINDS: Final = ("not", "only", "except", "before", "after")
_SHORT: Final = 5  #: letters of a day's name, below which it may begin another word
_ENGLISH_CAPITALS: Final = frozenset({"i", "im", "ive", "ill", "id", "ok"})


class Fact(StrEnum):
    """What a translation may lose."""

    NUMBERS = "numbers"
    DAYS = "days"  #: of the week, or months
    NAMES = "names"  #: of people and places
    TURNS = "not, only, except, before or after"


def are_listed(tag: str) -> bool:
    """Say whether anybody has listed the deciding words of a language."""
    return tag in locales.decisive()


def lost(one: str, tag: str, other: str, into: str) -> Fact | None:
    """Return the first thing that is in only one of two texts, one in `tag`, the other in `into`."""
    if _days(one, tag) != _days(other, into):
        return Fact.DAYS
    if _numbers(one, tag) != _numbers(other, into):
        return Fact.NUMBERS
    if _turns(one, tag) != _turns(other, into):
        return Fact.TURNS
    return Fact.NAMES if _names_lost(one, tag, other) else None


def names_a_day(text: str, tag: str) -> bool:
    """Say whether a text names a weekday or month in a form that is long enough to tell."""
    return bool(_days(text, tag))


def _numbers(text: str, tag: str) -> frozenset[int]:
    """Return the numbers from 2 on that a text holds beside its days; “one” is an article too often."""
    _, said = _parted(text, tag)
    known = _number_words(tag)
    found = {int(digits) for digits in re.findall(r"[0-9]+", said)}
    found |= {known[word] for word in said.split() if word in known}
    return frozenset(number for number in found if number > 1)


@cache
def _number_words(tag: str) -> Mapping[str, int]:
    """Return number words that are no deciding words as well, such as what is typed for sau and sáu."""
    deciding = {_level(word, tag) for word in _decisive(tag)}
    levelled = {_level(word, tag): number for word, number in languages.number_words(tag).items()}
    return {word: number for word, number in levelled.items() if word not in deciding}


def _days(text: str, tag: str) -> frozenset[tuple[str, int]]:
    """Return the weekdays and months that a text names."""
    return _parted(text, tag)[0]


def _parted(text: str, tag: str) -> tuple[frozenset[tuple[str, int]], str]:
    """Return the weekdays and months that a text names, and what is left of it without them."""
    said, found = f" {_words(text, tag)} ", set()
    edges = ("",) if _inside(tag) else (" ", " ال")
    for kind, stem, number in _day_stems(tag):
        for edge in edges:
            if f"{edge}{stem}" in said:
                said = said.replace(f"{edge}{stem}", f"{edge} ")
                found.add((kind, number))
    return frozenset(found), said


@cache
def _day_stems(tag: str) -> tuple[tuple[str, str, int], ...]:
    """Return what weekdays and months begin with, whatever their ending, the longest first.

    Short forms are left out: they begin other words as well. March and May are English words besides.
    """
    kinds = {"weekday": languages.day_words(tag), "month": languages.month_words(tag)}
    found = {
        (kind, stem, number)
        for kind, words in kinds.items()
        for word, number in words.items()
        if not (kind == "month" and number in {3, 5})
        if (stem := _stem(_level(word, tag), tag))
    }
    return tuple(sorted(found, key=lambda one: -len(one[1])))


def _stem(word: str, tag: str) -> str:
    if _inside(tag):
        return word
    if len(word) < _SHORT:
        return ""
    return word[:-1] if languages.language(tag).script == "Cyrl" else word


def _turns(text: str, tag: str) -> tuple[int, frozenset[str]]:
    """Return how often a text says no, and on which other words it turns."""
    said = f" {_words(text, tag)} "
    edge = "" if _inside(tag) else " "
    for silent in _listed(tag, "silent"):
        said = said.replace(f"{edge}{_level(silent, tag)}{edge}", " ")
    found = [_kind_of(word, tag) for word in _plain_decisive(tag).findall(said)]
    return found.count("not"), frozenset(found) - {"not"}


def _kind_of(word: str, tag: str) -> str:
    return next(kind for kind in _KINDS if word in {_level(one, tag) for one in _listed(tag, kind)})


@cache
def _listed(tag: str, kind: str) -> tuple[str, ...]:
    words = str(locales.decisive().get(tag, {}).get(kind, "")).split(",")
    return tuple(plain(word) for word in words if plain(word))


def _decisive(tag: str) -> set[str]:
    return {word for kind in _KINDS for word in _listed(tag, kind)}


@cache
def _plain_decisive(tag: str) -> re.Pattern[str]:
    """Find every decisive word in a levelled text."""
    either = _either({_level(word, tag) for word in _decisive(tag)})
    return re.compile(either if _inside(tag) else rf"(?<!\w)(?:{either})(?!\w)")


def emphasised(text: str, tag: str) -> str:
    """Put the deciding words of a text in capitals, where its script has them (rule 6)."""
    if not _has_capitals(tag):
        return text
    return _written_decisive(tag).sub(lambda found: found[0].upper(), text)


def refuses(words: str, tag: str) -> bool:
    """Say whether these words are “no” and nothing else."""
    refusals = {_level(word, tag) for word in languages.words("no", tag)}
    return " " not in words.strip() and _level(words, tag) in refusals


@cache
def _written_decisive(tag: str) -> re.Pattern[str]:
    """Find every decisive word as it is written, with its accents or without."""
    words = _decisive(tag) | {_level(word, tag) for word in _decisive(tag)}
    return re.compile(rf"(?<!\w)(?:{_either(words)})(?!\w)", re.IGNORECASE)


def _either(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _inside(tag: str) -> bool:
    """Say whether the script writes no spaces, so that words are looked for within others."""
    return bool(locales.decisive().get(tag, {}).get("inside", False))


def _level(word: str, tag: str) -> str:
    """Reduce a word to what families type of it: without accents, where those do not tell words apart."""
    return plain(word) if languages.language(tag).marks_matter else unmarked(plain(word))


def _words(text: str, tag: str) -> str:
    return _level(text.replace("'", "").replace("’", ""), tag)


_CAPITAL: Final = re.compile(r"[\w,)][ \t]+([^\W\d_a-z][\w’'-]+)")


def _names_lost(one: str, tag: str, other: str) -> bool:
    """Say whether a name is gone: a capital inside a sentence that is no day, month or language.

    A name is written anew in another script, so there it cannot be compared and counts as lost.
    """
    if not _has_capitals(tag):
        return False
    there = {*unmarked(plain(other)).split(), *(unmarked(plain(name)) for name in _CAPITAL.findall(other))}
    found = (unmarked(plain(name)) for name in _CAPITAL.findall(one) if not name.islower())
    return any(name not in there for name in found if not _is_no_name(name, tag))


@cache
def _is_no_name(word: str, tag: str) -> bool:
    listed = (*languages.language_names(tag), *languages.day_words(tag), *languages.month_words(tag))
    known = {unmarked(plain(name)) for name in (*listed, *_decisive(tag))} | _ENGLISH_CAPITALS
    return word in known or word.removesuffix("s") in known


def _has_capitals(tag: str) -> bool:
    return languages.language(tag).script in {"Latn", "Cyrl"}
