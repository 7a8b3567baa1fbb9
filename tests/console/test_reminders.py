"""Reminders on the screens: chosen in compose, seen on the broadcast's page, called off there."""

from __future__ import annotations

from html import unescape

import pytest
from sqlmodel import Session, col, select

from bot import broadcasts
from bot.broadcasts import Draft
from bot.conversation.ask import Ask
from bot.messages import ChannelName
from bot.roles import Role
from bot.store import outbox
from bot.store.audience import Audience
from bot.store.tables import AuditEntry, Broadcast
from tests import school
from tests.console.browsers import Browser, Desk
from tests.console.forms import Fields, fields
from tests.school import phone


@pytest.fixture
def communicator(desk: Desk) -> Browser:
    def work(session: Session) -> None:
        outbox.ensure_lane(session, ChannelName.SMS, school.SMS)
        school.families(session, 3)

    desk.app.store.writing(work)
    return desk.signed_in(Role.COMMUNICATOR)


def said(page: str) -> str:
    return " ".join(unescape(page).split())


def newest(desk: Desk) -> Broadcast:
    ask = select(Broadcast).order_by(col(Broadcast.id).desc())
    found = desk.app.store.reading(lambda session: session.exec(ask).first())
    assert found is not None
    return found


async def filled(browser: Browser, desk: Desk, **typed: str) -> tuple[Fields, str]:
    """Fill compose in without scripts, save it, and return its form and page."""
    await browser.post("/broadcasts/new", {"phase": "inquire"})
    path = f"/broadcasts/{newest(desk).id}/compose"
    form = fields((await browser.get(path)).text, path) | dict(typed)
    await browser.post(path, form)
    page = (await browser.get(path)).text
    return fields(page, path), said(page)


QUESTION = {"text": "Lincoln School: can you come?", "whom": "everybody", "ask": "yes_no", "fallback": "en"}


async def test_a_reminder_is_off_until_somebody_ticks_it(communicator: Browser, desk: Desk) -> None:
    form, _ = await filled(communicator, desk, **QUESTION)
    assert "remind" not in form
    assert form["remind_after"] == ["3"]
    assert newest(desk).remind_after is None
    form, page = await filled(communicator, desk, **QUESTION, remind="on", remind_after="2")
    assert (form["remind"], newest(desk).remind_after) == (["on"], 2)
    assert "Whoever has not answered is reminded once, after 2 days." in page


@pytest.mark.parametrize(
    ("typed", "objection"),
    [
        ({"remind_after": "0"}, "A reminder comes 1 to 14 days after the question."),
        ({"remind_after": "soon"}, "A reminder comes 1 to 14 days after the question."),
        ({"decided_on": "2026-11-19"}, "The reminder would come when it is already decided"),
        (
            {"how": "repeat", "day": "2026-11-18", "clock": "07:00", "every": "week", "days": "MO"},
            "A question that goes out again and again needs no reminder",
        ),
    ],
)
async def test_what_stands_against_it_is_said_at_its_place(
    communicator: Browser, desk: Desk, typed: dict[str, str], objection: str
) -> None:
    _, page = await filled(communicator, desk, **QUESTION, remind="on", **typed)
    assert objection in page


def asked(desk: Desk, answered: int) -> tuple[int, school.Desk]:
    """Let a question go that reminds after three days; some answer at once."""
    store, settings, now = desk.app.store, desk.app.settings, desk.app.clock.now()

    def work(session: Session) -> int:
        draft = Draft("Thursday", "Can you come?", Audience(), ask=Ask("yes_no"), remind_after=3)
        made = broadcasts.draft(session, draft, now)
        broadcasts.approve(session, made, settings, now=now, fallback="en")
        local = now.astimezone(settings.school.zone).replace(tzinfo=None)
        broadcasts.schedule(session, made, local, settings, rrule=None, now=now)
        for due in broadcasts.due(session, now):
            broadcasts.release(session, due, settings, now)
        return made

    made = store.writing(work)
    office = school.Desk(store, settings, desk.app.clock)  # type: ignore[arg-type]
    office.deliver()
    for number in range(answered):
        office.says(phone(number), "1")
    return made, office


async def test_the_page_says_when_then_how_many_and_lets_it_be_called_off(
    communicator: Browser, desk: Desk
) -> None:
    made, _ = asked(desk, answered=1)
    place = f"/broadcasts/{made}"
    page = said((await communicator.get(place)).text)
    assert "Whoever has not answered by then is reminded once: Fri, Nov 20" in page
    reader = said((await desk.signed_in(Role.VIEWER).get(place)).text)
    assert ("Remind nobody" in page, "Remind nobody" in reader) == (True, False)
    answer = await communicator.follow(await communicator.post(f"{place}/remind-nobody"))
    assert "Nobody more is reminded." in said(answer.text)
    assert newest(desk).remind_after is None
    trail = desk.app.store.reading(lambda session: session.exec(select(AuditEntry.what)).all())
    assert "broadcast.reminders-off" in trail
    again = await communicator.follow(await communicator.post(f"{place}/remind-nobody"))
    assert "there is nothing to call off" in said(again.text)


async def test_the_page_counts_who_was_reminded_and_answered_then(communicator: Browser, desk: Desk) -> None:
    made, office = asked(desk, answered=1)
    desk.app.clock.advance(days=3)  # type: ignore[attr-defined]
    store, now = desk.app.store, desk.app.clock.now()
    (due,) = store.reading(broadcasts.reminders_due, now)
    assert store.writing(broadcasts.remind, due, desk.app.settings, now) == 2
    office.deliver()
    desk.app.clock.advance(hours=1)  # type: ignore[attr-defined]
    office.says(phone(1), "1")
    page = said((await desk.signed_in(Role.COMMUNICATOR).get(f"/broadcasts/{made}")).text)
    assert "Phones that were reminded" in page
    assert "Answered after it" in page
    assert store.reading(outbox.reminded, made) == outbox.Reminded(2, 0, 1)
