"""Which one of several choices a text names: by place, letter, or words that only one of them has.

Two of them named, a negation or "either" beside one: none is understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.conversation.grammar import Grammar, Piece
from bot.conversation.lexicon import Lexicon
from bot.conversation.slips import near

#: kinds of words that say nothing about which choice is meant
_EMPTY = frozenset({"filler", "courtesy", "option", "yes", "ok", "agree", "and", "around", "only", "want"})
#: parts of a day, which people call by several names
_PARTS = ("morning", "afternoon", "evening", "another")
_TURNS = frozenset({"not", "except", "hedge", "all", "none", "refuse", "or", "week"})
#: a word and a longer form of it: "galab" and "galabtii"
_STEM, _ENDING, _CUT = 4, 3, 2
_LETTERS = "abcdef"


def read(text: str, labels: Sequence[str], lexicon: Lexicon) -> tuple[int, bool] | None:
    """Return the number of the choice that is named, from 1, and whether that is sure."""
    grammar = lexicon.grammar
    named = _placed(text, len(labels), lexicon)
    if named is not None:
        return named, True
    by_name = _by_unspaced if grammar.unspaced else _by_words
    return by_name(text, labels, grammar) or _by_part_of_day(text, labels, grammar)


def _placed(text: str, count: int, lexicon: Lexicon) -> int | None:
    """ "The second one", "option b", "number 2", "2)": a place and nothing else of weight."""
    grammar = lexicon.grammar
    ordinal = _ordinal(grammar.level(text), grammar)
    if ordinal is not None and ordinal <= count:
        return ordinal
    pieces = grammar.cut(text, frozenset({"option", "courtesy"}))
    kept = [piece.said for piece in pieces if not piece.kinds]
    if len(kept) != 1:
        return None
    if kept[0] in _LETTERS and _LETTERS.index(kept[0]) < count:
        return _LETTERS.index(kept[0]) + 1
    place = int(kept[0]) if kept[0].isdecimal() and len(kept[0]) == 1 else 0
    if not place and any("option" in piece.kinds for piece in pieces):
        place = lexicon.numbers.get(kept[0], 0)
    return place if 1 <= place <= count else None


def _by_part_of_day(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, bool] | None:
    """ "In the morning" for "8 to 11 a.m.": where only one choice has that part of the day."""
    pieces = grammar.cut(text)
    meant = {
        part for part in _PARTS for piece in pieces if part in piece.kinds and not piece.kinds & {"fine"}
    }
    if len(meant) != 1:
        return None
    part = meant.pop()
    held = [
        n for n, label in enumerate(labels, 1) if any(part in piece.kinds for piece in grammar.cut(label))
    ]
    rest = [piece for piece in pieces if part not in piece.kinds]
    if len(held) != 1 or _limited(pieces, part):
        return None
    return _weighed(held[0], rest, slips=True)


def _limited(pieces: Sequence[Piece], part: str) -> bool:
    """ "After the evening" is no evening."""
    at = next(place for place, piece in enumerate(pieces) if part in piece.kinds)
    return at > 0 and "limit" in pieces[at - 1].kinds


def _ordinal(said: str, grammar: Grammar) -> int | None:
    """Return the one ordinal of a text in which nothing else weighs."""
    spaced = said.replace(" ", "") if grammar.unspaced else f" {said} "
    found: set[int] = set()
    for form in sorted(grammar.ordinals, key=len, reverse=True):
        wanted = form.replace(" ", "") if grammar.unspaced else f" {form} "
        if wanted in spaced:
            found.add(grammar.ordinals[form])
            spaced = spaced.replace(wanted, "" if grammar.unspaced else "  ")
    if len(found) != 1:
        return None
    rest = grammar.cut(spaced)
    light = all(piece.kinds & _EMPTY and not piece.kinds & {"not", "hedge"} for piece in rest)
    return found.pop() if light else None


def _own_words(labels: Sequence[str], grammar: Grammar) -> tuple[frozenset[str], ...]:
    """Return, choice by choice, the words that no other choice has."""
    words = [
        {
            word
            for word in grammar.level(label).split()
            if not word.isdecimal()
            and not grammar.known.get(word, frozenset()) & {"filler", "and", "or", "option"}
        }
        for label in labels
    ]
    return tuple(
        frozenset(own - set[str]().union(*(other for m, other in enumerate(words) if m != n)))
        for n, own in enumerate(words)
    )


def _by_words(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, bool] | None:
    own = _own_words(labels, grammar)
    words = grammar.level(text).split()
    hits = {word: tuple(n for n, its in enumerate(own, 1) if grammar.fronts(word) & its) for word in words}
    slips = not any(hits.values())
    if slips:
        hits = {word: _nearly_whose(word, own) for word in words}
    meant = {n for found in hits.values() for n in found}
    if len(meant) != 1 or any(len(found) > 1 for found in hits.values()):
        return None
    label = set(grammar.level(labels[next(iter(meant)) - 1]).split())
    rest = [word for word in words if not hits[word] and word not in label]
    return _weighed(next(iter(meant)), grammar.cut(" ".join(rest)), slips=slips)


def _weighed(number: int, rest: Sequence[Piece], *, slips: bool) -> tuple[int, bool] | None:
    """A choice beside a negation, an "or" or other figures is none; beside unknown words it is unsure."""
    if any(piece.kinds & _TURNS and not piece.kinds & {"filler", "option"} for piece in rest):
        return None
    if any(letter.isdigit() for piece in rest for letter in piece.said):
        return None
    return number, not slips and all(piece.kinds & _EMPTY for piece in rest)


def _nearly_whose(word: str, own: Sequence[frozenset[str]]) -> tuple[int, ...]:
    """Name the choices that have another form of a word, or the word without a slip of the keys."""
    akin = tuple(n for n, words in enumerate(own, 1) if any(_akin(word, each) for each in words))
    return akin or tuple(n for n, words in enumerate(own, 1) if any(near(word, each) for each in words))


def _akin(word: str, its: str) -> bool:
    if min(len(word), len(its)) < _STEM:
        return False
    longer = word.startswith(its) and len(word) - len(its) <= _ENDING
    return longer or (its.startswith(word) and len(its) - len(word) <= _CUT)


def _by_unspaced(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, bool] | None:
    """The same where words run together: a run of letters that one choice alone has."""
    said = grammar.level(text).replace(" ", "")
    runs = _own_runs([grammar.level(label) for label in labels])
    held = [n for n, its in enumerate(runs, 1) if any(run in said for run in its)]
    if len(held) != 1:
        return None
    rest = said
    for run in sorted(runs[held[0] - 1], key=len, reverse=True):
        rest = rest.replace(run, "")
    return _weighed(held[0], grammar.cut(rest), slips=False)


def _own_runs(labels: Sequence[str]) -> list[set[str]]:
    runs = [{run for run in re.split(r"[\d\s]+", label) if len(run) > 1} for label in labels]
    return [
        {own for run in its if len(own := _apart(run, runs[:n] + runs[n + 1 :])) > 1}
        for n, its in enumerate(runs)
    ]


def _apart(run: str, others: Sequence[set[str]]) -> str:
    """Return what a run has after the beginning it shares with another choice; nothing if it is another's."""
    theirs = [other for its in others for other in its]
    if run in theirs:
        return ""
    shared = max((_alike(run, other) for other in theirs), default=0)
    return run[shared:] if shared > 1 else run


def _alike(one: str, other: str) -> int:
    """Return with how many letters two runs begin alike."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
