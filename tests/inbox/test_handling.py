"""Taking, noting, closing, keeping the machine silent; who has a conversation open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from bot import inbox
from bot.errors import InboxError
from bot.roles import Role
from tests.inbox.office import Office, hire
from tests.school import phone


@pytest.fixture
def asked(office: Office) -> int:
    made = office.family()
    office.asks()
    return made


def test_a_conversation_is_given_to_somebody_who_can_answer_it(office: Office, asked: int) -> None:
    assert office.write(inbox.assign, asked, office.amal, office.faadumo.id) == "Faadumo"
    assert office.thread(asked).assigned == ("Faadumo",)
    assert office.write(inbox.assign, asked, office.amal, None) is None
    assert office.thread(asked).assigned == ()


def test_those_who_read_the_language_are_offered_first_and_those_who_cannot_answer_not(
    office: Office, asked: int
) -> None:
    def more(session: Session) -> int:
        viewer = hire(session, office.now, "Abel", Role.VIEWER, languages=("so",))
        hire(session, office.now, "Ana", Role.REVIEWER, languages=("es",))
        hire(session, office.now, "Adam", Role.COMMUNICATOR, languages=("so",), disabled_at=office.now)
        return viewer.id

    viewer = office.write(more)
    offered = office.read(inbox.assignable, "so")
    assert [one.name for one in offered] == ["Faadumo", "Amal", "Rosa"]
    with pytest.raises(InboxError, match="cannot answer this family"):
        office.write(inbox.assign, asked, office.amal, viewer)


def test_done_without_a_text_says_how_and_keeps_the_note(office: Office, asked: int) -> None:
    (thing,) = office.thread(asked).owed
    done = office.write(
        inbox.close, [thing.id], office.amal, how="called", text="Spoke to the mother.", now=office.now
    )
    assert done == 1
    assert office.notes() == ["Spoke to the mother."]
    with pytest.raises(InboxError, match="Amal has done this already"):
        office.write(inbox.close, [thing.id], office.faadumo, how="called", now=office.now)


def test_how_it_was_done_must_be_said(office: Office, asked: int) -> None:
    (thing,) = office.thread(asked).owed
    with pytest.raises(InboxError, match="Say how it was done"):
        office.write(inbox.close, [thing.id], office.amal, how="", now=office.now)


def test_a_read_back_is_not_closed_but_written_or_taken_over(office: Office) -> None:
    made = office.told()
    (thing,) = office.thread(made).owed
    assert office.write(inbox.close, [thing.id], office.amal, how="called", now=office.now) == 0
    assert office.open_whys() == ["read back"]


@pytest.mark.parametrize(("text", "why"), [("  ", "is empty"), ("a" * 2001, "longer than 2000")])
def test_a_note_has_words_and_not_too_many(office: Office, asked: int, text: str, why: str) -> None:
    with pytest.raises(InboxError, match=why):
        office.write(inbox.note, asked, office.amal, text, office.now)


# The machine keeps silent


def test_while_a_person_writes_the_machine_keeps_silent_until_it_is_handed_back(
    office: Office, asked: int
) -> None:
    settings = office.desk.settings
    office.write(inbox.take_conversation, asked, settings, office.amal, office.now)
    assert office.thread(asked).with_person == "Amal"
    assert [row.kind for row in office.waiting(whose="mine").rows] == ["mine"]
    office.desk.clock.advance(minutes=30)
    office.desk.says(phone(1), "Mise maya?")
    assert office.desk.read(phone(1)) == []
    with pytest.raises(InboxError, match="writes with this family already"):
        office.write(inbox.take_conversation, asked, settings, office.faadumo, office.now)
    office.write(inbox.hand_back, asked, settings, office.amal, office.now)
    assert office.thread(asked).with_person is None
    office.desk.clock.advance(minutes=30)
    office.desk.says(phone(1), "Goorma?")
    assert len(office.desk.read(phone(1))) == 1


def test_a_conversation_that_was_taken_over_is_not_forgotten(office: Office, asked: int) -> None:
    """Nothing else would remind anybody that this family gets no answers by themselves."""
    office.write(inbox.take_conversation, asked, office.desk.settings, office.amal, office.now)
    office.sends(asked)
    assert office.open_whys() == ["with a person"]


def test_a_family_that_stopped_us_is_not_taken_over(office: Office, asked: int) -> None:
    office.asks(1, "JOOJI")
    with pytest.raises(InboxError, match="stopped our texts"):
        office.write(inbox.take_conversation, asked, office.desk.settings, office.amal, office.now)


# Who is on it


def test_two_who_open_the_same_conversation_see_each_other(office: Office, asked: int) -> None:
    for who in (office.amal, office.faadumo, office.amal):
        office.write(inbox.look_at, asked, who, office.now)
    assert office.read(inbox.others_at, asked, office.amal, office.now) == ("Faadumo",)
    assert office.read(inbox.others_at, asked, office.faadumo, office.now) == ("Amal",)
    later = office.now + timedelta(minutes=2)
    assert office.read(inbox.others_at, asked, office.amal, later) == ()


def test_a_reviewer_closes_nothing_of_another_language(office: Office) -> None:
    made = office.family(1, "es")
    office.asks(1, "¿A qué hora sale el bus?")
    (thing,) = office.thread(made).owed
    with pytest.raises(InboxError, match="not among your account's"):
        office.write(inbox.close, [thing.id], office.faadumo, how="called", now=office.now)
