"""Fixtures every test may ask for: a real database file, settings, a clock that stands still."""

from __future__ import annotations

import gc
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

# A worker keeps the words of 33 languages: looking through them again and again takes a seventh of its time.
gc.set_threshold(50_000, 20, 100)

#: what takes longest comes first, so that at the end no worker waits for another
LONGEST_FIRST = (
    "test_understanding.py", "test_architecture.py", "test_kill.py", "test_demo.py", "test_hostile.py",
    "test_busy_english.py", "test_answer.py", "test_refusals.py", "test_providers.py",
    "test_tasks_english.py",
)  # fmt: skip

os.environ["COLUMNS"] = "160"  # tables are as wide as on a desk, wherever the tests run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files; the others keep their order."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


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
