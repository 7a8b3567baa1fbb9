"""Whether a text asks us to write to somebody else instead, which is a STOP for its own phone.

"Send them to his father, not to me any more", "paper is enough, nothing here". It takes three things: another
way or another person, that texts are to be sent, and that nothing is to come to whoever writes. "Send it to
my wife, not me" may only name the right number, and goes to a person.
"""

from __future__ import annotations

from typing import Final

from bot.conversation.grammar import PEOPLE, Grammar

_TEXTS: Final = ("send", "write", "dont_send", "from_school")
_ELSE: Final = (*PEOPLE, "spouse", "paper", "email")
_OPEN: Final = frozenset({"bars", "other_language", "tongue"})


def asks(text: str, small: Grammar, answering: Grammar) -> bool:
    """Say whether a text sends us to somebody else; `answering` knows kin and other ways to be reached."""
    if not small.holds(text, "not_me") or not small.holds(text, *_TEXTS):
        return False
    pieces = small.cut(text)
    if any(piece.kinds & _OPEN and "not_me" not in piece.kinds for piece in pieces):
        return False
    return answering.holds(text, *_ELSE) or small.holds(text, "reason", "this_phone")
