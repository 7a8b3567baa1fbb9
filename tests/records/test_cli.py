"""The commands: erase, export-household, retention."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.front import Front
from bot.cli.people import app as people
from bot.cli.records import app
from bot.errors import Complaint
from tests.records.homes import found_in

Run = Callable[..., Result]

ROSTER = (
    "Parent,Cell,Lang,School\nSahra Nuur,715-555-0181,Somali,Lincoln\nBilan Ali,715-555-0182,Somali,Lincoln\n"
)


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    config = tmp_path / "config.toml"
    config.write_text('[school]\nname = "Lincoln School"\nphone = "715-555-0100"\n', encoding="utf-8")
    made = Front(config)
    file = tmp_path / "in" / "roster.csv"
    file.parent.mkdir()
    file.write_text(ROSTER, encoding="utf-8")
    CliRunner().invoke(people, ["import", str(file)], obj=made)
    file.unlink()
    yield made
    made.close()


@pytest.fixture
def run(front: Front) -> Run:
    def command(*words: str, typed: str = "") -> Result:
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(words), obj=front, input=typed)
        if result.exception and not isinstance(result.exception, SystemExit | Complaint):
            raise result.exception
        return result

    return command


def test_a_household_is_erased_when_its_number_is_typed(run: Run, tmp_path: Path) -> None:
    refused = run("erase", "Sahra", typed="99\n")
    assert "type its number" in str(refused.exception)
    assert found_in(tmp_path, ["Sahra Nuur"])
    done = run("erase", "0181", "--number", "1")
    assert "nothing of this is left" in done.stdout
    assert found_in(tmp_path, ["Sahra Nuur", "7155550181", "sahranuur"]) == []


def test_what_fits_several_households_erases_none(run: Run) -> None:
    assert "Several households" in str(run("erase", "a", "--number", "1").exception)
    assert "Nobody is found" in str(run("erase", "zzz", "--number", "1").exception)


def test_an_export_is_a_private_file(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "out.zip"
    assert run("export-household", "Sahra", "--to", str(place)).exit_code == 0
    assert oct(place.stat().st_mode)[-3:] == "600"
    with zipfile.ZipFile(place) as packed:
        assert json.loads(packed.read("household.json"))["people"][0]["name"] == "Sahra Nuur"
    again = run("export-household", "Sahra", "--to", str(place))
    assert "cannot be written" in str(again.exception)


def test_retention_is_shown_and_done_by_hand(run: Run) -> None:
    assert "words: 400 days" in run("retention").stdout
    shown = json.loads(run("retention", "--now", "--json").stdout)
    assert [one["kind"] for one in shown["removals"]] == ["asked"]
