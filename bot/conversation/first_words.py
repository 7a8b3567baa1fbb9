"""A yes or no that neither its list nor its verb told: its first words, or what they tell of the matter.

"Non cheri, li manje manba chak maten" to "is he allergic to peanuts?", "сделали ещё в Харькове" to "сделана
ли прививка?", "we moved in November" to "is this still your address?", "he still has a fever" to "will he
come tomorrow?". It is asked last, and what is understood so is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.conversation import echo, verbs
from bot.conversation.clauses import clauses
from bot.conversation.grammar import Grammar, Piece
from bot.conversation.intent import has_question_mark
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon

YES, NO = 1, 2
_LIGHT: Final = frozenset({"filler", "courtesy", "around", "and"})
_DENIES: Final = frozenset({"not", "no", "dont", "refuse", "none", "nothing", "zero"})
_OPEN: Final = frozenset({"hedge", "or", "but", "condition", "except", "wh", "asks", "half"})
_ILL: Final = frozenset({"trouble", "matter"})
#: what is asked of so that a verb which agrees says something else
_OF_MATTER: Final = frozenset({"ailment", "trouble", "need", "offers"})
#: words at the start of a text among which its verb is looked for
_START: Final = 3
#: where the question's verb stands
_VERB: Final = {
    "ru": re.compile(r"(\w{4,}) ли\b"),
    "uk": re.compile(r"\bчи (?:ви |вже |ваша |ваш |дитина )*(\w{4,})"),
    "pl": re.compile(r"\bczy (?:pani |pan |państwo |panstwo |dziecko |już |juz )*(\w{4,})"),
    "so": re.compile(r"\bma (?:u |ku |la |soo |ka )*(\w{4,})"),
}
#: says that a thing is done, right behind its verb
_DONE: Final = ("lawm", "了", "啦", "咗", "rồi", "roi", "過", "过")


def read(text: str, asked: str, lexicon: Lexicon) -> int:
    """Return 1 for yes, 2 for no, 0 where the first words tell neither. Never sure."""
    if not asked or has_question_mark(text):
        return 0
    grammar = lexicon.grammar
    parts = [grammar.cut(part) for part in clauses(text, grammar)]
    if not parts or not parts[0]:
        return 0
    return (
        _by_lead(parts, asked, grammar)
        or _is_moved(parts, asked, grammar)
        or _is_ill(parts, asked, grammar)
        or _has_allergen(parts, asked, grammar)
        or _is_done(text, parts[0], asked, lexicon)
    )


def _by_lead(parts: Sequence[Sequence[Piece]], asked: str, grammar: Grammar) -> int:
    """ "No he eats peanut butter daily": a plain yes or no stands first, and nothing plainly against it."""
    if not grammar.holds(asked, *_OF_MATTER):
        return 0
    pieces = [piece for part in parts for piece in part if "courtesy" not in piece.kinds]
    if not pieces:
        return 0
    lead, rest = pieces[0].kinds, pieces[1:]
    if lead & {"fine", "hedge", "refuse", "agree"} or any(
        piece.kinds & {"but", "hedge", "or"} for piece in rest
    ):
        return 0
    if "no" in lead and not lead & {"yes", "ok"}:
        return 0 if any("yes" in piece.kinds and "filler" not in piece.kinds for piece in rest) else NO
    if "yes" in lead and not lead & {"no", "not"}:
        if grammar.holds(asked, "ailment") and any("allergen" in piece.kinds for piece in rest):
            return YES  # "wi li pa ka manje pistach ditou"
        return (
            0 if any("no" in piece.kinds and not piece.kinds & {"and", "filler"} for piece in rest) else YES
        )
    return 0


def _is_moved(parts: Sequence[Sequence[Piece]], asked: str, grammar: Grammar) -> int:
    """ "We moved out in November" to "do you still live at …?": a no."""
    if not grammar.holds(asked, "address") or not _tells(parts, frozenset({"moved"})):
        return 0
    return YES if grammar.holds(asked, "changed") else NO


def _is_ill(parts: Sequence[Sequence[Piece]], asked: str, grammar: Grammar) -> int:
    """ "She still has a fever, I keep her home" to "will she be at school?": a no."""
    if not grammar.holds(asked, "attends"):
        return 0
    well = any(piece.kinds & {"over", "well", "content"} for part in parts for piece in part)
    if not well and any(_ill_and_cannot(part) for part in parts):
        return NO
    return NO if not well and _tells(parts, _ILL) else 0


def _ill_and_cannot(pieces: Sequence[Piece]) -> bool:
    """ "Li malad toujou li pap ka vini": an illness, and a phrase of refusing behind it."""
    ill = next((n for n, piece in enumerate(pieces) if piece.kinds & _ILL), -1)
    before, behind = pieces[: max(ill, 0)], pieces[ill + 1 :]
    turned = any(piece.kinds & (_DENIES | _OPEN) and not piece.kinds & _LIGHT for piece in before)
    open_ = any(piece.kinds & (_OPEN | {"yes"}) and not piece.kinds & _LIGHT for piece in behind)
    refused = any("refuse" in piece.kinds and " " in piece.said for piece in behind)
    return ill >= 0 and refused and not (turned or open_)


def _has_allergen(parts: Sequence[Sequence[Piece]], asked: str, grammar: Grammar) -> int:
    """ "Peanuts n shellfish real bad" to "is he allergic to anything?": a yes."""
    if not grammar.holds(asked, "ailment") or grammar.holds(asked, "allergen"):
        return 0
    fine = any(
        piece.kinds & {"fine", "well", "over", "agree", "ok"} and "filler" not in piece.kinds
        for part in parts
        for piece in part
    )
    eats = any(grammar.holds(grammar.written(part), "eats") for part in parts)
    return YES if not (fine or eats) and _tells(parts, frozenset({"allergen"})) else 0


def _tells(parts: Sequence[Sequence[Piece]], kinds: frozenset[str]) -> bool:
    """Say whether something of these kinds is told, and neither denied nor left open."""
    pieces = [piece for part in parts for piece in part]
    told = any(piece.kinds & kinds for piece in pieces)
    yes = any(piece.kinds & {"yes", "agree"} and not piece.kinds & _LIGHT for piece in pieces)
    denied = any(
        piece.kinds & (_DENIES | _OPEN) and not piece.kinds & (_LIGHT | {"yes"})
        for part in parts
        if any(piece.kinds & kinds for piece in part)
        for piece in part
    )
    return told and not yes and not denied


def _is_done(text: str, first: Sequence[Piece], asked: str, lexicon: Lexicon) -> int:
    """ "Txhaj lawm lub hli tas los", "ja tomou as duas dose": the question's verb, and that it is done."""
    grammar = lexicon.grammar
    pieces = [piece for piece in first if not piece.kinds & {"courtesy"}]
    if any(
        piece.kinds & (_DENIES | _OPEN) and not piece.kinds & {"filler", "and", "yes"} for piece in pieces
    ):
        return 0
    if any(piece.kinds & {"limit", "next", "week", "busy", "problem"} for piece in pieces):
        return 0
    said = plain(text)
    if lexicon.tag == "hmn" or grammar.unspaced or lexicon.tag == "vi":
        verb_done = [
            f"{verb}{' ' * (not grammar.unspaced)}{done}"
            for verb in verbs.asked(asked, lexicon)
            for done in _DONE
        ]
        return YES if any(said.startswith(each) for each in verb_done) else 0
    words = [word for piece in pieces for word in piece.said.split() if not _is_small(word, grammar)][:_START]
    if lexicon.tag in _VERB:
        found = _VERB[lexicon.tag].findall(plain(asked))
        return YES if any(echo.akin(words[0], verb, lexicon.tag) for verb in found if words) else 0
    already = any("already" in piece.kinds for piece in pieces)
    asks = [word for word in grammar.level(asked).split() if not _is_small(word, grammar)]
    return YES if already and words and any(echo.akin(words[0], each, lexicon.tag) for each in asks) else 0


def _is_small(word: str, grammar: Grammar) -> bool:
    kinds = grammar.known.get(word, frozenset())
    return bool(kinds & {"filler", "already", "courtesy", "and"})
