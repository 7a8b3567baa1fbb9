"""A page asks the database as often for 300 of everything as for 10."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.roles import Role
from bot.settings import Settings
from bot.store.store import Store
from tests.conftest import StandingClock
from tests.console.browsers import Desk, desk_on
from tests.console.busy_school import BusySchool, accounts, fill
from tests.console.pages import addresses, pages
from tests.fakes import FakeChannel
from tests.school import app_on, lively

#: more than this on one page is too many, however few the rows
MOST = 30


@contextmanager
def asked(store: Store) -> Iterator[list[str]]:
    """List what is asked of a database."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    event.listen(store.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(store.engine, "before_cursor_execute", hear)


@asynccontextmanager
async def school_of(
    rows: int, folder: Path, schema: Path, settings: Settings
) -> AsyncIterator[tuple[Desk, BusySchool]]:
    place = folder / f"{rows}.db"
    shutil.copyfile(schema, place)
    place.chmod(0o600)
    store, clock = Store(place), StandingClock()
    desk = desk_on(
        app_on(lively(settings), store, clock, FakeChannel(clock)), store.writing(accounts, clock.now())
    )
    try:
        yield desk, fill(desk.app, rows=rows, staff=desk.staff)
    finally:
        await desk.close()
        store.close()


async def counted(desk: Desk, school: BusySchool) -> dict[str, int]:
    """How often each page asks, with nothing remembered from before."""
    browser = desk.signed_in(Role.OWNER)
    await browser.get("/")
    found = {}
    for declared in pages():
        shown = [path for path in addresses(declared, school) if "page=" not in path]
        for number, path in enumerate(shown):
            desk.door.summaries.forget()
            with asked(desk.app.store) as statements:
                await browser.get(path)
            found[f"{declared} ({number})"] = len(statements)
    return found


async def test_queries_do_not_grow_with_the_rows(
    tmp_path: Path, empty_database: Path, settings: Settings
) -> None:
    async with school_of(10, tmp_path, empty_database, settings) as small:
        few = await counted(*small)
    async with school_of(300, tmp_path, empty_database, settings) as large:
        many = await counted(*large)
    assert {page: (few[page], count) for page, count in many.items() if count != few[page]} == {}
    assert {page: count for page, count in many.items() if count > MOST} == {}
