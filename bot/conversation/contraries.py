"""Phrases that are a yes to one question and a no to its contrary, whatever their verb says.

"He stays home" and "hatakuja" to "will he be absent?", "it won't go down" to "has she still a fever?", "can't
find it" to "did he lose it?". A denied verb is no "no" there, and in many languages it is denied by its form
alone. Never sure: what is understood so is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.conversation.clauses import clauses, is_open
from bot.conversation.denials import DENIES, NO, OTHER, TORN, YES, begun, is_plain, says_no
from bot.conversation.grammar import Grammar
from bot.conversation.intent import has_question_mark
from bot.conversation.lexicon import Lexicon


@dataclass(frozen=True)
class _Contraries:
    """What to one question is a yes and a no, whatever the verb; all are kinds of words."""

    of: tuple[str, ...]  #: a question is known by one of these
    yes: str  #: empty where only what is a no has phrases of its own
    no: str
    asks: str = ""  #: words of the question: beside them the other two say nothing
    denied: int = YES  #: what a no is that is denied
    asks_again: bool = True  #: where nobody can tell; else it is read as elsewhere

    @property
    def words(self) -> frozenset[str]:
        """The kinds that a clause is cut by."""
        return frozenset({self.yes, self.no, self.asks}) - {""}


_CONTRARIES: Final = (
    _Contraries(("absence",), "stays_away", "comes", "absence"),
    _Contraries(("late",), "", "on_time"),
    _Contraries(("ailing",), "unwell", "recovered"),
    _Contraries(("receipt",), "", "awaited", denied=NO),
    _Contraries(("mislaid",), "not_found", "found", "mislaid"),
    _Contraries(("asks_busy",), "at_work", "is_free", "asks_busy"),
    _Contraries(("asks_done",), "", "promises", denied=TORN, asks_again=False),
    _Contraries(("adverse",), "stays_away", "comes", "adverse"),
)
#: what is looked for where nothing else is understood
_LATER: Final = (
    _Contraries(("attends",), "", "stays_away", denied=NO),
    _Contraries(("attends",), "", "unwell", denied=NO),
    _Contraries(("asks_better",), "recovered", "worsens", denied=TORN),
    _Contraries(("asks_better",), "", "unwell", denied=NO),
)
#: "I forgot" to whatever should have been done; not to "did he forget it?"
_FORGOT: Final = _Contraries((), "", "forgot", denied=TORN)
#: "we'll see tonight whether it goes down"
_DEPENDS: Final = re.compile(
    r"[看睇]|보고|\b(?:see|depends|depende|xem|voir|ver|смотря|посмотрим)\b", re.IGNORECASE
)
_NOT_TO_DO: Final = ("mislaid", "absence", "ailing", "late", "adverse", "asks_busy", "need")

#: questions to which only a yes or a no is one: what agrees elsewhere ("I can") is none there
_STRICT: Final = ("adverse", "asks_busy")
_TROUBLE: Final = ("problem", "trouble", "matter", "bother", "asks_fine")
#: where that is asked for, these speak of it
_OF_TROUBLE: Final = (*_TROUBLE, "well", "fine", "over", "no_bother")
#: "there is", "there is none": to "is there any difficulty?"
_THERE: Final = frozenset({"exists", "lacks", "none", "nothing"})
_LIGHT: Final = frozenset({"filler", "around"})
_SMALL: Final = frozenset({"courtesy", "around", "and", "by_now", "regret", "no"})
_WORD_AND_THING: Final = 2


def told(text: str, asked: str, lexicon: Lexicon) -> int:
    """Return 1 for a yes, 2 for a no, -1 where nobody can tell, 0 where nothing of the kind is told."""
    grammar = lexicon.grammar
    parts = clauses(text, grammar)
    if not asked or not parts or has_question_mark(text):
        return 0
    asks = [kinds for kinds in _CONTRARIES if grammar.holds(asked, *kinds.of)]
    for kinds in asks:
        found = _of_contraries(parts, kinds, lexicon)
        if found > 0 or (found and kinds.asks_again):
            return found
    strict = any(kinds.of[0] in _STRICT for kinds in asks) and not grammar.holds(asked, "need")
    return TORN if strict and not _is_answer(parts, asked, lexicon) else 0


def told_at_last(text: str, asked: str, lexicon: Lexicon) -> int:
    """Return 1 or 2 where a text that nobody else understood tells it; else 0: "I forgot", "staying home"."""
    grammar = lexicon.grammar
    parts = clauses(text, grammar)
    if not asked or not parts or has_question_mark(text) or grammar.holds(asked, "absence"):
        return 0
    if is_open(text, grammar) or _DEPENDS.search(text):
        return 0
    asks = [kinds for kinds in _LATER if grammar.holds(asked, *kinds.of)]
    if not grammar.holds(asked, *_NOT_TO_DO):
        asks.append(_FORGOT)
    found = [_of_contraries(parts, kinds, lexicon) for kinds in asks]
    return next((each for each in found if each), 0) if TORN not in found else 0


def _is_answer(parts: Sequence[str], asked: str, lexicon: Lexicon) -> bool:
    """Say whether a text answers by a yes or a no, or speaks of the trouble itself."""
    grammar = lexicon.grammar
    of_it = _STRICT + (_OF_TROUBLE if grammar.holds(asked, *_TROUBLE) else ())
    if any(grammar.holds(part, *of_it) for part in parts):
        return True
    lead = begun(parts[0], grammar)
    if not lead or not any(letter.isalpha() for letter in parts[0]):
        return True
    if all(piece.kinds & (_THERE | _LIGHT) for piece in lead) and any(piece.kinds & _THERE for piece in lead):
        return True
    bare = len(lead) == _WORD_AND_THING and not lead[1].kinds  # "no pencils"
    alone = says_no(lead[0], lexicon.tag) or all(piece.kinds & _SMALL for piece in lead[1:])
    return (is_plain(lead, lexicon.tag) and alone and not bare) or "yes" in lead[0].kinds


def _of_contraries(parts: Sequence[str], kinds: _Contraries, lexicon: Lexicon) -> int:
    """ "He stays home" to "will he be absent?": a yes, whatever the verb; "he comes": a no.

    Languages in which a verb is denied by its form have no other sign of it: "hatakuja", "አይመጣም".
    """
    grammar = lexicon.grammar
    said = [_says(part, kinds, lexicon) for part in parts]
    meant = frozenset(said) - {0}
    if not meant:
        return 0
    lead = begun(parts[0], grammar)
    plain = bool(lead) and not said[0] and is_plain(lead, lexicon.tag)
    agrees = bool(lead) and not said[0] and "yes" in lead[0].kinds and "no" not in lead[0].kinds
    if len(meant) > 1 or (plain and YES in meant) or (agrees and NO in meant):
        return TORN
    if any(_is_open(part, kinds, grammar) for part, each in zip(parts, said, strict=True) if each):
        return TORN
    return next(iter(meant))


def _says(part: str, kinds: _Contraries, lexicon: Lexicon) -> int:
    """Return what a clause says by itself: 1, 2, -1 for both, or 0."""
    grammar = lexicon.grammar
    pieces = grammar.cut(part, kinds.words)
    found = frozenset[str]().union(*(piece.kinds for piece in pieces))
    if not found & {kinds.yes, kinds.no} or (kinds.asks in found and kinds.yes not in found):
        return 0
    if kinds.yes in found and kinds.no in found:
        return TORN
    at = next(n for n, piece in enumerate(pieces) if piece.kinds & {kinds.yes, kinds.no})
    front, behind = (grammar.cut(grammar.written(side)) for side in (pieces[:at], pieces[at + 1 :]))
    agrees = any("yes" in piece.kinds and "no" not in piece.kinds for piece in front)
    refuses = bool(front) and says_no(front[0], lexicon.tag)
    if kinds.yes in found:
        return TORN if refuses else YES
    beside = (front[1:] if refuses else front) + behind
    denied = kinds.denied != NO and any(piece.kinds & (DENIES | {"never"}) for piece in beside)
    if denied and not refuses:
        return kinds.denied
    return TORN if denied or agrees else NO


def _is_open(part: str, kinds: _Contraries, grammar: Grammar) -> bool:
    rest = grammar.cut(grammar.without(part, *kinds.words))
    return any(piece.kinds & frozenset(OTHER) for piece in rest)
