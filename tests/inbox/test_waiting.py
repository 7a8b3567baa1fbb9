"""Who waits, in which order, and who sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from bot import inbox
from bot.inbox.waiting import kind_of
from bot.store.tables import Handover
from tests.inbox.office import OWN_WORDS, QUESTION, Office


def test_an_empty_inbox_has_nothing_to_show(office: Office) -> None:
    page = office.waiting()
    assert (page.rows, page.total, page.more, page.languages) == ((), 0, False, ())
    assert office.read(inbox.counts, office.amal, office.now) == inbox.Counts()


def test_a_question_waits_with_its_words_and_the_hour_we_promised(office: Office) -> None:
    made = office.family(grades=("3",))
    office.asks()
    (row,) = office.waiting().rows
    assert (row.phone, row.kind, row.words, row.language) == (made, "question", QUESTION, "so")
    assert (row.names, row.ending) == (("Guardian 1",), "01")
    assert row.promised_at is not None
    assert not row.overdue(office.now)
    office.desk.clock.moment = row.promised_at - timedelta(minutes=20)
    assert row.soon(office.now)
    office.desk.clock.moment = row.promised_at + timedelta(minutes=1)
    assert row.overdue(office.now)
    assert not row.soon(office.now)


def test_the_soonest_promise_comes_first_and_what_nobody_promised_last(office: Office) -> None:
    office.told(1)
    for number in (3, 2):
        office.family(number)
        office.asks(number)
        office.desk.clock.advance(hours=1)
    assert [row.ending for row in office.waiting().rows] == ["03", "02", "01"]
    assert [row.words for row in office.waiting().rows] == [QUESTION, QUESTION, OWN_WORDS]


def test_several_things_of_one_phone_are_one_line(office: Office) -> None:
    office.told()
    office.asks()
    (row,) = office.waiting().rows
    assert (row.things, row.kind) == (2, "question")
    assert office.read(inbox.counts, office.amal, office.now).waiting == 1


def test_filters(office: Office) -> None:
    made = office.told(1)
    office.family(2, "es")
    office.asks(2, "¿A qué hora sale el bus?")
    office.write(inbox.assign, made, office.amal, office.amal.id)
    assert [row.ending for row in office.waiting(kind="read_back").rows] == ["01"]
    assert [row.ending for row in office.waiting(kind="question").rows] == ["02"]
    assert [row.ending for row in office.waiting(whose="mine").rows] == ["01"]
    assert [row.ending for row in office.waiting(whose="nobody").rows] == ["02"]
    assert [row.ending for row in office.waiting(language="es").rows] == ["02"]
    assert office.waiting(kind="call").rows == ()
    assert office.waiting().languages == ("es", "so")
    assert office.read(inbox.counts, office.amal, office.now).mine == 1


def test_a_reviewer_sees_families_of_their_languages_alone(office: Office) -> None:
    office.family(1)
    office.asks(1)
    office.family(2, "es")
    office.asks(2, "¿A qué hora sale el bus?")
    assert [row.ending for row in office.waiting(office.faadumo).rows] == ["01"]
    assert office.waiting(office.faadumo).languages == ("so",)
    assert office.read(inbox.counts, office.faadumo, office.now).waiting == 1
    assert office.read(inbox.counts, office.amal, office.now).waiting == 2


def test_lists_for_a_call_do_not_bury_the_families_who_wrote(office: Office) -> None:
    made = office.family()

    def add(session: Session) -> None:
        session.add(
            Handover(contact_point_id=made, why="call: no text in their language", made_at=office.now)
        )
        session.add(Handover(why="missed: “Snow” of 2026-11-17T06:00 was found too late", made_at=office.now))

    office.write(add)
    assert office.waiting().rows == ()
    assert office.read(inbox.counts, office.amal, office.now).waiting == 0
    rows = office.waiting(kind="list").rows
    assert {row.phone for row in rows} == {made, None}
    assert len(office.waiting(office.faadumo, kind="list").rows) == 1


def test_a_message_that_belongs_to_no_phone_can_still_be_read(office: Office) -> None:
    from bot import replies

    key = office.desk.hears("+17155550999", "Is this the school?")
    office.write(replies.give_up, key, office.now)
    (row,) = office.waiting(kind="read").rows
    assert (row.phone, row.words, row.ending) == (None, "Is this the school?", "99")


def test_pages_hold_25_conversations(office: Office) -> None:
    def many(session: Session) -> None:
        for number in range(60):
            session.add(
                Handover(contact_point_id=phones[number % 55], why="own question", made_at=office.now)
            )

    phones = [office.family(number) for number in range(55)]
    office.write(many)
    first, third = office.waiting(), office.waiting(page=3)
    assert (len(first.rows), first.total, first.more) == (25, 55, True)
    assert (len(third.rows), third.total, third.more, third.first) == (5, 55, False, 51)
    beyond = office.waiting(page=9)
    assert (beyond.rows, beyond.total, beyond.more) == ((), 55, False)
    assert len(office.read(inbox.waiting_now, office.amal, office.now, 7)) == 7


def test_what_is_done_is_listed_newest_first_with_how(office: Office) -> None:
    for number in (1, 2):
        office.family(number)
        office.asks(number)
    (first, second) = office.waiting().rows
    office.write(inbox.close, [first.id], office.amal, how="called", now=office.now)
    office.desk.clock.advance(minutes=1)
    office.write(inbox.close, [second.id], office.amal, how="letter", now=office.now)
    done = office.waiting(done=True)
    assert [(row.id, row.done_how, row.done_name) for row in done.rows] == [
        (second.id, "letter", "Amal"),
        (first.id, "called", "Amal"),
    ]
    assert (done.total, done.more) == (None, False)


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        ("own question", "question"),
        ("second no", "call"),
        ("media", "read"),
        ("something new", "read"),
        ("missed: x", "list"),
        ("read back", "read_back"),
    ],
)
def test_everything_handed_over_has_a_kind(why: str, kind: str) -> None:
    assert kind_of(why) == kind
