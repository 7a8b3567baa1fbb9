"""Matches a text with what means each choice: as a whole, begun, run in, or with a slip of the keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.conversation import slips
from bot.conversation.intent import is_chatter, without_courtesy
from bot.conversation.letters import plain, thumb, unmarked
from bot.conversation.lexicon import Lexicon
from bot.conversation.talk import Kind, Question

_HEAD = re.compile(r"^\s*([^.,;:!\n–—()\-،。，！]+)[.,;:!\n–—()\-،。，！]+\s*(.+)$", re.DOTALL)
#: "a" and "in" stand in a choice by chance
_SHORTEST_PART = 3


def whole(text: str, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon) -> int | None:
    """Match the whole message, courtesy left out; then without accents, where they are not needed."""
    whole, bare = plain(text), without_courtesy(text, lexicon)
    sign = thumb(text) if not whole or is_chatter(whole, lexicon) else None
    whole = sign or whole
    for candidate in (whole, bare):
        found = [number for number, said in spoken.items() if candidate in said]
        if len(found) == 1:
            return found[0]
    if lexicon.marks_matter or sign:
        return None
    flat = unmarked(bare)
    found = [number for number, said in spoken.items() if flat in {unmarked(word) for word in said}]
    return found[0] if len(found) == 1 else None


def part(text: str, question: Question, lexicon: Lexicon) -> tuple[int | None, bool]:
    """Match words that only one choice has: "evening" for "evening 6-8"; without its marks it is unsure."""
    said = without_courtesy(text, lexicon)
    if question.kind is not Kind.ONE_OF or not any(letter.isalpha() for letter in said):
        return None, True
    if said.isascii() and len(said) < _SHORTEST_PART:
        return None, True
    if said in lexicon.yes | lexicon.no | lexicon.ok:
        return None, True
    for change, sure in ((str, True), (unmarked, not lexicon.marks_matter)):
        held = [
            number
            for number, label in enumerate(question.choices, 1)
            if f" {change(said)} " in f" {change(plain(label))} "
        ]
        if held:
            return (held[0], sure) if len(held) == 1 else (None, True)
    return None, True


def begun(text: str, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon) -> tuple[int | None, str]:
    """Match an answer before the first punctuation, with a comment after it: "1, but late"."""
    parted = _HEAD.match(text)
    if parted is None or plain(parted[2])[:1].isdigit():
        return None, ""
    if is_chatter(parted[1], lexicon) and not says(parted[1], frozenset().union(*spoken.values())):
        return begun(parted[2], spoken, lexicon)
    return whole(parted[1], spoken, lexicon), parted[2]


def run_in(text: str, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon) -> int | None:
    """Match an answer that runs into a sentence: "si pero tarde", "2 creo"."""
    words = plain(text).split()
    for length in range(min(4, len(words) - 1), 0, -1):
        rest = " ".join(words[length:])
        number = whole(" ".join(words[:length]), spoken, lexicon)
        if number is not None and not any(letter.isdigit() for letter in rest):
            return number
    return None


def misspelt(text: str, spoken: Mapping[int, frozenset[str]], lexicon: Lexicon) -> int | None:
    """Match a slip of the keys: only one choice near, and never across yes and no."""
    word = unmarked(without_courtesy(text, lexicon))
    if lexicon.marks_matter:
        return None
    meant = [n for n, said in spoken.items() if any(slips.near(word, unmarked(each)) for each in said)]
    return meant[0] if len(meant) == 1 else None


def misspelt_part(text: str, question: Question, lexicon: Lexicon) -> int | None:
    """Match a slip in the words of one choice whose figures, if any were written, are right."""
    said = unmarked(without_courtesy(text, lexicon))
    if question.kind is not Kind.ONE_OF or lexicon.marks_matter:
        return None
    words, figures = _apart(said)
    meant = [
        number
        for number, (its_words, its_figures) in enumerate(
            (_apart(unmarked(plain(label))) for label in question.choices), 1
        )
        if (not figures or figures == its_figures) and slips.near(words, its_words)
    ]
    return meant[0] if len(meant) == 1 else None


def _apart(said: str) -> tuple[str, list[str]]:
    """Part words from figures."""
    pieces = said.split()
    words = [piece for piece in pieces if not piece.isdecimal()]
    return " ".join(words), [piece for piece in pieces if piece.isdecimal()]


def says(text: str, phrases: frozenset[str]) -> bool:
    padded = f" {plain(text)} "
    return any(f" {phrase} " in padded for phrase in phrases)


def labelled(number: int, label: str, lexicon: Lexicon) -> frozenset[str]:
    words = {word for word, value in lexicon.numbers.items() if value == number}
    return frozenset({str(number), plain(label)} - {""} | words)


def with_verb(forms: Iterable[str], asked: Iterable[str]) -> frozenset[str]:
    return frozenset(form.replace("verb", verb) for verb in asked for form in forms)
