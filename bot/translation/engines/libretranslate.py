"""LibreTranslate, which a school can run itself: our own adapter, so that text and key stay in the body."""

from __future__ import annotations

import json

from bot.errors import SendError, TranslationFailed
from bot.messages import Request, Response
from bot.ports import Transport
from bot.translation.engines.checks import fits, has_words, pair, usable

LIMIT = 5000  #: characters; servers may set less and then answer 400


class LibreTranslateEngine:
    """A `Translator` over POST <url>/translate (docs.libretranslate.com)."""

    scraped = False

    def __init__(
        self, url: str, transport: Transport, *, key: str | None = None, timeout: float = 20.0
    ) -> None:
        self._address = f"{url.rstrip('/')}/translate"
        self._transport = transport
        self._key = key
        self._timeout = timeout

    async def translate(self, text: str, source: str, target: str) -> str:
        """Return a draft. Raises `TranslationFailed`; its text holds neither the text nor the key."""
        tongues = pair("libretranslate", "LibreTranslate", source, target)
        fits(text, LIMIT, "LibreTranslate")
        if not has_words(text):
            return text
        body = {
            "q": text,
            "source": tongues.source_code,
            "target": tongues.target_code,
            "format": "text",
            **({"api_key": self._key} if self._key else {}),
        }
        return usable(text, _draft(await self._ask(body)), "LibreTranslate", tongues.target)

    async def _ask(self, body: dict[str, str]) -> Response:
        headers = {"content-type": "application/json", "accept": "application/json"}
        request = Request("POST", self._address, headers, json.dumps(body).encode())
        try:
            return await self._transport.send(request, timeout=self._timeout)
        except SendError:
            raise TranslationFailed(
                f"LibreTranslate at {self._address} does not answer: see that it runs, then try again."
            ) from None


def _draft(answer: Response) -> object:
    """Read the draft out of an answer; what else the server may say becomes one sentence."""
    match answer.status:
        case 200:
            pass
        case 403 | 401:
            raise TranslationFailed("LibreTranslate refuses our key: check translation.key in config.toml.")
        case 429:
            raise TranslationFailed(
                "LibreTranslate has had too many texts from us: wait a while, then try again."
            )
        case 400:
            raise TranslationFailed(
                "LibreTranslate does not take this text or language: see which languages it has installed."
            )
        case status:
            raise TranslationFailed(f"LibreTranslate answered {status} instead of a text: try again later.")
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise TranslationFailed(
            "What answers at translation.url is no LibreTranslate: check that address in config.toml."
        )
    return said.get("translatedText")
