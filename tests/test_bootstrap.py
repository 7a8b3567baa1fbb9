"""The composition root: which senders there are, on which lanes, and that nothing is left open."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from bot.bootstrap import SystemClock, assemble, open_app
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.errors import SettingsError, StoreError
from bot.messages import ChannelName
from bot.settings import Settings
from bot.store.store import Store
from bot.store.tables import Lane


@pytest.fixture
def ours(settings: Settings, tmp_path: Path) -> Settings:
    database = settings.database.model_copy(update={"path": tmp_path / "own" / "homeloop.db"})
    return settings.model_copy(update={"database": database})


async def test_each_configured_channel_is_a_sender_with_a_lane_of_its_own(ours: Settings) -> None:
    app = assemble(ours)
    try:
        assert [(one.name, one.channel, type(one.port)) for one in app.senders] == [
            ("+17155550100", ChannelName.SMS, SmsChannel),
            ("bot:7155", ChannelName.TELEGRAM, TelegramChannel),
        ]
        assert len({one.lane_id for one in app.senders}) == 2
        assert app.sender("bot:7155") is app.senders[1]
        assert app.sender("+19") is None
        assert app.translator is None, "no engine is configured"
    finally:
        await app.close()


async def test_the_same_settings_find_the_same_lanes_again(ours: Settings) -> None:
    found = []
    for _ in range(2):
        app = assemble(ours)
        found.append([one.lane_id for one in app.senders])
        lanes = app.store.reading(lambda session: session.exec(select(Lane.name)).all())
        await app.close()
    assert found[0] == found[1]
    assert sorted(lanes) == ["+17155550100", "bot:7155"]


@pytest.mark.parametrize("left_out", ["sms", "telegram"])
async def test_a_channel_that_is_not_configured_is_no_sender(ours: Settings, left_out: str) -> None:
    app = assemble(ours.model_copy(update={left_out: None}))
    try:
        assert [str(one.channel) for one in app.senders] == [
            one for one in ("sms", "telegram") if one != left_out
        ]
    finally:
        await app.close()


async def test_a_settings_file_is_all_it_takes(tmp_path: Path) -> None:
    place = tmp_path / "config.toml"
    place.write_text('[school]\nname = "Lincoln"\nphone = "715-555-0100"\n', encoding="utf-8")
    app = open_app(place, {"HOMELOOP_STAFF__READER": "Ms Ruiz"})
    try:
        assert (app.settings.staff.reader, app.senders) == ("Ms Ruiz", ())
        assert app.store.path == tmp_path / "homeloop-data" / "homeloop.db"
    finally:
        await app.close()


def test_what_is_no_database_is_a_sentence_and_leaves_no_file_open(ours: Settings) -> None:
    """Warnings are errors here, so a connection left open would fail this test."""
    place = ours.database.path
    place.parent.mkdir(parents=True)
    place.write_bytes(b"This is no database." * 100)
    with pytest.raises(StoreError, match="cannot be opened as a Homeloop database"):
        assemble(ours)


def test_a_missing_settings_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="homeloop init"):
        open_app(tmp_path / "config.toml", {})


def test_opening_takes_no_lock_so_that_commands_work_beside_the_service(ours: Settings) -> None:
    holder = Store(ours.database.path)
    holder.upgrade()
    holder.take_sender_lock()
    app = assemble(ours)
    app.store.close()
    holder.close()


def test_the_clock_is_aware_and_in_utc() -> None:
    offset = SystemClock().now().utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0
