"""The settings name an engine; families' words are another matter."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from bot.ports import Transport
from bot.settings import Translation
from bot.translation.engines import DeepTranslatorEngine, LibreTranslateEngine, engine_for
from tests.translation.conftest import Service


def test_none_is_none(transport: Transport) -> None:
    assert engine_for(Translation(), transport) is None


@pytest.mark.parametrize("name", ["google", "mymemory"])
def test_public_pages_are_scraped_and_can_never_be_under_contract(name: str, transport: Transport) -> None:
    found = engine_for(Translation.model_validate({"engine": name}), transport)
    assert isinstance(found, DeepTranslatorEngine)
    assert found.scraped
    with pytest.raises(ValidationError, match="which is a public web page"):
        Translation.model_validate({"engine": name, "under_contract": True})


async def test_libretranslate_is_asked_at_its_address_with_its_key(
    transport: Transport, service: Service
) -> None:
    settings = Translation(engine="libretranslate", url=service.address, key=SecretStr("key-0123456789"))
    found = engine_for(settings, transport)
    assert isinstance(found, LibreTranslateEngine)
    service.says({"translatedText": "Hola"})
    assert await found.translate("Hello", "en", "es") == "Hola"
    assert service.asked[0]["api_key"] == "key-0123456789"
