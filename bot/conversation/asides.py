"""Which choices an answer wants, where it only tells of others: "the laptop please, our tablet is cracked".

A clause that names choices and says nothing else is the answer; so is one that asks for its choice ("get him
the large"). A clause in which something else is said of another choice tells of it. Never sure: what is
wanted is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
_SIZE: Final = re.compile(r"(?<!\w)(?:X{0,3}[SL]|M|[PG]{1,2}|XG)(?!\w)")
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


def one_of(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """Return the number of the one choice that is wanted, from 1; 0 where nobody can tell."""
    named = _named(text, labels, lexicon)
    if len(frozenset[int]().union(*(part.names for part in named))) < _TWO or _unclear(
        text, named, labels, lexicon
    ):
        return 0
    picked = {part.names for part in named if part.picks}
    if len(picked) == 1:
        return _only(picked.pop())
    plain = [n for n, part in enumerate(named) if part.plain]
    if picked or len(plain) != 1 or not (plain[0] == 0 or named[plain[0]].wants):
        return 0
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
    cut = (piece for clause in clauses(told(text, grammar), grammar) for piece in at_but(clause, grammar))
    return [part for piece in cut if (part := _part(piece, labels, of_days, lexicon)).names]


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


def _part(text: str, labels: Sequence[str], of_days: dict[int, int], lexicon: Lexicon) -> _Part:
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
    return held, rest


def _akin(piece: Piece, labels: Sequence[str], grammar: Grammar) -> frozenset[int]:
    if piece.kinds or grammar.unspaced:
        return frozenset()
    return frozenset(choosing.all_named(piece.said, labels, grammar)[0])


def _are_figures(labels: Sequence[str]) -> bool:
    """ "34; 36; 38": choices that are figures, beyond any place."""
    return all(plain(label).isdecimal() and int(plain(label)) > len(labels) for label in labels)


def _sizes(text: str, labels: Sequence[str]) -> frozenset[int]:
    """ "M mais mettez L": sizes by their letters, as capitals."""
    letters = [label.strip() for label in labels]
    if len(letters) < _TWO or not all(_SIZE.fullmatch(each) for each in letters) or text.isupper():
        return frozenset()
    said = set(_SIZE.findall(text))
    return frozenset(n for n, each in enumerate(letters, 1) if each in said)
