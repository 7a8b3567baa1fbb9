"""LibreTranslate's JSON over real HTTP."""

from __future__ import annotations

import pytest

from bot.errors import TranslationFailed
from bot.ports import Transport
from bot.translation.engines import LibreTranslateEngine
from tests.translation.conftest import Service

TEXT = "The bus comes at 7:10."
KEY = "key-0123456789"


@pytest.fixture
def engine(service: Service, transport: Transport) -> LibreTranslateEngine:
    return LibreTranslateEngine(service.address + "/", transport, key=KEY, timeout=5)


async def test_a_text_goes_there_and_back(engine: LibreTranslateEngine, service: Service) -> None:
    service.says({"translatedText": "El bus llega a las 7:10."})
    assert await engine.translate(TEXT, "en", "es") == "El bus llega a las 7:10."
    assert service.asked == [{"q": TEXT, "source": "en", "target": "es", "format": "text", "api_key": KEY}]
    assert service.lines == ["/translate"], "text and key stay out of the address"
    assert not engine.scraped


async def test_chinese_has_the_services_own_code(engine: LibreTranslateEngine, service: Service) -> None:
    service.says({"translatedText": "校车7:10到。"})
    assert await engine.translate(TEXT, "en", "zh-Hans") == "校车7:10到。"
    assert service.asked[0]["target"] == "zh-Hans"


async def test_without_a_key_none_is_sent(service: Service, transport: Transport) -> None:
    service.says({"translatedText": "El bus llega a las 7:10."})
    await LibreTranslateEngine(service.address, transport).translate(TEXT, "en", "es")
    assert "api_key" not in service.asked[0]


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (403, {"error": "Invalid API key"}, "refuses our key: check translation.key"),
        (429, {"error": "Slowdown"}, "too many texts from us: wait a while"),
        (400, {"error": "xx is not supported"}, "does not take this text or language"),
        (500, {"error": "Cannot translate text"}, "answered 500 instead of a text"),
        (200, ["something"], "is no LibreTranslate: check that address"),
        (200, {}, "gave no Spanish text"),
        (200, {"translatedText": None}, "gave no Spanish text"),
        (200, {"translatedText": ""}, "gave no Spanish text"),
        (200, {"translatedText": TEXT}, "untranslated into Spanish"),
        (200, {"translatedText": "El bus llega temprano."}, "in which 7, 10 got lost or changed"),
    ],
)
async def test_what_goes_wrong_is_one_sentence(
    engine: LibreTranslateEngine, service: Service, status: int, body: object, sentence: str
) -> None:
    service.says(body, status)
    with pytest.raises(TranslationFailed, match=sentence) as refused:
        await engine.translate(TEXT, "en", "es")
    assert KEY not in str(refused.value)
    assert TEXT not in str(refused.value)


async def test_a_page_instead_of_json(engine: LibreTranslateEngine, service: Service) -> None:
    service.shows("<html>Welcome</html>")
    with pytest.raises(TranslationFailed, match="is no LibreTranslate"):
        await engine.translate(TEXT, "en", "es")


async def test_nobody_answers(transport: Transport, unused_tcp_port: int) -> None:
    engine = LibreTranslateEngine(f"http://127.0.0.1:{unused_tcp_port}", transport, timeout=5)
    with pytest.raises(TranslationFailed, match="does not answer: see that it runs"):
        await engine.translate(TEXT, "en", "es")


async def test_an_answer_that_never_comes(service: Service, transport: Transport) -> None:
    service.waits()
    with pytest.raises(TranslationFailed, match="does not answer"):
        await LibreTranslateEngine(service.address, transport, timeout=0.2).translate(TEXT, "en", "es")


async def test_what_it_must_not_see_never_leaves(engine: LibreTranslateEngine, service: Service) -> None:
    for target, sentence in (("so", "does not offer Somali"), ("ksw", "by people only")):
        with pytest.raises(TranslationFailed, match=sentence):
            await engine.translate(TEXT, "en", target)
    with pytest.raises(TranslationFailed, match="at most 5000 characters"):
        await engine.translate("a" * 5001, "en", "es")
    assert await engine.translate("911", "en", "es") == "911"
    assert service.lines == []
