"""Every page, with all that it draws on, comes in less than 100 KB on a browser's first visit."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.app import App
from bot.roles import Role
from bot.settings import Settings
from bot.store.store import Store
from tests.conftest import StandingClock
from tests.console.browsers import Browser, Desk, desk_on
from tests.console.busy_school import accounts, fill
from tests.console.pages import addresses, pages
from tests.fakes import FakeChannel
from tests.school import app_on, lively

LIMIT = 100_000

_DRAWS_ON = re.compile(r'(?:src|href)="(/static/[^"]+)"')


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock) -> App:
    return app_on(lively(settings), store, clock, FakeChannel(clock))


async def received(browser: Browser, path: str) -> tuple[int, str]:
    """How many bytes come over the wire for one address, headers too, and what they say."""
    async with browser.http.stream("GET", path) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
        heads = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
        text = httpx.Response(200, headers=answer.headers, content=raw).text
        return len(raw) + heads, text


async def weight(browser: Browser, path: str) -> int:
    total, text = await received(browser, path)
    for used in sorted(set(_DRAWS_ON.findall(text))):
        total += (await received(browser, used))[0]
    return total


async def test_no_page_is_heavier_than_100_kilobytes(app: App) -> None:
    desk: Desk = desk_on(app, app.store.writing(accounts, app.clock.now()))
    school = fill(app, staff=desk.staff, rows=60)
    browser = desk.signed_in(Role.OWNER)
    found = {path: await weight(browser, path) for one in pages() for path in addresses(one, school)}
    await desk.close()
    assert {path: size for path, size in found.items() if size > LIMIT} == {}
