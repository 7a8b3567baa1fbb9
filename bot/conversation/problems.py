"""What a text means as the answer to "is there a problem?": to it "no problem" and "all is well" are a no."""

from __future__ import annotations

from bot.conversation import clauses
from bot.conversation.grammar import Grammar, Piece

_DENIES = frozenset({"not", "no", "refuse", "none", "zero", "nothing"})
_PROBLEM = frozenset({"problem"})
_WELL = frozenset({"well", "fine"})
_OPEN = frozenset({"hedge", "or", "but", "except"})


def asks(question: str, grammar: Grammar) -> bool:
    """Say whether a question asks for a problem."""
    return any(piece.kinds for piece in grammar.cut(question, _PROBLEM))


def read(text: str, grammar: Grammar) -> tuple[int, bool] | None:
    """Return 1 for "there is one", 2 for "there is none", and whether that is sure; None for neither."""
    told = clauses.told(text, grammar)
    parts = [grammar.cut(part) for part in clauses.clauses(told, grammar)]
    if "?" in text or "？" in text or "؟" in text:
        return None
    found = {each for part in parts if (each := _clause(part))}
    if any(piece.kinds & _OPEN and not piece.kinds & {"fine", "filler"} for part in parts for piece in part):
        return None
    return (found.pop(), False) if len(found) == 1 else None


def _clause(pieces: list[Piece]) -> int:
    weighty = [piece for piece in pieces if not piece.kinds & {"courtesy"}]
    denied = any(piece.kinds & _DENIES and not piece.kinds & {"yes", "fine", "problem"} for piece in weighty)
    well = any(piece.kinds & _WELL for piece in weighty)
    upto = next((at for at, piece in enumerate(weighty) if piece.kinds & (_DENIES | _WELL)), len(weighty))
    agreed = any(piece.kinds & {"yes", "exists"} and not piece.kinds & _WELL for piece in weighty[:upto])
    named = any("problem" in piece.kinds for piece in weighty)
    if agreed:
        return 0 if denied or well else 1
    if well:
        return 2
    if named and not denied and any(not piece.kinds for piece in weighty):
        return 0  # what is not known may deny it
    if named:
        return 2 if denied else 1
    lead = next((piece for piece in weighty if "filler" not in piece.kinds or piece.kinds & _DENIES), None)
    return 2 if lead is not None and lead.kinds & (_DENIES - {"not"}) else 0
