"""HTTP as Twilio's API has it: the headers of our requests, and what its refusals mean."""

from __future__ import annotations

import base64
import platform
import re
from collections.abc import Mapping

from twilio import __version__ as sdk_version

from bot.channels.transport import json_object
from bot.channels.twilio_codes import CODES, Meaning
from bot.errors import Permanent, SendError, Setup, Temporary, Uncertain
from bot.messages import Response
from bot.settings import Sms

FORM = "application/x-www-form-urlencoded"


def headers(settings: Sms) -> dict[str, str]:
    """Return the headers of a create request: those of the SDK, so that Twilio sees one kind of client."""
    machine = f"{platform.system()} {platform.machine()}"
    ours = {
        "Content-Type": FORM,
        "Accept": "application/json",
        "User-Agent": f"twilio-python/{sdk_version} ({machine}) Python/{platform.python_version()}",
        "X-Twilio-Client": f"python-{sdk_version}",
        "Accept-Charset": "utf-8",
    }
    return signed_in(ours, (settings.account_sid, settings.auth_token.get_secret_value()))


def signed_in(given: Mapping[str, str], auth: tuple[str, str] | None) -> dict[str, str]:
    """Add the account's name and password, if there are any."""
    if auth is None:
        return dict(given)
    token = base64.b64encode(":".join(auth).encode()).decode("ascii")
    return {**given, "Authorization": f"Basic {token}"}


def refused(response: Response) -> SendError:
    """Map an HTTP status and Twilio's code to our tree; see `bot.channels.sms.SmsChannel.send`."""
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
