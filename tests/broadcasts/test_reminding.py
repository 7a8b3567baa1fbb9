"""Reminders: who gets one, who is left alone, and that nobody gets two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from bot import broadcasts, replies, reports, watching
from bot.broadcasts import Draft
from bot.broadcasts.reminding import against_reminder, reminder
from bot.conversation import events
from bot.conversation.ask import Ask
from bot.errors import BroadcastError
from bot.messages import ChannelName, DeliveryState
from bot.settings import Settings
from bot.store import outbox
from bot.store.audience import Audience
from bot.store.store import Store
from bot.store.tables import (
    ContactPoint,
    Delivery,
    Handover,
    Household,
    Occurrence,
    Person,
    TranslationState,
)
from bot.talking import Turn
from tests import school
from tests.conftest import StandingClock
from tests.school import Desk, phone

THURSDAY = "Lincoln School: can you come on Thursday?"
MENU = f"{THURSDAY}\n1 yes\n2 no"
REMINDER = f"Reminder: we have no answer from you yet.\n{MENU}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return school.lively(settings)


@pytest.fixture
def desk(store: Store, settings: Settings, clock: StandingClock) -> Desk:
    store.writing(outbox.ensure_lane, ChannelName.SMS, school.SMS)
    return Desk(store, settings, clock)


def asks(
    desk: Desk,
    *,
    text: str = THURSDAY,
    after: int | None = 3,
    decided_on: date | None = None,
    texts: dict[str, str] | None = None,
    ask: Ask | None = None,
    audience: Audience | None = None,
    purpose: str = "school",
) -> int:
    """Let a question go to everybody now, and into their hands; return it."""

    def work(session: Session) -> int:
        now, zone = desk.clock.now(), desk.settings.school.zone
        written = Draft(
            text[:20], text, audience or Audience(), ask=ask or Ask("yes_no"), decided_on=decided_on,
            remind_after=after, purpose=purpose,
        )  # fmt: skip
        made = broadcasts.draft(session, written, now)
        for tag, words in (texts or {}).items():
            broadcasts.translate(
                session, made, tag, words, provenance="typed", state=TranslationState.REVIEWED, now=now
            )
        broadcasts.approve(session, made, desk.settings, now=now, fallback="en")
        local = now.astimezone(zone).replace(tzinfo=None)
        broadcasts.schedule(session, made, local, desk.settings, rrule=None, now=now)
        for schedule_id in broadcasts.due(session, now):
            broadcasts.release(session, schedule_id, desk.settings, now)
        return made

    made = desk.store.writing(work)
    desk.deliver()
    return made


def tick(desk: Desk) -> int:
    """Look for reminders once, as the scheduler does; return how many were made."""
    now, made = desk.clock.now(), 0
    for occurrence in desk.store.reading(broadcasts.reminders_due, now):
        made += desk.store.writing(broadcasts.remind, occurrence, desk.settings, now)
    return made


def families(desk: Desk, count: int = 1, tags: Sequence[str] = ("en",)) -> None:
    desk.store.writing(school.families, count, tags)


def reminders(desk: Desk) -> list[Delivery]:
    return [one for one in school.deliveries(desk.store) if one.reminds is not None]


def test_who_has_not_answered_is_reminded_once(desk: Desk) -> None:
    families(desk, 3)
    question = asks(desk)
    desk.says(phone(0), "1")
    for _ in range(3):
        desk.read(phone(0)), desk.read(phone(1)), desk.read(phone(2))
    assert tick(desk) == 0
    desk.clock.advance(days=3)
    assert tick(desk) == 2
    assert desk.read(phone(0)) == []
    assert desk.read(phone(1)) == [REMINDER]
    for _ in range(60):
        desk.clock.advance(hours=1)
        assert tick(desk) == 0
    assert desk.read(phone(2)) == [REMINDER]
    assert desk.store.reading(outbox.reminded, question) == outbox.Reminded(2, 0, 0)
    assert desk.store.reading(broadcasts.reminders_due, desk.clock.now() + timedelta(days=30)) == []


def test_a_digit_after_it_answers_the_question(desk: Desk) -> None:
    families(desk, 1)
    question = asks(desk)
    desk.clock.advance(days=3)
    tick(desk)
    assert desk.read(phone(0)) == [MENU, REMINDER]
    desk.clock.advance(hours=2)
    desk.says(phone(0), "2")
    (reply,) = school.all_replies(desk.store)
    assert (reply.broadcast_id, reply.value, reply.state) == (question, "no", "confirmed")
    assert desk.read(phone(0)) == ["Thanks. We wrote: no. If not right, send again."]
    assert desk.store.reading(outbox.reminded, question) == outbox.Reminded(1, 0, 1)


def test_a_digit_after_it_is_not_taken_for_a_newer_question(desk: Desk) -> None:
    """Rule 3: what was asked in between, and answered, is not what the reminder asks."""
    families(desk, 1)
    first = asks(desk, after=4)
    desk.clock.advance(days=2)
    second = asks(desk, text="Lincoln School: do you need a bus?", after=None)
    desk.clock.advance(hours=1)
    desk.says(phone(0), "1")
    desk.clock.advance(days=2)
    desk.settings = desk.settings.model_copy(
        update={"budget": desk.settings.budget.model_copy(update={"texts_per_week": 0})}
    )
    assert tick(desk) == 1
    desk.read(phone(0))
    desk.clock.advance(hours=1)
    desk.says(phone(0), "2")
    assert [(one.broadcast_id, one.value) for one in school.all_replies(desk.store)] == [
        (second, "yes"),
        (first, "no"),
    ]


def test_a_reminder_waits_for_the_hours_of_the_day(desk: Desk) -> None:
    families(desk, 1)
    asks(desk)
    desk.clock.advance(days=3, hours=12)  # ten in the evening
    assert tick(desk) == 0
    desk.clock.advance(hours=10)
    assert tick(desk) == 1


def test_it_comes_counted_from_the_hour_of_the_question(desk: Desk) -> None:
    """A phone that got the question a day later is reminded a day later."""
    families(desk, 2)
    asks(desk)

    def later(session: Session) -> None:
        newest = session.exec(select(Delivery).order_by(col(Delivery.id).desc())).first()
        assert newest is not None
        assert newest.started_at is not None
        newest.started_at += timedelta(days=1)
        session.add(newest)

    desk.store.writing(later)
    desk.clock.advance(days=3)
    assert tick(desk) == 1
    desk.clock.advance(hours=6)
    assert tick(desk) == 0
    desk.clock.advance(hours=18)
    assert tick(desk) == 1


def test_the_program_was_down_for_a_week_and_reminds_nobody(desk: Desk) -> None:
    families(desk, 1)
    asks(desk)
    desk.clock.advance(days=10)
    assert tick(desk) == 0
    assert desk.store.reading(broadcasts.reminders_due, desk.clock.now() + timedelta(days=30)) == []


def test_eight_looks_at_once_make_each_reminder_once(desk: Desk) -> None:
    families(desk, 20)
    asks(desk)
    desk.clock.advance(days=3)
    now = desk.clock.now()
    (due,) = desk.store.reading(broadcasts.reminders_due, now)
    made = [desk.store.writing(broadcasts.remind, due, desk.settings, now) for _ in range(8)]
    assert made == [20, 0, 0, 0, 0, 0, 0, 0]
    assert len({one.contact_point_id for one in reminders(desk)}) == 20


def test_a_look_that_does_not_come_to_its_end_is_done_again(desk: Desk) -> None:
    families(desk, 2)
    asks(desk)
    desk.clock.advance(days=3)
    now = desk.clock.now()
    (due,) = desk.store.reading(broadcasts.reminders_due, now)

    def cut_short(session: Session) -> None:
        assert broadcasts.remind(session, due, desk.settings, now) == 2
        raise InterruptedError

    with pytest.raises(InterruptedError):
        desk.store.writing(cut_short)
    assert reminders(desk) == []
    assert tick(desk) == 2


def test_it_names_the_last_day_in_the_familys_language(desk: Desk) -> None:
    families(desk, 2, ("es", "so"))
    texts = {"es": "Escuela Lincoln: ¿puede venir?", "so": "Iskuulka Lincoln: ma iman kartaa?"}
    asks(desk, decided_on=date(2026, 11, 24), texts=texts)
    desk.read(phone(0)), desk.read(phone(1))
    desk.clock.advance(days=3)
    tick(desk)
    (spanish,), (somali,) = desk.read(phone(0)), desk.read(phone(1))
    assert spanish == (
        "Recordatorio: esperamos su respuesta hasta el martes 24.\nEscuela Lincoln: ¿puede venir?\n1 sí\n2 no"
    )
    assert somali.startswith("Xasuusin: fadlan soo jawaab ugu dambayn Talaado 24.\nIskuulka Lincoln: ")
    assert [one.parts for one in reminders(desk)] == [2, 1]


def test_where_we_have_no_sentence_the_question_alone_is_put_again(settings: Settings) -> None:
    said = reminder("မေးခွန်း", "ksw", None, settings, date(2026, 11, 20), channel=ChannelName.SMS)
    assert said == "မေးခွန်း"
    quiet = settings.model_copy(update={"unreviewed": {}})
    today = date(2026, 11, 20)
    assert reminder("Ma iman kartaa?", "so", None, quiet, today, channel=ChannelName.SMS) == "Ma iman kartaa?"
    long = "x" * 1590
    assert reminder(long, "en", None, settings, today, channel=ChannelName.SMS) == long


def test_nobody_is_reminded_on_the_day_of_the_decision(desk: Desk) -> None:
    families(desk, 1)
    asks(desk, decided_on=date(2026, 11, 20))
    desk.clock.advance(days=3)
    assert tick(desk) == 0


def test_a_question_without_a_reminder_reminds_nobody(desk: Desk) -> None:
    families(desk, 1)
    asks(desk, after=None)
    desk.clock.advance(days=30)
    assert tick(desk) == 0


@pytest.mark.parametrize(
    "text", ["0", "9", "perhaps when it rains", "Who is asking?", "STOP", "someone hits me", "the bus?"]
)
def test_who_has_written_anything_that_waits_is_left_alone(desk: Desk, text: str) -> None:
    families(desk, 1)
    asks(desk)
    desk.says(phone(0), text)
    desk.clock.advance(days=3)
    assert tick(desk) == 0, school.handovers(desk.store)


def test_what_a_person_has_dealt_with_since_needs_no_reminder(desk: Desk) -> None:
    families(desk, 1)
    asks(desk)
    desk.says(phone(0), "0")

    def done(session: Session) -> None:
        (owed,) = session.exec(select(Handover))
        assert owed.id is not None
        replies.close(session, owed.id, desk.clock.now())

    desk.store.writing(done)
    desk.clock.advance(days=3)
    assert tick(desk) == 0


def test_who_has_just_written_and_is_not_read_yet_is_left_alone(desk: Desk) -> None:
    families(desk, 1)
    asks(desk)
    desk.clock.advance(days=3)
    desk.hears(phone(0), "1")
    assert tick(desk) == 0


def test_words_that_wait_for_a_read_back_are_not_reminded_of(desk: Desk) -> None:
    families(desk, 1)
    asks(desk, ask=Ask("own_words"), text="Lincoln School: what would help you to come?")
    desk.says(phone(0), "A bus that comes later in the evening")
    desk.clock.advance(days=3)
    assert tick(desk) == 0


def test_another_open_question_comes_first(desk: Desk) -> None:
    families(desk, 1)
    asks(desk)
    desk.clock.advance(days=2, hours=12, minutes=0)
    desk.clock.advance(hours=-2)  # eight in the evening
    asks(desk, text="Lincoln School: do you need a bus?", after=None)
    desk.settings = desk.settings.model_copy(
        update={"budget": desk.settings.budget.model_copy(update={"texts_per_week": 0})}
    )
    desk.clock.advance(hours=14)  # the first one's time has come, the second is open
    assert tick(desk) == 0
    desk.clock.advance(hours=11)  # nine in the evening
    assert tick(desk) == 0
    desk.clock.advance(hours=12)  # in the morning the second is no longer held open
    assert tick(desk) == 1


def test_a_phone_that_does_not_exist_any_more_is_left_alone(desk: Desk) -> None:
    families(desk, 1)
    asks(desk)

    def spoil(session: Session) -> None:
        bad = session.exec(select(ContactPoint)).one()
        bad.bad_at = desk.clock.now()
        session.add(bad)

    desk.store.writing(spoil)
    desk.clock.advance(days=3)
    assert tick(desk) == 0


def test_with_whom_a_person_writes_is_left_to_that_person(desk: Desk) -> None:
    families(desk, 1)
    asks(desk)

    def take(session: Session) -> None:
        contact = session.exec(select(ContactPoint)).one()
        Turn(session, contact, desk.settings, desk.clock.now()).step(events.StaffTookOver(desk.clock.now()))

    desk.store.writing(take)
    desk.clock.advance(days=3)
    assert tick(desk) == 0


def test_a_home_that_has_answered_is_not_asked_again_on_its_other_phone(desk: Desk) -> None:
    families(desk, 3)

    def one_home(session: Session) -> None:
        home = Household(reference="H1")
        session.add(home)
        session.flush()
        for person in session.exec(select(Person).order_by(col(Person.id)).limit(2)):
            person.household_id = home.id
            session.add(person)

    desk.store.writing(one_home)
    asks(desk)
    desk.says(phone(0), "1")
    desk.clock.advance(days=3)
    assert tick(desk) == 1
    assert desk.read(phone(1)) == [MENU]
    assert desk.read(phone(2)) == [MENU, REMINDER]


def test_it_counts_among_the_texts_of_the_week(desk: Desk) -> None:
    """Two a week: a question and another text leave no room; a question and its reminder none for a third."""
    families(desk, 1)
    asks(desk, text="Lincoln School: do you need a bus?", after=None)
    desk.says(phone(0), "1")
    asks(desk, after=3)
    desk.clock.advance(days=3)
    assert tick(desk) == 0, "its home has had two texts this week"


def test_after_a_reminder_the_week_is_full(desk: Desk) -> None:
    families(desk, 1)
    asks(desk, after=2)
    desk.clock.advance(days=2)
    assert tick(desk) == 1
    desk.read(phone(0))
    desk.says(phone(0), "1")
    desk.read(phone(0))
    asks(desk, text="Lincoln School: do you need a bus?", after=None)
    assert desk.read(phone(0)) == []
    (waits,) = [one for one in school.deliveries(desk.store) if one.state == DeliveryState.WAITING]
    assert waits.reason == outbox.FULL
    assert waits.waiting_until is not None
    assert waits.waiting_until.date() == date(2026, 11, 24)


def test_what_has_not_left_when_the_family_writes_ends(desk: Desk) -> None:
    families(desk, 2)
    asks(desk)
    desk.read(phone(0)), desk.read(phone(1))
    desk.clock.advance(days=3)
    assert tick(desk) == 2
    desk.says(phone(0), "1")
    assert [one.state for one in reminders(desk)] == ["failed", "queued"]
    assert reminders(desk)[0].reason == outbox.HEARD_FROM
    assert desk.read(phone(0)) == ["Thanks. We wrote: yes. If not right, send again."]
    assert desk.read(phone(1)) == [REMINDER]


def test_staff_call_the_reminders_off(desk: Desk) -> None:
    families(desk, 2)
    question = asks(desk)
    desk.clock.advance(days=3)
    tick(desk)
    assert desk.store.writing(broadcasts.remind_nobody, question) == 2
    assert {one.reason for one in reminders(desk)} == {outbox.CALLED_OFF}
    with pytest.raises(BroadcastError, match="reminds nobody"):
        desk.store.writing(broadcasts.remind_nobody, question)


@pytest.mark.parametrize("order", ["stop", "pause"])
def test_what_is_stopped_or_paused_reminds_nobody(desk: Desk, order: str) -> None:
    families(desk, 1)
    question = asks(desk)
    if order == "stop":
        desk.store.writing(broadcasts.stop, question)
    else:
        desk.clock.advance(days=3)
        tick(desk)
        desk.store.writing(broadcasts.pause, question, desk.clock.now())
        assert [one.waiting_until for one in reminders(desk)] == [None]
        desk.store.writing(broadcasts.resume, question, desk.clock.now())
        assert [one.state for one in reminders(desk)] == ["queued"]
        return
    desk.clock.advance(days=3)
    assert tick(desk) == 0


def test_a_restored_backup_reminds_nobody_of_what_was_asked_before(desk: Desk) -> None:
    families(desk, 1)
    asks(desk)
    desk.clock.advance(days=3)
    desk.store.writing(outbox.begin_hold, desk.clock.now(), desk.clock.now())
    assert tick(desk) == 0


def test_a_reminder_that_fails_goes_no_other_way_and_is_no_time_of_the_broadcast(desk: Desk) -> None:
    families(desk, 2)
    question = asks(desk)
    desk.clock.advance(days=3)
    tick(desk)

    def fail(session: Session) -> None:
        for one in session.exec(select(Delivery).where(col(Delivery.reminds).is_not(None))):
            one.state, one.code, one.attempts = DeliveryState.FAILED, "30005", 1
            session.add(one)

    desk.store.writing(fail)
    assert desk.store.writing(outbox.follow, desk.clock.now()) == 0
    assert school.handovers(desk.store) == []
    (told,) = desk.store.reading(reports.progress, question).broadcasts
    assert (told.total, told.sent) == (2, 2)


def test_reports_and_the_page_say_how_many_were_reminded_and_answered_then(desk: Desk) -> None:
    families(desk, 3)
    question = asks(desk)
    seen = desk.store.reading(watching.watched, question)
    assert seen is not None
    assert seen.reminders is not None
    assert (seen.reminders.ahead, seen.reminders.after) == (True, 3)
    assert seen.reminders.next_at == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    desk.says(phone(0), "1")
    desk.clock.advance(days=3)
    tick(desk)
    desk.deliver()
    desk.clock.advance(hours=1)
    desk.says(phone(1), "1")
    done = outbox.Reminded(sent=2, to_go=0, answered=1)
    seen = desk.store.reading(watching.watched, question)
    assert seen is not None
    assert seen.reminders is not None
    assert seen.reminders.done == done
    shown = desk.store.reading(reports.results, question)
    assert (shown.reminded, shown.answered_after) == (2, 1)
    assert (shown.asked, shown.heard, shown.silent) == (3, 2, 1)


def test_what_stands_against_a_reminder() -> None:
    monday = date(2026, 11, 16)

    def said(after: int | None, **more: bool) -> list[str]:
        given = {"asks": True, "repeats": False} | more
        found = against_reminder(after, **given, sent_on=monday, decided_on=date(2026, 11, 20))
        return [str(one) for one in found]

    assert said(None, asks=False) == said(3) == []
    assert said(3, asks=False) == ["Only a question can be reminded of: leave the reminder out."]
    assert said(0) == said(15) == ["A reminder comes 1 to 14 days after the question."]
    assert said(3, repeats=True)[0].startswith("A question that goes out again and again")
    assert said(4)[0].startswith("The reminder would come when it is already decided")


def test_the_next_look_is_kept_with_the_time_of_the_broadcast(desk: Desk) -> None:
    families(desk, 1)
    asks(desk)
    asks(desk, text="Lincoln School: do you need a bus?", after=None)
    looks = desk.store.reading(lambda session: [one.remind_at for one in session.exec(select(Occurrence))])
    assert looks == [datetime(2026, 11, 20, 16, 0, tzinfo=UTC), None]
