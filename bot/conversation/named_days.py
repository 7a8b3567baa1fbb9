"""Days that a text names otherwise than by a date: a feast, a day of the next month, the day before today.

"New Year's Eve", "el día de reyes", "the 20th of next month", "the last of this month", "hôm qua". What is
counted from a feast ("after Christmas") is no day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Final

from bot import languages
from bot.conversation.days import Is, tokens, values
from bot.conversation.grammar import Grammar, listed
from bot.conversation.intent import without_courtesy
from bot.conversation.letters import plain, unmarked
from bot.conversation.lexicon import Lexicon

_OPEN: Final = frozenset({"hedge", "or", "not", "no", "except", "refuse", "past", "elsewhere", "busy"})
_AROUND: Final = frozenset({"limit", "range_to", "range_from", "till", "week", "week_after", "after_hour"})
_LIGHT: Final = frozenset(
    {"filler", "courtesy", "around", "at", "about", "yes", "ok", "agree", "only", "and", "morning",
     "afternoon", "evening", "option", "timeword", "want", "last"}
)  # fmt: skip
#: days in figures, and their short forms
_LAST: Final = 31
#: counts from a feast, where words run together
_COUNTED: Final = re.compile("隔天|第二天|翌日|之[后後前]|以[后後前]|[过過]了?|[后後前]")
#: unknown words beside a feast, at most
_FEW: Final = 5


def feast(text: str, lexicon: Lexicon, today: date) -> date | None:
    """Return the next day of the one feast that a text names; None for another text."""
    said, found = _written(text, lexicon.grammar), set[tuple[int, int]]()
    for name, named in _feasts(lexicon.tag):
        wanted = name if lexicon.grammar.unspaced and not name.isascii() else f" {name} "
        if wanted in said:
            found.add(named)
            said = said.replace(wanted, " ")
    pieces = lexicon.grammar.cut(text)
    if lexicon.tag.startswith("zh") and _COUNTED.search(text):
        return None
    if len(found) != 1 or any(letter.isdigit() for letter in plain(text)):
        return None
    if any(piece.kinds & (_OPEN | _AROUND) and not piece.kinds & {"filler", "at"} for piece in pieces):
        return None
    if sum(not piece.kinds for piece in pieces) > _FEW or values(
        tokens(plain(text), lexicon.tag), Is.WEEKDAY
    ):
        return None
    month, day = found.pop()
    this = date(today.year, month, day)
    return this if this >= today else date(today.year + 1, month, day)


def _written(text: str, grammar: Grammar) -> str:
    said = plain(text)
    return f" {said if grammar.keeps_marks else unmarked(said)} "


@cache
def _feasts(tag: str) -> tuple[tuple[str, tuple[int, int]], ...]:
    """Return the names of feasts with a fixed day in a language and in English; a longer one goes first."""
    found = {}
    shared = {"zh-Hans": "zh", "zh-Hant": "zh", "prs": "fa"}.get(tag, tag)
    for table in ("en", shared):
        for row in languages.answer_words(table).get("feast_days", ()):
            day, _, names = row.partition(":")
            month, _, number = day.partition("-")
            for name in names.split("|"):
                found[plain(name)] = found[unmarked(plain(name))] = (int(month), int(number))
    names = sorted(found, key=len, reverse=True)
    return tuple((name, found[name]) for name in names)


def within_month(text: str, lexicon: Lexicon, today: date) -> tuple[bool, date | None]:
    """Say whether a text speaks of the next month, or the end of this one; return the day that it names."""
    grammar = lexicon.grammar
    kinds = frozenset({"next_month", "this_month"})
    pieces = grammar.cut(text, kinds)
    said = frozenset[str]().union(*(piece.kinds for piece in pieces))
    rest = " ".join(piece.said for piece in pieces if not piece.kinds)
    told = grammar.cut(rest)
    last = any("lasts" in piece.kinds for piece in grammar.cut(rest, frozenset({"lasts"})))
    if not said or (said == {"this_month"} and not last):
        return False, None
    if any(piece.kinds & _OPEN and not piece.kinds & {"filler"} for piece in told):
        return True, None
    ahead = "next_month" in said
    year, month = today.year + (today.month == 12 and ahead), today.month % 12 + 1 if ahead else today.month
    numbers = _numbers(rest, lexicon)
    if last and not numbers:
        numbers = [monthrange(year, month)[1]]
    elif not numbers and grammar.holds(rest, "firsts"):
        numbers = [1]
    if len(numbers) > 1 and any("at" in piece.kinds for piece in told):
        numbers = numbers[:1]  # "the 5th of next month at 2"
    if len(numbers) != 1 or not 1 <= numbers[0] <= monthrange(year, month)[1]:
        return True, None
    day = date(year, month, numbers[0])
    return True, day if day >= today else None


def _numbers(said: str, lexicon: Lexicon) -> list[int]:
    figures = [
        int(digits) for word in plain(said).split() if (digits := _figure(word)) and int(digits) <= _LAST
    ]
    if figures:
        return figures
    words = said.split()
    ordinals = [lexicon.grammar.ordinals[word] for word in words if word in lexicon.grammar.ordinals]
    return ordinals or [lexicon.numbers[word] for word in words if word in lexicon.numbers]


def _figure(word: str) -> str:
    """Return the figures of "5th", "15keeda", "3号"; nothing for "2019" or a word."""
    digits = "".join(letter for letter in word if letter.isdigit())
    return digits if digits and word.startswith(digits) and len(digits) <= 2 and ":" not in word else ""


def behind(text: str, lexicon: Lexicon, today: date) -> date | None:
    """ "Yesterday evening", and nothing else: a day behind, whatever the question is."""
    said, found = f" {plain(text)} ", set[int]()
    names = {word: n for tag in ("en", lexicon.tag) for word, n in listed(tag, "days_ago").items()}
    for name in sorted(names, key=len, reverse=True):
        wanted = name if lexicon.grammar.unspaced and not name.isascii() else f" {name} "
        if wanted in said:
            found.add(names[name])
            said = said.replace(wanted, " ")
    if len(found) != 1 or not _is_light(said, lexicon):
        return None
    return today - timedelta(days=found.pop())


def _is_light(said: str, lexicon: Lexicon) -> bool:
    rest: Sequence[object] = [
        piece
        for piece in lexicon.grammar.cut(without_courtesy(said, lexicon))
        if not piece.kinds & _LIGHT or piece.kinds & _OPEN - {"past"}
    ]
    return not rest
