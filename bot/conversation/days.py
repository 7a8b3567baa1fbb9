"""The words of one language for days and months, and where they stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from bot import languages
from bot.conversation.grammar import listed, own_words
from bot.conversation.letters import plain, unmarked
from bot.conversation.slips import near

#: "able to", which has the sign of Wednesday in it
_KOREAN_CAN = re.compile(r"(?<=[\uac00-\ud7a3]) ?수(?= ?(?:있|없|가|는|도))")
#: Thai to Burmese, Khmer, Han
_RUN_ON = (("\u0e00", "\u109f"), ("\u1780", "\u17ff"), ("\u2e80", "\u9fff"))
#: what Arabic and Amharic write onto a day: "and", "on", "until"
_FRONTS = ("و", "ب", "ل", "ف", "ال", "وال", "بال", "لل", "ولل", "وب")
_BACKS = (
    "ና",
    "ን",
    "ም",
    "ይን",
    "랑",
    "이랑",
    "하고",
    "이요",
    "요",
    "에",
    "은",
    "는",
    "도",
    "만",
    "날",
    "과",
    "와",
    "이",
    "까지",
    "부터",
)
#: those of them that mean "and"
_ANDS = frozenset({"و", "وال", "ولل", "وب", "ና", "ን", "ይን", "랑", "이랑", "하고", "과", "와"})
#: and those that mean "to"
_UNTIL = frozenset({"ل", "لل", "까지"})
#: letters of a short form: "mon", "sat"
_SHORT_FORM = 3


class Is(StrEnum):
    """What a token of a text is."""

    WEEKDAY = "weekday"  #: 0 for Monday
    MONTH = "month"  #: 1 for January
    AHEAD = "ahead"  #: days from today
    EITHER = (
        "either"  #: a short form of a weekday and of a month ("mar"): 100 times the weekday, and the month
    )
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, or the name of a day or month with its number."""

    said: str
    what: Is = Is.WORD
    value: int = 0
    joined: bool = False  #: an "and" is written onto it
    until: bool = False  #: a "to" is written onto it


@dataclass(frozen=True, slots=True)
class Calendar:
    """The words of one language, made plain, for the days and months; English ones always count too."""

    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    relative: Mapping[str, int]  #: "tomorrow" -> 1


@cache
def calendar_of(tag: str) -> Calendar:
    """Return the calendar words of a language and of English. Raises `LanguageError`.

    A short English form that is a word of the language itself is none: French “mon”.
    """
    weekdays: dict[str, int] = {}
    months: dict[str, int] = {}
    relative: dict[str, int] = {}
    for each in ("en", tag):
        weekdays |= _levelled(languages.day_words(each), listed(each, "weekdays"))
        months |= _levelled(languages.month_words(each), listed(each, "months"))
        relative |= _levelled(languages.relative_days(each), listed(each, "days_from_now"))
        if each != tag:
            weekdays, months, relative = (_foreign(words, tag) for words in (weekdays, months, relative))
    return Calendar(weekdays, months, relative)


def _foreign(words: dict[str, int], tag: str) -> dict[str, int]:
    own = own_words(tag)
    return {word: n for word, n in words.items() if len(word) > _SHORT_FORM or word not in own}


def _levelled(*lists: Mapping[str, int]) -> dict[str, int]:
    return {
        flat: n for words in lists for word, n in words.items()
        for flat in (plain(word), unmarked(plain(word))) if flat
    }  # fmt: skip


def tokens(said: str, tag: str) -> list[Token]:
    """Cut a plain text where the names of days and months stand, the longest first."""
    names, ordered = _names(tag)
    said = _KOREAN_CAN.sub("", said) if tag == "ko" else said
    rest, found = f" {said} ", dict[str, Token]()
    for name, wanted in ordered:
        if wanted not in rest:
            continue
        mark = f"\x00{len(found)}"
        found[mark] = Token(name, *names[name])
        while wanted in rest:
            rest = rest.replace(wanted, f" {mark} ")
    return [found.get(word) or _inflected(word, names) for word in rest.split()]


def _inflected(word: str, names: Mapping[str, tuple[Is, int]]) -> Token:
    """Leave off what is written onto a name: Arabic "and", Korean particles."""
    for bare in _bare(word):
        if len(bare) > 1 and bare in names and (names[bare][0] is not Is.AHEAD or word.startswith(bare)):
            more = word.replace(bare, "")
            return Token(bare, *names[bare], joined=more in _ANDS, until=more in _UNTIL)
    return Token(word)


def _bare(word: str) -> Iterator[str]:
    if word.isascii():
        return
    yield from (word[len(front) :] for front in _FRONTS if word.startswith(front))
    yield from (word[: -len(back)] for back in _BACKS if word.endswith(back))


@cache
def _names(tag: str) -> tuple[Mapping[str, tuple[Is, int]], tuple[tuple[str, str], ...]]:
    """Return what names mean, and the names, the longest first, as they are looked for in a text."""
    calendar = calendar_of(tag)
    names: dict[str, tuple[Is, int]] = {word: (Is.AHEAD, n) for word, n in calendar.relative.items()}
    names |= {word: (Is.MONTH, n) for word, n in calendar.months.items()}
    for word, n in calendar.weekdays.items():
        month = calendar.months.get(word)
        names[word] = (Is.WEEKDAY, n) if month is None else (Is.EITHER, n * 100 + month)
    ordered = sorted(names, key=len, reverse=True)
    return names, tuple((name, name if _runs_on(name) else f" {name} ") for name in ordered)


def misspelt(word: str, names: Mapping[str, int]) -> int | None:
    """Return which of the names a word is a slip of; None for none, or for two."""
    meant = {n for name, n in names.items() if len(name) > 3 and near(word, name)}
    return meant.pop() if len(meant) == 1 else None


def values(found: Iterable[Token], what: Is) -> list[int]:
    """Return the numbers of all tokens of one sort, each once, in their order."""
    return list(dict.fromkeys(token.value for token in found if token.what is what))


def _runs_on(name: str) -> bool:
    """Say whether a script writes no spaces between words."""
    return any(first <= letter <= last for letter in name for first, last in _RUN_ON)
