"""Whose provider this is, and how it is set: one Twilio account, one Telegram bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ConfigDict

#: what the demo and the tests use; real ones never come near the simulator
ACCOUNT_SID = "AC" + "5" * 32
AUTH_TOKEN = "simulator-auth-token-0001"  # noqa: S105 - opens nothing but the simulator
BOT_TOKEN = "7155500:SimulatorBotTokenSimulatorBotToken0"  # noqa: S105
SENDER = "+17155550100"


@dataclass(frozen=True, slots=True)
class Account:
    """Everything about the provider that can be set; times are in seconds."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    account_sid: str = ACCOUNT_SID
    auth_token: str = AUTH_TOKEN
    bot_token: str = BOT_TOKEN
    bot_name: str = "homeloop_simulator_bot"
    senders: tuple[str, ...] = ()  #: numbers that may be From; empty: every number
    #: messaging service SID -> the number it sends from; a service not named here sends from SENDER
    services: Mapping[str, str] = field(default_factory=dict)
    inbound_url: str | None = None  #: where texts from families are posted
    advanced_opt_out: bool = False  #: add OptOutType to the webhook
    stop_words: tuple[str, ...] = ()  #: further STOP words of Advanced Opt-Out, upper case
    queued_for: float = 0.02  #: from accepted to sent
    sent_for: float = 0.03  #: from sent to delivered
    webhook_tries: int = 2  #: for a webhook of Twilio's whose connection fails
    webhook_pause: float = 0.2  #: before the next try; doubles for Telegram, up to 2 s
    sms_parts_per_second: float | None = None  #: per sender; above it 429
    telegram_messages_per_second: float | None = None  #: above it 429
    bodies_kept: bool = True  #: False: fetched and listed texts have lost their body

    def number_of(self, service: str) -> str:
        """Return the number that a messaging service sends from."""
        return self.services.get(service) or (self.senders[0] if self.senders else SENDER)

    def service_of(self, number: str) -> str | None:
        """Return the messaging service that a number belongs to."""
        return next((service for service, its in self.services.items() if its == number), None)

    def opt_out_scope(self, sender: str) -> str:
        """Return what a STOP to `sender` blocks: its messaging service, else the number alone."""
        return self.service_of(sender) or sender

    @property
    def bot_id(self) -> int:
        """The bot's own user id: the digits before the token's colon."""
        return int(self.bot_token.partition(":")[0])
