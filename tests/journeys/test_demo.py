"""`homeloop demo` in a process of its own: from nothing to families answering, again, and interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.store.store import Store
from bot.store.tables import Reply
from tests.journeys.machine import HOMELOOP
from tests.journeys.provider import PATIENCE, surroundings, until

STATES = ("confirmed", "corrected", "unconfirmed", "with_staff")
ZEROS = ("duplicates", "lost", "after_stop", "wrong_language")


def demo(folder: Path) -> subprocess.Popen[str]:
    """Begin a demo with few people, in a process group of its own."""
    command = [str(HOMELOOP), "demo", "--headless", "--json", "--people", "120", "--data", str(folder)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the end; return the exit status and what was printed. Nothing of the group is left."""
    out, err = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in err, err[-3000:]
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    return process.returncode, out


def counts(process: subprocess.Popen[str]) -> dict[str, Any]:
    code, out = ended(process)
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    assert {name: found[name] for name in ZEROS} == dict.fromkeys(ZEROS, 0)
    assert sum(found[name] for name in STATES) == found["replies"]
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


def kept_replies(folder: Path) -> int:
    """What the tables say, for comparison."""
    store = Store(folder / "homeloop.db")
    try:
        return len(store.reading(lambda session: session.exec(select(Reply.id)).all()))
    finally:
        store.close()


def test_families_are_told_and_answer(data: Path) -> None:
    found = counts(demo(data))
    assert (found["people"], found["languages"]) == (120, 12)
    assert found["replies"] == kept_replies(data) >= 30, "the ledger heard each of them begin"
    assert found["confirmed"] > 0
    assert found["corrected"] > 0
    assert found["opted_out"] > 0
    assert found["accepted"] >= found["delivered"] > 120


def test_a_second_start_finds_its_data(data: Path) -> None:
    found = counts(demo(data))
    assert (found["people"], found["languages"]) == (120, 12)
    assert 0 < found["accepted"] <= 120, "one more announcement, to those who have not stopped it"


def test_an_interrupted_demo_ends_cleanly(tmp_path: Path) -> None:
    process = demo(tmp_path / "data")
    until("the demo to have begun", lambda: (tmp_path / "data" / "roster.csv").exists())
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    code, out = ended(process)
    assert (code, out) == (0, "")
    assert time.monotonic() - asked < 15
