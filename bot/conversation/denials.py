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

YES, NO, TORN = 1, 2, -1
DENIES: Final = frozenset({"not", "refuse", "dont", "none", "nothing", "zero", "lacks"})
_LIGHT: Final = frozenset({"filler", "courtesy", "around", "regret", "and", "by_now", "yes"})
#: by language, what says "no" and denies no verb: these have another word or form for that
_ALONE: Final = {
    "en": frozenset({"no", "nope", "nah", "naw"}),
    "fr": frozenset({"non"}),
    "ht": frozenset({"non"}),
    "ru": frozenset({"нет", "неа"}),
    "uk": frozenset({"ні", "нє"}),
    "sq": frozenset({"jo"}),
    "sw": frozenset({"hapana"}),
    "so": frozenset({"maya", "may"}),
    "om": frozenset({"lakki"}),
    "rw": frozenset({"oya"}),
    "ne": frozenset({"होइन"}),
    "fa": frozenset({"نه", "نخیر", "خیر"}),
    "prs": frozenset({"نه", "نخیر", "نی"}),
    "ko": frozenset({"아니요", "아뇨", "아니오"}),
}
#: where "has none" is no short answer to "is in need of?"; elsewhere both are one verb, or one word
_HAS_NO_NEED: Final = frozenset({"en", "es", "fr", "pt", "ht"})
#: letters of a word that is known again
_LEAST: Final = 4
#: words with which a denial says of somebody's health what it says elsewhere
_OF_HEALTH: Final = ("ailing", "trouble", "illness", "over", "well", "content", "fine", "comes", "attends")
#: with one of these beside it a denial says something else again
OTHER: Final = ("hedge", "or", "condition", "except", "but")


def weigh(text: str, asked: str, lexicon: Lexicon) -> int:
    """Return 1 for a yes, 2 for a no, -1 where nobody can tell, 0 where all is as it is elsewhere."""
    grammar = lexicon.grammar
    parts = clauses(text, grammar)
    if not asked or not parts or has_question_mark(text):
        return 0
    if grammar.holds(asked, "need") and (
        told := _of_things(text, asked, lexicon) or _of_things(parts[0], asked, lexicon)
    ):
        return told
    first = begun(parts[0], grammar)
    if not first or is_plain(first, lexicon.tag) or not any(piece.kinds & DENIES for piece in first):
        return 0
    if first[0].kinds & {"yes", "need"}:
        return 0
    health = grammar.holds(asked, "ailing") and not grammar.holds(asked, "offers", "permits", "need")
    if health and not grammar.holds(text, *_OF_HEALTH):
        return TORN  # "it won't go down" to "has he still a fever?"
    if grammar.holds(asked, "absence"):
        return _of_absence(parts[0], first, grammar)
    if grammar.holds(asked, "mislaid"):
        return 0 if grammar.holds(text, "mislaid") else TORN
    if grammar.holds(asked, "need") and any("broken" in piece.kinds for piece in first):
        return TORN  # "my car doesn't work" to "do you need a ride?"
    if grammar.holds(asked, "need") and grammar.holds(parts[0], "lacks"):
        return _of_need(text, parts[0], asked, lexicon)
    return 0


def begun(part: str, grammar: Grammar) -> list[Piece]:
    """Cut a clause, and leave out what is said for politeness."""
    return [piece for piece in grammar.cut(part) if not piece.kinds & {"courtesy", "regret"}]


def says_no(piece: Piece, tag: str) -> bool:
    """Say whether this is a "no" that denies no verb: "non", "нет", "hapana"; Spanish has none."""
    return "no" in piece.kinds and piece.said in _ALONE.get(tag, frozenset())


def is_plain(pieces: Sequence[Piece], tag: str) -> bool:
    """ "No", "no thanks", "maya": an answering word, and nothing behind it but small words.

    Where a language denies verbs by another word, whatever follows is a comment: "no he will go".
    """
    at = next((n for n, piece in enumerate(pieces) if not piece.kinds & _LIGHT or piece.kinds & {"no"}), 0)
    lead, rest = pieces[at], pieces[at + 1 :]
    if "no" not in lead.kinds:
        return False
    return says_no(lead, tag) or all(piece.kinds & _LIGHT and not piece.kinds & DENIES for piece in rest)


def _of_things(part: str, asked: str, lexicon: Lexicon) -> int:
    """ "She has no coat", "she has a coat": nothing but that, of the thing that is asked for."""
    grammar = lexicon.grammar
    wanted = grammar.level(asked).split()
    for kind, meant in (("lacks", YES), ("we_have", NO), ("exists", NO)):
        if not grammar.holds(part, kind):
            continue
        said = grammar.without(part, kind)
        pieces = [piece for piece in grammar.cut(said) if not piece.kinds & _LIGHT]
        known = all(piece.kinds & THINGS or piece.said in wanted for piece in pieces)
        needs = any(piece.kinds & {"need", "needless", "wish", "no", "not"} for piece in pieces)
        return meant if pieces and known and not needs and _shares(said, asked, lexicon) else 0
    return 0


def _of_absence(part: str, pieces: Sequence[Piece], grammar: Grammar) -> int:
    """ "He won't come", "no va a ir": a yes; "he won't be absent" is read as elsewhere."""
    if grammar.holds(part, "absence"):
        return 0
    if grammar.holds(part, *OTHER) or grammar.holds(part, "trouble", "illness"):
        return TORN
    goes = any(piece.kinds & {"refuse", "dont"} and "nothing" not in piece.kinds for piece in pieces)
    return YES if goes else TORN


def _of_need(text: str, part: str, asked: str, lexicon: Lexicon) -> int:
    """ "She has no coat" to "does she need a coat?": a yes where that very thing is named."""
    grammar = lexicon.grammar
    told = frozenset[str]().union(*(piece.kinds for piece in grammar.cut(text)))
    if told & {"supplied", "already"} or grammar.holds(part, "need", "needless", "problem"):
        return 0
    said = grammar.without(part, "lacks")
    if _shares(said, asked, lexicon):
        return TORN if grammar.holds(text, *OTHER) else YES
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
