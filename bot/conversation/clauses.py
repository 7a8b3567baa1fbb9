"""An answer with a comment: cuts off the reason, then looks for the answer clause by clause.

"In the evening, I work until five", "none, they walk", "the third one because he eats no meat": a reason
never counts against the answer, and never is one. Two clauses that answer differently are no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from bot.conversation.grammar import Grammar
from bot.conversation.letters import plain

_V = TypeVar("_V")

#: never between two figures, which belong together ("3:30"); a picture ends a clause too, and Korean "-요"
_MARKS = re.compile(
    r"[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\u200d]+"
    r"|(?<=[어아여해예에이세네게돼되워려와봐줘까데고서지라니]요)\s+"
    r"|[,;:!\n¡¿。，；！–—()…؛،።፣፤၊။~～.、]+(?!\d)|(?<!\d)[,;:!\n¡¿。，；！–—()…؛،።፣፤၊။~～.、]+"
    r"|\s-\s|(?<=[?？؟])"
)
_SENTENCE_ENDS = re.compile(r"(?<=[.!?\n。！？؟።။។])")
_QUESTION = re.compile(r"[?？؟]")
#: a gap between words of a script that has none within a clause
_GAP = re.compile(
    r"(?<=[\u0e80-\u109f\u1780-\u17ff\u2e80-\u9fff0-9０-９])\s+(?=[\u0e80-\u109f\u1780-\u17ff\u2e80-\u9fff])"
)
#: what ends a clause in Chinese without punctuation
_SOFT_END = re.compile("(?<=[吧啦囉咯])")
#: with one of these beside it, no clause is an answer by itself
_OPEN = frozenset({"hedge", "or"})
_LONGEST = 4
#: words of a text that proposes a day or a choice and tells nothing else
_PROPOSED = 8


def told(text: str, grammar: Grammar) -> str:
    """Return a text without its reasons: "because" and what follows it in the same sentence."""
    kept = [_before_reason(part, grammar) for part in _SENTENCE_ENDS.split(text)]
    rest = "".join(kept)
    return rest if plain(rest) else text


def clauses(text: str, grammar: Grammar) -> list[str]:
    """Cut a text where its punctuation stands, and in scripts without spaces at every gap."""
    parts = _MARKS.split(text)
    if grammar.unspaced:
        parts = [piece for part in parts for gap in at_gaps(part) for piece in _SOFT_END.split(gap)]
    return [part for part in parts if plain(part)]


def at_gaps(clause: str) -> list[str]:
    """Cut a clause of a script without spaces where a space is written all the same."""
    return [part for part in _GAP.split(clause) if plain(part)]


def at_but(clause: str, grammar: Grammar) -> list[str]:
    """Cut a clause before each "but" that is a word of its own."""
    if grammar.unspaced:
        return [clause]
    parts: list[list[str]] = [[]]
    for word in clause.split():
        if "but" in grammar.known.get(grammar.level(word), frozenset()) and parts[-1]:
            parts.append([])
        else:
            parts[-1].append(word)
    return [" ".join(part) for part in parts if part]


def proposed(text: str, grammar: Grammar) -> str:
    """ "How about Tuesday?": what a short text proposes, without the words that ask; else nothing."""
    asking = grammar.kinds.get("proposes", frozenset())
    asked = text.rstrip().rstrip("?？؟")
    if _QUESTION.search(asked) or len(asked.split()) > _PROPOSED:
        return ""
    if grammar.unspaced:
        rest = next((asked.replace(each, " ") for each in _longest_first(asking) if each in asked), "")
        return rest if plain(rest) else ""
    if asked == text and not grammar.keeps_marks:
        return ""
    words, kept, at = asked.split(), list[str](), 0
    while at < len(words):
        ends = (at + length for length in range(min(_LONGEST, len(words) - at), 0, -1))
        end = next((n for n in ends if grammar.level(" ".join(words[at:n])) in asking), 0)
        kept += [] if end else [words[at]]
        at = end or at + 1
    return " ".join(kept) if len(kept) < len(words) else ""


def before_excuse(text: str, grammar: Grammar) -> str:
    """ "Evening is better for us I work days", "Friday if they let me": what stands before work or an "if".

    Before work something has to say that the time suits: "evenings I work" chooses nothing.
    """
    pieces = grammar.cut(text)
    at = next((n for n, piece in enumerate(pieces) if piece.kinds & {"busy", "condition"}), 0)
    before = pieces[:at]
    if not before or any(piece.kinds & _OPEN and not piece.kinds & {"filler", "about"} for piece in before):
        return ""
    kinds = frozenset[str]().union(*(piece.kinds for piece in before))
    if kinds & {"not", "no", "refuse"} or (
        "busy" in pieces[at].kinds and not kinds & {"prefers", "suits", "well", "fine", "courtesy"}
    ):
        return ""
    return grammar.written(before)


def _longest_first(words: frozenset[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


def by_clause(
    text: str, grammar: Grammar, read: Callable[[str], tuple[_V, bool] | None]
) -> tuple[_V, bool] | None:
    """Read a text as a whole, or else the clauses that answer, if they all say the same.

    `read` returns what it read and whether that is sure; so does this, and beside a comment nothing is.
    """
    whole = told(text, grammar)
    if (found := read(whole)) is not None:
        return found
    parts = clauses(whole, grammar)
    if (hence := _concluded(text, grammar)) and (found := read(hence)) is not None:
        return None if is_open(hence, grammar) else (found[0], False)
    if is_open(text, grammar):
        return None
    parts = [part for part in parts if not _is_condition(part, grammar)] or parts
    heard = [(part, each[0]) for part in parts if (each := read(part)) is not None]
    if len(heard) > 1:
        heard = [(part, value) for part, value in heard if not is_busy(part, grammar)]
    said = [value for _, value in heard]
    return (said[0], False) if said and all(value == said[0] for value in said) else None


def _concluded(text: str, grammar: Grammar) -> str:
    """Return what a text concludes: "he eats no meat, so salad"; nothing where it concludes nothing."""
    hence = grammar.kinds.get("hence", frozenset())
    if grammar.unspaced:
        at = max((text.rfind(word) + len(word) for word in hence if word in text), default=0)
        return text[at:] if at else ""
    words = text.split()
    for at in range(len(words) - 1, 0, -1):
        for length in range(min(_LONGEST, at), 0, -1):
            if grammar.level(" ".join(words[at - length : at])) in hence:
                return " ".join(words[at:])
    return ""


def is_open(text: str, grammar: Grammar) -> bool:
    """Say whether a text leaves open what it answers: "maybe", "or", a question."""
    return bool(_QUESTION.search(text)) or any(
        piece.kinds & _OPEN and not piece.kinds & {"filler", "about"} for piece in grammar.cut(text)
    )


def _is_condition(clause: str, grammar: Grammar) -> bool:
    """ "And if that cannot be, by phone": a clause that begins with an "if" is no answer."""
    lead = next((piece for piece in grammar.cut(clause) if "and" not in piece.kinds), None)
    return lead is not None and "condition" in lead.kinds and "yes" not in lead.kinds


def is_busy(text: str, grammar: Grammar) -> bool:
    """Say whether a clause is about being at work or busy: it names a time when they can not."""
    return any("busy" in piece.kinds for piece in grammar.cut(text, frozenset({"busy"})))


def _before_reason(part: str, grammar: Grammar) -> str:
    """Cut a sentence at its "because", unless it begins with it."""
    because = grammar.kinds.get("because", frozenset())
    if grammar.unspaced:
        at = min((n for word in because if (n := grammar.level(part).find(word)) > 0), default=0)
        return part[:at] if at and grammar.level(part[:at]) else part
    words = part.split()
    for at in range(1, len(words)):
        if "and" in grammar.known.get(grammar.level(words[at - 1]), frozenset()):
            continue  # "an interpreter and so that somebody minds the children"
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            if grammar.level(" ".join(words[at : at + length])) in because:
                return " ".join(words[:at]) + " "
    return part
