"""When the first and the last family will have it, held against the order in which the outbox sends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from bot import broadcasts
from bot.broadcasts import Draft
from bot.forecast import NOTHING_IN_FRONT, Due, Front, arriving, forecast, over_budget
from bot.hours import Allowance, DayLimit
from bot.messages import ChannelName, DeliveryState
from bot.settings import Settings
from bot.store import outbox
from bot.store.audience import Audience
from bot.store.store import Store
from bot.store.tables import Delivery, Lane, LaneState
from tests import school
from tests.conftest import StandingClock

CHICAGO = ZoneInfo("America/Chicago")
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
    english, arabic = arriving(due, NOTHING_IN_FRONT, Allowance(2.0), starts=now, now=now)
    assert seconds(arabic.last, now) == (10 + 10 * 2) / 2
    assert seconds(english.last, now) == (100 + 10 * 2) / 2
    assert seconds(english.first, now) == 0.5


def test_what_is_more_urgent_and_what_waits_at_lower_ranks_goes_before(clock: StandingClock) -> None:
    now, front = clock.now(), Front(more_urgent=6, ranks=((1, 4), (50, 2), (900, 10)))
    (one,) = arriving([Due(SMS, "en", 100, 1)], front, Allowance(1.0), starts=now, now=now)
    assert seconds(one.first, now) == 6 + 4 + 1
    assert seconds(one.last, now) == 6 + 4 + 2 + 100, "rank 900 is overtaken"


def test_a_queue_has_drained_by_the_time_that_something_is_scheduled_for(clock: StandingClock) -> None:
    now = clock.now()
    starts = now + timedelta(hours=1)
    (one,) = arriving([Due(SMS, "en", 3, 1)], Front(1000, ()), Allowance(1.0), starts=starts, now=now)
    assert seconds(one.first, starts) == 1


def test_a_price_is_by_the_part_and_for_sms_alone(clock: StandingClock) -> None:
    now, cent = clock.now(), Decimal("0.0079")
    due = [Due(SMS, "ar", 10, 2), Due(TELEGRAM, "ar", 5, 1)]
    sms, telegram = arriving(due, NOTHING_IN_FRONT, Allowance(1.0), starts=now, now=now, price=cent)
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


def test_it_knows_the_hours_the_days_limit_and_that_an_emergency_waits_for_neither(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    """At 20:29:50 a lane of 3 parts a second has ten seconds left; the rest goes in the morning."""
    assert ours.sms is not None
    store.writing(outbox.ensure_lane, SMS, school.SMS)
    now = datetime(2026, 11, 18, 2, 29, 50, tzinfo=UTC)
    limited = ours.model_copy(
        update={"sms": ours.sms.model_copy(update={"parts_per_day": 40, "parts_kept_back": 10})}
    )
    eight = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)

    def last(settings: Settings, phones: int, *, emergency: bool = False) -> datetime | None:
        due = [Due(SMS, "en", phones, 1)]
        found = store.reading(forecast, due, settings, starts=now, now=now, emergency=emergency)
        return found.last

    assert last(ours, 30) == now + timedelta(seconds=10)
    assert last(ours, 60) == eight + timedelta(seconds=10)
    assert last(ours, 60, emergency=True) == now + timedelta(seconds=20)
    assert last(limited, 61) == eight + timedelta(days=1, seconds=1 / 3)


def test_a_later_day_has_a_limit_of_its_own(clock: StandingClock) -> None:
    lane = Allowance(1.0, None, DayLimit(100, CHICAGO), used=100, used_on="2026-11-17")
    now = clock.now()
    due = [Due(SMS, "en", 50, 1)]
    (today,) = arriving(due, NOTHING_IN_FRONT, lane, starts=now, now=now)
    (tomorrow,) = arriving(due, NOTHING_IN_FRONT, lane, starts=now + timedelta(days=1), now=now)
    assert today.last == datetime(2026, 11, 18, 6, 0, 50, tzinfo=UTC)
    assert tomorrow.last == now + timedelta(days=1, seconds=50)


def test_what_waits_for_the_morning_goes_before_what_comes_then(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    def prepare(session: Session) -> None:
        outbox.ensure_lane(session, SMS, school.SMS)
        school.families(session, 9)
        school.send_out(session, ours, clock.now())

    clock.moment = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)  # 21:00
    store.writing(prepare)
    eight = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
    due = [Due(SMS, "en", 9, 1)]
    found = store.reading(forecast, due, ours, starts=clock.now(), now=clock.now())
    assert seconds(found.last, eight) == (9 + 9) / 3


def test_families_without_room_are_counted_by_the_day_on_which_there_is(
    store: Store, ours: Settings, clock: StandingClock
) -> None:
    def prepare(session: Session) -> None:
        outbox.ensure_lane(session, SMS, school.SMS)
        school.families(session, 4)

    store.writing(prepare)
    desk = school.Desk(store, ours, clock)
    assert store.reading(over_budget, Audience(), ours, clock.now()) == ()
    for text in ("Book fair.", "Bus 7 is late."):
        store.writing(school.send_out, ours, clock.now(), text=text)
        desk.deliver()
        clock.advance(days=1)
    in_a_week = date(2026, 11, 24)
    assert store.reading(over_budget, Audience(), ours, clock.now()) == ((in_a_week, 4),)
    assert store.reading(over_budget, Audience(languages=("so",)), ours, clock.now()) == ()
    assert store.reading(over_budget, Audience(), ours, clock.now() + timedelta(days=9)) == ()
