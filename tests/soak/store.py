"""A disk that fills up and a database that another program locks, in the middle of a broadcast.

Before each text the intent is looked for in the file by a connection of its own: what it does not show is
not durable. The disk is a small one of its own, which only root can mount.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import uvloop
from structlog.testing import capture_logs

from bot.bootstrap import open_app
from bot.messages import ChannelName, Outbound
from bot.store.store import driver
from tests.soak.office import configure, populate, providing, sending, settled, watched
from tests.soak.town import Town, judge

DISK = 32  #: megabytes of the small disk
PATIENCE = 60.0  #: seconds until the program must have said what is wrong

Trouble = Callable[[Path], AbstractAsyncContextManager[None]]


class Intents:
    """Asks the file whether a text that is about to begin stands in it as begun."""

    def __init__(self, database: Path) -> None:
        self._connection: Any = driver().connect(database, isolation_level=None)
        self.missing = 0

    def look(self, message: Outbound) -> None:
        number = message.attempt.rpartition(".")[2]
        asked = "SELECT attempt, state FROM delivery WHERE id = ?"
        row = self._connection.execute(asked, (number,)).fetchone()
        self.missing += row != (message.attempt, "sending")

    def close(self) -> None:
        self._connection.close()


@asynccontextmanager
async def locked(database: Path) -> AsyncIterator[None]:
    """Let another program hold the file's write lock."""
    with closing(driver().connect(database, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def full(database: Path) -> AsyncIterator[None]:
    """Fill the disk under the database to the last byte."""
    filler = database.with_name("filler")
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    filler.unlink()


async def in_trouble(
    folder: Path, name: str, trouble: Trouble, words: str, town: Town, seconds: float
) -> dict[str, object]:
    """Send to a town, with the store in trouble for so long in the middle; return the row."""
    async with providing() as provider:
        config = configure(folder, provider, telegram=False, parts_per_second=500)
        populate(config, town, provider)
        app, watching = watched(open_app(config, {}))
        ledger, port = provider.ledger, watching[ChannelName.SMS]
        with capture_logs() as logs, closing(Intents(app.store.path)) as intents:
            port.first = intents.look
            async with sending(app):
                while len(ledger.accepted) < town.phones // 5:  # noqa: ASYNC110 - it has no event for that
                    await asyncio.sleep(0.001)
                async with trouble(app.store.path):
                    await asyncio.sleep(seconds)
                    await _until_said(logs, words)
                    meanwhile = len(ledger.accepted)
                await settled(app, lambda: len(ledger.accepted))
    judged = judge(town.owed(), ((one.address, one.text) for one in ledger.accepted))
    return {
        "name": name,
        "texts": town.phones,
        "seconds": seconds,
        "accepted_when_it_ended": meanwhile,
        "without_durable_intent": intents.missing,
        "lost": len(judged.lost),
        "duplicates": judged.duplicates,
        "said": _said(logs, words),
        "ok": judged.clean and not intents.missing and meanwhile < town.phones and _said(logs, words) > 0,
    }


async def _until_said(logs: list[Any], words: str) -> None:
    """Stay in trouble until the program has said so: a slow machine takes longer to notice."""
    async with asyncio.timeout(PATIENCE):
        while not _said(logs, words):  # noqa: ASYNC110 - a log has no event to wait for
            await asyncio.sleep(0.05)


def _said(logs: list[Any], words: str) -> int:
    return sum(words in str(entry.get("why", "")) for entry in logs)


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a disk of a few megabytes on a folder; False where that is not allowed."""
    if os.geteuid() != 0:
        yield False
        return
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "homeloop-soak", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            # A connection that was being read from as the store closed may be open for a moment yet.
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def on_a_full_disk(town: Town, seconds: float) -> dict[str, object]:
    """The row of the full disk; it says so where no disk can be mounted."""
    with tempfile.TemporaryDirectory(prefix="homeloop-disk-") as folder, small_disk(Path(folder)) as mounted:
        if not mounted:
            return {"name": "disk full", "skipped": "only root can mount a small disk", "ok": True}
        return uvloop.run(in_trouble(Path(folder), "disk full", full, "is full", town, seconds))


def rows(quick: bool) -> Iterator[dict[str, object]]:
    """2,000 texts; locked for 60 s, full for 20; quick: 500 texts, 3 s each."""
    town, lock, fill = (Town(500), 3.0, 3.0) if quick else (Town(2000), 60.0, 20.0)
    with tempfile.TemporaryDirectory(prefix="homeloop-lock-") as folder:
        yield uvloop.run(in_trouble(Path(folder), "locked", locked, "is locked", town, lock))
    yield on_a_full_disk(town, fill)
