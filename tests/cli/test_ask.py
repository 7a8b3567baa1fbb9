"""`homeloop ask --questions`: an inquiry of several questions from a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.broadcasts import app
from bot.cli.front import Front
from bot.cli.people import app as people
from bot.cli.seeing import app as seeing
from bot.errors import Complaint

Run = Callable[..., Result]

MEETING = """
title = "Spring meeting"

[[question]]
text = "Lincoln School: can you come to the meeting?"
kind = "yes_no"
skip = { no = "end" }
in.es = { text = "Escuela Lincoln: ¿puede venir a la reunión?", choices = ["sí", "no"] }

[[question]]
text = "Which evening is best?"
choices = ["Tuesday", "Thursday"]
in.es = { text = "¿Qué noche es mejor?", choices = ["martes", "jueves"] }
"""


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    config = tmp_path / "config.toml"
    config.write_text('[school]\nname = "Lincoln School"\nphone = "715-555-0100"\n', encoding="utf-8")
    made = Front(config)
    file = tmp_path / "roster.csv"
    file.write_text("Parent,Cell,Lang,School\nAna Ruiz,715-555-0181,Spanish,Lincoln\n", encoding="utf-8")
    CliRunner().invoke(people, ["import", str(file)], obj=made)
    yield made
    made.close()


@pytest.fixture
def run(front: Front, tmp_path: Path) -> Run:
    def command(*words: str, questions: str = MEETING) -> Result:
        file = tmp_path / "meeting.toml"
        file.write_text(questions, encoding="utf-8")
        given = ["ask", "--questions", str(file), *words]
        return CliRunner(env={"COLUMNS": "200"}).invoke(app, given, obj=front)

    return command


def test_every_question_is_shown_before_it_goes_and_reported_after(run: Run, front: Front) -> None:
    shown = run()
    assert "jueves" in shown.stdout
    assert "1 martes" in shown.stdout
    going = run("--approve", "--at", "tomorrow 10:00", "--json")
    assert going.exception is None, going.exception
    number = json.loads(going.stdout)["broadcast"]
    found = CliRunner(env={"COLUMNS": "200"}).invoke(seeing, ["report", str(number), "--json"], obj=front)
    steps = json.loads(found.stdout)["results"]["steps"]
    assert [(one["number"], one["text"]) for one in steps] == [
        (1, "Lincoln School: can you come to the meeting?"),
        (2, "Which evening is best?"),
    ]


@pytest.mark.parametrize(
    ("file", "options", "complaint"),
    [
        (MEETING, ("--yes-no",), "With --questions everything that is asked stands in the file."),
        (MEETING.replace('"end"', "1"), (), "question 1 does not come after this one"),
        (MEETING.replace('"martes", ', ""), (), "Question 2 in Spanish has 1 choices, it needs 2"),
        (MEETING.replace("best?", "best, IEP?"), (), "Question 2: Families cannot know “IEP”"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    run: Run, file: str, options: tuple[str, ...], complaint: str
) -> None:
    refused = run(*options, questions=file)
    assert isinstance(refused.exception, Complaint)
    assert complaint in str(refused.exception)
