"""The first text of all: only to whom was told of us before, once, in one part, the school's name first."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session, col, select

from bot import broadcasts
from bot.broadcasts.introducing import words
from bot.errors import BroadcastError
from bot.messages import ChannelName
from bot.settings import Settings
from bot.store import outbox
from bot.store.store import Store
from bot.store.tables import ContactPoint, Person
from tests import school
from tests.conftest import StandingClock
from tests.school import Desk, phone

TODAY = date(2026, 11, 17)


@pytest.fixture
def desk(store: Store, settings: Settings, clock: StandingClock) -> Desk:
    store.writing(outbox.ensure_lane, ChannelName.SMS, school.SMS)
    return Desk(store, school.lively(settings), clock)


def told(desk: Desk, how: str | None, on: str | None, *numbers: int) -> None:
    """Note how and when these families were told of us."""

    def note(session: Session) -> None:
        for number in numbers:
            person = session.exec(select(Person).where(col(Person.reference) == f"G{number}-0")).one()
            person.approached_by, person.approached_on = how, on
            session.add(person)

    desk.store.writing(note)


def introduce(desk: Desk) -> None:
    def work(session: Session) -> None:
        made = broadcasts.first_contact(session, desk.settings, desk.clock.now())
        broadcasts.approve(session, made, desk.settings, now=desk.clock.now(), fallback="en")
        local = desk.clock.now().astimezone(desk.settings.school.zone).replace(tzinfo=None)
        broadcasts.schedule(session, made, local, desk.settings, rrule=None, now=desk.clock.now())
        for due in broadcasts.due(session, desk.clock.now()):
            broadcasts.release(session, due, desk.settings, desk.clock.now())

    desk.store.writing(work)


def test_only_who_was_told_of_us_before_gets_it_and_only_once(desk: Desk) -> None:
    desk.store.writing(school.families, 5, ("es", "so"))
    told(desk, "paper", "2026-11-02", 0, 1)
    told(desk, "partner", "2026-11-30", 2)
    told(desk, None, "2026-11-02", 3)
    found = desk.store.reading(broadcasts.newcomers, TODAY)
    assert (len(found.told), found.untold) == (2, 3)
    introduce(desk)
    (spanish,), (somali,) = desk.read(phone(0)), desk.read(phone(1))
    assert spanish.startswith("Lincoln School: avisos de la escuela en español.")
    assert somali.startswith("Waa Lincoln School: ")
    assert [desk.read(phone(number)) for number in (2, 3, 4)] == [[], [], []]
    with pytest.raises(BroadcastError, match="Nobody is due a first text"):
        introduce(desk)
    desk.clock.advance(days=14)
    introduce(desk)
    assert len(desk.read(phone(2))) == 1, "its day has come"
    assert (desk.read(phone(0)), desk.read(phone(1))) == ([], [])


def test_who_has_had_a_text_needs_no_introduction(desk: Desk) -> None:
    desk.store.writing(school.families, 2)
    told(desk, "person", "2026-11-02", 0, 1)
    desk.store.writing(lambda session: school.send_out(session, desk.settings, desk.clock.now()))
    assert desk.store.reading(broadcasts.newcomers, TODAY) == broadcasts.Newcomers((), 0)


def test_a_phone_that_stopped_us_or_does_not_exist_is_not_introduced_to(desk: Desk) -> None:
    desk.store.writing(school.families, 2)
    told(desk, "person", "2026-11-02", 0, 1)

    def spoil(session: Session) -> None:
        first, second = session.exec(select(ContactPoint).order_by(col(ContactPoint.id)))
        first.stopped_at = second.bad_at = desk.clock.now()
        session.add_all([first, second])

    desk.store.writing(spoil)
    assert desk.store.reading(broadcasts.newcomers, TODAY).told == ()


def test_a_name_that_makes_it_too_long_is_refused(desk: Desk) -> None:
    long = desk.settings.school.model_copy(update={"name": "The Abraham Lincoln Memorial School of the Arts"})
    with pytest.raises(BroadcastError, match=r"too long in Spanish: give school\.name"):
        words("es", desk.settings.model_copy(update={"school": long}))
