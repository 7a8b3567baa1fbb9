"""Which of two choices a text wants where it names both: one is denied, or the other is liked better.

"He doesn't walk he takes the bus", "the zoo not the museum", "in the evening rather than in the morning",
"email is fine, better a text". Never sure: what is wanted is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.conversation import choosing, weekdays
from bot.conversation.clauses import at_but, clauses, is_busy, is_open
from bot.conversation.grammar import THINGS, Grammar, Piece
from bot.conversation.intent import has_question_mark
from bot.conversation.lexicon import Lexicon

#: where a word that denies stands behind what it denies
_BEHIND = frozenset({"so", "am", "ti", "om", "hi", "ur", "ne", "ko", "fa", "prs", "ps"})
#: where nothing of this is looked for: a syllable says too little
_SYLLABIC = frozenset({"my", "km", "lo"})
_DENIES = frozenset({"not", "dont", "refuse", "than"})
#: leaves a choice open, or speaks of something else
_OPEN = frozenset({"hedge", "or", "condition", "except", "all", "none", "both"})
#: words between a denial and what it denies
_REACH = 2
#: pieces of a text that denies one of two choices and names no other
_SHORT = 5
_CHOICES = 2
#: signs by which a choice is told where words run together
_RUN = 2


@dataclass(frozen=True, slots=True)
class _Step:
    """A piece of a text: the choices that it names, and whether it denies."""

    names: frozenset[int]
    denies: bool = False
    light: bool = False
    breaks: bool = False  #: a courtesy, or what ends a wish: another clause begins
    of_itself: bool = False  #: a denial that may be a whole clause: "she can't"


def read(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """Return the number of the choice that is wanted, from 1; 0 where none is, or nobody can tell."""
    grammar = lexicon.grammar
    if lexicon.tag in _SYLLABIC or has_question_mark(text) or weekdays.of_choices(labels, lexicon):
        return 0
    if is_busy(text, grammar) or any(letter.isdigit() for letter in grammar.level(text)):
        return 0
    if any(piece.kinds & _OPEN and not piece.kinds & {"filler", "than"} for piece in grammar.cut(text)):
        return 0
    row = list(_row(text, labels, lexicon))
    named = [step.names for step in row if step.names]
    if any(len(each) != 1 for each in named):
        return 0
    each = [next(iter(one)) for one in named]
    denied = set(_denied(row, behind=lexicon.tag in _BEHIND))
    if len(set(each)) == 1 and len(labels) == _CHOICES and denied and len(row) <= _SHORT:
        return _CHOICES + 1 - each[0]
    if len(set(each)) != _CHOICES or len(denied) != 1 or sum(a != b for a, b in pairwise(each)) > 1:
        return 0
    at = [place for place, step in enumerate(row) if step.denies]
    return (set(each) - denied).pop() if at[-1] - at[0] <= _REACH else 0  # "ne lit pas" is one denial


def _row(text: str, labels: Sequence[str], lexicon: Lexicon) -> Iterator[_Step]:
    grammar, behind = lexicon.grammar, lexicon.tag in _BEHIND
    for at, piece in enumerate(grammar.cut(text, _DENIES | THINGS | {"courtesy"})):
        if grammar.unspaced and not piece.kinds:
            yield from _signs(piece, labels, grammar)
            continue
        kinds = grammar.known.get(piece.said, frozenset())
        names = choosing.mentioned(piece, labels, grammar)
        plain_no = "no" in kinds and (at == 0) == behind  # "no, ..." answers something else
        denies = bool(piece.kinds & _DENIES) and "filler" not in kinds and not plain_no and not names
        light = "filler" in kinds and not names
        breaks = "courtesy" in kinds and not names
        yield _Step(names, denies, light, breaks, denies and not piece.kinds & {"not", "dont", "than"})


def _signs(piece: Piece, labels: Sequence[str], grammar: Grammar) -> Iterator[_Step]:
    """Go through an unknown run of signs and tell the choices in it apart."""
    at, unknown = 0, False
    while at < len(piece.said):
        names = choosing.mentioned(Piece(piece.said[at : at + _RUN]), labels, grammar)
        if names and unknown:
            yield _Step(frozenset())
        if names:
            yield _Step(names)
        unknown = not names
        at += _RUN if names else 1
    if unknown:
        yield _Step(frozenset())


def _denied(row: Sequence[_Step], *, behind: bool) -> Iterator[int]:
    """Yield the number of each choice that is denied.

    Where a choice stands before the denial as well, only small words may part it from what it denies: "the
    bus doesn't come we walk" denies no walk.
    """
    steps = list(reversed(row)) if behind else list(row)
    for at, step in enumerate(steps):
        if not step.denies:
            continue
        apart = not behind and any(each.breaks for each in steps[1:at])
        later = steps[at + 1 : at + 2 + _REACH + apart]
        place = next((n for n, each in enumerate(later) if each.names), None)
        if place is None or any(each.denies for each in later[:place]):
            continue
        named_before = any(each.names for each in steps[:at])
        between = later[:place]
        close = len(between) < _REACH and all(each.light for each in between) and not step.of_itself
        if named_before and not (close or apart):
            continue
        yield next(iter(later[place].names))


def liked_better(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "Papers get lost, better a text": the clause with the "better" holds; 0 where there is none."""
    grammar = lexicon.grammar
    parts = [piece for part in clauses(text, grammar) for piece in at_but(part, grammar)]
    if len(parts) < 2 or has_question_mark(text) or is_open(text, grammar):
        return 0
    said = {part: found[0] for part in parts if (found := choosing.read(part, labels, lexicon))}
    liked = {number for part, number in said.items() if grammar.holds(part, "prefers")}
    return liked.pop() if len(liked) == 1 and len(set(said.values())) > 1 else 0
