"""A size told by its letter: "M por favor", "要L的", to "Chica; Mediana; Grande" as to "S; M; L".

A letter is a size only where the choices are sizes, and where nothing else weighs in its clause: "M pa
konnen" is Haitian for "I don't know".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.conversation.clauses import at_but, clauses
from bot.conversation.grammar import Grammar, Piece

#: how sizes are lettered in English, Spanish, French and Portuguese, in their order
_LETTERS: Final = {
    "xs": "smallest", "pp": "smallest", "s": "small", "p": "small", "ch": "small", "m": "medium",
    "l": "large", "g": "large", "xl": "largest", "xg": "largest", "gg": "largest", "eg": "largest",
    "xxl": "beyond", "2xl": "beyond",
}  # fmt: skip
_IDEAS: Final = frozenset({"small", "medium", "large"})
_NEXT: Final = {
    "smallest": "small",
    "small": "medium",
    "medium": "large",
    "large": "largest",
    "largest": "beyond",
}
_LATIN: Final = "a-z0-9\u00c0-\u024f"
_LETTER: Final = re.compile(
    rf"(?<![{_LATIN}'’])(?:{'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![{_LATIN}'’])",
    re.IGNORECASE,
)
_LIGHT: Final = frozenset(
    {
        "filler",
        "courtesy",
        "around",
        "option",
        "want",
        "wish",
        "yes",
        "ok",
        "fine",
        "about",
        "suits",
        "only",
        "size",
    }
)
#: what makes a size the last one in its direction
_EXTRA: Final = re.compile(r"extra|très|tres |muy|muito|очень|дуже|bardzo|特|加|超|rất|aad|anpil|sana")
_QUESTION: Final = re.compile(r"[?？؟]")


def named(text: str, labels: Sequence[str], grammar: Grammar) -> int:
    """Return the choice whose letter the first clause gives, from 1; 0 where something else weighs too."""
    sizes = _of(labels, grammar)
    if not sizes or _QUESTION.search(text):
        return 0
    parts = clauses(text, grammar)
    first, *rest = [*at_but(parts[0], grammar), *parts[1:]] if parts else [""]
    found = {_LETTERS[each.casefold()] for each in _LETTER.findall(first)}
    others = _LETTER.findall(" ".join(rest))
    if len(found) != 1 or not (size := found & sizes.keys()) or (others and not grammar.unspaced):
        return 0
    beside = [piece for piece in grammar.cut(_LETTER.sub(" ", first)) if not _is_light(piece)]
    return 0 if beside or _turns(rest, grammar) else sizes[size.pop()]


def one_up(text: str, labels: Sequence[str], grammar: Grammar) -> int | None:
    """ "The M is too tight, so one size up": the next one, from 1.

    0 where nobody knows from which; None for another text.
    """
    sizes = _of(labels, grammar)
    if not sizes or not grammar.holds(text, "size_up"):
        return None
    rest = grammar.without(text, "size_up")
    told = {_LETTERS[each.casefold()] for each in _LETTER.findall(rest)}
    told = told or {kind for piece in grammar.cut(rest, _IDEAS) for kind in piece.kinds}
    if len(told) != 1 or (one := told.pop()) not in sizes:
        return 0
    return sizes.get(_NEXT.get(one, ""), 0)


def _of(labels: Sequence[str], grammar: Grammar) -> dict[str, int]:
    """Return which choice is of which size; nothing where a size has two choices, or there is only one."""
    told = [_size_of(label, grammar) for label in labels]
    known = [size for size in told if size]
    if len(known) < 2 or len(set(known)) < len(known):
        return {}
    return {size: n for n, size in enumerate(told, 1) if size}


def _size_of(label: str, grammar: Grammar) -> str:
    lettered = {_LETTERS[each.casefold()] for each in _LETTER.findall(label)}
    if lettered:
        return lettered.pop() if len(lettered) == 1 else ""
    pieces = grammar.cut(label, _IDEAS)
    ideas = {kind for piece in pieces for kind in piece.kinds}
    if len(ideas) != 1:
        return ""
    idea = ideas.pop()
    if len(pieces) == 1 and len(label.split()) == 1:
        return idea
    more = _EXTRA.search(label.casefold())
    return {"large": "largest", "small": "smallest"}.get(idea, "") if more else ""


def _is_light(piece: Piece) -> bool:
    return bool(piece.kinds & _LIGHT)


def _turns(rest: Sequence[str], grammar: Grammar) -> bool:
    return any(
        piece.kinds & {"or", "hedge", "corrects", "small", "medium", "large"} - {"filler"}
        for part in rest
        for piece in grammar.cut(part)
    )
