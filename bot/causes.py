"""Why somebody got nothing, by what a school can do about it: each adapter's reasons, sorted once.

A reason is a sentence that an adapter, the outbox or a release has written down. Which of them mean the same
to a coordinator stands here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from bot.channels import telegram, twilio_codes
from bot.errors import (
    BadAddress,
    Content,
    OptedOut,
    Permanent,
    SendError,
    Setup,
    Temporary,
    Throttled,
    Uncertain,
)
from bot.store import outbox


class Cause(StrEnum):
    """One thing to do; in the order in which staff should look at them."""

    SENDER = "sender"  #: the account or sender at the provider is not in order: whoever runs Homeloop
    WORDING = "wording"  #: the text itself is refused: whoever wrote it
    BLOCKED = "blocked"  #: the carrier or the account lets nothing through to these: another way
    LIMIT = "limit"  #: a carrier's limit for the day: later
    UNREACHABLE = "unreachable"  #: phones off, carriers failing: again later
    WRONG_NUMBER = "wrong-number"  #: no such phone: the office asks for the present one
    LANDLINE = "landline"  #: takes no texts: the office asks for a mobile number
    NOT_LINKED = "not-linked"  #: Telegram has no open chat with them: send the link again
    NO_PHONE = "no-phone"  #: no number is known: the office asks for one
    NO_TEXT = "no-text"  #: nothing in their language was approved: a call
    NO_SENDER = "no-sender"  #: nobody sends on their channel: whoever runs Homeloop
    STOPPED = "stopped"  #: the family stopped us: paper, or in person
    UNANSWERED = "unanswered"  #: leaves our questions unanswered: a person calls
    OVER = "over"  #: the text was worth nothing any more before it could go
    ENOUGH = "enough"  #: the family has had its texts of the week, and this one was optional
    LATER = "later"  #: came after the text went out
    BY_STAFF = "by-staff"  #: staff stopped or dropped it: nothing, or a new text
    OTHER = "other"  #: said by nobody


#: written further out than this module may look; tests hold them to what is written there
DROPPED: Final = "Dropped by staff: it could not be known whether it had arrived."
RECALLED: Final = "Taken back by staff before it left."

#: what an error of the tree means when its own sentence says nothing more; the narrower first
_BY_ERROR: Final[tuple[tuple[type[SendError], Cause], ...]] = (
    (OptedOut, Cause.STOPPED),
    (BadAddress, Cause.WRONG_NUMBER),
    (Content, Cause.WORDING),
    (Permanent, Cause.BLOCKED),
    (Setup, Cause.SENDER),
    (Throttled, Cause.LIMIT),
    (Temporary, Cause.UNREACHABLE),
    (Uncertain, Cause.UNREACHABLE),
)

#: codes of Twilio that ask for something else than their error does
_BY_CODE: Final[Mapping[int, Cause]] = {
    21614: Cause.LANDLINE,
    30006: Cause.LANDLINE,
    21408: Cause.SENDER,
}

_GIVEN_UP: Final = re.compile(r" Given up after \d+ tr(y|ies)\.$")
_UNCLEAR: Final = re.compile(r"Telegram could not take the text \(HTTP status \d+\)")


def _of_error(error: type[SendError]) -> Cause:
    return next(cause for kind, cause in _BY_ERROR if issubclass(error, kind))


def _sentences() -> dict[str, Cause]:
    """Sort every sentence that an adapter or the outbox can write beside a failed text."""
    found = {
        meaning.sentence: _BY_CODE.get(code) or _of_error(meaning.error)
        for code, meaning in twilio_codes.CODES.items()
    }
    for refusal in telegram.REFUSALS:
        cause = _of_error(refusal.error)
        found[refusal.sentence] = Cause.NOT_LINKED if cause is Cause.WRONG_NUMBER else cause
    return found | {
        outbox.PHONE_STOPPED: Cause.STOPPED,
        outbox.BROADCAST_STOPPED: Cause.BY_STAFF,
        outbox.EXPIRED: Cause.OVER,
        outbox.ENOUGH: Cause.ENOUGH,
        outbox.NO_ANSWER: Cause.UNANSWERED,
        DROPPED: Cause.BY_STAFF,
        RECALLED: Cause.BY_STAFF,
        "The number cannot be reached.": Cause.WRONG_NUMBER,
        "The provider refuses this address.": Cause.WRONG_NUMBER,
    }


_SENTENCES: Final = _sentences()


def cause_of(reason: str | None, code: str | None = None) -> Cause:
    """Sort one failed text by the reason and the provider's code that stand beside it."""
    said = _GIVEN_UP.sub("", reason or "")
    known = _SENTENCES.get(said)
    if known is not None:
        return known
    meaning = twilio_codes.CODES.get(int(code)) if code and code.isdecimal() and len(code) < 7 else None
    if meaning is not None and code is not None:
        return _BY_CODE.get(int(code)) or _of_error(meaning.error)
    return Cause.UNREACHABLE if _UNCLEAR.match(said) else Cause.OTHER


def foremost(causes: Iterable[Cause]) -> Cause:
    """Return the one that staff should look at first; raises ValueError for none."""
    order = list(Cause)
    return min(causes, key=order.index)
