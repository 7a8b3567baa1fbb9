"""Every page on the school's first day, with nothing on it: nobody is kept out, nothing sticks out."""

from __future__ import annotations

import pytest

from tests.browser.look import POCKET
from tests.browser.site import Site
from tests.browser.walk import SOAK, Windows, walk
from tests.console.pages import pages


@pytest.mark.parametrize("path", pages())
async def test_a_page(windows: Windows, empty_site: Site, path: str) -> None:
    said = await walk(windows, empty_site, path, language="en")
    assert not said, "\n".join(said)


@pytest.mark.skipif(not SOAK, reason="looked at by make soak")
@pytest.mark.parametrize("path", pages())
async def test_a_page_in_arabic(windows: Windows, empty_site: Site, path: str) -> None:
    said = await walk(windows, empty_site, path, language="ar", size=POCKET)
    assert not said, "\n".join(said)
