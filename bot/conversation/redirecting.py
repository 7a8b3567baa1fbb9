"""Whether a text asks us to write to somebody else instead, which is a STOP for its own phone.

"Send them to his father, not to me any more", "paper is enough, nothing here". It takes three things: another
way or another person, that texts are to be sent, and that nothing is to come to whoever writes. "Send it to
my wife, not me" may only name the right number, and goes to a person. "Send nothing to this number send it to
his father" holds all three without a stop between them.
"""

from __future__ import annotations

from typing import Final

from bot.conversation import optout
from bot.conversation.grammar import PEOPLE, Grammar

_TEXTS: Final = ("send", "write", "dont_send", "from_school")
_ELSE: Final = (*PEOPLE, "spouse", "paper", "email")
_OPEN: Final = frozenset({"bars", "other_language", "tongue"})


def asks(text: str, small: Grammar, answering: Grammar) -> bool:
    """Say whether a text sends us to somebody else; `answering` knows kin and other ways to be reached."""
    if _refuses_and_names(text, small, answering):
        return True
    if not small.holds(text, "not_me") or not small.holds(text, *_TEXTS):
        return False
    pieces = small.cut(text)
    if any(piece.kinds & _OPEN and "not_me" not in piece.kinds for piece in pieces):
        return False
    return answering.holds(text, *_ELSE) or small.holds(text, "reason", "this_phone")


def _refuses_and_names(text: str, small: Grammar, answering: Grammar) -> bool:
    """Say whether a text begins with a refusal that names this phone, and goes on to whom to send instead."""
    if not small.holds(text, "this_phone") or not answering.holds(text, *PEOPLE, "spouse"):
        return False
    pieces = small.cut(text)
    for at in range(1, len(pieces)):
        first, rest = small.written(pieces[:at]), small.written(pieces[at:])
        if answering.holds(first, *PEOPLE, "spouse") or not answering.holds(rest, *PEOPLE, "spouse"):
            continue
        refused = optout.refuses_here(first, small) or optout.asks(first, small, clause=True)
        if refused and small.holds(first, "this_phone"):
            return True
    return False
