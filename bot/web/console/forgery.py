"""Proof that a form was sent by the page that we showed in this very browser.

One cookie holds a random token; a signed-in browser's is its session. A form carries a value derived
from that token, masked anew on every page so that compression gives nothing away. A form from another
site lacks the value; a value from another browser or from before signing in does not fit the cookie.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

FIELD: Final = "csrf_token"
HEADER: Final = "x-csrf-token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_LENGTH: Final = 32


def fresh_token() -> str:
    """Make the token of a browser that has none."""
    return secrets.token_urlsafe(_LENGTH)


def proof(token: str) -> str:
    """Return what a form must carry in the browser that holds `token`; different each time."""
    mask = secrets.token_bytes(_LENGTH)
    return base64.urlsafe_b64encode(mask + _mixed(mask, _mac(token, "form"))).decode()


def proves(token: str, given: str) -> bool:
    """Say whether a form's value fits the browser's token."""
    try:
        raw = base64.urlsafe_b64decode(given.encode("ascii", "replace"))
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 2 * _LENGTH:
        return False
    return hmac.compare_digest(_mixed(raw[:_LENGTH], raw[_LENGTH:]), _mac(token, "form"))


def foreign(headers: Mapping[str, str]) -> bool:
    """Say whether a browser admits that another site sent this (Origin, Sec-Fetch-Site)."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")


def host_name(headers: Mapping[str, str]) -> str:
    """Return the name in the Host header, without its port; empty for none or a malformed one."""
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def sealed(token: str, sentence: str, tone: str) -> str:
    """Pack a sentence for the next page of this browser."""
    body = base64.urlsafe_b64encode(json.dumps([sentence, tone]).encode()).decode()
    return f"{body}.{_mac(token, body).hex()}"


def unsealed(token: str, packed: str) -> tuple[str, str] | None:
    """Unpack it; None for one that was not sealed for this browser."""
    body, _, seal = packed.partition(".")
    if not hmac.compare_digest(seal.encode(), _mac(token, body).hex().encode()):
        return None
    sentence, tone = json.loads(base64.urlsafe_b64decode(body))
    return str(sentence), str(tone)


def _mac(token: str, purpose: str) -> bytes:
    return hmac.digest(token.encode(), purpose.encode(), "sha256")


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
