"""A window of 1280 pixels at 200 %: on no page lies one thing on another, and nothing is cut off.

Chromium's zoom is a smaller page drawn larger: 640 by 450 pixels of the page, each of them two on the screen.
"""

from __future__ import annotations

import pytest

from tests.browser.look import DESK, POCKET, ZOOMED
from tests.browser.site import Site
from tests.browser.walk import SOAK, Windows
from tests.console.pages import addresses, pages


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("path", pages())
async def test_nothing_lies_on_anything(windows: Windows, small_site: Site, path: str, language: str) -> None:
    eyes = await windows.at(small_site, path, language=language, scale=2)
    said = []
    for address in addresses(path, small_site.school)[: None if SOAK else 1]:
        await eyes.resize(ZOOMED)
        await eyes.open(address)
        for size in (ZOOMED, POCKET, DESK) if SOAK else (ZOOMED,):
            await eyes.resize(size)
            found = [*eyes.seen(), *await eyes.sticking_out(), *await eyes.overlapping()]
            said += [f"{address} at {size[0]} pixels {one}" for one in found]
    assert not said, "\n".join(said)


async def test_what_lies_on_something_is_seen(windows: Windows, small_site: Site) -> None:
    eyes = await windows.at(small_site, "/", scale=2)
    await eyes.open("/")
    assert await eyes.overlapping() == []
    await eyes.page.locator("h1").evaluate("one => { one.style.marginBlockEnd = '-2em'; }")
    assert await eyes.overlapping() != []
