"""Every page in Spanish with names and texts as long as they come: nobody is kept out, nothing sticks out."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser.site import Site
from tests.browser.walk import walk
from tests.console.pages import pages


@pytest.mark.parametrize("path", pages())
async def test_a_page(browser: Browser, wordy_site: Site, path: str) -> None:
    said = await walk(browser, wordy_site, path, language="es")
    assert not said, "\n".join(said)
