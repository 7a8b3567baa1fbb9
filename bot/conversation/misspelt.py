"""Words of a request as people misspell them: written by ear ("kiero", "mensages"), or with a slip ("stpo").

Only for alphabets in which a letter more or less makes no other word of it. Hmong and Vietnamese write
their tones with letters and marks, and scripts without spaces hold other words everywhere: there a word is
read as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from bot.conversation.grammar import Grammar, Piece
from bot.conversation.slips import distance

#: letters that sound alike where people write by ear, in the order in which they are levelled
_SOUNDS = (
    (re.compile("ph"), "f"),
    (re.compile("qu(?=[ei])"), "k"),
    (re.compile("c(?=[eiy])|z"), "s"),
    (re.compile("c(?!h)|q"), "k"),
    (re.compile("g(?=[ei])"), "j"),
    (re.compile("ll"), "y"),
    (re.compile("v"), "b"),
    (re.compile(r"(?<![cst])h"), ""),
    (re.compile("о"), "а"),
    (re.compile(r"(.)\1+"), r"\1"),
)
#: what a word may be mended into; never a negation, or a word that holds one
_MENDED = ("message", "send", "write", "want", "receive", "cease", "remove", "more", "courtesy", "list")
#: a word of so many letters is told by its sound; of so many more, with one letter wrong
_BY_EAR, _ONE_WRONG = 4, 5
#: a keyword this long may stand alone with any one letter wrong; a shorter one with two changed places
_LONG_KEYWORD = 6


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """Write a word as it sounds, roughly, to those who write by ear."""
    for letters, alike in _SOUNDS:
        word = letters.sub(alike, word)
    return word


def mended(pieces: Sequence[Piece], grammar: Grammar) -> list[Piece]:
    """Give unknown words the kinds of the word that they are a misspelling of."""
    if grammar.exact or grammar.unspaced or not any(_unknown(piece, grammar) for piece in pieces):
        return list(pieces)
    kinds = tuple(grammar.kinds.get(kind, frozenset()) for kind in _MENDED)
    return [_mended(piece, kinds, grammar) if _unknown(piece, grammar) else piece for piece in pieces]


def _unknown(piece: Piece, grammar: Grammar) -> bool:
    return not piece.kinds and _is_word(piece.said) and piece.said not in grammar.known


def _mended(piece: Piece, kinds: tuple[frozenset[str], ...], grammar: Grammar) -> Piece:
    meant = _meant(piece.said, kinds)
    return piece if meant is None else Piece(meant, grammar.known[meant] & frozenset(_MENDED))


@lru_cache(maxsize=8192)
def _meant(said: str, kinds: tuple[frozenset[str], ...]) -> str | None:
    """Return the word of these kinds that this is a misspelling of."""
    heard = sound(said)
    begun_alike = _words(kinds).get(heard[:1], ())
    return next((word for word, its in begun_alike if _alike(said, heard, word, its)), None)


@lru_cache(maxsize=64)
def _words(kinds: tuple[frozenset[str], ...]) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return the words of these kinds with their sounds, by the letter that the sound begins with."""
    found: dict[str, list[tuple[str, str]]] = {}
    for word in sorted({word for words in kinds for word in words if _is_word(word)}):
        heard = sound(word)
        found.setdefault(heard[:1], []).append((word, heard))
    return {letter: tuple(words) for letter, words in found.items()}


def _is_word(said: str) -> bool:
    return len(said) >= _BY_EAR and said.isalpha() and max(said) < "\u0530"


def _alike(said: str, heard: str, word: str, its: str) -> bool:
    """Say whether two words, and the sounds of each, which begin alike, are one word misspelt."""
    if heard == its:
        return True
    return min(len(said), len(word)) >= _ONE_WRONG and distance(heard, its, 1) <= 1


def is_slip_of(word: str, keywords: Iterable[str], grammar: Grammar) -> bool:
    """Say whether a message of one word is one of the keywords, misspelt, and no word of its own."""
    if grammar.exact or not _is_word(word) or grammar.known.get(word, frozenset()) - {"stop_said", "cease"}:
        return False
    return any(_slipped(word, each) for each in keywords if _is_word(each))


def _slipped(word: str, keyword: str) -> bool:
    if word == keyword or sound(word) == sound(keyword):
        return True
    if word in _swapped(keyword):
        return True
    long = min(len(word), len(keyword)) >= _LONG_KEYWORD
    return long and word[0] == keyword[0] and distance(word, keyword, 1) <= 1


def _swapped(word: str) -> set[str]:
    """Return a word with two neighbouring letters in each other's place."""
    return {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
