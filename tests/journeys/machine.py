"""A whole Homeloop on this machine: the provider as one process, `homeloop run` as another, a real file.

The provider outlives whatever is done to the program, so its ledger is the judge.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.simulator.account import ACCOUNT_SID, AUTH_TOKEN, BOT_TOKEN, SENDER
from bot.store.store import Store, driver
from bot.store.tables import micros
from tests.journeys.provider import PATIENCE, Provider, first_line, surroundings, until
from tests.journeys.typist import Typist

__all__ = ["Machine", "free_port", "machine_in", "until"]

HOMELOOP = Path(sys.executable).parent / "homeloop"

#: what waits longer than this, such as a phone that was off, is not waited for
LATER = timedelta(minutes=5)

#: delivery states that are not the last
MOVING = {"waiting", "queued", "sending", "uncertain"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Machine:
    """A folder with settings and database, and the program that runs on them."""

    folder: Path
    provider: Provider
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    typist: Typist | None = None  #: types the commands, so that they start at once

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def configure(self, **sections: dict[str, Any]) -> None:
        """Write config.toml; keyword sections are laid over the usual ones."""
        table: dict[str, dict[str, Any]] = {
            "school": {"name": "Lincoln School", "phone": "715-555-0100"},
            "staff": {"reader": "Ms Ruiz", "large_broadcast": 100_000},
            "hours": {"start": "00:00:00", "end": "00:00:00"},  # these tests run at any hour
            "budget": {"texts_per_week": 0},
            "database": {"path": "homeloop.db"},
            "server": {"public_url": f"http://127.0.0.1:{self.port}", "port": self.port},
            "sms": {
                "account_sid": ACCOUNT_SID,
                "auth_token": AUTH_TOKEN,
                "sender": SENDER,
                "base_url": self.provider.url,
                "parts_per_second": 2000,
                "in_flight": 48,
            },
            "telegram": {
                "token": BOT_TOKEN,
                "base_url": self.provider.url,
                "messages_per_second": 1000,
                "poll_seconds": 1,
            },
            "sending": {
                "grace_seconds": 2,
                "look_every_seconds": 0.5,
                "tick_seconds": 0.2,
                "retry_first_seconds": 0.5,
            },
            "unreviewed": dict.fromkeys(("es", "so", "hmn", "ar", "vi", "zh-Hans", "fr"), True),
        }
        for name, values in sections.items():
            table[name] = table.get(name, {}) | values
        lines = []
        for name, values in table.items():
            lines.append(f"[{name}]")
            lines += [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in values.items()]
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.provider.post(
            "settings", {"inbound_url": f"http://127.0.0.1:{self.port}/sms/inbound", "webhook_tries": 40}
        )

    def cli(self, *arguments: str, ok: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        typed = ["-c", str(self.config), *arguments]
        if self.typist is not None:
            done = self.typist.type(typed, environment)
        else:
            done = subprocess.run(
                [str(HOMELOOP), *typed],
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE,
                stdin=subprocess.DEVNULL,
                env=surroundings() | environment,
            )
        assert (done.returncode == 0) is ok, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    def json(self, *arguments: str) -> Any:
        """Type a command with --json and read what it prints."""
        return json.loads(self.cli(*arguments, "--json").stdout)

    def refuses(self, *arguments: str, **environment: str) -> str:
        """Type a command that must be refused; return the one sentence it says, on one line."""
        done = self.cli(*arguments, ok=False, **environment)
        assert done.returncode == 1, f"exit status {done.returncode}"
        assert "Traceback" not in done.stderr, done.stderr[-3000:]
        return " ".join(done.stderr.split())

    def start(self) -> None:
        with (self.folder / "run.log").open("a") as log:
            self.process = subprocess.Popen(
                [str(HOMELOOP), "-c", str(self.config), "run"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=surroundings(),
            )
        line = first_line(self.process)
        assert "is running" in line, (self.folder / "run.log").read_text()[-3000:]

    def kill(self) -> None:
        """Pull the plug."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self._ended()

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def _ended(self) -> int:
        assert self.process is not None
        code = self.process.wait(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return code

    @contextmanager
    def store(self) -> Iterator[Store]:
        store = Store(self.folder / "homeloop.db")
        try:
            yield store
        finally:
            store.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(driver().connect(self.folder / "homeloop.db", timeout=30)) as connection:
            return [tuple(row) for row in connection.execute(sql)]

    def settled(self) -> None:
        """Wait until nothing is moving: no broadcast due, no text on its way, no family's words unread."""

        def still() -> bool:
            due = f"SELECT 1 FROM schedule WHERE NOT done AND next_at <= {micros(datetime.now(UTC))}"
            unread = "SELECT 1 FROM inbound WHERE handled_at IS NULL"
            later = micros(datetime.now(UTC) + LATER)
            soon = f"NOT (state = 'waiting' AND coalesce(waiting_until, 0) > {later})"
            return not self.rows(f"{due} UNION {unread}") and not set(self.states(soon)) & MOVING

        until("everything to be settled", still)

    def enrol(self, *families: str) -> None:
        """Import a roster of these lines: guardian, phone, language, school, grade, child."""
        file = self.folder / "roster.csv"
        head = "Guardian,Phone,Home Language,School,Grade,Student ID"
        file.write_text("\n".join([head, *families]) + "\n", encoding="utf-8")
        self.cli("import", str(file))

    def states(self, where: str = "1 = 1") -> dict[str, int]:
        return dict(self.rows(f"SELECT state, count(*) FROM delivery WHERE {where} GROUP BY state"))


@contextmanager
def machine_in(folder: Path, provider: Provider, typist: Typist | None = None) -> Iterator[Machine]:
    """Give a machine whose program, if it was started, ends with the journey."""
    made = Machine(folder, provider, typist=typist)
    made.configure()
    try:
        yield made
    finally:
        if made.process is not None:
            made.kill()
