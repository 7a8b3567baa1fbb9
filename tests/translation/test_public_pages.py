"""deep-translator's own classes against a server on this machine, and the traps it sets."""

from __future__ import annotations

import asyncio
import html
import threading
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from bot.errors import TranslationFailed
from bot.translation.engines import DeepTranslatorEngine
from bot.translation.engines.public_pages import ABANDONED, Page, PublicPage, google, mymemory
from tests.translation.conftest import Service

TEXT = "The bus comes at 7:10."
SPANISH = "El autobús llega a las 7:10."


def _here(page: PublicPage, service: Service) -> PublicPage:
    """Let the library's class ask our server; its address is a constant of the library."""

    def make(source: str, target: str) -> Page:
        translator = page.make(source, target)
        translator._base_url = f"{service.address}/page"  # type: ignore[attr-defined]
        return translator

    return replace(page, make=make)


@pytest.fixture
def on_google(service: Service) -> DeepTranslatorEngine:
    return DeepTranslatorEngine(_here(google(), service), timeout=10)


@pytest.fixture
def on_mymemory(service: Service) -> DeepTranslatorEngine:
    return DeepTranslatorEngine(_here(mymemory(), service), timeout=10)


def _result(text: str) -> str:
    return f'<html><body><div class="result-container">{html.escape(text)}</div></body></html>'


async def test_googles_page(on_google: DeepTranslatorEngine, service: Service) -> None:
    service.shows(_result(SPANISH))
    assert await on_google.translate(TEXT, "en", "es") == SPANISH
    query = parse_qs(urlsplit(service.lines[0]).query)
    assert (query["sl"], query["tl"], query["q"]) == (["en"], ["es"], [TEXT])
    assert on_google.scraped, "the text stands in the address: never a family's words"


async def test_googles_code_for_chinese(on_google: DeepTranslatorEngine, service: Service) -> None:
    service.shows(_result("校车7:10到。"))
    await on_google.translate(TEXT, "en", "zh-Hans")
    assert parse_qs(urlsplit(service.lines[0]).query)["tl"] == ["zh-CN"]


@pytest.mark.parametrize(
    ("page", "status", "sentence"),
    [
        (_result(TEXT), 200, "gave no Spanish text|untranslated into Spanish"),
        (_result(TEXT.upper()), 200, "untranslated into Spanish"),
        (_result(""), 200, "gave no Spanish text"),
        (_result("El autobús llega temprano."), 200, "in which 7, 10 got lost"),
        ("<html>Before you continue</html>", 200, r"gave no translation \(TranslationNotFound\)"),
        ("", 429, r"gave no translation \(TooManyRequests\)"),
        ("", 503, r"gave no translation \(RequestError\)"),
    ],
)
async def test_what_googles_page_does_instead(
    on_google: DeepTranslatorEngine, service: Service, page: str, status: int, sentence: str
) -> None:
    service.shows(page, status)
    with pytest.raises(TranslationFailed, match=sentence) as refused:
        await on_google.translate(TEXT, "en", "es")
    assert TEXT not in str(refused.value)


async def test_mymemory(on_mymemory: DeepTranslatorEngine, service: Service) -> None:
    service.says({"responseData": {"translatedText": "L&#39;autobus arrive à 7:10."}, "matches": []})
    assert await on_mymemory.translate(TEXT, "en", "fr") == "L'autobus arrive à 7:10."
    assert parse_qs(urlsplit(service.lines[0]).query)["langpair"] == ["en-US|fr-FR"]


async def test_mymemorys_quota_notice_is_not_a_translation(
    on_mymemory: DeepTranslatorEngine, service: Service
) -> None:
    notice = "MYMEMORY WARNING: YOU USED ALL AVAILABLE FREE TRANSLATIONS FOR TODAY."
    service.says({"responseData": {"translatedText": notice}, "matches": []})
    with pytest.raises(TranslationFailed, match="MyMemory takes no more texts from us today"):
        await on_mymemory.translate("Thank you", "en", "fr")


async def test_limits_and_missing_languages_never_leave(
    on_google: DeepTranslatorEngine, on_mymemory: DeepTranslatorEngine, service: Service
) -> None:
    with pytest.raises(TranslationFailed, match="Google's page takes at most 4999 characters"):
        await on_google.translate("a" * 5000, "en", "es")
    with pytest.raises(TranslationFailed, match="MyMemory takes at most 499 characters"):
        await on_mymemory.translate("a" * 500, "en", "es")
    with pytest.raises(TranslationFailed, match="Google's page does not offer Dari"):
        await on_google.translate(TEXT, "en", "prs")
    assert service.lines == []


async def test_texts_asked_at_once_are_not_mixed_up(
    on_google: DeepTranslatorEngine, service: Service
) -> None:
    """One shared instance returned another call's text in 128 of 1,000 calls."""

    async def answer(request: web.Request) -> web.Response:
        asked = request.query["q"]
        return web.Response(text=_result(f"Autobús {asked.split()[-1]}"), content_type="text/html")

    service.answer = answer
    drafts = await asyncio.gather(*(on_google.translate(f"Bus number {n}", "en", "es") for n in range(40)))
    assert drafts == [f"Autobús {n}" for n in range(40)]


async def test_a_page_that_never_answers_is_left_and_in_the_end_not_asked_again(
    service: Service, left_behind: Callable[[str], list[threading.Thread]]
) -> None:
    service.waits()
    engine = DeepTranslatorEngine(_here(google(), service), timeout=0.05)
    for _ in range(ABANDONED):
        with pytest.raises(TranslationFailed, match=r"did not answer within 0\.05 seconds"):
            await engine.translate(TEXT, "en", "es")
    with pytest.raises(TranslationFailed, match=f"has left {ABANDONED} texts unanswered"):
        await engine.translate(TEXT, "en", "es")
    service.go_on.set()
    for thread in left_behind("google"):
        await asyncio.to_thread(thread.join, 10)
    assert not left_behind("google")
    service.shows(_result(SPANISH))
    engine.timeout = 10  # the page is back
    assert await engine.translate(TEXT, "en", "es") == SPANISH
