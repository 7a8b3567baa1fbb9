"""Google's and MyMemory's public pages through deep-translator: for trying things out, never families' words.

The library is synchronous, has no time-outs, mixes up the texts of threads that share one instance, and
hands back None or the source without a word (tried with 1.11.4). So: one instance a call, in a thread of
its own that may be left behind, and nothing it returns is believed before `checks.usable`.
"""

from __future__ import annotations

import asyncio
import html
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from bot.errors import TranslationFailed
from bot.translation.engines.checks import fits, has_words, pair, usable

AT_ONCE = 4  #: calls in flight
ABANDONED = 8  #: threads still waiting for a page, above which nothing more is asked of it


class Page(Protocol):
    """What we use of deep-translator's classes."""

    def translate(self, text: str) -> object:
        """Return a translation, the source, or None; raise anything."""


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One of deep-translator's classes and how it may be used."""

    engine: str  #: name in the settings and in locales/languages.toml
    name: str  #: as people know it
    limit: int  #: most characters a text may have
    make: Callable[[str, str], Page]  #: (source code, target code) -> a fresh instance
    refusals: tuple[str, ...] = ()  #: beginnings of "translations" that are notices of the page's own


def google() -> PublicPage:
    """Return Google's mobile page: under 5,000 characters."""
    from deep_translator import GoogleTranslator  # takes most of a second to import

    return PublicPage("google", "Google's page", 4999, lambda s, t: GoogleTranslator(source=s, target=t))


def mymemory() -> PublicPage:
    """Return MyMemory: under 500 characters; its quota notice comes as if it were the translation."""
    from deep_translator import MyMemoryTranslator

    return PublicPage(
        "mymemory",
        "MyMemory",
        499,
        lambda s, t: MyMemoryTranslator(source=s, target=t),
        ("MYMEMORY WARNING", "QUERY LENGTH LIMIT", "INVALID LANGUAGE PAIR", "PLEASE SELECT TWO DISTINCT"),
    )


class DeepTranslatorEngine:
    """A `Translator` over one public page."""

    scraped = True

    def __init__(self, page: PublicPage, *, timeout: float = 20.0) -> None:
        self._page = page
        self.timeout = timeout  #: seconds one text may take
        self._in_flight = asyncio.Semaphore(AT_ONCE)
        self._unanswered: set[Future[object]] = set()

    async def translate(self, text: str, source: str, target: str) -> str:
        """Return a draft. Raises `TranslationFailed`; the library's own errors may quote the text."""
        page = self._page
        tongues = pair(page.engine, page.name, source, target)
        fits(text, page.limit, page.name)
        if not has_words(text):
            return text
        async with self._in_flight:
            draft = await self._ask(
                lambda: page.make(tongues.source_code, tongues.target_code).translate(text)
            )
        if isinstance(draft, str):
            draft = html.unescape(draft)
            if draft.upper().startswith(page.refusals or ("\0",)):
                raise TranslationFailed(f"{page.name} takes no more texts from us today: try again tomorrow.")
        return usable(text, draft, page.name, tongues.target)

    async def _ask(self, call: Callable[[], object]) -> object:
        self._unanswered = {asked for asked in self._unanswered if not asked.done()}
        if len(self._unanswered) >= ABANDONED:
            raise TranslationFailed(
                f"{self._page.name} has left {ABANDONED} texts unanswered: try again in some minutes."
            )
        answer: Future[object] = Future()
        self._unanswered.add(answer)
        threading.Thread(target=_run, args=(call, answer), daemon=True, name=self._page.engine).start()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(answer), self.timeout)
        except TimeoutError:
            raise TranslationFailed(
                f"{self._page.name} did not answer within {self.timeout:g} seconds: try again later."
            ) from None
        except Exception as error:  # noqa: BLE001 - the library raises bare Exceptions and requests' own
            raise TranslationFailed(
                f"{self._page.name} gave no translation ({type(error).__name__}): try again or type it in."
            ) from None


def _run(call: Callable[[], object], answer: Future[object]) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(call())
    except Exception as error:  # noqa: BLE001 - handed to whoever waits
        answer.set_exception(error)
