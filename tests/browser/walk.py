"""Walking over a declared page: each of its addresses, at a desk, on a phone, at twice the size."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser

from bot.roles import Role
from tests.browser.look import DESK, POCKET, ZOOMED, Eyes, looking
from tests.browser.site import Site
from tests.console.pages import addresses, routes

#: pages between the password and the second factor, and who comes there
HALFWAY: Mapping[str, Role] = {
    "/sign-in/code": Role.OWNER,
    "/sign-in/recovery": Role.OWNER,
    "/sign-in/second-factor": Role.COMMUNICATOR,
}


@asynccontextmanager
async def where_shown(browser: Browser, site: Site, path: str, **more: Any) -> AsyncIterator[Eyes]:
    """Open a window in which this page is shown: signed in, halfway, or not at all."""
    role = HALFWAY.get(path, None if path in STRANGERS else Role.OWNER)
    async with looking(browser, site, role=role, half=path in HALFWAY, **more) as eyes:
        yield eyes


#: pages that are shown to somebody who is not signed in
STRANGERS = frozenset(one.path for one in routes() if one.method == "GET" and one.policy.open)


async def walk(browser: Browser, site: Site, path: str, *, language: str) -> list[str]:
    """Say everything that is wrong with a page, with where it was seen."""
    said = []
    async with where_shown(browser, site, path, language=language, axe=True) as eyes:
        for address in addresses(path, site.school):
            said += await _at(eyes, address)
    return said


async def _at(eyes: Eyes, address: str) -> list[str]:
    await eyes.resize(DESK)
    await eyes.open(address)
    said = []
    for size in (DESK, POCKET, ZOOMED):
        await eyes.resize(size)
        found = [*eyes.seen(), *await eyes.sticking_out()]
        if size is not ZOOMED:
            found += await eyes.barriers()
        said += [f"{address} at {size[0]} pixels {one}" for one in found]
    return said
