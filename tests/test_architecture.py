"""The house as docs/architecture.md draws it: rings, purity, style and types, checked like any promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).parent / command[0]
    return subprocess.run([str(tool), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("lint-imports", "--no-cache"),
    ],
    ids=lambda command: " ".join(command),
)
def test_the_house_is_in_order(command: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_nothing_asks_whether_it_talks_to_the_simulator() -> None:
    """Only the demo and the front door know that there is one; the program itself cannot tell."""
    allowed = {"bot/__init__.py"}
    knowing = [
        str(file.relative_to(ROOT))
        for package in ("bot", "scheduler", "locales")
        for file in (ROOT / package).rglob("*.py")
        if "simulat" in file.read_text(encoding="utf-8").lower()
        and not str(file.relative_to(ROOT)).startswith(("bot/simulator/", "bot/demo", "bot/cli/"))
        and str(file.relative_to(ROOT)) not in allowed
    ]
    assert knowing == []


def test_locks_name_no_place_on_the_net() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "://" not in text
        assert text.count("--hash=sha256:") > text.count("==")
