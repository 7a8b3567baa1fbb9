"""Rule 19: for everybody who is not on call, danger has never been written."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, select

from bot import inbox
from bot.errors import InboxError
from bot.inbox import danger
from bot.store.tables import Handover
from tests.inbox.office import DANGER, QUESTION, Office
from tests.school import phone

MARKS = ("husband", "afraid", "danger")


@pytest.fixture
def afraid(office: Office) -> int:
    """A family that asked something ordinary, and later wrote of danger."""
    made = office.family()
    office.asks()
    office.desk.clock.advance(hours=1)
    office.asks(1, DANGER)
    return made


def alarm(office: Office) -> int:
    (found,) = office.read(danger.alarms, office.owner)
    return found.id


def test_nothing_of_it_is_in_the_inbox_of_anybody_even_those_on_call(office: Office, afraid: int) -> None:
    for who in (office.amal, office.faadumo, office.owner):
        seen = repr(office.waiting(who)) + repr(office.thread(afraid, who))
        assert not any(mark in seen for mark in MARKS)
        assert QUESTION in seen


def test_the_conversation_looks_as_if_it_had_never_come(office: Office) -> None:
    """Our text that answered it, the order, what was open: all the same."""
    made = office.family()
    office.asks()
    before = office.thread(made)
    office.desk.clock.advance(hours=1)
    office.asks(1, DANGER)
    assert office.thread(made) == before


def test_a_family_that_wrote_of_danger_alone_does_not_wait(office: Office) -> None:
    office.family()
    office.asks(1, DANGER)
    assert office.waiting().rows == ()
    assert office.waiting(done=True).rows == ()
    assert office.read(inbox.waiting_now, office.amal, office.now, 9) == ()


def test_only_those_on_call_are_told_that_there_is_one(office: Office, afraid: int) -> None:
    def count(who: Any) -> inbox.Counts:
        return office.read(inbox.counts, who, office.now)

    assert (count(office.amal).danger, count(office.amal).waiting) == (0, 1)
    assert (count(office.owner).danger, count(office.owner).waiting) == (1, 1)
    office.write(danger.acknowledge, alarm(office), office.owner, office.now)
    assert count(office.owner).danger == 0


@pytest.mark.parametrize("text", ["husband", "afraid", "hits me"])
def test_nobody_finds_those_words(office: Office, afraid: int, text: str) -> None:
    for who in (office.amal, office.owner):
        assert office.read(inbox.search, who, text).hits == ()


def test_a_stop_in_the_same_text_leaves_its_words_nowhere_else(office: Office) -> None:
    """What a STOP closes becomes an ordinary thing for staff, out of the very same message."""
    made = office.told()
    office.asks(1, f"JOOJI. {DANGER}")
    assert office.read(danger.alarms, office.owner)
    seen = repr(office.waiting()) + repr(office.thread(made)) + repr(office.waiting(kind="read"))
    assert not any(mark in seen for mark in MARKS)
    assert office.read(inbox.search, office.amal, "husband").hits == ()


@pytest.mark.parametrize("who", ["amal", "faadumo"])
def test_everybody_else_is_refused_everything(office: Office, afraid: int, who: str) -> None:
    other, number = getattr(office, who), alarm(office)
    tries: list[Any] = [
        lambda: office.read(danger.alarms, other),
        lambda: office.read(danger.opened, number, other, office.desk.settings, office.now),
        lambda: office.write(danger.acknowledge, number, other, office.now),
        lambda: office.write(danger.write_down, number, other, "x", office.now),
        lambda: office.write(danger.close, number, other, how="called", now=office.now),
        lambda: office.write(danger.let_go, number, other, office.now),
    ]
    for one in tries:
        with pytest.raises(InboxError, match="for those on call"):
            one()


def test_closing_the_inbox_does_not_touch_it(office: Office, afraid: int) -> None:
    number = alarm(office)
    with pytest.raises(InboxError, match="nothing to do here"):
        office.write(inbox.close, [number], office.amal, how="called", now=office.now)
    office.write(inbox.assign, afraid, office.amal, office.amal.id)
    row = office.read(lambda session: session.get(Handover, number))
    assert (row.assigned_to, row.done_at) == (None, None)


def test_somebody_on_call_reads_it_with_the_whole_conversation(office: Office, afraid: int) -> None:
    found = office.read(danger.opened, alarm(office), office.owner, office.desk.settings, office.now)
    assert (found.words, found.address) == (DANGER, phone(1))
    assert found.thread is not None
    texts = [item.text for item in found.thread.items]
    assert DANGER in texts
    assert QUESTION in texts
    assert found.alarm.promised_at is not None


def test_who_is_on_call_says_that_they_have_it_writes_down_what_they_do_and_closes(
    office: Office, afraid: int
) -> None:
    number = alarm(office)
    office.write(danger.acknowledge, number, office.owner, office.now)
    with pytest.raises(InboxError, match="has this already"):
        office.write(danger.acknowledge, number, office.owner, office.now)
    office.write(danger.write_down, number, office.owner, "Called her sister.", office.now)
    with pytest.raises(InboxError, match="Write what you did"):
        office.write(danger.write_down, number, office.owner, "  ", office.now)
    with pytest.raises(InboxError, match="Say how it ended"):
        office.write(danger.close, number, office.owner, how="", now=office.now)
    office.write(danger.close, number, office.owner, how="in_person", text="She is safe.", now=office.now)
    with pytest.raises(InboxError, match="closed this already"):
        office.write(danger.close, number, office.owner, how="called", now=office.now)
    assert office.read(danger.alarms, office.owner) == ()
    (done,) = office.read(danger.alarms, office.owner, done=True)
    assert (done.done_how, done.done_by, done.acknowledged_by) == ("in_person", "Rosa", "Rosa")
    found = office.read(danger.opened, number, office.owner, office.desk.settings, office.now)
    assert [one.text for one in found.steps] == ["Called her sister.", "She is safe."]
    assert not any(mark in repr(office.thread(afraid)) for mark in (*MARKS, "sister", "safe"))


def test_what_was_no_danger_is_given_to_the_inbox_as_any_question(office: Office, afraid: int) -> None:
    office.write(danger.let_go, alarm(office), office.owner, office.now)
    (row,) = office.waiting().rows
    assert (row.things, row.kind) == (2, "question")
    assert DANGER in repr(office.thread(afraid))
    with pytest.raises(InboxError, match="nothing here any more"):
        office.write(danger.acknowledge, 2, office.owner, office.now)


def test_an_unknown_alarm_is_not_there(office: Office) -> None:
    with pytest.raises(InboxError, match="nothing here any more"):
        office.read(danger.opened, 77, office.owner, office.desk.settings, office.now)


def test_a_danger_from_a_phone_that_stopped_us_promises_nothing(office: Office) -> None:
    office.family()
    office.asks(1, "JOOJI")
    office.asks(1, DANGER)

    def promised(session: Session) -> list[Any]:
        return list(session.exec(select(Handover.promised_at).where(Handover.restricted)))

    assert office.read(promised) == [None]
