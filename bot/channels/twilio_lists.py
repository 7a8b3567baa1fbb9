"""Twilio's own lists of what came to a sender and what left it: for replies that no webhook brought.

Twilio's page: www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.channels.sms import sighting
from bot.channels.sms_webhook import as_inbound
from bot.errors import Malformed, Uncertain
from bot.messages import Inbound, Sighting
from bot.ports import Transport
from bot.settings import Sms

if TYPE_CHECKING:
    from twilio.rest import Client

PAGE: Final = 1000  #: texts in one answer; Twilio's most

log = structlog.get_logger(__name__)


class SmsLists:
    """One sender's lists as a `bot.ports.Ledger`."""

    def __init__(self, settings: Sms, transport: Transport, *, page: int = PAGE) -> None:
        self._settings = settings
        self._transport = transport
        self._page = page

    async def received(self, since: datetime) -> list[tuple[Inbound, datetime]]:
        """List what families sent to our sender since then, with its moment, oldest first.

        A messaging service has several numbers, which the list cannot be asked for: there it is what names
        our service, or came to one of `sms.numbers`.
        """
        filters = {} if self._is_service else {"to": self._settings.sender}
        found = []
        async for record in self._records(**filters, date_sent_after=since.replace(microsecond=0)):
            if record.direction == "inbound" and self._came_to_us(record):
                found += self._read(record)
        # The list is newest first and its moments are whole seconds: within one second its order holds.
        found.reverse()
        return sorted(found, key=lambda one: one[1])

    async def sent(self, since: datetime) -> list[Sighting]:
        """List what Twilio took from our sender since then, oldest first.

        A text that is still in Twilio's queue has no DateSent, and a filter on it would hide just that one:
        so everything is read, newest first, until a whole page is older.
        """
        filters = {} if self._is_service else {"from_": self._settings.sender}
        found, older = [], 0
        async for record in self._records(**filters):
            if record.date_created.astimezone(UTC) < since.replace(microsecond=0):
                older += 1
                if older > self._page:
                    break
            elif str(record.direction).startswith("outbound") and self._left_us(record):
                found.append(sighting(record))
        found.reverse()
        return sorted(found, key=lambda one: one.created_at)

    async def _records(self, **filters: Any) -> AsyncIterator[Any]:
        """Yield every record of a list. Raises a `SendError` if it could not be read to its end."""
        try:
            async for record in await self._client.messages.stream_async(**filters, page_size=self._page):
                yield record
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Uncertain("Twilio's list of texts could not be read; it is read again later.") from None

    def _read(self, record: Any) -> list[tuple[Inbound, datetime]]:
        try:
            read = as_inbound(
                self._settings,
                provider_id=record.sid,
                address=record.from_ or "",
                text=record.body or "",
                media=str(record.num_media or "0"),
            )
        except Malformed as error:
            log.warning("a listed text cannot be read", why=str(error))
            return []
        return [(read, (record.date_sent or record.date_created).astimezone(UTC))]

    @property
    def _is_service(self) -> bool:
        return self._settings.sender.startswith("MG")

    def _came_to_us(self, record: Any) -> bool:
        if not self._is_service:
            return bool(record.to == self._settings.sender)
        service = record.messaging_service_sid
        return service == self._settings.sender or record.to in self._settings.numbers

    def _left_us(self, record: Any) -> bool:
        if self._is_service:
            return bool(record.messaging_service_sid == self._settings.sender)
        return record.from_ in (None, self._settings.sender)

    @cached_property
    def _client(self) -> Client:
        from bot.channels import twilio_sdk

        return twilio_sdk.client(self._settings, self._transport)
