"""The engines that `settings.translation` can name.

To add one: fulfil `bot.ports.Translator`, say `scraped` (a public page, refused for families' words
whatever the settings say), take its codes from locales/languages.toml, return through `checks.usable`,
and add its arm to `engine_for`.
"""

from __future__ import annotations

from typing import Protocol

from bot.ports import Translator, Transport
from bot.settings import Translation
from bot.translation.engines.libretranslate import LibreTranslateEngine
from bot.translation.engines.public_pages import DeepTranslatorEngine, google, mymemory


class Engine(Translator, Protocol):
    """A translator that says where texts go."""

    @property
    def scraped(self) -> bool:
        """Whether texts are typed into somebody's public page instead of a service under contract."""


def engine_for(settings: Translation, transport: Transport) -> Engine | None:
    """Return the engine that the settings name, None for "none"."""
    match settings.engine:
        case "libretranslate":
            assert settings.url is not None  # Translation refuses to be without it
            key = settings.key.get_secret_value() if settings.key else None
            return LibreTranslateEngine(settings.url, transport, key=key, timeout=settings.timeout_seconds)
        case "google":
            return DeepTranslatorEngine(google(), timeout=settings.timeout_seconds)
        case "mymemory":
            return DeepTranslatorEngine(mymemory(), timeout=settings.timeout_seconds)
        case _:
            return None


def second_engine_for(settings: Translation, transport: Transport) -> Engine | None:
    """Return the engine that turns an understanding back into a family's language, if there is one."""
    if settings.second_url is None:
        return None
    key = settings.second_key.get_secret_value() if settings.second_key else None
    return LibreTranslateEngine(settings.second_url, transport, key=key, timeout=settings.timeout_seconds)


__all__ = ["DeepTranslatorEngine", "Engine", "LibreTranslateEngine", "engine_for", "second_engine_for"]
