"""Questions to which a plain yes is no answer: "do you mind if …?", and those that ask the negative.

To "do you mind?" a "sure, go ahead" and a "yes" both leave open what is meant; what denies the bother is a
no. A negative question has two meanings for “yes”, and staff cannot approve one in English; of one that
comes from elsewhere, or in another language, no answer is read. Illness and trouble that a question
speaks of may be over: "gone since last night" is a no to "does she still have a fever?".
"""

from __future__ import annotations

from bot.conversation.clauses import clauses
from bot.conversation.grammar import Grammar, Piece

_DENIES = frozenset({"not", "no", "none", "zero", "nothing"})
#: that it is no bother, or that all is well
_FINE = frozenset({"no_bother", "well"})
_OPEN = frozenset({"hedge", "or", "but", "except", "condition", "wh"})
#: words that agree to nothing
_LIGHT = _DENIES | _FINE | {"filler"}
#: pieces in which a yes would agree
_LEAD = 2
_AGREES = frozenset({"yes", "ok", "agree"})
#: of what somebody recovers, or what gets mended
_TROUBLE = frozenset({"problem", "matter", "ailment", "trouble"})


def asks_bother(question: str, grammar: Grammar) -> bool:
    """Say whether a question is "do you mind …?", "any objection to …?"."""
    return grammar.holds(question, "bother")


def asks_negative(question: str, grammar: Grammar) -> bool:
    """Say whether a question asks the negative: "孩子是不是不吃猪肉?"."""
    return grammar.holds(question, "asked_not")


def denies_bother(text: str, grammar: Grammar) -> bool:
    """Say whether a text denies a bother: "no, go ahead", "I don't mind at all", "никаких возражений"."""
    parts = [grammar.cut(part) for part in clauses(text, grammar)]
    pieces = [piece for part in parts[:1] for piece in part if "courtesy" not in piece.kinds]
    behind = [piece for part in parts[1:] for piece in part]
    if not pieces or any(_leaves_open(piece) for piece in (*pieces, *behind)):
        return False
    if any(piece.kinds & _FINE for piece in (*pieces, *behind)):
        return not any("yes" in piece.kinds and not piece.kinds & _LIGHT for piece in pieces[:_LEAD])
    if any("bother" in piece.kinds for piece in pieces):
        return any(piece.kinds & _DENIES and "bother" not in piece.kinds for piece in pieces)
    leads = bool(pieces[0].kinds & (_DENIES - {"not"})) and not pieces[0].kinds & _AGREES
    return leads and not any("refuse" in piece.kinds - {"no"} and " " in piece.said for piece in pieces[1:])


def affirms_bother(text: str, grammar: Grammar) -> bool:
    """ "Yes, because I get off at 3:30", "yes a bit, I work": a yes with its reason."""
    pieces = [piece for piece in grammar.cut(text) if "courtesy" not in piece.kinds]
    if not pieces or "yes" not in pieces[0].kinds or pieces[0].kinds & _DENIES:
        return False
    denied = any(
        piece.kinds & (_DENIES | _FINE | {"but"}) and "filler" not in piece.kinds for piece in pieces
    )
    return not denied and any(piece.kinds & {"because", "busy"} for piece in pieces[1:])


def _leaves_open(piece: Piece) -> bool:
    return bool(piece.kinds & _OPEN) and not piece.kinds & {"fine", "filler", "agree"}


def is_over(text: str, question: str, grammar: Grammar) -> bool:
    """Say whether a text tells that the trouble of the question is over: "gone since last night"."""
    if not grammar.holds(question, *_TROUBLE):
        return False
    parts = [grammar.cut(part) for part in clauses(text, grammar)]
    open_ = any(
        piece.kinds & (_OPEN | {"yes"}) and not piece.kinds & {"filler", "fine", "over"}
        for part in parts
        for piece in part
    )
    over = any("over" in piece.kinds for part in parts for piece in part)
    return over and not open_


def comes(text: str, question: str, grammar: Grammar) -> bool:
    """ "She will be at school, she feels fine" to "will she be absent?": a no."""
    if not grammar.holds(question, "absence"):
        return False
    pieces = grammar.cut(text)
    open_ = any(piece.kinds & (_OPEN | _DENIES | {"absence", "refuse", "late"}) for piece in pieces)
    return grammar.holds(text, "attends") and not open_


def never(text: str, question: str, grammar: Grammar) -> bool:
    """ "He's never had one" to "has he ever had one?": a no."""
    if not grammar.holds(question, "ever"):
        return False
    open_ = any(piece.kinds & (_OPEN | {"yes"}) for piece in grammar.cut(text))
    return grammar.holds(text, "never") and not open_
