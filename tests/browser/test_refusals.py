"""What is refused is refused on a page that everybody can read, whatever was sent."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from bot.roles import Role
from tests.browser.look import DESK, POCKET, Eyes, looking
from tests.browser.site import Site


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_page_that_does_not_exist(browser: Browser, empty_site: Site, language: str) -> None:
    async with looking(browser, empty_site, language=language, axe=True) as eyes:
        assert await eyes.open("/nothing") == 404
        assert await wrong(eyes) == ["answered 404"]


@pytest.mark.parametrize("role", [None, Role.PARTNER])
async def test_a_page_that_is_not_theirs(browser: Browser, empty_site: Site, role: Role | None) -> None:
    async with looking(browser, empty_site, role=role, axe=True) as eyes:
        await eyes.open("/staff")
        assert [one for one in await wrong(eyes) if one != "answered 403"] == []


async def wrong(eyes: Eyes) -> list[str]:
    said = []
    for size in (DESK, POCKET):
        await eyes.resize(size)
        said += [*eyes.seen(), *await eyes.sticking_out(), *await eyes.barriers()]
    return said
