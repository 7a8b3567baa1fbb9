"""Every form sent with nothing in it: what is wrong is said on a page that keeps nobody out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.look import DESK, POCKET, Eyes
from tests.browser.site import Site, busy, serving
from tests.browser.walk import where_shown
from tests.console.pages import addresses, pages

_WRITTEN = "textarea, input:not([type=hidden], [type=checkbox], [type=radio])"

#: forms in which somebody writes; a plain button can be pressed wrongly by nobody
_FORMS = f"""() => [...document.forms].filter(form =>
    form.method === "post" && form.closest("main") && form.querySelector("{_WRITTEN}"))"""

#: sends one of them empty, past what the browser itself would ask for
_SEND = f"""number => {{
    const form = ({_FORMS})()[number];
    for (const one of form.querySelectorAll("{_WRITTEN}")) one.value = "";
    const button = form.querySelector("button[type=submit][name]");
    if (button) {{
        const pressed = document.createElement("input");
        Object.assign(pressed, {{type: "hidden", name: button.name, value: button.value}});
        form.append(pressed);
    }}
    HTMLFormElement.prototype.submit.call(form);
}}"""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> AsyncIterator[Site]:
    async with serving(tmp_path_factory.mktemp("mistakes"), empty_database, busy(rows=12)) as site:
        yield site


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("path", pages())
async def test_what_is_missing_is_said(browser: Browser, site: Site, path: str, language: str) -> None:
    said = []
    async with where_shown(browser, site, path, language=language, axe=True) as eyes:
        address = addresses(path, site.school)[0]
        await eyes.open(address)
        for number in range(await eyes.page.evaluate(f"() => ({_FORMS})().length")):
            await eyes.open(address)
            said += [f"{address}, form {number}: {one}" for one in await empty(eyes, number)]
    assert not said, "\n".join(said)


async def empty(eyes: Eyes, number: int) -> list[str]:
    """Send a form with nothing in it; return what is wrong with the page that comes."""
    async with eyes.page.expect_navigation() as going:
        await eyes.page.evaluate(_SEND, number)
    answer = await going.value
    assert answer is not None
    said = eyes.seen()
    if answer.status >= 500:
        said.append(f"answered {answer.status}")
    for size in (DESK, POCKET):
        await eyes.resize(size)
        said += [*await eyes.sticking_out(), *await eyes.overlapping(), *await eyes.barriers()]
    return said
