"""What a text means that tells of what is there already: "she has one", "tenemos, gracias".

To "do you need …?" it is a no, among choices the one that needs nothing; to "has she got it?" it may agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.conversation import choosing
from bot.conversation.clauses import clauses, is_open
from bot.conversation.grammar import Grammar
from bot.conversation.intent import has_question_mark
from bot.conversation.lexicon import Lexicon
from bot.conversation.talk import Kind, Question

#: letters that a verb's forms have in common, at least: "keni", "kemi"
_LEAST_ALIKE: Final = 2
#: letters by which a word of the question is known again
_STEM: Final = 4
#: where who has something has it "beside" them, and "is in need" is said otherwise
_BESIDE: Final = frozenset({"hi", "ur", "ne"})
_LIGHT: Final = frozenset({"filler", "supplied", "courtesy"})
#: in a clause that tells of what is there, these say something else of it
_TURNS: Final = frozenset(
    {"not", "no", "only", "want", "need", "wish", "except", "condition", "all", "every", "but"}
)
#: where a syllable names too little
_SYLLABIC: Final = frozenset({"my", "km", "lo"})


def told(text: str, question: Question, lexicon: Lexicon) -> int | None:
    """Return 2, a no, where all that is told is that there is one; 0 where that may be a yes; or None.

    "Kemi" to "a keni nevojë …?" repeats the question's verb, and "kemi, flm" may be either.
    """
    if not _says_we_have(text, question, lexicon):
        return None
    declines = lexicon.grammar.holds(text, "courtesy", "already", "supplied")
    if declines and not _repeats_verb(text, question, lexicon):
        return 2
    return 0 if declines else None


def _says_we_have(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "Tenemos, gracias" to "do you need a coat?": that there is one, and nothing else of weight."""
    grammar = lexicon.grammar
    if question.kind is not Kind.YES_NO or has_question_mark(text):
        return False
    if not grammar.holds(question.asked or "", "need") or not grammar.holds(text, "we_have"):
        return False
    pieces = grammar.cut(text)
    light = {"we_have", "filler", "courtesy", "already", "supplied", "exists", "around"}
    return all(piece.kinds & light and not piece.kinds & {"yes", "not", "no"} for piece in pieces)


def _repeats_verb(text: str, question: Question, lexicon: Lexicon) -> bool:
    said = [piece.said for piece in lexicon.grammar.cut(text, frozenset({"we_have"})) if piece.kinds]
    return _begins_alike(" ".join(said), question, lexicon)


def _begins_alike(said: str, question: Question, lexicon: Lexicon) -> bool:
    """Say whether a word begins as one of the question does."""
    if lexicon.tag in _BESIDE:
        return False
    asked = {word[:_LEAST_ALIKE] for word in lexicon.grammar.level(question.asked or "").split()}
    return any(word[:_LEAST_ALIKE] in asked for word in said.split())


def is_supplied(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "She already has one": a no to "do you need …" or "would you like …", unless a yes stands there."""
    if question.kind is not Kind.YES_NO or has_question_mark(text):
        return False
    if lexicon.grammar.holds(text, "no_english"):
        return False  # "tui hổng biết tiếng Anh": I know no English
    needs = lexicon.grammar.holds(question.asked or "", "need", "offers", "permits")
    pieces = lexicon.grammar.cut(text)
    denied = (after for one, after in pairwise(pieces) if one.kinds & {"not", "no"})
    if any("supplied" in piece.kinds for piece in denied):
        return False  # "tui hổng biết tiếng Anh": I know no English
    turned = any(piece.kinds & {"yes", "but", "hedge", "or"} and not piece.kinds & _LIGHT for piece in pieces)
    return needs and not turned and any("supplied" in piece.kinds for piece in pieces)


def only_has(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "We have" to "do you need one?", unless the question asks with that verb: "avez-vous besoin"."""
    pieces = lexicon.grammar.cut(text)
    needs = lexicon.grammar.holds(question.asked or "", "need")
    has = any("exists" in piece.kinds for piece in pieces)
    bare = all(
        piece.kinds & {"exists", "filler", "courtesy"} and not piece.kinds & {"yes", "ok"} for piece in pieces
    )
    return needs and has and bare and not _begins_alike(lexicon.grammar.level(text), question, lexicon)


def has_one(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "They gave it to her at the clinic": what is there already agrees to nothing but "has she got it?"."""
    grammar, asked = lexicon.grammar, lexicon.grammar.level(question.asked or "")
    pieces = grammar.cut(text)
    supplied = [piece.said for piece in pieces if "supplied" in piece.kinds]
    stem, least = (1, 1) if grammar.unspaced else (_STEM, 3)
    again = any(word[:stem] in asked for said in supplied for word in said.split() if len(word) >= least)
    return bool(supplied) and not again and not any(piece.kinds & {"yes", "ok"} for piece in pieces)


def needs_none(text: str, question: Question, lexicon: Lexicon) -> int:
    """ "We have a computer at home, thanks": the one choice that needs nothing; 0 where there is none."""
    grammar = lexicon.grammar
    none = [n for n, label in enumerate(question.choices, 1) if choosing.begins_no(label, grammar)]
    asked = question.asked or question.topic
    if len(none) != 1 or not grammar.holds(asked, "need", "offers"):
        return 0
    turns = {"want", "need", "wish", "hedge", "or", "but", "only"}
    if any(piece.kinds & turns and "we_have" not in piece.kinds for piece in grammar.cut(text)):
        return 0
    return none[0] if grammar.holds(text, "we_have", "supplied", "has_it") else 0


def is_there(text: str, question: Question, lexicon: Lexicon) -> bool:
    """ "We have a computer already": every clause that names a choice tells that there is one."""
    grammar = lexicon.grammar
    named = [part for part in clauses(text, grammar) if choosing.named_in(part, question.choices, grammar)]
    return all(_is_of_had(part, question.choices, grammar) for part in named)


def needs_nothing(text: str, asked: str, lexicon: Lexicon) -> bool:
    """ "We have everything, don't need anything" to "what do you need?": none of the choices is wanted."""
    grammar = lexicon.grammar
    if not grammar.holds(asked, "need", "offers") or has_question_mark(text):
        return False
    there = ("we_have", "supplied", "has_it", "exists", "already")
    for part in clauses(text, grammar):
        pieces = grammar.cut(part)
        if any(
            piece.kinds & {"except", "others", "but", "only", "none", "want", "need", "wish"}
            for piece in pieces
        ):
            return False
        if grammar.holds(part, "all", "every") and grammar.holds(part, *there):
            return True
    return False


def is_left_out(clause: str, asked: str, labels: Sequence[str], grammar: Grammar) -> bool:
    """Say whether a clause of a list tells of what is not wanted: "he already had the flu one".

    Where a need is asked for, so does "hnab nws muaj lawm", "mochila ele tem": there is one.
    """
    pieces = grammar.cut(clause)
    if any("supplied" in piece.kinds for piece in pieces):
        return True
    if not grammar.holds(asked, "need", "offers") or not grammar.holds(clause, "we_have"):
        return False
    turned = any(piece.kinds & _TURNS and "we_have" not in piece.kinds for piece in pieces)
    return not turned and any(choosing.mentioned(piece, labels, grammar) for piece in pieces)


def without_had(text: str, asked: str, labels: Sequence[str], lexicon: Lexicon) -> str:
    """ "The wifi thing, he already got a computer": where a need is asked for, the rest of the text.

    Nothing where no clause tells that a choice is there already, or all of them do.
    """
    grammar = lexicon.grammar
    if lexicon.tag in _SYLLABIC or not grammar.holds(asked, "need", "offers") or is_open(text, grammar):
        return ""
    parts = clauses(text, grammar)
    had = [part for part in parts if _is_of_had(part, labels, grammar)]
    return ", ".join(part for part in parts if part not in had) if 0 < len(had) < len(parts) else ""


def _is_of_had(clause: str, labels: Sequence[str], grammar: Grammar) -> bool:
    pieces = grammar.cut(clause)
    had = any(piece.kinds & {"supplied", "has_it", "already"} for piece in pieces)
    wanted = any(piece.kinds & {"want", "need", "wish", "picks", "prefers", "but"} for piece in pieces)
    return had and not wanted and any(choosing.mentioned(piece, labels, grammar) for piece in pieces)
