"""What is named only to be refused: "lunes no puedo", "the 12th doesn't work", "2 can't come".

A choice, a day or a number of which nothing else is said than that it is not meant answers nothing: the
family is asked again (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.conversation.clauses import clauses
from bot.conversation.denials import DENIES
from bot.conversation.grammar import Piece
from bot.conversation.lexicon import Lexicon

_DENIED: Final = frozenset({"not", "refuse"})
#: beside a choice these say more of it than that it is refused
_TURNED: Final = frozenset({"because", "only", "courtesy", "but"})
_SMALL: Final = frozenset({"courtesy", "regret", "filler", "around", "counter"})


def of_choices(text: str, labels: Sequence[str], lexicon: Lexicon) -> bool:
    """ "Lunes no puedo": one clause, all of which denies; nothing of the kind where a choice denies."""
    if len(clauses(text, lexicon.grammar)) > 1 or any(_denies(label, lexicon) for label in labels):
        return False
    turned = any(piece.kinds & _TURNED for piece in lexicon.grammar.cut(text))
    return not turned and all_of(text, lexicon)


def _denies(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text denies anything."""
    return any(piece.kinds & (DENIES | {"no"}) for piece in lexicon.grammar.cut(text))


def all_of(text: str, lexicon: Lexicon) -> bool:
    """ "The 12th I can't", "Mondays no": what is named is denied behind it, and nothing else is named."""
    rows = [lexicon.grammar.cut(part) for part in clauses(text, lexicon.grammar)]
    said = [row for row in rows if any(not _is_small(piece) for piece in row)]
    return bool(said) and all(_ends_denied(row, lexicon.tag) for row in said)


def _ends_denied(row: Sequence[Piece], tag: str) -> bool:
    kept = [(n, piece) for n, piece in enumerate(row) if not _is_small(piece)]
    at, last = kept[-1]
    if len(kept) == 1 or not last.kinds & _DENIED or "only" in last.kinds:
        return False
    return not (tag == "vi" and row[at - 1].kinds & {"ok", "agree", "yes"})  # "được không": is it possible?


def of_number(text: str, lexicon: Lexicon) -> bool:
    """ "2 can't come", "двое не смогут": the one number of a text, and a denial right behind it."""
    parts = clauses(text, lexicon.grammar)
    if len(parts) == 1 and lexicon.grammar.holds(text, "stays_away"):
        return True
    rows = [lexicon.grammar.cut(part) for part in parts]
    counted = [row for row in rows if any(_is_number(piece, lexicon) for piece in row)]
    if len(counted) != 1:
        return False
    row = [piece for piece in counted[0] if _is_number(piece, lexicon) or not _is_small(piece)]
    at = next((n for n, piece in enumerate(row) if _is_number(piece, lexicon)), len(row))
    behind = row[at + 1 :]
    denied = bool(behind) and bool(behind[0].kinds & _DENIED) and "only" not in behind[0].kinds
    return denied and not any(_is_number(piece, lexicon) for piece in behind)


def _is_small(piece: Piece) -> bool:
    return bool(piece.kinds & _SMALL) and not piece.kinds & _DENIED


def _is_number(piece: Piece, lexicon: Lexicon) -> bool:
    return any(map(str.isdecimal, piece.said)) or lexicon.numbers.get(piece.said) is not None
