"""Answers to "which of these?" that speak of all of them, or of the rest: "all please, we came with nothing".

And of what somebody cannot have: there "eggs and fish he can't, milk is fine" denies what it chooses. Never
sure: what is wanted is read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.conversation import choosing, weekdays
from bot.conversation.clauses import clauses, is_open
from bot.conversation.grammar import PEOPLE, THINGS, Grammar, Piece
from bot.conversation.intent import has_question_mark
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon
from bot.conversation.several import several

_ALL: Final = frozenset({"all", "every"})
_DENIES: Final = frozenset({"not", "no", "dont", "refuse", "none", "nothing", "zero"})
_FINE: Final = frozenset({"well", "fine", "suits", "content", "ok", "over", "may_eat"})
_TURNS: Final = _DENIES | {"hedge", "or", "except", "others", "condition", "than", "wh", "half"}
_CANNOT: Final = ("not", "refuse", "dont")
_HAS: Final = frozenset({"supplied", "has_it", "exists", "already", "we_have"})
_EATS: Final = frozenset({"eats", "may_eat"})
#: words that nobody knows beside an "all", at most
_FEW: Final = 2
_TWO: Final = 2
#: "the rest", which alone is a rest of anything
_THE_REST: Final = re.compile(r"(?:the )?rest\b", re.IGNORECASE)
_BUSY: Final = ("busy", "at_work", "stays_away")
#: a pronoun and, in brackets, who that is: "I (the mother)"
_WHO: Final = re.compile(r"(\w+)\s*\(([^()]*)\)")


def other_days(text: str, labels: Sequence[str], lexicon: Lexicon) -> tuple[int, ...]:
    """ "Monday and Tuesday I work, other days fine": all days but those; () for another text."""
    grammar, of = lexicon.grammar, weekdays.of_choices(labels, lexicon)
    parts = clauses(text, grammar)
    others = [part for part in parts if grammar.holds(part, "others") or _THE_REST.match(part)]
    named = [part for part in parts if part not in others and weekdays.names_any(part, lexicon)]
    if not of or len(others) != 1 or not named or has_question_mark(text):
        return ()
    if (
        weekdays.names_any(others[0], lexicon)
        or is_open(", ".join(named), grammar)
        or _denies(grammar.cut(others[0]))
    ):
        return ()
    if not all(_denies(grammar.cut(part)) or grammar.holds(part, *_BUSY) for part in named):
        return ()
    out = frozenset[int]().union(*(weekdays.named(part, lexicon) for part in named))
    return tuple(sorted(number for day, number in of.items() if day not in out))


def all_wanted(text: str, labels: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether a text begins with an "all" and names no choice: "all of it, we came with one suitcase"."""
    grammar = lexicon.grammar
    parts = clauses(text, grammar)
    if not parts or has_question_mark(text) or weekdays.of_choices(labels, lexicon):
        return False
    first = grammar.cut(parts[0])
    at = next((n for n, piece in enumerate(first) if piece.kinds & _ALL), -1)
    if at < 0 or any(not piece.kinds or piece.kinds & (THINGS - PEOPLE) for piece in first[:at]):
        return False
    if any(piece.kinds & (_TURNS | _FINE) and not piece.kinds & _ALL for piece in first):
        return False
    if sum(not piece.kinds for piece in first) > _FEW or any(letter.isdigit() for letter in plain(text)):
        return False
    return not choosing.all_words(text, labels, grammar)


def all_there(text: str, asked: str, grammar: Grammar) -> bool:
    """ "We have it all", "다 있어요" to "which of these do you have?"."""
    if grammar.holds(asked, "need", "offers") or has_question_mark(text):
        return False
    pieces = grammar.cut(text)
    has = any(piece.kinds & {"supplied", "exists", "we_have"} for piece in pieces)
    light = _ALL | {"supplied", "exists", "we_have", "filler", "courtesy"}
    return has and _tells_all(text, grammar) and all(piece.kinds & light for piece in pieces)


def _tells_all(text: str, grammar: Grammar) -> bool:
    said = grammar.level(text)
    words = {grammar.level(word) for kind in _ALL for word in grammar.kinds.get(kind, frozenset())}
    return any(word in words for word in said.split()) or grammar.holds(text, *_ALL)


def either_time(text: str, labels: Sequence[str], lexicon: Lexicon) -> tuple[int, ...]:
    """ "Evenings, or on Saturdays": of times that are offered both suit; () where no "or" stands."""
    grammar = lexicon.grammar
    of_time = frozenset({"morning", "afternoon", "evening", "weekend", "workdays"})
    timed = sum(grammar.holds(label, *of_time) for label in labels)
    if (
        grammar.unspaced
        or timed < len(labels) - 1
        or has_question_mark(text)
        or not grammar.holds(text, "or")
    ):
        return ()
    if any(
        piece.kinds & {"hedge", "not", "no", "refuse", "condition", "except"} for piece in grammar.cut(text)
    ):
        return ()
    found = set[int]()
    for part in clauses(text, grammar):
        for said in _at_or(part, grammar):
            one = choosing.read(said, labels, lexicon)
            if one is None and plain(said):
                return ()
            found |= {one[0]} if one else set()
    return tuple(sorted(found)) if len(found) > 1 else ()


def _at_or(part: str, grammar: Grammar) -> list[str]:
    pieces, ends = grammar.cut(part), [-1]
    ends += [n for n, piece in enumerate(pieces) if "or" in piece.kinds]
    return [
        grammar.written(pieces[one + 1 : two])
        for one, two in zip(ends, [*ends[1:], len(pieces)], strict=True)
    ]


def without_pronoun(text: str, grammar: Grammar) -> str:
    """ "I (the mother) and grandma": who "I" is stands in brackets."""

    def who(found: re.Match[str]) -> str:
        told = grammar.holds(found[1], "myself") and grammar.holds(found[2], *PEOPLE)
        return found[2] if told else found[0]

    return _WHO.sub(who, text)


def rest(text: str, asked: str, labels: Sequence[str], lexicon: Lexicon) -> tuple[int, ...]:
    """ "The coat he has, all the others please": what is had is left out; () for another text.

    And the reverse, "shoes and notebooks, the others we have": what stands before "the others" is wanted.
    """
    grammar = lexicon.grammar
    if has_question_mark(text) or is_open(text, grammar):
        return ()
    if asks_avoided(asked, grammar) and (avoided := _all_but_fine(text, labels, grammar)):
        return avoided
    if not grammar.holds(asked, "need", "offers"):
        return ()
    parts = [piece for part in clauses(text, grammar) for piece in _at_others(part, grammar)]
    others = [part for part in parts if grammar.holds(part, "others")]
    named = [(part, choosing.named_in(part, labels, grammar)) for part in parts if part not in others]
    named = [(part, its) for part, its in named if its]
    if len(others) != 1 or not named or choosing.named_in(others[0], labels, grammar):
        return ()
    had = [its for part, its in named if _is_had(grammar.cut(part))]
    wanted = _is_wanted(grammar.cut(others[0]))
    its = frozenset[int]().union(*(its for _, its in named))
    if len(had) == len(named) and wanted is not False:
        return tuple(n for n in range(1, len(labels) + 1) if n not in its)
    found = several(", ".join(part for part, _ in named), labels, lexicon)
    return found[0] if found and not had and wanted is False else ()


def _at_others(part: str, grammar: Grammar) -> list[str]:
    """ "We have a bag the rest we need": "the rest" begins a clause of its own behind a verb."""
    pieces = grammar.cut(part)
    at = next((n for n, piece in enumerate(pieces) if n and "others" in piece.kinds), 0)
    if grammar.unspaced or not at or not _is_had(pieces[:at]):
        return [part]
    return [grammar.written(pieces[:at]), grammar.written(pieces[at:])]


def _all_but_fine(text: str, labels: Sequence[str], grammar: Grammar) -> tuple[int, ...]:
    """ "Fish is ok, do not give him the rest" to "what can he not eat?": all but what is fine."""
    parts = clauses(text, grammar)
    others = [part for part in parts if grammar.holds(part, "others")]
    fine = [part for part in parts if part not in others]
    if (
        len(others) != 1
        or not _denies(grammar.cut(others[0]))
        or not all(map(_is_fine, map(grammar.cut, fine)))
    ):
        return ()
    kept = frozenset[int]().union(*(choosing.named_in(part, labels, grammar) for part in fine))
    return tuple(n for n in range(1, len(labels) + 1) if n not in kept) if kept else ()


def _is_had(pieces: Sequence[Piece]) -> bool:
    return any(piece.kinds & _HAS for piece in pieces)


def the_one_left(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """ "French is too hard, German he won't, so the one left": all but one are named; 0 for another text."""
    grammar = lexicon.grammar
    parts = clauses(text, grammar)
    if len(parts) < _TWO or has_question_mark(text) or is_open(text, grammar):
        return 0
    last = parts[-1]
    if not grammar.holds(last, "others", "the_other") or _denies(grammar.cut(last)):
        return 0
    named = frozenset[int]().union(*(choosing.named_in(part, labels, grammar) for part in parts[:-1]))
    left = set(range(1, len(labels) + 1)) - named
    liked = any(
        piece.kinds & _FINE and not piece.kinds & _DENIES
        for part in parts[:-1]
        for piece in grammar.cut(part)
    )
    return left.pop() if len(left) == 1 and not liked and not choosing.named_in(last, labels, grammar) else 0


def _is_wanted(pieces: Sequence[Piece]) -> bool | None:
    """Say whether "the others" are wanted; None where nothing says so."""
    if any(piece.kinds & {"want", "need", "wish"} for piece in pieces):
        return not _denies(pieces)
    if any(piece.kinds & (_HAS | _FINE) and not piece.kinds & {"filler"} for piece in pieces):
        return False
    if any(piece.kinds & {"yes", "all", "every", "courtesy"} for piece in pieces):
        return True
    return None


def asks_avoided(asked: str, grammar: Grammar) -> bool:
    """Say whether a question asks what somebody can not have: an allergy, a "must not"."""
    return grammar.holds(asked, "ailment", "not", "refuse", "dont", "cannot_eat")


def tells_the_contrary(text: str, asked: str, labels: Sequence[str], lexicon: Lexicon) -> bool:
    """ "Only Monday is fine" to "which days can you not come?": the day that is not meant."""
    grammar = lexicon.grammar
    if (
        grammar.arabic
        or lexicon.tag == "my"
        or not grammar.holds(asked, *_CANNOT)
        or not weekdays.of_choices(labels, lexicon)
    ):
        return False  # "ما" asks for a thing as often as it denies one, and so does "မ"
    pieces = [piece for part in clauses(text, grammar) for piece in grammar.cut(part)]
    agrees = any("agree" in piece.kinds and not piece.kinds & _DENIES for piece in pieces)
    return agrees or any(piece.kinds & (_FINE | {"only"}) and "filler" not in piece.kinds for piece in pieces)


def asks_uneaten(asked: str, grammar: Grammar) -> bool:
    """Say whether a question asks what somebody does not eat."""
    food = grammar.holds(asked, "ailment", "cannot_eat") or grammar.holds(asked, *_EATS)
    return food and asks_avoided(asked, grammar)


def avoided(text: str, labels: Sequence[str], lexicon: Lexicon) -> str:
    """ "Nuts never, fish neither, the rest is fine": what is denied, without its denials and what is fine.

    Nothing where no clause denies: a list is read as any other.
    """
    grammar = lexicon.grammar
    parts = clauses(text, grammar)
    if has_question_mark(text) or is_open(text, grammar):
        return ""
    kept = [part for part in parts if not _is_fine(grammar.cut(part))]
    denied = [
        part for part in kept if _denies(grammar.cut(part)) and choosing.named_in(part, labels, grammar)
    ]
    if not denied or any(
        piece.kinds & {"all", "every", "none", "except"} for part in kept for piece in grammar.cut(part)
    ):
        return ""
    said = [
        grammar.written(piece for piece in grammar.cut(part) if not piece.kinds & (_DENIES | {"exists"}))
        for part in kept
    ]
    return ", ".join(part for part in said if plain(part))


def all_but(text: str, asked: str, labels: Sequence[str], lexicon: Lexicon) -> tuple[int, ...] | None:
    """ "He eats everything but fish" to what he can not eat: the fish.

    () where nothing says that the rest is eaten, None for a text without an exception or another question.
    Taken the other way round it would feed somebody what makes him ill.
    """
    grammar = lexicon.grammar
    if not asks_avoided(asked, grammar) or not grammar.holds(text, "except") or not _tells_all(text, grammar):
        return None
    if not grammar.holds(text, *_EATS):
        return () if asks_uneaten(asked, grammar) else None
    pieces = [piece for part in clauses(text, grammar) for piece in grammar.cut(part)]
    kept = [piece for piece in pieces if not piece.kinds & (_ALL | _EATS | {"except"})]
    denied = _denies([piece for piece in kept if not grammar.holds(piece.said, *_EATS)])
    if not kept or denied or has_question_mark(text) or any(each.kinds & {"hedge", "or"} for each in pieces):
        return ()
    said = grammar.written(kept)
    named = tuple(sorted(choosing.named_in(said, labels, grammar)))
    found = several(said, labels, lexicon) if not named else (named,)
    return found[0] if found and len(found[0]) < len(labels) else ()


def without_fine(text: str, asked: str, lexicon: Lexicon) -> str:
    """ "Milk makes her ill, eggs are ok, the rest she eats" to what she can not have: leave these out."""
    grammar = lexicon.grammar
    kinds = ("others", "may_eat", *(("ok", "fine", "suits") if asks_uneaten(asked, grammar) else ()))
    parts = clauses(text, grammar)
    kept = [part for part in parts if not (grammar.holds(part, *kinds) and _is_fine(grammar.cut(part)))]
    return ", ".join(kept) if 0 < len(kept) < len(parts) else text


def _is_fine(pieces: Sequence[Piece]) -> bool:
    fine = any(piece.kinds & (_FINE | {"others", "agree"}) for piece in pieces)
    return fine and not _denies(pieces)


def _denies(pieces: Sequence[Piece]) -> bool:
    return any(piece.kinds & _DENIES and not piece.kinds & {"filler", "fine"} for piece in pieces)


def languages_named(text: str, labels: Sequence[str], lexicon: Lexicon) -> tuple[int, ...]:
    """ "Somali and English, the children also learn Arabic": every language that is named; () for none."""
    grammar = lexicon.grammar
    theirs = [lexicon.names.get(plain(label), "") for label in labels]
    if sum(map(bool, theirs)) < _TWO or has_question_mark(text):
        return ()
    if any(piece.kinds & (_TURNS | {"but"}) and "filler" not in piece.kinds for piece in grammar.cut(text)):
        return ()
    forms = {word: grammar.fronts(word) for word in plain(text).split()}
    said = {lexicon.names[form] for its in forms.values() for form in its if form in lexicon.names}
    if grammar.arabic and any(
        word.startswith("و") and not _is_known(its, lexicon) for word, its in forms.items()
    ):
        return ()  # one more language, perhaps
    held = tuple(n for n, tag in enumerate(theirs, 1) if tag and tag in said)
    own = choosing.named_in(text, labels, grammar)
    both = tuple(sorted(own | {*held}))
    return both if len(both) > 1 and said <= {tag for tag in theirs if tag} else ()


def _is_known(forms: frozenset[str], lexicon: Lexicon) -> bool:
    return any(form in lexicon.names or lexicon.grammar.known.get(form) for form in forms)
