"""The system's own Chromium, driven by Playwright: where it is, and why it may be missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as PlaywrightError

_NAMES = ("chromium", "google-chrome", "chromium-browser")

MISSING = (
    "Chromium is not installed: run “make test” as root, or “apt-get install chromium”, "
    "or name one in HOMELOOP_CHROMIUM"
)


class NoChromium(Exception):
    """There is none, or it does not start; says what to do."""


def place() -> str:
    """Return the program's path. Raises `NoChromium`."""
    named = os.environ.get("HOMELOOP_CHROMIUM")
    found = named or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise NoChromium(MISSING)
    return found


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start it without a window, and end it. Raises `NoChromium`."""
    program = place()
    # In a container there is no room for Chromium's own sandbox, and root has none.
    flags = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=program, args=flags)
        except PlaywrightError as error:
            raise NoChromium(f"{program} does not start: {error.message.splitlines()[0]}") from None
        yield browser
        await browser.close()
