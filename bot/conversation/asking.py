"""What a sentence asks for besides an end of our texts: a person, a language, how this works, who we are.

Whole messages are in the lists of words.toml. Here a phrase may stand within a sentence that says more, as
long as nothing turns it round ("don't call me") or makes it about something else (the homework, the bus).
None of these readings closes a door: each answers, or hands the text to a person.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.grammar import Grammar, Piece
from bot.conversation.lexicon import Lexicon

#: what turns a request round, or makes a story of it
_AGAINST = frozenset({"not", "dont", "bars", "forbid", "dont_send"})
#: so many words that we do not know may stand beside "I don't understand this message" or "in Kurdish please"
_STRANGE_WORDS, _STRANGE_LETTERS = 4, 8
#: pieces of a sentence that says it and tells why
_TOLD = 4
_TONGUES = frozenset({"tongue", "other_tongue", "other_language"})
_WRITING = frozenset({"send", "write", "message", "speech", "dont_send", "forbid"})
_SMALL = frozenset(
    {"filler", "courtesy", "around", "want", "me", "and", "not", "dont", "refuse", "more", "do"}
)
_WHENCE = frozenset({"got_number", "who_phrase"})


def wants_talk(clause: str, lexicon: Lexicon) -> bool:
    """Say whether somebody asks to be called, or to talk with somebody who is a person."""
    pieces = lexicon.grammar.cut(clause, frozenset({"call_me", "talk_to", "someone"}) | _AGAINST)
    if _any(pieces, _AGAINST):
        return False
    return _any(pieces, {"call_me"}) or (_any(pieces, {"talk_to"}) and _any(pieces, {"someone"}))


def asks_whence(text: str, lexicon: Lexicon) -> bool:
    """Say whether somebody asks who we are, or where we have their number from, within a longer text."""
    return _any(lexicon.grammar.cut(text, _WHENCE), _WHENCE)


def asks_how(text: str, lexicon: Lexicon) -> bool:
    """Say whether somebody asks how this works or what may be written here."""
    pieces = lexicon.grammar.cut(text, frozenset({"how_said", "topic", "message", "send"}) | _SMALL)
    if _any(pieces, {"topic"}) or not _few_strange(pieces, lexicon.grammar):
        return False
    return _any(pieces, {"how_said"})


def finds_unclear(text: str, lexicon: Lexicon) -> bool:
    """Say whether somebody says within a sentence that our text makes no sense."""
    kinds = frozenset({"unclear_said", "topic", "message", "send", "write"}) | _SMALL
    pieces = lexicon.grammar.cut(text, kinds)
    if _any(pieces, {"topic"}) or not _few_strange(pieces, lexicon.grammar):
        return False
    return any("unclear_said" in piece.kinds and _is_phrase(piece, lexicon.grammar) for piece in pieces)


def asks_language(text: str, lexicon: Lexicon) -> bool:
    """Say whether somebody asks for our texts in a language, one that we know or another."""
    pieces = lexicon.grammar.cut(text, _TONGUES | _WRITING | _SMALL | {"topic", "unclear_said", "only"})
    topics = [piece for piece in pieces if "topic" in piece.kinds and not piece.kinds & (_TONGUES | _WRITING)]
    named = _any(pieces, _TONGUES) and not wants_talk(text, lexicon)
    asked = _any(pieces, _WRITING | {"courtesy", "want"})
    return named and asked and not topics and _few_strange(pieces, lexicon.grammar)


def tells_wrong_number(clause: str, grammar: Grammar) -> bool:
    """Say whether a clause says that this phone is not a family's, and holds little but that."""
    beside = frozenset({"stranger", "courtesy", "filler", "around", "and", "not"})
    pieces = grammar.cut(clause, beside | {"wrong_number_said", "topic", "child"})
    if not any("wrong_number_said" in one.kinds and _is_phrase(one, grammar) for one in pieces):
        return False
    strange = [piece.said for piece in pieces if not piece.kinds]
    if len(strange) <= _STRANGE_WORDS // 2 and _any(pieces, {"not"}) and len(pieces) > _TOLD:
        return not any(map(str.isdigit, clause))  # "wrong number, I have no students here"
    return not strange and not _any(pieces, {"topic"})


def _any(pieces: Sequence[Piece], kinds: frozenset[str] | set[str]) -> bool:
    return any(piece.kinds & kinds for piece in pieces)


def _is_phrase(piece: Piece, grammar: Grammar) -> bool:
    least = 4 if grammar.unspaced else 6
    return " " in piece.said or (not piece.said.isascii() and len(piece.said) >= least)


def _few_strange(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    strange = [piece.said for piece in pieces if not piece.kinds]
    if grammar.unspaced:
        return sum(map(len, strange)) <= _STRANGE_LETTERS
    return len(strange) <= _STRANGE_WORDS
