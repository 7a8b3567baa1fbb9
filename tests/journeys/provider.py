"""The provider as a process of its own, and what everybody in a journey needs: patience, an environment."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from bot.simulator.account import SENDER

ROOT = Path(__file__).parents[2]

PATIENCE = 120.0  #: seconds that anything here may take before the test fails


def until(what: str, true: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Look every 20 ms; fail by name when the patience is over."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:.0f} s for {what}")
        time.sleep(0.02)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        assert waiting.select(PATIENCE), "the process printed nothing"
    return process.stdout.readline().strip()


@dataclass
class Provider:
    """The simulator as a process of its own."""

    process: subprocess.Popen[str]
    url: str

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/_simulator/{path}", timeout=30) as answer:
            return json.load(answer)

    def post(self, path: str, body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.url}/_simulator/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def accepted(self, channel: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"ledger?only=accepted&channel={channel}")["accepted"]
        return found

    def texts(self, address: str) -> list[str]:
        """What one phone or chat got from us, oldest first."""
        return [one["text"] for one in self.listed("accepted", address)]

    def count(self) -> int:
        number: int = self.get("health")["accepted"]
        return number

    def say(self, address: str, text: str, **more: Any) -> None:
        channel = "sms" if address.startswith("+") else "telegram"
        self.post("say", {"address": address, "text": text, "channel": channel, "sender": SENDER} | more)

    def times_accepted(self, channel: str) -> Counter[str]:
        return Counter(one["address"] for one in self.accepted(channel))

    def listed(self, name: str, address: str | None = None) -> list[dict[str, Any]]:
        """One list of the ledger: "heard", "refused", "opt_outs", "provider_texts" …"""
        only = f"&address={quote_plus(address)}" if address else ""
        found: list[dict[str, Any]] = self.get(f"ledger?only={name}{only}")[name]
        return found

    def next_text(self, address: str, seen: int) -> str:
        """Wait for the text that comes after the `seen` ones of before, and for no other."""
        until(f"a text to {address}", lambda: len(self.texts(address)) > seen)
        (text,) = self.texts(address)[seen:]
        return text

    def answer_to(self, address: str, text: str, **more: Any) -> str:
        """Let a family say something, and return what it got in answer."""
        seen = len(self.texts(address))
        self.say(address, text, **more)
        return self.next_text(address, seen)

    def misbehave(self, *faults: dict[str, Any]) -> None:
        """Spoil the day; without faults it is a good one again."""
        self.post("misbehaviour", {"faults": faults})


def surroundings() -> dict[str, str]:
    """The environment of the processes: a wide terminal, and no need to compile the program every time."""
    made = {**os.environ, "COLUMNS": "200"}
    if made.pop("PYTHONDONTWRITEBYTECODE", None):
        made["PYTHONPYCACHEPREFIX"] = str(ROOT / ".pytest_cache" / "bytecode")
    return made


@contextmanager
def simulating(*arguments: str) -> Iterator[Provider]:
    """Run the simulator as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.simulator", "--idle-seconds", "300", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=surroundings(),
    )
    try:
        yield Provider(process, first_line(process))
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
