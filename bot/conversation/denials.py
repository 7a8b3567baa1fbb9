"""What a denial amounts to where one asks for what is missing: "he won't come" to "will he be absent?".

To most questions a denied verb is a no; to these it is the contrary, or leaves open what is meant: somebody
who needs a coat has none. Never sure: what is understood so is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.conversation import echo
from bot.conversation.clauses import clauses
from bot.conversation.grammar import THINGS, Grammar, Piece
from bot.conversation.intent import has_question_mark
from bot.conversation.lexicon import Lexicon

YES, TORN = 1, -1
_DENIES: Final = frozenset({"not", "refuse", "dont", "none", "nothing", "zero", "lacks"})
_LIGHT: Final = frozenset({"filler", "courtesy", "around", "regret", "and", "by_now", "yes"})
#: where "has none" is no short answer to "is in need of?"; elsewhere both are one verb, or one word
_HAS_NO_NEED: Final = frozenset({"en", "es", "fr", "pt", "ht"})
#: letters of a word that is known again
_LEAST: Final = 4
#: with one of these beside it a denial says something else again
_OTHER: Final = ("hedge", "or", "condition", "except", "but")


def weigh(text: str, asked: str, lexicon: Lexicon) -> int:
    """Return 1 for a yes, -1 where nobody can tell, 0 where a denial is what it is elsewhere."""
    grammar = lexicon.grammar
    parts = clauses(text, grammar)
    if not asked or not parts or has_question_mark(text):
        return 0
    first = [piece for piece in grammar.cut(parts[0]) if not piece.kinds & {"courtesy", "regret"}]
    if not first or _is_plain(first) or not any(piece.kinds & _DENIES for piece in first):
        return 0
    if first[0].kinds & {"yes", "need"}:
        return 0
    if grammar.holds(asked, "absence"):
        return _of_absence(parts[0], first, grammar)
    if grammar.holds(asked, "late") and grammar.holds(parts[0], "on_time"):
        return YES
    if grammar.holds(asked, "mislaid"):
        return 0 if grammar.holds(text, "mislaid") else TORN
    if grammar.holds(asked, "need") and any("broken" in piece.kinds for piece in first):
        return TORN  # "my car doesn't work" to "do you need a ride?"
    if grammar.holds(asked, "need") and grammar.holds(parts[0], "lacks"):
        return _of_need(text, parts[0], asked, lexicon)
    return 0


def _is_plain(pieces: Sequence[Piece]) -> bool:
    """ "No", "no thanks", "maya": an answering word, and nothing behind it but small words.

    Where a language denies verbs by another word, whatever follows is a comment: "no he will go".
    """
    at = next((n for n, piece in enumerate(pieces) if not piece.kinds & _LIGHT or piece.kinds & {"no"}), 0)
    lead, rest = pieces[at], pieces[at + 1 :]
    if "no" not in lead.kinds:
        return False
    distinct = not lead.kinds & {"not", "lacks"}
    return distinct or all(piece.kinds & _LIGHT and not piece.kinds & _DENIES for piece in rest)


def _of_absence(part: str, pieces: Sequence[Piece], grammar: Grammar) -> int:
    """ "He won't come", "no va a ir": a yes; "he won't be absent" is read as elsewhere."""
    if grammar.holds(part, "absence"):
        return 0
    if grammar.holds(part, *_OTHER) or grammar.holds(part, "trouble", "illness"):
        return TORN
    goes = any(piece.kinds & {"refuse", "dont"} and "nothing" not in piece.kinds for piece in pieces)
    return YES if goes else TORN


def _of_need(text: str, part: str, asked: str, lexicon: Lexicon) -> int:
    """ "She has no coat" to "does she need a coat?": a yes where that very thing is named."""
    grammar = lexicon.grammar
    told = frozenset[str]().union(*(piece.kinds for piece in grammar.cut(text)))
    if told & {"supplied", "already"} or grammar.holds(part, "need", "needless", "problem"):
        return 0
    beside = [piece for piece in grammar.cut(part, frozenset({"lacks"})) if not piece.kinds]
    said = grammar.written(beside)
    if _shares(said, asked, lexicon):
        return TORN if grammar.holds(text, *_OTHER) else YES
    alone = all(piece.kinds & _LIGHT for piece in grammar.cut(said))
    return 0 if alone and lexicon.tag not in _HAS_NO_NEED else TORN


def _shares(said: str, asked: str, lexicon: Lexicon) -> bool:
    """Say whether a text names a thing that the question names, by any of its names or in another form."""
    grammar = lexicon.grammar
    here, there = (
        {kind for each in grammar.cut(text, THINGS) for kind in each.kinds} for text in (said, asked)
    )
    words = [word for word in grammar.level(said).split() if len(word) >= _LEAST]
    return bool(here & there) or any(
        echo.akin(word, other, lexicon.tag) for word in words for other in grammar.level(asked).split()
    )
