"""Every page of a busy school in Arabic, mirrored: nobody is kept out, nothing sticks out."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser.site import Site
from tests.browser.walk import walk
from tests.console.pages import pages


@pytest.mark.parametrize("path", pages())
async def test_a_page(browser: Browser, busy_site: Site, path: str) -> None:
    said = await walk(browser, busy_site, path, language="ar")
    assert not said, "\n".join(said)
