"""Whether a text is a whole message of a list, whatever thanks and greetings stand beside it."""

from __future__ import annotations

from functools import cache

from bot.conversation.letters import plain, unmarked
from bot.conversation.lexicon import Lexicon


def is_without_marks(text: str, lexicon: Lexicon) -> bool:
    """Say whether a word lacks the marks that tell STOP and "right" apart."""
    word = plain(text)
    if not lexicon.marks_matter or word in lexicon.yes | lexicon.no | lexicon.stop:
        return False
    return unmarked(word) == word and word in _unmarked(lexicon.stop)


def without_courtesy(text: str, lexicon: Lexicon) -> str:
    """Return the plain text without thanks and greetings; the whole of it if nothing else is there."""
    whole = plain(text)
    return whole if whole in lexicon.stop else without(whole, lexicon.courtesy) or whole


def without(whole: str, phrases: tuple[str, ...]) -> str:
    """Return a plain text without these phrases."""
    rest = f" {whole} "
    for phrase in phrases:
        while f" {phrase} " in rest:
            rest = rest.replace(f" {phrase} ", " ")
    return rest.strip()


def is_one_of(text: str, phrases: frozenset[str], lexicon: Lexicon) -> bool:
    """Say whether a text is one of these phrases, with courtesies or without."""
    whole, bare = plain(text), without_courtesy(text, lexicon)
    if whole in phrases or bare in phrases:
        return True
    return not lexicon.marks_matter and unmarked(bare) in _unmarked(phrases)


@cache
def _unmarked(phrases: frozenset[str]) -> frozenset[str]:
    return frozenset(unmarked(phrase) for phrase in phrases)
