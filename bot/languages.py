"""Facts per language, and Homeloop's own sentences and notices in it.

Everything comes from `locales/`; nothing here guesses. What a native reader has not yet confirmed says
so (`review`, `word_review`, `notice_review`), and `speakable` is where a school's decision about it counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Any

from babel import Locale

import locales
from bot.errors import LanguageError

SOURCE = "en"  #: the language that bot.pot and the notices are written in first
NEAR = 6  #: days up to which weekday and day number are enough (docs/dialogue.md, rule 20)
LABEL = 25  #: characters a label may have (docs/dialogue.md, rule 23)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_TABLES = frozenset({"words", "names", "clock", "dates", "times"})  #: of a language; the rest are its facts
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})  # either turns a GSM-7 text into UCS-2


class Tier(StrEnum):
    """What a machine may do in a language (docs/dialogue.md, rules 8 and 9)."""

    MACHINE = "machine"  #: engines may draft and read back
    MACHINE_WITH_REVIEW = "machine-with-review"  #: engines may draft; a liaison writes read-backs
    HUMAN_ONLY = "human-only"  #: no engine at all


class Review(StrEnum):
    """Who has read a text or list."""

    SOURCE = "source"  #: written in English by us
    REVIEWED = "reviewed"  #: confirmed by a native reader
    UNREVIEWED = "unreviewed"  #: a draft
    NONE = "none"  #: there is no text


class Purpose(StrEnum):
    """The class of consent a notice belongs to."""

    EMERGENCY = "emergency"  #: goes out at once; carries no answer digits and no question
    SCHOOL = "school"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the registry; see the head of locales/languages.toml for each field."""

    tag: str
    english: str
    spanish: str
    autonym: str
    script: str
    tier: Tier
    autonym_sure: bool = True
    aliases: tuple[str, ...] = ()
    direction: str = "ltr"  #: "ltr" | "rtl"
    digits: str = ""  #: ten local digits from 0, or nothing
    gsm7: bool = False
    marks_matter: bool = False
    verb_answer: bool = False
    local_clock: bool = False  #: its own clock counts from dawn, six hours off (rule 20)
    may_offer: tuple[str, ...] = ()
    babel: str | None = None
    engines: Mapping[str, str] | None = None

    def code(self, engine: str) -> str | None:
        """Return the code `engine` uses for this language, None if it is not to be used for it."""
        return (self.engines or {}).get(engine)


@dataclass(frozen=True, slots=True)
class Notice:
    """A text that schools send often, ready in several languages."""

    name: str
    purpose: Purpose
    about: str  #: one line for the coordinator who chooses
    placeholders: frozenset[str]
    languages: tuple[str, ...]


def language(tag: str) -> Language:
    """Return the language with this tag. Raises `LanguageError`."""
    try:
        return _all()[tag]
    except KeyError:
        raise LanguageError(
            f"“{tag}” is no language tag of ours; the tags are {', '.join(_all())}."
        ) from None


@cache
def all_languages() -> tuple[Language, ...]:
    """Return every language of the registry, in its order."""
    return tuple(_all().values())


def catalog_languages() -> tuple[str, ...]:
    """Return the tags of the languages that Homeloop's own sentences exist in."""
    return tuple(tag for tag in _all() if locales.catalog(tag) is not None)


def by_name(text: str) -> Language:
    """Find a language by tag, code, or name in English, Spanish, itself or a catalog language.

    Case, accents, spaces and punctuation do not count. Raises `LanguageError` naming close matches.
    """
    found = find(text)
    if found is not None:
        return found
    if not text.strip():
        raise LanguageError("No language is given; write its name, for example Somali or Soomaali.")
    near = get_close_matches(_fold(text), _names(), n=3, cutoff=0.6)
    tags = dict.fromkeys(_names()[name] for name in near)
    guess = " or ".join(f"{language(tag).english} ({tag})" for tag in tags)
    asked = f"did you mean {guess}? Otherwise write" if guess else "write"
    raise LanguageError(
        f"“{text.strip()}” is no language we know: {asked} its name in English, in Spanish or in itself."
    )


def find(text: str) -> Language | None:
    """`by_name` for texts that need not be a language at all, such as what a family wrote."""
    tag = _names().get(_fold(text))
    if tag is None and re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})+", text.strip()):
        tag = _names().get(_fold(re.split("[-_]", text.strip())[0]))
    return _all()[tag] if tag else None


def direction(tag: str) -> str:
    """Return "rtl" or "ltr"."""
    return language(tag).direction


def words(kind: str, tag: str) -> tuple[str, ...]:
    """Return what families of this language write for `kind`; empty where nobody has listed it.

    Kinds: yes, no, verb_yes, verb_no, verb_cannot, stop, start, help, person, unclear, wrong_number,
    who, thanks, greetings, ok, danger, sensitive; how each is to be matched is said at the head of
    locales/en/words.toml. Raises `KeyError` for another kind.
    """
    if kind not in _kinds():
        raise KeyError(f"There is no word list “{kind}”; the lists are {', '.join(sorted(_kinds()))}.")
    language(tag)
    return tuple(_table(tag, "words").get(kind, ()))


def number_words(tag: str) -> Mapping[str, int]:
    """Return the written numbers 1 to 20, each with its other forms; empty where nobody has listed them."""
    language(tag)
    listed = _table(tag, "words").get("numbers", ())
    return {form: value for value, forms in enumerate(listed, 1) for form in forms.split("|")}


def day_words(tag: str) -> Mapping[str, int]:
    """Return what families call the weekdays: word -> 0 for Monday."""
    weekdays, _ = _calendar(language(tag).tag)
    listed = _table(tag, "words").get("weekdays", ())
    more = {form: place for place, forms in enumerate(listed) for form in forms.split("|")}
    return {word: place for place, word in enumerate(weekdays)} | more


def month_words(tag: str) -> Mapping[str, int]:
    """Return what families call the months: word -> 1 for January."""
    _, months = _calendar(language(tag).tag)
    listed = _table(tag, "words").get("months", ())
    more = {form: place for place, forms in enumerate(listed, 1) for form in forms.split("|")}
    return {word: place for place, word in enumerate(months, 1)} | more


def relative_days(tag: str) -> Mapping[str, int]:
    """Return the words for today (0), tomorrow (1) and the day after (2); empty where none are listed."""
    language(tag)
    listed = _table(tag, "words").get("days_from_now", ())
    return {form: ahead for ahead, forms in enumerate(listed) for form in forms.split("|")}


def clock_words(tag: str) -> Mapping[str, tuple[str, ...]]:
    """Return what families write in times of day, by kind; locales/en/words.toml says what each kind is."""
    language(tag)
    return {kind: tuple(listed) for kind, listed in _table(tag, "clock").items()}


def parts_of_day(tag: str) -> Mapping[str, frozenset[int]]:
    """Return the words for parts of the day that `family_time` writes, with the hours of each."""
    parts = _table(language(tag).tag, "times").get("parts", ())
    ends = (*(part["from"] for part in parts[1:]), 24)
    hours: dict[str, frozenset[int]] = {}
    for part, end in zip(parts, ends, strict=False):
        hours[part["word"]] = hours.get(part["word"], frozenset()) | frozenset(range(part["from"], end))
    return {word: its for word, its in hours.items() if word}


def counts_to_24(tag: str) -> bool:
    """Say whether `family_time` writes this language's hours from 0 to 23."""
    return "{hour24}" in _table(language(tag).tag, "times").get("whole", "")


def grammar(tag: str) -> Mapping[str, Any]:
    """Return what locales/grammar.toml says of a language or script family; empty where it says nothing."""
    return locales.grammar(tag)


def answer_words(tag: str) -> Mapping[str, Any]:
    """Return what locales/answers.toml says of a language or script family; empty where it says nothing."""
    return locales.answers(tag)


#: languages that share a table of locales/danger.toml and danger_ideas.toml
_DANGER_SHARED = {"zh-Hans": "zh", "zh-Hant": "zh", "prs": "fa"}


def danger_words(tag: str) -> Mapping[str, str]:
    """Return what locales/danger.toml says of a language, by what it is for; empty where it says nothing."""
    return locales.danger(_DANGER_SHARED.get(tag, tag))


def danger_ideas(tag: str) -> Mapping[str, str]:
    """Return what locales/danger_ideas.toml says of a language, by idea; empty where it says nothing."""
    return locales.danger_ideas(_DANGER_SHARED.get(tag, tag))


def language_names(tag: str) -> Mapping[str, str]:
    """Return name -> tag: how a family of this language may ask for another one, as people write it."""
    language(tag)
    own = {name: other for other, names in _table(tag, "names").items() for name in names}
    return own | {name: known.tag for known in all_languages() for name in (known.english, known.autonym)}


def review(tag: str) -> Review:
    """Say who has read Homeloop's own sentences in this language."""
    language(tag)
    found = locales.catalog(tag)
    return Review(found.review) if found else Review.NONE


def word_review(kind: str, tag: str) -> Review:
    """Say who has read one word list; `confirmer` says who could."""
    table = _table(tag, "words")
    if not words(kind, tag):
        return Review.NONE
    return Review.REVIEWED if kind in table.get("reviewed", ()) else Review(table["review"])


def confirmer(tag: str) -> str | None:
    """Say who could confirm this language's word lists, None where there are none."""
    language(tag)
    who: str | None = _table(tag, "words").get("confirm")
    return who


def speakable(tag: str, unreviewed: Mapping[str, bool]) -> bool:
    """Say whether Homeloop's own sentences may go to real families in this language.

    `unreviewed` is the setting of that name: a school's consent to a catalog no native reader has seen.
    """
    match review(tag):
        case Review.SOURCE | Review.REVIEWED:
            return True
        case Review.UNREVIEWED:
            return bool(unreviewed.get(tag, False))
        case _:
            return False


def phrase_keys() -> tuple[str, ...]:
    """Return the key of every sentence Homeloop itself says."""
    return tuple(locales.source())


def placeholders(key: str) -> frozenset[str]:
    """Return what `phrase` has to be given for this key. Raises `KeyError`."""
    if key not in locales.source():
        raise KeyError(f"bot.pot has no phrase “{key}”.")
    return frozenset(_PLACEHOLDER.findall(locales.source()[key]))


def phrase(key: str, tag: str, /, **values: str) -> str:
    """Return one of Homeloop's own sentences, filled in; values without a place are ignored.

    Raises `LanguageError` if the language has no catalog, and `KeyError` if the catalog lacks the key or
    a placeholder has no value: a sentence never goes out in another language or with a hole.
    """
    placeholders(key)
    language(tag)
    found = locales.catalog(tag)
    if found is None:
        raise LanguageError(
            f"Homeloop has no sentences of its own in {language(tag).english}; "
            f"use one of {', '.join(catalog_languages())}."
        )
    if key not in found.phrases:
        raise KeyError(f"locales/{tag}/bot.po has no text for “{key}”.")
    return _filled(found.phrases[key], values, f"The phrase “{key}” ({tag})")


def notices() -> tuple[Notice, ...]:
    """Return the ready notices, in the order of locales/en/notices.toml."""
    return tuple(_notice(name, table) for name, table in locales.notices(SOURCE).items())


def notice_text(name: str, tag: str, /, **values: str) -> str:
    """Return a ready notice, filled in. Raises `LanguageError` if it does not exist in that language,
    `KeyError` if there is no such notice or a placeholder has no value.
    """
    if name not in locales.notices(SOURCE):
        known = ", ".join(locales.notices(SOURCE))
        raise KeyError(f"There is no notice “{name}”; the notices are {known}.")
    table = locales.notices(language(tag).tag).get(name)
    if table is None:
        raise LanguageError(f"The notice “{name}” has no text in {language(tag).english}; type one in.")
    return _filled(table["text"], values, f"The notice “{name}” ({tag})")


def notice_review(name: str, tag: str) -> Review:
    """Say who has read one notice in this language."""
    table = locales.notices(language(tag).tag).get(name)
    return Review(table["review"]) if table else Review.NONE


def fallback_label(tag: str, written_in: str, *, offer_person: bool = False) -> str:
    """Return what stands before a text that is not in the family's own language.

    At most 25 characters and without digits, so that emergencies may carry it. `offer_person`, for texts
    that are none, adds "<their language>: 0" where that fits and leaves the text's encoding alone.
    """
    written = language(written_in).autonym
    own = language(tag).autonym
    long = f"({written}. {own}: 0) "
    if offer_person and own.isascii() and own != written and len(long) <= LABEL:
        return long
    return f"({written}) "


def family_date(day: date, tag: str, *, today: date) -> str:
    """Return a day as this language's families read it (docs/dialogue.md, rule 20).

    Weekday and day number within six days of today; beyond that also the month, as a word. Never a year;
    always the Gregorian calendar and Western digits. A language without names of its own gets English ones.
    """
    table = _table(tag, "dates")
    weekdays, months = _calendar(language(tag).tag)
    distant = abs((day - today).days) > NEAR
    pattern: str = (
        table.get("far", "{weekday} {day} {month}") if distant else table.get("near", "{weekday} {day}")
    )
    number = table.get("first", "1") if day.day == 1 and distant else str(day.day)
    return pattern.format(weekday=weekdays[day.weekday()], day=number, month=months[day.month - 1])


def family_time(moment: time, tag: str) -> str:
    """Return a time of day with its part of the day; "4:00 PM" where a language has no words for it here.

    That 12-hour Latin form is what rule 20 asks for in Swahili, Amharic, Tigrinya and Oromo, whose own
    clock counts from dawn.
    """
    table = _table(language(tag).tag, "times")
    hour = moment.hour % 12 or 12
    if not table:
        return f"{hour}:{moment.minute:02} {'AM' if moment.hour < 12 else 'PM'}"
    part = [entry["word"] for entry in table["parts"] if entry["from"] <= moment.hour][-1]
    form = "exact" if moment.minute else "whole"
    pattern: str = table.get(f"one_{form}", table[form]) if hour == 1 else table[form]
    return pattern.format(hour=hour, hour24=moment.hour, minute=f"{moment.minute:02}", part=part)


@cache
def _all() -> Mapping[str, Language]:
    return {tag: _language(tag, table) for tag, table in locales.registry().items()}


def _language(tag: str, table: Mapping[str, Any]) -> Language:
    facts = {key: value for key, value in table.items() if key not in _TABLES}
    for key in ("aliases", "may_offer"):
        facts[key] = tuple(facts.get(key, ()))
    return Language(tag=tag, **{**facts, "tier": Tier(table["tier"])})


def _table(tag: str, part: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = locales.registry().get(tag, {}).get(part, {})
    return table


@cache
def _kinds() -> frozenset[str]:
    return frozenset(_table(SOURCE, "words")) - {
        "review",
        "reviewed",
        "confirm",
        "numbers",
        "weekdays",
        "months",
        "days_from_now",
    }


@cache
def _names() -> Mapping[str, str]:
    """Levelled name -> tag. Raises `ValueError` if a name belongs to two languages."""
    names: dict[str, str] = {}
    for tag, table in locales.registry().items():
        own = [tag, table["english"], table["spanish"], table["autonym"], *table.get("aliases", ())]
        for name in own:
            _enter(names, name, tag)
    for table in locales.registry().values():
        for tag, spoken in table.get("names", {}).items():
            for name in spoken:
                _enter(names, name, tag)
    return names


def _enter(names: dict[str, str], name: str, tag: str) -> None:
    if names.setdefault(_fold(name), tag) != tag:
        raise ValueError(f"locales/: “{name}” names both {names[_fold(name)]} and {tag}.")


def _fold(text: str) -> str:
    """Level case, accents, spaces and punctuation."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if c.isalnum())


@cache
def _calendar(tag: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return seven weekdays from Monday and twelve months."""
    table = _table(tag, "dates")
    locale = Locale.parse(language(tag).babel or "en_US")
    weekdays = table.get("weekdays") or [locale.days["format"]["wide"][i] for i in range(7)]
    months = table.get("months") or [locale.months["format"]["wide"][i] for i in range(1, 13)]
    return tuple(weekdays), tuple(months)


def _notice(name: str, table: Mapping[str, str]) -> Notice:
    tags = tuple(tag for tag in _all() if name in locales.notices(tag))
    found = frozenset(_PLACEHOLDER.findall(table["text"]))
    return Notice(name, Purpose(table["purpose"]), table["about"], found, tags)


def _filled(text: str, values: Mapping[str, str], what: str) -> str:
    missing = sorted(set(_PLACEHOLDER.findall(text)) - set(values))
    if missing:
        raise KeyError(f"{what} needs a value for {', '.join(missing)}.")

    def value(found: re.Match[str]) -> str:
        ends_alike = text[found.end() :].startswith(".")  # "a.m." at the end of a sentence
        return values[found[1]].removesuffix(".") if ends_alike else values[found[1]]

    return _PLACEHOLDER.sub(value, text).translate(_SPACES)
