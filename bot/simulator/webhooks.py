"""Requests from the provider to us: signed, timed out, and their answers noted."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

UNREACHED = 0  #: instead of an HTTP status: there was no answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What our webhook said."""

    status: int  #: HTTP, or UNREACHED
    content_type: str = ""
    text: str = ""

    @property
    def good(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300


class Webhooks:
    """One pool of connections to our own server."""

    def __init__(self, *, seconds: float, at_once: int = 64) -> None:
        self._timeout = ClientTimeout(total=seconds)
        self._at_once = at_once
        self._session: ClientSession | None = None

    async def post_form(self, url: str, fields: Mapping[str, str], token: str) -> Answer:
        """Post a form the way Twilio does, with its signature."""
        headers = {
            "X-Twilio-Signature": sign(url, fields, token),
            # aiohttp's own form would first draw random bytes for a boundary that nothing needs.
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return await self._post(url, data=urlencode(fields).encode("ascii"), headers=headers)

    async def post_json(self, url: str, payload: object, secret: str | None) -> Answer:
        """Post an update the way Telegram does, with the webhook's secret token."""
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        return await self._post(url, json=payload, headers=headers)

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, url: str, **request: Any) -> Answer:
        if self._session is None:
            self._session = ClientSession(
                timeout=self._timeout, connector=TCPConnector(limit=self._at_once), trust_env=False
            )
        try:
            async with self._session.post(url, allow_redirects=False, **request) as response:
                text = await response.text(errors="replace")
                return Answer(response.status, response.content_type, text)
        except (ClientError, TimeoutError, OSError):
            return Answer(UNREACHED)


def sign(url: str, fields: Mapping[str, str], token: str) -> str:
    """Return X-Twilio-Signature: HMAC-SHA1 over the URL and the sorted fields, in base 64.

    Source: https://www.twilio.com/docs/usage/security#validating-requests
    """
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
