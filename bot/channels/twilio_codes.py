"""Twilio's codes and states as ours: one table, the only place that knows them.

Each code has the error that it is, what becomes of a text that was taken and then failed with it, and a
sentence for a coordinator. Twilio's page: www.twilio.com/docs/api/errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.errors import (
    Again,
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

#: seconds to wait when Twilio says "slow down" without saying how long
SHORT_WAIT: Final = 5.0
QUEUE_WAIT: Final = 60.0
#: a carrier's daily cap: looked at again each hour, because no carrier says when its day begins
DAY_CAP_WAIT: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one of Twilio's codes means to us."""

    error: type[SendError]
    sentence: str  #: for a coordinator
    wait: float = 0.0  #: seconds, for `Throttled`
    again: Again = Again.NEVER  #: when it is reported of a text that Twilio had taken

    def raised(self, code: int, *, wait: float | None = None) -> SendError:
        """Make the error; `wait` as the provider stated it."""
        if issubclass(self.error, Throttled):
            return self.error(self.sentence, wait=wait or self.wait or SHORT_WAIT, code=str(code))
        return self.error(self.sentence, code=str(code))


_WRONG_NUMBER = "No phone can be reached under this number; ask the family for their present one."
_NO_TEXTS = "This number cannot receive texts (it may be a landline); ask the family for a mobile number."
_NO_ROUTE = "Texts from this sender cannot be delivered to this number; use another sender or channel."
_OFF = "The phone was off or out of reach; trying again later may help."
_CARRIER = "The carrier failed without saying why; one more try may help."
_DOWN = "Twilio is out of service for the moment; it is tried again later."
_BUSY = "Twilio asks for fewer texts at a time; the queue goes on more slowly."
_CAP = "Today's limit of the carrier for this sender is used up; the rest goes out when it allows more."
_NEAR_CAP = (
    "Today's limit of the carrier for this sender is nearly used up; move what is not urgent to tomorrow."
)
_UNPROVEN = "This sender is not registered or verified for texts in the US; finish that in Twilio's console."
_SENDER = "Twilio does not know this sender or messaging service; check sms.sender in config.toml."
_ACCOUNT = "Twilio refuses our name or password; check account_sid and auth_token."
_TRIAL = "A trial account may text verified numbers only; upgrade it at Twilio."
_WEBHOOK = "Twilio could not use our webhook, so replies may be lost; check server.public_url and HTTPS."

_ROWS: Final[tuple[tuple[tuple[int, ...], Meaning], ...]] = (
    (
        (21610,),
        Meaning(OptedOut, "The family stopped texts from this sender; reach them another way."),
    ),
    ((21211, 30005), Meaning(BadAddress, _WRONG_NUMBER)),
    ((21614, 30006), Meaning(BadAddress, _NO_TEXTS)),
    ((21612, 21606), Meaning(Permanent, _NO_ROUTE)),
    (
        (21408,),
        Meaning(Permanent, "Texts to this country are switched off in Twilio's console; allow it there."),
    ),
    (
        (30004,),
        Meaning(Permanent, "The carrier or the phone blocks this text; use another sender or channel."),
    ),
    ((30003,), Meaning(Temporary, _OFF, again=Again.PHONE_OFF)),
    ((30008, 30500, 30017, 30047), Meaning(Temporary, _CARRIER, again=Again.BRIEFLY)),
    (
        (30036,),
        Meaning(Temporary, "Twilio had no time to send this text before our hours ended.", again=Again.LATE),
    ),
    (
        (30410,),
        Meaning(
            Uncertain,
            "The carrier did not answer Twilio in time; the text may have arrived.",
            again=Again.EMERGENCY,
        ),
    ),
    ((20429, 30022, 14107, 63018), Meaning(Throttled, _BUSY, SHORT_WAIT, Again.SLOWER)),
    (
        (21611, 30001),
        Meaning(
            Throttled, "This sender's queue at Twilio is full; it goes on soon.", QUEUE_WAIT, Again.SLOWER
        ),
    ),
    ((20503,), Meaning(Temporary, _DOWN, again=Again.BRIEFLY)),
    ((30023, 30027), Meaning(Throttled, _CAP, DAY_CAP_WAIT, Again.TOMORROW)),
    ((30025, 30026), Meaning(Throttled, _NEAR_CAP, DAY_CAP_WAIT, Again.TOMORROW)),
    (
        (30007,),
        Meaning(Content, "The carrier filtered this text, usually for a link or its wording; reword it."),
    ),
    ((30019,), Meaning(Content, "The carrier refuses this text because it is too large; shorten it.")),
    ((21617,), Meaning(Content, "This text is over 1,600 characters; shorten it.")),
    ((21602,), Meaning(Content, "This text is empty; write one.")),
    ((21620, 21623), Meaning(Content, "Twilio cannot fetch what this text links as media; take it out.")),
    ((20003,), Meaning(Setup, _ACCOUNT, again=Again.SENDER)),
    (
        (30002,),
        Meaning(Setup, "Twilio has suspended the account; see its console.", again=Again.SENDER),
    ),
    ((21608,), Meaning(Setup, _TRIAL, again=Again.SENDER)),
    ((21703, 21704, 21705), Meaning(Setup, _SENDER, again=Again.SENDER)),
    ((30018, 30024, 30032, 30034, 30125), Meaning(Setup, _UNPROVEN, again=Again.SENDER)),
    ((11200, 12300), Meaning(Setup, _WEBHOOK)),
)
#: each code once (twilio.com/docs/api/errors)
CODES: Final[Mapping[int, Meaning]] = {code: meaning for codes, meaning in _ROWS for code in codes}

#: a carrier's filter: many of these mean that the wording is at fault, not the phones
FILTERED: Final = 30007

#: Twilio's message states, as ours; the two inbound ones are absent
STATUSES: Final[Mapping[str, str]] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
