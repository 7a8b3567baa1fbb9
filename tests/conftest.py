"""Fixtures every test may ask for: a real database file, settings, a clock that stands still."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest

from bot.settings import Settings, parse
from bot.store.store import Store

# How long one example takes says nothing here: the first one of a language reads its lists.
hypothesis.settings.register_profile("homeloop", deadline=None)
hypothesis.settings.load_profile("homeloop")

os.environ["COLUMNS"] = "160"  # tables are as wide as on a desk, wherever the tests run


@dataclass
class StandingClock:
    """A `Clock` that moves only when told to."""

    moment: datetime = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)  # Tuesday, 10:00 in Chicago

    def now(self) -> datetime:
        return self.moment

    def advance(self, **amount: float) -> None:
        self.moment += timedelta(**amount)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file at the newest schema, made once: the upgrade takes longer than most tests."""
    place = tmp_path_factory.mktemp("schema") / "homeloop.db"
    made = Store(place)
    made.upgrade()
    made.close()
    return place


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[Store]:
    place = tmp_path / "homeloop.db"
    shutil.copyfile(empty_database, place)
    place.chmod(0o600)
    made = Store(place, busy_seconds=10)
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    table = {
        "school": {"name": "Lincoln School", "phone": "715-555-0100", "time_zone": "America/Chicago"},
        "staff": {"reader": "Ms Ruiz"},
        "server": {"public_url": "https://homeloop.example"},
        "sms": {
            "account_sid": "AC" + "0" * 32,
            "auth_token": "test-token-0123456789",
            "sender": "+17155550100",
        },
        "telegram": {"token": "7155:" + "t" * 35},
    }
    return parse(table, {}, place=tmp_path / "config.toml")
