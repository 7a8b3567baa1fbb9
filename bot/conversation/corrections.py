"""Where a text takes back what it says and puts something else in its place.

"3. No wait, 1", "Tuesday, sorry, I mean Wednesday", "4 no perdón 5": what stands last is meant. A polite
"sorry" corrects nothing by itself, so that what stands before and behind has to be an answer each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation.grammar import Grammar

#: words of one phrase at most ("no wait", "i meant to say")
_LONGEST = 4
#: a text of more words is a story, in which a "no" denies something
_SHORT = 6
_CORRECTS = frozenset({"corrects"})
#: kinds that tell an excuse from a correction
_SAID = frozenset({"corrects", "courtesy", "no", "not"})
#: words behind a figure that takes another one's place, at most
_BEHIND = 2
#: what may stand beside the word that corrects, or between two figures: "no no sorry wait"
_BESIDE = frozenset({"not", "no", "refuse", "corrects"})


@dataclass(frozen=True, slots=True)
class Correction:
    """What stands before the words that correct, and behind them."""

    before: str
    after: str
    polite: bool  #: "sorry", which excuses as often as it corrects
    denied: bool = False  #: "no, sorry": what stands before does not hold, whatever follows


def split(text: str, grammar: Grammar) -> Correction | None:
    """Part a text where its last correction stands; None where there is none."""
    found = _within(text, grammar) if grammar.unspaced else _among(text.split(), grammar)
    return found if found and grammar.level(found.before) and grammar.level(found.after) else None


def at_no(text: str, grammar: Grammar) -> list[tuple[str, str]]:
    """Part a text at each plain "no" that leads on: "Tuesday.. no Thursday", not "chicken no, cheese"."""
    words = text.split()
    level = [grammar.level(word) for word in words] if len(words) <= _SHORT else []
    return [
        (" ".join(words[:at]), " ".join(words[at + 1 :]))
        for at in range(1, len(level) - 1)
        if "no" in grammar.known.get(level[at], frozenset()) and words[at][-1:].isalpha()
    ]


def takes_back(text: str, grammar: Grammar) -> bool:
    """Say whether a text ends in another figure than its first: "2, no, 3", "4 .. I mean 5"."""
    pieces = grammar.cut(text)
    at = [place for place, piece in enumerate(pieces) if piece.said.isdecimal()]
    if len(at) != 2 or pieces[at[0]].said == pieces[at[1]].said or len(pieces) - at[1] > _BEHIND:
        return False
    return any(piece.kinds & _BESIDE for piece in pieces[at[0] + 1 : at[1]])


def _among(words: Sequence[str], grammar: Grammar) -> Correction | None:
    """Look word by word, from the end: the last correction holds."""
    level = [grammar.level(word) for word in words]
    for last in range(len(words) - 1, 0, -1):
        length = _phrase(level[:last], grammar, _CORRECTS)
        if not length:
            continue
        first = last - length
        while (more := _phrase(level[:first], grammar, _BESIDE)) and more < first:
            first -= more
        while (more := _ahead(level[last:], grammar)) and last + more < len(words):
            last += more
        run = grammar.cut(" ".join(words[first:last]), _SAID)
        polite = all("courtesy" in piece.kinds for piece in run)
        denied = any(piece.kinds & {"no", "not"} for piece in run)
        return Correction(" ".join(words[:first]), " ".join(words[last:]), polite, denied)
    return None


def _phrase(level: Sequence[str], grammar: Grammar, kinds: frozenset[str]) -> int:
    """Return how many words at the end of these are one phrase of such a kind; 0 for none."""
    for length in range(min(_LONGEST, len(level)), 0, -1):
        if grammar.known.get(" ".join(level[-length:]), frozenset()) & kinds:
            return length
    return 0


def _ahead(level: Sequence[str], grammar: Grammar) -> int:
    """Return how many words at the beginning of these are one phrase that corrects; 0 for none."""
    for length in range(min(_LONGEST, len(level)), 0, -1):
        if grammar.known.get(" ".join(level[:length]), frozenset()) & _CORRECTS:
            return length
    return 0


def _within(text: str, grammar: Grammar) -> Correction | None:
    """The same where words run together: the longest of those that end last."""
    found = [
        (at + len(word), -at)
        for word in grammar.kinds.get("corrects", frozenset())
        if (at := text.rfind(word)) > 0
    ]
    if not found:
        return None
    last, first = max(found)
    polite = "courtesy" in grammar.known.get(text[-first:last], frozenset())
    return Correction(text[:-first], text[last:], polite, denied=not polite)
