"""Draws every page of the console into docs/screenshots, and the list of them: `make screenshots`."""

from __future__ import annotations

import asyncio
import base64
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from playwright.async_api import Browser
from rich.console import Console

from bot.store.store import Store
from tests.browser.chromium import chromium
from tests.browser.look import DESK, POCKET, Eyes
from tests.browser.site import Site, busy, serving
from tests.browser.walk import where_shown
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


async def draw(browser: Browser, site: Site) -> list[str]:
    """Draw everything; return the names of the files."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    made = []
    for path, language, size in shots():
        async with where_shown(browser, site, path, language=language, size=size) as eyes:
            await eyes.open(addresses(path, site.school)[0])
            name = f"{name_of(path)}-{language}-{size[0]}.png"
            (FOLDER / name).write_bytes(await picture(eyes))
            made.append(name)
    return made


async def picture(eyes: Eyes) -> bytes:
    """Return the page in sixteen colours."""
    height = await eyes.page.evaluate("() => document.documentElement.scrollHeight")
    width = eyes.page.viewport_size["width"] if eyes.page.viewport_size else DESK[0]
    raw = await eyes.page.screenshot(
        full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
    )
    desk = await eyes.page.context.new_page()
    reduced: str = await desk.evaluate(_reducing(), base64.b64encode(raw).decode())
    await desk.close()
    return base64.b64decode(reduced)


def listed(names: Sequence[str]) -> str:
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
    LIST.write_text(listed(made), encoding="utf-8")
    size = sum(one.stat().st_size for one in FOLDER.glob("*.png"))
    Console().print(f"{len(made)} pictures, {size / 1_000_000:.1f} MB, in docs/screenshots")


if __name__ == "__main__":
    asyncio.run(main())
