"""The choice that a text points at by its figure: "good morning, number 2 please", "pode ser a opção 1".

The word that points stands right before the one figure of the text, and nothing else of weight is said: "bus
number 2 is late" tells of a bus. Never sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.conversation.grammar import Grammar, Piece

#: what may stand beside it
_LIGHT: Final = frozenset(
    {"filler", "courtesy", "option", "around", "want", "wish", "only", "proposes", "agree", "at"}
)
#: what turns it round, or leaves it open; a word that also weighs nothing does neither
_TURNS: Final = frozenset({"not", "no", "refuse", "none", "or", "hedge", "condition", "except", "wh", "asks"})


def read(text: str, count: int, grammar: Grammar) -> int:
    """Return the number of the choice, from 1 to `count`; 0 for none."""
    pieces = grammar.cut(text)
    figures = [piece.said for piece in pieces if any(map(str.isdigit, piece.said))]
    if len(figures) != 1 or not figures[0].isdecimal() or not _is_pointed_at(pieces):
        return 0
    others = [piece for piece in pieces if piece.said != figures[0]]
    if any(not piece.kinds & _LIGHT or _turns(piece) for piece in others):
        return 0
    return int(figures[0]) if 1 <= int(figures[0]) <= count else 0


def _is_pointed_at(pieces: Sequence[Piece]) -> bool:
    return any(
        "option" in one.kinds and "filler" not in one.kinds and two.said.isdecimal()
        for one, two in pairwise(pieces)
    )


def _turns(piece: Piece) -> bool:
    return bool(piece.kinds & _TURNS) and not piece.kinds & {"filler", "around", "courtesy"}
