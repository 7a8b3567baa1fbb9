"""What names one choice at once: its weekday, its hour, "none of them", or all of it without its marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.conversation import weekdays
from bot.conversation.grammar import Grammar, Piece
from bot.conversation.letters import plain, unmarked
from bot.conversation.lexicon import Lexicon

TURNS = frozenset({"not", "except", "hedge", "all", "none", "refuse", "or", "week"})
HOUR = re.compile(r"(?<![\d:.])(\d{1,2})(?=\D|$)")
#: says that a figure is an hour
_CLOCKED = re.compile(r"\d\s?(?:[ap]\.?\s?m\b|h\b|:\d\d|(?:da|ta)\b)|\b(?:las|às|as) \d", re.IGNORECASE)
_PARTS = frozenset({"morning", "afternoon", "evening"})
#: the hours that people call by these names
OF_DAY = {"morning": range(4, 13), "afternoon": range(12, 20), "evening": range(16, 24)}
_HOURS = 24
#: choices that are languages, at least, where languages are asked for
_LANGUAGES = 2
AM, PM = (re.compile(rf"(?<![^\W\d]){half}\.?\s?m\b", re.IGNORECASE) for half in "ap")


def read(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """Return the number of the choice, from 1; 0 for none. Never sure."""
    return (
        _without_its_marks(text, labels, lexicon.grammar)
        or _none_of_them(text, labels, lexicon.grammar)
        or _by_both(text, labels, lexicon.grammar)
        or _by_language(text, labels, lexicon)
        or _by_weekday(text, labels, lexicon)
        or _by_hour(text, labels, lexicon)
        or _within_hours(text, labels, lexicon)
    )


def _without_its_marks(text: str, labels: Sequence[str], grammar: Grammar) -> int:
    """ "Thu vien": where marks matter, a whole choice written without them; 0 for none."""
    said = f" {plain(text)} "
    if not grammar.keeps_marks or not said.isascii():
        return 0
    held = [n for n, label in enumerate(labels, 1) if f" {unmarked(plain(label))} " in said]
    kin = frozenset({"grandparent"})
    things = [piece.said for piece in grammar.cut(text, kin) if piece.kinds and " " in piece.said]
    if any(
        f" {unmarked(plain(labels[n - 1]))} " in f" {unmarked(thing)} " != said
        for n in held
        for thing in things
    ):
        return 0  # "ba ngoai", who is no "ba"
    return held[0] if len(held) == 1 and not _is_turned(grammar.cut(text)) else 0


def _none_of_them(text: str, labels: Sequence[str], grammar: Grammar) -> int:
    """ "None of the three, I work": the one choice that is another time or way; 0 for none."""
    others = [n for n, label in enumerate(labels, 1) if _has(grammar.cut(label), "another")]
    pieces = [piece for piece in grammar.cut(text) if not piece.kinds & {"courtesy"}]
    if len(others) != 1 or not pieces or not pieces[0].kinds & {"none"} or "fine" in pieces[0].kinds:
        return 0
    return (
        0 if any(piece.kinds & {"hedge", "or", "yes", "but", "except"} for piece in pieces[1:]) else others[0]
    )


def _by_both(text: str, labels: Sequence[str], grammar: Grammar) -> int:
    """ "For both, if you can" where one choice is both of the others; 0 for none."""
    both = frozenset({"both"})
    held = [n for n, label in enumerate(labels, 1) if _has(grammar.cut(label, both), "both")]
    pieces = grammar.cut(text, both)
    named = any(piece.kinds for piece in pieces)
    rest = grammar.cut(" ".join(piece.said for piece in pieces if not piece.kinds))
    turned = any(piece.kinds & (TURNS - {"all"}) and not piece.kinds & {"filler"} for piece in rest)
    figures = any(letter.isdigit() for piece in rest for letter in piece.said)
    return held[0] if len(held) == 1 and named and not turned and not figures else 0


def _by_language(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "English please" for "anglais": the one choice that is a language which is named; 0 for none."""
    theirs = [lexicon.names.get(plain(label), "") for label in labels]
    if sum(map(bool, theirs)) < _LANGUAGES or _is_turned(lexicon.grammar.cut(text)):
        return 0
    said = {lexicon.names[word] for word in plain(text).split() if word in lexicon.names}
    held = [n for n, tag in enumerate(theirs, 1) if tag in said]
    others = [label for n, label in enumerate(labels, 1) if n not in held and plain(label) in plain(text)]
    return held[0] if len(held) == len(said) == 1 and not others else 0


def _by_weekday(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "The Wednesday one": where every choice has a weekday of its own, but one; 0 for none."""
    of_days = weekdays.of_choices(labels, lexicon)
    named = weekdays.named(text, lexicon) if of_days else frozenset()
    pieces = lexicon.grammar.cut(text)
    if len(named) != 1 or _is_turned(pieces) or _has(pieces, "busy", "limit", "till", "past", "next"):
        return 0
    hours = set(map(int, HOUR.findall(weekdays.beside(_figures_of(text), lexicon))))
    number = of_days.get(next(iter(named)), 0)
    if sum(named <= weekdays.named(label, lexicon) for label in labels) > 1:
        return 0  # Monday morning or Monday afternoon
    return number if number and hours <= set(map(int, HOUR.findall(labels[number - 1]))) else 0


def _by_hour(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "6pm works", "la de las 6", "celui de 18h": the hour that one choice alone begins at; 0 for none."""
    hours = [int(found[0]) if len(found := HOUR.findall(label)) == 1 else -1 for label in labels]
    said = [int(each) for each in HOUR.findall(_figures_of(text))]
    pieces = lexicon.grammar.cut(text)
    if len(said) != 1 or hours.count(said[0]) != 1 or _is_turned(pieces) or _is_limited(pieces):
        return 0
    number = hours.index(said[0]) + 1
    worded = said[0] > len(labels) and any(letter.isalpha() for letter in text)
    clear = worded or _CLOCKED.search(text) is not None
    label = labels[number - 1]
    wrong_half = any(one.search(text) and other.search(label) for one, other in ((AM, PM), (PM, AM)))
    named, own = weekdays.named(text, lexicon), weekdays.named(labels[number - 1], lexicon)
    return number if clear and not wrong_half and (named <= own or not named) else 0


def _within_hours(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "Around 4 in the afternoon" for "3 to 5 p.m.": the one choice whose hours hold it; 0 for none.

    The figure has to be said to be an hour, and a part of the day beside it has to be the choice's own.
    """
    spans = [_span(label, lexicon.grammar) for label in labels]
    said = [int(each) for each in HOUR.findall(_figures_of(text))]
    pieces = lexicon.grammar.cut(text)
    if (
        len(said) != 1
        or said[0] > _HOURS
        or spans.count(None) > 1
        or _is_turned(pieces)
        or _is_barred(pieces)
    ):
        return 0
    parts = frozenset(part for piece in pieces for part in piece.kinds.intersection(_PARTS))
    if not (parts or _CLOCKED.search(text) or _has(pieces, "oclock", "at", "timeword")) or len(parts) > 1:
        return 0
    hours = _hours_of(said[0], text, parts)
    held = [n for n, span in enumerate(spans, 1) if span and any(span[0] <= hour < span[1] for hour in hours)]
    return held[0] if len(held) == 1 else 0


def _hours_of(hour: int, text: str, parts: frozenset[str]) -> frozenset[int]:
    """Return which hours of the day a figure may be, by its half of the day or its part."""
    either = frozenset({hour % 24}) if hour > 12 else frozenset({hour % 12, hour % 12 + 12})
    if AM.search(text):
        return frozenset({hour % 12})
    if PM.search(text):
        return frozenset({hour % 12 + 12})
    held = [OF_DAY[part] for part in parts]
    return frozenset(hour for hour in either if all(hour in its for its in held))


def _span(label: str, grammar: Grammar) -> tuple[int, int] | None:
    """Return from which hour to which a choice goes, of 24; None for one without two hours."""
    hours = [int(hour) for hour in HOUR.findall(_figures_of(label))]
    if len(hours) != 2:
        return None
    first, last = hours
    parts = {part for piece in grammar.cut(label) for part in piece.kinds.intersection(_PARTS)}
    pm, am = PM.search(label) is not None, AM.search(label) is not None
    if max(hours) <= 12 and not am and (pm or parts & {"afternoon", "evening"}):
        first, last = first % 12 + 12, last % 12 + 12
    elif max(hours) <= 12 and not am and not parts:
        return None
    return (first, last) if first < last else None


def _is_barred(pieces: Sequence[Piece]) -> bool:
    """Say whether an "after", an "until" or work stands in a text: its hour is none that is offered."""
    return any(piece.kinds & {"limit", "till", "busy"} and "filler" not in piece.kinds for piece in pieces)


def _is_limited(pieces: Sequence[Piece]) -> bool:
    """Say whether an "after" or "until" stands right before a figure or right behind it."""
    at = next((n for n, piece in enumerate(pieces) if any(map(str.isdigit, piece.said))), 0)
    around = [*pieces[max(0, at - 2) : at], *pieces[at + 1 : at + 2]]
    return any(
        piece.kinds & {"limit", "till", "range_to", "busy"} and "filler" not in piece.kinds
        for piece in around
    )


def _figures_of(text: str) -> str:
    """Level a text's figures."""
    return unicodedata.normalize("NFKC", text)


def _has(pieces: Sequence[Piece], *kinds: str) -> bool:
    return any(piece.kinds.intersection(kinds) and "filler" not in piece.kinds for piece in pieces)


def _is_turned(pieces: Sequence[Piece]) -> bool:
    return any(piece.kinds & TURNS and not piece.kinds & {"filler", "option", "only"} for piece in pieces)
