"""Inquiries of several questions: written, refused, put one after the other, kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from bot import broadcasts, replies
from bot.broadcasts import Draft
from bot.conversation.ask import Ask, Worded
from bot.conversation.talk import END
from bot.errors import BroadcastError
from bot.messages import ChannelName
from bot.settings import Settings
from bot.store import contacts, outbox
from bot.store.audience import Audience
from bot.store.store import Store
from bot.store.tables import Broadcast, Rendering, Talk, Translation, TranslationState
from tests import school
from tests.conftest import StandingClock
from tests.school import SMS, TELEGRAM, Desk, phone

THREE = Ask(
    "yes_no",
    skips=(("no", END),),
    more=(Ask("one_of", ("Tuesday", "Thursday")), Ask("own_words")),
)
TEXTS = ("Can you come to the meeting?", "Which evening is best?", "What would help you to come?")
SPANISH = (
    Worded("¿Qué noche es mejor?", ("martes", "jueves")),
    Worded("¿Qué necesita para poder venir?"),
)


@pytest.fixture
def desk(settings: Settings, store: Store, clock: StandingClock) -> Desk:
    store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    return Desk(store, school.lively(settings), clock)


@pytest.fixture
def bot(settings: Settings, store: Store, clock: StandingClock) -> Desk:
    store.writing(outbox.ensure_lane, ChannelName.TELEGRAM, TELEGRAM)
    return Desk(store, school.lively(settings), clock, TELEGRAM, ChannelName.TELEGRAM)


def draft(session: Session, desk: Desk, ask: Ask = THREE, texts: tuple[str, ...] = TEXTS) -> int:
    written = Draft("Meeting", texts[0], Audience(), ask=ask, more=texts[1:])
    return broadcasts.draft(session, written, desk.clock.now())


def in_spanish(session: Session, desk: Desk, number: int, more: tuple[Worded, ...] = SPANISH) -> None:
    broadcasts.translate(
        session,
        number,
        "es",
        "¿Puede venir a la reunión?",
        more=more,
        provenance="typed",
        state=TranslationState.REVIEWED,
        now=desk.clock.now(),
    )


def send(session: Session, desk: Desk, number: int) -> None:
    now = desk.clock.now()
    broadcasts.approve(session, number, desk.settings, now=now, fallback="en")
    local = now.astimezone(desk.settings.school.zone).replace(tzinfo=None)
    broadcasts.schedule(session, number, local, desk.settings, rrule=None, now=now)
    for schedule in broadcasts.due(session, now):
        broadcasts.release(session, schedule, desk.settings, now)


def asked(desk: Desk, tag: str = "es", **more: object) -> str:
    """One family with the first of three questions before it; returns its phone."""
    address = phone(1) if desk.channel == ChannelName.SMS else "715000001"

    def work(session: Session) -> None:
        school.family(session, 1, tag=tag, address=address, channel=desk.channel, **more)  # type: ignore[arg-type]
        number = draft(session, desk)
        in_spanish(session, desk, number)
        send(session, desk, number)

    desk.store.writing(work)
    desk.read(address)
    desk.clock.advance(minutes=5)
    return address


def answers(desk: Desk) -> list[tuple[int, str | None, str]]:
    return [(one.question, one.value, one.words) for one in school.all_replies(desk.store)]


# Written and approved


def test_one_question_is_kept_as_it_always_was(desk: Desk) -> None:
    """Nothing of several questions stands in what one question needs."""

    def work(session: Session) -> tuple[dict[str, object], object]:
        school.family(session, 1)
        number = draft(session, desk, Ask("one_of", ("8-11", "3-5")), ("When?",))
        broadcasts.approve(session, number, desk.settings, now=desk.clock.now())
        kept = session.get(Broadcast, number)
        assert kept is not None
        assert kept.question is not None
        return kept.question, session.exec(select(Rendering.asks)).first()

    question, asks = desk.store.writing(work)
    assert list(question) == ["kind", "choices", "low", "high", "other", "per_child"]
    assert isinstance(asks, dict)
    assert list(asks) == ["topic", "choices", "staff_choices", "asked"]


def test_every_question_is_worded_in_every_language(desk: Desk) -> None:
    def work(session: Session) -> list[str]:
        school.family(session, 1, tag="es")
        number = draft(session, desk)
        in_spanish(session, desk, number)
        shown = broadcasts.approve(session, number, desk.settings, now=desk.clock.now())
        return [shown.lines[0].text, *shown.lines[0].more]

    assert desk.store.writing(work) == [
        "¿Puede venir a la reunión?\n1 sí\n2 no",
        "¿Qué noche es mejor?\n1 martes\n2 jueves\n3 otra cosa",
        "¿Qué necesita para poder venir?",
    ]


def test_a_language_that_lacks_a_question_is_not_sent(desk: Desk) -> None:
    def work(session: Session) -> list[str | None]:
        school.family(session, 1, tag="es")
        number = draft(session, desk)
        in_spanish(session, desk, number, ())
        return [line.written_in for line in broadcasts.preview(session, number, desk.settings).lines]

    assert desk.store.writing(work) == [None]


@pytest.mark.parametrize(
    ("ask", "texts", "complaint"),
    [
        (replace(THREE, skips=(("no", 1),)), TEXTS, "question 1 does not come after this one"),
        (replace(THREE, skips=(("no", 4),)), TEXTS, "question 4 does not come after this one"),
        (replace(THREE, skips=(("perhaps", END),)), TEXTS, "“perhaps” is none of this question's"),
        (THREE, (TEXTS[0], "", TEXTS[2]), "Question 2: The text is empty"),
        (THREE, (TEXTS[0], "What does the IEP say?", TEXTS[2]), "Question 2: Families cannot know “IEP”"),
        (
            Ask("number", low=1, high=9, more=(Ask("yes_no"),)),
            ("How many?", "Don't you want a ride?"),
            "Question 2: A negative question",
        ),
        (
            Ask("yes_no", more=(Ask("one_of", ("only one",)),)),
            ("Can you come?", "When?"),
            "Question 2: Give 2 to 5 choices",
        ),
        (Ask("yes_no", more=(Ask("yes_no"),) * 6), ("Can you?",) * 7, "at most 6 questions"),
        (
            Ask("yes_no", more=(Ask("own_words", skips=(("yes", END),)),)),
            ("Can you?", "What helps?"),
            "Question 2: A skip needs an answer that can be chosen",
        ),
    ],
)
def test_every_question_keeps_the_house_rules(
    desk: Desk, ask: Ask, texts: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(BroadcastError, match=complaint):
        desk.store.writing(lambda session: draft(session, desk, ask, texts))


def test_a_translation_words_as_many_questions_as_there_are(desk: Desk) -> None:
    number = desk.store.writing(lambda session: draft(session, desk))
    with pytest.raises(BroadcastError, match="words 2 questions, the inquiry has 3"):
        desk.store.writing(lambda session: in_spanish(session, desk, number, SPANISH[:1]))
    wrong = (replace(SPANISH[0], choices=("martes",)), SPANISH[1])
    with pytest.raises(BroadcastError, match="Question 2 in Spanish has 1 choices, it needs 2"):
        desk.store.writing(lambda session: in_spanish(session, desk, number, wrong))


def test_a_new_wording_of_a_later_question_is_read_again(desk: Desk) -> None:
    def work(session: Session) -> str:
        number = draft(session, desk)
        in_spanish(session, desk, number)
        later = [Worded("Which evening?", ("Tuesday", "Thursday")), Worded(TEXTS[2])]
        broadcasts.translate(
            session, number, "en", TEXTS[0], more=later, provenance="typed",
            state=TranslationState.REVIEWED, now=desk.clock.now(),
        )  # fmt: skip
        spanish = select(Translation).where(col(Translation.language) == "es")
        return session.exec(spanish.execution_options(populate_existing=True)).one().state

    assert desk.store.writing(work) == TranslationState.STALE


# Put one after the other


def test_each_answer_brings_the_next_question_in_the_same_text(desk: Desk) -> None:
    address = asked(desk)
    desk.says(address, "sí")
    assert desk.read(address) == [
        "Gracias. Anotamos: sí.\n¿Qué noche es mejor?\n1 martes\n2 jueves\n3 otra cosa"
    ]
    desk.clock.advance(minutes=1)
    desk.says(address, "2")
    assert desk.read(address) == ["Gracias. Anotamos: jueves.\n¿Qué necesita para poder venir?"]
    desk.clock.advance(minutes=1)
    desk.says(address, "alguien que cuide a mis niños")
    assert desk.read(address) == []
    assert answers(desk) == [
        (1, "yes", "sí"),
        (2, "2", "2"),
        (3, None, "alguien que cuide a mis niños"),
    ]


def test_what_is_too_long_together_goes_as_two_texts(desk: Desk) -> None:
    long = "Cuéntenos por favor qué noche le conviene más a toda su familia, " * 5

    def work(session: Session) -> None:
        school.family(session, 1, tag="es")
        number = draft(session, desk)
        in_spanish(session, desk, number, (Worded(long, ("martes", "jueves")), SPANISH[1]))
        send(session, desk, number)

    desk.store.writing(work)
    desk.read(phone(1))
    desk.clock.advance(minutes=5)
    desk.says(phone(1), "1")
    noted, question = desk.read(phone(1))
    assert noted == "Gracias. Anotamos: sí. Si no es correcto, mande otra respuesta."
    assert question.startswith("Cuéntenos")
    assert question.endswith("3 otra cosa")


def test_an_answer_that_lay_unread_is_not_overtaken_by_its_own_next_question(desk: Desk) -> None:
    """Two texts came while nobody thought about them: the second cannot be meant for what was not yet put."""
    address = asked(desk)
    first = desk.hears(address, "1")
    desk.clock.advance(minutes=1)
    second = desk.hears(address, "2")
    desk.clock.advance(minutes=9)
    for key in (first, second):
        desk.store.writing(replies.handle, key, desk.settings, desk.clock.now())
    assert len(answers(desk)) == 1
    assert "¿Qué noche es mejor?" in desk.read(address)[-1].partition("\n2 ")[2], "we ask which one is meant"


def test_stop_ends_the_inquiry(desk: Desk) -> None:
    address = asked(desk)
    desk.says(address, "sí")
    desk.read(address)
    desk.says(address, "STOP")
    desk.says(address, "2")
    assert [one for one in answers(desk) if one[0] > 1] == []


def test_where_there_is_no_text_in_another_language_the_rest_stays_as_it_was(desk: Desk) -> None:
    address = asked(desk)
    desk.says(address, "English")
    assert contact_language(desk, address) == "en"
    desk.clock.advance(minutes=1)
    desk.read(address)
    desk.says(address, "1")
    (text,) = desk.read(address)
    assert "¿Qué noche es mejor?" in text, "nobody was due an English text, so there is none"


def test_the_rest_is_put_in_the_language_they_chose(desk: Desk) -> None:
    desk.store.writing(lambda session: school.family(session, 2, tag="en"))
    address = asked(desk)
    desk.says(address, "English")
    desk.read(address)
    desk.clock.advance(minutes=1)
    desk.says(address, "1")
    assert desk.read(address) == [
        "Thanks. We wrote: sí.\nWhich evening is best?\n1 Tuesday\n2 Thursday\n3 something else"
    ]


def contact_language(desk: Desk, address: str) -> str:
    found = desk.store.reading(contacts.at_address, desk.channel, address)
    assert found is not None
    return found.language


# Telegram


def test_buttons_carry_their_question_and_are_taken_away(bot: Desk) -> None:
    address = asked(bot)
    bot.says(address, pressed="q:1:1")
    later = [one for one in school.deliveries(bot.store) if one.rendering_id is None]
    assert later[0].buttons == [["martes", "q:1.2:1"], ["jueves", "q:1.2:2"], ["otra cosa", "q:1.2:3"]]
    bot.read(address)
    keyboards = bot.says(address, "jueves")
    assert [one.message_id for one in keyboards] == [sent(bot)]
    assert answers(bot)[-1][:2] == (2, "2")


def sent(bot: Desk) -> str | None:
    return next(one.provider_id for one in school.deliveries(bot.store) if one.rendering_id is None)


def test_an_older_questions_button_changes_the_way(bot: Desk) -> None:
    """“No” ends this inquiry, also when it is pressed after the second question has come."""
    address = asked(bot)
    bot.says(address, pressed="q:1:1")
    bot.read(address)
    bot.says(address, pressed="q:1:2")
    assert bot.read(address) == ["Gracias. Anotamos: no. Si no es correcto, mande otra respuesta."]
    talk = bot.store.reading(lambda session: session.exec(select(Talk)).one().state)
    assert talk["now"]["question"]["number"] == 1


def test_a_button_of_a_question_that_does_not_exist_means_nothing(bot: Desk) -> None:
    address = asked(bot)
    bot.says(address, pressed="q:1.9:1")
    assert bot.read(address) == []
    assert answers(bot) == []
