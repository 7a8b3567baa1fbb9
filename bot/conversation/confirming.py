"""What a family says to a read-back besides yes and no: "that's what I meant", "se pa sa", "不是这个意思".

Without these such a text would be taken for the correction itself, and be read back as what the family said
(docs/dialogue.md, rule 7). Only a text of which every word is accounted for is one.
"""

from __future__ import annotations

from typing import Final

from bot.conversation.intent import has_question_mark
from bot.conversation.lexicon import answering

_KINDS: Final = frozenset({"thats_it", "not_it"})
_LIGHT: Final = frozenset({"filler", "courtesy", "around", "and"})
_DENIES: Final = frozenset({"no", "not", "refuse", "dont", "undoes"})
#: what leaves open, or begins something else
_OPEN: Final = frozenset({"but", "except", "hedge", "or", "condition", "wh"})


def judged(text: str, tag: str) -> bool | None:
    """Return True for "that is what I meant", False for "that is not it", None for another text."""
    grammar = answering(tag).grammar
    said = frozenset[str]().union(*(piece.kinds for piece in grammar.cut(text, _KINDS)))
    if len(said) != 1 or has_question_mark(text):
        return None
    rest = grammar.cut(grammar.without(text, *_KINDS))
    if any(piece.kinds & _OPEN and not piece.kinds & {"filler", "courtesy"} for piece in rest):
        return None
    meant = "thats_it" in said
    wanted = _LIGHT | ({"yes", "ok"} if meant else {"no", "regret"})
    turned = any(piece.kinds & (_DENIES if meant else {"yes"}) for piece in rest)
    return meant if not turned and all(piece.kinds & wanted for piece in rest) else None


def turns(comment: str, tag: str) -> bool:
    """ "Yes, but it's Thursday", "yes, except her name": what is behind the yes corrects it."""
    grammar = answering(tag).grammar
    pieces = [piece for piece in grammar.cut(comment) if not piece.kinds & {"courtesy"}]
    return bool(pieces) and bool(pieces[0].kinds & {"but", "except"})
