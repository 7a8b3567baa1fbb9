"""What crosses a channel, as frozen values that know nothing of any provider.

What is made for each request of a provider is a `msgspec.Struct`: a tenth of a frozen dataclass's cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from bot.errors import Again


class ChannelName(StrEnum):
    """The ways a text reaches a family."""

    SMS = "sms"  #: through Twilio; addresses are E.164 ("+17155550142")
    TELEGRAM = "telegram"  #: through a bot; addresses are chat ids ("715550142")


class DeliveryState(StrEnum):
    """Where one row of the outbox stands (docs/architecture.md)."""

    WAITING = "waiting"  #: not before `waiting_until`; a tick moves it to queued
    QUEUED = "queued"  #: may go now; the only state the claim looks at
    SENDING = "sending"  #: claimed under an epoch; the request may be on the wire
    UNCERTAIN = "uncertain"  #: the provider may have it; being reconciled
    HELD = "held"  #: cannot be known; staff decide whether to send or drop
    SENT = "sent"  #: accepted by the provider, with its id
    DELIVERED = "delivered"  #: the handset has it (SMS only; Telegram has no receipt)
    FAILED = "failed"  #: final, with a reason


class ReplyState(StrEnum):
    """How sure we are that we understood a family."""

    RECEIVED = "received"  #: recorded; nothing said back yet
    READ_BACK = "read_back"  #: we said what we understood and wait for the family's judgement
    CONFIRMED = "confirmed"  #: the family says: right
    CORRECTED = "corrected"  #: the family put it right and that stands
    UNCONFIRMED = "unconfirmed"  #: recorded, never judged, never dropped
    WITH_STAFF = "with_staff"  #: a person deals with it


@dataclass(frozen=True, slots=True)
class Button:
    """One key under a Telegram text. `data` is 1 to 64 bytes."""

    label: str
    data: str


class Outbound(Struct, frozen=True):
    """One text to one address, ready for the provider."""

    attempt: str  #: unique per try; travels in the status callback
    address: str
    text: str
    buttons: tuple[Button, ...] = ()
    valid_for: int | None = None  #: seconds the provider may hold it (Twilio ValidityPeriod)


class Receipt(Struct, frozen=True):
    """The provider accepted a text."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """A text that the provider's own list shows, while we look for an uncertain one."""

    provider_id: str
    text: str | None  #: None when the provider no longer shows it
    created_at: datetime
    status: str = "sent"  #: a `StatusReport.status`
    address: str = ""  #: whom it went to


class Inbound(Struct, frozen=True, omit_defaults=True):
    """One thing a family sent: words, a pressed button, a picture."""

    channel: ChannelName
    provider_id: str  #: unique per channel: MessageSid, or "<bot>:<update_id>"
    lane: str  #: our sender that it came to
    address: str
    text: str = ""
    pressed: str | None = None  #: `Button.data` of a pressed button
    press_id: str | None = None  #: what the provider wants acknowledged
    message_id: str | None = None  #: the provider's id of the text whose button was pressed
    media: int = 0  #: pictures, voice notes, stickers
    start_code: str | None = None  #: payload of Telegram's `/start`
    provider_replied: bool = False  #: the provider already answered (Twilio OptOutType)
    provider_meant: str | None = None  #: as what: "STOP", "START", "HELP"; None: it does not say
    blocked: bool | None = None  #: True: the family blocked the bot; False: unblocked it
    private: bool = True  #: False in a Telegram group
    name: str | None = None  #: display name as the provider gives it, never trusted
    language_hint: str | None = None  #: Telegram's language_code: a hint only


class StatusReport(Struct, frozen=True):
    """What the provider says became of a text it accepted."""

    channel: ChannelName
    provider_id: str
    status: str  #: "queued" | "sent" | "delivered" | "failed"; ranks never go backwards
    attempt: str | None = None
    code: str | None = None
    reason: str | None = None  #: one sentence for a coordinator
    opted_out: bool = False
    bad_address: bool = False
    again: Again = Again.NEVER  #: of a failure: whether the text is tried again
    filtered: bool = False  #: the carrier took it for unwanted
    raw: Mapping[str, str] = {}  #: (a Struct gives each its own)


class Request(Struct, frozen=True):
    """One HTTP request. `body` is sent as it is."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Response(Struct, frozen=True):
    """One HTTP answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
