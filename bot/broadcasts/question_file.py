"""An inquiry of several questions as somebody writes it in a file: TOML, one table for each question. Pure.

    title = "Spring meeting"
    decide_by = 2026-12-01

    [[question]]
    text = "Can you come to the meeting?"
    kind = "yes_no"
    skip = { no = "end" }
    in.es = { text = "¿Puede venir a la reunión?" }
    in.hmn = { text = "Koj tuaj puas tau?", verb = "tuaj" }

    [[question]]
    text = "Which evening is best?"
    choices = ["Tuesday", "Thursday"]
    in.es = { text = "¿Qué noche es mejor?", choices = ["martes", "jueves"] }
    in.hmn = { text = "Hmo twg zoo dua?", choices = ["Tuesday", "Thursday"] }

A kind is yes_no, one_of, several_of, number, scale, date, time or own_words; where choices stand it is
one_of. `between` gives the limits of a number ("1-12") or a time ("15:00-18:00"). A skip names an answer, in
words or by its number, and the question it leads to: a number, or "end".
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from bot import languages
from bot.conversation import times
from bot.conversation.ask import Ask, Worded
from bot.conversation.talk import END, Kind
from bot.errors import BroadcastError, LanguageError

_OF_A_FILE: Final = {"title", "decide_by", "per_child", "question"}
_OF_A_QUESTION: Final = {"text", "kind", "choices", "other", "several", "between", "skip", "in"}
_OF_A_LANGUAGE: Final = {"text", "choices", "verb"}


@dataclass(frozen=True, slots=True)
class Written:
    """What such a file says."""

    ask: Ask
    texts: tuple[str, ...]  #: in the staff's language
    languages: Mapping[str, tuple[Worded, ...]]  #: every question's words, by language
    title: str | None = None
    decide_by: date | None = None


def read(text: str) -> Written:
    """Read a file's text. Raises `BroadcastError` that says at which question something is wrong."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BroadcastError(f"The file of questions is no TOML: {error}.") from None
    tables = found.get("question")
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        raise BroadcastError("The file has no questions: write a [[question]] table for each.")
    _only(found, _OF_A_FILE, "The file")
    asks = [_ask(one, number) for number, one in enumerate(tables, 1)]
    first = replace(asks[0], per_child=found.get("per_child") is True, more=tuple(asks[1:]))
    texts = tuple(_words(one, "text", f"Question {number}") for number, one in enumerate(tables, 1))
    return Written(first, texts, _by_language(tables), found.get("title"), _day(found.get("decide_by")))


def _only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    for name in table:
        if name not in known:
            raise BroadcastError(
                f"{where} says “{name}”, which means nothing: use {', '.join(sorted(known))}."
            )


def _words(table: Mapping[str, Any], name: str, where: str) -> str:
    found = table.get(name, "")
    if not isinstance(found, str):
        raise BroadcastError(f"{where}: {name} is no text; put it in quotation marks.")
    return found.strip()


def _choices(table: Mapping[str, Any], where: str) -> tuple[str, ...]:
    found = table.get("choices", [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BroadcastError(f'{where}: choices are a list of texts, as in ["Tuesday", "Thursday"].')
    return tuple(one.strip() for one in found)


def _ask(table: Mapping[str, Any], number: int) -> Ask:
    where = f"Question {number}"
    _only(table, _OF_A_QUESTION, where)
    choices = _choices(table, where)
    kind = table.get("kind") or ("several_of" if table.get("several") else "one_of" if choices else "")
    if kind not in set(Kind):
        raise BroadcastError(f"{where}: “{kind}” is no kind of question: use {', '.join(Kind)}.")
    low, high = _limits(kind, table.get("between"), where)
    ask = Ask(kind, choices, low, high, table.get("other", True) is not False)
    return replace(ask, skips=_skips(table.get("skip", {}), ask, where))


def _limits(kind: str, between: object, where: str) -> tuple[int | None, int | None]:
    if between is None and kind != Kind.NUMBER:
        return None, None
    first, _, last = str(between or "").partition("-")
    try:
        if kind == Kind.TIME:
            return times.minutes(first.strip()), times.minutes(last.strip())
        return int(first), int(last)
    except ValueError:
        raise BroadcastError(
            f'{where} gives no limits: write between = "1-12" for a number, "15:00-18:00" for a time.'
        ) from None


def _skips(rules: object, ask: Ask, where: str) -> tuple[tuple[str, int], ...]:
    if not isinstance(rules, dict):
        raise BroadcastError(f'{where}: a skip names an answer and where it leads, as in {{ no = "end" }}.')
    return tuple((_value(str(answer), ask), _leads_to(to, where)) for answer, to in rules.items())


def _value(answer: str, ask: Ask) -> str:
    """An answer may be named as it is worded; what cannot be answered is refused with the house rules."""
    words = {words.casefold(): str(place) for place, words in enumerate(ask.choices, 1)}
    if ask.other and ask.choices:
        words.setdefault("other", str(len(ask.choices) + 1))
    return words.get(answer.casefold().strip(), answer.strip())


def _leads_to(to: object, where: str) -> int:
    if to == "end":
        return END
    if isinstance(to, int) and to > 0:
        return to
    raise BroadcastError(f"{where}: a skip leads to a question's number or to “end”, not to “{to}”.")


def _by_language(tables: list[dict[str, Any]]) -> dict[str, tuple[Worded, ...]]:
    """Return every question's words; a question without words in a language has empty ones."""
    worded = [_in_languages(one.get("in", {}), f"Question {number}") for number, one in enumerate(tables, 1)]
    tags = dict.fromkeys(tag for one in worded for tag in one)
    return {tag: tuple(one.get(tag, Worded()) for one in worded) for tag in tags}


def _in_languages(table: object, where: str) -> dict[str, Worded]:
    if not isinstance(table, dict) or not all(isinstance(one, dict) for one in table.values()):
        raise BroadcastError(f"{where}: write its words in a language as in.es = {{ text = “…” }}.")
    found = {}
    for name, words in table.items():
        there = f"{where} in {name}"
        _only(words, _OF_A_LANGUAGE, there)
        verb = _words(words, "verb", there) or None
        found[_tag(name, where)] = Worded(_words(words, "text", there), _choices(words, there), verb)
    return found


def _tag(name: str, where: str) -> str:
    try:
        return languages.by_name(name).tag
    except LanguageError as error:
        raise BroadcastError(f"{where}: {error}") from None


def _day(found: object) -> date | None:
    if found is None or (isinstance(found, date) and type(found) is date):
        return found
    raise BroadcastError(f"“{found}” is no day: write decide_by = 2026-12-01, without quotation marks.")
