"""SMS through Twilio: build, post, parse, raise; and for what comes in: verify, parse.

One table, `CODES`, maps Twilio's codes to our error tree; nothing beyond this file knows them.
Twilio's pages: www.twilio.com/docs/api/errors, .../docs/messaging/api/message-resource.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, quote_plus, urlencode

from twilio.http import AsyncHttpClient
from twilio.http.response import Response as TwilioResponse
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.channels import keywords
from bot.channels.transport import json_object
from bot.errors import (
    BadAddress,
    Content,
    Forged,
    Malformed,
    OptedOut,
    Permanent,
    SendError,
    Setup,
    Temporary,
    Throttled,
    Uncertain,
)
from bot.messages import ChannelName, Inbound, Outbound, Receipt, Request, Response, Sighting, StatusReport
from bot.ports import Transport
from bot.settings import Sms

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
_BUSY = "Twilio asks for fewer texts at a time; the queue goes on more slowly."
_CAP = "Today's limit of the carrier for this sender is used up; the rest goes out when it allows more."
_NEAR_CAP = (
    "Today's limit of the carrier for this sender is nearly used up; move what is not urgent to tomorrow."
)
_UNPROVEN = "This sender is not registered or verified for texts in the US; finish that in Twilio's console."
_SENDER = "Twilio does not know this sender or messaging service; check sms.sender in config.toml."
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
    ((30003,), Meaning(Temporary, _OFF)),
    ((30008, 30500, 30017, 30047), Meaning(Temporary, _CARRIER)),
    (
        (30410,),
        Meaning(Uncertain, "The carrier did not answer Twilio in time; the text may have arrived."),
    ),
    ((20429, 30022, 14107, 63018), Meaning(Throttled, _BUSY, SHORT_WAIT)),
    (
        (21611, 30001),
        Meaning(Throttled, "This sender's queue at Twilio is full; it goes on soon.", QUEUE_WAIT),
    ),
    ((20503,), Meaning(Temporary, "Twilio is out of service for the moment; it is tried again later.")),
    ((30023, 30027), Meaning(Throttled, _CAP, DAY_CAP_WAIT)),
    ((30025, 30026), Meaning(Throttled, _NEAR_CAP, DAY_CAP_WAIT)),
    (
        (30007,),
        Meaning(Content, "The carrier filtered this text, usually for a link or its wording; reword it."),
    ),
    ((30019,), Meaning(Content, "The carrier refuses this text because it is too large; shorten it.")),
    ((21617,), Meaning(Content, "This text is over 1,600 characters; shorten it.")),
    ((21602,), Meaning(Content, "This text is empty; write one.")),
    ((21620, 21623), Meaning(Content, "Twilio cannot fetch what this text links as media; take it out.")),
    ((20003,), Meaning(Setup, "Twilio refuses our name or password; check account_sid and auth_token.")),
    ((30002,), Meaning(Setup, "Twilio has suspended the account; see its console.")),
    ((21608,), Meaning(Setup, "A trial account may text verified numbers only; upgrade it at Twilio.")),
    ((21703, 21704, 21705), Meaning(Setup, _SENDER)),
    ((30018, 30024, 30032, 30034, 30125), Meaning(Setup, _UNPROVEN)),
    ((11200, 12300), Meaning(Setup, _WEBHOOK)),
)
#: each code once (twilio.com/docs/api/errors)
CODES: Final[Mapping[int, Meaning]] = {code: meaning for codes, meaning in _ROWS for code in codes}

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

#: what a trial account puts before every text
_TRIAL = "Sent from your Twilio trial account - "

_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_ATTEMPT = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_FORM = "application/x-www-form-urlencoded"


class SmsChannel:
    """One sender at Twilio (a number or a messaging service) as a `bot.ports.Channel`."""

    def __init__(self, settings: Sms, transport: Transport, *, public_url: str) -> None:
        self._settings = settings
        self._transport = transport
        self._client = _sdk(settings, transport)
        self._url = f"{settings.base_url}/2010-04-01/Accounts/{settings.account_sid}/Messages.json"
        # The SDK's own headers, so that Twilio sees one kind of client from us.
        self._headers = _signed_in(
            self._client.get_headers("POST", {"Content-Type": _FORM, "Accept": "application/json"}),
            (settings.account_sid, settings.auth_token.get_secret_value()),
        )
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
        fields = [
            f"To={quote_plus(message.address)}",
            f"StatusCallback={self._callback}{quote_plus(quote_plus(message.attempt))}",
        ]
        if message.valid_for is not None:
            fields.append(f"ValidityPeriod={message.valid_for}")
        fields += ["SmartEncoded=false", self._from, f"Body={_encoded(message.text)}"]
        return "&".join(fields).encode("ascii")

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
            sightings = [_sighting(record) for record in found if self._ours(record)]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Uncertain(
                "Twilio's list of texts could not be read; it is looked at again later."
            ) from None
        return [seen for seen in sightings if seen.created_at >= since.replace(microsecond=0)]

    def _ours(self, record: Any) -> bool:
        """Another service of the same account is another sender."""
        service = record.messaging_service_sid
        return not self._settings.sender.startswith("MG") or service in (None, self._settings.sender)

    async def acknowledge(self, inbound: Inbound) -> None:
        """Do nothing: an SMS has no button."""


class SmsWebhook:
    """Verifies and reads what Twilio posts to us.

    Each `Request` carries the URL that Twilio was *configured* to use, query string included, never one
    made from Host or X-Forwarded headers; header names are lower case. Every method raises `Forged` or
    `Malformed` and nothing else.
    """

    def __init__(self, settings: Sms) -> None:
        self._settings = settings
        self._validator = RequestValidator(settings.auth_token.get_secret_value())

    def parse_inbound(self, request: Request) -> Inbound:
        """Read a text that a family sent. Its lane is our sender, however Twilio names the number."""
        form = self._verified(request)
        text = form.get("Body", "").replace("\x00", "")
        return Inbound(
            channel=ChannelName.SMS,
            provider_id=_matching(form, "MessageSid", _SID),
            lane=self._settings.sender,
            address=_matching(form, "From", _E164),
            text=text,
            media=_count(form.get("NumMedia", "0")),
            provider_replied="OptOutType" in form or self._answered_by_twilio(text),
        )

    def _answered_by_twilio(self, text: str) -> bool:
        answers = self._settings.provider_answers_stop
        return answers and keywords.is_one_of(text, keywords.STOPS | keywords.HELPS)

    def parse_status(self, request: Request) -> StatusReport:
        """Read what became of a text of ours; the attempt comes back in the query of our callback."""
        form = self._verified(request)
        status = STATUSES.get(form.get("MessageStatus") or form.get("SmsStatus") or "")
        if status is None:
            raise Malformed("The report carries no message status that Twilio documents.")
        code = form.get("ErrorCode", "")
        meaning = CODES.get(int(code)) if re.fullmatch(r"\d{1,6}", code, re.ASCII) else None
        return StatusReport(
            channel=ChannelName.SMS,
            provider_id=_matching(form, "MessageSid", _SID),
            status=status,
            attempt=_attempt(request.url),
            code=code or None,
            reason=_reason(status, code, meaning),
            opted_out=meaning is not None and meaning.error is OptedOut,
            bad_address=meaning is not None and meaning.error is BadAddress,
            raw=form,
        )

    def _verified(self, request: Request) -> dict[str, str]:
        """Return the form once its signature, and then its account, have proven right."""
        signature = request.headers.get("x-twilio-signature")
        if not signature:
            raise Forged("The request carries no X-Twilio-Signature.")
        form = _form(request)
        if not self._validator.validate(request.url, form, signature):
            raise Forged(
                "The signature is not Twilio's for this URL; check sms.auth_token and server.public_url."
            )
        if form.get("AccountSid") != self._settings.account_sid:
            raise Malformed("The request is for another Twilio account.")
        return form


class TransportClient(AsyncHttpClient):  # type: ignore[misc]  # the SDK is untyped
    """Lets the Twilio SDK speak through our transport: no retries, real time-outs, nothing logged."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(logging.getLogger("bot.channels.sms"), True)
        self._transport = transport

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> TwilioResponse:
        """Send one request; raises a `SendError` for a refusal as well as for what the transport meets."""
        url = f"{uri}?{urlencode(params, doseq=True)}" if params else uri
        body = urlencode(data, doseq=True).encode("ascii") if data else b""
        request = Request(method.upper(), url, _signed_in(headers or {}, auth), body)
        response = await self._transport.send(request, timeout=timeout or 30.0)
        if not 200 <= response.status < 300:
            raise _refused(response)
        return TwilioResponse(response.status, response.body.decode("utf-8", "replace"), response.headers)


def _sdk(settings: Sms, transport: Transport) -> Client:
    client = Client(
        settings.account_sid,
        settings.auth_token.get_secret_value(),
        http_client=TransportClient(transport),
        environment={"TWILIO_EDGE": ""},  # its edge and region variables would move requests elsewhere
    )
    client.api.base_url = settings.base_url
    return client


def _signed_in(headers: Mapping[str, str], auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return dict(headers)
    token = base64.b64encode(":".join(auth).encode()).decode("ascii")
    return {**headers, "Authorization": f"Basic {token}"}


@lru_cache(maxsize=256)
def _encoded(text: str) -> str:
    """Encode a text once for all the families who get it."""
    return quote_plus(text)


def _receipt(response: Response) -> Receipt:
    if not 200 <= response.status < 300:
        raise _refused(response)
    sid = json_object(response.body).get("sid")
    if isinstance(sid, str) and _SID.fullmatch(sid):
        return Receipt(sid)
    raise Uncertain("Twilio's answer names no message, so the text may or may not have been accepted.")


def _refused(response: Response) -> SendError:
    """Map an HTTP status and Twilio's code to our tree; see `SmsChannel.send`."""
    status, code = response.status, json_object(response.body).get("code")
    code = code if isinstance(code, int) else status
    if status == 503 and code == 20503:
        return CODES[code].raised(code)
    if not 400 <= status < 500:
        return Uncertain(
            f"Twilio answered with HTTP status {status}; it may have accepted the text all the same.",
            code=str(code),
        )
    meaning = CODES.get(code) or _by_status(status, code)
    return meaning.raised(code, wait=_seconds(response.headers.get("retry-after")))


def _by_status(status: int, code: int) -> Meaning:
    match status:
        case 429:
            return CODES[20429]
        case 401 | 403:
            return CODES[20003]
        case 404:
            return Meaning(
                Setup, "Twilio does not know this account or address; check account_sid and base_url."
            )
        case 408 | 409 | 425:
            return Meaning(Temporary, "Twilio could not take the text just now; it is tried again later.")
        case _:
            return Meaning(Permanent, f"Twilio refuses this text to this number (error {code}).")


def _seconds(retry_after: str | None) -> float | None:
    """Read Retry-After in seconds; its other form, a date, is not Twilio's."""
    value = (retry_after or "").strip()
    return float(value) if re.fullmatch(r"\d{1,6}", value, re.ASCII) else None


def _sighting(record: Any) -> Sighting:
    return Sighting(
        provider_id=record.sid,
        text=(record.body or "").removeprefix(_TRIAL) or None,
        created_at=record.date_created.astimezone(UTC),
        status=STATUSES.get(str(record.status), "sent"),
    )


def _form(request: Request) -> dict[str, str]:
    """Read a form body; a name given twice is none of Twilio's doing and could hide a value."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Malformed(f"The body must be of type {_FORM}.")
    try:
        pairs = parse_qsl(
            request.body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=200
        )
    except ValueError:
        raise Malformed("The body cannot be read as a form.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Malformed("The form names a field twice.")
    return form


def _matching(form: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = form.get(name, "")
    if not pattern.fullmatch(value):
        raise Malformed(f"{name} is missing, or no value that Twilio sends.")
    return value


def _count(value: str) -> int:
    if not re.fullmatch(r"\d{1,2}", value, re.ASCII):
        raise Malformed("NumMedia is no count.")
    return int(value)


def _attempt(url: str) -> str | None:
    """Find our attempt in the callback's query; None if the callback was set elsewhere."""
    for name, value in parse_qsl(url.partition("?")[2], errors="replace"):
        if name == "attempt" and _ATTEMPT.fullmatch(value):
            return value
    return None


def _reason(status: str, code: str, meaning: Meaning | None) -> str | None:
    if meaning is not None:
        return meaning.sentence
    if status == "failed":
        return f"The text did not arrive (Twilio error {code or 'not stated'})."
    return None
