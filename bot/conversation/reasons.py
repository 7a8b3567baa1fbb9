"""Why a child was away: "throwing up since last night" to "ill; at the doctor; a death in the family".

The choice and the answer tell the same reason in other words. Never sure: it is read back once
(docs/dialogue.md, rule 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.conversation.clauses import is_open
from bot.conversation.grammar import Grammar

_REASONS: Final = ("illness", "doctor_visit", "mourning", "travel", "overslept")


def named(text: str, labels: Sequence[str], grammar: Grammar) -> int:
    """Return the one choice whose reason a text tells, from 1; 0 where it tells none, or several."""
    told = [kind for kind in _REASONS if grammar.holds(text, kind)]
    if len(told) != 1 or is_open(text, grammar) or _is_denied(text, told[0], grammar):
        return 0
    held = [n for n, label in enumerate(labels, 1) if grammar.holds(label, *told)]
    return held[0] if len(held) == 1 else 0


def _is_denied(text: str, kind: str, grammar: Grammar) -> bool:
    """ "Not sick": a "not" or "no" right before it, or anywhere where the verb comes last."""
    pieces = grammar.cut(text, frozenset({kind, "not", "no", "none", "over"}))
    at = next((n for n, piece in enumerate(pieces) if kind in piece.kinds), None)
    if at is None:
        return True  # the reason is part of a longer phrase that denies it
    beside = pieces[max(0, at - 1) : at + 2] if not grammar.cease_last else pieces
    return any(piece.kinds and kind not in piece.kinds for piece in beside)
