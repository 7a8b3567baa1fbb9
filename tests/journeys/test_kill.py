"""`kill -9` in the middle of a broadcast: nothing lost, nothing twice, and what cannot be known is listed."""

from __future__ import annotations

from pathlib import Path

from bot.settings import load
from tests.journeys.machine import Machine, until
from tests.soak.storm import weather
from tests.soak.town import Town, judge, settle_in


async def test_twenty_kills_of_the_sender(tmp_path: Path) -> None:
    """A small form of `make soak ONLY=kill`: only the provider's own list tells what arrived."""
    row = await weather(tmp_path, Town(500, 60), seed=7, kills=20)
    assert row["ok"], row
    assert row["kills"] == 20


def test_kills_of_the_whole_program(machine: Machine) -> None:
    """Here the provider's callbacks find a listener after each start, and settle what a kill left unknown."""
    town, provider = Town(300, 50), machine.provider
    chats = [address for channel, address in town.addresses() if channel == "telegram"]
    provider.post("families", [{"address": chat, "channel": "telegram", "started": True} for chat in chats])
    provider.misbehave(
        {"trouble": "slow", "chance": 0.2, "seconds": 0.15},
        {"trouble": "cut_before", "chance": 0.02, "channel": "sms"},
        {"trouble": "cut_after", "chance": 0.02, "channel": "sms"},
        {"trouble": "too_many", "chance": 0.002, "seconds": 1},
    )
    machine.cli("broadcasts")  # makes the file
    with machine.store() as store:
        store.writing(settle_in, town, load(machine.config, {}))
    for reached in (50, 250):
        machine.start()
        until(f"{reached} accepted texts", lambda reached=reached: provider.count() >= reached)  # type: ignore[misc]
        machine.kill()
    machine.start()
    machine.settled()
    assert machine.stop() == 0

    accepted = [(one["address"], one["text"]) for one in provider.listed("accepted")]
    judged = judge(town.owed(), accepted)
    held = {row[0] for row in machine.rows(
        "SELECT c.address FROM delivery d JOIN contact_point c ON c.id = d.contact_point_id "
        "WHERE d.state = 'held'"
    )}  # fmt: skip
    assert (judged.duplicates, judged.wrong_person) == (0, 0)
    assert set(judged.lost) <= held <= set(chats)
    assert not held or "cannot be known" in machine.cli("held").stdout
