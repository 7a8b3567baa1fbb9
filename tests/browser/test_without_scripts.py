"""The console in a browser that runs no scripts: everything is done by forms, with as many clicks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser import tasks_done
from tests.browser.look import POCKET, looking
from tests.browser.site import serving
from tests.browser.task_school import task_school
from tests.browser.tasks_done import Workplace


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> AsyncIterator[Workplace]:
    async with serving(tmp_path_factory.mktemp("plain"), empty_database, task_school) as site:
        yield Workplace(site, POCKET, scripts=False)


async def test_a_first_text_is_written_and_sent(browser: Browser, place: Workplace) -> None:
    await tasks_done.first(browser, place)


async def test_school_is_closed_for_snow(browser: Browser, place: Workplace) -> None:
    await tasks_done.snow(browser, place)


async def test_a_somali_parent_is_answered(browser: Browser, place: Workplace) -> None:
    await tasks_done.parent(browser, place)


async def test_it_is_found_out_why_forty_families_got_nothing(browser: Browser, place: Workplace) -> None:
    await tasks_done.forty(browser, place)


async def test_a_revocation_is_taken_by_phone(browser: Browser, place: Workplace) -> None:
    await tasks_done.revocation(browser, place)


async def test_somebody_says_who_is_missing(browser: Browser, place: Workplace) -> None:
    await tasks_done.missing(browser, place)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_sentence_is_tried(browser: Browser, place: Workplace, language: str) -> None:
    """The style sheet alone shows the fields of the chosen kind, and what is understood comes into view."""
    async with looking(browser, place.site, language=language, size=POCKET, scripts=False) as eyes:
        assert await eyes.open("/try") == 200
        page = eyes.page
        await page.fill("#text", "a las 4 y media, con mi mamá")
        await page.select_option("#language", "es")
        assert await page.locator("#earliest").is_hidden()
        await page.select_option("#kind", "time")
        await page.fill("#earliest", "15:00")
        await page.fill("#latest", "18:00")
        assert await page.locator("#choices").is_hidden()
        await page.click("main form button[type=submit]")
        shown = page.locator("#understood")
        await shown.wait_for()
        assert "4:30" in await shown.inner_text()
        assert await eyes.sticking_out() == []
        assert eyes.seen() == []
