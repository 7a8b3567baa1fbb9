"""Every page without a mouse: Tab comes to everything that can be used, and one sees where it is."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.look import DESK, POCKET, Eyes, looking
from tests.browser.site import Site
from tests.browser.walk import SOAK, Windows
from tests.console.pages import addresses, pages

_MARK = """() => {
    const usable = document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]");
    const seen = element => element.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true});
    const groups = new Set();
    const group = one => `${[...document.forms].indexOf(one.form)} ${one.name}`;
    const chosen = new Set([...document.querySelectorAll("input[type=radio]:checked")].map(group));
    let number = 0;
    for (const element of usable) {
        if (!seen(element) || element.disabled || element.tabIndex < 0) continue;
        // Of a group of radio buttons Tab comes to one; the arrow keys go on from there.
        if (element.type === "radio") {
            const own = group(element);
            if (chosen.has(own) ? !element.checked : groups.has(own)) continue;
            groups.add(own);
        }
        element.dataset.stop = number++;
    }
    return number;
}"""

#: wherever the page has put the focus by itself, the first Tab starts at its top
_TO_THE_TOP = """() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    scrollTo(0, 0);
}"""

#: notes every element that gets the focus, and whether one sees that it has it
_NOTE = """() => {
    window.stops = [];
    const shows = one => {
        const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(one);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
    };
    addEventListener("focusin", ({target}) => {
        const label = target.closest("label");
        const box = target.getBoundingClientRect();
        window.stops.push({
            stop: target.dataset.stop === undefined ? null : Number(target.dataset.stop),
            shows: shows(target) || (label !== null && shows(label)),
            inside: box.bottom > 0 && box.top < innerHeight,
            html: target.outerHTML.slice(0, 140),
        });
    });
}"""

_HTML = "found => found.map(one => one.outerHTML)"

#: a date has several stops of its own, of which the page hears one
_STOPS_INSIDE = "() => 3 * document.querySelectorAll('input[type=date], input[type=time]').length"


async def tabbed(eyes: Eyes, count: int) -> list[dict[str, Any]]:
    """Press Tab until it has gone round; return every stop."""
    await eyes.page.evaluate(_TO_THE_TOP)
    await eyes.page.evaluate(_NOTE)
    for _ in range(count + 2 + await eyes.page.evaluate(_STOPS_INSIDE)):
        await eyes.page.keyboard.press("Tab")
    found: list[dict[str, Any]] = await eyes.page.evaluate("() => window.stops")
    return found


async def out_of_reach(eyes: Eyes) -> list[str]:
    count: int = await eyes.page.evaluate(_MARK)
    stops = await tabbed(eyes, count)
    missed = set(range(count)) - {one["stop"] for one in stops}
    said = [f"is not seen when it has the focus: {one['html']}" for one in stops if not one["shows"]]
    said += [f"has the focus outside the window: {one['html']}" for one in stops if not one["inside"]]
    for number in sorted(missed):
        missing = eyes.page.locator(f"[data-stop='{number}']")
        # One that is gone by now was replaced by the page itself.
        said += [f"Tab never comes to: {html[:140]}" for html in await missing.evaluate_all(_HTML)]
    return said


#: pages that are laid out differently on a phone: navigation, lists, the desk of compose
_NARROW = {"/", "/inbox/{phone:int}", "/broadcasts/{number:int}/compose", "/people"}


@pytest.mark.parametrize("path", pages())
async def test_everything_is_reached_by_tab(windows: Windows, small_site: Site, path: str) -> None:
    said = []
    eyes = await windows.at(small_site, path)
    for size in (DESK, POCKET) if SOAK or path in _NARROW else (DESK,):
        await eyes.resize(size)
        for address in addresses(path, small_site.school)[:1]:
            await eyes.open(address)
            said += [f"{address} at {size[0]} pixels {one}" for one in await out_of_reach(eyes)]
    assert not said, "\n".join(said)


async def test_the_first_tab_offers_to_skip_the_navigation(browser: Browser, small_site: Site) -> None:
    async with looking(browser, small_site) as eyes:
        await eyes.open("/")
        await eyes.page.keyboard.press("Tab")
        assert (await eyes.page.evaluate("() => document.activeElement.hash")) == "#content"
        await eyes.page.keyboard.press("Enter")
        assert (await eyes.page.evaluate("() => document.activeElement.id")) == "content"
