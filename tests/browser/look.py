"""Looking at a page with Chromium's eyes: what axe finds, what sticks out, what ran that should not have."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

from bot.roles import Role
from tests.browser.site import COOKIE, Site

DESK: Final = (1280, 900)
POCKET: Final = (390, 844)
#: a window of 1280 pixels at 200 %: half as many, each drawn twice as large
ZOOMED: Final = (640, 450)


@cache
def axe() -> str:
    """Return axe-core's source."""
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")


@cache
def _overlaps() -> str:
    return (Path(__file__).parent / "overlaps.js").read_text(encoding="utf-8")


_AXE = """async () => {
    const found = await axe.run(document, {resultTypes: ["violations"], iframes: false});
    return found.violations.map(one => ({
        rule: one.id,
        nodes: one.nodes.map(node => node.html.slice(0, 200) + " | "
            + (node.any.concat(node.all, node.none)[0] || {message: ""}).message.slice(0, 200)),
    }));
}"""

#: what reaches past the window's side, the outermost first; what scrolls in a box of its own does not count
_STICKS_OUT = """() => {
    const width = document.documentElement.clientWidth;
    const root = document.scrollingElement;
    if (root.scrollWidth <= width) return [];
    const boxed = element => {
        for (let up = element.parentElement; up && up !== document.body; up = up.parentElement)
            if (getComputedStyle(up).overflowX !== "visible") return true;
        return false;
    };
    const out = [...document.body.querySelectorAll("*")].filter(element => {
        const box = element.getBoundingClientRect();
        return box.width && (box.right > width + 1 || box.left < -1) && !boxed(element);
    });
    return [`${root.scrollWidth} of ${width} pixels`].concat(
        out.slice(0, 4).map(element => element.outerHTML.slice(0, 160)));
}"""

#: what no template of ours contains
_GREW = """() => {
    const found = [];
    const ours = /^(\\/(?!\\/)|#|\\?|tel:|otpauth:|data:image\\/|https:\\/\\/t\\.me\\/|$)/;
    const own = element => element.src && element.src.startsWith(location.origin + "/static/");
    for (const element of document.querySelectorAll("script, style, iframe, object, embed, base")) {
        if (!(element.localName === "script" && own(element))) found.push(element.outerHTML.slice(0, 160));
    }
    for (const element of document.querySelectorAll("*")) {
        for (const {name, value} of element.attributes) {
            const address = ["href", "src", "action", "formaction", "xlink:href", "data"].includes(name);
            if (name.startsWith("on") || name === "style" || name === "srcdoc"
                || (address && !ours.test(value)))
                found.push(`${element.localName} ${name}=${value.slice(0, 120)}`);
        }
    }
    for (const part of ["main", "h1", "footer"]) {
        const count = document.querySelectorAll(part).length;
        if (count !== 1) found.push(`${count} times <${part}>`);
    }
    return found;
}"""

_WATCH = """
window.__ran = () => window.__tell("a string of theirs ran");
addEventListener("securitypolicyviolation", event =>
    window.__tell(`against the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A console that is served by another process."""

    address: str


@dataclass
class Eyes:
    """One window; `troubles` is what it saw by itself, besides what is asked for."""

    page: Page
    site: Site | Elsewhere
    troubles: list[str] = field(default_factory=list)

    async def open(self, path: str) -> int:
        """Go to a page; return its status."""
        answer = await self.page.goto(self.site.address + path, wait_until="load")
        assert answer is not None
        if answer.status >= 400:
            self.troubles.append(f"answered {answer.status}")
        return answer.status

    async def resize(self, size: tuple[int, int]) -> None:
        """Make the window another size."""
        await self.page.set_viewport_size({"width": size[0], "height": size[1]})

    async def barriers(self) -> list[str]:
        """Ask axe what keeps somebody out. Only in a context that ignores our policy."""
        if not await self.page.evaluate("() => 'axe' in window"):
            await self.page.evaluate(axe())
        found: list[dict[str, Any]] = await self.page.evaluate(_AXE)
        return [f"axe {one['rule']}: {node}" for one in found for node in one["nodes"][:3]]

    async def sticking_out(self) -> list[str]:
        """Say what has to be scrolled to sideways."""
        return [f"sticks out: {one}" for one in await self.page.evaluate(_STICKS_OUT)]

    async def overlapping(self) -> list[str]:
        """Say what lies on something else or is cut off."""
        found: list[str] = await self.page.evaluate(_overlaps())
        return [f"overlaps: {one}" for one in found]

    async def grown(self) -> list[str]:
        """Say what is on the page that no template holds."""
        return [f"is on the page: {one}" for one in await self.page.evaluate(_GREW)]

    def seen(self) -> list[str]:
        """Return what the window saw by itself since it was last asked."""
        found, self.troubles = self.troubles, []
        return found


@asynccontextmanager
async def looking(
    browser: Browser,
    site: Site | Elsewhere,
    *,
    role: Role | None = Role.OWNER,
    half: bool = False,
    language: str = "en",
    size: tuple[int, int] = DESK,
    scripts: bool = True,
    axe: bool = False,
    scale: float = 1,
) -> AsyncIterator[Eyes]:
    """Open a window in which somebody of that role is signed in, or halfway so; None: nobody is.

    At `scale` 2 each pixel of the page is drawn as two, as a browser does at 200 %.
    """
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=scripts,
        bypass_csp=axe,
        locale={"en": "en-US", "es": "es-US", "ar": "ar"}[language],
        reduced_motion="reduce",
        device_scale_factor=scale,
    )
    try:
        if role is not None:
            assert isinstance(site, Site)
            cookie = await (site.half_session if half else site.session)(role, language)
            await context.add_cookies([{"name": COOKIE, "value": cookie, "url": site.address}])
        eyes = Eyes(await context.new_page(), site)
        if scripts:
            await _watch(context, eyes)
        yield eyes
    finally:
        await context.close()


async def _watch(context: BrowserContext, eyes: Eyes) -> None:
    def tell(_source: Any, what: str) -> None:
        eyes.troubles.append(what)

    await context.expose_binding("__tell", tell)
    await context.add_init_script(_WATCH)
    page = eyes.page
    page.on("console", lambda message: _heard(eyes, message))
    page.on("pageerror", lambda error: eyes.troubles.append(f"a script failed: {error.message}"))
    page.on("requestfailed", lambda request: _failed(eyes, request))
    page.on("dialog", lambda dialog: _asked(eyes, dialog))


def _heard(eyes: Eyes, message: ConsoleMessage) -> None:
    if message.type == "error" and "status of 4" not in message.text:
        eyes.troubles.append(f"the console says: {message.text[:300]}")


def _failed(eyes: Eyes, request: Request) -> None:
    # A stream or a live search that is cut off by going elsewhere has not failed.
    if request.failure != "net::ERR_ABORTED":
        eyes.troubles.append(f"could not be loaded: {request.url[:120]} ({request.failure})")


async def _asked(eyes: Eyes, dialog: Dialog) -> None:
    if dialog.type != "beforeunload":
        eyes.troubles.append(f"a dialog: {json.dumps(dialog.message)}")
    await dialog.accept()
