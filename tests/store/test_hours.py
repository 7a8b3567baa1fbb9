"""Hours, ends and budgets on a real file: what is released, queued, held back, begun and ended when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from bot.hours import DayLimit, OpenHours
from bot.messages import DeliveryState
from bot.store import outbox
from bot.store.outbox import Claimed, Limits, Settled
from bot.store.store import Store
from bot.store.tables import (
    Broadcast,
    ContactPoint,
    Delivery,
    Handover,
    Household,
    Occurrence,
    Person,
    PersonContactPoint,
    Reply,
)
from tests.store import build

CHICAGO = ZoneInfo("America/Chicago")
DAY = OpenHours(CHICAGO, time(8), time(20, 30))
MORNING = datetime(2026, 11, 17, 10, 0, tzinfo=CHICAGO).astimezone(UTC)  # a Tuesday
NIGHT = datetime(2026, 11, 17, 22, 0, tzinfo=CHICAGO).astimezone(UTC)
EIGHT = datetime(2026, 11, 18, 8, 0, tzinfo=CHICAGO).astimezone(UTC)
CLOSING = datetime(2026, 11, 17, 20, 30, tzinfo=CHICAGO).astimezone(UTC)


def let_go(
    session: Session,
    now: datetime,
    *,
    urgency: int = outbox.BULK,
    digits: bool = False,
    languages: Sequence[str] = ("en",),
    expires_at: datetime | None = None,
    limits: Limits | None = None,
    purpose: str = "school",
) -> int:
    """Release a new broadcast to every phone there is; return its time's id."""
    build.lane(session)
    broadcast, made = build.occurrence(session, languages, digits=digits, local=now.isoformat())
    for row in (session.get(Broadcast, broadcast), session.get(Occurrence, made)):
        if isinstance(row, Broadcast):
            row.purpose, row.approved_at = purpose, now
        elif row is not None:
            row.expires_at, row.released_at = expires_at, now
        session.add(row)
    count = outbox.release(
        session,
        build.everyone(),
        broadcast_id=broadcast,
        occurrence_id=made,
        urgency=urgency,
        now=now,
        hours=DAY,
        expires_at=expires_at,
        limits=limits or Limits(),
    )
    row = session.get(Occurrence, made)
    assert row is not None
    row.deliveries = count
    session.add(row)
    session.flush()
    return made


def some_phones(session: Session, count: int = 3) -> list[int]:
    return build.phones(session, count)


def rows(store: Store, time_id: int | None = None) -> list[Delivery]:
    found = select(Delivery).order_by(col(Delivery.id))
    if time_id is not None:
        found = found.where(col(Delivery.occurrence_id) == time_id)
    return store.reading(lambda session: list(session.exec(found)))


def begun(store: Store, now: datetime, most: int = 100) -> list[Claimed]:
    """What a sender begins at this moment; all of it is accepted."""

    def work(session: Session) -> list[Claimed]:
        lane = build.lane(session)
        epoch = outbox.take_lane(session, lane)
        claimed = outbox.claim(session, lane, epoch, most, token=f"t{epoch}", now=now)
        sent = [
            Settled(one.delivery_id, one.message.attempt, DeliveryState.SENT, f"SM{one.delivery_id}")
            for one in claimed
        ]
        outbox.settle(session, epoch, sent, now)
        return claimed

    return store.writing(work)


# Hours


def test_what_is_released_at_night_waits_for_the_morning_and_is_never_queued(store: Store) -> None:
    store.writing(some_phones)
    made = store.writing(let_go, NIGHT)
    assert {(row.state, row.waiting_until) for row in rows(store, made)} == {("waiting", EIGHT)}
    for minutes in range(0, 601, 5):
        store.writing(outbox.wake, NIGHT + timedelta(minutes=minutes), DAY)
        if NIGHT + timedelta(minutes=minutes) < EIGHT:
            assert store.reading(build.states) == {"waiting": 3}
    assert store.reading(build.states) == {"queued": 3}
    assert len(begun(store, EIGHT)) == 3


def test_an_emergency_passes_at_any_hour(store: Store) -> None:
    store.writing(some_phones)
    store.writing(let_go, NIGHT, urgency=outbox.EMERGENCY)
    assert len(begun(store, NIGHT)) == 3


def test_nothing_begins_after_the_hours_though_the_tick_is_late(store: Store) -> None:
    store.writing(some_phones)
    store.writing(let_go, MORNING)
    assert len(begun(store, CLOSING - timedelta(seconds=1), most=1)) == 1
    assert begun(store, CLOSING) == []
    store.writing(outbox.wake, CLOSING, DAY)
    assert store.reading(build.states) == {"sent": 1, "waiting": 2}
    store.writing(outbox.wake, EIGHT, DAY)
    assert len(begun(store, EIGHT)) == 2


@pytest.mark.parametrize("jump", [timedelta(hours=14), timedelta(days=3, hours=12), timedelta(days=200)])
def test_a_clock_that_jumps_ahead_begins_nothing_out_of_hours(store: Store, jump: timedelta) -> None:
    """The machine slept, or its clock was set: what it had queued looks at the clock again."""
    store.writing(some_phones)
    store.writing(let_go, MORNING)
    there = MORNING + jump
    assert begun(store, there) == []
    store.writing(outbox.wake, there, DAY)
    awake = DAY.opening(there)
    store.writing(outbox.wake, awake, DAY)
    assert len(begun(store, awake)) == 3


def test_a_clock_that_jumps_back_begins_nothing_twice(store: Store) -> None:
    store.writing(some_phones)
    store.writing(let_go, MORNING)
    assert len(begun(store, MORNING, most=2)) == 2
    earlier = MORNING - timedelta(hours=14)  # 20:00 of the day before
    store.writing(outbox.wake, earlier, DAY)
    assert len(begun(store, earlier)) == 1
    assert begun(store, MORNING) == []


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_on_the_day_of_a_change_of_clocks_eight_is_eight(store: Store, day: str) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=CHICAGO).astimezone(UTC)
    eight = datetime.fromisoformat(f"{day}T08:00").replace(tzinfo=CHICAGO).astimezone(UTC)
    store.writing(some_phones)
    store.writing(let_go, midnight)
    store.writing(outbox.wake, eight - timedelta(seconds=1), DAY)
    assert store.reading(build.states) == {"waiting": 3}
    store.writing(outbox.wake, eight, DAY)
    assert store.reading(build.states) == {"queued": 3}


def test_languages_stay_interleaved_over_the_night(store: Store) -> None:
    def two_languages(session: Session) -> None:
        for tag, first in (("en", 0), ("so", 10)):
            build.phones(session, 4, language=tag, first=first)
        let_go(session, NIGHT, languages=("en", "so"))

    store.writing(two_languages)
    store.writing(outbox.wake, EIGHT, DAY)
    assert sorted(one.message.text[1:3] for one in begun(store, EIGHT, most=4)) == ["en", "en", "so", "so"]


def test_an_answer_of_the_night_goes_in_its_quarter_of_an_hour_or_in_the_morning(store: Store) -> None:
    def answer(session: Session) -> None:
        lane = build.lane(session)
        (phone,) = build.phones(session, 1)
        outbox.answer(
            session, contact_point_id=phone, lane_id=lane, text="Thanks.", language="en",
            start_by=NIGHT + timedelta(minutes=15),
        )  # fmt: skip

    store.writing(answer)
    store.writing(outbox.wake, NIGHT + timedelta(minutes=1), DAY)
    assert store.reading(build.states) == {"queued": 1}
    assert begun(store, NIGHT + timedelta(minutes=15)) == []
    store.writing(outbox.wake, NIGHT + timedelta(minutes=15), DAY)
    assert store.reading(build.states) == {"waiting": 1}
    store.writing(outbox.wake, EIGHT, DAY)
    assert len(begun(store, EIGHT)) == 1


def test_the_provider_is_told_to_hold_nothing_past_the_hours(store: Store) -> None:
    store.writing(some_phones, 1)
    store.writing(let_go, MORNING)
    at = CLOSING - timedelta(minutes=10)
    (one,) = begun(store, at)
    assert one.message.valid_for == 570


def test_other_hours_hold_for_what_was_queued_before_them(store: Store) -> None:
    store.writing(some_phones)
    store.writing(let_go, MORNING)
    until_three = OpenHours(CHICAGO, time(8), time(15))
    store.writing(outbox.keep_hours, MORNING, until_three)
    store.writing(outbox.wake, MORNING, until_three)
    three = datetime(2026, 11, 17, 15, 0, tzinfo=CHICAGO)
    assert {row.start_by for row in rows(store)} == {three}
    assert {row.state for row in rows(store)} == {"queued"}


def test_a_read_back_that_waits_for_the_morning_is_not_let_go_by_another_question(store: Store) -> None:
    """What an open question held back goes when it closes; what the night held back does not."""

    def work(session: Session) -> None:
        lane = build.lane(session)
        (phone,) = build.phones(session, 1)
        outbox.answer(
            session, contact_point_id=phone, lane_id=lane, text="Right?", language="en", digits=True,
            waiting_until=EIGHT, start_by=NIGHT,
        )  # fmt: skip
        outbox.question_closed(session, phone)

    store.writing(work)
    assert begun(store, NIGHT) == []
    store.writing(outbox.wake, NIGHT + timedelta(seconds=1), DAY)
    assert {(row.state, row.waiting_until) for row in rows(store)} == {("waiting", EIGHT)}


# Ends


def test_what_is_worth_nothing_any_more_is_ended_wherever_it_stands(store: Store) -> None:
    ten = MORNING + timedelta(hours=1)
    store.writing(some_phones, 4)
    store.writing(let_go, MORNING, urgency=outbox.EMERGENCY, expires_at=ten)

    def one_waits(session: Session) -> None:
        row = session.get(Delivery, 1)
        assert row is not None
        row.state, row.waiting_until = DeliveryState.WAITING, None  # paused
        session.add(row)

    store.writing(one_waits)
    assert len(begun(store, ten - timedelta(seconds=1), most=1)) == 1
    assert begun(store, ten) == [], "the claim asks, however late the tick is"
    store.writing(outbox.wake, ten, DAY)
    assert store.reading(build.states) == {"failed": 3, "sent": 1}
    assert {row.reason for row in rows(store) if row.state == "failed"} == {outbox.EXPIRED}


def test_what_comes_back_after_its_end_is_ended(store: Store) -> None:
    store.writing(some_phones, 1)
    over = MORNING + timedelta(hours=1)
    store.writing(let_go, MORNING, expires_at=over)

    def fails_for_now(session: Session) -> None:
        epoch = outbox.take_lane(session, 1)
        (one,) = outbox.claim(session, 1, epoch, 1, token="t", now=MORNING)
        again = Settled(
            one.delivery_id,
            one.message.attempt,
            DeliveryState.WAITING,
            waiting_until=over + timedelta(hours=1),
        )
        outbox.settle(session, epoch, [again], MORNING)

    store.writing(outbox.wake, over - timedelta(minutes=1), DAY)
    store.writing(fails_for_now)
    store.writing(outbox.wake, over, DAY)
    assert store.reading(build.states) == {"failed": 1}


# The family's budget


def families(session: Session, *homes: Sequence[int]) -> None:
    """Each family is the numbers of its phones; a number that comes twice is shared."""
    known: dict[int, int] = {}
    for number, phones in enumerate(homes):
        household = Household(reference=f"H{number}")
        session.add(household)
        session.flush()
        for place, phone in enumerate(phones):
            if phone not in known:
                (known[phone],) = build.phones(session, 1, first=phone)
            person = Person(
                reference=f"P{number}-{place}", name="Guardian", reads="en", hears="en",
                household_id=household.id,
            )  # fmt: skip
            session.add(person)
            session.flush()
            assert person.id is not None
            session.add(PersonContactPoint(person_id=person.id, contact_point_id=known[phone]))
    session.flush()


TWO = Limits(per_week=2)


def test_the_third_text_of_a_week_waits_until_there_is_room(store: Store) -> None:
    store.writing(families, [1], [2])
    for days in (0, 1):
        store.writing(let_go, MORNING + timedelta(days=days), limits=TWO)
        assert len(begun(store, MORNING + timedelta(days=days))) == 2
    third = store.writing(let_go, MORNING + timedelta(days=3), limits=TWO)
    freed = MORNING + timedelta(days=7)
    assert {(row.state, row.waiting_until, row.reason) for row in rows(store, third)} == {
        ("waiting", freed, outbox.FULL)
    }
    store.writing(outbox.wake, freed, DAY)
    assert len(begun(store, freed)) == 2


def test_what_waits_counts_for_what_comes_after_it(store: Store) -> None:
    store.writing(families, [1])
    for days in (0, 1):
        store.writing(let_go, MORNING + timedelta(days=days), limits=TWO)
        begun(store, MORNING + timedelta(days=days))
    store.writing(let_go, MORNING + timedelta(days=2), limits=TWO)
    fourth = store.writing(let_go, MORNING + timedelta(days=3), limits=TWO)
    assert [row.waiting_until for row in rows(store, fourth)] == [MORNING + timedelta(days=8)]


def test_what_is_optional_is_left_out_with_its_reason(store: Store) -> None:
    store.writing(families, [1])
    for days in (0, 1):
        store.writing(let_go, MORNING + timedelta(days=days), limits=TWO)
        begun(store, MORNING + timedelta(days=days))
    made = store.writing(let_go, MORNING + timedelta(days=2), limits=Limits(2, waits=False))
    assert [(row.state, row.reason) for row in rows(store, made)] == [("failed", outbox.ENOUGH)]


def test_two_phones_of_one_family_are_told_one_thing(store: Store) -> None:
    """Both parents get each text; that is two texts for the family, not four."""
    store.writing(families, [1, 2])
    for days in (0, 1):
        store.writing(let_go, MORNING + timedelta(days=days), limits=TWO)
        assert len(begun(store, MORNING + timedelta(days=days))) == 2


def test_a_phone_that_two_families_share_counts_for_each(store: Store) -> None:
    """Phone 1 belongs to both; phone 2 to the second family alone, which has read along on phone 1."""
    store.writing(families, [1], [1, 2])

    def to_the_shared_phone(session: Session, days: int) -> None:
        made = let_go(session, MORNING + timedelta(days=days))
        other = session.exec(
            select(Delivery).where(col(Delivery.occurrence_id) == made, col(Delivery.contact_point_id) == 2)
        ).one()
        session.delete(other)

    for days in (0, 1):
        store.writing(to_the_shared_phone, days)
        assert len(begun(store, MORNING + timedelta(days=days))) == 1
    third = store.writing(let_go, MORNING + timedelta(days=2), limits=TWO)
    assert [row.state for row in rows(store, third)] == ["waiting", "waiting"]


def test_emergencies_failures_and_answers_do_not_count(store: Store) -> None:
    store.writing(families, [1])
    store.writing(let_go, MORNING, urgency=outbox.EMERGENCY, purpose="emergency")
    begun(store, MORNING)
    failed = store.writing(let_go, MORNING)

    def fail(session: Session) -> None:
        outbox.cancel(session, "Stopped by staff.", col(Delivery.occurrence_id) == failed)
        outbox.answer(session, contact_point_id=1, lane_id=1, text="Thanks.", language="en")

    store.writing(fail)
    begun(store, MORNING)
    store.writing(let_go, MORNING + timedelta(hours=1), limits=TWO)
    begun(store, MORNING + timedelta(hours=1))
    last = store.writing(let_go, MORNING + timedelta(hours=2), limits=TWO)
    assert [row.state for row in rows(store, last)] == ["queued"]


# Questions that nobody answers


def test_after_three_unanswered_questions_a_person_calls(store: Store) -> None:
    store.writing(families, [1], [2])
    three = Limits(unanswered=3)
    for days in range(3):
        at = MORNING + timedelta(days=2 * days)
        made = store.writing(let_go, at, digits=True, limits=three)
        assert {row.state for row in rows(store, made)} == {"queued"}
        begun(store, at)

    def the_second_answers(session: Session) -> None:
        from bot.store.tables import Inbound

        last = session.exec(select(Broadcast.id).order_by(col(Broadcast.id).desc())).first()
        came = Inbound(
            channel="sms", provider_id="SM1", lane="x", address="y", message={}, received_at=MORNING
        )
        session.add(came)
        session.flush()
        session.add(
            Reply(
                broadcast_id=last, contact_point_id=2, kind="yes_no", state="confirmed", language="en",
                words="1", inbound_id=came.id or 0, made_at=MORNING, changed_at=MORNING,
            )
        )  # fmt: skip

    store.writing(the_second_answers)
    fourth = store.writing(let_go, MORNING + timedelta(days=8), digits=True, limits=three)
    assert [(row.contact_point_id, row.state, row.reason) for row in rows(store, fourth)] == [
        (1, "failed", outbox.NO_ANSWER),
        (2, "queued", None),
    ]
    owed = store.reading(lambda session: list(session.exec(select(Handover))))
    assert [(one.contact_point_id, one.why) for one in owed] == [(1, outbox.UNANSWERED)]
    begun(store, MORNING + timedelta(days=8))
    store.writing(let_go, MORNING + timedelta(days=10), digits=True, limits=three)
    owed = store.reading(lambda session: list(session.exec(select(Handover))))
    assert len(owed) == 1, "one task, not one for each question"

    def somebody_called(session: Session) -> None:
        row = session.exec(select(Handover)).one()
        row.done_at = MORNING + timedelta(days=11)
        session.add(row)

    store.writing(somebody_called)
    asked = store.writing(let_go, MORNING + timedelta(days=12), digits=True, limits=three)
    assert {row.state for row in rows(store, asked)} == {"queued"}


def test_a_contact_point_that_nobody_owns_has_no_budget(store: Store) -> None:
    store.writing(some_phones, 1)
    for hour in range(4):
        made = store.writing(let_go, MORNING + timedelta(hours=hour), limits=TWO)
        begun(store, MORNING + timedelta(hours=hour))
    assert [row.state for row in rows(store, made)] == ["sent"]
    assert store.reading(lambda session: session.get(ContactPoint, 1)) is not None


# A carrier's limit for the day


LIMIT = DayLimit(3, ZoneInfo("America/Los_Angeles"))


def within(session: Session, now: datetime, most: int = 100) -> list[int]:
    """What begins under the limit, by urgency."""
    lane = build.lane(session)
    epoch = outbox.take_lane(session, lane)
    claimed = outbox.claim_within(
        session, lane, epoch, most, token=f"t{epoch}", now=now, parts=1e9, limit=LIMIT
    )
    sent = [
        Settled(one.delivery_id, one.message.attempt, DeliveryState.SENT, f"SM{one.delivery_id}")
        for one in claimed
    ]
    outbox.settle(session, epoch, sent, now)
    return [one.delivery_id for one in claimed]


def test_a_days_limit_stops_broadcasts_and_lets_the_urgent_pass(store: Store) -> None:
    store.writing(some_phones, 5)
    store.writing(let_go, MORNING)
    assert len(store.writing(within, MORNING, 2)) == 2
    assert len(store.writing(within, MORNING)) == 1
    assert store.writing(within, MORNING) == []

    def answer(session: Session) -> None:
        outbox.answer(session, contact_point_id=1, lane_id=1, text="Thanks.", language="en")

    store.writing(answer)
    assert store.writing(within, MORNING) == [6]
    store.writing(let_go, MORNING, urgency=outbox.EMERGENCY)
    assert len(store.writing(within, MORNING)) == 5
    assert store.reading(outbox.used_today, 1, LIMIT, MORNING) == 9


def test_the_providers_day_begins_on_its_own_clock(store: Store) -> None:
    store.writing(some_phones, 5)
    store.writing(let_go, MORNING)
    store.writing(within, MORNING)
    over = datetime(2026, 11, 18, 0, 0, tzinfo=ZoneInfo("America/Los_Angeles")).astimezone(UTC)
    assert store.writing(within, CLOSING - timedelta(minutes=1)) == []
    store.writing(outbox.wake, over, OpenHours(CHICAGO, time(0), time(0)))
    assert store.writing(within, over - timedelta(seconds=1)) == []
    assert len(store.writing(within, over)) == 2
