"""What `make soak` proves at length, in a form small enough for every run."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from bot.messages import ChannelName
from bot.store.store import Store
from tests.soak import drains, faults, stops, store
from tests.soak.town import Town

#: on Telegram everything that breaks ends alike: held for staff
ON_TELEGRAM = ("too_many", "broken_500", "cut_after")


@pytest.fixture
def folder(tmp_path: Path, empty: Path) -> Path:
    """A folder with an empty database: making one takes longer than what is proven here."""
    shutil.copy(empty, tmp_path / "homeloop.db")
    return tmp_path


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Store(tmp_path_factory.mktemp("empty") / "homeloop.db")
    made.upgrade()
    made.close()
    return made.path


async def test_whatever_a_provider_does_nothing_is_lost_or_sent_twice(tmp_path: Path, empty: Path) -> None:
    met = [(name, ChannelName.SMS) for name in faults.MATRIX]
    met += [(name, ChannelName.TELEGRAM) for name in ON_TELEGRAM]

    async def meets(name: str, channel: ChannelName) -> dict[str, object]:
        folder = tmp_path / f"{name}-{channel}"
        folder.mkdir()
        shutil.copy(empty, folder / "homeloop.db")
        return await faults.meets(folder, name, channel, texts=24, quick=True)

    rows = await asyncio.gather(*(meets(name, channel) for name, channel in met))
    assert [row for row in rows if not row["ok"]] == []


async def test_no_text_starts_after_its_familys_stop(folder: Path) -> None:
    row = await stops.broadcast(folder, Town(300), stops=40, seed=1)
    assert row["ok"], row


async def test_eight_drains_of_one_queue_never_claim_the_same_text(folder: Path) -> None:
    row = await drains.claims(folder, texts=1000, drains=8)
    assert row["ok"], row


async def test_pumps_that_fight_over_a_lane_send_nothing_twice(folder: Path) -> None:
    row = await drains.pumps(folder, texts=200, drains=4)
    assert row["ok"], row


async def test_a_second_sender_is_refused_with_a_sentence(folder: Path) -> None:
    row = await drains.second_process(folder)
    assert row["ok"], row


async def test_eight_ticks_at_one_moment_release_once(folder: Path) -> None:
    row = await drains.ticks(folder, moments=25, at_once=8)
    assert row["ok"], row


@pytest.mark.parametrize("zone", drains.ZONES)
def test_in_two_years_of_changing_clocks_each_local_time_comes_once(zone: str) -> None:
    row = drains.clock_changes(zone, seed=1, at=(150,))
    assert row["ok"], row


async def test_while_the_database_is_locked_nothing_is_sent(folder: Path) -> None:
    row = await store.in_trouble(folder, "locked", store.locked, "is locked", Town(200), 1.5)
    assert row["ok"], row


def test_a_full_disk_is_told_and_survived() -> None:
    row = store.on_a_full_disk(Town(200), 0.5)
    if "skipped" in row:
        pytest.skip(str(row["skipped"]))
    assert row["ok"], row
