"""Whether a text is a STOP: a word of the family's list, the word misspelt, or a sentence."""

from __future__ import annotations

import re
from functools import cache

from bot import languages
from bot.conversation import asking, cyrillic, misspelt, optout, redirecting
from bot.conversation.clauses import at_gaps
from bot.conversation.letters import plain, shortened, undrawn, unmarked
from bot.conversation.lexicon import Lexicon, answering
from bot.conversation.listed import is_one_of, without_courtesy
from bot.conversation.slips import near
from bot.conversation.tapbacks import is_tapback

#: a sentence that ends in a question mark
_ASKED = re.compile(r"[^.,;:!?\n¡¿。，、；！؟？–—،؛۔።፣፤၊।]*[?؟？]+")
#: what parts two clauses, in every script that is written here
CLAUSE = re.compile(r"[.,;:!\n¡¿。，、；！–—،؛۔።፣፤၊।]+|\s-\s")
#: the provider's keyword in capitals; so many words a message may have that begins with it
_SHOUTED = re.compile(r"\s*(?:STOP|UNSUBSCRIBE)\b")
_SHOUTED_WORDS = 4
_ENGLISH = frozenset({"stop", "unsubscribe"})
_UNSUBSCRIBE = re.compile(r"un\s?subscri?be", re.IGNORECASE)
#: letters beside it, at most
_FEW_LETTERS = 20
#: one word, and at least two exclamation marks
_CRIED = re.compile(r"\s*\w+\s*[!！]\s*[!！]")
#: what makes something else of it: a bus, a child, a place, "not"
_AGAINST = frozenset({"topic", "child", "bars", "before_what", "not", "dont", "tongue"})
#: a telephone number, which says nothing else: "take 612 555 0134 off"
_PHONE = re.compile(r"\+?\d(?:[\s().-]*\d){6,14}")
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


def is_stop(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text asks us to stop (rule 16).

    A word counts only when it is the whole message; "no" never does; accents must be there where
    they change the meaning. A free sentence may also be one clause of a text.
    """
    if is_tapback(text):
        return False
    text = _PHONE.sub(" ", text)
    spelled = cyrillic.spelled(text, lexicon.tag)
    told = (text, *undrawn(text), *([spelled] if spelled else []))
    if len(told) > 1 and any(optout.wants_them(each, lexicon.grammar) for each in told):
        return False  # "dooon't stop the texts"
    return any(_is_stop(each, lexicon) for each in told)


def _is_stop(text: str, lexicon: Lexicon) -> bool:
    if is_one_of(text, lexicon.stop, lexicon) or _drawn_out(text, lexicon.stop) or _misspelt(text, lexicon):
        return True
    bare = without_courtesy(text, lexicon)
    if bare != plain(text) and (_drawn_out(bare, lexicon.stop) or _misspelt(bare, lexicon)):
        return True  # "stoppp please"
    if _run_together(text, lexicon) or _is_shouted(text, lexicon) or _unsubscribes(text, lexicon):
        return True
    if optout.asks(text, lexicon.grammar):
        return True
    clauses = [clause for clause in CLAUSE.split(_without_questions(text)) if plain(clause)]
    if lexicon.tag.startswith("zh"):
        clauses = [part for clause in clauses for part in at_gaps(clause)]
    if any(
        _is_sentence(clause, lexicon) or optout.asks(clause, lexicon.grammar, clause=True)
        for clause in clauses
    ):
        return True
    if any(optout.asks_amid(clause, lexicon.grammar) for clause in clauses):
        return True
    if any(_asks_at_the_end(clause, lexicon) for clause in clauses):
        return True
    if any(optout.refuses_here(clause, lexicon.grammar) for clause in clauses) or _redirects(text, lexicon):
        return True
    asked = [
        part for part in _ASKED.findall(text) if not is_one_of(part, lexicon.stop, lexicon) or part == text
    ]
    if any(optout.is_nothing_else(part, lexicon.grammar) for part in asked):
        return True  # "Can you take me off the list? We have moved"
    if _asks_why_and_stops(text, clauses, lexicon):
        return True
    return _stop_and_why(text, clauses, lexicon) or _texts_and_no_more(clauses, lexicon)


def _redirects(text: str, lexicon: Lexicon) -> bool:
    """ "Send them to his father, I don't want them": where nothing is asked."""
    if _ASKED.search(text):
        return False
    return redirecting.asks(text, lexicon.grammar, answering(lexicon.tag).grammar)


def _asks_at_the_end(clause: str, lexicon: Lexicon) -> bool:
    """ "We moved to Ohio don't send", "he has left the school so no more please": a reason stands before."""
    grammar = lexicon.grammar
    if optout.asks_hence(clause, grammar) or optout.refuses_behind_reason(clause, grammar):
        return True
    return any(
        is_one_of(rest, lexicon.stop, lexicon) and optout.gives_reason(told, grammar)
        for told, rest in optout.at_hence(clause, grammar)
    )


def _asks_why_and_stops(text: str, clauses: list[str], lexicon: Lexicon) -> bool:
    """ "Why do you text me every day? Stop it": a question about our texts, and a bare request behind it."""
    asked = _ASKED.findall(text)
    if not asked or not clauses:
        return False
    if is_one_of(asked[0], lexicon.stop, lexicon):  # "Can you please stop? I get too many texts"
        return all(_speaks_of_texts(clause, lexicon) for clause in clauses)
    if len(clauses) != 1 or not optout.mentions_messages(asked[0], lexicon.grammar):
        return False
    return is_one_of(clauses[0], lexicon.stop, lexicon) or optout.says_stop(clauses[0], lexicon.grammar)


def _texts_and_no_more(clauses: list[str], lexicon: Lexicon) -> bool:
    """ "Your texts annoy me, I want no more", "we moved, don't send": each clause says half of it."""
    small = lexicon.grammar
    refused = [clause for clause in clauses if _is_half(clause, lexicon)]
    rest = [clause for clause in clauses if clause not in refused]
    if refused and rest and all(optout.complains(clause, small) for clause in rest):
        return True
    if len(refused) == len(clauses) > 1:
        return True  # "Stop it, send no more"
    refused = [
        clause
        for clause in clauses
        if optout.only_refuses(clause, small) or (len(clauses) > 1 and optout.only_removes(clause, small))
    ]
    rest = [clause for clause in clauses if clause not in refused and without_courtesy(clause, lexicon)]
    return bool(refused and rest) and all(optout.gives_reason(clause, small) for clause in rest)


def _is_half(clause: str, lexicon: Lexicon) -> bool:
    small = lexicon.grammar
    stops = optout.says_stop(clause, small) or optout.only_refuses(clause, small)
    return stops or optout.refuses_more(clause, small) or is_one_of(clause, lexicon.stop, lexicon)


def _without_questions(text: str) -> str:
    """ "Who is this? Stop texting me": what is asked is no request."""
    return _ASKED.sub(" ", text)


def _is_cried_out(clauses: list[str], text: str, keywords: frozenset[str], lexicon: Lexicon) -> bool:
    """ "STOP!!!! I told you guys already": a keyword with its marks, and nothing it may be said of."""
    if plain(clauses[0]) not in keywords or not _CRIED.match(text):
        return False
    against = _AGAINST - {"tongue"}
    return not any(piece.kinds for clause in clauses[1:] for piece in lexicon.grammar.cut(clause, against))


def _stop_and_why(text: str, clauses: list[str], lexicon: Lexicon) -> bool:
    """ "Please stop, I get too many texts": a bare word, and a reason that speaks of our texts."""
    clauses = [clause for clause in clauses if not _is_polite(clause, lexicon)]
    if not clauses:
        return False
    keywords = lexicon.grammar.kinds.get("keyword", frozenset())
    if _is_cried_out(clauses, text, keywords, lexicon):
        return True
    if is_one_of(clauses[0], lexicon.stop, lexicon):
        rest = clauses[1:]
        return any(_speaks_of_texts(clause, lexicon) for clause in rest)
    if len(clauses) > 1 and without_courtesy(clauses[-1], lexicon) in keywords:
        return all(_speaks_of_texts(clause, lexicon) for clause in clauses[:-1])
    told, _, last = without_courtesy(clauses[-1], lexicon).rpartition(" ")
    if (
        len(clauses) == 1
        and last in keywords
        and not lexicon.grammar.cease_last
        and optout.gives_reason(told, lexicon.grammar)
    ):
        return True  # "she has finished school stop"
    first, _, rest_of_it = without_courtesy(clauses[0], lexicon).partition(" ")
    if first in _ENGLISH and len(clauses) == 1 and _insists(rest_of_it, lexicon):
        return True
    return first in keywords and optout.gives_reason(rest_of_it, lexicon.grammar)


def _insists(rest: str, lexicon: Lexicon) -> bool:
    """ "Stop ya no quiero", "stop stop stop 講咗幾多次": behind it only a refusal, or the word again."""
    if plain(rest) and optout.only_unwants(rest, lexicon.grammar):
        return True
    again = [word for word in rest.split() if word in _ENGLISH]
    return len(again) > 1 and not any(piece.kinds for piece in lexicon.grammar.cut(rest, _AGAINST))


def _is_polite(clause: str, lexicon: Lexicon) -> bool:
    """ "Please, stop. I get too many texts": a clause of mere courtesy."""
    return all("courtesy" in piece.kinds for piece in lexicon.grammar.cut(clause))


def _speaks_of_texts(clause: str, lexicon: Lexicon) -> bool:
    if asking.tells_wrong_number(clause, lexicon.grammar):
        return True
    if optout.gives_reason(clause, lexicon.grammar):
        return True
    return optout.mentions_messages(clause, lexicon.grammar) and not optout.bothers_other(
        clause, lexicon.grammar
    )


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


def _is_shouted(text: str, lexicon: Lexicon) -> bool:
    """ "STOP garnu hos", "STOP krdo bhai": the keyword in capitals, and a word or two of another language."""
    words = plain(text).split()
    if lexicon.tag == "en" or not _SHOUTED.match(text) or len(words) > _SHOUTED_WORDS or _ASKED.search(text):
        return False
    pieces = lexicon.grammar.cut(" ".join(words[1:]), _AGAINST)
    return not any(piece.kinds for piece in pieces)


def _unsubscribes(text: str, lexicon: Lexicon) -> bool:
    """ "帮我unsubscribe吧": the English word amid a few of another language, without a "don't"."""
    rest = _UNSUBSCRIBE.sub(" ", text)
    if lexicon.tag == "en" or rest == text or _ASKED.search(text) or len(plain(rest)) > _FEW_LETTERS:
        return False
    return not any(piece.kinds for piece in lexicon.grammar.cut(rest, _AGAINST | {"list"}))


def _drawn_out(text: str, phrases: frozenset[str]) -> bool:
    return any(shorter in phrases for shorter in shortened(plain(text)))


def has_stop_clause(text: str, lexicon: Lexicon) -> bool:
    """Say whether one clause of a text is a STOP: honoured within a danger text as well (rule 19)."""
    return any(is_stop(clause, lexicon) for clause in (text, *CLAUSE.split(text)) if plain(clause))


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
