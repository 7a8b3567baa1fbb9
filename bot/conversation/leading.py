"""An answer that the first clause gives by itself: "next Tuesday, he may be late", "4. would be 5 but …".

What follows may tell anything but another answer: nothing in it belongs to what is asked for, nothing takes
the first back or makes it hang on something. Never sure: it is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

import re
from typing import Final

from bot.conversation import choosing, days, times, weekdays
from bot.conversation.clauses import clauses, told
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon
from bot.conversation.talk import Kind, Question

_KINDS: Final = frozenset({Kind.ONE_OF, Kind.NUMBER, Kind.SCALE, Kind.DATE})
#: leaves the first clause open, or takes it back
_OPEN: Final = frozenset(
    {"or", "condition", "except", "others", "another", "the_other", "rather", "prefers", "picks",
     "corrects", "all", "none", "both", "than", "size_up"}
)  # fmt: skip
#: what a judgement on a scale hangs on all the same
_CHANGES: Final = frozenset({"or", "hedge", "except", "the_other", "corrects", "no", "none", "by_now"})
#: adds to a number, or changes it
_ADDS: Final = frozenset(
    {"and", "but", "not", "no", "soon", "by_now", "used_to", "more", "with", "total", "myself"}
)
#: a day in some other way than by its name
_OF_DAYS: Final = frozenset(
    {"next", "week", "day", "tomorrow", "month", "ordinal", "last", "coming", "feast"}
)
_QUESTION: Final = re.compile(r"[?？؟]")
_FIGURE: Final = re.compile(r"\d")


def parted(text: str, question: Question, lexicon: Lexicon) -> tuple[str, list[str]] | None:
    """Part a text into the clause that may answer by itself and those behind it.

    None where one of these tells more. Whoever asks has to see to it that none behind is another answer.
    """
    grammar = lexicon.grammar
    parts = clauses(told(text, grammar), grammar)
    if question.kind not in _KINDS or len(parts) < 2 or _QUESTION.search(text):
        return None
    if any(_touches(part, question, lexicon) for part in parts[1:]):
        return None
    return parts[0], [part for part in parts[1:] if not _is_beside(part, question, lexicon)]


def _is_beside(part: str, question: Question, lexicon: Lexicon) -> bool:
    """Say whether a clause tells the hour beside a day, or how it is today."""
    if question.kind is not Kind.DATE:
        return False
    today = days.values(days.tokens(plain(part), lexicon.tag), days.Is.AHEAD) == [0]
    return today or bool(times.possible(part, lexicon))


def _touches(part: str, question: Question, lexicon: Lexicon) -> bool:
    grammar = lexicon.grammar
    pieces = grammar.cut(part)
    have = frozenset[str]().union(*(piece.kinds for piece in pieces if "filler" not in piece.kinds))
    if question.kind is Kind.SCALE:
        return bool(have & _CHANGES)
    if have & _OPEN or ("hedge" in have and all(piece.kinds for piece in pieces)):
        return True
    match question.kind:
        case Kind.DATE:
            named = weekdays.named(part, lexicon) or have & _OF_DAYS or _names_month(part, lexicon)
            return bool(named or (_FIGURE.search(part) and not _is_beside(part, question, lexicon)))
        case Kind.ONE_OF:
            return bool(_FIGURE.search(part)) or any(
                choosing.mentioned(piece, question.choices, grammar) for piece in pieces
            )
        case Kind.NUMBER:
            return bool(have & (_ADDS | {"hedge"}))
        case _:
            return True


def _names_month(part: str, lexicon: Lexicon) -> bool:
    return bool(days.values(days.tokens(plain(part), lexicon.tag), days.Is.MONTH))
