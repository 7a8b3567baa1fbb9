"""Every page in Spanish with names and texts as long as they come: nothing sticks out."""

from __future__ import annotations

import pytest

from tests.browser.look import POCKET
from tests.browser.site import Site
from tests.browser.walk import Windows, walk
from tests.console.pages import pages


@pytest.mark.parametrize("path", pages())
async def test_a_page(windows: Windows, wordy_site: Site, path: str) -> None:
    said = await walk(windows, wordy_site, path, language="es", size=POCKET, most=1, barriers=False)
    assert not said, "\n".join(said)
