"""Those on call are paged until one of them has it, and no page says what it is about."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot import paging
from bot.channels import segments
from bot.conversation.ask import Ask
from bot.inbox import danger
from bot.messages import ChannelName
from bot.settings import OnCall, Settings
from bot.store import contacts, outbox
from bot.store.audience import Audience, resolve
from bot.store.outbox.urgency import EMERGENCY
from bot.store.store import Store
from bot.store.tables import Delivery, Handover
from tests import school
from tests.conftest import StandingClock
from tests.inbox.office import DANGER, Office, office_at
from tests.school import SMS, TELEGRAM, Desk, phone

ROSA, OMAR = "+17155550901", "+17155550902"
PAGE = (
    "Homeloop: something urgent waits. Sign in: https://homeloop.example/inbox/danger"
    " - Answer OK if you take it."
)


@pytest.fixture
def office(settings: Settings, store: Store, clock: StandingClock) -> Office:
    store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    people = {"rosa@lincoln.example": ROSA, "omar@lincoln.example": OMAR}
    on_call = OnCall(people=people, repeat_minutes=5, pages_each=2)
    lively = school.lively(settings).model_copy(update={"on_call": on_call})
    return office_at(Desk(store, lively, clock))


def page(office: Office) -> list[str]:
    """One tick; return who was paged."""
    office.write(paging.page, office.desk.settings, office.now)
    return [one for one in (ROSA, OMAR) if PAGE in office.desk.read(one)]


def alarm(office: Office) -> Handover:
    found = office.read(lambda session: session.exec(select(Handover).where(Handover.restricted)).one())
    assert isinstance(found, Handover)
    return found


def test_a_page_holds_nothing_of_what_was_written_nor_whose_it_is(office: Office) -> None:
    office.family()
    office.asks(1, DANGER)
    assert page(office) == [ROSA]
    texts = office.read(lambda session: session.exec(select(Delivery).where(Delivery.text == PAGE)).all())
    (sent,) = texts
    assert (sent.inbound_id, sent.urgency, sent.parts) == (None, EMERGENCY, 1)
    assert segments.measure(PAGE).count == 1


def test_it_is_repeated_and_goes_to_the_next_until_somebody_has_it(office: Office) -> None:
    office.family()
    office.asks(1, DANGER)
    paged = []
    for _ in range(4):
        paged.append(page(office))
        assert page(office) == [], "not before its time"
        office.desk.clock.advance(minutes=5)
    assert paged == [[ROSA], [ROSA], [ROSA, OMAR], [ROSA, OMAR]]
    office.write(danger.acknowledge, alarm(office).id, office.owner, office.now)
    office.desk.clock.advance(minutes=5)
    assert page(office) == []


def test_after_an_hour_it_comes_every_half_hour(office: Office) -> None:
    office.family()
    office.asks(1, DANGER)
    for _ in range(paging.OFTEN):
        assert page(office)
        office.desk.clock.advance(minutes=5)
    assert page(office) == []
    office.desk.clock.advance(minutes=25)
    assert page(office) == [ROSA, OMAR]


def test_pages_that_cannot_leave_do_not_pile_up(office: Office) -> None:
    office.family()
    office.asks(1, DANGER)
    for _ in range(6):
        office.write(paging.page, office.desk.settings, office.now)
        office.desk.clock.advance(minutes=5)
    assert office.desk.read(ROSA) == [PAGE]
    assert office.desk.read(OMAR) == [PAGE]


def test_two_of_them_at_once_are_one_page(office: Office) -> None:
    office.family()
    office.family(2)
    office.asks(1, DANGER)
    office.asks(2, DANGER)
    assert page(office) == [ROSA]
    assert office.desk.read(ROSA) == []


@pytest.mark.parametrize("said", ["OK", "ok!", "1"])
def test_an_answer_takes_it(office: Office, said: str) -> None:
    office.family()
    office.asks(1, DANGER)
    page(office)
    office.desk.says(ROSA, said)
    taken = alarm(office)
    assert (taken.acknowledged_at, taken.acknowledged_by) == (office.now, office.owner.id)
    assert office.desk.read(ROSA) == [
        "Homeloop: it is with you now. Sign in: https://homeloop.example/inbox/danger"
    ]
    (listed,) = office.read(danger.alarms, office.owner)
    assert listed.acknowledged_by == "Rosa"
    office.desk.clock.advance(hours=1)
    assert page(office) == []


def test_only_who_was_paged_takes_it(office: Office) -> None:
    office.family()
    office.asks(1, DANGER)
    page(office)
    office.desk.says(OMAR, "OK")
    office.desk.says(phone(1), "OK")
    assert alarm(office).acknowledged_at is None


def test_somebody_without_an_account_takes_it_under_the_name_in_the_settings(office: Office) -> None:
    office.family()
    office.asks(1, DANGER)
    for _ in range(3):
        page(office)
        office.desk.clock.advance(minutes=5)
    office.desk.says(OMAR, "OK")
    (listed,) = office.read(danger.alarms, office.owner)
    assert listed.acknowledged_by == "omar@lincoln.example"


def test_a_one_that_answers_a_question_to_their_own_family_takes_nothing(office: Office) -> None:
    office.family(7, "en", address=ROSA)

    def ask(session: Session) -> None:
        ask = Ask("yes_no")
        school.send_out(session, office.desk.settings, office.now, text="Can you come?", ask=ask)

    office.write(ask)
    office.desk.read(ROSA)
    office.family()
    office.asks(1, DANGER)
    page(office)
    office.desk.clock.advance(minutes=5)
    office.desk.says(ROSA, "1")
    assert alarm(office).acknowledged_at is None
    assert [one.value for one in school.all_replies(office.desk.store) if one.broadcast_id] == ["yes"]
    office.desk.says(ROSA, "OK")
    assert alarm(office).acknowledged_at is not None


def test_a_phone_that_stopped_us_is_passed_over(office: Office) -> None:
    office.family()
    office.asks(1, DANGER)
    page(office)
    office.desk.says(ROSA, "STOP")
    office.desk.read(ROSA)
    office.desk.clock.advance(minutes=5)
    assert page(office) == [OMAR]


def test_no_audience_ever_holds_a_phone_that_is_paged(office: Office) -> None:
    office.family()
    office.asks(1, DANGER)
    page(office)
    contact = office.read(contacts.at_address, ChannelName.SMS, ROSA)
    assert contact is not None
    assert office.read(contacts.people_at, contact.id) == 0
    office.write(lambda session: school.send_out(session, office.desk.settings, office.now))
    assert office.desk.read(ROSA) == []
    assert isinstance(office.read(resolve), Audience)


def test_without_anybody_on_call_nothing_is_sent(office: Office) -> None:
    office.family()
    office.asks(1, DANGER)
    alone = office.desk.settings.model_copy(update={"on_call": OnCall()})
    assert not office.read(paging.is_due, alone, office.now)
    assert office.write(paging.page, alone, office.now) == 0
    assert alarm(office).paged == 0


def test_a_telegram_chat_can_be_paged(office: Office) -> None:
    office.write(outbox.ensure_lane, ChannelName.TELEGRAM, TELEGRAM)
    on_call = OnCall(people={"rosa@lincoln.example": "telegram:77"})
    chat = office.desk.settings.model_copy(update={"on_call": on_call})
    office.family()
    office.asks(1, DANGER)
    assert office.write(paging.page, chat, office.now) == 1

    def newest(session: Session) -> Any:
        return session.exec(select(Delivery).order_by(col(Delivery.id).desc())).first()

    assert office.read(newest).text == PAGE
