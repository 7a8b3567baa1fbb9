"""What the doctor says of those on call."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.roles import Role
from bot.store.store import Store
from bot.store.tables import Staff

SCHOOL = '[school]\nname = "Lincoln School"\nphone = "715-555-0100"\n'


def says(folder: Path, on_call: str) -> tuple[str, str]:
    place = folder / "config.toml"
    place.write_text(f"{SCHOOL}[on_call]\n{on_call}\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["-c", str(place), "doctor", "--json"])
    (found,) = [one for one in json.loads(done.stdout) if one["what"] == "on call"]
    return found["state"], found["detail"]


def hire(folder: Path, email: str) -> None:
    store = Store(folder / "homeloop-data" / "homeloop.db")

    def work(session: object) -> None:
        now = datetime(2026, 11, 17, tzinfo=UTC)
        row = Staff(email=email, name="Rosa", role=Role.OWNER, languages=[], on_call=True, made_at=now)
        session.add(row)  # type: ignore[attr-defined]

    try:
        store.writing(work)
    finally:
        store.close()


@pytest.mark.parametrize("on_call", ["", "people = {}"])
def test_without_anybody_the_console_alone_knows(tmp_path: Path, on_call: str) -> None:
    state, detail = says(tmp_path, on_call)
    assert state == "missing"
    assert "shown in the console only" in detail


def test_who_is_paged_has_an_account_that_is_on_call(tmp_path: Path) -> None:
    people = 'people = { "rosa@school.example" = "+17155550123" }'
    assert "rosa@school.example" in says(tmp_path, people)[1]
    hire(tmp_path, "rosa@school.example")
    assert says(tmp_path, people) == ("good", "1 are paged, one after the other")
