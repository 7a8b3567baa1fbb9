"""The process that only sends: quick to begin, and clean in its end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import load
from tests.journeys.machine import Machine, machine_in, until
from tests.journeys.provider import first_line, simulating, surroundings
from tests.soak.town import Town, judge, settle_in

#: what costs a restart time and has nothing to do with a text that waits to be sent
NOT_NEEDED = {
    "alembic", "aiohttp", "apscheduler", "babel", "bot.broadcasts", "bot.replies", "bot.simulator", "bot.web",
    "deep_translator", "litestar", "telegram", "twilio.rest", "uvicorn",
}  # fmt: skip


def sender(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot.sender", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
    )


def test_its_start_imports_nothing_that_sending_does_not_need() -> None:
    asked = "import sys, bot.sender, bot.channels.sms; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, env=surroundings())
    assert done.returncode == 0, done.stderr
    assert NOT_NEEDED & set(done.stdout.split()) == set()


@pytest.mark.parametrize("arguments", [(), ("one.toml", "two.toml")])
def test_it_asks_for_one_file_of_settings(arguments: tuple[str, ...]) -> None:
    with sender(*arguments) as process:
        _, said = process.communicate()
    assert (process.returncode, said) == (2, "Name the settings: python -m bot.sender config.toml\n")


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    with sender(str(tmp_path / "none.toml")) as process:
        _, said = process.communicate()
    assert process.returncode == 1
    assert "none.toml" in said
    assert "Traceback" not in said


def test_it_sends_what_is_queued_and_stops_when_told_to(tmp_path: Path) -> None:
    with simulating() as provider, machine_in(tmp_path, provider) as machine:
        town = Town(60)
        _let_settle_in(machine, town)
        with sender(str(machine.config)) as process:
            assert first_line(process) == "sending"
            until("every text to be settled", lambda: set(machine.states()) <= {"sent", "delivered"})
            process.send_signal(signal.SIGTERM)
            _, complaints = process.communicate()
        assert (process.returncode, "Traceback" in complaints) == (0, False)
        accepted = [(one["address"], one["text"]) for one in provider.accepted("sms")]
        assert judge(town.owed(), accepted).clean


def _let_settle_in(machine: Machine, town: Town) -> None:
    with machine.store() as store:
        store.upgrade()
        store.writing(settle_in, town, load(machine.config, {}))
