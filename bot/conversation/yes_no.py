"""Whether a sentence says yes or no, where no whole message of the lists does.

A negation beside a yes makes it not understood, unless a "but" stands between: "yes, but not on Tuesday"
is a yes with a comment, and is read back. A wrong reading is worse than asking.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from bot.conversation import clauses
from bot.conversation.grammar import PEOPLE, THINGS, Grammar, Piece
from bot.conversation.letters import shortened

_QUESTION = re.compile(r"[?？؟]")
_YES, _NO = frozenset({"yes", "ok", "agree", "fine"}), frozenset({"no", "refuse", "none"})
_NEGATES = frozenset({"no", "refuse", "not"})
_DENIES = _NEGATES | {"nothing", "none", "zero"}
_EMPTY = frozenset({"filler", "courtesy", "and", "around", "only"})
#: a question, an illness: what is said of it answers nothing else
_MATTERS = frozenset({"problem", "matter"})
#: when somebody could come instead
_TIMES = frozenset({"morning", "afternoon", "evening", "weekend", "workdays", "hour", "oclock"})


#: letters of a syllabic script, and Chinese or Korean signs, that make a phrase
_LETTERS, _SIGNS = 6, 2
#: letters of a word that its other forms keep
_STEM = 4
#: words of a clause that a "no" may end: "malerezman non"
_FEW = 3
#: words between a verb and what denies it behind
_BEHIND = 1
#: words of a "so no"
_SO_NO = 2


class Leaning(IntEnum):
    """Where a clause leans."""

    NONE = 0
    YES = 1
    NO = 2
    TORN = 3  #: both, or "maybe": nothing is understood


@dataclass(frozen=True, slots=True)
class Reading:
    """What one clause says. `whole`: no word of it is unknown; `begins_but`: it limits the one before."""

    leaning: Leaning
    whole: bool = False
    begins_but: bool = False
    begins: bool = False  #: the yes or no stands first
    says_yes: bool = False  #: a yes itself stands first, no verb that agrees
    ends_no: bool = False  #: "so no": a plain no ends it, after a word or two
    denies: bool = False  #: a "nothing" or a "not" stands in it, whatever it says
    of_other: bool = False  #: somebody else of the family will: "his dad will come"


def read(
    text: str,
    grammar: Grammar,
    echoed: Callable[[str], tuple[int, bool] | None] | None = None,
    asked: str = "",
) -> tuple[int, bool] | None:
    """Return 1 for yes or 2 for no, and whether that is sure; None if it is neither, or could be both.

    `echoed` reads a clause that only repeats the question's verb, or denies it. `asked` is the question,
    levelled: "I need a ride" agrees only to a question about a ride.
    """
    parts = clauses.clauses(clauses.told(text, grammar), grammar)
    told = [part for part in parts if not _QUESTION.search(part)]
    asks_as_well = len(told) < len(parts)
    told = [each for part in told for each in _at_courtesy(part, grammar)]
    told = [each for part in told for each in _at_start(part, grammar)]
    if len(told) > 1:
        stated = [part for part in told if "asks" not in grammar.cut(part)[-1].kinds] or told
        asks_as_well = asks_as_well or len(stated) < len(told)
        told = stated
    if not told or (_QUESTION.search(parts[0]) and len(parts) > 1):
        return None
    heard = [_clause(grammar.cut(part), asked, grammar) for part in told]
    if echoed is None or any(each.leaning for each in heard):
        return _joined(heard)
    found = set() if asks_as_well else {each for part in told if (each := echoed(part)) is not None}
    if any(_goes_for_nothing(grammar.cut(part)) for part in told):
        found = {each for each in found if each[0] != Leaning.YES}
    return found.pop() if len(found) == 1 else None


def _at_courtesy(part: str, grammar: Grammar) -> list[str]:
    """ "Yes please we have no car": a polite word right behind a yes or no ends its clause."""
    pieces, plainly = grammar.cut(part), frozenset({"yes", "no"})
    at = next((n for n, piece in enumerate(pieces[: _FEW + 1]) if _ends_politely(piece, grammar)), -1)
    rest = pieces[at + 1 :]
    if at < 0 or not any(piece.kinds & plainly for piece in pieces[max(0, at - 1) : at + 1]):
        return [part]
    if all(piece.kinds & _EMPTY for piece in rest) or rest[0].kinds & {"but", "condition", "or", "hedge"}:
        return [part]
    return [grammar.written(pieces[: at + 1]), grammar.written(rest)]


def _at_start(part: str, grammar: Grammar) -> list[str]:
    """ "I did I'll send it Monday": right behind a verb that agrees, another sentence begins."""
    pieces = grammar.cut(part, frozenset({"agree", "states", "yes", "no", "ok", "starts"}))
    if len(pieces) < _FEW or "agree" not in pieces[0].kinds or "starts" not in pieces[1].kinds:
        return [part]
    return [grammar.written(pieces[:1]), grammar.written(pieces[1:])]


def _ends_politely(piece: Piece, grammar: Grammar) -> bool:
    """Say whether a piece is a polite word, or ends with one: "yes please"."""
    last = grammar.known.get(piece.said.split()[-1], frozenset())
    return "courtesy" in piece.kinds | last


def _joined(clauses: Sequence[Reading]) -> tuple[int, bool] | None:
    said = [clause for clause in clauses if clause.leaning is not Leaning.NONE]
    if not said or said[0].leaning is Leaning.TORN:
        return None
    first = said[0]
    last = clauses[-1]
    if last.ends_no and last is not first and first.leaning is Leaning.YES:
        return None if first.says_yes else (int(Leaning.NO), False)
    if first is not clauses[0] and not (clauses[0].whole or first.begins):
        return None
    before = clauses[: clauses.index(first)]
    if first.leaning is Leaning.YES and not first.says_yes and any(clause.denies for clause in before):
        return None  # "vai nada, tá com febre"
    turns = any(clause.begins_but for clause in clauses)
    if first.leaning is Leaning.NO and any(
        each.begins_but and each.leaning is Leaning.YES for each in clauses
    ):
        return None  # "I can't, but my husband will come"
    if first.leaning is Leaning.NO and any(each.of_other for each in clauses[clauses.index(first) + 1 :]):
        return None  # "I work that night, his dad will come"
    if turns and last.leaning is Leaning.NO and first.leaning is Leaning.YES and not first.says_yes:
        return None  # "I would like to, but I work, not this time"
    for clause in clauses[clauses.index(first) + 1 :]:
        if clause.leaning and clause.leaning is not first.leaning and not _comments(clause, first):
            return None
    return int(first.leaning), first.whole and all(
        each.leaning in {Leaning.NONE, first.leaning} for each in clauses
    )


def _comments(clause: Reading, first: Reading) -> bool:
    """ "Yes, but not on Tuesday"; "yes, no allergies": a comment, where "yes, no" is none."""
    return clause.begins_but or (first.whole and first.begins and not clause.whole)


def _clause(pieces: Sequence[Piece], asked: str, grammar: Grammar) -> Reading:
    """Read one clause. Work is a reason, and a "have" or "am" beside it agrees to nothing."""
    if _ends_so(pieces) or _is_ill_and_cannot(pieces):
        return Reading(Leaning.NO)
    if (limited := _loves_to_but(pieces, grammar)) is not None:
        return Reading(limited)
    upto = next((at for at, piece in enumerate(pieces) if at and "but" in piece.kinds), len(pieces))
    others = [
        each
        for at, each in enumerate(pieces)
        if at > upto or "busy" not in each.kinds or each.kinds & _NEGATES
    ]
    found = replace(
        _weighed(others, asked),
        says_yes="yes" in pieces[0].kinds,
        denies=any(piece.kinds & _DENIES and not piece.kinds & {"fine", "filler"} for piece in pieces),
        of_other=_is_of_other(pieces) and not grammar.holds(asked, "need", "offers"),
        ends_no="no" in pieces[-1].kinds and len(pieces) <= _FEW and not _names_subject(pieces),
    )
    if found.leaning is Leaning.YES and not found.says_yes and _goes_for_nothing(others):
        return Reading(Leaning.TORN)
    if len(others) == len(pieces) or found.leaning is not Leaning.YES or "yes" in pieces[0].kinds:
        return found
    return Reading(Leaning.NONE)


def _is_of_other(pieces: Sequence[Piece]) -> bool:
    """ "His dad will come": somebody of the family, and a verb that agrees."""
    of_family = bool(pieces[0].kinds & (PEOPLE | {"spouse"}))
    return of_family and any("agree" in piece.kinds and not piece.kinds & _NEGATES for piece in pieces[1:])


def _loves_to_but(pieces: Sequence[Piece], grammar: Grammar) -> Leaning | None:
    """ "I'd love to, but" refuses, unless what follows only limits it: "but mornings only" is a yes.

    Where it names a time that is not their work ("but Monday is better") nothing is understood.
    """
    at = next(
        (n for n, piece in enumerate(pieces) if "refuse" in piece.kinds and _ends_but(piece, grammar)), -1
    )
    rest = pieces[at + 1 :]
    if at < 0 or any(piece.kinds & (_NEGATES | {"busy"}) and "filler" not in piece.kinds for piece in rest):
        return None
    if any(piece.kinds & {"hedge", "condition", "or", "agree"} for piece in rest):
        return Leaning.TORN
    if any("only" in piece.kinds for piece in rest):
        return Leaning.YES
    return Leaning.TORN if any(piece.kinds & _TIMES for piece in rest) else None


def _ends_but(piece: Piece, grammar: Grammar) -> bool:
    return any(piece.said.endswith(f" {word}") for word in grammar.kinds.get("but", frozenset()))


def _goes_for_nothing(pieces: Sequence[Piece]) -> bool:
    """ "Vai nada": a "nothing" or "none" right behind a verb that agrees denies it in many a tongue."""
    return any(piece.kinds & {"nothing", "zero", "none"} and not piece.kinds & _YES for piece in pieces[1:2])


def _ends_so(pieces: Sequence[Piece]) -> bool:
    """ "She passed it last year so no": a phrase that says no behind a story in which nothing agrees."""
    open_ = frozenset({"yes", "ok", "hedge", "condition", "or", "asks"})
    last = pieces[-1]
    told = pieces[:-1]
    return (
        len(told) > _FEW
        and "no" in last.kinds
        and len(last.said.split()) == _SO_NO
        and not any(piece.kinds & open_ and "filler" not in piece.kinds for piece in told)
    )


def _names_subject(pieces: Sequence[Piece]) -> bool:
    """ "我英文不太行": where words run together, what a "no" at the end is said of is no filler."""
    return any(not piece.kinds and piece.said[:1] >= "\u0e00" for piece in pieces[:-1])


def _weighed(pieces: Sequence[Piece], asked: str) -> Reading:
    whole = all(piece.kinds & (_YES | _NO | _NEGATES | _EMPTY) for piece in pieces)
    begins_but = bool(pieces) and "but" in pieces[0].kinds
    upto = next((place for place in range(1, len(pieces)) if _turns_off(pieces, place)), len(pieces))
    alone = upto == 1 and {"yes", "condition"} <= pieces[0].kinds  # "si puedo, pero llego tarde"
    hangs = not alone and any(piece.kinds & {"hedge", "condition"} for piece in pieces[:upto])
    if hangs or _puts_off(pieces, upto):
        return Reading(Leaning.TORN, whole, begins_but)
    told = [piece for piece in pieces if not _is_empty(piece)]
    if not told and pieces and pieces[0].kinds & {"yes", "no"}:
        told = list(pieces)
    if not told:
        return Reading(Leaning.NONE, whole, begins_but)
    lead, rest = told[0], told[1:]
    if _is_turned(lead, rest[:1]) or _is_asked(pieces) or _is_either(pieces) or _has_only(pieces):
        return Reading(Leaning.TORN, whole, begins_but)
    if "agree" in lead.kinds and _is_undone(rest):
        return Reading(Leaning.NO, whole, begins_but, begins=True)
    if (
        "states" in lead.kinds
        and not lead.kinds & {"yes", "ok"}
        and (_goes_on(rest) or _elsewhere(pieces, asked))
    ):
        return Reading(Leaning.NONE, whole, begins_but)
    if _is_about_else(told, asked):
        return Reading(Leaning.NONE, whole, begins_but)
    if "yes" not in lead.kinds and any({"but", "refuse"} <= piece.kinds for piece in rest):
        return Reading(Leaning.NO, whole, begins_but)  # "I would love to, but I can't"
    if lead.kinds & _YES and not lead.kinds & _NEGATES:
        return Reading(_led(Leaning.YES, rest), whole, begins_but, begins=True)
    if lead.kinds & _NO and not lead.kinds & _YES:
        return Reading(_led(Leaning.NO, rest), whole, begins_but, begins=True)
    if "not" in lead.kinds and rest and "agree" in rest[0].kinds:
        return Reading(_led(Leaning.NO, rest), whole, begins_but, begins=True)
    return Reading(_inside(told, asked), whole, begins_but)


def _puts_off(pieces: Sequence[Piece], at: int) -> bool:
    """ "She'd love it but let me ask her dad first": no yes, and behind the "but" nothing is certain."""
    leads = any(piece.kinds & {"yes", "ok"} for piece in pieces[:at])
    return not leads and any("hedge" in piece.kinds for piece in pieces[at + 1 : at + 2])


def _has_only(pieces: Sequence[Piece]) -> bool:
    """ "Tenho só o celular", "gen youn men se papa l sèl": what there is may be too little, or another's."""
    lead, rest = pieces[0], pieces[1:]
    if not lead.kinds & {"states", "exists"} or lead.kinds & {"yes", "ok", "no"}:
        return False
    only = [piece for piece in rest if "only" in piece.kinds and "but" not in piece.kinds]
    return bool(only) and (only[0] is rest[0] or any(piece.kinds & PEOPLE for piece in rest))


def _is_undone(rest: Sequence[Piece]) -> bool:
    """ "Je peux vraiment pas": French denies a verb behind it, with a word between at most."""
    at = next((n for n, piece in enumerate(rest[: _BEHIND + 1]) if "undoes" in piece.kinds), -1)
    return at >= 0 and not any(piece.kinds & {"but", "yes", "and"} for piece in rest[:at])


def _turns_off(pieces: Sequence[Piece], at: int) -> bool:
    """ "Yes I'll come only maybe late": a "but", or an "only" before a "maybe"."""
    behind = pieces[at + 1].kinds if at + 1 < len(pieces) else frozenset[str]()
    only = "only" in pieces[at].kinds and "agree" not in pieces[at].kinds
    return "but" in pieces[at].kinds or (only and "hedge" in behind)


def _is_turned(lead: Piece, following: Sequence[Piece]) -> bool:
    """ "No problem" that no list has; two negations where words run together: nothing is understood."""
    if not lead.kinds & _NEGATES or lead.kinds & _YES:
        return False
    first = lead.said[:1]
    together = "\u0e00" <= first < "\uac00" and not "\u1200" <= first <= "\u137f"
    return any("problem" in each.kinds or (together and each.kinds & _NEGATES) for each in following)


def _is_either(pieces: Sequence[Piece]) -> bool:
    """ "Делали или нет, не помню": an "or" right before a yes or no."""
    return any(
        "or" in one.kinds and two.kinds & {"yes", "no"} and not one.kinds & {"yes", "no", "filler"}
        for one, two in pairwise(pieces)
    )


def _goes_on(rest: Sequence[Piece]) -> bool:
    """ "I have" agrees, "I have a question" does not: an unknown word before any "but"."""
    upto = next((at for at, piece in enumerate(rest) if "but" in piece.kinds), len(rest))
    return any(not piece.kinds or piece.kinds & _MATTERS for piece in rest[:upto])


def _elsewhere(pieces: Sequence[Piece], asked: str) -> bool:
    """ "He eats at home" does not agree to "does he eat at school?"."""
    return any("home" in piece.kinds and not _is_in(piece.said, asked) for piece in pieces)


def _is_about_else(pieces: Sequence[Piece], asked: str) -> bool:
    """ "I need a ride", "he is sick", "can we do zoom": something is named that nobody asked about."""
    if "may_i" in pieces[0].kinds:
        return True
    if pieces[0].kinds & (_NEGATES | {"yes", "ok", "fine"}):
        return False
    upto = next((at for at, piece in enumerate(pieces) if "but" in piece.kinds), len(pieces))
    things = [piece for piece in pieces[:upto] if _names_thing(piece) and not _is_in(piece.said, asked)]
    agrees = "agree" in pieces[0].kinds and "wish" not in pieces[0].kinds and " " in pieces[0].said
    wishes = not agrees and any("wish" in piece.kinds for piece in pieces[:upto])
    return (wishes and bool(things)) or any(piece.kinds & _MATTERS for piece in things)


def _is_ill_and_cannot(told: Sequence[Piece]) -> bool:
    """ "He is ill so he can't": an illness, and a phrase of refusing that ends the clause."""
    matters = any("matter" in piece.kinds and "filler" not in piece.kinds for piece in told[:-1])
    refused = "refuse" in told[-1].kinds and _is_phrase(told[-1].said)
    agreed = any(
        piece.kinds & {"yes", "ok", "agree", "hedge", "or"} and not piece.kinds & _NO for piece in told
    )
    return matters and refused and not agreed


def _names_thing(piece: Piece) -> bool:
    return not piece.kinds or bool(piece.kinds & (THINGS | _MATTERS | {"busy"}))


def _is_in(said: str, asked: str) -> bool:
    """Say whether a word, or its beginning, stands in the question."""
    if said and said[0] >= "\u0e00" and " " not in asked:
        return any(said[at : at + _SIGNS] in asked for at in range(max(1, len(said) - 1)))
    return any(word[:_STEM] in asked for word in said.split() if len(word) > _SIGNS or _is_hangul(word))


def _is_hangul(word: str) -> bool:
    """Say whether a word is two signs of Korean, which are a word."""
    return len(word) == _SIGNS and "\uac00" <= word[0] <= "\ud7a3"


def _is_asked(pieces: Sequence[Piece]) -> bool:
    """ "At what time", without its question mark."""
    return "asks" in pieces[-1].kinds or any("wh" in piece.kinds for piece in pieces)


def _is_empty(piece: Piece) -> bool:
    """A word that is also a pronoun or an article weighs nothing ("co" for "cô", the teacher)."""
    return (
        bool(piece.kinds & _EMPTY)
        and not piece.kinds & (_NO | {"agree", "fine"})
        and ("filler" in piece.kinds or not piece.kinds & (_YES | _NEGATES | {"but"}))
    )


def _led(leaning: Leaning, rest: Iterable[Piece]) -> Leaning:
    """What follows must not say the contrary, unless a "but" comes before it."""
    for piece in rest:
        if "but" in piece.kinds:
            return leaning
        if leaning is Leaning.YES and piece.kinds & _NEGATES and not piece.kinds & _YES:
            return Leaning.TORN
        if leaning is Leaning.NO and ("yes" in piece.kinds or ("agree" in piece.kinds and " " in piece.said)):
            return Leaning.TORN
    return leaning


def _inside(told: Sequence[Piece], asked: str) -> Leaning:
    """A clause that begins with other words leans only by a phrase of its own: "we all will be there"."""
    denied = any(piece.kinds & _NEGATES and not piece.kinds & _YES for piece in told)
    refused = any("refuse" in piece.kinds and _is_phrase(piece.said) for piece in told)
    agreed = any(
        "agree" in piece.kinds
        and _agrees_alone(piece.said)
        and not ("states" in piece.kinds and _goes_on(told[at + 1 :]))
        for at, piece in enumerate(told)
    )
    if agreed and not denied:
        return Leaning.YES
    yes = any("yes" in piece.kinds or ("agree" in piece.kinds and " " in piece.said) for piece in told)
    said_of = told[-2] if len(told) > 1 else None  # "it is needed, we have no car"
    other = said_of is not None and said_of.kinds & THINGS and not _is_in(said_of.said, asked)
    ends = "no" in told[-1].kinds and len(told) <= _FEW and not other
    if (refused or ends) and not yes:
        return Leaning.NO
    return Leaning.TORN if denied and agreed else Leaning.NONE


def _agrees_alone(said: str) -> bool:
    """More than one word, or a Korean verb with its ending."""
    return " " in said or (len(said) >= _STEM and "\uac00" <= said[0] <= "\ud7a3")


def _is_phrase(said: str) -> bool:
    """More than one word; in scripts without spaces, letters enough that they stand there by no chance."""
    if " " in said:
        return True
    enough = _LETTERS if "\u0e00" <= said[0] <= "\u1fff" else _SIGNS
    return not said.isascii() and said[0] >= "\u0e00" and len(said) >= enough


def drawn_out(text: str, grammar: Grammar) -> tuple[int, bool] | None:
    """ "Siiii", "yesss": the same without the letters that were drawn out."""
    said = grammar.level(text)
    if any(word in grammar.known for word in said.split() if shortened(word)):
        return None  # "haa" is drawn out, or a word as it stands
    for shorter in shortened(said):
        found = read(shorter, grammar)
        if found is not None:
            return found
    return None
