"""How many people a text counts up: "me and my husband", "my wife, her mother and I", "2 adults 3 kids".

Every word has to be accounted for, and a sum is never sure: it is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.conversation.clauses import clauses
from bot.conversation.grammar import PEOPLE, Grammar, Piece
from bot.conversation.intent import has_question_mark

#: people of whom there may be several
_SOME = frozenset({"sister", "brother", "counter"})
#: people of whom there is one
_ONE = (PEOPLE - _SOME) | {"myself", "one_child", "spouse"}
_KINDS = _ONE | _SOME | {"and", "with", "many_people", "total", "couple"}
#: what may stand between them
_LIGHT = frozenset(
    {"filler", "courtesy", "agree", "only", "yes", "ok", "wish", "about", "total", "around", "hence"}
)
#: how Arabic ends a word for two of something
_DUAL = ("ين", "ان")
_OPEN = frozenset({"hedge", "or", "not", "no", "refuse", "condition", "none", "all"})
_LEAST = _COUPLE = 2


@dataclass(slots=True)
class _Sum:
    """What has been counted so far."""

    named: int = 0  #: people who are named
    sons: int = 0  #: those of them who are a son or a daughter
    numbered: int = 0  #: people behind a number: "2 kids"
    groups: int = 0  #: how many such numbers there are
    leads: bool = False  #: such a number stands before everybody who is named
    first: int = 0  #: the first of them, which may be the sum of the others
    last: int = 0  #: the last of them, which may be the sum of all others
    told: int = 0  #: a number that counts nobody in particular, and so may be the sum
    bare: int = 0  #: people without a number behind a sum: "three: two boys and a girl"
    joined: bool = False  #: an "and" stands between
    counts_children: bool = False  #: a number counts children, or a sister, and no "people"
    pending: int = 0  #: a number of which we do not know yet what it counts


def count(text: str, grammar: Grammar, asked: str, number: Callable[[str], int | None]) -> int | None:
    """Return how many people are named; None where that is not all that is said.

    `number` reads a number word; `asked` is the question: where it counts children, no parent counts.
    """
    children = grammar.kinds.get("children", frozenset())
    if grammar.unspaced or not children or has_question_mark(text):
        return None
    if grammar.holds(asked, "hour", "oclock", "timeword"):
        return None  # "une heure, après je coupe" counts hours
    found = _summed(_groups(text, grammar), grammar, number)
    if found is None or (found.named > found.sons and grammar.holds(asked, "children")):
        return None
    of_children = grammar.holds(asked, "children")
    if of_children and found.groups == _LEAST and not found.joined and not found.told:
        return None  # "3 kids 1 boy": one of the three, perhaps
    if found.named == found.numbered == 1 and not found.joined:
        return None  # "kuv ib leeg xwb": me, one person
    if found.groups > _LEAST and found.first * 2 == found.numbered and not found.told:
        return None  # "2 adults 1 boy 1 girl": two or four
    total = found.named + found.numbered
    summed = found.leads and found.groups == 1 and not found.told
    if summed and found.named in {found.first, found.first - 1}:
        return None  # "2 people, me and my wife"
    of_all = found.groups == 1 and not found.counts_children and found.last == found.named
    if of_all and not found.leads and not found.joined:
        return found.last  # "me and my wife, two people"
    if found.named and found.groups > 1 and found.last * 2 == total:
        return found.last  # "me, my husband and 3 kids, 5 people"
    if found.leads and found.named and found.groups > 1 and found.first * 2 == total:
        return None  # "4 of us, me, my husband and 2 kids": four, or eight
    if told := found.told or found.pending:
        exact = told in {total, total + found.bare}
        return told if exact or (not found.numbered and _LEAST <= total <= told) else None
    return total if found.named + found.groups >= _LEAST and not found.bare else None


def _groups(text: str, grammar: Grammar) -> list[list[Piece]]:
    """Cut a text at its commas and before each "and": "me | my husband | and 2 kids"."""
    groups: list[list[Piece]] = []
    for part in clauses(text, grammar):
        groups.append([])
        for piece in grammar.cut(part, _KINDS):
            if piece.kinds & {"and", "with"} and groups[-1]:
                groups.append([])
            groups[-1].append(piece)
    return [group for group in groups if not all(_is_polite(piece, grammar) for piece in group)]


def _is_polite(piece: Piece, grammar: Grammar) -> bool:
    return bool(grammar.known.get(piece.said, frozenset()) & {"courtesy", "yes", "ok", "agree"})


def _summed(
    groups: Sequence[Sequence[Piece]], grammar: Grammar, number: Callable[[str], int | None]
) -> _Sum | None:
    """Count group by group; in each there has to be somebody, or a number."""
    found = _Sum()
    for group in groups:
        before = (found.named, found.numbered, found.pending, found.bare)
        behind = False  # what is counted, before its number: "n'abana batatu"
        for piece in group:
            kinds = piece.kinds or _behind_front(piece.said, grammar)
            value = None if kinds & _ONE else _value_of(piece.said, grammar, number)
            dual = value is not None and ("counter" in kinds or _is_fronted(piece.said, number))
            if behind and value is not None and not dual:
                found.numbered, found.groups, found.last = found.numbered + value, found.groups + 1, value
                behind = False
                continue
            behind = value is None and "children" in kinds | grammar.known.get(piece.said, frozenset())
            behind = behind and not (found.pending or found.numbered)
            if "many_people" in kinds or (dual and not _add(found, frozenset(), value, light=False)):
                return None
            found.counts_children = found.counts_children or dual or _is_child(piece, grammar)
            if not _add(found, kinds, None if dual else value, _is_light(piece, grammar)):
                return None
        if before == (found.named, found.numbered, found.pending, found.bare):
            return None  # somebody whom nobody knows
    return found


def _is_child(piece: Piece, grammar: Grammar) -> bool:
    return bool(grammar.known.get(piece.said, frozenset()) & {"children", "one_child", "sister", "brother"})


def _is_fronted(said: str, number: Callable[[str], int | None]) -> bool:
    """Say whether a number is only one behind its front: "والبنتين", and the two girls."""
    return said.endswith(_DUAL) and number(said) is None


def _value_of(said: str, grammar: Grammar, number: Callable[[str], int | None]) -> int | None:
    """Read a figure or a number word, behind what Arabic writes onto its front: "وولدين"."""
    if said.isdecimal():
        return int(said)
    forms = (said, *sorted(grammar.fronts(said) - {said})) if grammar.arabic else (said,)
    return next((value for form in forms if (value := number(form)) is not None), None)


def _add(found: _Sum, kinds: frozenset[str], value: int | None, light: bool) -> bool:
    """Count one piece in; say whether that is possible."""
    if value is not None:
        possible = not found.pending or not (found.told or found.named or found.numbered)
        found.told, found.pending = found.told or found.pending, value
        return possible and value > 0
    if kinds & _ONE and not ("one_child" in kinds and found.pending):
        if found.pending and (found.named or found.numbered or found.told):
            return False
        found.told, found.pending = found.told or found.pending, 0
        found.named += 1
        found.sons += "one_child" in kinds
        return True
    if kinds & (_SOME | {"one_child"}) and found.pending:
        found.leads = found.leads or not (found.named or found.numbered)
        found.first = found.first or found.pending
        found.numbered += found.pending
        found.last = found.pending
        found.groups += 1
        found.pending = 0
        return True
    if "couple" in kinds and not found.pending:
        found.named += _COUPLE
        return True
    if kinds & {"and", "with"}:
        found.joined = True
        return not found.pending
    if "counter" in kinds and (found.told or found.numbered):
        found.bare += 1
        return True
    return light and (not kinds & _SOME or "total" in kinds)


def _behind_front(said: str, grammar: Grammar) -> frozenset[str]:
    """Return what a word is behind what Arabic writes onto its front: "وزوجتي"."""
    return frozenset(kind for word in grammar.fronts(said) for kind in grammar.known.get(word, ())) & _KINDS


def _is_light(piece: Piece, grammar: Grammar) -> bool:
    kinds = grammar.known.get(piece.said, frozenset())
    return bool(kinds & (_LIGHT | {"and", "with"})) and not kinds & _OPEN
