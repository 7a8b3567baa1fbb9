"""A yes or no that what is told amounts to: nothing has changed, something is no more, work that night.

"Still the same" to "has your address changed?", "he used to, now I drive him" to "does he ride the bus?",
"sorry I work that night" to "will you be there?". Never sure: what is understood so is read back once
(docs/dialogue.md, rule 8).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.conversation import echo
from bot.conversation.clauses import clauses
from bot.conversation.grammar import PEOPLE, Grammar, Piece
from bot.conversation.intent import has_question_mark
from bot.conversation.lexicon import Lexicon

YES, NO = 1, 2
_DENIES: Final = frozenset({"not", "no", "dont", "refuse", "none", "nothing", "zero", "undoes"})
_AGREES: Final = frozenset({"yes", "ok", "agree", "fine"})
_OPEN: Final = frozenset({"hedge", "or", "but", "condition", "except", "half"})
#: beside "I speak no English" these may say that no interpreter is needed
_HELPED: Final = (
    _OPEN
    | PEOPLE
    | {
        "no",
        "refuse",
        "supplied",
        "dont",
        "unwant",
        "children",
        "one_child",
        "spouse",
        "myself",
        "interpreting",
    }
)
_LIGHT: Final = frozenset({"filler", "courtesy", "and", "around"})
#: English, as each of our languages names it, in Latin letters too
_ENGLISH: Final = re.compile(
    r"engl|ingl|angl[aei]|angielsk"
    r"|tiếng anh|tieng anh|t\.?anh\b|английс|англійс|إنجليز|انجليز|انكليز|انقليز|انگلیس"
    r"|انگليس|انګلیس|انګليس|انگریز|अंग्रेज|अङ्ग्रेज|अग्रेज|इंग्लिश|ईङ्लिस|angrezi|angreji|英|영어|ingiriis|ingiris"
    r"|ingereza|ingereja|icyongereza|askiv|እንግሊ|ኢንግሊ|አንግሊ|အင်္ဂလိပ်|អង់គ្លេស|ອັງກິດ|ingiliff|ingilif|angleze?",
    re.IGNORECASE,
)
_ANSWERS: Final = frozenset({"yes", "no", "ok", "agree", "refuse", "needless", "need"})
_THEN_NOW: Final = frozenset({"used_to", "by_now"})
#: letters of a word that repeats one of the question's
_LEAST: Final = 3


def read(text: str, asked: str, lexicon: Lexicon) -> int:
    """Return 1 for yes, 2 for no, 0 where nothing of the kind is told."""
    grammar = lexicon.grammar
    if not asked or has_question_mark(text):
        return 0
    parts = [grammar.cut(part) for part in clauses(text, grammar)]
    return (
        _change(text, parts, asked, grammar)
        or _busy_then(text, parts, asked, grammar)
        or _by_food(text, parts, asked, grammar)
        or _needs_interpreter(text, asked, grammar)
        or _brings_interpreter(text, parts, asked, grammar)
    )


def _change(text: str, parts: Sequence[Sequence[Piece]], asked: str, grammar: Grammar) -> int:
    """ "Still the old place" and "we moved last month" to "has your address changed?"."""
    if not grammar.holds(asked, "changed") or _holds(parts, _OPEN):
        return 0
    same, moved = grammar.holds(text, "unchanged"), grammar.holds(text, "moved")
    if same == moved:
        return 0
    if same:
        return NO if not _holds(parts, frozenset({"yes"})) else 0
    return YES if not _holds(parts, _DENIES) and grammar.holds(asked, "address") else 0


def _by_food(text: str, parts: Sequence[Sequence[Piece]], asked: str, grammar: Grammar) -> int:
    """ "鸡蛋不能吃" to "is he allergic to anything?" is a yes, "he eats everything" a no."""
    if not grammar.holds(asked, "ailment") or grammar.holds(asked, "allergen"):
        return 0
    cannot = grammar.holds(text, "cannot_eat")
    if _holds(parts, _OPEN) or not (cannot or grammar.holds(text, "may_eat")):
        return 0
    leads = parts[0][0].kinds - {"filler"} if parts and parts[0] else frozenset()
    if cannot:
        return 0 if "no" in leads else YES
    return 0 if "yes" in leads or _holds(parts, frozenset({"allergen"})) else NO


def _needs_interpreter(text: str, asked: str, grammar: Grammar) -> int:
    """ "I don't speak English" to "do you need an interpreter?": a yes, unless somebody else helps."""
    if not grammar.holds(asked, "interpreting"):
        return 0
    gap = "" if grammar.unspaced else " "
    phrases = sorted(grammar.kinds.get("no_english", ()), key=len, reverse=True)
    said = [f"{gap}{grammar.level(part)}{gap}" for part in clauses(text, grammar)]
    told = [next((one for one in phrases if f"{gap}{one}{gap}" in part), "") for part in said]
    if not any(told):
        return 0
    others = [
        grammar.cut(part.replace(one, " ", 1) if one else part) for part, one in zip(said, told, strict=True)
    ]
    return 0 if _holds(others, _HELPED) else YES


def _brings_interpreter(text: str, parts: Sequence[Sequence[Piece]], asked: str, grammar: Grammar) -> int:
    """ "My sister comes with me and translates" to "do you need an interpreter?": a no."""
    if not grammar.holds(asked, "interpreting") or not grammar.holds(text, "interpreting"):
        return 0
    family = grammar.holds(text, *PEOPLE, "spouse", "one_child", "children")
    turned = _DENIES | {"yes", "need", "wish", "hedge", "or", "but", "condition", "except"}
    return 0 if not family or _holds(parts, turned) or grammar.holds(text, *_DENIES) else NO


def speaks_no_english(text: str, asked: str, lexicon: Lexicon) -> bool:
    """ "Not a word of English, without somebody I won't understand": in words that no list has.

    Asked whether an interpreter is needed, English is named and denied in one clause. Whoever begins with a
    yes or a no has answered otherwise ("no I speak English"), unless more is denied behind it, and so has who
    names somebody that helps.
    """
    grammar = lexicon.grammar
    if not grammar.holds(asked, "interpreting") or not _ENGLISH.search(text) or has_question_mark(text):
        return False
    if grammar.holds(text, *PEOPLE, "spouse", "one_child", "children", "needless", "hedge", "or", "but"):
        return False
    parts = clauses(text, grammar)
    verbs = [word for word in grammar.level(asked).split() if len(word) > _LEAST + 1]
    if any(verb in word and verb != word for verb in verbs for word in grammar.level(text).split()):
        return False  # "непотрібен": the question's own word, denied
    denied = [part for part in parts if _ENGLISH.search(part) and _denials(part, lexicon)]
    if not denied or any(grammar.holds(part, "need", "interpreting") for part in denied):
        return False
    pieces = grammar.cut(text)
    lead = next((piece for piece in pieces if not piece.kinds & _LIGHT or piece.kinds & _ANSWERS), pieces[0])
    if not lead.kinds & _ANSWERS:
        return True
    elsewhere = any(_denials(part, lexicon) for part in parts[1:] if part not in denied)
    return elsewhere and (max(_denials(denied[0], lexicon)) > 0 or "no" not in lead.kinds)


def _denials(part: str, lexicon: Lexicon) -> list[int]:
    """Return at which pieces of a clause something is denied."""
    pieces = lexicon.grammar.cut(part)
    return [
        n
        for n, piece in enumerate(pieces)
        if (piece.kinds & _DENIES and "filler" not in piece.kinds)
        or "no_english" in piece.kinds
        or any(echo.is_denied(word, lexicon.tag) for word in piece.said.split())
    ]


def _busy_then(text: str, parts: Sequence[Sequence[Piece]], asked: str, grammar: Grammar) -> int:
    """ "Sorry, I work that night" to "will you be there?": an apology and a reason."""
    if not grammar.holds(asked, "invites") or not grammar.holds(text, "sorry"):
        return 0
    if _agrees(parts) or _holds(parts, _OPEN | {"only", "others", "another", "proposes"}):
        return 0
    return NO if _holds(parts, frozenset({"busy"})) else 0


def no_longer(text: str, asked: str, lexicon: Lexicon) -> bool:
    """Say whether what is asked for was so, and is not now: "he used to ride it, now I take him"."""
    grammar = lexicon.grammar
    if not asked or has_question_mark(text) or not grammar.holds(text, "used_to"):
        return False
    pieces = grammar.cut(text, _THEN_NOW)
    then = next(n for n, piece in enumerate(pieces) if "used_to" in piece.kinds)
    now = next((n for n, piece in enumerate(pieces) if n > then and "by_now" in piece.kinds), 0)
    if not now:
        return False
    before, behind = (grammar.written(some) for some in (pieces[:now], pieces[now + 1 :]))
    if any(piece.kinds & _AGREES - _LIGHT for piece in grammar.cut(behind)[:1]):
        return False
    alone = all(piece.kinds & _LIGHT for piece in grammar.cut(before) if "used_to" not in piece.kinds)
    agreed = alone or any("yes" in piece.kinds for piece in grammar.cut(before))
    return (agreed or _repeats(before, asked, lexicon)) and not _repeats(behind, asked, lexicon)


def _repeats(said: str, asked: str, lexicon: Lexicon) -> bool:
    grammar = lexicon.grammar
    if grammar.unspaced:
        levelled = grammar.level(asked)
        return any(not piece.kinds and piece.said in levelled for piece in grammar.cut(said))
    words = [
        word for word in grammar.level(said).split() if len(word) >= _LEAST and not _is_small(word, grammar)
    ]
    return any(echo.akin(word, each, lexicon.tag) for word in words for each in grammar.level(asked).split())


def _is_small(word: str, grammar: Grammar) -> bool:
    return bool(grammar.known.get(word, frozenset()) & (_LIGHT | _THEN_NOW))


def _holds(parts: Sequence[Sequence[Piece]], kinds: frozenset[str]) -> bool:
    return any(piece.kinds & kinds and "filler" not in piece.kinds for part in parts for piece in part)


def _agrees(parts: Sequence[Sequence[Piece]]) -> bool:
    return any(
        piece.kinds & {"yes", "agree"} and not piece.kinds & (_LIGHT | {"busy", "unchanged"})
        for part in parts
        for piece in part
    )
