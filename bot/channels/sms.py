"""SMS through Twilio: build, post, parse, raise. (What comes in is read by `bot.channels.sms_webhook`.)

`bot.channels.twilio_codes` maps Twilio's codes to our error tree; nothing beyond it knows them.
Twilio's page: www.twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from bot.channels import twilio_http
from bot.channels.transport import json_object
from bot.channels.twilio_codes import STATUSES
from bot.errors import Uncertain
from bot.messages import Inbound, Outbound, Receipt, Request, Response, Sighting
from bot.ports import Transport
from bot.settings import Sms

if TYPE_CHECKING:
    from twilio.rest import Client

#: what a trial account puts before every text
_TRIAL = "Sent from your Twilio trial account - "

_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
_NAMED = re.compile(rb'"sid"\s*:\s*"((?:SM|MM)[0-9a-f]{32})"')
_OURS = re.compile(r"[\w.]*", re.ASCII)  # what needs no quoting, however often
_NUMBER = re.compile(r"\+\d+", re.ASCII)


class SmsChannel:
    """One sender at Twilio (a number or a messaging service) as a `bot.ports.Channel`."""

    def __init__(self, settings: Sms, transport: Transport, *, public_url: str) -> None:
        self._settings = settings
        self._transport = transport
        self._url = f"{settings.base_url}/2010-04-01/Accounts/{settings.account_sid}/Messages.json"
        self._headers = twilio_http.headers(settings)
        self._callback = quote_plus(f"{public_url}/sms/status?attempt=")
        kind = "MessagingServiceSid" if settings.sender.startswith("MG") else "From"
        self._from = f"{kind}={quote_plus(settings.sender)}"

    async def send(self, message: Outbound) -> Receipt:
        """Create one message. Never retries.

        A 4xx or 429 was not accepted. A 5xx is `Uncertain`, because a gateway may have lost the answer
        of a machine that acted; the one exception is code 20503 in Twilio's own JSON, with which it
        says that it took nothing. A 2xx without a message id, or a 3xx, is `Uncertain`.
        """
        request = Request("POST", self._url, self._headers, self._body(message))
        return _receipt(await self._transport.send(request))

    def _body(self, message: Outbound) -> bytes:
        """What differs from text to text stands in front of what is encoded once for all who get it."""
        attempt = message.attempt
        if not _OURS.fullmatch(attempt):
            attempt = quote_plus(quote_plus(attempt))
        number = message.address
        to = f"%2B{number[1:]}" if _NUMBER.fullmatch(number) else quote_plus(number)
        limit = "" if message.valid_for is None else f"&ValidityPeriod={message.valid_for}"
        return (
            f"To={to}&StatusCallback={self._callback}{attempt}{limit}"
            f"&SmartEncoded=false&{self._from}&Body={_encoded(message.text)}"
        ).encode("ascii")

    async def find(self, address: str, since: datetime) -> list[Sighting]:
        """List what Twilio created for `address` since then, in whole seconds, newest or oldest first.

        Filters by To and From alone: a message still queued has no DateSent, a filter on it may hide
        just the text that is looked for, and absence would be proven falsely. Twilio's clock is not
        ours: the caller allows for skew. Raises a `SendError` if the list could not be read.
        """
        filters: dict[str, str] = {"to": address}
        if not self._settings.sender.startswith("MG"):
            filters["from_"] = self._settings.sender
        try:
            found = await self._client.messages.list_async(**filters, page_size=1000)
            sightings = [sighting(record) for record in found if self._ours(record)]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Uncertain(
                "Twilio's list of texts could not be read; it is looked at again later."
            ) from None
        return [seen for seen in sightings if seen.created_at >= since.replace(microsecond=0)]

    @cached_property
    def _client(self) -> Client:
        """Return the SDK's client, which takes long to import and is needed for lists alone."""
        from bot.channels import twilio_sdk

        return twilio_sdk.client(self._settings, self._transport)

    def _ours(self, record: Any) -> bool:
        """Another service of the same account is another sender."""
        service = record.messaging_service_sid
        return not self._settings.sender.startswith("MG") or service in (None, self._settings.sender)

    async def acknowledge(self, inbound: Inbound) -> None:
        """Do nothing: an SMS has no button."""


@lru_cache(maxsize=256)
def _encoded(text: str) -> str:
    """Encode a text once for all the families who get it."""
    return quote_plus(text)


def _receipt(response: Response) -> Receipt:
    if not 200 <= response.status < 300:
        raise twilio_http.refused(response)
    body = response.body
    # A quotation mark inside a JSON string is escaped, so this is a key; found once, it is the message's own.
    key = body.find(b'"sid"')
    named = _NAMED.match(body, key) if key >= 0 else None
    if named is not None and body.find(b'"sid"', named.end()) < 0:
        return Receipt(named[1].decode("ascii"))
    sid = json_object(response.body).get("sid")
    if isinstance(sid, str) and _SID.fullmatch(sid):
        return Receipt(sid)
    raise Uncertain("Twilio's answer names no message, so the text may or may not have been accepted.")


def sighting(record: Any) -> Sighting:
    """Read one record of Twilio's list."""
    return Sighting(
        provider_id=record.sid,
        text=(record.body or "").removeprefix(_TRIAL) or None,
        created_at=record.date_created.astimezone(UTC),
        status=STATUSES.get(str(record.status), "sent"),
        address=record.to or "",
    )
