"""An office that works, for every test of the inbox."""

from __future__ import annotations

import pytest

from bot.messages import ChannelName
from bot.settings import Settings
from bot.store import outbox
from bot.store.store import Store
from tests import school
from tests.conftest import StandingClock
from tests.inbox.office import Office, office_at
from tests.school import SMS, Desk


@pytest.fixture
def office(settings: Settings, store: Store, clock: StandingClock) -> Office:
    store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    return office_at(Desk(store, school.lively(settings), clock))
