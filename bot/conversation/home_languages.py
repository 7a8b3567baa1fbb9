"""Which language a family speaks or wants, where it tells of more than one: "дома на украинском, русский дети
понимают", "Wolof at home, French is for school", "we speak Mam here, little Spanish".

Where choices are languages their names are known in all their forms. Never sure: what is understood so is
read back once (docs/dialogue.md, rule 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.conversation.clauses import at_but, clauses
from bot.conversation.day_parts import is_turned
from bot.conversation.denials import says_no
from bot.conversation.grammar import Grammar
from bot.conversation.intent import has_question_mark, without_courtesy
from bot.conversation.letters import plain
from bot.conversation.lexicon import Lexicon

#: letters that the forms of a language's name have in common, at least
_STEM: Final = 4
#: letters at a name's end that another form may have otherwise
_ENDING: Final = 3
_TWO: Final = 2
_OPEN: Final = frozenset({"or", "hedge", "condition", "and", "all", "both", "half"})
_SMALL: Final = frozenset({"filler", "courtesy", "around", "regret"})
_LITTLE: Final = frozenset({"not", "no", "refuse", "none", "dont"})


def one_of(text: str, labels: Sequence[str], lexicon: Lexicon) -> int:
    """Return the choice, from 1, of the first clause that says what is spoken; 0 where none says that."""
    grammar = lexicon.grammar
    known = [lexicon.names.get(plain(label), "") for label in labels]
    if sum(map(bool, known)) < _TWO or has_question_mark(text):
        return 0
    if alone := _beside_none(text, labels, known, lexicon):
        return alone
    if grammar.unspaced:
        return 0
    parts = [piece for part in clauses(text, grammar) for piece in at_but(part, grammar)]
    parts = [each for part in parts for each in _at_courtesy(part, grammar)]
    told = [(part, its) for part in parts if (its := _named(part, labels, known, lexicon))]
    if len(frozenset[int]().union(*(its for _, its in told))) < _TWO:
        return 0
    if any(len(its) > 1 for _, its in told) or grammar.holds(text, *_OPEN):
        return 0
    first = without_courtesy(told[0][0], lexicon)
    if first in lexicon.names:
        return next(iter(told[0][1]))  # "af soomaali pls my english is slow"
    spoken = [its for part, its in told if _is_spoken(part, grammar)]
    return next(iter(spoken[0])) if spoken and spoken[0] == told[0][1] else 0


def only_denied(text: str, labels: Sequence[str], lexicon: Lexicon) -> bool:
    """ "I don't read English", "no hablo inglés": languages are named only to say that they are not known."""
    known = [lexicon.names.get(plain(label), "") for label in labels]
    if sum(map(bool, known)) < _TWO:
        return False
    parts = [piece for part in clauses(text, lexicon.grammar) for piece in at_but(part, lexicon.grammar)]
    named = [part for part in parts if _named(part, labels, known, lexicon)]
    if any(_counted(part, labels, known, lexicon) > 1 for part in named):
        return False
    rest = [piece for part in parts if part not in named for piece in lexicon.grammar.cut(part)]
    alone = all(piece.kinds & _SMALL for piece in rest)
    return bool(named) and alone and all(_is_denied(part, lexicon) for part in named)


def _is_denied(part: str, lexicon: Lexicon) -> bool:
    """Say whether a clause denies a verb, beside a "no" that leads: "no, English" denies none."""
    grammar = lexicon.grammar
    pieces = [piece for piece in grammar.cut(part) if "courtesy" not in piece.kinds]
    row = pieces[1:] if pieces and says_no(pieces[0], lexicon.tag) else pieces
    verb = not grammar.unspaced and (len(row) > _TWO or grammar.holds(part, "speech"))
    denied = any(piece.kinds & _LITTLE and "only" not in piece.kinds for piece in row)
    excuse = len(pieces) == 1 and "because" in pieces[0].kinds  # "I dont read English", as one phrase
    return grammar.holds(part, "no_english") or excuse or (verb and denied)


def _beside_none(text: str, labels: Sequence[str], known: Sequence[str], lexicon: Lexicon) -> int:
    """ "Arabic please, my wife knows no English": the one language of the other clauses; 0 for none.

    Where words run together it is looked for among the letters; not in Lao, whose name is "he" as well.
    """
    grammar, among = lexicon.grammar, lexicon.grammar.unspaced and lexicon.tag != "lo"
    parts = clauses(text, grammar)
    kept = [part for part in parts if not grammar.holds(part, "no_english")]
    if grammar.holds(text, *_OPEN) or any(is_turned(grammar.cut(part)) for part in kept):
        return 0
    if not kept or (len(kept) == len(parts) and not among):
        return 0
    gap = "" if grammar.unspaced else " "
    said = [f"{gap}{plain(part)}{gap}" for part in kept]
    tags = {tag for name, tag in lexicon.names.items() if any(f"{gap}{name}{gap}" in part for part in said)}
    held = [n for n, tag in enumerate(known, 1) if tag in tags]
    others = [label for n, label in enumerate(labels, 1) if n not in held and plain(label) in plain(text)]
    return held[0] if len(held) == len(tags) == 1 and not others else 0


def _at_courtesy(part: str, grammar: Grammar) -> list[str]:
    """A polite word ends a clause."""
    pieces = grammar.cut(part)
    at = next((n for n, piece in enumerate(pieces) if "courtesy" in piece.kinds), 0)
    if not at or at == len(pieces) - 1:
        return [part]
    return [grammar.written(pieces[:at]), grammar.written(pieces[at + 1 :])]


def _named(part: str, labels: Sequence[str], known: Sequence[str], lexicon: Lexicon) -> frozenset[int]:
    """Return the languages among the choices that a clause names, in whatever form or by another name."""
    grammar, tags = lexicon.grammar, _tags(part, lexicon)
    words = [form for word in grammar.level(part).split() for form in grammar.fronts(word)]
    return frozenset(n for n, tag in enumerate(known, 1) if tag and tag in tags) | frozenset(
        n
        for n, label in enumerate(labels, 1)
        for name in grammar.level(label).split()
        if any(_is_form(word, name) for word in words)
    )


def _counted(part: str, labels: Sequence[str], known: Sequence[str], lexicon: Lexicon) -> int:
    """Return how many of the choices a clause names by a whole name."""
    tags, said = _tags(part, lexicon), f" {plain(part)} "
    return sum(tag in tags or f" {plain(label)} " in said for label, tag in zip(labels, known, strict=True))


def _tags(part: str, lexicon: Lexicon) -> frozenset[str]:
    said = f" {plain(part)} "
    return frozenset(tag for name, tag in lexicon.names.items() if f" {name} " in said)


def _is_form(word: str, name: str) -> bool:
    """ "Украинском" and "украинский"."""
    if word == name:
        return True
    stem = name[: max(_STEM, len(name) - _ENDING)]
    return len(name) > _STEM and word.startswith(stem) and abs(len(word) - len(name)) <= _ENDING


def _is_spoken(part: str, grammar: Grammar) -> bool:
    """Say whether a clause says that a language is spoken, at home, or always; and not that it is not."""
    if any(piece.kinds & _LITTLE and "filler" not in piece.kinds for piece in grammar.cut(part)):
        return False
    return grammar.holds(part, "home", "speech", "only", "every", "wish", "prefers")
