"""Somebody at the console, who reads what the screen says and clicks on it; clicks are counted."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from playwright.async_api import Locator, Page, expect

from bot.web.console.wording import Wording
from tests.browser.look import Eyes

#: milliseconds that anything on the screen may take
PATIENCE = 30_000


@dataclass
class Hand:
    """Works on one window. Texts are given in English and looked for in the console's language."""

    eyes: Eyes
    language: str = "en"
    scripts: bool = True  #: whether the browser runs any
    clicks: int = 0

    @property
    def page(self) -> Page:
        return self.eyes.page

    def said(self, text: str, **values: object) -> str:
        """Return a sentence of the console as this person reads it."""
        return self._wording.say(text, **values)

    def counted(self, one: str, many: str, number: int) -> str:
        """Return a sentence that depends on a number."""
        return self._wording.say_many(one, many, number)

    def tongue(self, tag: str) -> str:
        """Name a family's language as this person does."""
        return self._wording.language_name(tag)

    @property
    def _wording(self) -> Wording:
        return Wording(self.language, ZoneInfo("America/Chicago"))

    async def opens(self, path: str) -> None:
        """Type an address, or follow a bookmark: no click."""
        await self.page.goto(self.eyes.site.address + path)

    async def clicks_on(self, text: str, **values: object) -> None:
        """Click the link, button or line to unfold that is called so."""
        await self.presses(self.named(self.said(text, **values)))

    async def presses(self, target: Locator) -> None:
        """Click something that was found another way."""
        await target.first.click(timeout=PATIENCE)
        self.clicks += 1

    def named(self, text: str) -> Locator:
        """Find what can be clicked by how its name begins, in this person's language."""
        name = re.compile(rf"^\s*{re.escape(text)}(?!\w)")
        place = self.page
        found = place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name))
        return found.or_(place.locator("summary", has_text=name)).filter(visible=True)

    async def writes(self, label: str, text: str, **values: object) -> None:
        """Fill a field in; getting into it counts as a click."""
        await self.field(label, **values).fill(text, timeout=PATIENCE)
        self.clicks += 1

    async def ticks(self, label: str, **values: object) -> None:
        """Tick a box or choose one of several."""
        await self.field(label, **values).check(timeout=PATIENCE)
        self.clicks += 1

    def field(self, label: str, **values: object) -> Locator:
        """Find a field by its label."""
        return self.page.get_by_label(self.said(label, **values)).filter(visible=True).first

    async def reads(self, text: str | re.Pattern[str]) -> None:
        """Wait until the screen says so."""
        await expect(self.page.locator("main")).to_contain_text(text, timeout=PATIENCE)

    async def sees(self, text: str, **values: object) -> None:
        """Wait until there is something to click that is called so."""
        await expect(self.named(self.said(text, **values)).first).to_be_visible(timeout=PATIENCE)

    async def sees_one(self, text: str, **values: object) -> None:
        """Wait until there is exactly one thing to click that is called so."""
        await expect(self.named(self.said(text, **values))).to_have_count(1, timeout=PATIENCE)

    async def is_told(self) -> None:
        """Wait for the sentence that says what was done."""
        await expect(self.page.locator(".flash")).to_be_visible(timeout=PATIENCE)

    async def chooses(self, label: str, value: str) -> None:
        """Choose from a list."""
        await self.field(label).select_option(value, timeout=PATIENCE)
        self.clicks += 1

    async def reads_itself(self) -> None:
        """See to it that the console speaks this person's language: accounts have one of their own."""
        await expect(self.page.locator("main h1")).to_be_visible(timeout=PATIENCE)
        if await self.page.locator("html").get_attribute("lang") != self.language:
            await self.presses(self.page.locator(f"button[name=language][value={self.language}]"))
            await expect(self.page.locator(f"html[lang={self.language}]")).to_be_attached(timeout=PATIENCE)

    async def sends(self) -> None:
        """Press the button that names a number of phones, once it names more than none."""
        template = re.escape(self.counted("Send to %(num)s phone", "Send to %(num)s phones", 98_765))
        name = re.compile(template.replace(re.escape(self._wording.number(98_765)), r"[1-9][\d,.]*"))
        button = self.page.get_by_role("button", name=name)
        await expect(button).to_be_visible(timeout=PATIENCE)
        await self.presses(button)

    async def types_the_count(self) -> None:
        """Where many get it, type how many, as the page asks."""
        asked = self.page.locator("#typed input")
        await expect(self.page.locator("#typed")).to_be_attached(timeout=PATIENCE)
        if await asked.count():
            label = await self.page.locator("#typed label").inner_text()
            await asked.fill(re.sub(r"\D", "", label))
            self.clicks += 1

    async def looks_again_until(self, wanted: Locator) -> None:
        """Load the page anew until something is on it: no click."""
        async with asyncio.timeout(PATIENCE / 1000):
            while not await wanted.count():
                await self.page.reload()

    async def looks_until_it_is_kept(self) -> None:
        """Wait until a page that keeps itself has done so: nothing is under way for as long as a glance."""
        await self.page.evaluate("() => { window.quietSince = performance.now(); }")
        await self.page.wait_for_function(_QUIET, timeout=PATIENCE)


_QUIET = """() => {
    if (document.querySelector(".htmx-request")) window.quietSince = performance.now();
    return performance.now() - window.quietSince > 700;
}"""
