"""A console on a real database file: accounts of every role, a busy school, browsers that are signed in.

`desk.signed_in(Role.OWNER)` is a browser: `await browser.get(path)`, `await browser.post(path, fields)`.
`desk.stranger()` is one in which nobody is signed in. `school` fills the database with ten rows of
everything and names one of each; leave it out for a console that has accounts and nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import App
from bot.roles import Role
from bot.settings import Settings
from bot.store.store import Store
from tests.conftest import StandingClock
from tests.console.browsers import Browser, Desk, desk_on
from tests.console.busy_school import BusySchool, accounts, fill
from tests.fakes import FakeChannel
from tests.school import app_on, lively


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock) -> App:
    return app_on(lively(settings), store, clock, FakeChannel(clock))


@pytest.fixture
async def desk(app: App) -> AsyncIterator[Desk]:
    opened = desk_on(app, app.store.writing(accounts, app.clock.now()))
    yield opened
    await opened.close()


@pytest.fixture
def school(desk: Desk) -> BusySchool:
    return fill(desk.app, staff=desk.staff)


@pytest.fixture
def owner(desk: Desk) -> Browser:
    return desk.signed_in(Role.OWNER)


@pytest.fixture
def communicator(desk: Desk) -> Browser:
    return desk.signed_in(Role.COMMUNICATOR)
