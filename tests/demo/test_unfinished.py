"""What the demo leaves to whoever looks at it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, select

from bot import roster
from bot.demo import looking, unfinished
from bot.demo.district import residents, write_roster
from bot.demo.families import liaison
from bot.roles import Right, Role, may
from bot.rosters.file import read
from bot.settings import Settings
from bot.simulator import Trouble
from bot.store import audit
from bot.store.store import Store
from bot.store.tables import Broadcast, Staff
from tests import school
from tests.conftest import StandingClock

EVERYBODY = residents()


@pytest.fixture
def ours(settings: Settings) -> Settings:
    lively = school.lively(settings)
    return lively.model_copy(
        update={"staff": lively.staff.model_copy(update={"second_approver_above": 20, "large_broadcast": 20})}
    )


def test_forty_families_gave_the_office_the_number_of_a_landline() -> None:
    lines, chat = unfinished.troubles(EVERYBODY).faults
    assert (lines.trouble, lines.code, len(lines.addresses)) == (Trouble.UNDELIVERED, "30006", 40)
    assert len(set(lines.addresses)) == 40
    assert (chat.trouble, chat.times, len(chat.addresses)) == (Trouble.CUT_AFTER, 1, 1)


def test_a_small_district_has_its_troubles_too() -> None:
    lines, *_ = unfinished.troubles(residents(60)).faults
    assert 0 < len(lines.addresses) < 40


def test_a_somali_parent_says_something_that_the_demo_itself_cannot_read_back() -> None:
    said = unfinished.late_words(EVERYBODY)
    tags = {one.address: one.tag for one in EVERYBODY}
    assert [tags[one.address] for one in said] == ["so", "es"]
    assert all(liaison(tags[one.address], one.text) is None for one in said)
    lines, _ = unfinished.troubles(EVERYBODY).faults
    assert not {one.address for one in said} & set(lines.addresses)


def test_the_accounts_are_made_once_and_nobody_has_a_password(store: Store, clock: StandingClock) -> None:
    first = store.writing(unfinished.staff, clock.now())
    assert store.writing(unfinished.staff, clock.now()) == first

    def read_them(session: Session) -> list[tuple[str, str | None]]:
        return [(one.role, one.password) for one in session.exec(select(Staff))]

    rows = store.reading(read_them)
    assert all(password is None for _, password in rows)
    approvers = [role for role, _ in rows if may(Role(role), Right.APPROVE)]
    assert approvers == [Role.OWNER], "or the coordinator could send nothing large alone"
    assert store.reading(audit.verify) is None


def test_a_text_to_every_family_waits_for_the_coordinator(
    store: Store, ours: Settings, clock: StandingClock, tmp_path: Path
) -> None:
    write_roster(tmp_path / "roster.csv", residents(60))
    found = read(tmp_path / "roster.csv", region="US")

    def go(session: Session) -> int:
        roster.apply(session, roster.plan(session, found.rows), clock.now())
        return unfinished.put_forward(session, ours, clock.now())

    made = store.writing(go)
    state = store.reading(lambda session: session.exec(select(Broadcast.state)).one())
    assert state == "pending"
    tasks = store.reading(looking.day).tasks
    assert [(one.key, one.address) for one in tasks] == [("approval", f"/broadcasts/{made}/approve")]
