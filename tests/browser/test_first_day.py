"""Every page on the school's first day, with nothing on it: nobody is kept out, nothing sticks out."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser.site import Site
from tests.browser.walk import walk
from tests.console.pages import pages


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("path", pages())
async def test_an_empty_page(browser: Browser, empty_site: Site, path: str, language: str) -> None:
    said = await walk(browser, empty_site, path, language=language)
    assert not said, "\n".join(said)
