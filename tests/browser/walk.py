"""Walking over a declared page: each of its addresses, at a desk, on a phone, at twice the size."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
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


#: pages that are shown to somebody who is not signed in
STRANGERS = frozenset(one.path for one in routes() if one.method == "GET" and one.policy.open)


#: looks at everything, at every size: `make soak`
SOAK = bool(os.environ.get("HOMELOOP_SOAK"))


@asynccontextmanager
async def where_shown(browser: Browser, site: Site, path: str, **more: Any) -> AsyncIterator[Eyes]:
    """Open a window in which this page is shown: signed in, halfway, or not at all."""
    async with looking(browser, site, **_visitor(path), **more) as eyes:
        yield eyes


def _visitor(path: str) -> dict[str, Any]:
    role = HALFWAY.get(path, None if path in STRANGERS else Role.OWNER)
    return {"role": role, "half": path in HALFWAY}


@dataclass
class Windows:
    """Windows that stay open from one test to the next: a new one takes longer than a page."""

    browser: Browser
    closing: AsyncExitStack
    opened: dict[tuple[Any, ...], Eyes] = field(default_factory=dict)

    async def at(self, site: Site, path: str, **more: Any) -> Eyes:
        """Return a window in which this page is shown."""
        visitor = _visitor(path)
        key = (site.address, *visitor.values(), *more.values())
        if key not in self.opened:
            window = looking(self.browser, site, **visitor, **more)
            self.opened[key] = await self.closing.enter_async_context(window)
        return self.opened[key]


async def walk(
    windows: Windows,
    site: Site,
    path: str,
    *,
    language: str,
    size: tuple[int, int] = DESK,
    most: int = 99,
    barriers: bool = True,
) -> list[str]:
    """Say everything that is wrong with a page, with where it was seen.

    At most so many of its addresses are looked at. What sticks out is looked for at every size, what keeps
    people out at one, if it is asked for at all; `make soak` does everything at every size.
    """
    eyes = await windows.at(site, path, language=language, axe=True)
    said = []
    for address in addresses(path, site.school)[: None if SOAK else most]:
        await eyes.resize(size)
        await eyes.open(address)
        for look in (size, *(one for one in (DESK, POCKET, ZOOMED) if one != size)):
            await eyes.resize(look)
            found = [*eyes.seen(), *await eyes.sticking_out()]
            if (barriers and look == size) or (SOAK and look != ZOOMED):
                found += await eyes.barriers()
            said += [f"{address} at {look[0]} pixels {one}" for one in found]
    return said
