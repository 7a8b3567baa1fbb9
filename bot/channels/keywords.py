"""Words that Twilio itself answers when they stand alone in a text (twilio.com, Advanced Opt-Out)."""

from __future__ import annotations

from typing import Final

STOPS: Final = frozenset(["STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"])
HELPS: Final = frozenset(["HELP", "INFO"])
#: answered only for a phone that Twilio has stopped: YES answers our own questions otherwise
STARTS: Final = frozenset(["START", "UNSTOP", "YES"])


def is_one_of(text: str, words: frozenset[str]) -> bool:
    """Say whether a text is one of these words and nothing else, as Twilio compares them."""
    return text.strip().upper() in words
