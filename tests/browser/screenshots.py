"""Draws every page of the console into docs/screenshots, and the list of them: `make screenshots`."""

from __future__ import annotations

import asyncio
import base64
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page
from rich.console import Console

from bot.store.store import Store
from tests.browser.chromium import chromium
from tests.browser.look import DESK, POCKET, Eyes
from tests.browser.site import Site, busy, serving
from tests.browser.walk import Windows
from tests.console.pages import addresses, pages

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "docs" / "screenshots"
LIST: Final = ROOT / "docs" / "screens.md"
TALLEST: Final = 1100  #: pixels; a page that goes on below is cut


def _reducing() -> str:
    return (Path(__file__).parent / "sixteen_colours.js").read_text(encoding="utf-8")


def name_of(path: str) -> str:
    """Return a file name for a declared page: "/inbox/{phone:int}" is "inbox-phone"."""
    plain = re.sub(r"\{(\w+):\w+\}", r"\1", path).strip("/").replace("/", "-")
    return plain or "home"


def shots() -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Give every page in every language and width."""
    for path in pages():
        for language in ("en", "ar"):
            for size in (DESK, POCKET):
                yield path, language, size


async def draw(browser: Browser, site: Site) -> dict[str, bytes]:
    """Draw everything; return the files by name. Fails at a page that does not answer."""
    made = {}
    async with AsyncExitStack() as stack:
        windows, desk = Windows(browser, stack), await browser.new_page()
        for path, language, size in shots():
            eyes = await windows.at(site, path, language=language)
            await eyes.resize(size)
            status = await eyes.open(addresses(path, site.school)[0])
            assert status < 400, f"{path} answered {status}"
            made[f"{name_of(path)}-{language}-{size[0]}.png"] = await picture(eyes, size, desk)
    return made


async def picture(eyes: Eyes, size: tuple[int, int], desk: Page) -> bytes:
    """Return the page in sixteen colours, to which it is reduced on a page of its own."""
    height = await eyes.page.evaluate("() => document.documentElement.scrollHeight")
    raw = await eyes.page.screenshot(
        full_page=True, clip={"x": 0, "y": 0, "width": size[0], "height": min(height, TALLEST)}
    )
    reduced: str = await desk.evaluate(_reducing(), base64.b64encode(raw).decode())
    return base64.b64decode(reduced)


def keep(made: Mapping[str, bytes]) -> None:
    """Put these in the place of all that were there."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name, drawn in made.items():
        (FOLDER / name).write_bytes(drawn)
    LIST.write_text(listed(), encoding="utf-8")


def listed() -> str:
    """Return docs/screens.md."""
    lines = [
        "# The screens",
        "",
        "Every page of the console, drawn by `make screenshots` from a school that does not exist.",
        "Long pages are cut.",
    ]
    for path in pages():
        own = name_of(path)
        lines += ["", f"## `{re.sub(r':(int|str)', '', path)}`", ""]
        lines += [f"![English, wide](screenshots/{own}-en-1280.png)", ""]
        narrow = [f"![{own}](screenshots/{own}-{language}-390.png)" for language in ("en", "ar")]
        lines += [" ".join(narrow), "", f"![Arabic, wide](screenshots/{own}-ar-1280.png)"]
    return "\n".join(lines) + "\n"


async def main() -> None:
    """Serve a busy school, draw it, write the list."""
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "schema.db"
        empty = Store(schema)
        empty.upgrade()
        empty.close()
        place = Path(folder) / "site"
        place.mkdir()
        async with serving(place, schema, busy(rows=30)) as site, chromium() as browser:
            made = await draw(browser, site)
    keep(made)
    size = sum(map(len, made.values()))
    Console().print(f"{len(made)} pictures, {size / 1_000_000:.1f} MB, in docs/screenshots")


if __name__ == "__main__":
    asyncio.run(main())
