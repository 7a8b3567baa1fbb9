"""What becomes of a text whose answer we never heard: found, absent, or nobody can know."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from bot import broadcasts
from bot.app import App
from bot.errors import Temporary, Uncertain
from bot.messages import ChannelName, DeliveryState, Sighting, StatusReport
from bot.settings import Settings
from bot.store import contacts, outbox
from bot.store.outbox import Claimed
from bot.store.store import Store
from bot.store.tables import ContactPoint, Delivery
from scheduler.reconcile import NO_LIST, NO_WORDS, SEVERAL, reconcile
from tests import school
from tests.conftest import StandingClock
from tests.fakes import FakeChannel
from tests.reporting import reported
from tests.school import phone

LANE = 1


@pytest.fixture
def channel(clock: StandingClock) -> FakeChannel:
    return FakeChannel(clock)


@pytest.fixture
def app(settings: Settings, store: Store, clock: StandingClock, channel: FakeChannel) -> App:
    return school.app_on(school.lively(settings), store, clock, channel)


def interrupted(app: App, count: int = 1, *, purpose: str = "school") -> list[Claimed]:
    """A broadcast whose texts were on the wire as the program was killed."""

    def work(session: Session) -> list[Claimed]:
        school.families(session, count)
        school.send_out(session, app.settings, app.clock.now(), purpose=purpose)
        epoch = outbox.take_lane(session, LANE)
        claimed = outbox.claim(session, LANE, epoch, 100, token=f"t{epoch}", now=app.clock.now())
        outbox.take_lane(session, LANE)
        return claimed

    return app.store.writing(work)


async def look(app: App) -> int:
    return await reconcile(app, app.senders[0])


def the_row(app: App) -> Delivery:
    (row,) = school.deliveries(app.store)
    return row


async def test_a_text_that_the_provider_has_was_sent_once(app: App, channel: FakeChannel) -> None:
    (one,) = interrupted(app)
    receipt = await channel.send(one.message)
    assert await look(app) == 1
    row = the_row(app)
    assert (row.state, row.provider_id) == (DeliveryState.SENT, receipt.provider_id)
    assert await look(app) == 0


async def test_absence_takes_the_grace_and_two_looks(app: App, clock: StandingClock) -> None:
    interrupted(app)
    for seconds in (0, 60):  # looked for, but too early to say
        clock.advance(seconds=seconds)
        assert await look(app) == 0
        assert the_row(app).state == DeliveryState.UNCERTAIN
    clock.advance(seconds=61)
    assert await look(app) == 1
    row = the_row(app)
    assert (row.state, row.reason, row.looks) == (DeliveryState.QUEUED, None, 0)


async def test_one_look_is_never_enough_however_late_it_comes(app: App, clock: StandingClock) -> None:
    """The program may have been down for hours: the first list may still be a stale one."""
    interrupted(app)
    clock.advance(hours=3)
    assert await look(app) == 0
    assert the_row(app).state == DeliveryState.UNCERTAIN
    clock.advance(seconds=31)
    assert await look(app) == 1


async def test_looks_keep_their_distance(app: App, clock: StandingClock) -> None:
    interrupted(app)
    clock.advance(hours=3)
    for _ in range(5):
        await look(app)
    assert the_row(app).looks == 1


async def test_a_text_of_the_same_words_that_is_on_the_wire_is_not_taken_for_this_one(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    """The provider's list shows it before we have read the answer: whose it is cannot be said yet."""
    (one,) = interrupted(app)

    def again(session: Session) -> Claimed:
        outbox.answer(
            session,
            contact_point_id=one.contact_point_id,
            lane_id=LANE,
            text=one.message.text,
            language="en",
        )
        epoch = outbox.take_lane(session, LANE)
        (claimed,) = outbox.claim(session, LANE, epoch, 9, token="again", now=clock.now())
        return claimed

    second = app.store.writing(again)
    await channel.send(second.message)
    clock.advance(hours=1)
    assert await look(app) == 0
    first = next(row for row in school.deliveries(app.store) if row.id == one.delivery_id)
    assert (first.state, first.provider_id, first.looks) == (DeliveryState.UNCERTAIN, None, 0)


async def test_a_text_proven_absent_goes_out_once_more_under_a_new_attempt(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    (one,) = interrupted(app)
    for _ in range(2):
        clock.advance(seconds=121)
        await look(app)

    def claim(session: Session) -> list[Claimed]:
        epoch = outbox.take_lane(session, LANE)
        return outbox.claim(session, LANE, epoch, 9, token="again", now=clock.now())

    (again,) = app.store.writing(claim)
    assert again.message.attempt != one.message.attempt
    assert again.attempts == 2


async def test_a_callback_of_the_old_try_still_settles_a_text_that_waits_to_go_again(
    app: App, clock: StandingClock
) -> None:
    (one,) = interrupted(app)
    for _ in range(2):
        clock.advance(seconds=121)
        await look(app)
    report = StatusReport(ChannelName.SMS, "SM" + "a" * 32, "sent", attempt=one.message.attempt)
    app.store.writing(reported, report, clock.now())
    assert the_row(app).state == DeliveryState.SENT


async def test_several_that_fit_are_held_for_staff(app: App, channel: FakeChannel) -> None:
    (one,) = interrupted(app)
    await channel.send(one.message)
    await channel.send(one.message)
    assert await look(app) == 1
    assert (the_row(app).state, the_row(app).reason) == (DeliveryState.HELD, SEVERAL)


async def test_a_list_without_words_proves_nothing(app: App, channel: FakeChannel) -> None:
    (one,) = interrupted(app)
    channel.shows_words = False
    await channel.send(one.message)
    assert await look(app) == 1
    assert (the_row(app).state, the_row(app).reason) == (DeliveryState.HELD, NO_WORDS)


async def test_where_there_is_no_list_staff_decide(app: App, channel: FakeChannel) -> None:
    interrupted(app)
    channel.listed = None
    assert await look(app) == 1
    assert (the_row(app).state, the_row(app).reason) == (DeliveryState.HELD, NO_LIST)


@pytest.mark.parametrize("error", [Temporary("Twilio cannot be reached."), Uncertain("It broke.")])
async def test_a_list_that_cannot_be_read_leaves_it_as_it_is(
    app: App, channel: FakeChannel, clock: StandingClock, error: Exception
) -> None:
    (one,) = interrupted(app)
    clock.advance(hours=1)
    channel.unreachable = error  # type: ignore[assignment]
    for _ in range(4):
        assert await look(app) == 0
        clock.advance(hours=1)
    assert (the_row(app).state, the_row(app).looks) == (DeliveryState.UNCERTAIN, 0)
    channel.unreachable = None
    await channel.send(one.message)
    assert await look(app) == 1
    assert the_row(app).state == DeliveryState.SENT


class OneUnreadable(FakeChannel):
    """A provider whose list for one number cannot be read."""

    async def find(self, address: str, since: datetime) -> list[Sighting] | None:
        if address == phone(0):
            raise Uncertain("Twilio's list could not be read.")
        return await super().find(address, since)


async def test_one_list_that_cannot_be_read_holds_up_no_other(
    settings: Settings, store: Store, clock: StandingClock
) -> None:
    channel = OneUnreadable(clock)
    app = school.app_on(school.lively(settings), store, clock, channel)
    first, second = interrupted(app, 2)
    await channel.send(first.message)
    await channel.send(second.message)
    assert await look(app) == 1
    states = {row.contact_point_id: row.state for row in school.deliveries(app.store)}
    assert states[first.contact_point_id] == DeliveryState.UNCERTAIN
    assert states[second.contact_point_id] == DeliveryState.SENT


async def test_the_same_words_of_last_week_and_of_other_texts_are_not_taken_for_it(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    """Older than the try, or already known as another delivery's, or other words."""
    assert channel.listed is not None
    words = "Snow: school is closed today."
    channel.listed.append((phone(0), Sighting("SM-old", words, clock.now() - timedelta(days=7))))
    channel.listed.append((phone(0), Sighting("SM-known", words, clock.now())))
    channel.listed.append((phone(0), Sighting("SM-other", "Something else.", clock.now())))

    def known(session: Session) -> None:
        school.families(session, 1)
        number = outbox.answer(session, contact_point_id=1, lane_id=LANE, text=words, language="en")
        row = session.get(Delivery, number)
        assert row is not None
        row.state, row.provider_id = DeliveryState.SENT, "SM-known"
        session.add(row)
        school.send_out(session, app.settings, clock.now(), text=words)
        epoch = outbox.take_lane(session, LANE)
        outbox.claim(session, LANE, epoch, 9, token="t", now=clock.now())
        outbox.take_lane(session, LANE)

    app.store.writing(known)
    for _ in range(2):
        clock.advance(seconds=121)
        await look(app)
    assert [one.state for one in school.deliveries(app.store)] == ["sent", "queued"]


async def test_the_providers_clock_may_be_a_little_behind_ours(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    (one,) = interrupted(app)
    assert channel.listed is not None
    early = clock.now() - timedelta(seconds=4)
    channel.listed.append((phone(0), Sighting("SM-1", one.message.text, early)))
    assert await look(app) == 1
    assert the_row(app).state == DeliveryState.SENT


async def test_two_uncertain_texts_do_not_share_one_sighting(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    """The same words to the same phone, twice on the wire, once in the list: one of them never arrived."""
    (one,) = interrupted(app)

    def another(session: Session) -> None:
        school.send_out(session, app.settings, clock.now())
        epoch = outbox.take_lane(session, LANE)
        assert outbox.claim(session, LANE, epoch, 9, token=f"t{epoch}", now=clock.now())
        outbox.take_lane(session, LANE)

    app.store.writing(another)
    await channel.send(one.message)
    for _ in range(3):
        clock.advance(seconds=121)
        await look(app)
    assert sorted(school.states(app.store).items()) == [("queued", 1), ("sent", 1)]


async def stopped_meanwhile(app: App, clock: StandingClock, *, closings: bool) -> Delivery:
    def stop(session: Session) -> None:
        contact = session.get(ContactPoint, 1)
        assert contact is not None
        contacts.stop(session, contact, why="family", evidence="STOP", now=clock.now())
        if closings:
            contacts.keep_closings(session, contact, evidence="1", now=clock.now())

    app.store.writing(stop)
    for _ in range(2):
        clock.advance(seconds=121)
        await look(app)
    return the_row(app)


async def test_a_phone_that_stopped_meanwhile_does_not_get_it_after_all(
    app: App, clock: StandingClock
) -> None:
    interrupted(app)
    row = await stopped_meanwhile(app, clock, closings=False)
    assert (row.state, row.reason) == (DeliveryState.FAILED, outbox.PHONE_STOPPED)


async def test_a_phone_that_wants_closings_gets_the_closing(app: App, clock: StandingClock) -> None:
    interrupted(app, purpose="emergency")
    row = await stopped_meanwhile(app, clock, closings=True)
    assert row.state == DeliveryState.QUEUED


async def test_a_broadcast_that_staff_stopped_meanwhile_does_not_go_out_after_all(
    app: App, clock: StandingClock
) -> None:
    interrupted(app)
    app.store.writing(broadcasts.stop, 1)
    for _ in range(2):
        clock.advance(seconds=121)
        await look(app)
    assert (the_row(app).state, the_row(app).reason) == (DeliveryState.FAILED, outbox.BROADCAST_STOPPED)


async def test_a_callback_between_the_look_and_its_conclusion_wins(
    app: App, channel: FakeChannel, clock: StandingClock
) -> None:
    (one,) = interrupted(app)
    clock.advance(hours=1)
    await look(app)
    clock.advance(hours=1)
    report = StatusReport(ChannelName.SMS, "SM" + "b" * 32, "delivered", attempt=one.message.attempt)

    class Slow(FakeChannel):
        async def find(self, address: str, since: object) -> list[Sighting]:
            await app.store.write(reported, report, clock.now())
            return []

    (sender,) = app.senders
    slow = type(sender)(LANE, sender.name, sender.channel, Slow(clock), sender.per_second, 1)
    assert await reconcile(app, slow) == 0
    assert the_row(app).state == DeliveryState.DELIVERED
