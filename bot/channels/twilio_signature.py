"""Whether a request was signed by Twilio for a URL, and its form: the hot path of every webhook.

Twilio signs the URL that it was given, then each name and value of the form in the order of their names, with
HMAC-SHA1 under the auth token, and is not consistent about the port in that URL
(www.twilio.com/docs/usage/webhooks/webhooks-security). The SDK's `RequestValidator` says the same at fifteen
times the cost; tests/channels/test_twilio_signature.py holds the two equal.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

#: fields that one form may have; Twilio's largest has about forty
MOST_FIELDS: Final = 200


class Signature:
    """Checks signatures under one auth token."""

    def __init__(self, token: str) -> None:
        self._key = token.encode()

    def proves(self, signature: str, url: str, form: Mapping[str, str]) -> bool:
        """Say whether this is Twilio's signature of a form posted to `url`, with or without its port."""
        given = signature.encode("utf-8", "replace")
        origin, rest = _split(url)
        signed = (rest + "".join([name + form[name] for name in sorted(form)])).encode()
        return any(
            hmac.compare_digest(b64encode(hmac.digest(self._key, start + signed, "sha1")), given)
            for start in _origins(origin)
        )


def _split(url: str) -> tuple[str, str]:
    path = url.find("/", url.find("://") + 3)
    return (url, "") if path < 0 else (url[:path], url[path:])


@lru_cache(maxsize=16)
def _origins(origin: str) -> tuple[bytes, bytes]:
    """Return scheme and host without a port, and with one."""
    parts = urlsplit(origin)
    if parts.port:
        plain = parts._replace(netloc=parts.netloc.split(":")[0])
        return plain.geturl().encode(), origin.encode()
    port = 443 if parts.scheme == "https" else 80
    return origin.encode(), parts._replace(netloc=f"{parts.netloc}:{port}").geturl().encode()


def form_of(body: bytes) -> dict[str, str]:
    """Read a form, `+` and percent signs resolved; raises ValueError for what is none.

    A name given twice is none of Twilio's doing and could hide a value from the signature.
    """
    text = body.decode("ascii")
    if text.count("&") >= MOST_FIELDS:
        raise ValueError("the form has too many fields")
    form: dict[str, str] = {}
    count = 0
    for field in text.split("&"):
        if field:
            count += 1
            name, _, value = field.partition("=")
            form[_plain(name)] = _plain(value)
    if len(form) != count:
        raise ValueError("the form names a field twice")
    return form


#: what two hexadecimal digits stand for
_BYTES: Final = {
    a + b: bytes.fromhex(a + b) for a in "0123456789ABCDEFabcdef" for b in "0123456789ABCDEFabcdef"
}


def _plain(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    first, *rest = text.split("%")
    found = [first.encode()]
    for part in rest:
        byte = _BYTES.get(part[:2])
        found.append(b"%" + part.encode() if byte is None else byte + part[2:].encode())
    return b"".join(found).decode()
