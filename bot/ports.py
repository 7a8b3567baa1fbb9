"""What the use cases need from the world, as Protocols of at most three methods."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.messages import Inbound, Outbound, Receipt, Request, Response, Sighting


class Channel(Protocol):
    """One sender at one provider: a number, a messaging service, a bot."""

    async def send(self, message: Outbound) -> Receipt:
        """Hand one text to the provider, once, without retries.

        Raises a `SendError`; `Uncertain` whenever the provider may have accepted it.
        """

    async def find(self, address: str, since: datetime) -> list[Sighting] | None:
        """List what the provider accepted for `address` since then; None if it keeps no such list."""

    async def acknowledge(self, inbound: Inbound) -> None:
        """Tell the provider that a press was handled and take its keyboard away; best effort."""


class Ledger(Protocol):
    """What a provider has itself written down of one sender. Not every provider keeps such lists."""

    async def received(self, since: datetime) -> list[tuple[Inbound, datetime]]:
        """List what families sent to us since then, with its moment, oldest first. Raises a `SendError`."""

    async def sent(self, since: datetime) -> list[Sighting]:
        """List what was taken from us since then, oldest first. Raises a `SendError`."""


class Transport(Protocol):
    """HTTP with honest failures: the one seam between us and the network."""

    async def send(self, request: Request, *, timeout: float = 30.0) -> Response:
        """Send one request and read the whole answer; never retries, never follows redirects.

        Raises `Unreachable` if the connection was never made, so the request certainly was not read;
        `Uncertain` for everything else (reset, time-out, half an answer); `Setup` for a URL that is none.
        A cancelled call is as uncertain as a broken one.
        """

    async def close(self) -> None:
        """Close every connection."""


class Translator(Protocol):
    """An engine that drafts a text in another language."""

    async def translate(self, text: str, source: str, target: str) -> str:
        """Return a draft; raises `TranslationFailed`. Tags are the registry's ("so", "zh-Hans")."""


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
