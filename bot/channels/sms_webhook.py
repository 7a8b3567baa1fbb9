"""What Twilio posts to us: verify, parse. Families' texts, and what became of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from bot.channels import keywords
from bot.channels.twilio_codes import CODES, FILTERED, STATUSES, Meaning
from bot.channels.twilio_signature import Signature, form_of
from bot.errors import Again, BadAddress, Forged, Malformed, OptedOut
from bot.messages import ChannelName, Inbound, Request, StatusReport
from bot.settings import Sms

SID: Final = re.compile(r"(SM|MM)[0-9a-f]{32}")
E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_COUNT = re.compile(r"\d{1,2}", re.ASCII)
_ATTEMPT = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_ONLY_ATTEMPT = re.compile(r"attempt=([A-Za-z0-9_.:-]{1,64})")
_ANSWERED: Final = keywords.STOPS | keywords.HELPS
#: what OptOutType may say (twilio.com/docs/messaging/tutorials/advanced-opt-out)
_MEANT: Final = frozenset({"STOP", "START", "HELP"})
_FORM = "application/x-www-form-urlencoded"
_NOTHING: Final[Mapping[str, str]] = {}


class SmsWebhook:
    """Verifies and reads what Twilio posts to us.

    Each `Request` carries the URL that Twilio was *configured* to use, query string included, never one
    made from Host or X-Forwarded headers; header names are lower case. Every method raises `Forged` or
    `Malformed` and nothing else.
    """

    def __init__(self, settings: Sms) -> None:
        self._settings = settings
        self._signature = Signature(settings.auth_token.get_secret_value())

    def parse_inbound(self, request: Request) -> Inbound:
        """Read a text that a family sent. Its lane is our sender, however Twilio names the number."""
        form = self._verified(request)
        return as_inbound(
            self._settings,
            provider_id=form.get("MessageSid", ""),
            address=form.get("From", ""),
            text=form.get("Body", ""),
            media=form.get("NumMedia", "0"),
            answered=form.get("OptOutType"),
        )

    def parse_status(self, request: Request) -> StatusReport:
        """Read what became of a text of ours; the attempt comes back in the query of our callback."""
        form = self._verified(request)
        status = STATUSES.get(form.get("MessageStatus") or form.get("SmsStatus") or "")
        if status is None:
            raise Malformed("The report carries no message status that Twilio documents.")
        sid = _matching(form.get("MessageSid", ""), "MessageSid", SID)
        return as_report(sid, status, form.get("ErrorCode") or None, attempt=_attempt(request.url), raw=form)

    def _verified(self, request: Request) -> dict[str, str]:
        """Return the form once its signature, and then its account, have proven right."""
        signature = request.headers.get("x-twilio-signature")
        if not signature:
            raise Forged("The request carries no X-Twilio-Signature.")
        form = _form(request)
        if not self._signature.proves(signature, request.url, form):
            raise Forged(
                "The signature is not Twilio's for this URL; check sms.auth_token and server.public_url."
            )
        if form.get("AccountSid") != self._settings.account_sid:
            raise Malformed("The request is for another Twilio account.")
        return form


def as_report(
    provider_id: str,
    status: str,
    code: str | None,
    *,
    attempt: str | None = None,
    raw: Mapping[str, str] = _NOTHING,
) -> StatusReport:
    """Say what Twilio's report on a text means: its status as ours, its error code as our policies do."""
    if code is None and status != "failed":
        return StatusReport(ChannelName.SMS, provider_id, status, attempt, raw=raw)
    meaning = CODES.get(int(code)) if code and re.fullmatch(r"\d{1,6}", code, re.ASCII) else None
    return StatusReport(
        channel=ChannelName.SMS,
        provider_id=provider_id,
        status=status,
        attempt=attempt,
        code=code,
        reason=_reason(status, code, meaning),
        opted_out=meaning is not None and meaning.error is OptedOut,
        bad_address=meaning is not None and meaning.error is BadAddress,
        again=meaning.again if meaning is not None else Again.NEVER,
        filtered=code == str(FILTERED),
        raw=raw,
    )


def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "")
    if kind != _FORM and kind.partition(";")[0].strip().lower() != _FORM:
        raise Malformed(f"The body must be of type {_FORM}.")
    try:
        return form_of(request.body)
    except ValueError:
        raise Malformed("The body cannot be read as a form that names every field once.") from None


def as_inbound(
    settings: Sms, *, provider_id: str, address: str, text: str, media: str, answered: str | None = None
) -> Inbound:
    """Make a family's text of Twilio's fields. Raises `Malformed`.

    `answered`: as what Twilio says that it has answered; what it answers by default is known by its words.
    """
    text = text.replace("\x00", "")
    return Inbound(
        channel=ChannelName.SMS,
        provider_id=_matching(provider_id, "MessageSid", SID),
        lane=settings.sender,
        address=_matching(address, "From", E164),
        text=text,
        media=_count(media),
        provider_replied=answered is not None
        or (settings.provider_answers_stop and keywords.is_one_of(text, _ANSWERED)),
        provider_meant=answered if answered in _MEANT else None,
    )


def _matching(value: str, name: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise Malformed(f"{name} is missing, or no value that Twilio sends.")
    return value


def _count(value: str) -> int:
    if not _COUNT.fullmatch(value):
        raise Malformed("NumMedia is no count.")
    return int(value)


def _attempt(url: str) -> str | None:
    """Find our attempt in the callback's query; None if the callback was set elsewhere."""
    query = url.partition("?")[2]
    if (plain := _ONLY_ATTEMPT.fullmatch(query)) is not None:
        return plain[1]
    for name, value in parse_qsl(query, errors="replace"):
        if name == "attempt" and _ATTEMPT.fullmatch(value):
            return value
    return None


def _reason(status: str, code: str | None, meaning: Meaning | None) -> str | None:
    if meaning is not None:
        return meaning.sentence
    if status == "failed":
        return f"The text did not arrive (Twilio error {code or 'not stated'})."
    return None
