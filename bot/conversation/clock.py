"""Cuts a text into what a time of day is made of: figures, hours in words, halves, parts of the day.

The words are data (`[clock]` in locales/<tag>/words.toml); English ones count beside every language. Each
piece becomes a `Sign`; what a row of signs means is read in `bot.conversation.times`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache

from bot import languages
from bot.conversation import dates, numbers
from bot.conversation.grammar import Grammar, Piece
from bot.conversation.lexicon import lexicon

#: "na3am" is a word: people who write Arabic in Latin letters put figures into it
_FIGURES = re.compile(
    r"(?P<inside>(?<!\d)[a-z]+\d+)|(?<![\d:.,])(?P<hour>\d{1,2})\s?[:.]\s?(?P<minute>\d{2})(?![\d]|[:.]\d)"
    r"|(?<!\d)(?P<long>\d{3,4})(?!\d)|(?<!\d)(?P<short>\d{1,2})(?!\d)|(?P<other>\d+)"
)
#: no numeral in "Friday" (星期五) and "quarter" (一刻)
_HAN = re.compile("(?<![期周週拜])[零〇一二三四五六七八九十两兩]+(?!刻)")
#: "4p" as Americans write it
_LONE_LETTER = re.compile(r"(?<=\d)([ap])(?![\w.])")
_FROM_NOON = frozenset(range(12, 24))
#: the hours that a part of the day may mean; more narrow ones are not guessed at
_PARTS: Mapping[str, frozenset[int]] = {
    "am": frozenset(range(12)),
    "pm": _FROM_NOON,
    "noon_to_midnight": _FROM_NOON,
    "small_hours": frozenset(range(7)),
    "morning": frozenset(range(1, 12)),
    "midday": frozenset(range(11, 17)),
    "afternoon": frozenset(range(12, 20)),
    "evening": frozenset(range(16, 24)),
    "night": frozenset({*range(18, 24), *range(5)}),
    "noon": frozenset(range(11, 14)),
    "midnight": frozenset({22, 23, 0, 1}),
}
#: kinds of words, the first that fits counts
_SIGNS = {
    "half_of": "H", "quarter_to": "R", "quarter": "q", "three_quarters": "k", "half": "h", "minutes": "m",
    "mark": "o", "less": "t", "before": "b", "past": "p", "until": "e", "span": "s", "open": "L",
}  # fmt: skip
#: between two numbers English "to" and "past" belong to a time, elsewhere to the sentence
_ONLY_BETWEEN = "pe"
_TURNS = frozenset({"not", "or", "except", "hedge", "refuse", "limit"})
_POLITE = frozenset({"courtesy", "yes", "ok", "agree"})
_EMPTY = frozenset({"filler", "only"})


class Form(StrEnum):
    """How a number was written."""

    FIGURE = "figure"
    WORD = "word"
    HOUR = "hour"  #: a word that is only said of hours: "la una"


@dataclass(frozen=True, slots=True)
class Sign:
    """One piece of a time of day. `letter`:

    T a whole time, N a number, n an hour that has begun (Russian "пятого": 4 and something), P a part of
    the day, h half past, H half of the hour before, q quarter past, k three quarters past, R quarter to,
    m minutes, o what stands beside an hour, t less, b minutes before, p past, e "to", s hours as a length,
    y and, c courtesy, f a word that says nothing, d a day, L what leaves it open, x unknown.
    """

    letter: str
    said: str = ""
    hour: int = 0
    minute: int = 0
    form: Form = Form.FIGURE
    exact: bool = False  #: of the 24-hour clock
    part: str = ""
    hours: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Clock:
    """The words of one language and of English for times of day."""

    tag: str
    grammar: Grammar
    signs: Mapping[str, Sign] = field(default_factory=dict)  #: levelled word -> what it is
    counts_to_24: bool = False  #: the language is written with the 24-hour clock
    local: bool = False  #: its own clock counts from dawn (docs/dialogue.md, rule 20)


@cache
def clock(tag: str) -> Clock:
    """Return the clock words of a language and of English. Raises `LanguageError`."""
    words = lexicon(tag)
    own = _listed(tag, words.grammar)
    taken = own.keys() | _own_words(tag, words.grammar)
    english = {} if tag == "en" else _listed("en", words.grammar)
    foreign = {word: sign for word, sign in english.items() if word not in taken and sign.letter not in "pe"}
    counted = words.grammar.kinds.get("counter", frozenset())  # "네 명": four people
    spoken = {
        words.grammar.level(word): Sign("N", word, number, form=Form.WORD)
        for word, number in words.numbers.items()
        if not word.isdecimal() and words.grammar.level(word.split()[-1]) not in counted
    }
    calendar = dates.calendar_of(tag)
    named = (*calendar.weekdays, *calendar.months, *calendar.relative)
    days = {words.grammar.level(name): Sign("d", name) for name in named}
    signs = {word.replace(" ", "") if words.grammar.unspaced else word: sign
             for word, sign in {**days, **spoken, **foreign, **own}.items()}  # fmt: skip
    grammar = words.grammar.joined({"clock": signs})
    facts = languages.language(tag)
    return Clock(tag, grammar, signs, languages.counts_to_24(tag), facts.local_clock)


def _own_words(tag: str, grammar: Grammar) -> frozenset[str]:
    """Return a language's small words: they mean there what they mean, not what they are in English."""
    lists = (value for value in languages.grammar(tag).values() if isinstance(value, str))
    return frozenset(grammar.level(word) for words in lists for word in words.split(","))


def _listed(tag: str, grammar: Grammar) -> dict[str, Sign]:
    """Read `[clock]` and the parts of the day that we write ourselves."""
    listed = languages.clock_words(tag)
    level = grammar.level
    signs: dict[str, Sign] = {}
    for kind, letter in reversed(_SIGNS.items()):
        signs |= {level(word): Sign(letter, word) for word in listed.get(kind, ())}
    for part, hours in _PARTS.items():
        signs |= {level(word): Sign("P", word, part=part, hours=hours) for word in listed.get(part, ())}
    for word, hours in languages.parts_of_day(tag).items():
        known = signs.get(level(word), Sign("P", word, part="written"))
        if known.letter == "P":
            signs[level(word)] = replace(known, hours=known.hours | hours)
    for kind, letter in (("hours", "N"), ("next_hours", "n")):
        for hour, forms in enumerate(listed.get(kind, ()), 1):
            signs |= {level(word): Sign(letter, word, hour, form=Form.HOUR) for word in forms.split("|")}
    for pair in listed.get("minute_words", ()):
        word, _, minute = pair.partition("=")
        signs[level(word)] = Sign("N", word, int(minute), form=Form.WORD)
    for kind in ("times", "moments"):
        for pair in listed.get(kind, ()):
            word, _, said = pair.partition("=")
            begun, _, past = said.partition(":")
            signs[level(word)] = Sign("T", word, int(begun), int(past), exact=kind == "moments")
    return signs


def cut(text: str, words: Clock) -> list[Sign]:
    """Cut a text into signs, in its order."""
    level, signs, at = _levelled(text), list[Sign](), 0
    for found in _numerals(level, words.tag):
        signs += _worded(level[at : found.start()], words)
        signs.append(_figure(found, words))
        at = found.end()
    signs += _worded(level[at:], words)
    return _placed(_joined_tens(signs), words)


def _levelled(text: str) -> str:
    """Write width, case and digits alike; punctuation stays."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    figures = (unicodedata.decimal(letter, None) for letter in folded)
    level = "".join(
        letter if digit is None else str(digit) for letter, digit in zip(folded, figures, strict=True)
    )
    return _LONE_LETTER.sub(r"\1m", level)


def _numerals(level: str, tag: str) -> Iterator[re.Match[str]]:
    found = list(_FIGURES.finditer(level))
    if tag.startswith("zh"):
        found += _HAN.finditer(level)
    return iter(sorted(found, key=lambda each: each.start()))


def _figure(found: re.Match[str], words: Clock) -> Sign:
    said, groups = found[0], found.groupdict()
    if not groups:
        return Sign("N", said, numbers.of_han(said), form=Form.WORD)
    if groups["inside"]:
        return Sign("L", said)
    if groups["hour"]:
        zero = groups["hour"][0] == "0" and words.counts_to_24
        return _whole(said, int(groups["hour"]), int(groups["minute"]), exact=zero)
    if groups["long"]:
        return _whole(said, int(said[:-2]), int(said[-2:]))
    return Sign("N", said, int(said)) if groups["short"] else Sign("L", said)


def _whole(said: str, hour: int, minute: int, *, exact: bool = False) -> Sign:
    return Sign("T", said, hour, minute, exact=exact) if hour <= 24 and minute < 60 else Sign("L", said)


_KINDS = frozenset({"clock", "and", *_TURNS, *_POLITE, *_EMPTY})


def _worded(text: str, words: Clock) -> list[Sign]:
    return [_sign(piece, words) for piece in words.grammar.cut(text, _KINDS)]


def _sign(piece: Piece, words: Clock) -> Sign:
    if "clock" in piece.kinds:
        forms = (piece.said, words.grammar.bare(piece.said), *words.grammar.fronts(piece.said))
        found = next((words.signs[form] for form in forms if form in words.signs), None)
        as_yes = found is not None and found.form is Form.WORD and piece.kinds & _POLITE
        if found is not None and not as_yes:
            return replace(found, said=piece.said)
    return _beside(piece)


def _beside(piece: Piece) -> Sign:
    """Say what a word is that belongs to no time."""
    if "and" in piece.kinds:
        return Sign("y", piece.said)
    if piece.kinds & _POLITE:
        return Sign("c", piece.said)
    if piece.kinds & _TURNS:
        return Sign("L", piece.said)
    return Sign("f" if piece.kinds & _EMPTY else "x", piece.said)


def _joined_tens(signs: list[Sign]) -> list[Sign]:
    """Make one number of "thirty five", "treinta y cinco"."""
    joined: list[Sign] = []
    for sign in signs:
        tens = joined[-2:] if [each.letter for each in joined[-2:]] == ["N", "y"] else joined[-1:]
        if (
            tens and sign.letter == "N" and sign.form is Form.WORD and 0 < sign.hour < 10
            and tens[0].letter == "N" and tens[0].form is Form.WORD and tens[0].hour in {20, 30, 40, 50}
        ):  # fmt: skip
            joined[-len(tens) :] = [replace(tens[0], hour=tens[0].hour + sign.hour)]
        else:
            joined.append(sign)
    return joined


def _placed(signs: list[Sign], words: Clock) -> list[Sign]:
    """Take back what is a piece of a time only where it stands: "I am", "past", "one" as an article."""
    placed: list[Sign] = []
    for place, sign in enumerate(signs):
        before = next((each.letter for each in reversed(placed) if each.letter not in "fc"), "")
        after = next((each.letter for each in signs[place + 1 :] if each.letter not in "fco"), "")
        if sign.letter in _ONLY_BETWEEN and not (before in {"N", "m"} and after == "N"):
            sign = _beside(words.grammar.cut(sign.said, _KINDS - {"clock"})[0])
        elif sign.part in {"am", "pm"} and before not in set("NTohHqkRm"):
            sign = Sign("f", sign.said)
        placed.append(sign)
    return _without_articles(placed)


def _without_articles(signs: list[Sign]) -> list[Sign]:
    """Drop a "one" that counts something: "una tarde", "one evening"."""
    named = any(sign.letter in "ohqR" or sign.part in {"am", "pm"} for sign in signs)
    parts = any(sign.letter == "P" for sign in signs)
    others = sum(sign.letter in "TN" for sign in signs) > 1
    return [
        Sign("x", sign.said) if _is_one(sign) and (others or (parts and not named)) else sign
        for sign in signs
    ]


def _is_one(sign: Sign) -> bool:
    return sign.letter == "N" and sign.form is Form.WORD and sign.hour == 1
