"""A school's ordinary tasks in Arabic, at a desk and on a phone: done without help, clicks counted."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.browser import tasks_done
from tests.browser.site import Site
from tests.browser.tasks_done import Workplace

LANGUAGE = "ar"

At = tuple[Site, tuple[int, int]]


async def test_school_is_closed_for_snow_at_half_past_five(browser: Browser, at_work: At) -> None:
    await tasks_done.snow(browser, Workplace(*at_work, LANGUAGE))


async def test_a_somali_parent_is_answered(browser: Browser, at_work: At) -> None:
    await tasks_done.parent(browser, Workplace(*at_work, LANGUAGE))


async def test_it_is_found_out_why_forty_families_got_nothing(browser: Browser, at_work: At) -> None:
    await tasks_done.forty(browser, Workplace(*at_work, LANGUAGE))


async def test_a_revocation_is_taken_by_phone(browser: Browser, at_work: At) -> None:
    await tasks_done.revocation(browser, Workplace(*at_work, LANGUAGE))


async def test_somebody_says_who_is_missing(browser: Browser, at_work: At) -> None:
    await tasks_done.missing(browser, Workplace(*at_work, LANGUAGE))
