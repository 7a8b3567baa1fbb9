"""What a text is about, whatever is open: danger, STOP, who are you, thanks, a question."""

from __future__ import annotations

from bot.conversation import asking, danger, optout
from bot.conversation.danger import mentions
from bot.conversation.letters import plain, thumb, unmarked
from bot.conversation.lexicon import Lexicon, lexicon
from bot.conversation.listed import is_one_of, is_without_marks, without, without_courtesy
from bot.conversation.optout_words import CLAUSE, has_stop_clause, is_stop
from bot.conversation.tapbacks import QUESTION_MARKS, has_question_mark, is_tapback

__all__ = [
    "Lexicon", "has_question_mark", "has_stop_clause", "is_stop", "is_tapback", "is_without_marks",
    "lexicon", "mentions", "plain", "thumb", "unmarked", "without_courtesy",
]  # fmt: skip


def is_danger(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text touches the danger list (rule 19); tuned to miss nothing.

    Words that are part of a STOP and of nothing else ("stop bothering me") are a STOP: no word is left over.
    Nor is a whole text that our own lists offer families to say ("I do not know this school").
    """
    if not danger.is_alarming(text, lexicon) or optout.is_nothing_else(text, lexicon.grammar):
        return False
    return plain(text) not in _offered(lexicon)


def _offered(lexicon: Lexicon) -> frozenset[str]:
    asked = lexicon.help | lexicon.person | lexicon.unclear | lexicon.wrong_number | lexicon.who
    return asked | lexicon.yes | lexicon.no | lexicon.start | frozenset(lexicon.courtesy)


def is_delicate(text: str, lexicon: Lexicon) -> bool:
    """Say whether a person should read it instead of a read-back going out (rule 8, ii)."""
    return mentions(text, lexicon.delicate)


def is_start(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask to be written to again: an explicit word only, never "yes"."""
    return is_one_of(text, lexicon.start, lexicon)


def is_help(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask for HELP, or how this works."""
    return is_one_of(text, lexicon.help, lexicon) or asking.asks_how(text, lexicon)


def is_wrong_number(text: str, lexicon: Lexicon) -> bool:
    """Say whether a stranger tells us, in one clause, that this phone is not a family's."""
    if has_question_mark(text) or is_tapback(text):
        return False
    clauses = [clause for clause in CLAUSE.split(text) if plain(clause)]
    if any(is_one_of(clause, lexicon.wrong_number, lexicon) for clause in (text, *clauses)):
        return True
    if any(_is_sentence_of("wrong_number_said", clause, lexicon) for clause in (text, *clauses)):
        return True
    return any(asking.tells_wrong_number(clause, lexicon.grammar) for clause in clauses)


def asks_who(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask who we are."""
    if is_one_of(text, lexicon.who, lexicon) or _is_sentence_of("who_said", text, lexicon):
        return True
    return asking.asks_whence(text, lexicon)


def wants_person(text: str, lexicon: Lexicon, *, sentences: bool = True) -> bool:
    """Say whether they ask for a person in words, or for a language without naming it (rule 1).

    Without `sentences` only whole messages of the list count, and a phrase of several words with nothing
    about it but "please" and "I want to": words like these in a longer sentence may be an answer.
    """
    if not sentences:
        whole = is_one_of(text, lexicon.person, lexicon)
        return whole or _is_sentence_of("person_said", text, lexicon, phrases_only=True)
    if is_one_of(text, lexicon.person, lexicon) or _is_sentence_of("person_said", text, lexicon):
        return True
    if any(asking.wants_talk(clause, lexicon) for clause in CLAUSE.split(text)):
        return True
    return asks_other_language(text, lexicon)


def asks_other_language(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask for another language without naming one that they are to have from now on."""
    if _covered(text, frozenset({"other_language"}), lexicon):
        return True
    if is_tapback(text) or language_named(text, lexicon) is not None:
        return False
    return asking.asks_language(text, lexicon)


_AROUND = frozenset({"filler", "courtesy", "around", "want"})


def _is_sentence_of(kind: str, text: str, lexicon: Lexicon, *, phrases_only: bool = False) -> bool:
    """Say whether a phrase of a list stands among words that change nothing; a lone word needs a "want"."""
    beside = _AROUND | ({"message"} if kind == "unclear_said" else set())
    pieces = lexicon.grammar.cut(text, beside | {kind})
    if not pieces or any(not piece.kinds for piece in pieces):
        return False
    if kind == "person_said" and _is_denied(kind, text, lexicon):
        return False
    long = 4 if lexicon.grammar.unspaced else 0
    phrase = any(kind in each.kinds and (" " in each.said or 0 < long <= len(each.said)) for each in pieces)
    if phrases_only:
        return phrase
    wanted = kind == "person_said" and any("want" in piece.kinds for piece in pieces)
    return phrase or (wanted and any(kind in piece.kinds and "want" not in piece.kinds for piece in pieces))


def _is_denied(kind: str, text: str, lexicon: Lexicon) -> bool:
    """ "I don't need an interpreter": a negation in the clause of the phrase itself."""
    negates = frozenset({"not", "dont", "needless"})
    cuts = [lexicon.grammar.cut(clause, negates | {kind}) for clause in CLAUSE.split(text)]
    return any(
        any(kind in piece.kinds for piece in pieces)
        and any(piece.kinds & negates and kind not in piece.kinds for piece in pieces)
        for pieces in cuts
    )


def _covered(text: str, kinds: frozenset[str], lexicon: Lexicon) -> bool:
    """Say whether a text holds a piece of these kinds, and besides only words about writing and languages."""
    beside = _AROUND | {"speech", "message", "write", "send", "me", "and"}
    pieces = lexicon.grammar.cut(text, beside | kinds | {"bars"})
    barred = "bars" not in kinds and any("bars" in piece.kinds for piece in pieces)
    return not barred and any(piece.kinds & kinds for piece in pieces) and all(each.kinds for each in pieces)


def language_named(text: str, lexicon: Lexicon) -> str | None:
    """Return the tag of the language that a text asks for: its name, or a sentence about nothing else."""
    bare = without_courtesy(text, lexicon)
    tag = lexicon.names.get(bare) or lexicon.names.get(unmarked(bare))
    if tag is not None or not _covered(text, frozenset({"tongue"}), lexicon):
        return tag
    named = {lexicon.names.get(said) for said in _tongues(text, lexicon)}
    return named.pop() if len(named) == 1 else None


def _tongues(text: str, lexicon: Lexicon) -> list[str]:
    return [piece.said for piece in lexicon.grammar.cut(text, frozenset({"tongue"})) if piece.kinds]


def lacks_language(text: str, lexicon: Lexicon) -> bool:
    """Say whether they tell us that they do not speak a language that they name: a person sees to it."""
    kinds = frozenset({"tongue", "not", "bars", "no", "refuse", "unclear_said"})
    if not _tongues(text, lexicon) or not _covered(text, kinds, lexicon):
        return False
    pieces = lexicon.grammar.cut(text, frozenset({"not", "refuse", "unclear_said"}))
    return any(piece.kinds for piece in pieces)


def is_chatter(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text is thanks, a greeting, emoji or a tapback, which get no answer (rule 8, iv)."""
    if has_question_mark(text):
        return False
    return is_tapback(text) or not without(plain(text), lexicon.courtesy)


def is_unclear(text: str, lexicon: Lexicon, *, sentences: bool = True) -> bool:
    """Say whether a text is a lone question mark or says "I don't understand" (rule 2)."""
    bare = "".join(text.split())
    lone_mark = bool(bare) and all(letter in QUESTION_MARKS for letter in bare)
    if lone_mark or is_one_of(text, lexicon.unclear, lexicon):
        return True
    return sentences and (
        _is_sentence_of("unclear_said", text, lexicon) or asking.finds_unclear(text, lexicon)
    )
