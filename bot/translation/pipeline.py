"""What an engine makes of a family's own words, and whether that may be read back to the family. Pure.

Theory. An engine turns the words into English (the pivot). The pivot is put into the second person here,
where it is one rule and not one for each language, and is turned into the family's language again, by
another engine where one is set up. Whether the meaning survived is for the family to judge, not for a
machine; but what a machine most often loses is looked for first: numbers, days, names, and the words on
which a sentence turns (locales/decisive.toml). Each must be in the words, in the pivot and in the sentence
that is read back. What cannot be checked counts as lost, and what is lost makes a person write the
read-back (docs/dialogue.md, rules 6 to 9).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot import languages
from bot.channels import segments
from bot.conversation import intent, tongue
from bot.languages import Tier
from bot.settings import Translation
from bot.translation import facts

PIVOT: Final = "en"  #: the language that understandings go through
MOST: Final = 600  #: characters of words that an engine is asked about; more is for a person
PARTS: Final = 2  #: that a read-back may have, its question included (rule 6)

_SURE: Final = 0.9  #: from where on a guess at a language counts
_LONG: Final = 40  #: letters from where on it is believed


class Loss(StrEnum):
    """Why an engine's understanding is not read back; a person writes it. Never holds a word of it."""

    DANGER = "danger"  #: the pivot touches the danger list, which the words did not
    DELICATE = "delicate"  #: it touches what is never read back (rule 8, ii)
    QUESTION = "question"  #: they ask something: a person answers (rule 8, iii)
    PERSONS = "persons"  #: they speak of “you”, which the second person would take for themselves
    NUMBERS = facts.Fact.NUMBERS.value
    DAYS = facts.Fact.DAYS.value  #: of the week, or months
    NAMES = facts.Fact.NAMES.value  #: of people and places
    TURNS = facts.Fact.TURNS.value
    SCRIPT = "script"  #: the sentence is not in the script of their language
    LANGUAGE = "language"  #: it is in another language
    SAME = "same"  #: nothing was translated
    LENGTH = "length"
    ENGINE = "engine"  #: no engine gave an answer
    FORBIDDEN = "forbidden"  #: no engine may see these words any more: the settings or their language changed


@dataclass(frozen=True, slots=True)
class Understood:
    """An understanding that may be read back."""

    home: str  #: in the family's language, second person, decisive words in capitals
    staff: str  #: in the staff's


def may_read_back(translation: Translation, tag: str) -> bool:
    """Say whether an engine may see a family's words and write the read-back in this language (rule 9)."""
    known = languages.language(tag)
    return (
        translation.reads_families
        and tag != PIVOT
        and known.tier is Tier.MACHINE
        and facts.are_listed(tag)
        and known.code(translation.engine) is not None
    )


def keeps_to_the_house(words: str, tags: Iterable[str]) -> Loss | None:
    """Say why these words must not leave the house, if so; `tags`: every language they may be in."""
    for tag in (*tags, PIVOT):
        lexicon = intent.lexicon(tag)
        if intent.is_danger(words, lexicon):
            return Loss.DANGER
        if intent.is_delicate(words, lexicon):
            return Loss.DELICATE
    if intent.has_question_mark(words):
        return Loss.QUESTION
    return Loss.LENGTH if len(words) > MOST else None


def correction(words: str, tag: str) -> str:
    """Return a correction without the “no” that it begins with: that judges our sentence (rule 7)."""
    first, _, rest = words.partition(",")
    return rest.strip() if rest.strip() and facts.refuses(first, tag) else words


def lost_to_english(words: str, tag: str, pivot: str) -> Loss | None:
    """Say what got lost on the way into English; the first thing that is found."""
    english = intent.lexicon(PIVOT)
    if intent.is_danger(pivot, english):
        return Loss.DANGER
    if intent.is_delicate(pivot, english):
        return Loss.DELICATE
    if intent.has_question_mark(pivot):
        return Loss.QUESTION
    if _levelled(pivot) == _levelled(words):
        return Loss.SAME
    if _in_another_language(pivot, PIVOT):
        return Loss.LANGUAGE
    return _fact(words, tag, pivot, PIVOT)


def lost_coming_back(words: str, tag: str, pivot: str, home: str) -> Loss | None:
    """Say what got lost on the way back into the family's language."""
    if _levelled(home) == _levelled(pivot):
        return Loss.SAME
    if not _in_script(home, languages.language(tag).script):
        return Loss.SCRIPT
    if _in_another_language(home, tag):
        return Loss.LANGUAGE
    if intent.has_question_mark(home) or "\n" in home:
        return Loss.QUESTION
    return _fact(pivot, PIVOT, home, tag) or _fact(words, tag, home, tag)


def _fact(one: str, tag: str, other: str, into: str) -> Loss | None:
    found = facts.lost(one, tag, other, into)
    return Loss(found) if found else None


def fits(phrase: str) -> bool:
    """Say whether a read-back as it is said has no more parts than a family should read."""
    return segments.measure(segments.normalise(phrase)).count <= PARTS


_PLURALS: Final = {"am": "are", "was": "were"}
_SECOND: Final[Mapping[str, str]] = {
    "i": "you", "me": "you", "we": "you", "us": "you",
    "my": "your", "our": "your", "mine": "yours", "ours": "yours",
    "myself": "yourself", "ourselves": "yourselves",
    "i'm": "you are", "we're": "you are", "i've": "you have", "we've": "you have",
    "i'd": "you would", "we'd": "you would", "i'll": "you will", "we'll": "you will",
}  # fmt: skip
_ENGLISH_WORD: Final = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_THEM: Final = re.compile(r"\b(?:i|me|my|we|us|our|i'm|we're)\b", re.IGNORECASE)
_YOU: Final = re.compile(r"\b(?:you|your|yours|yourself|u|ur)\b", re.IGNORECASE)
_THANKS: Final = re.compile(
    r"\b(?:thank you(?: (?:very|so) much)?|thanks(?: a lot)?|please)\b[,.!]?\s*", re.IGNORECASE
)


def second_person(pivot: str) -> str | None:
    """Put an English sentence of theirs into the second person: “you work nights”; None if it says “you”.

    Courtesies are left out, since nobody has to confirm them; so is the full stop at the end.
    """
    text = _THANKS.sub("", pivot.replace("’", "'")).strip(" .!,;")
    if not text or _YOU.search(text):
        return None
    words: list[str] = []
    end = 0
    before = ""
    for found in _ENGLISH_WORD.finditer(text):
        word = found[0]
        words += [text[end : found.start()], _turned(word, before)]
        end, before = found.end(), word.lower()
    turned = "".join([*words, text[end:]])
    return turned[:1].lower() + turned[1:] if _THEM.match(text) else turned


def _turned(word: str, before: str) -> str:
    if before in {"i", "we"} and word.lower() in _PLURALS:
        return _PLURALS[word.lower()]
    return _SECOND.get(word.lower(), word)


def told(home: str, tag: str) -> str:
    """Return a sentence as it is read back: without its last full stop, decisive words in capitals."""
    text = home.strip().rstrip(" .!。।！").strip('“”"«»„')
    return facts.emphasised(text, tag)


_SCRIPTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Latn": ("LATIN",),
    "Deva": ("DEVANAGARI",),
    "Cyrl": ("CYRILLIC",),
    "Arab": ("ARABIC",),
    "Hans": ("CJK",),
    "Hant": ("CJK",),
}


def _in_script(text: str, script: str) -> bool:
    """Say whether most letters of a text are of its language's script."""
    letters = [letter for letter in text if letter.isalpha()]
    wanted = _SCRIPTS.get(script, ())
    fitting = sum(unicodedata.name(letter, "").startswith(wanted) for letter in letters)
    return bool(letters) and fitting >= 0.7 * len(letters)


def _in_another_language(text: str, tag: str) -> bool:
    """Say whether a text of some length is surely not in the language it should be in."""
    guess = tongue.guess(text)
    if guess is None or sum(letter.isalpha() for letter in text) < _LONG or guess.confidence < _SURE:
        return False
    return guess.tag.partition("-")[0] != tag.partition("-")[0]


def _levelled(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
