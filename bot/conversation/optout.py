"""Whether a free sentence asks us to stop: put together from small words, every word of it accounted for.

"Don't stop the bus" and "stop by at 3" hold words that are no part of such a sentence, so they are none
(docs/dialogue.md, rule 16). Whole messages that mean STOP are words of the family's list, not of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bot.conversation.grammar import Grammar, Piece

_PARTS = frozenset(
    {"not", "dont", "cease", "write", "send", "message", "me", "want", "remove", "list", "around", "forbid",
     "dont_send", "unwant", "nomore", "more", "receive", "thing", "courtesy", "but", "and", "stop_said"}
)  # fmt: skip
#: what makes another sentence of it: "don't stop", "why", "I didn't get"
_BARS = frozenset({"bars"})


def asks(sentence: str, grammar: Grammar, *, clause: bool = False) -> bool:
    """Say whether a sentence asks us to stop writing; in a `clause` a short phrase is too little."""
    return any(
        _asks(grammar.cut(sentence, parts | _BARS), grammar, clause=clause)
        for parts in (_PARTS, _PARTS - {"stop_said"})
    )


def _asks(pieces: Sequence[Piece], grammar: Grammar, *, clause: bool) -> bool:
    if (
        not pieces
        or any("bars" in piece.kinds for piece in pieces)
        or _turned(pieces, last=grammar.cease_last)
    ):
        return False
    if all(piece.kinds for piece in pieces):
        return _is_request(pieces, grammar, whole=not clause)
    return _ends_so(pieces, grammar)


def _ends_so(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    """ "My kids changed schools please don't text me any more": a story, and a whole request behind it."""
    begins = max(place for place, piece in enumerate(pieces) if not piece.kinds) + 1
    rest = pieces[begins:]
    pressed = any(piece.kinds & {"courtesy", "more", "nomore", "forbid"} for piece in rest)
    return pressed and _is_request(rest, grammar, whole=False)


def _is_request(pieces: Sequence[Piece], grammar: Grammar, *, whole: bool) -> bool:
    if (whole and _only_the_word(pieces)) or any(
        "stop_said" in piece.kinds and _is_sentence(piece.said) for piece in pieces
    ):
        return True
    return _ceases(pieces, last=grammar.cease_last) or _denies(pieces, grammar) or _removes(pieces)


#: what may stand beside a short word or phrase that means STOP by itself
_BESIDE = frozenset({"courtesy", "more", "but", "and", "me", "message", "stop_said"})
#: a phrase of so many words, or so many letters without spaces, is no chance
_WORDS, _RUN = 3, 5


def _only_the_word(pieces: Sequence[Piece]) -> bool:
    """ "Stop fadlan", "no más por favor": a phrase of the list among words that change nothing."""
    said = [piece.said for piece in pieces if "stop_said" in piece.kinds]
    if any(_is_sentence(each) for each in said):
        return True
    words = [piece for piece in pieces if "stop_said" not in piece.kinds or " " not in piece.said]
    single = all(" " not in each for each in said)
    beside = frozenset({"courtesy", "stop_said"}) if single else _BESIDE
    return bool(said) and all(piece.kinds & beside for piece in words)


def _is_sentence(said: str) -> bool:
    return len(said.split()) >= _WORDS or (" " not in said and not said.isascii() and len(said) >= _RUN)


def is_nothing_else(text: str, grammar: Grammar) -> bool:
    """Say whether a text is a request to stop, and every word of it is part of that."""
    pieces = grammar.cut(text, _PARTS | _BARS)
    return bool(pieces) and all(piece.kinds for piece in pieces) and asks(text, grammar)


def mentions_messages(sentence: str, grammar: Grammar) -> bool:
    """Say whether a sentence speaks of our texts."""
    return any({"message", "write"} & piece.kinds for piece in grammar.cut(sentence, _PARTS))


def _turned(pieces: Sequence[Piece], *, last: bool) -> bool:
    """ "Don't stop sending" asks for more: a negation right beside the word for stopping."""
    told = [
        piece.kinds
        for piece in pieces
        if not piece.kinds or not piece.kinds <= {"courtesy", "me", "around", "more"}
    ]
    pairs = pairwise(reversed(told)) if last else pairwise(told)
    return any(
        one & {"not", "dont"}
        and not one & {"cease", "message"}
        and "cease" in two
        and not two & {"not", "dont"}
        for one, two in pairs
    )


def _ceases(pieces: Sequence[Piece], *, last: bool) -> bool:
    """ "Stop sending", "no more texts, stop": the word for stopping, and what is to stop."""
    at = [place for place, piece in enumerate(pieces) if "cease" in piece.kinds]
    if not at:
        return False
    rest = pieces if last else pieces[at[0] + 1 :]
    return any({"write", "send", "message"} & piece.kinds for piece in rest if "cease" not in piece.kinds)


def _denies(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    """ "Don't write", "don't send me messages", "I don't want messages"."""
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    if "forbid" in have:
        return True
    dont = "dont" if grammar.kinds.get("dont") else "not"
    told = "message" in have or "me" in have or "more" in have
    if dont in have and (_beside(pieces, dont, "write") or (told and _beside(pieces, dont, "send"))):
        return True
    if "dont_send" in have and told:
        return True
    if "nomore" in have and "message" in have:
        return True
    unwanted = "unwant" in have or ("not" in have and "want" in have)
    return unwanted and ("message" in have or {"receive", "thing"} <= have)


def _beside(pieces: Sequence[Piece], one: str, other: str) -> bool:
    """Two pieces, each of its kind."""
    firsts = [place for place, piece in enumerate(pieces) if one in piece.kinds]
    return any(other in piece.kinds for place, piece in enumerate(pieces) if [place] != firsts)


def _removes(pieces: Sequence[Piece]) -> bool:
    """ "Take me off the list"; a negation in it means something else."""
    have = frozenset[str]().union(*(piece.kinds for piece in pieces))
    denied = any(piece.kinds & {"not", "dont"} and "around" not in piece.kinds for piece in pieces)
    return "remove" in have and bool(have & {"me", "list"}) and not denied
