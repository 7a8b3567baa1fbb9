"""`homeloop owner` and `homeloop audit`: the way in, and the way back in, from the machine itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.front import Front
from bot.cli.staff import app
from bot.errors import AccessError, Complaint
from bot.roles import Role
from bot.store import invitations
from tests.staff.people import account


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    config = tmp_path / "config.toml"
    config.write_text('[school]\nname = "Lincoln School"\nphone = "715-555-0100"\n', encoding="utf-8")
    made = Front(config)
    yield made
    made.close()


def run(front: Front, *words: str) -> Result:
    result = CliRunner(env={"COLUMNS": "60"}).invoke(app, list(words), obj=front)
    if result.exception and not isinstance(result.exception, SystemExit | Complaint):
        raise result.exception
    return result


def token_in(result: Result) -> str:
    found = re.search(r"^  http://127\.0\.0\.1:8080/invitation/([\w-]{43})$", result.stdout, re.MULTILINE)
    assert found is not None, result.stdout
    return found[1]


def test_the_link_of_a_new_owner_is_one_line_that_can_be_copied(front: Front) -> None:
    opened = front.app()
    token = token_in(run(front, "owner"))
    link = opened.store.reading(invitations.read, token, opened.clock.now())
    assert link is not None
    assert (link.role, link.again) == (Role.OWNER, False)


def test_somebody_who_has_lost_everything_is_let_in_again(front: Front) -> None:
    opened = front.app()
    account(opened, role=Role.OWNER)
    token = token_in(run(front, "owner", "--email", "ana@school.example"))
    link = opened.store.reading(invitations.read, token, opened.clock.now())
    assert link is not None
    assert (link.name, link.again) == ("Ana Ruiz", True)


def test_an_address_that_nobody_has_is_said(front: Front) -> None:
    result = run(front, "owner", "--email", "nobody@school.example")
    assert isinstance(result.exception, AccessError)
    assert "Nobody has an account" in str(result.exception)


def test_the_trail_is_shown_and_checked(front: Front) -> None:
    run(front, "owner")
    shown = run(front, "audit")
    assert "owner.invited" in shown.stdout
    assert "The trail is whole" in shown.stdout
    assert "owner.invited" not in run(front, "audit", "--verify").stdout
    assert json.loads(run(front, "audit", "--json").stdout)["entries"][0]["who"] == "command line"
    front.app().store.path.with_name("homeloop.db.trail").unlink()
    broken = run(front, "audit", "--verify")
    assert broken.exit_code == 1
    assert "The trail was changed" in broken.stdout
