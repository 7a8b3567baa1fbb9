"""The one number of a text: figures of any script, or words; none where there are two or a negation."""

from __future__ import annotations

import re

from bot.conversation.intent import without_courtesy
from bot.conversation.lexicon import Lexicon

#: words that turn a number round or leave it open
_TURNS = frozenset({"not", "or", "hedge", "refuse"})
_EMPTY = frozenset({"filler", "courtesy", "yes", "ok", "agree", "around", "option", "all", "counter", "only"})
#: a number among more words than this is read back
_SHORT = 5
_DIGITS = 7
_HAN = {letter: value for value, letter in enumerate("零一二三四五六七八九")} | {"两": 2, "兩": 2, "〇": 0}
_HAN_NUMBER = re.compile("[零〇一二三四五六七八九十两兩]+")


def one(text: str, lexicon: Lexicon) -> tuple[int, bool] | None:
    """Return the number and whether it is sure."""
    said = without_courtesy(text, lexicon)
    words = said.split()
    figures = [int(found) for found in re.findall(r"\d+", said) if len(found) <= _DIGITS]
    light = len(words) <= _SHORT
    if any(piece.kinds & _TURNS and not piece.kinds & _EMPTY for piece in lexicon.grammar.cut(said)):
        return (0, True) if _is_zero(said, lexicon) else None
    if figures:
        return (figures[0], light) if len(figures) == 1 else None
    written = _in_words(said, lexicon)
    return None if written is None else (written, light)


def _is_zero(said: str, lexicon: Lexicon) -> bool:
    return lexicon.grammar.level(said) in lexicon.grammar.kinds.get("zero", frozenset())


def _in_words(said: str, lexicon: Lexicon) -> int | None:
    if (whole := _of(said, lexicon)) is not None:
        return whole
    if _is_zero(said, lexicon):
        return 0
    if lexicon.tag.startswith("zh"):
        found = [of_han(run) for run in _HAN_NUMBER.findall(said)]
        return found[0] if len(found) == 1 else None
    tens = _tens_and_ones(said, lexicon)
    if tens is not None:
        return tens
    if lexicon.grammar.unspaced:
        return run_on(said, lexicon)
    meant = [n for word in said.split() if (n := _of(word, lexicon)) is not None and n > 1]
    return meant[0] if len(meant) == 1 else None


def _of(word: str, lexicon: Lexicon) -> int | None:
    written = (word, lexicon.grammar.level(word), lexicon.grammar.bare(word))
    return next((lexicon.numbers[each] for each in written if each in lexicon.numbers), None)


def run_on(said: str, lexicon: Lexicon) -> int | None:
    """Read a number word that is written together with its counter, and with nothing unknown."""
    level = lexicon.grammar.level(said).replace(" ", "")
    for word in sorted(lexicon.numbers, key=len, reverse=True):
        written = lexicon.grammar.level(word).replace(" ", "")
        if not written.isascii() and level.startswith(written):
            rest = lexicon.grammar.cut(level[len(written) :])
            return lexicon.numbers[word] if all(piece.kinds & _EMPTY for piece in rest) else None
    return None


def _tens_and_ones(said: str, lexicon: Lexicon) -> int | None:
    """Read "twenty five", "veinte y cinco"."""
    words = [word for word in said.split() if "and" not in lexicon.grammar.known.get(word, frozenset())]
    if len(words) != 2 or words[0] not in lexicon.grammar.tens:
        return None
    last = lexicon.numbers.get(words[1], 0)
    return lexicon.grammar.tens[words[0]] + last if 0 < last < 10 else None


def of_han(run: str) -> int:
    """Read Chinese numerals up to 99."""
    if "十" not in run:
        return int("".join(str(_HAN[letter]) for letter in run))
    before, _, after = run.partition("十")
    return (_HAN[before[-1]] if before else 1) * 10 + (_HAN[after[0]] if after else 0)
