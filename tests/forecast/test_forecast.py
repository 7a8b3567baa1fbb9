"""When the first and the last family will have it, held against the order in which the outbox sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, col, select

from bot import broadcasts
from bot.broadcasts import Draft
from bot.forecast import NOTHING_IN_FRONT, Due, Front, arriving, forecast
from bot.messages import ChannelName, DeliveryState
from bot.settings import Settings
from bot.store import outbox
from bot.store.audience import Audience
from bot.store.store import Store
from bot.store.tables import Delivery, Lane, LaneState
from tests import school
from tests.conftest import StandingClock

SMS, TELEGRAM = ChannelName.SMS, ChannelName.TELEGRAM


@pytest.fixture
def ours(settings: Settings) -> Settings:
    return school.lively(settings)


def seconds(moment: datetime | None, since: datetime) -> float:
    assert moment is not None
    return (moment - since).total_seconds()


def test_languages_interleave_so_that_the_smaller_one_is_done_earlier(clock: StandingClock) -> None:
    now = clock.now()
    due = [Due(SMS, "en", 100, 1), Due(SMS, "ar", 10, 2)]
    english, arabic = arriving(due, NOTHING_IN_FRONT, 2.0, starts=now, now=now)
    assert seconds(arabic.last, now) == (10 + 10 * 2) / 2
    assert seconds(english.last, now) == (100 + 10 * 2) / 2
    assert seconds(english.first, now) == 0.5


def test_what_is_more_urgent_and_what_waits_at_lower_ranks_goes_before(clock: StandingClock) -> None:
    now, front = clock.now(), Front(more_urgent=6, ranks=((1, 4), (50, 2), (900, 10)))
    (one,) = arriving([Due(SMS, "en", 100, 1)], front, 1.0, starts=now, now=now)
    assert seconds(one.first, now) == 6 + 4 + 1
    assert seconds(one.last, now) == 6 + 4 + 2 + 100, "rank 900 is overtaken"


def test_a_queue_has_drained_by_the_time_that_something_is_scheduled_for(clock: StandingClock) -> None:
    now = clock.now()
    starts = now + timedelta(hours=1)
    (one,) = arriving([Due(SMS, "en", 3, 1)], Front(1000, ()), 1.0, starts=starts, now=now)
    assert seconds(one.first, starts) == 1


def test_a_price_is_by_the_part_and_for_sms_alone(clock: StandingClock) -> None:
    now, cent = clock.now(), Decimal("0.0079")
    due = [Due(SMS, "ar", 10, 2), Due(TELEGRAM, "ar", 5, 1)]
    sms, telegram = arriving(due, NOTHING_IN_FRONT, 1.0, starts=now, now=now, price=cent)
    assert sms.cost == Decimal("0.1580")
    assert telegram.cost is None


def test_it_agrees_with_the_outbox(store: Store, ours: Settings, clock: StandingClock) -> None:
    """Two broadcasts, three languages, texts of one part and of two, and an older queue in front."""
    texts = {"en": "Book fair.", "ar": "معرض الكتب يوم الجمعة في مكتبة المدرسة. " * 2, "so": "Bandhig buug."}

    def prepare(session: Session) -> None:
        outbox.ensure_lane(session, SMS, school.SMS)
        for number in range(60):
            school.family(session, number, tag=("en", "en", "en", "so", "ar")[number % 5])
        school.send_out(session, ours, clock.now(), texts=texts)
        for row in session.exec(select(Delivery).where(col(Delivery.rank) < 10)):
            row.state = DeliveryState.SENT
            session.add(row)

    store.writing(prepare)
    made = store.writing(broadcasts.draft, Draft("x", "Bus 7 is late.", Audience()), clock.now())

    def foreseen(session: Session) -> dict[str, tuple[float, float]]:
        shown = broadcasts.preview(session, made, ours, fallback="en")
        due = [Due(SMS, one.language, one.phones, one.parts) for one in shown.lines]
        found = forecast(session, due, ours, starts=clock.now(), now=clock.now())
        return {
            one.language: (seconds(one.first, clock.now()), seconds(one.last, clock.now()))
            for one in found.arrivals
        }

    expected = store.reading(foreseen)
    store.writing(lambda session: _release(session, made, ours, clock))
    pace = ours.sms.parts_per_second if ours.sms else 1.0
    seen = store.reading(_as_sent, made, pace)
    assert set(seen) == {"en", "so", "ar"}
    for tag, (first, last) in seen.items():
        assert expected[tag][0] == pytest.approx(first, abs=4 / pace), tag
        assert expected[tag][1] == pytest.approx(last, abs=4 / pace), tag


def _release(session: Session, made: int, ours: Settings, clock: StandingClock) -> None:
    broadcasts.approve(session, made, ours, now=clock.now(), fallback="en")
    local = clock.now().astimezone(ours.school.zone).replace(tzinfo=None)
    broadcasts.schedule(session, made, local, ours, rrule=None, now=clock.now())
    for one in broadcasts.due(session, clock.now()):
        broadcasts.release(session, one, ours, clock.now())


def _as_sent(session: Session, made: int, pace: float) -> dict[str, tuple[float, float]]:
    """First and last moment by language, if texts left in the order of the claim."""
    rows = session.exec(
        select(Delivery)
        .where(col(Delivery.state) == DeliveryState.QUEUED)
        .order_by(col(Delivery.urgency), col(Delivery.rank), col(Delivery.id))
    )
    found: dict[str, tuple[float, float]] = {}
    parts = 0
    for row in rows:
        parts += row.parts
        if row.broadcast_id == made:
            at = parts / pace
            found[row.language] = (found.get(row.language, (at, at))[0], at)
    return found


def test_a_stopped_sender_and_a_channel_without_one_are_said(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    def stopped(session: Session) -> None:
        lane = session.get(Lane, outbox.ensure_lane(session, SMS, school.SMS))
        assert lane is not None
        lane.state = LaneState.STOPPED
        session.add(lane)

    store.writing(stopped)
    due = [Due(SMS, "en", 2, 1), Due(TELEGRAM, "en", 3, 1)]
    found = store.reading(forecast, due, ours, starts=clock.now(), now=clock.now())
    assert found.not_sending == (SMS,)
    assert found.no_sender == {TELEGRAM: 3}
    assert found.cost is None, "no price is set"


def test_nobody_is_due_anything(store: Store, ours: Settings, clock: StandingClock) -> None:
    found = store.reading(forecast, [], ours, starts=clock.now(), now=clock.now())
    assert (found.first, found.last, found.parts, found.arrivals) == (None, None, 0, ())
