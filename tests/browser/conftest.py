"""One Chromium for each worker, and the consoles it looks at; all of it lives on one loop.

Without Chromium every test here is skipped, and says why.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import NoChromium, chromium
from tests.browser.look import DESK, POCKET
from tests.browser.site import Site, busy, nothing, serving
from tests.browser.task_school import task_school
from tests.browser.walk import SOAK, Windows
from tests.browser.words import hostile_batches, long_words

_ON_ONE_LOOP = pytest.mark.asyncio(loop_scope="session")


#: what every run looks at; the rest takes longer than a test run may and belongs to `make soak`
_EVERY_RUN = {
    "test_busy_english.py",
    "test_hostile.py",
    "test_refusals.py",
    "test_tasks_english.py",
    "test_without_scripts.py",
}
#: and what it looks at on a phone alone
_ON_A_PHONE = {"test_tasks_arabic.py"}
_SOAK = pytest.mark.skip(reason="takes long: “make soak” runs it")


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Let every test of this folder run on the loop that Chromium is driven from."""
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        if pytest_asyncio.is_async_test(item):
            item.add_marker(_ON_ONE_LOOP, append=False)
        if not (_every_run(item) or os.environ.get("HOMELOOP_SOAK")):
            item.add_marker(_SOAK)


def _every_run(item: Any) -> bool:
    return item.path.name in _EVERY_RUN or (item.path.name in _ON_A_PHONE and "[phone" in item.name)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    try:
        async with AsyncExitStack() as stack:
            yield await stack.enter_async_context(chromium())
    except NoChromium as error:
        pytest.skip(str(error))


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def windows(browser: Browser) -> AsyncIterator[Windows]:
    async with AsyncExitStack() as stack:
        yield Windows(browser, stack)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def empty_site(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> AsyncIterator[Site]:
    async with serving(tmp_path_factory.mktemp("empty"), empty_database, nothing) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def small_site(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> AsyncIterator[Site]:
    async with serving(
        tmp_path_factory.mktemp("small"), empty_database, busy(rows=30 if SOAK else 12)
    ) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def wordy_site(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> AsyncIterator[Site]:
    async with serving(tmp_path_factory.mktemp("wordy"), empty_database, busy(long_words(), rows=12)) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def hostile_site(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> AsyncIterator[Site]:
    fill = busy(hostile_batches(), rows=30)
    async with serving(tmp_path_factory.mktemp("hostile"), empty_database, fill) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session", scope="module", params=[DESK, POCKET], ids=["desk", "phone"])
async def at_work(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> AsyncIterator[tuple[Site, tuple[int, int]]]:
    """The school of the tasks, anew for a desk and for a phone."""
    async with serving(tmp_path_factory.mktemp("tasks"), empty_database, task_school) as site:
        yield site, request.param
