"""A promised hour: staff are told before it is missed, the family when it was, once, and with a new one."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot import promises
from bot.messages import ChannelName
from bot.settings import OnCall, Settings
from bot.store import outbox
from bot.store.store import Store
from bot.store.tables import Handover, Restored
from tests import school
from tests.conftest import StandingClock
from tests.inbox.office import DANGER, Office, office_at
from tests.school import SMS, Desk, phone

ROSA = "+17155550901"
LATE = (
    "Sorry, your answer is late. Ms Ruiz answers you before {when}. Urgent? Call 715-555-0100. Danger: 911."
)


@pytest.fixture
def office(settings: Settings, store: Store, clock: StandingClock) -> Office:
    store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    on_call = OnCall(people={"rosa@lincoln.example": ROSA})
    lively = school.lively(settings).model_copy(update={"on_call": on_call})
    return office_at(Desk(store, lively, clock))


def tick(office: Office) -> None:
    """Ten in the morning: a question now is promised an answer before 2 pm."""
    office.write(promises.warn, office.desk.settings, office.now)
    for one in office.read(promises.missed, office.now, 10):
        office.write(promises.tell, one, office.desk.settings, office.now)


def asked(office: Office, tag: str = "en") -> int:
    made = office.family(1, tag)
    office.asks(1, "When does the bus come?")
    return made


def owed(office: Office) -> Handover:
    found = office.read(lambda session: session.exec(select(Handover)).one())
    assert isinstance(found, Handover)
    return found


def test_staff_are_told_half_an_hour_before_once(office: Office) -> None:
    asked(office)
    tick(office)
    assert office.desk.read(ROSA) == []
    office.desk.clock.advance(hours=3, minutes=31)
    tick(office)
    assert office.desk.read(ROSA) == [
        "Homeloop: a promised answer is almost due. Sign in: https://homeloop.example/inbox"
    ]
    tick(office)
    assert office.desk.read(ROSA) == []
    assert office.desk.read(phone(1)) == []


def test_the_family_is_told_once_with_a_new_hour(office: Office) -> None:
    asked(office)
    promised = owed(office).promised_at
    office.desk.clock.advance(hours=4, minutes=1)
    tick(office)
    assert office.desk.read(phone(1)) == [LATE.format(when="11 am on Wednesday 18")]
    row = owed(office)
    assert row.missed_at == office.now
    assert row.promised_at is not None
    assert promised is not None
    assert row.promised_at > promised
    office.desk.clock.advance(days=2)
    tick(office)
    assert office.desk.read(phone(1)) == [], "never twice"


def test_it_is_said_in_their_language(office: Office) -> None:
    asked(office, "es")
    office.desk.clock.advance(hours=4, minutes=1)
    tick(office)
    (said,) = office.desk.read(phone(1))
    assert "Ms Ruiz" in said
    assert "911" in said
    assert "Sorry" not in said


def test_one_text_for_all_that_one_phone_waits_for(office: Office) -> None:
    asked(office)
    office.desk.clock.advance(minutes=20)
    office.asks(1, "And where does it stop?")
    office.desk.clock.advance(hours=5)
    tick(office)
    assert len(office.desk.read(phone(1))) == 1


def test_who_was_answered_hears_nothing(office: Office) -> None:
    made = asked(office)
    office.desk.clock.advance(hours=1)
    office.sends(made, "At 7:10.", who=office.owner, staff="")
    office.desk.read(phone(1))
    office.desk.clock.advance(hours=4)
    tick(office)
    assert office.desk.read(phone(1)) == []
    assert office.desk.read(ROSA) == []


def test_who_has_stopped_us_hears_nothing(office: Office) -> None:
    asked(office)
    office.asks(1, "STOP")
    office.desk.clock.advance(hours=5)
    tick(office)
    assert office.desk.read(phone(1)) == []


def test_a_restored_database_does_not_know_which_promises_were_kept(office: Office) -> None:
    asked(office)
    office.desk.clock.advance(hours=5)
    now = office.now
    office.write(lambda session: session.add(Restored(backed_up_at=now, restored_at=now, lifted_at=now)))
    tick(office)
    assert office.desk.read(phone(1)) == []


def test_of_danger_the_program_says_nothing_more_by_itself(office: Office) -> None:
    """That family was promised the same hour in the same words; a person decides how it is reached."""
    office.family()
    office.asks(1, DANGER)
    assert owed(office).promised_at is not None
    office.desk.clock.advance(hours=5)
    tick(office)
    assert office.desk.read(phone(1)) == []
    assert office.desk.read(ROSA) == []
    assert owed(office).missed_at is None


def test_found_late_at_night_it_waits_for_the_morning_and_promises_a_true_hour(office: Office) -> None:
    asked(office, "en")
    office.desk.clock.advance(hours=13)
    tick(office)
    assert office.desk.read(phone(1)) == []
    (waits,) = [one for one in school.deliveries(office.desk.store) if one.state == "waiting"]
    assert waits.waiting_until is not None
    row = owed(office)
    assert row.promised_at is not None
    assert row.promised_at > waits.waiting_until
