"""What the other web tests stand on: the busy school is whole, and its browsers are signed in."""

from __future__ import annotations

import pytest

from bot.roles import Role
from bot.store.store import Store
from tests.conftest import StandingClock
from tests.console.browsers import Desk
from tests.console.busy_school import busy_school
from tests.school import states


@pytest.mark.parametrize("rows", [10, 60])
def test_there_is_one_of_everything(store: Store, clock: StandingClock, rows: int) -> None:
    made = store.writing(busy_school, clock.now(), rows=rows)
    assert len(made.phones) == rows
    assert set(states(store)) == {
        "waiting", "queued", "sending", "uncertain", "held", "sent", "delivered", "failed",
    }  # fmt: skip
    assert made.held
    assert made.danger != made.conversation


async def test_a_browser_that_is_signed_in_is_known_and_a_stranger_is_not(desk: Desk) -> None:
    for role in Role:
        assert (await desk.signed_in(role).get("/account")).status_code == 200
    answer = await desk.stranger().get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account")
