"""Answers: in the family's language, by whoever may, once, and not at night."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot import inbox, replies
from bot.errors import InboxError
from bot.inbox import Written
from bot.inbox.answering import check_read_back
from bot.messages import ChannelName, DeliveryState
from bot.store import contacts, outbox
from bot.store.tables import ContactPoint, Delivery, Handover, Note
from tests.inbox.office import OWN_WORDS, QUESTION, Office
from tests.school import phone


@pytest.fixture
def asked(office: Office) -> int:
    made = office.family()
    office.asks()
    return made


def answers(office: Office) -> list[Delivery]:
    def read(session: Session) -> list[Delivery]:
        rows = select(Delivery).where(col(Delivery.written_at).is_not(None)).order_by(col(Delivery.id))
        return list(session.exec(rows))

    return office.read(read)


def test_an_answer_goes_out_and_keeps_who_wrote_it_and_what_it_means(office: Office, asked: int) -> None:
    sent = office.sends(asked, "Waxaad weydiisay goorta basku imanayo. Berri 7:10.")
    assert office.desk.read(phone(1)) == ["Waxaad weydiisay goorta basku imanayo. Berri 7:10."]
    (kept,) = answers(office)
    assert (kept.id, kept.written_by, kept.way) == (sent.delivery, office.faadumo.id, "liaison")
    assert (kept.meaning, kept.written_at) == ("Tomorrow 7:10.", office.now)
    assert (sent.settled, sent.goes_at, sent.parts) == (1, None, 1)
    assert office.open_whys() == []
    (done,) = office.waiting(done=True).rows
    assert (done.done_how, done.done_name) == ("answered", "Faadumo")


def test_the_second_of_two_who_answer_is_refused_by_name_and_hour(office: Office, asked: int) -> None:
    seen = office.thread(asked).seen
    office.sends(asked, seen=seen)
    office.desk.clock.advance(minutes=2)
    with pytest.raises(InboxError, match="Faadumo answered this family at 10:00"):
        office.sends(asked, "Berri 8:00.", office.amal, seen=seen)
    with pytest.raises(InboxError, match="You answered this family"):
        office.sends(asked, seen=seen)
    assert len(office.desk.read(phone(1))) == 1


def test_an_answer_to_a_family_that_wrote_meanwhile_is_held_back_once(office: Office, asked: int) -> None:
    seen = office.thread(asked).seen
    office.asks(1, "Mise maya?")
    with pytest.raises(InboxError, match="wrote again while you were writing"):
        office.sends(asked, seen=seen)
    assert office.sends(asked).settled == 2


def test_what_is_restricted_does_not_make_an_answer_stale(office: Office, asked: int) -> None:
    """Otherwise the refusal would tell that something came in that one may not see."""
    seen = office.thread(asked).seen
    office.asks(1, "my husband hits me")
    assert office.thread(asked).seen == seen
    assert office.sends(asked, seen=seen).settled == 1
    assert office.open_whys() == ["danger"]


def test_a_read_back_and_a_promised_call_are_not_settled_by_a_text(office: Office) -> None:
    made = office.told()

    def promise(session: Session) -> None:
        session.add(Handover(contact_point_id=made, why="second no", made_at=office.now))

    office.write(promise)
    assert office.sends(made).settled == 0
    assert office.open_whys() == ["read back", "second no"]


def test_after_stop_no_answer_is_sent(office: Office, asked: int) -> None:
    office.asks(1, "JOOJI")
    with pytest.raises(InboxError, match=r"has stopped our texts.*call, or write a letter"):
        office.sends(asked)


def test_a_number_that_cannot_be_reached_is_not_written_to(office: Office, asked: int) -> None:
    def bad(session: Session) -> None:
        found = session.get(ContactPoint, asked)
        assert found is not None
        contacts.mark_bad(session, found, why="No such phone.", now=office.now)

    office.write(bad)
    with pytest.raises(InboxError, match="cannot be reached"):
        office.sends(asked)


def test_a_family_that_never_wrote_is_not_answered(office: Office) -> None:
    with pytest.raises(InboxError, match="has not written to us"):
        office.sends(office.family())


# At night


@pytest.mark.parametrize(
    ("hour", "until"),
    [
        (datetime(2026, 11, 18, 3, 0, tzinfo=UTC), datetime(2026, 11, 18, 14, 0, tzinfo=UTC)),  # 21:00
        (datetime(2026, 11, 18, 11, 0, tzinfo=UTC), datetime(2026, 11, 18, 14, 0, tzinfo=UTC)),  # 05:00
        (datetime(2026, 11, 18, 2, 29, tzinfo=UTC), None),  # 20:29
    ],
)
def test_out_of_hours_an_answer_waits_for_eight(
    office: Office, asked: int, hour: datetime, until: datetime | None
) -> None:
    office.desk.clock.moment = hour
    assert office.read(inbox.goes_at, asked, office.desk.settings, hour) == until
    assert office.sends(asked).goes_at == until
    assert len(office.desk.read(phone(1))) == (0 if until else 1)
    if until is not None:
        office.write(outbox.wake, until)
        assert len(office.desk.read(phone(1))) == 1


def test_within_a_quarter_of_an_hour_a_family_is_answered_at_any_hour(office: Office) -> None:
    made = office.family()
    office.desk.clock.moment = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)
    office.asks()
    office.desk.clock.advance(minutes=14)
    assert office.sends(made).goes_at is None


def test_a_stop_ends_an_answer_that_waits_for_the_morning(office: Office, asked: int) -> None:
    office.desk.clock.moment = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
    office.sends(asked)
    office.asks(1, "JOOJI")
    (kept,) = answers(office)
    assert kept.state == DeliveryState.FAILED


def test_a_read_back_at_night_waits_for_the_morning_too(office: Office) -> None:
    office.told()
    office.desk.clock.moment = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
    office.write(
        replies.read_back, 1, office.desk.settings, home="habeenkii waad shaqaysaa", staff="works nights",
        by="Faadumo", now=office.now, account=office.faadumo.id,
    )  # fmt: skip
    assert office.desk.read(phone(1)) == []
    office.write(outbox.wake, datetime(2026, 11, 18, 14, 0, tzinfo=UTC))
    assert "habeenkii waad shaqaysaa" in office.desk.read(phone(1))[0]
    (row,) = office.waiting(done=True).rows
    assert (row.done_how, row.done_name) == ("read_back", "Faadumo")


# In whose words


def test_a_liaison_says_in_both_languages_what_the_answer_means(office: Office, asked: int) -> None:
    with pytest.raises(InboxError, match="Say in English too what the answer means"):
        office.sends(asked, staff="")


def test_whoever_types_a_language_that_is_not_theirs_says_that_they_write_it(
    office: Office, asked: int
) -> None:
    with pytest.raises(InboxError, match="Say that you write Somali yourself"):
        office.sends(asked, who=office.amal, read=False)
    office.sends(asked, who=office.amal, read=True)
    assert answers(office)[0].way == "liaison"


@pytest.mark.parametrize("read", [False, True])
def test_a_machines_somali_is_not_sent_by_somebody_who_does_not_read_it(
    office: Office, asked: int, read: bool
) -> None:
    with pytest.raises(InboxError, match="your account does not say that you read Somali"):
        office.sends(asked, "Berri", office.amal, engine="libretranslate", drafted="Berri", read=read)
    assert office.desk.read(phone(1)) == []


def test_a_machines_somali_is_sent_once_somebody_has_read_it(office: Office, asked: int) -> None:
    draft: dict[str, Any] = {"engine": "libretranslate", "drafted": "Berri"}
    with pytest.raises(InboxError, match="read it, and tick"):
        office.sends(asked, "Berri", read=False, **draft)
    office.sends(asked, "Berri 7:10", **draft)
    assert answers(office)[0].way == "read:libretranslate"
    assert office.desk.read(phone(1)) == ["Berri 7:10"]


def test_a_machines_spanish_may_go_as_it_is_and_says_what_it_is(office: Office) -> None:
    made = office.family(1, "es")
    office.asks(1, "¿A qué hora sale el bus?")
    draft: dict[str, Any] = {"engine": "libretranslate", "drafted": "Mañana 7:10", "read": False}
    with pytest.raises(InboxError, match="your account does not say that you read Spanish"):
        office.sends(made, "Mañana 7:15", office.amal, **draft)
    office.sends(made, "Mañana  7:10", office.amal, **draft)
    assert office.desk.read(phone(1)) == ["(PC) Mañana  7:10"]
    assert answers(office)[0].way == "engine:libretranslate"


def test_no_machine_writes_karen_however_it_is_sent(office: Office) -> None:
    made = office.family(1, "ksw")
    office.asks(1, "Bus?")

    def learn(session: Session) -> None:
        from bot.store.tables import Staff

        row = session.get(Staff, office.amal.id)
        assert row is not None
        row.languages = ["ksw"]

    office.write(learn)
    with pytest.raises(InboxError, match="A machine drafted this"):
        office.sends(made, "x", office.amal, engine="libretranslate", drafted="x")


def test_a_canned_answer_needs_nobody_to_read_it_while_it_is_unchanged(office: Office, asked: int) -> None:
    number = office.write(
        inbox.keep_canned, None, title="Bus", texts={"so": "Basku 7:10."}, who=office.faadumo, now=office.now
    )
    changed: dict[str, Any] = {"canned": number, "staff": "", "read": False}
    with pytest.raises(InboxError, match="Say in English too"):
        office.sends(asked, "Basku 7:20.", office.amal, **changed)
    office.sends(asked, "Basku 7:10.", office.amal, **changed)
    assert answers(office)[0].way == f"canned:{number}"


def test_a_family_that_reads_english_is_answered_in_english(office: Office) -> None:
    made = office.family(1, "en")
    office.asks(1, "When does the bus come?")
    office.sends(made, "At 7:10.", office.amal, staff="", read=False)
    assert answers(office)[0].way == "same"


def test_a_draft_is_kept_for_somebody_who_reads_the_language(office: Office, asked: int) -> None:
    office.write(inbox.assign, asked, office.amal, office.amal.id)
    written = Written("Berri", "Tomorrow", engine="libretranslate", drafted="Berri")
    office.write(inbox.save_draft, asked, office.amal, written, text="Please read my answer.", now=office.now)
    (row,) = office.waiting(office.faadumo).rows
    assert (row.draft, row.assigned_to) == (True, None)
    draft = office.thread(asked, office.faadumo).draft
    assert draft is not None
    assert (draft.by, draft.home, draft.staff, draft.engine) == (
        "Amal",
        "Berri",
        "Tomorrow",
        "libretranslate",
    )
    office.sends(asked, "Berri", engine="libretranslate", drafted="Berri")
    assert office.thread(asked).draft is None
    assert office.notes() == ["Please read my answer."]
    kept = office.read(lambda session: session.exec(select(Note.draft)).all())
    assert list(kept) == [None]


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_answer_is_refused(office: Office, asked: int, text: str) -> None:
    with pytest.raises(InboxError, match="The answer is empty"):
        office.sends(asked, text)
    with pytest.raises(InboxError, match="nothing to keep"):
        office.write(inbox.save_draft, asked, office.amal, Written(text), text="", now=office.now)


def test_a_text_of_many_parts_is_refused(office: Office, asked: int) -> None:
    with pytest.raises(InboxError, match="7 parts long and 6 are the most"):
        office.sends(asked, "a" * 153 * 6 + "b")


def test_the_cost_is_that_of_the_text_as_it_goes_out() -> None:
    found = inbox.cost("“Berri”…", ChannelName.SMS)
    assert (found.text, found.parts, found.encoding, found.dear) == ('"Berri"...', 1, "GSM-7", False)
    assert inbox.cost("Berri ✓", ChannelName.SMS).dear
    assert not inbox.cost("الباص غداً", ChannelName.SMS).dear
    assert inbox.cost("✓" * 100, ChannelName.TELEGRAM).parts == 1


def test_a_read_back_has_two_parts_at_most(office: Office) -> None:
    made = office.told()
    (thing,) = office.thread(made).owed
    assert thing.read_back is not None
    phrase = thing.read_back.phrase
    assert check_read_back("Sabtida MA iman kartid", "not Saturdays", phrase, ChannelName.SMS).parts == 1
    with pytest.raises(InboxError, match="3 parts long and 2 are the most"):
        check_read_back("a" * 300, "x", phrase, ChannelName.SMS)
    with pytest.raises(InboxError, match="a sentence in the family's language and one in yours"):
        check_read_back("a", " ", phrase, ChannelName.SMS)


def test_a_reviewer_does_not_answer_in_a_language_that_is_not_theirs(office: Office) -> None:
    made = office.family(1, "es")
    office.asks(1, "¿A qué hora sale el bus?")
    with pytest.raises(InboxError, match="writes in Spanish"):
        office.sends(made, who=office.faadumo, seen="1.0")
    with pytest.raises(InboxError, match="no such conversation"):
        office.thread(999)


def test_words_that_wait_are_shown_as_they_came(office: Office) -> None:
    office.told()
    assert office.waiting().rows[0].words == OWN_WORDS
    assert QUESTION not in office.waiting().rows[0].words


def test_what_we_say_by_ourselves_passes_at_night_for_a_quarter_of_an_hour(office: Office) -> None:
    """Their text at 22:00 is answered at once; dealt with only at 22:20, it is answered in the morning."""
    office.desk.clock.moment = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
    office.desk.read(phone(1))
    office.desk.says(phone(1), "when does the bus come?")
    assert len(office.desk.read(phone(1))) == 1
    late = office.desk.hears(phone(2), "and which stop?")
    office.desk.clock.advance(minutes=20)
    office.desk.store.writing(replies.handle, late, office.desk.settings, office.desk.clock.now())
    assert office.desk.read(phone(2)) == []
    office.desk.clock.moment = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
    assert len(office.desk.read(phone(2))) == 1
