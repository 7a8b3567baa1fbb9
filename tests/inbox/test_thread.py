"""The conversation with one phone: everything in its order, in both languages, with how sure we are."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from bot import inbox, replies
from bot.inbox.sayings import in_english
from bot.inbox.views import Aside, Ours, Theirs
from bot.store.tables import Inbound
from tests import school
from tests.inbox.office import OWN_WORDS, QUESTION, Office
from tests.school import phone


def sides(office: Office, made: int, **more: object) -> list[str]:
    return [f"{item.side}: {line(item)}" for item in office.thread(made, **more).items]  # type: ignore[arg-type]


def line(item: Theirs | Ours | Aside) -> str:
    return item.text.splitlines()[0] if item.text else ""


def read_back(office: Office) -> None:
    office.write(
        replies.read_back, 1, office.desk.settings, home="habeenkii waad shaqaysaa, Sabtida MA iman kartid",
        staff="works nights, NOT Saturdays", by="Faadumo", now=office.now, account=office.faadumo.id,
    )  # fmt: skip


def test_a_conversation_reads_from_top_to_bottom(office: Office) -> None:
    made = office.told()
    office.desk.clock.advance(minutes=3)
    read_back(office)
    office.desk.read(phone(1))
    office.desk.clock.advance(minutes=1)
    office.asks(1, "haa")
    office.write(inbox.note, made, office.amal, "Prefers Fridays.", office.now + timedelta(minutes=1))
    assert sides(office, made) == [
        "ours: Iskuulka Lincoln: maxaa kuu fududayn kara inaad shirka timaado?",
        f"theirs: {OWN_WORDS}",
        "ours: Waxaan fahannay: habeenkii waad shaqaysaa, Sabtida MA iman kartid. Ma saxbaa?",
        "aside: read back",
        "theirs: haa",
        "aside: Prefers Fridays.",
    ]


def test_words_carry_what_we_understood_and_every_version(office: Office) -> None:
    made = office.told()
    office.desk.clock.advance(minutes=3)
    read_back(office)
    office.desk.read(phone(1))
    office.asks(1, "haa")
    (words,) = [item for item in office.thread(made).items if isinstance(item, Theirs) and item.understood]
    found = words.understood
    assert found is not None
    assert (words.text, found.state, found.broadcast) == (OWN_WORDS, "confirmed", "What do you need?")
    assert found.home == "habeenkii waad shaqaysaa, Sabtida MA iman kartid"
    assert (found.staff, found.by) == ("works nights, NOT Saturdays", "liaison:Faadumo")
    assert [one.state for one in found.versions] == ["received", "read_back", "confirmed"]


def test_our_texts_are_shown_in_the_staffs_language_too(office: Office) -> None:
    made = office.told()
    office.desk.clock.advance(minutes=3)
    read_back(office)
    office.desk.read(phone(1))
    asked, said = [item for item in office.thread(made).items if isinstance(item, Ours)]
    assert (asked.meaning, asked.broadcast) == ("What do you need?", "What do you need?")
    assert said.meaning == "We understood: works nights, NOT Saturdays. Is it right?\n1 yes\n2 no"
    assert (said.author, said.buttons) == (None, ())


def test_our_own_sentences_are_known_in_english_whatever_they_say() -> None:
    assert in_english("Mahadsanid. Mar kale erayadaada noogu sheeg.", "xx") is None
    assert in_english("Basku 7:10.", "so") is None
    found = in_english("Go'aanka", "so")
    assert found is None


def test_an_answer_shows_who_wrote_it(office: Office) -> None:
    made = office.family()
    office.asks()
    office.sends(made, "Berri 7:10.")
    (answer,) = [item for item in office.thread(made).items if isinstance(item, Ours) and item.author]
    assert (answer.author, answer.meaning, answer.at) == ("Faadumo", "Tomorrow 7:10.", None)
    assert office.thread(made).items[-1] is not None
    office.desk.read(phone(1))
    (answer,) = [item for item in office.thread(made).items if isinstance(item, Ours) and item.author]
    assert answer.at == office.now


def test_a_shared_phone_says_by_how_many(office: Office) -> None:
    made = office.family(adults=2, grades=("3",))
    found = office.thread(made)
    assert (found.adults, found.shared) == (2, True)
    assert found.people[0].children == ("3",)


def test_what_we_write_late_to_a_shared_phone_is_said_to_stay_unsaid(office: Office) -> None:
    made = office.told(adults=2)
    (thing,) = office.thread(made).owed
    assert thing.read_back is not None
    assert not thing.read_back.unsaid
    office.desk.clock.advance(minutes=16)
    (thing,) = office.thread(made).owed
    assert thing.read_back is not None
    assert thing.read_back.unsaid


def test_a_read_back_says_which_sentence_it_becomes_part_of(office: Office) -> None:
    made = office.told()
    (thing,) = office.thread(made).owed
    assert thing.read_back is not None
    assert thing.read_back.phrase == "Waxaan fahannay: \0. Ma saxbaa?\n1 haa\n2 maya"
    office.desk.clock.advance(hours=26)
    (thing,) = office.thread(made).owed
    assert thing.read_back is not None
    assert "Talaado" in thing.read_back.phrase
    assert "shirka" in thing.read_back.phrase


def test_a_question_pressed_as_a_button_shows_its_label(office: Office) -> None:
    made = office.family()
    office.asks()

    def press(session: Session) -> None:
        session.add(
            Inbound(
                channel="telegram", provider_id="p1", lane="bot", address="1", contact_point_id=made,
                message={"text": "", "pressed": "q:1:2"}, received_at=office.now, handled_at=office.now,
            )
        )  # fmt: skip

    office.write(press)
    last = [item for item in office.thread(made).items if isinstance(item, Theirs)][-1]
    assert last.pressed == "2"


def test_late_answers_are_marked(office: Office) -> None:
    made = office.told()

    def late(session: Session) -> None:
        from bot.store.tables import Reply

        row = session.get(Reply, 1)
        assert row is not None
        row.late = True

    office.write(late)
    words = next(item for item in office.thread(made).items if isinstance(item, Theirs))
    assert words.understood is not None
    assert words.understood.late


def test_a_long_conversation_is_shown_from_its_end(office: Office) -> None:
    made = office.family()
    for number in range(50):
        office.desk.clock.advance(hours=1)
        office.asks(1, f"thanks {number}?")
    newest = office.thread(made)
    assert newest.more
    assert newest.items[0].text != "thanks 0?"
    whole = office.read(inbox.thread, made, office.amal, office.desk.settings, office.now, pages=7)
    assert not whole.more
    assert whole.items[0].text == "thanks 0?"


def test_a_text_that_a_stop_ended_stands_where_it_would_have_gone(office: Office) -> None:
    made = office.family()
    office.desk.clock.advance(minutes=1)
    office.desk.says(phone(1), QUESTION)
    office.desk.says(phone(1), "JOOJI")
    texts = [item for item in office.thread(made).items if isinstance(item, Ours)]
    assert [one.state for one in texts] == ["failed", "queued"]
    assert texts[0].at is not None


def test_what_a_broadcast_said_is_in_the_thread_before_it_has_gone(office: Office) -> None:
    made = office.family(1, "en")
    office.write(lambda session: school.send_out(session, office.desk.settings, office.now))
    (text,) = office.thread(made).items
    assert isinstance(text, Ours)
    assert (text.at, text.state, text.meaning) == (None, "queued", None)
