"""Whether a sentence says yes or no, where no whole message of the lists does.

A negation beside a yes makes it not understood, unless a "but" stands between: "yes, but not on Tuesday"
is a yes with a comment, and is read back. A wrong reading is worse than asking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.conversation.grammar import Grammar, Piece
from bot.conversation.letters import shortened

_CLAUSE = re.compile(r"[.,;:!\n¡¿。，、；！–—()…؛،]+|\s-\s|(?<=[?？؟])")
_QUESTION = re.compile(r"[?？؟]")
_YES, _NO = frozenset({"yes", "ok", "agree", "fine"}), frozenset({"no", "refuse", "none"})
_NEGATES = frozenset({"no", "refuse", "not"})
_EMPTY = frozenset({"filler", "courtesy", "and", "around", "only"})


#: letters of a syllabic script, and Chinese or Korean signs, that make a phrase
_LETTERS, _SIGNS = 6, 2
#: words of a clause that a "no" may end: "malerezman non"
_FEW = 3


class Leaning(IntEnum):
    """Where a clause leans."""

    NONE = 0
    YES = 1
    NO = 2
    TORN = 3  #: both, or "maybe": nothing is understood


@dataclass(frozen=True, slots=True)
class Reading:
    """What one clause says. `whole`: no word of it is unknown; `begins_but`: it limits the one before."""

    leaning: Leaning
    whole: bool = False
    begins_but: bool = False
    begins: bool = False  #: the yes or no stands first


def read(text: str, grammar: Grammar, asked: str = "") -> tuple[int, bool] | None:
    """Return 1 for yes or 2 for no, and whether that is sure; None if it is neither, or could be both.

    `asked` is the question: a text that only repeats words of it agrees, or denies with a negation.
    """
    parts = [part for part in _CLAUSE.split(text) if part and grammar.level(part)]
    told = [part for part in parts if not _QUESTION.search(part)]
    if not told or (_QUESTION.search(parts[0]) and len(parts) > 1):
        return None
    clauses = [_clause(grammar.cut(part)) for part in told]
    if clauses[0].leaning is Leaning.NONE and asked and len(told) == 1 == len(parts):
        return _echoed(grammar.cut(text), asked, grammar)
    return _joined(clauses)


def _joined(clauses: Sequence[Reading]) -> tuple[int, bool] | None:
    said = [clause for clause in clauses if clause.leaning is not Leaning.NONE]
    if not said or said[0].leaning is Leaning.TORN:
        return None
    first = said[0]
    if first is not clauses[0] and not (clauses[0].whole or first.begins):
        return None
    for clause in clauses[clauses.index(first) + 1 :]:
        if clause.leaning and clause.leaning is not first.leaning and not _comments(clause, first):
            return None
    return int(first.leaning), first.whole and all(
        each.leaning in {Leaning.NONE, first.leaning} for each in clauses
    )


def _comments(clause: Reading, first: Reading) -> bool:
    """ "Yes, but not on Tuesday"; "yes, no allergies": a comment, where "yes, no" is none."""
    return clause.begins_but or (first.whole and first.begins and not clause.whole)


def _clause(pieces: Sequence[Piece]) -> Reading:
    whole = all(piece.kinds & (_YES | _NO | _NEGATES | _EMPTY) for piece in pieces)
    begins_but = bool(pieces) and "but" in pieces[0].kinds
    upto = next((place for place, piece in enumerate(pieces) if "but" in piece.kinds and place), len(pieces))
    if any("hedge" in piece.kinds for piece in pieces[:upto]):
        return Reading(Leaning.TORN, whole, begins_but)
    told = [piece for piece in pieces if not _is_empty(piece)]
    if not told and pieces and pieces[0].kinds & {"yes", "no"}:
        told = list(pieces)
    if not told:
        return Reading(Leaning.NONE, whole, begins_but)
    lead, rest = told[0], told[1:]
    if _is_turned(lead, rest[:1]) or "asks" in pieces[-1].kinds:
        return Reading(Leaning.TORN, whole, begins_but)
    if lead.kinds & _YES and not lead.kinds & _NEGATES:
        return Reading(_led(Leaning.YES, rest), whole, begins_but, begins=True)
    if lead.kinds & _NO and not lead.kinds & _YES:
        return Reading(_led(Leaning.NO, rest), whole, begins_but, begins=True)
    if "not" in lead.kinds and rest and "agree" in rest[0].kinds:
        return Reading(_led(Leaning.NO, rest), whole, begins_but, begins=True)
    return Reading(_inside(told), whole, begins_but)


def _is_turned(lead: Piece, following: Sequence[Piece]) -> bool:
    """ "No problem" that no list has; two negations where words run together: nothing is understood."""
    if not lead.kinds & _NEGATES or lead.kinds & _YES:
        return False
    together = "\u0e00" <= lead.said[:1] < "\uac00"
    return any("problem" in each.kinds or (together and each.kinds & _NEGATES) for each in following)


def _is_empty(piece: Piece) -> bool:
    """A word that is also a pronoun or an article weighs nothing ("co" for "cô", the teacher)."""
    return (
        bool(piece.kinds & _EMPTY)
        and not piece.kinds & (_NO | {"agree", "fine"})
        and ("filler" in piece.kinds or not piece.kinds & (_YES | _NEGATES))
    )


def _led(leaning: Leaning, rest: Iterable[Piece]) -> Leaning:
    """What follows must not say the contrary, unless a "but" comes before it."""
    for piece in rest:
        if "but" in piece.kinds:
            return leaning
        if leaning is Leaning.YES and piece.kinds & _NEGATES and not piece.kinds & _YES:
            return Leaning.TORN
        if leaning is Leaning.NO and ("yes" in piece.kinds or ("agree" in piece.kinds and " " in piece.said)):
            return Leaning.TORN
    return leaning


def _inside(told: Sequence[Piece]) -> Leaning:
    """A clause that begins with other words leans only by a phrase of its own: "we all will be there"."""
    denied = any(piece.kinds & _NEGATES and not piece.kinds & _YES for piece in told)
    refused = any("refuse" in piece.kinds and _is_phrase(piece.said) for piece in told)
    agreed = any("agree" in piece.kinds and " " in piece.said for piece in told)
    if agreed and not denied:
        return Leaning.YES
    yes = any("yes" in piece.kinds or ("agree" in piece.kinds and " " in piece.said) for piece in told)
    ends = "no" in told[-1].kinds and len(told) <= _FEW
    if (refused or ends) and not yes:
        return Leaning.NO
    return Leaning.TORN if denied and agreed else Leaning.NONE


def _echoed(pieces: Sequence[Piece], asked: str, grammar: Grammar) -> tuple[int, bool] | None:
    """ "He takes it", "not need" to "does he take …", "do you need …": the question's words, never sure."""
    question = grammar.cut(asked)
    if any(piece.kinds & {"not", "no", "problem"} for piece in question) or grammar.unspaced:
        return None
    words = {word for word in grammar.level(asked).split() if len(word) > 1}
    rest = [piece for piece in pieces if not piece.kinds & _EMPTY or piece.kinds & _NEGATES]
    denials = [piece for piece in rest if piece.kinds & _NEGATES]
    others = [piece for piece in rest if not piece.kinds & _NEGATES]
    if not others or len(denials) > 1 or not all(_repeats(piece, words) for piece in others):
        return None
    return (2 if denials else 1), False


def _repeats(piece: Piece, words: set[str]) -> bool:
    """Days and figures are repeated to ask about them."""
    if any(letter.isdigit() for letter in piece.said) or piece.kinds & {
        "hedge",
        "or",
        "except",
        "limit",
        "week",
    }:
        return False
    return all(word in words for word in piece.said.split())


def _is_phrase(said: str) -> bool:
    """More than one word; in scripts without spaces, letters enough that they stand there by no chance."""
    if " " in said:
        return True
    enough = _LETTERS if "\u0e00" <= said[0] <= "\u1fff" else _SIGNS
    return not said.isascii() and said[0] >= "\u0e00" and len(said) >= enough


def drawn_out(text: str, grammar: Grammar) -> tuple[int, bool] | None:
    """ "Siiii", "yesss": the same without the letters that were drawn out."""
    if all(word in grammar.known for word in grammar.level(text).split()):
        return None
    for shorter in shortened(grammar.level(text)):
        found = read(shorter, grammar)
        if found is not None:
            return found
    return None
