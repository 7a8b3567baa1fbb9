"""Every page of a busy school in English: nobody is kept out, nothing sticks out."""

from __future__ import annotations

import pytest

from tests.browser.site import Site
from tests.browser.walk import Windows, walk
from tests.console.pages import pages


@pytest.mark.parametrize("path", pages())
async def test_a_page(windows: Windows, small_site: Site, path: str) -> None:
    said = await walk(windows, small_site, path, language="en")
    assert not said, "\n".join(said)
