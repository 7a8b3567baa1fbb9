"""Twilio's signature written out from its documentation, so that no test signs with the code it tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from bot.messages import Request

FORM = "application/x-www-form-urlencoded"


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """HMAC-SHA1 of the URL followed by each name and value, sorted by name."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed(token: str, url: str, form: Mapping[str, str], *, body: bytes | None = None) -> Request:
    """Make the request that Twilio would post."""
    headers = {"content-type": FORM, "x-twilio-signature": signature(token, url, form)}
    return Request("POST", url, headers, urlencode(form).encode() if body is None else body)
