"""The commands of an office: import, people, link-codes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.front import Front
from bot.cli.people import app
from bot.errors import Complaint
from tests.rosters import make_lincoln

ROSTERS = Path(__file__).parent.parent / "rosters"
LINCOLN_600 = str(ROSTERS / "lincoln-600.csv")
RIO = str(ROSTERS / "escuela-rio.csv")

Run = Callable[..., Result]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    config = tmp_path / "config.toml"
    config.write_text('[school]\nname = "Lincoln School"\nphone = "715-555-0100"\n', encoding="utf-8")
    made = Front(config)
    yield made
    made.close()


@pytest.fixture
def run(front: Front) -> Run:
    def command(*words: str) -> Result:
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(words), obj=front)
        if result.exception and not isinstance(result.exception, SystemExit | Complaint):
            raise result.exception
        return result

    return command


def test_a_file_with_refused_rows_writes_nothing_until_it_is_told_to(run: Run) -> None:
    refused = run("import", LINCOLN_600)
    assert refused.exit_code == 1
    assert "Nothing was written: 8 rows are refused" in refused.stdout
    assert "area code is missing" in refused.stdout
    assert json.loads(run("people", "--json").stdout)["total"] == 0
    assert run("import", LINCOLN_600, "--accept-valid").exit_code == 0
    assert json.loads(run("people", "--json").stdout)["total"] > 200


def test_a_dry_run_shows_and_writes_nothing(run: Run) -> None:
    shown = run("import", RIO, "--dry-run")
    assert shown.exit_code == 0
    assert "3 new" in shown.stdout
    assert "dry run" in shown.stdout
    assert "There are no people yet" in run("people").stdout


def test_the_second_time_there_is_nothing_to_change(run: Run) -> None:
    assert "Done: 3 people are new" in run("import", RIO).stdout
    again = run("import", RIO)
    assert again.exit_code == 0
    assert "Nothing to change" in again.stdout


def test_json_is_one_object_with_every_refused_value(run: Run) -> None:
    result = run("import", LINCOLN_600, "--json")
    plan = json.loads(result.stdout)
    assert result.exit_code == 1
    assert plan["written"] is False
    assert plan["ignored_columns"] == ["Notes"]
    assert {one["line"] for one in plan["refused"]} == make_lincoln.BAD.keys()


def test_a_header_that_we_do_not_know_is_mapped(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("Who,Phone,Language,School\nAsha Ali,715-555-0101,so,Lincoln\n", encoding="utf-8")
    complaint = run("import", str(file)).exception
    assert isinstance(complaint, Complaint)
    assert "--map" in str(complaint)
    assert run("import", str(file), "--map", "Who=guardian").exit_code == 0


@pytest.mark.parametrize("text", ["peña", "608-555-0110", "R-1", "+16085550110"])
def test_a_household_is_found_by_name_phone_or_number(run: Run, text: str) -> None:
    run("import", RIO)
    found = json.loads(run("people", text, "--json").stdout)
    assert found["total"] == 1
    ((member,),) = (home["members"] for home in found["households"])
    assert (member["name"], member["reads"]) == ("María Peña", "es")
    (address,) = member["addresses"]
    assert (address["state"], address["consent"]) == ("open", "yes to school: paper 2026-09-03")
    shown = run("people", text).stdout
    assert "María Peña" in shown
    assert "Spanish" in shown


def test_nobody_found_is_said(run: Run) -> None:
    run("import", RIO)
    assert "Nobody is found under “Nguyễn”" in run("people", "Nguyễn").stdout


def test_link_codes_are_one_a_person_and_stay_the_same(run: Run) -> None:
    run("import", RIO)
    printed = run("link-codes", "--bot", "@RioSchoolBot").stdout
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert [row["name"] for row in rows] == ["José Núñez", "Lucía Gómez", "María Peña"]
    assert len({row["code"] for row in rows}) == 3
    assert all(row["link"] == f"https://t.me/RioSchoolBot?start={row['code']}" for row in rows)
    assert run("link-codes", "--bot", "RioSchoolBot").stdout == printed
    english = run("link-codes", "--bot", "RioSchoolBot", "--language", "inglés", "--tsv").stdout
    assert [line.split("\t")[0] for line in english.splitlines()] == ["name", "José Núñez"]


def test_a_bot_that_cannot_be_is_refused(run: Run) -> None:
    complaint = run("link-codes", "--bot", "https://t.me/x").exception
    assert isinstance(complaint, Complaint)
