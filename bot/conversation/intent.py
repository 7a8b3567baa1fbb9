"""What a text is about, whatever is open: danger, STOP, who are you, thanks, a question."""

from __future__ import annotations

import re
from functools import cache

from bot import languages
from bot.conversation import asking, danger, misspelt, optout
from bot.conversation.danger import mentions
from bot.conversation.letters import plain, shortened, thumb, unmarked
from bot.conversation.lexicon import Lexicon, lexicon
from bot.conversation.slips import near

__all__ = ["Lexicon", "lexicon", "mentions", "plain", "thumb", "unmarked"]

QUESTION_MARKS = "?؟？"
#: a sentence that ends in a question mark
_ASKED = re.compile(r"[^.,;:!?\n¡¿。，、；！؟？–—]*[?؟？]+")
_CLAUSE = re.compile(r"[.,;:!\n¡¿。，、；！–—]+|\s-\s")
#: what telephones send for a tap on one of our texts, in the languages they are set to
_TAPBACK = re.compile(
    r"^\W*(liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted|removed an?|le gustó|le gusta|"
    r"me gusta|no me gusta|le encantó|me encanta|indicó|marcó|destacó|se rio|se rió|reaccionó|exclamó|"
    r"a aimé|aime|j.aime|a adoré|curtiu|gostei|gostou|amou|adorou|reagiu|enfatizou|понравилось|нравится|"
    r"поставил[аи]?|вподобав|вподобала|polubi\w*|to)\b.*[“”\"«„]|^\s*\S{1,4}\s+(to|a|à|на)\s+[“\"«„]",
    re.IGNORECASE | re.DOTALL,
)
#: the same in any other language: a few words, and our text in quotation marks to the end
_QUOTED = re.compile(r"^\s*(?:\S+\s+){0,4}\S{0,12}\s*[“„«\"「『][^“„«\"]{12,}[”“»\"」』]\s*$", re.DOTALL)
#: words around a free sentence that change nothing about it
_FILLERS = frozenset(
    {"now", "anymore", "again", "ever", "i", "want", "to", "you", "please", "ya", "por", "favor"}
)
#: a free sentence has so many words at least, or letters in a script without spaces
_SENTENCE_WORDS, _SENTENCE_LETTERS = 3, 5
#: a phrase of so many letters may be written as one word
_RUN_TOGETHER = 6
#: a word of so many letters may have one of them drawn out
_STRETCHED = 5
_DOUBLED = re.compile(r"(.)\1+")
#: a shorter word may be a slip of another one
_LONG_WORD = 9


def is_danger(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text touches the danger list (rule 19); tuned to miss nothing.

    Words that are part of a STOP and of nothing else ("stop bothering me") are a STOP: no word is left over.
    """
    return danger.is_alarming(text, lexicon) and not optout.is_nothing_else(text, lexicon.grammar)


def is_delicate(text: str, lexicon: Lexicon) -> bool:
    """Say whether a person should read it instead of a read-back going out (rule 8, ii)."""
    return mentions(text, lexicon.delicate)


def is_stop(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text asks us to stop (rule 16).

    A word counts only when it is the whole message; "no" never does; accents must be there where
    they change the meaning. A free sentence may also be one clause of a text.
    """
    if is_tapback(text):
        return False
    if _is_one_of(text, lexicon.stop, lexicon) or _drawn_out(text, lexicon.stop) or _misspelt(text, lexicon):
        return True
    if _run_together(text, lexicon):
        return True
    if optout.asks(text, lexicon.grammar):
        return True
    clauses = [clause for clause in _CLAUSE.split(_without_questions(text)) if plain(clause)]
    if any(
        _is_sentence(clause, lexicon) or optout.asks(clause, lexicon.grammar, clause=True)
        for clause in clauses
    ):
        return True
    if any(optout.asks_amid(clause, lexicon.grammar) for clause in clauses):
        return True
    return _stop_and_why(clauses, lexicon) or _texts_and_no_more(clauses, lexicon)


def _texts_and_no_more(clauses: list[str], lexicon: Lexicon) -> bool:
    """ "Your texts are annoying, I don't want any more": each clause says half of it."""
    small = lexicon.grammar
    refused = [
        clause for clause in clauses if optout.refuses_more(clause, small) or optout.says_stop(clause, small)
    ]
    rest = [clause for clause in clauses if clause not in refused]
    return bool(refused and rest) and all(optout.complains(clause, small) for clause in rest)


def _without_questions(text: str) -> str:
    """ "Who is this? Stop texting me": what is asked is no request."""
    return _ASKED.sub(" ", text)


def _stop_and_why(clauses: list[str], lexicon: Lexicon) -> bool:
    """ "Please stop, I get too many texts": a bare word, and a reason that speaks of our texts."""
    if not clauses:
        return False
    if _is_one_of(clauses[0], lexicon.stop, lexicon):
        rest = clauses[1:]
        return any(_speaks_of_texts(clause, lexicon) for clause in rest)
    keywords = lexicon.grammar.kinds.get("keyword", frozenset())
    if len(clauses) > 1 and without_courtesy(clauses[-1], lexicon) in keywords:
        return all(_speaks_of_texts(clause, lexicon) for clause in clauses[:-1])
    first, _, rest_of_it = without_courtesy(clauses[0], lexicon).partition(" ")
    return first in keywords and optout.gives_reason(rest_of_it, lexicon.grammar)


def _speaks_of_texts(clause: str, lexicon: Lexicon) -> bool:
    return optout.mentions_messages(clause, lexicon.grammar) or optout.gives_reason(clause, lexicon.grammar)


def _misspelt(text: str, lexicon: Lexicon) -> bool:
    """A slip in one word that means nothing else: "unsubcribe", "stpo"."""
    word = unmarked(plain(text))
    if " " in word or lexicon.marks_matter:
        return False
    keywords = {unmarked(each) for each in lexicon.stop if " " not in each}
    if not lexicon.grammar.exact and _undoubled(word) in {_undoubled(each) for each in keywords}:
        return True
    if misspelt.is_slip_of(word, keywords, lexicon.grammar):
        return True
    long = len(word) >= _LONG_WORD and word.isascii()
    return long and any(len(each) >= _LONG_WORD and near(word, each) for each in keywords)


def _undoubled(word: str) -> str:
    """ "ايقااف": each run of one letter as one, where the word is long enough to stay itself."""
    return _DOUBLED.sub(r"\1", word) if len(word) >= _STRETCHED else word


def _run_together(text: str, lexicon: Lexicon) -> bool:
    """ "Tsotseg", "pleasestop": a phrase of the list, its spaces left out."""
    word = plain(text)
    return " " not in word and len(word) >= _RUN_TOGETHER and word in _squeezed(lexicon.stop)


@cache
def _squeezed(phrases: frozenset[str]) -> frozenset[str]:
    return frozenset(phrase.replace(" ", "") for phrase in phrases if " " in phrase)


def _drawn_out(text: str, phrases: frozenset[str]) -> bool:
    return any(shorter in phrases for shorter in shortened(plain(text)))


def has_stop_clause(text: str, lexicon: Lexicon) -> bool:
    """Say whether one clause of a text is a STOP: honoured within a danger text as well (rule 19)."""
    return any(is_stop(clause, lexicon) for clause in (text, *_CLAUSE.split(text)) if plain(clause))


def _is_sentence(clause: str, lexicon: Lexicon) -> bool:
    kept = [word for word in without_courtesy(clause, lexicon).split() if word not in _FILLERS]
    bare = " ".join(kept)
    one_run = len(kept) == 1 and not unmarked(bare).isascii()
    long_enough = len(kept) >= _SENTENCE_WORDS or (one_run and len(bare) >= _SENTENCE_LETTERS)
    return long_enough and (bare in _without_fillers(lexicon.stop) or bare in _of_any_language())


@cache
def _of_any_language() -> frozenset[str]:
    """Return the free sentences of every language: long enough to mean STOP whoever writes them."""
    listed = (plain(word) for one in languages.all_languages() for word in languages.words("stop", one.tag))
    return frozenset(word for word in listed if len(word.split()) >= _SENTENCE_WORDS)


@cache
def _without_fillers(phrases: frozenset[str]) -> frozenset[str]:
    return frozenset(" ".join(w for w in phrase.split() if w not in _FILLERS) for phrase in phrases)


def is_start(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask to be written to again: an explicit word only, never "yes"."""
    return _is_one_of(text, lexicon.start, lexicon)


def is_help(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask for HELP, or how this works."""
    return _is_one_of(text, lexicon.help, lexicon) or asking.asks_how(text, lexicon)


def is_wrong_number(text: str, lexicon: Lexicon) -> bool:
    """Say whether a stranger tells us, in one clause, that this phone is not a family's."""
    if has_question_mark(text) or is_tapback(text):
        return False
    clauses = [clause for clause in _CLAUSE.split(text) if plain(clause)]
    if any(_is_one_of(clause, lexicon.wrong_number, lexicon) for clause in (text, *clauses)):
        return True
    if any(_is_sentence_of("wrong_number_said", clause, lexicon) for clause in (text, *clauses)):
        return True
    return any(asking.tells_wrong_number(clause, lexicon.grammar) for clause in clauses)


def asks_who(text: str, lexicon: Lexicon) -> bool:
    """Say whether they ask who we are."""
    if _is_one_of(text, lexicon.who, lexicon) or _is_sentence_of("who_said", text, lexicon):
        return True
    return asking.asks_whence(text, lexicon)


def wants_person(text: str, lexicon: Lexicon, *, sentences: bool = True) -> bool:
    """Say whether they ask for a person in words, or for a language without naming it (rule 1).

    Without `sentences` only whole messages of the list count, and a phrase of several words with nothing
    about it but "please" and "I want to": words like these in a longer sentence may be an answer.
    """
    if not sentences:
        whole = _is_one_of(text, lexicon.person, lexicon)
        return whole or _is_sentence_of("person_said", text, lexicon, phrases_only=True)
    if _is_one_of(text, lexicon.person, lexicon) or _is_sentence_of("person_said", text, lexicon):
        return True
    if any(asking.wants_talk(clause, lexicon) for clause in _CLAUSE.split(text)):
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
    long = 4 if lexicon.grammar.unspaced else 0
    phrase = any(kind in each.kinds and (" " in each.said or 0 < long <= len(each.said)) for each in pieces)
    if phrases_only:
        return phrase
    wanted = kind == "person_said" and any("want" in piece.kinds for piece in pieces)
    return phrase or (wanted and any(kind in piece.kinds and "want" not in piece.kinds for piece in pieces))


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
    return is_tapback(text) or not _without(plain(text), lexicon.courtesy)


def is_unclear(text: str, lexicon: Lexicon, *, sentences: bool = True) -> bool:
    """Say whether a text is a lone question mark or says "I don't understand" (rule 2)."""
    bare = "".join(text.split())
    lone_mark = bool(bare) and all(letter in QUESTION_MARKS for letter in bare)
    if lone_mark or _is_one_of(text, lexicon.unclear, lexicon):
        return True
    return sentences and (
        _is_sentence_of("unclear_said", text, lexicon) or asking.finds_unclear(text, lexicon)
    )


def is_tapback(text: str) -> bool:
    """Say whether a phone wrote this by itself: "Liked “…”", with our own words in it."""
    return bool(_TAPBACK.match(text) or _QUOTED.match(text))


def has_question_mark(text: str) -> bool:
    """Say whether a text asks something."""
    return any(mark in text for mark in QUESTION_MARKS)


def is_without_marks(text: str, lexicon: Lexicon) -> bool:
    """Say whether a word lacks the marks that tell STOP and "right" apart."""
    word = plain(text)
    if not lexicon.marks_matter or word in lexicon.yes | lexicon.no | lexicon.stop:
        return False
    return unmarked(word) == word and word in _unmarked(lexicon.stop)


def without_courtesy(text: str, lexicon: Lexicon) -> str:
    """Return the plain text without thanks and greetings; the whole of it if nothing else is there."""
    whole = plain(text)
    return whole if whole in lexicon.stop else _without(whole, lexicon.courtesy) or whole


def _without(whole: str, phrases: tuple[str, ...]) -> str:
    rest = f" {whole} "
    for phrase in phrases:
        while f" {phrase} " in rest:
            rest = rest.replace(f" {phrase} ", " ")
    return rest.strip()


def _is_one_of(text: str, phrases: frozenset[str], lexicon: Lexicon) -> bool:
    whole, bare = plain(text), without_courtesy(text, lexicon)
    if whole in phrases or bare in phrases:
        return True
    return not lexicon.marks_matter and unmarked(bare) in _unmarked(phrases)


@cache
def _unmarked(phrases: frozenset[str]) -> frozenset[str]:
    return frozenset(unmarked(phrase) for phrase in phrases)
