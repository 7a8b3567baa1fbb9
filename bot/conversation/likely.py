"""What a text probably wants where no rule knows it, as far as labelled texts of families tell.

A likeness is no proof, so the rules have the last word: what a phone wrote by itself and "don't stop these
texts" are never an opt-out. How alike a text must be was set by what each bar let through, wrongly, of sets
that were not learned from (docs/understanding.md).
"""

from __future__ import annotations

import re

from bot.conversation import learned, optout
from bot.conversation.lexicon import Lexicon, answering
from bot.conversation.optout_words import CLAUSE
from bot.conversation.tapbacks import is_tapback

#: how far on its side a text must be with nothing open; danger first, since it wins
BARS = {
    "danger": 0.25,
    "optout": 0.50,
    "wrong_number": 0.70,  # it stops the phone too
    "language": 0.10,
    "person": 0.10,
    "who": 0.10,
    "unclear_text": 0.10,
    "help": 0.25,
}
#: the same of a text that may be an answer: to take one for something else would lose it
BARS_OVER_QUESTION = {"danger": 0.50, "optout": 0.60, "wrong_number": 0.80}
#: whoever may be asking to be written to again is not stopped
_RIVAL = -0.5
#: a keyword alone is a matter for the lists, where accents count: so many words, or letters without gaps
_FEWEST = 3
_ASKED = re.compile(r"[?？؟]")


def intent_of(text: str, lexicon: Lexicon, *, over_question: bool = False) -> str | None:
    """Return the intent that a text is most like, or `None`; only for texts that no rule knows."""
    scores = learned.learned().scores(text)
    for intent, bar in (BARS_OVER_QUESTION if over_question else BARS).items():
        if scores.get(intent, bar) > bar and not is_ruled_out(intent, text, lexicon):
            return intent if intent != "optout" or scores["optin"] < _RIVAL else None
    return None


def is_ruled_out(intent: str, text: str, lexicon: Lexicon) -> bool:
    """Say whether a rule knows that a text cannot mean this."""
    if is_tapback(text):
        return True
    if intent != "optout":
        return False
    grammar = lexicon.grammar
    words = text if grammar.unspaced else text.split()
    if len(words) < _FEWEST or optout.is_barred(text, grammar) or optout.says_no_to_nothing(text, grammar):
        return True
    if _ASKED.search(text) and answering(lexicon.tag).grammar.holds(text, "email"):
        return True  # "how do I unsubscribe from the emails?"
    return any(optout.wants_them(clause, grammar) for clause in (text, *CLAUSE.split(text)))
