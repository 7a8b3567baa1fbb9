"""Which choices an answer wants, where it only tells of others: "the laptop please, our tablet is cracked".

A clause that names choices and says nothing else is the answer; so is one that asks for its choice ("get him
the large"). A clause in which something else is said of another choice tells of it. Never sure: what is
wanted is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.conversation import choosing, weekdays
from bot.conversation.clauses import at_but, clauses, is_busy, is_open, told
from bot.conversation.grammar import PEOPLE, THINGS, Grammar, Piece
from bot.conversation.intent import has_question_mark, without_courtesy
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon

_LIGHT: Final = frozenset(
    {"filler", "courtesy", "option", "yes", "ok", "agree", "and", "around", "only", "want", "need", "wish",
     "picks", "prefers", "suits", "well", "fine", "counter", "timeword", "every", "next", "all"}
)  # fmt: skip
#: says that one has a thing, or that it is no matter
_HAS: Final = frozenset({"supplied", "has_it", "exists", "already", "past", "over"})
_DENIES: Final = frozenset({"not", "no", "dont", "refuse", "none", "than"})
#: leaves open what is wanted, or whose word it is
_OPEN: Final = frozenset({"hedge", "or", "condition", "except", "others"})
_ADDS: Final = frozenset({"and"})
_WANTS: Final = frozenset({"want", "need", "wish"})
#: where a syllable names too little
_SYLLABIC: Final = frozenset({"my", "km", "lo"})
#: sizes by their letters, as they are written
_SIZE: Final = re.compile(r"(?<![A-Za-z])(?:X{0,3}[SL]|M|[PG]{1,2}|XG)(?![A-Za-z'’])")
_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class _Part:
    """A clause: which choices it names, and how."""

    text: str
    names: frozenset[int]
    plain: bool  #: nothing else is said
    picks: bool  #: it asks for what it names
    wants: bool  #: it says that it is wanted or needed
    adds: bool  #: it has an "and" or an "also"
    of_others: bool  #: somebody else wants it
    has: bool  #: more is said of it than a list would
    states: bool  #: a verb is said of it that is no wish
    denied: bool
    cut_off: bool  #: another clause stands right before it, without a mark


def one_of(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """Return the number of the one choice that is wanted, from 1; 0 where this cannot tell.

    Less than 0 where two sizes are named by their letters, and nobody can.
    """
    named = _named(text, labels, lexicon)
    if len(labels) == _TWO and (other := _the_other(text, named, lexicon)):
        return other
    alone = len(frozenset[int]().union(*(part.names for part in named))) < _TWO
    if (alone and not _is_sized(labels) and not any(part.cut_off for part in named)) or _unclear(
        text, named, labels, lexicon
    ):
        return 0
    picked = {part.names for part in named if part.picks}
    if len(picked) == 1:
        return _only(picked.pop())
    if alone and named and _is_sized(labels) and not any(part.denied for part in named):
        return _only(named[0].names)
    plain = [n for n, part in enumerate(named) if part.plain]
    if alone or picked or len(plain) != 1 or not (plain[0] == 0 or named[plain[0]].wants):
        return -1 if _is_sized(labels) and not alone else 0
    return _only(named[plain[0]].names)


def several_of(text: str, asked: str, labels: Sequence[str], lexicon: Lexicon) -> str:
    """Return what is left of a text without what it only tells of; nothing where that is not clear.

    "Hat n gloves. He has a coat from the church": the list stands first, and of what follows each clause
    that names another choice denies it, or where a need is asked for says more of it than a list would.
    """
    needs = lexicon.grammar.holds(asked, "need", "offers")
    named = _named(text, labels, lexicon)
    first = next((n for n, part in enumerate(named) if _is_told(part, needs=needs)), len(named))
    listed, behind = named[:first], named[first:]
    if not listed or not behind or _unclear(text, named, labels, lexicon):
        return ""
    only = any(piece.kinds & {"only"} for part in listed for piece in lexicon.grammar.cut(part.text))
    wanted = frozenset[int]().union(*(part.names for part in listed))
    if any(part.adds or part.picks or part.names & wanted or len(part.names) > 1 for part in behind):
        return ""
    if not only and not all(part.denied or (needs and (part.has or part.states)) for part in behind):
        return ""
    return ", ".join(part.text for part in listed)


def _named(text: str, labels: Sequence[str], lexicon: Lexicon) -> list[_Part]:
    """Return the clauses that name a choice."""
    grammar = lexicon.grammar
    if lexicon.tag in _SYLLABIC:
        return []
    of_days = weekdays.of_choices(labels, lexicon)
    parts = [
        _part(piece, labels, of_days, lexicon, cut_off=n > 0)
        for clause in clauses(told(text, grammar), grammar)
        for n, piece in enumerate(each for one in at_but(clause, grammar) for each in _at_pick(one, grammar))
    ]
    return [part for part in parts if part.names]


def _at_pick(clause: str, grammar: Grammar) -> list[str]:
    """ "I don't read well better ring me": what asks for a choice begins a clause, if verbs stand first."""
    pieces, words = grammar.cut(clause), clause.split()
    at = [n for n, piece in enumerate(pieces[:-1]) if n and piece.kinds & {"picks", "prefers"}]
    if grammar.unspaced or grammar.cease_last or not at:
        return [clause]
    if sum(len(piece.said.split()) for piece in pieces) != len(words):
        return [clause]
    ends = [0, *(sum(len(piece.said.split()) for piece in pieces[:n]) for n in at), len(words)]
    return [" ".join(words[one:two]) for one, two in pairwise(ends) if two > one]


def _the_other(text: str, named: Sequence[_Part], lexicon: Lexicon) -> int:
    """ "Not Thursday, I got court. The other one is fine": of two the one that is not denied."""
    grammar = lexicon.grammar
    if has_question_mark(text) or len(named) != 1 or len(named[0].names) != 1 or not named[0].denied:
        return 0
    hedged = any(piece.kinds & {"hedge", "or", "condition"} for piece in grammar.cut(text))
    if hedged or not grammar.holds(text, "others", "another", "the_other"):
        return 0
    return _TWO + 1 - next(iter(named[0].names))


def _is_sized(labels: Sequence[str]) -> bool:
    return len(labels) >= _TWO and all(_SIZE.fullmatch(label.strip()) for label in labels)


def _is_told(part: _Part, *, needs: bool) -> bool:
    return not part.plain or (needs and part.states and not part.wants)


def _only(names: frozenset[int]) -> int:
    return next(iter(names)) if len(names) == 1 else 0


def _unclear(text: str, named: Sequence[_Part], labels: Sequence[str], lexicon: Lexicon) -> bool:
    return (
        has_question_mark(text)
        or is_open(text, lexicon.grammar)
        or any(part.of_others for part in named)
        or (any(letter.isdigit() for letter in text) and not _are_figures(labels))
    )


def _part(
    text: str, labels: Sequence[str], of_days: dict[int, int], lexicon: Lexicon, *, cut_off: bool
) -> _Part:
    grammar = lexicon.grammar
    names, rest = _names(text, labels, of_days, lexicon)
    kinds = frozenset[str]().union(*(piece.kinds for piece in rest))
    denied = any(piece.kinds & _DENIES and not piece.kinds & {"filler", "and"} for piece in rest)
    hedged = any(piece.kinds & _OPEN and "filler" not in piece.kinds for piece in rest)
    busy = is_busy(text, grammar)
    light = all(piece.kinds & _LIGHT and not _tells(piece) for piece in rest)
    return _Part(
        text,
        names,
        plain=bool(names) and light and not (denied or hedged or busy),
        picks=bool(names) and bool(kinds & {"picks", "prefers"}) and not (denied or hedged or busy),
        wants=bool(kinds & _WANTS) or not rest,
        adds=any(piece.kinds & _ADDS for piece in rest),
        of_others=bool(names) and any(piece.kinds & PEOPLE for piece in rest),
        has=bool(names) and any(not piece.kinds or _tells(piece) for piece in rest),
        states=any(piece.kinds & {"states", "agree"} and not piece.kinds & _WANTS for piece in rest),
        denied=denied,
        cut_off=cut_off,
    )


def _tells(piece: Piece) -> bool:
    return bool(piece.kinds & _HAS) or bool(piece.kinds & THINGS and not piece.kinds & _LIGHT)


def _names(
    text: str, labels: Sequence[str], of_days: dict[int, int], lexicon: Lexicon
) -> tuple[frozenset[int], list[Piece]]:
    """Return the choices that a clause names, and the rest of its pieces."""
    grammar = lexicon.grammar
    if of_days:
        days = weekdays.named(text, lexicon)
        held = frozenset(number for day in days if (number := of_days.get(day)))
        rest = [piece for piece in grammar.cut(text) if not weekdays.named(piece.said, lexicon)]
        return held, rest
    if sizes := _sizes(text, labels):
        return sizes, grammar.cut(_SIZE.sub(" ", text))
    if _are_figures(labels):
        pieces = grammar.cut(text)
        held = frozenset(
            n for n, label in enumerate(labels, 1) if plain(label) in [one.said for one in pieces]
        )
        return held, [piece for piece in pieces if not piece.said.isdecimal()]
    held = frozenset[int]()
    rest = list[Piece]()
    for piece in grammar.cut(without_courtesy(text, lexicon)):
        its = choosing.mentioned(piece, labels, grammar) or _akin(piece, labels, grammar)
        held |= its
        if not its:
            rest.append(piece)
    return held or _whole(text, labels, grammar), rest


def _akin(piece: Piece, labels: Sequence[str], grammar: Grammar) -> frozenset[int]:
    if piece.kinds or grammar.unspaced:
        return frozenset()
    return frozenset(choosing.all_named(piece.said, labels, grammar)[0])


def _whole(text: str, labels: Sequence[str], grammar: Grammar) -> frozenset[int]:
    """ "The large shirt" of "Large; X-Large": whole choices, but those that are part of a longer one here."""
    if grammar.unspaced:
        return frozenset()
    said, levelled = f" {grammar.level(text)} ", [grammar.level(label) for label in labels]
    held = [n for n, label in enumerate(levelled, 1) if label and f" {label} " in said]
    return frozenset(n for n in held if not any(m != n and levelled[n - 1] in levelled[m - 1] for m in held))


def _are_figures(labels: Sequence[str]) -> bool:
    """ "34; 36; 38": choices that are figures, beyond any place."""
    return all(plain(label).isdecimal() and int(plain(label)) > len(labels) for label in labels)


def _sizes(text: str, labels: Sequence[str]) -> frozenset[int]:
    """ "M mais mettez L": sizes by their letters, as capitals."""
    if not _is_sized(labels) or text.isupper():
        return frozenset()
    letters = [label.strip() for label in labels]
    said = set(_SIZE.findall(text))
    return frozenset(n for n, each in enumerate(letters, 1) if each in said)
