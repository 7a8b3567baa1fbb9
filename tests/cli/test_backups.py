"""`homeloop backup`, `restore`, `hold` and `go`, as somebody types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import StoreError
from bot.messages import DeliveryState
from bot.store import outbox
from bot.store.store import Store
from tests import school

CONFIG = """
[school]
name = "Lincoln School"
phone = "715-555-0100"
[server]
public_url = "https://homeloop.example"
[database]
path = "{database}"
[sms]
account_sid = "AC00000000000000000000000000000000"
auth_token = "test-token-0123456789"
sender = "+17155550100"
"""


def typed(folder: Path, *words: str, said: str = "") -> str:
    """Type a command; return what it prints. Raises what it complains of."""
    done = CliRunner().invoke(app, ["--config", str(folder / "config.toml"), *words], input=said)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return " ".join(done.output.split())


@pytest.fixture
def folder(tmp_path: Path, store: Store) -> Path:
    def work(session: Session) -> None:
        school.families(session, 3)
        lane = outbox.ensure_lane(session, "sms", school.SMS)
        outbox.answer(session, contact_point_id=1, lane_id=lane, text="Hello", language="en")

    store.writing(work)
    (tmp_path / "config.toml").write_text(CONFIG.format(database=store.path))
    return tmp_path


def test_there_and_back(folder: Path) -> None:
    assert "read back and whole" in typed(folder, "backup", str(folder / "copy"))
    assert "Nothing is on hold" in typed(folder, "hold")
    told = typed(folder, "restore", str(folder / "copy"), "--to", str(folder / "again"))
    place = folder / "again" / "homeloop.db"
    assert "on hold" in told
    assert str(place.resolve()) in told
    (folder / "config.toml").write_text(CONFIG.format(database=place))
    assert outbox.ON_HOLD in typed(folder, "hold")
    with pytest.raises(StoreError, match="Not yet"):
        typed(folder, "go")
    typed(folder, "go", "--unread", said="n\n")
    assert outbox.ON_HOLD in typed(folder, "hold"), "who says no changes nothing"
    assert "It sends again" in typed(folder, "go", "--unread", said="y\n")
    restored = Store(place)
    assert school.states(restored) == {DeliveryState.HELD: 1}
    restored.close()
    assert "Nothing is on hold" in typed(folder, "go")


def test_a_passphrase_has_some_length(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMELOOP_PASSPHRASE", "short")
    with pytest.raises(StoreError, match="too short"):
        typed(folder, "backup", "--encrypt", str(folder / "copy"))
    assert not (folder / "copy").exists()
