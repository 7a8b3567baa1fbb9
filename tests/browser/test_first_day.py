"""Every page on the school's first day, with nothing on it: nobody is kept out, nothing sticks out."""

from __future__ import annotations

import pytest

from tests.browser.site import Site
from tests.browser.walk import Windows, walk
from tests.console.pages import pages


@pytest.mark.parametrize("path", pages())
async def test_a_page(windows: Windows, empty_site: Site, path: str) -> None:
    said = await walk(windows, empty_site, path, language="en")
    assert not said, "\n".join(said)
