"""What every use case is given: the filled ports, as `bot.bootstrap` put them together."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.credentials import Passwords
from bot.hours import DayLimit
from bot.messages import ChannelName
from bot.ports import Channel, Clock, Ledger, Translator, Transport
from bot.settings import Settings
from bot.store.store import Store


@dataclass(frozen=True, slots=True)
class Sender:
    """One configured sender: a lane with the channel that serves it and how fast it may go."""

    lane_id: int
    name: str
    channel: ChannelName
    port: Channel
    per_second: float  #: SMS parts, Telegram messages
    in_flight: int
    day_limit: DayLimit | None = None
    ledger: Ledger | None = None  #: the provider's own lists, where it keeps any


@dataclass(frozen=True, slots=True)
class App:
    """Homeloop, put together."""

    settings: Settings
    store: Store
    clock: Clock
    senders: tuple[Sender, ...] = ()
    translator: Translator | None = None
    second_translator: Translator | None = None  #: turns an understanding back into the family's language
    transports: tuple[Transport, ...] = ()
    passwords: Passwords = field(default_factory=Passwords)

    def sender(self, lane: str) -> Sender | None:
        """Return the sender of that lane name, if it is configured."""
        return next((one for one in self.senders if one.name == lane), None)

    async def close(self) -> None:
        """Close every connection, then the database."""
        for transport in self.transports:
            await transport.close()
        self.passwords.close()
        self.store.close()
