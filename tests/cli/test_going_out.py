"""Options of announce and ask: how long it is worth sending, which ways are tried, who is reminded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from bot.cli.broadcasts import app
from bot.cli.front import Front
from bot.cli.people import app as people
from bot.errors import Complaint
from bot.store.tables import Broadcast

Run = Callable[..., Result]

ROSTER = (
    "Parent,Cell,Lang,School,Approached by,Approached on\n"
    "Sahra Nuur,715-555-0181,English,Lincoln,paper,2026-09-01\n"
    "Bilan Ali,715-555-0182,English,Lincoln,,\n"
)
CONFIG = '[school]\nname = "Lincoln School"\nphone = "715-555-0100"\ntime_zone = "America/Chicago"\n'


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG, encoding="utf-8")
    made = Front(config)
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER, encoding="utf-8")
    CliRunner().invoke(people, ["import", str(file)], obj=made)
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


def newest(front: Front) -> Broadcast | None:
    ask = select(Broadcast).order_by(col(Broadcast.id).desc())
    return front.app().store.reading(lambda session: session.exec(ask).first())


def kept(front: Front) -> tuple[str | None, str | None, int | None]:
    broadcast = newest(front)
    assert broadcast is not None
    return broadcast.worth, broadcast.routes, broadcast.remind_after


TEXT = ("--text", "Lincoln School: books are due.")
QUESTION = ("--text", "Lincoln School: can you come?", "--yes-no")


@pytest.mark.parametrize(
    ("command", "options", "expected"),
    [
        ("announce", (*TEXT,), (None, None, None)),
        ("announce", (*TEXT, "--expires", "4h"), ("4h", None, None)),
        ("announce", (*TEXT, "--expires", "10:00"), ("10:00", None, None)),
        ("announce", (*TEXT, "--expires", "always"), ("always", None, None)),
        ("announce", (*TEXT, "--if-unreached", "guardian, number"), (None, "guardian,number", None)),
        ("announce", (*TEXT, "--if-unreached", "call"), (None, "", None)),
        ("ask", (*QUESTION, "--remind-after", "3d"), (None, None, 3)),
        ("ask", (*QUESTION, "--remind-after", "14", "--expires", "24h"), ("24h", None, 14)),
    ],
)
def test_what_is_said_is_kept(
    run: Run, front: Front, command: str, options: tuple[str, ...], expected: tuple[object, ...]
) -> None:
    assert run(command, *options).exit_code == 0
    assert kept(front) == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--expires", "soon"), "“soon” is no time to give up at: write hours as 4h"),
        (("--expires", "0h"), "“0h” is no time to give up at"),
        (("--if-unreached", "pigeon"), "“pigeon” is no order of ways: write number, channel, guardian"),
        (("--if-unreached", "number,number"), "is no order of ways"),
        (("--remind-after", "soon"), "“soon” is no number of days: write it as 3d."),
        (("--remind-after", "0d"), "A reminder comes 1 to 14 days after the question."),
        (("--remind-after", "3d", "--repeat", "FREQ=WEEKLY;BYDAY=MO"), "again and again needs no reminder"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_kept(
    run: Run, front: Front, options: tuple[str, ...], said: str
) -> None:
    assert said in str(run("ask", *QUESTION, *options).exception)
    assert newest(front) is None


def test_a_reminder_comes_before_the_decision(run: Run, front: Front) -> None:
    day = (front.app().clock.now() + timedelta(days=2)).date().isoformat()
    refused = run("ask", *QUESTION, "--remind-after", "3d", "--decide-by", day)
    assert "it is already decided" in str(refused.exception)


def test_the_first_text_is_drafted_for_whom_was_told_of_us(run: Run, front: Front) -> None:
    done = run("first-contact")
    assert "1 people more must be told of us first" in done.stdout
    assert "1 phones, 1 people." in done.stdout
    broadcast = newest(front)
    assert broadcast is not None
    assert len(broadcast.audience["people"]) == 1
