"""Where a text takes back what it says and puts something else in its place.

"3. No wait, 1", "Tuesday, sorry, I mean Wednesday", "4 no perdón 5": what stands last is meant. A polite
"sorry" corrects nothing by itself, so that what stands before and behind has to be an answer each.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.grammar import Grammar

#: words of one phrase at most ("no wait", "i meant to say")
_LONGEST = 4
#: what may stand beside the word that corrects: "no no sorry wait"
_BESIDE = frozenset({"not", "no", "refuse", "corrects"})


def split(text: str, grammar: Grammar) -> tuple[str, str] | None:
    """Return what stands before the words that correct, and behind them; None where there are none."""
    return _within(text, grammar) if grammar.unspaced else _among(text.split(), grammar)


def _among(words: Sequence[str], grammar: Grammar) -> tuple[str, str] | None:
    """Look word by word, from the end: the last correction holds."""
    level = [grammar.level(word) for word in words]
    for last in range(len(words) - 1, 0, -1):
        length = _phrase(level[:last], grammar, frozenset({"corrects"}))
        if not length:
            continue
        first = last - length
        while (more := _phrase(level[:first], grammar, _BESIDE)) and more < first:
            first -= more
        while (more := _ahead(level[last:], grammar)) and last + more < len(words):
            last += more
        before, after = " ".join(words[:first]), " ".join(words[last:])
        return (before, after) if grammar.level(before) and grammar.level(after) else None
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
        if grammar.known.get(" ".join(level[:length]), frozenset()) & {"corrects"}:
            return length
    return 0


def _within(text: str, grammar: Grammar) -> tuple[str, str] | None:
    """The same where words run together."""
    found = [
        (at + len(word), at)
        for word in grammar.kinds.get("corrects", frozenset())
        if (at := text.rfind(word)) > 0
    ]
    if not found:
        return None
    last, _ = max(found)
    first = min(at for end, at in found if end == last)
    before, after = text[:first], text[last:]
    return (before, after) if grammar.level(before) and grammar.level(after) else None
