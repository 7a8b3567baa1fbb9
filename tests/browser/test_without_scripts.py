"""The console in a browser that runs no scripts: everything is done by forms, with as many clicks."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser import tasks_done
from tests.browser.site import Site
from tests.browser.tasks_done import Workplace
from tests.browser.walk import where_shown
from tests.console.pages import addresses, pages

At = tuple[Site, tuple[int, int]]


def plain(at_work: At) -> Workplace:
    return Workplace(*at_work, scripts=False)


@pytest.mark.parametrize("path", pages())
async def test_a_page_shows_its_content(browser: Browser, busy_site: Site, path: str) -> None:
    async with where_shown(browser, busy_site, path, scripts=False) as eyes:
        for address in addresses(path, busy_site.school)[:1]:
            await eyes.open(address)
            assert eyes.seen() == []
            assert await eyes.page.locator("main h1").count() == 1


async def test_a_first_text_is_written_and_sent(browser: Browser, at_work: At) -> None:
    await tasks_done.first(browser, plain(at_work))


async def test_school_is_closed_for_snow(browser: Browser, at_work: At) -> None:
    await tasks_done.snow(browser, plain(at_work))


async def test_a_somali_parent_is_answered(browser: Browser, at_work: At) -> None:
    await tasks_done.parent(browser, plain(at_work))


async def test_it_is_found_out_why_forty_families_got_nothing(browser: Browser, at_work: At) -> None:
    await tasks_done.forty(browser, plain(at_work))


async def test_a_revocation_is_taken_by_phone(browser: Browser, at_work: At) -> None:
    await tasks_done.revocation(browser, plain(at_work))


async def test_somebody_says_who_is_missing(browser: Browser, at_work: At) -> None:
    await tasks_done.missing(browser, plain(at_work))
