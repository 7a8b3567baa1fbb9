"""What carriers report hours later: tried again by a rule, given up by a rule, never twice on one phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot import broadcasts, receipts, replies
from bot.channels.twilio_codes import CODES, FILTERED
from bot.messages import ChannelName, DeliveryState, Inbound, StatusReport
from bot.settings import Settings
from bot.store import contacts, outbox
from bot.store.store import Store
from bot.store.tables import Broadcast, ContactPoint, Delivery, Handover, Lane, LaneState, ProviderEvent
from tests import school
from tests.conftest import StandingClock
from tests.reporting import reported
from tests.school import SMS, Desk, phone


class Provider(Desk):
    """A desk whose provider gives every try an id of its own, as Twilio does."""

    def _send_one(self, session: Session, epoch: int) -> outbox.Claimed | None:
        claimed = super()._send_one(session, epoch)
        if claimed is not None:
            row = session.get(Delivery, claimed.delivery_id, populate_existing=True)
            assert row is not None
            row.provider_id = f"SM-{claimed.message.attempt}"
            session.add(row)
        return claimed

    def send(self, most: int) -> None:
        """Send so many texts and no more."""
        epoch = self.store.writing(outbox.take_lane, self._lane())
        for _ in range(most):
            self.store.writing(self._send_one, epoch)


@pytest.fixture
def desk(settings: Settings, store: Store, clock: StandingClock) -> Provider:
    store.writing(outbox.ensure_lane, ChannelName.SMS, SMS)
    return Provider(store, school.lively(settings), clock)


def out(desk: Desk, phones: int = 1, *, purpose: str = "school") -> int:
    """Send one announcement to so many phones; all of it is with the provider."""
    desk.store.writing(school.families, phones)
    made = desk.store.writing(school.send_out, desk.settings, desk.clock.now(), purpose=purpose)
    desk.deliver()
    return made


def report(desk: Desk, row: Delivery, code: int | None, status: str = "failed") -> None:
    """Let Twilio's callback about a text come in, with one of its codes."""
    told = StatusReport(
        ChannelName.SMS, row.provider_id or "", status, attempt=row.attempt, code=str(code) if code else None
    )
    desk.store.writing(reported, told, desk.clock.now(), desk.settings)


def only(desk: Desk) -> Delivery:
    (row,) = school.deliveries(desk.store)
    return row


def pass_time(desk: Desk, **amount: float) -> None:
    """Let time pass, and send what may go then."""
    desk.clock.advance(**amount)
    desk.store.writing(outbox.wake, desk.clock.now())
    desk.deliver()


def contact(session: Session) -> ContactPoint:
    return session.exec(select(ContactPoint)).one()


def test_a_phone_that_is_off_is_tried_again_soon_later_and_next_morning(desk: Desk) -> None:
    out(desk)
    began = desk.clock.now()
    waits = []
    for _ in range(3):
        report(desk, only(desk), 30003)
        until = only(desk).waiting_until
        assert only(desk).state == DeliveryState.WAITING
        assert until is not None
        waits.append(until - desk.clock.now())
        pass_time(desk, seconds=waits[-1].total_seconds())
        assert only(desk).state == DeliveryState.SENT
    assert waits[:2] == [timedelta(minutes=30), timedelta(hours=4)]
    morning = desk.clock.now().astimezone(desk.settings.school.zone)
    assert (morning.hour, morning.date() > began.date()) == (8, True)
    assert only(desk).attempts == 4, "each of them was a try of its own"


def test_after_three_days_off_a_phone_is_unreachable_and_the_office_asks(desk: Desk) -> None:
    out(desk)
    for _ in range(10):
        if only(desk).state == DeliveryState.FAILED:
            break
        report(desk, only(desk), 30003)
        pass_time(desk, hours=24)
    assert only(desk).state == DeliveryState.FAILED
    kept = desk.store.reading(contact)
    assert (kept.off_days, kept.bad_why) == (3, receipts.UNREACHABLE)


def test_one_text_that_arrives_and_the_days_are_counted_anew(desk: Desk) -> None:
    out(desk)
    for _ in range(2):
        report(desk, only(desk), 30003)
        pass_time(desk, hours=24)
    report(desk, only(desk), None, "delivered")
    assert desk.store.reading(contact).off_days == 0
    assert only(desk).state == DeliveryState.DELIVERED


def test_a_report_that_comes_twice_or_late_moves_nothing_again(desk: Desk) -> None:
    out(desk)
    first = only(desk)
    for _ in range(3):
        report(desk, first, 30003)
    assert (only(desk).state, only(desk).attempts) == (DeliveryState.WAITING, 1)
    pass_time(desk, minutes=31)
    report(desk, first, 30003)
    report(desk, first, None, "delivered")
    assert (only(desk).state, only(desk).attempts) == (DeliveryState.SENT, 2), "it is the second try's turn"
    events = desk.store.reading(lambda session: session.exec(select(ProviderEvent.status)).all())
    assert len(events) == 5, "and every report is kept as it came"


@pytest.mark.parametrize(
    ("code", "tries"),
    [
        (30008, 3), (30500, 3), (30017, 3), (30047, 3), (63018, 8), (30001, 8), (30023, 8),
        (30410, 1), (30004, 1), (30019, 1), (21612, 1), (29999, 1),
    ],
)  # fmt: skip
def test_each_failure_is_tried_as_often_as_its_policy_says(desk: Desk, code: int, tries: int) -> None:
    out(desk)
    for _ in range(12):
        if only(desk).state == DeliveryState.FAILED:
            break
        report(desk, only(desk), code)
        pass_time(desk, hours=24)
    assert (only(desk).state, only(desk).attempts) == (DeliveryState.FAILED, tries)


def test_what_may_have_arrived_is_sent_again_only_if_it_is_an_emergency(desk: Desk) -> None:
    out(desk, purpose="emergency")
    report(desk, only(desk), 30410)
    pass_time(desk, minutes=6)
    assert (only(desk).state, only(desk).attempts) == (DeliveryState.SENT, 2)
    report(desk, only(desk), 30410)
    assert only(desk).state == DeliveryState.FAILED, "once and no more"


@pytest.mark.parametrize("code", [30002, 30018, 30024, 30032, 30034, 30125])
def test_a_sender_that_is_not_in_order_stops_and_keeps_its_texts(desk: Desk, code: int) -> None:
    out(desk, 3)
    for row in school.deliveries(desk.store):
        report(desk, row, code)
    lane = desk.store.reading(lambda session: session.exec(select(Lane)).one())
    assert (lane.state, lane.why) == (LaneState.STOPPED, CODES[code].sentence)
    assert school.states(desk.store) == {"waiting": 3}
    desk.store.writing(outbox.wake, desk.clock.now())
    assert school.states(desk.store) == {"queued": 3}
    assert {row.attempts for row in school.deliveries(desk.store)} == {0}, "no fault of the texts"


def test_what_the_provider_had_no_time_for_goes_in_the_next_hours(desk: Desk) -> None:
    out(desk)
    report(desk, only(desk), 30036)
    assert (only(desk).state, only(desk).attempts) == (DeliveryState.WAITING, 0)
    pass_time(desk, minutes=1)
    assert only(desk).state == DeliveryState.SENT


def test_a_family_that_stopped_meanwhile_gets_no_second_try(desk: Desk) -> None:
    out(desk)
    desk.says(phone(0), "STOP")
    row = next(one for one in school.deliveries(desk.store) if one.broadcast_id)
    report(desk, row, 30003)
    kept = next(one for one in school.deliveries(desk.store) if one.broadcast_id)
    assert (kept.state, kept.reason) == (DeliveryState.FAILED, outbox.PHONE_STOPPED)


def test_a_broadcast_that_carriers_filter_is_paused_and_the_office_is_told(desk: Provider) -> None:
    desk.store.writing(school.families, 300)
    made = desk.store.writing(school.send_out, desk.settings, desk.clock.now())
    desk.send(200)
    gone = [row for row in school.deliveries(desk.store) if row.state == DeliveryState.SENT]
    paused = []
    for row in gone[:6]:
        report(desk, row, FILTERED)
        paused.append(desk.store.reading(lambda session: session.get(Broadcast, made).paused_at is not None))  # type: ignore[union-attr]
    assert paused == [False] * 4 + [True] * 2, "five, and more than two in a hundred"
    assert school.states(desk.store) == {"sent": 194, "failed": 6, "waiting": 100}
    desk.store.writing(outbox.wake, desk.clock.now() + timedelta(days=1))
    assert school.states(desk.store)["waiting"] == 100, "until staff resume it"
    (why,) = [one for one in school.handovers(desk.store) if one.startswith(outbox.PAUSED)]
    assert "filtered 5 of its first 200 texts" in why
    bad = select(ContactPoint.id).where(col(ContactPoint.bad_at).is_not(None))
    assert not desk.store.reading(lambda session: session.exec(bad).all()), "the phones are not at fault"
    about = select(Handover.broadcast_id).where(col(Handover.why) == why)
    assert desk.store.reading(lambda session: session.exec(about).one()) == made
    desk.store.writing(broadcasts.resume, made, desk.clock.now())
    open_ = select(Handover.id).where(col(Handover.why) == why, col(Handover.done_at).is_(None))
    assert not desk.store.reading(lambda session: session.exec(open_).all()), "resuming it closes the task"


def test_few_filtered_texts_of_many_pause_nothing(desk: Desk) -> None:
    made = out(desk, 300)
    for row in school.deliveries(desk.store)[:6]:
        report(desk, row, FILTERED)
    assert desk.store.reading(lambda session: session.get(Broadcast, made).paused_at) is None  # type: ignore[union-attr]


def test_a_start_that_is_older_than_a_stop_undoes_nothing(desk: Desk) -> None:
    """It was lost on its way, and is read from the provider's list hours later."""
    out(desk)
    sent = desk.clock.now()
    desk.clock.advance(hours=2)
    desk.says(phone(0), "STOP")
    late = Inbound(ChannelName.SMS, "IN-late", SMS, phone(0), "START")
    desk.store.writing(replies.accept, [late], desk.clock.now(), sent=[sent])
    (key,) = desk.store.reading(replies.unhandled, 5)
    desk.store.writing(replies.handle, key, desk.settings, desk.clock.now())
    found = desk.store.reading(contacts.at_address, ChannelName.SMS, phone(0))
    assert found is not None
    assert found.stopped_at is not None
    desk.says(phone(0), "START")
    assert desk.store.reading(contact).stopped_at is None, "one that is newer does"
