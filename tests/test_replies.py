"""What families send: kept once, thought about in order, answered by the rules, and never in logs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot import households, replies
from bot.channels.twilio_codes import CODES
from bot.conversation.ask import Ask
from bot.errors import BroadcastError
from bot.messages import ChannelName, DeliveryState, Inbound, StatusReport
from bot.settings import Settings
from bot.store import contacts, outbox
from bot.store.audience import Audience
from bot.store.store import Store
from bot.store.tables import (
    Consent,
    ContactPoint,
    Delivery,
    Handover,
    LinkCode,
    PersonContactPoint,
    Talk,
)
from bot.store.tables import Inbound as InboundRow
from tests import school
from tests.conftest import StandingClock
from tests.reporting import reported
from tests.school import SMS, TELEGRAM, Desk, phone

CLOSED = Ask("one_of", ("8-11", "3-5", "6-8"))
OPEN = Ask("own_words")
NEEDS = "What do you need to come to meetings?"
SO_NEEDS = "Iskuulka Lincoln: maxaa kuu fududayn kara inaad shirka timaado? Sidaad rabto u soo qor."
SO_WORDS = "Habeenkii waan shaqeeyaa, Sabtida ma imaan karo"


@pytest.fixture
def desk(settings: Settings, store: Store, clock: StandingClock) -> Desk:
    store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    return Desk(store, school.lively(settings), clock)


@pytest.fixture
def bot(settings: Settings, store: Store, clock: StandingClock) -> Desk:
    store.writing(outbox.ensure_lane, ChannelName.TELEGRAM, TELEGRAM)
    return Desk(store, school.lively(settings), clock, TELEGRAM, ChannelName.TELEGRAM)


def asked(desk: Desk, ask: Ask = CLOSED, *, tag: str = "en", **family: object) -> str:
    """One family with a question before it; returns its phone."""
    address = phone(1) if desk.channel == ChannelName.SMS else "715000001"

    def work(session: Session) -> None:
        school.family(session, 1, tag=tag, address=address, channel=desk.channel, **family)  # type: ignore[arg-type]
        text = NEEDS if ask.kind == "own_words" else "When can you meet the teacher?"
        texts = {"so": SO_NEEDS} if ask.kind == "own_words" else {"so": "Goorma?"}
        choices = {} if ask.kind == "own_words" else {"so": ask.choices}
        school.send_out(
            session, desk.settings, desk.clock.now(), text=text, ask=ask, texts=texts, choices=choices
        )

    desk.store.writing(work)
    desk.read(address)
    desk.clock.advance(minutes=5)
    return address


def contact(desk: Desk, address: str) -> ContactPoint:
    found = desk.store.reading(contacts.at_address, desk.channel, address)
    assert found is not None
    return found


def moving(store: Store) -> list[str]:
    """What is waiting or queued: with nothing to wait for there should be nothing."""
    return [
        one.state
        for one in school.deliveries(store)
        if one.state in {DeliveryState.QUEUED, DeliveryState.WAITING}
    ]


# What is kept


def message(number: int, address: str = phone(1), text: str = "hello") -> Inbound:
    return Inbound(ChannelName.SMS, f"IN{number}", SMS, address, text)


def test_what_comes_twice_is_kept_once_in_any_order(store: Store, clock: StandingClock) -> None:
    """A provider's ids are a set: an older one may come after a newer one, and again."""
    assert store.writing(replies.accept, [message(5), message(3), message(5)], clock.now()) == 2
    assert store.writing(replies.accept, [message(3), message(4)], clock.now()) == 1
    assert store.writing(replies.accept, [], clock.now()) == 0
    rows = store.reading(lambda session: session.exec(select(InboundRow.provider_id)).all())
    assert sorted(rows) == ["IN3", "IN4", "IN5"]


def test_a_message_is_thought_about_once(desk: Desk) -> None:
    address = asked(desk)
    key = desk.hears(address, "2")
    for _ in range(3):
        desk.store.writing(replies.handle, key, desk.settings, desk.clock.now())
    assert len(desk.read(address)) == 1
    assert [one.value for one in school.all_replies(desk.store)] == ["2"]


def test_a_later_message_waits_for_an_earlier_one_of_the_same_phone(desk: Desk) -> None:
    """One that could not be dealt with yet must not be overtaken: "yes" and then "no" is not "no", "yes"."""
    address = asked(desk)
    first, second = desk.hears(address, "2"), desk.hears(address, "3")
    other = desk.hears(phone(9), "hello")
    for key in (second, other, first, second):
        desk.store.writing(replies.handle, key, desk.settings, desk.clock.now())
    assert [one.value for one in school.all_replies(desk.store) if one.broadcast_id] == ["3"]
    assert desk.store.reading(replies.unhandled, 10) == []


@pytest.mark.parametrize(
    ("report", "stopped", "bad"),
    [(21610, True, False), (30005, False, True), (30008, False, False)],
)
def test_a_status_report_may_stop_a_phone_or_call_it_bad(
    desk: Desk, report: int, stopped: bool, bad: bool
) -> None:
    address = asked(desk)
    (row,) = school.deliveries(desk.store)
    for _ in range(2):
        failed = StatusReport(ChannelName.SMS, row.provider_id or "", "failed", code=str(report))
        desk.store.writing(reported, failed, desk.clock.now())
    kept = contact(desk, address)
    assert (kept.stopped_at is not None, kept.bad_at is not None) == (stopped, bad)
    ledger = desk.store.reading(lambda session: session.exec(select(Consent.evidence)).all())
    assert list(ledger) == [CODES[report].sentence] * stopped, "however often the report comes"


def test_a_report_of_a_text_that_we_do_not_know_changes_nothing(desk: Desk) -> None:
    asked(desk)
    stranger = StatusReport(ChannelName.SMS, "SM" + "f" * 32, "failed", code="21610")
    desk.store.writing(reported, stranger, desk.clock.now())
    assert school.states(desk.store) == {"sent": 1}


# Who may be answered


def test_after_the_provider_stopped_a_phone_nothing_is_queued_for_it(desk: Desk) -> None:
    """Its words go to a person; an answer would sit in the queue for ever, and go out after a START."""
    address = asked(desk)
    (row,) = school.deliveries(desk.store)
    report = StatusReport(ChannelName.SMS, row.provider_id or "", "failed", code="21610")
    desk.store.writing(reported, report, desk.clock.now())
    desk.says(address, "When does the bus come?")
    assert moving(desk.store) == []
    assert school.handovers(desk.store) == ["after stop"]
    desk.says(address, "START")
    assert contact(desk, address).stopped_at is None
    desk.says(address, "HELP")
    assert len(desk.read(address)) == 1, "and from then on it is answered again"


def test_a_stop_in_words_is_confirmed_once_and_ends_what_was_queued(desk: Desk) -> None:
    address = asked(desk, tag="so")
    desk.store.writing(
        lambda session: school.send_out(session, desk.settings, desk.clock.now(), texts={"so": "Baraf."})
    )
    desk.says(address, "JOOJI")
    (said,) = desk.read(address)
    assert said.startswith("Waan joojinnay")
    desk.says(address, "jooji")
    assert desk.read(address) == []
    assert contact(desk, address).stopped_why == "family"
    assert moving(desk.store) == []


def test_when_the_provider_has_answered_we_keep_silent(desk: Desk) -> None:
    address = asked(desk)
    desk.says(address, "STOP", provider_replied=True)
    assert desk.read(address) == []
    assert contact(desk, address).stopped_at is not None
    desk.says(address, "START", provider_replied=True)
    assert desk.read(address) == []
    assert contact(desk, address).stopped_at is None


def test_a_stop_that_the_provider_knows_by_another_word_still_stops_the_phone(desk: Desk) -> None:
    address = asked(desk, tag="so")
    desk.says(address, "JOOJI", provider_replied=True)
    assert desk.read(address) == []
    assert contact(desk, address).stopped_at is not None


def test_a_word_of_the_schools_own_that_the_provider_took_for_stop_stops_the_phone(desk: Desk) -> None:
    """Our lists lack it, and the question that is open does not make it an answer."""
    address = asked(desk, tag="es")
    desk.says(address, "PAZ", provider_replied=True, provider_meant="STOP")
    assert desk.read(address) == []
    assert contact(desk, address).stopped_why == "provider"
    assert moving(desk.store) == []
    desk.says(address, "VUELVAN", provider_replied=True, provider_meant="START")
    assert desk.read(address) == []
    assert contact(desk, address).stopped_at is None


def test_a_word_of_the_schools_own_for_help_stops_nobody(desk: Desk) -> None:
    address = asked(desk, tag="es")
    desk.says(address, "DUDA", provider_replied=True, provider_meant="HELP")
    assert desk.read(address) == []
    assert contact(desk, address).stopped_at is None


def test_an_unknown_number_is_answered_by_a_person_and_belongs_to_no_audience(desk: Desk) -> None:
    desk.says(phone(77), "Is there soccer practice tonight?")
    assert school.handovers(desk.store), "a person reads it"
    assert len(desk.read(phone(77))) == 1
    desk.store.writing(lambda session: school.family(session, 1))
    made = desk.store.writing(lambda session: school.send_out(session, desk.settings, desk.clock.now()))
    rows = [one for one in school.deliveries(desk.store) if one.broadcast_id == made]
    assert len(rows) == 1


def test_a_phone_that_writes_to_us_is_a_good_one(desk: Desk) -> None:
    address = asked(desk)

    def mark_bad(session: Session) -> None:
        found = contacts.at_address(session, ChannelName.SMS, address)
        assert found is not None
        contacts.mark_bad(session, found, why="No such phone.", now=desk.clock.now())

    desk.store.writing(mark_bad)
    desk.says(address, "2")
    assert (contact(desk, address).bad_at, contact(desk, address).bad_why) == (None, None)


def test_what_the_program_cannot_deal_with_goes_to_a_person(desk: Desk) -> None:
    address = asked(desk)
    key = desk.hears(address, "2")
    desk.store.writing(replies.give_up, key, desk.clock.now())
    row = desk.store.reading(lambda session: session.exec(select(Handover)).one())
    assert (row.inbound_id, row.contact_point_id) == (key, contact(desk, address).id)
    assert desk.store.reading(replies.unhandled, 9) == []
    desk.store.writing(replies.give_up, 10_000, desk.clock.now())
    assert len(school.handovers(desk.store)) == 1


def test_giving_up_on_a_stranger_keeps_the_words_too(desk: Desk) -> None:
    key = desk.hears(phone(88), "…")
    desk.store.writing(replies.give_up, key, desk.clock.now())
    row = desk.store.reading(lambda session: session.exec(select(Handover)).one())
    assert (row.inbound_id, row.contact_point_id) == (key, None)


# Questions and whose they are


def test_a_closed_answer_is_confirmed_at_once_and_a_newer_one_replaces_it(desk: Desk) -> None:
    address = asked(desk, tag="so")
    desk.says(address, "3")
    (said,) = desk.read(address)
    assert "6-8" in said
    desk.says(address, "1")
    assert len(desk.read(address)) == 1
    (reply,) = school.all_replies(desk.store)
    assert (reply.state, reply.value, reply.language) == ("corrected", "1", "so")


def test_a_time_is_understood_within_what_the_question_allows(desk: Desk) -> None:
    """ "4" is one time where the school asks for one between 15:00 and 18:00."""
    address = asked(desk, Ask("time", low=15 * 60, high=18 * 60), tag="so")
    desk.says(address, "2")
    (again,) = desk.read(address)
    assert again.endswith("tusaale: 4:30 galabnimo.")
    desk.says(address, "4")
    (said,) = desk.read(address)
    assert "4 galabnimo" in said
    (reply,) = school.all_replies(desk.store)
    assert (reply.state, reply.value, reply.understood_staff) == ("confirmed", "16:00", "4 pm")


def test_on_a_shared_phone_each_grade_is_asked_about(desk: Desk) -> None:
    address = asked(desk, Ask("one_of", ("8-11", "3-5"), per_child=True), adults=2, grades=("3", "6"))
    desk.says(address, "2")
    (said,) = desk.read(address)
    assert [line[:2] for line in said.splitlines()[1:]] == ["1 ", "2 ", "3 "]
    desk.says(address, "2")
    (said,) = desk.read(address)
    (reply,) = school.all_replies(desk.store)
    assert (reply.state, reply.value) == ("confirmed", "2")
    assert "6" in (reply.understood_staff or "")


def test_grades_are_offered_in_the_order_of_school(desk: Desk) -> None:
    address = asked(desk, Ask("one_of", ("8-11", "3-5"), per_child=True), grades=("10", "3", "K"))
    desk.says(address, "2")
    (said,) = desk.read(address)
    offered = [line[2:] for line in said.splitlines()[1:4]]
    assert [one.split()[-1] for one in offered] == ["K", "3", "10"]


def test_a_second_question_waits_until_the_first_is_answered(desk: Desk) -> None:
    address = asked(desk)
    desk.store.writing(
        lambda session: school.send_out(
            session, desk.settings, desk.clock.now(), text="Will you come?", ask=Ask("yes_no")
        )
    )
    assert desk.read(address) == []
    assert moving(desk.store) == ["waiting"]
    desk.says(address, "1")
    noted, second = desk.read(address)
    assert second.startswith("Will you come?")
    assert "8-11" in noted


def test_a_question_in_the_queue_waits_as_soon_as_a_read_back_is_open(desk: Desk) -> None:
    """Rule 3: it was released while nothing was open, and has not begun."""
    address = asked(desk, Ask("one_of", ("mornings", "evenings")))
    desk.says(address, "1")
    desk.read(address)
    desk.store.writing(
        lambda session: school.send_out(
            session, desk.settings, desk.clock.now(), text="Will you come?", ask=Ask("yes_no")
        )
    )
    assert moving(desk.store) == ["queued"]
    desk.says(address, "evnings")
    (said,) = desk.read(address)
    assert "evenings" in said
    assert moving(desk.store) == ["waiting"]
    desk.says(address, "1")
    assert desk.read(address)[-1].startswith("Will you come?")


def test_a_question_waits_while_somebody_writes_a_read_back(desk: Desk) -> None:
    address = asked(desk, OPEN, tag="so")
    desk.says(address, SO_WORDS)
    desk.store.writing(
        lambda session: school.send_out(
            session, desk.settings, desk.clock.now(), text="Will you come?", ask=Ask("yes_no")
        )
    )
    assert moving(desk.store) == ["waiting"]


def test_words_that_came_before_a_question_do_not_answer_it(desk: Desk) -> None:
    """They lay unread while the program was down, and the question went out before they were read."""
    desk.store.writing(lambda session: school.family(session, 1))
    key = desk.hears(phone(1), "2")
    desk.clock.advance(minutes=10)
    desk.store.writing(
        lambda session: school.send_out(session, desk.settings, desk.clock.now(), text="When?", ask=CLOSED)
    )
    desk.read(phone(1))
    desk.store.writing(replies.handle, key, desk.settings, desk.clock.now())
    assert [one for one in school.all_replies(desk.store) if one.broadcast_id] == []
    assert (contact(desk, phone(1)).open_until or desk.clock.now()) > desk.clock.now()
    desk.read(phone(1))
    desk.clock.advance(minutes=1)
    desk.says(phone(1), "3")
    (reply,) = [one for one in school.all_replies(desk.store) if one.broadcast_id]
    assert reply.value == "3"


def test_the_same_question_again_is_answered_anew(desk: Desk) -> None:
    """Two broadcasts with the same words are two questions."""
    address = asked(desk)
    desk.says(address, "1")
    desk.clock.advance(days=7)
    desk.store.writing(
        lambda session: school.send_out(
            session, desk.settings, desk.clock.now(), text="When can you meet?", ask=CLOSED
        )
    )
    desk.read(address)
    desk.clock.advance(minutes=5)
    desk.says(address, "2")
    assert [(one.broadcast_id, one.value) for one in school.all_replies(desk.store)] == [(1, "1"), (2, "2")]


# Reading back


def written(
    desk: Desk, reply: int = 1, home: str = "habeenkii waad shaqaysaa, Sabtida MA iman kartid"
) -> str:
    return desk.store.writing(
        replies.read_back, reply, desk.settings, home=home, staff="works nights, NOT Saturdays",
        by="Faadumo", now=desk.clock.now(),
    )  # fmt: skip


def test_own_words_are_read_back_by_a_liaison_and_confirmed(desk: Desk) -> None:
    address = asked(desk, OPEN, tag="so")
    desk.says(address, SO_WORDS)
    assert desk.read(address) == []
    assert school.handovers(desk.store) == ["read back"]
    desk.clock.advance(minutes=3)
    assert "asked whether it is right" in written(desk)
    (said,) = desk.read(address)
    assert "MA iman kartid" in said
    assert said.splitlines()[-2:] == ["1 haa", "2 maya"]
    desk.says(address, "haa")
    (reply,) = school.all_replies(desk.store)
    assert (reply.state, reply.by, reply.words) == ("confirmed", "liaison:Faadumo", SO_WORDS)
    done = desk.store.reading(lambda session: session.exec(select(Handover.done_at)).all())
    assert done == [desk.clock.now()]


def test_a_shared_phone_is_told_no_content_after_a_quarter_of_an_hour(desk: Desk) -> None:
    address = asked(desk, OPEN, tag="so", adults=2)
    desk.says(address, SO_WORDS)
    desk.clock.advance(minutes=16)
    assert "may not be read back" in written(desk)
    (said,) = desk.read(address)
    assert "Sabtida" not in said
    (reply,) = school.all_replies(desk.store)
    assert (reply.state, reply.understood_staff) == ("unconfirmed", "works nights, NOT Saturdays")


def test_within_the_quarter_of_an_hour_a_shared_phone_is_read_back(desk: Desk) -> None:
    address = asked(desk, OPEN, tag="so", adults=2)
    desk.says(address, SO_WORDS)
    desk.clock.advance(minutes=14)
    written(desk)
    assert "Sabtida" in desk.read(address)[0]


def test_after_a_stop_a_read_back_is_kept_and_not_said(desk: Desk) -> None:
    address = asked(desk, OPEN, tag="so")
    desk.says(address, SO_WORDS)
    desk.says(address, "JOOJI")
    desk.read(address)
    written(desk)
    assert desk.read(address) == []
    assert moving(desk.store) == []
    assert [one.state for one in school.all_replies(desk.store)] == ["unconfirmed"]


def test_a_read_back_of_words_that_no_longer_wait_says_so_and_changes_nothing(desk: Desk) -> None:
    address = asked(desk, OPEN, tag="so")
    desk.says(address, SO_WORDS)
    desk.clock.advance(minutes=1)
    written(desk)
    desk.read(address)
    desk.says(address, "haa")
    said = written(desk, home="wax kale")
    assert "confirmed" in said
    assert "nothing was written down" in said
    assert desk.read(address) == []
    (reply,) = school.all_replies(desk.store)
    assert "wax kale" not in (reply.understood_home or "")


@pytest.mark.parametrize(("home", "staff"), [("", "works nights"), ("habeenkii", " ")])
def test_a_read_back_needs_both_sentences(desk: Desk, home: str, staff: str) -> None:
    address = asked(desk, OPEN, tag="so")
    desk.says(address, SO_WORDS)
    with pytest.raises(BroadcastError, match="a sentence in the family's language and one in yours"):
        desk.store.writing(
            replies.read_back, 1, desk.settings, home=home, staff=staff, by="F", now=desk.clock.now()
        )


def test_an_unknown_reply_is_named(desk: Desk) -> None:
    with pytest.raises(BroadcastError, match="There is no reply 7"):
        written(desk, reply=7)
    with pytest.raises(BroadcastError, match="There is no reply 7"):
        desk.store.writing(replies.take_over, 7, desk.settings, desk.clock.now())


def test_a_person_takes_over_instead_of_a_read_back(desk: Desk) -> None:
    address = asked(desk, OPEN, tag="so")
    desk.says(address, SO_WORDS)
    desk.clock.advance(minutes=2)
    desk.store.writing(replies.take_over, 1, desk.settings, desk.clock.now())
    assert [one.state for one in school.all_replies(desk.store)] == ["with_staff"]
    (said,) = desk.read(address)
    assert "Sabtida" not in said


# Time


def test_two_days_without_a_judgement_leave_the_words_unconfirmed_and_are_asked_about_once(
    desk: Desk,
) -> None:
    address = asked(desk, OPEN, tag="so")
    desk.says(address, SO_WORDS)
    desk.clock.advance(minutes=3)
    written(desk)
    desk.read(address)
    desk.clock.advance(hours=49)
    (due,) = desk.store.reading(replies.waking, desk.clock.now(), 9)
    desk.store.writing(replies.wake, due, desk.settings, desk.clock.now())
    assert [one.state for one in school.all_replies(desk.store)] == ["unconfirmed"]
    assert desk.read(address) == [], "no reminder is ever sent for a read-back"
    assert desk.store.reading(replies.waking, desk.clock.now(), 9) == []


def test_a_talk_with_nothing_due_is_not_woken_at_every_tick(desk: Desk) -> None:
    """A deadline that passed without anything to do must not be looked at again each second."""
    address = asked(desk, OPEN, tag="so")
    desk.says(address, SO_WORDS)
    made = contact(desk, address)

    def overdue(session: Session) -> None:
        row = session.get(Talk, made.id)
        assert row is not None
        row.wakes_at = desk.clock.now()
        row.state = row.state | {"with_staff": True}
        row.state["waiting"][0] |= {"home": "x", "staff": "y"}
        row.state["now"] = {
            "what": "read_back",
            "own": row.state["waiting"][0],
            "sent_at": (desk.clock.now() - timedelta(hours=30)).isoformat(),
            "asked_again": False,
        }
        session.add(row)

    desk.store.writing(overdue)
    desk.store.writing(replies.wake, made.id or 0, desk.settings, desk.clock.now())
    assert desk.store.reading(replies.waking, desk.clock.now() + timedelta(minutes=1), 9) == []


# Telegram


def codes(desk: Desk, count: int, tag: str = "so") -> list[str]:
    def work(session: Session) -> list[str]:
        for number in range(count):
            school.family(session, number, tag=tag)
        return [one.code for one in households.link_codes(session, Audience(), desk.clock.now())]

    return desk.store.writing(work)


def linked(desk: Desk, chat: str) -> list[int]:
    def read(session: Session) -> list[int]:
        return list(
            session.exec(
                select(PersonContactPoint.person_id)
                .join(ContactPoint, col(ContactPoint.id) == PersonContactPoint.contact_point_id)
                .where(col(ContactPoint.address) == chat)
            )
        )

    return desk.store.reading(read)


def test_a_code_links_a_chat_once_in_the_familys_language(bot: Desk) -> None:
    (code,) = codes(bot, 1)
    bot.says("900", start_code=code)
    assert linked(bot, "900") == [1]
    assert contact(bot, "900").language == "so"
    assert len(bot.read("900")) == 1
    bot.says("901", start_code=code)
    assert linked(bot, "901") == []
    (said,) = bot.read("901")
    assert "link that the school gave you" in said
    row = bot.store.reading(lambda session: session.get(LinkCode, code))
    assert row is not None
    assert row.used_at == bot.clock.now()
    granted = bot.store.reading(lambda session: session.exec(select(Consent.evidence)).all())
    assert "opened the bot with a one-time code" in granted


def test_a_code_used_again_in_its_own_chat_says_that_it_is_linked(bot: Desk) -> None:
    (code,) = codes(bot, 1, "en")
    for _ in range(2):
        bot.says("900", start_code=code)
    assert linked(bot, "900") == [1]
    assert [one[:14] for one in bot.read("900")] == ["Lincoln School"] * 2


@pytest.mark.parametrize(
    "how", [{"start_code": "cWrong"}, {"text": "/start"}, {"text": "/start@homeloop_bot"}]
)
def test_whoever_opens_the_bot_without_a_code_is_told_how(bot: Desk, how: dict[str, str]) -> None:
    """And is not welcomed back, and nobody has agreed to anything."""
    bot.says("902", **how)
    (said,) = bot.read("902")
    assert "link that the school gave you" in said
    assert linked(bot, "902") == []
    assert bot.store.reading(lambda session: session.exec(select(Consent)).all()) == []


def test_a_family_that_stopped_is_let_in_again_by_its_code(bot: Desk) -> None:
    first, second = codes(bot, 2, "en")
    bot.says("900", start_code=first)
    bot.says("900", "STOP")
    assert contact(bot, "900").stopped_at is not None
    bot.says("900", start_code=second)
    assert contact(bot, "900").stopped_at is None
    assert len(linked(bot, "900")) == 2


def test_the_language_that_a_family_chose_survives_a_second_code(bot: Desk) -> None:
    first, second = codes(bot, 2, "so")
    bot.says("900", start_code=first)
    bot.says("900", "English")
    assert (contact(bot, "900").language, contact(bot, "900").language_by) == ("en", "family")
    bot.says("900", start_code=second)
    assert (contact(bot, "900").language, contact(bot, "900").language_by) == ("en", "family")


def test_a_choice_made_on_another_phone_is_the_familys_here_too(bot: Desk) -> None:
    (code,) = codes(bot, 1, "so")

    def choose(session: Session) -> None:
        row = session.exec(select(ContactPoint)).one()
        row.language, row.language_by = "ar", "family"
        session.add(row)

    bot.store.writing(choose)
    bot.says("900", start_code=code)
    assert (contact(bot, "900").language, contact(bot, "900").language_by) == ("ar", "family")


def test_a_stopped_chat_that_opens_the_bot_with_a_wrong_code_leaves_nothing_in_the_queue(bot: Desk) -> None:
    (code,) = codes(bot, 1, "en")
    bot.says("900", start_code=code)
    bot.says("900", "STOP")
    bot.read("900")
    bot.says("900", start_code="cWrong")
    assert moving(bot.store) == []


def test_a_group_is_declined_once_and_its_words_start_nothing(bot: Desk) -> None:
    for text in ("hello", "STOP", "my child is ill"):
        bot.says("-900", text, private=False)
    (said,) = bot.read("-900")
    assert said == "Lincoln School answers only in private chats, so that nobody else reads along."
    bot.says("-900", "and another", private=False)
    bot.clock.advance(days=40)
    bot.says("-900", "next month", private=False)
    assert bot.read("-900") == []
    assert (school.all_replies(bot.store), school.handovers(bot.store)) == ([], [])


def test_blocking_stops_and_unblocking_undoes_it(bot: Desk) -> None:
    (code,) = codes(bot, 1, "en")
    bot.says("900", start_code=code)
    bot.read("900")
    bot.says("900", blocked=True)
    assert contact(bot, "900").stopped_why == "blocked"
    bot.says("900", blocked=False)
    assert contact(bot, "900").stopped_at is None
    assert bot.read("900") == []


def test_a_block_that_we_learned_of_by_a_refusal_is_undone_as_well(bot: Desk) -> None:
    (code,) = codes(bot, 1, "en")
    bot.says("900", start_code=code)
    bot.read("900")

    def refused(session: Session) -> None:
        found = contacts.at_address(session, "telegram", "900")
        assert found is not None
        contacts.stop(session, found, why="provider", evidence="blocked", now=bot.clock.now())

    bot.store.writing(refused)
    bot.says("900", blocked=False)
    assert contact(bot, "900").stopped_at is None


def test_a_press_answers_and_its_keyboard_is_taken_away(bot: Desk) -> None:
    chat = asked(bot)
    keyboards = bot.says(chat, pressed="q:1:2", press_id="77", message_id=f"{chat}:1")
    assert [one.press_id for one in keyboards] == ["77"]
    (reply,) = school.all_replies(bot.store)
    assert (reply.state, reply.value) == ("confirmed", "2")


def test_a_press_on_an_older_question_changes_the_reply_it_already_has(bot: Desk) -> None:
    chat = asked(bot)
    bot.says(chat, pressed="q:1:2", press_id="77", message_id=f"{chat}:1")
    bot.read(chat)
    bot.clock.advance(days=2)
    bot.store.writing(
        lambda session: school.send_out(
            session, bot.settings, bot.clock.now(), text="And the bus?", ask=Ask("one_of", ("A", "B"))
        )
    )
    bot.read(chat)
    bot.clock.advance(minutes=5)
    bot.says(chat, pressed="q:2:1", press_id="78", message_id=f"{chat}:2")
    bot.says(chat, pressed="q:1:3", press_id="79", message_id=f"{chat}:1")
    found = [(one.broadcast_id, one.value, one.state) for one in school.all_replies(bot.store)]
    assert found == [(1, "3", "corrected"), (2, "1", "confirmed")]


@pytest.mark.parametrize("data", ["q:1:99", "q:99:1", "nonsense", "r1:1:1"])
def test_a_dead_button_is_acknowledged_and_changes_nothing(bot: Desk, data: str) -> None:
    chat = asked(bot)
    keyboards = bot.says(chat, pressed=data, press_id="77", message_id=f"{chat}:1")
    assert [one.press_id for one in keyboards] == ["77"]
    assert [one for one in school.all_replies(bot.store) if one.broadcast_id] == []


# Danger


def test_danger_calls_a_person_and_records_no_reply(desk: Desk) -> None:
    """Rule 19: our text is the ordinary hand-over, word for word."""
    address = asked(desk)
    desk.says(address, "my husband hits me and I am afraid")
    (danger,) = desk.read(address)
    row = desk.store.reading(lambda session: session.exec(select(Handover)).one())
    assert (row.why, row.restricted) == ("danger", True)
    assert school.all_replies(desk.store) == []
    other = Desk(desk.store, desk.settings, desk.clock, _came=100)
    other.store.writing(lambda session: school.family(session, 2))
    other.says(phone(2), "When does the bus come?")
    (ordinary,) = other.read(phone(2))
    assert danger == ordinary


def test_every_answer_says_which_message_it_answers(desk: Desk) -> None:
    address = asked(desk)
    key = desk.hears(address, "2")
    desk.store.writing(replies.handle, key, desk.settings, desk.clock.now())
    row = desk.store.reading(
        lambda session: session.exec(select(Delivery).where(col(Delivery.text).is_not(None))).one()
    )
    assert (row.inbound_id, row.urgency) == (key, outbox.ANSWER)


# A person answers


def test_a_person_answers_what_waited_for_one(desk: Desk) -> None:
    address = asked(desk)
    desk.says(address, "When does the bus come?")
    desk.read(address)
    (owed,) = desk.store.reading(lambda session: session.exec(select(Handover.id)).all())
    assert owed is not None
    desk.store.writing(replies.answer, owed, desk.settings, text="Bus 7 comes at 7:10.", now=desk.clock.now())
    assert desk.read(address) == ["Bus 7 comes at 7:10."]
    with pytest.raises(BroadcastError, match="Nothing waits under the number"):
        desk.store.writing(replies.close, owed, desk.clock.now())


def test_nobody_answers_a_family_that_has_stopped(desk: Desk) -> None:
    address = asked(desk)
    desk.says(address, "When does the bus come?")
    desk.says(address, "STOP")
    (owed,) = desk.store.reading(lambda session: session.exec(select(Handover.id)).all())
    assert owed is not None
    with pytest.raises(BroadcastError, match="has stopped our texts"):
        desk.store.writing(replies.answer, owed, desk.settings, text="At 7:10.", now=desk.clock.now())
    desk.store.writing(replies.close, owed, desk.clock.now())
