"""The outbox's promises, on a real file: what may be claimed, by whom, and what a settlement may touch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot.messages import DeliveryState, StatusReport
from bot.store import contacts, outbox
from bot.store.outbox import Claimed, Settled
from bot.store.store import Store
from bot.store.tables import Consent, ContactPoint, Delivery, ProviderEvent
from tests.reporting import reported
from tests.store import build
from tests.store.build import NOW

LATER = NOW + timedelta(seconds=1)


def claim(session: Session, epoch: int, most: int = 100, *, parts: float = 1e9) -> list[Claimed]:
    return outbox.claim(session, 1, epoch, most, token=f"t{epoch}", now=NOW, parts=parts)


def sent(one: Claimed, provider_id: str) -> Settled:
    return Settled(one.delivery_id, one.message.attempt, DeliveryState.SENT, provider_id)


def test_a_release_makes_one_delivery_for_each_phone_and_interleaves_languages(store: Store) -> None:
    store.writing(build.release, 10, languages=("en", "so", "hmn"))
    epoch = store.writing(outbox.take_lane, 1)
    first = store.writing(claim, epoch, 6)
    assert sorted(one.message.text[:5] for one in first) == [
        "[en] ",
        "[en] ",
        "[hmn]",
        "[hmn]",
        "[so] ",
        "[so] ",
    ]
    assert store.reading(build.states) == {"queued": 24, "sending": 6}


def test_a_delivery_is_claimed_once(store: Store) -> None:
    store.writing(build.release, 50)
    epoch = store.writing(outbox.take_lane, 1)
    claims = [one.delivery_id for _ in range(9) for one in store.writing(claim, epoch, 7)]
    assert len(claims) == len(set(claims)) == 50


def test_an_older_epoch_can_neither_claim_nor_settle(store: Store) -> None:
    store.writing(build.release, 2)
    old = store.writing(outbox.take_lane, 1)
    (one,) = store.writing(claim, old, 1)
    new = store.writing(outbox.take_lane, 1)
    assert new > old
    assert store.writing(claim, old) == []
    store.writing(outbox.settle, old, [sent(one, "SM1")], LATER)
    assert store.reading(build.states) == {"uncertain": 1, "queued": 1}


def test_what_a_killed_sender_left_is_uncertain_never_queued(store: Store) -> None:
    store.writing(build.release, 5)
    epoch = store.writing(outbox.take_lane, 1)
    store.writing(claim, epoch, 3)
    store.writing(outbox.take_lane, 1)
    assert store.reading(build.states) == {"uncertain": 3, "queued": 2}


def test_no_text_starts_after_a_stop_has_been_committed(store: Store) -> None:
    store.writing(build.release, 4)
    epoch = store.writing(outbox.take_lane, 1)

    def stop(session: Session) -> None:
        contact = session.get(ContactPoint, 2)
        assert contact is not None
        contacts.stop(session, contact, why="family", evidence="JOOJI", now=NOW)

    store.writing(stop)
    claimed = store.writing(claim, epoch)
    assert [one.contact_point_id for one in claimed] == [1, 3, 4]
    ledger = store.reading(lambda session: session.exec(select(Consent)).all())
    assert [(row.contact_point_id, row.granted, row.evidence) for row in ledger] == [(2, False, "JOOJI")]


def test_a_row_that_slipped_past_the_stop_is_still_not_claimed(store: Store) -> None:
    """The claim asks again, should a row have been queued in the very moment of the STOP."""
    store.writing(build.release, 1)
    epoch = store.writing(outbox.take_lane, 1)

    def stop_without_sweeping(session: Session) -> None:
        contact = session.get(ContactPoint, 1)
        assert contact is not None
        contact.stopped_at = NOW
        session.add(contact)

    store.writing(stop_without_sweeping)
    assert store.writing(claim, epoch) == []


def test_closings_only_lets_emergencies_pass_and_nothing_else(store: Store) -> None:
    def narrow(session: Session) -> None:
        build.lane(session)
        build.phones(session, 1)
        contact = session.get(ContactPoint, 1)
        assert contact is not None
        contacts.stop(session, contact, why="family", evidence="STOP", now=NOW)
        contacts.keep_closings(session, contact, evidence="1", now=NOW)

    store.writing(narrow)
    for urgency in (outbox.BULK, outbox.EMERGENCY):

        def release(session: Session, urgency: int = urgency) -> None:
            broadcast, occurrence = build.occurrence(session)
            outbox.release(
                session,
                build.everyone(),
                broadcast_id=broadcast,
                occurrence_id=occurrence,
                urgency=urgency,
                now=NOW,
            )

        store.writing(release)
    epoch = store.writing(outbox.take_lane, 1)
    claimed = store.writing(claim, epoch)
    assert [one.message.text for one in claimed] == ["[en] text of broadcast 2"]


def test_one_text_at_a_time_for_each_phone_and_answers_first(store: Store) -> None:
    def two_broadcasts_and_an_answer(session: Session) -> None:
        build.release(session, 1)
        broadcast, occurrence = build.occurrence(session, local="2026-11-17T11:00:00")
        outbox.release(
            session,
            build.everyone(),
            broadcast_id=broadcast,
            occurrence_id=occurrence,
            urgency=outbox.BULK,
            now=NOW,
        )
        outbox.answer(session, contact_point_id=1, lane_id=1, text="Thanks.", language="en")

    store.writing(two_broadcasts_and_an_answer)
    epoch = store.writing(outbox.take_lane, 1)
    said = []
    for _ in range(3):
        (one,) = store.writing(claim, epoch)
        assert store.writing(claim, epoch) == []
        said.append(one.message.text)
        store.writing(outbox.settle, epoch, [sent(one, f"SM{len(said)}")], LATER)
    assert said == ["Thanks.", "[en] text of broadcast 1", "[en] text of broadcast 2"]


def test_the_pace_counts_parts(store: Store) -> None:
    store.writing(build.release, 10, parts=3)
    epoch = store.writing(outbox.take_lane, 1)
    assert len(store.writing(claim, epoch, 10, parts=6)) == 2
    assert len(store.writing(claim, epoch, 10, parts=7)) == 3  # the third begins within the pace


def test_a_stopped_or_waiting_lane_claims_nothing_and_keeps_its_queue(store: Store) -> None:
    store.writing(build.release, 3)
    epoch = store.writing(outbox.take_lane, 1)
    store.writing(outbox.stop_lane, 1, "The token is wrong.")
    assert store.writing(claim, epoch) == []
    store.writing(outbox.start_lane, 1)
    store.writing(outbox.refuse_lane, 1, LATER)
    assert store.writing(claim, epoch) == []
    assert len(store.writing(outbox.claim, 1, epoch, 9, token="x", now=LATER)) == 3


def test_a_second_question_waits_while_the_first_is_open(store: Store) -> None:
    def two_questions(session: Session) -> None:
        build.release(session, 1, digits=True)
        broadcast, occurrence = build.occurrence(session, digits=True, local="2026-11-17T11:00:00")
        outbox.release(
            session,
            build.everyone(),
            broadcast_id=broadcast,
            occurrence_id=occurrence,
            urgency=outbox.BULK,
            now=NOW,
        )

    store.writing(two_questions)
    epoch = store.writing(outbox.take_lane, 1)
    (one,) = store.writing(claim, epoch)
    store.writing(outbox.settle, epoch, [sent(one, "SM1")], LATER)
    assert store.writing(claim, epoch) == []
    assert store.reading(build.states) == {"sent": 1, "waiting": 1}
    store.writing(outbox.wake, NOW + timedelta(hours=23))
    assert store.writing(claim, epoch) == []
    store.writing(outbox.question_closed, 1)
    assert len(store.writing(claim, epoch)) == 1


def test_a_waiting_text_goes_when_its_hour_comes(store: Store) -> None:
    store.writing(build.release, 1)
    epoch = store.writing(outbox.take_lane, 1)
    (one,) = store.writing(claim, epoch)
    again = Settled(
        one.delivery_id, one.message.attempt, DeliveryState.WAITING, waiting_until=LATER, reason="busy"
    )
    store.writing(outbox.settle, epoch, [again], NOW)
    assert store.writing(outbox.wake, NOW) == 0
    assert store.writing(outbox.wake, LATER) == 1
    (second,) = store.writing(claim, epoch)
    assert second.attempts == 2


@pytest.mark.parametrize(
    ("reports", "ends"),
    [
        (["queued", "sent", "delivered"], "delivered"),
        (["delivered", "sent", "queued"], "delivered"),
        (["sent", "delivered", "sent", "delivered"], "delivered"),
        (["sent", "failed", "sent"], "failed"),
        (["delivered", "failed"], "delivered"),
        (["failed", "delivered"], "failed"),
        (["queued"], "sent"),
    ],
)
def test_status_reports_never_take_a_delivery_back(store: Store, reports: list[str], ends: str) -> None:
    store.writing(build.release, 1)
    epoch = store.writing(outbox.take_lane, 1)
    (one,) = store.writing(claim, epoch)
    store.writing(outbox.settle, epoch, [sent(one, "SM1")], LATER)
    for status in reports:
        store.writing(reported, StatusReport("sms", "SM1", status), LATER)  # type: ignore[arg-type]
    assert store.reading(build.states) == {ends: 1}
    kept = store.reading(lambda session: session.exec(select(ProviderEvent)).all())
    assert [event.status for event in kept] == reports


def test_a_callback_with_the_attempt_settles_what_we_never_heard_of(store: Store) -> None:
    store.writing(build.release, 1)
    epoch = store.writing(outbox.take_lane, 1)
    (one,) = store.writing(claim, epoch)
    store.writing(outbox.take_lane, 1)
    report = StatusReport("sms", "SM9", "queued", attempt=one.message.attempt)  # type: ignore[arg-type]
    store.writing(reported, report, LATER)
    row = store.reading(lambda session: session.exec(select(Delivery)).one())
    assert (row.state, row.provider_id) == ("sent", "SM9")


def test_a_callback_of_another_try_settles_nothing(store: Store) -> None:
    store.writing(build.release, 1)
    epoch = store.writing(outbox.take_lane, 1)
    (one,) = store.writing(claim, epoch)
    report = StatusReport("sms", "SM9", "sent", attempt=f"other.{one.delivery_id}")  # type: ignore[arg-type]
    store.writing(reported, report, LATER)
    assert store.reading(build.states) == {"sending": 1}


def test_absence_needs_two_looks_and_the_grace(store: Store) -> None:
    store.writing(build.release, 1)
    epoch = store.writing(outbox.take_lane, 1)
    (one,) = store.writing(claim, epoch)
    store.writing(outbox.take_lane, 1)
    assert store.writing(outbox.looked, one, enough=False, now=NOW) is None
    assert store.writing(outbox.looked, one, enough=True, now=LATER) == "queued"
    assert store.reading(build.states) == {"queued": 1}


def test_a_text_proven_absent_is_not_sent_to_a_phone_that_stopped_meanwhile(store: Store) -> None:
    store.writing(build.release, 1)
    epoch = store.writing(outbox.take_lane, 1)
    (one,) = store.writing(claim, epoch)
    store.writing(outbox.take_lane, 1)

    def stop(session: Session) -> None:
        contact = session.exec(select(ContactPoint).where(col(ContactPoint.id) == 1)).one()
        contacts.stop(session, contact, why="family", evidence="STOP", now=NOW)

    store.writing(stop)
    store.writing(outbox.looked, one, enough=True, now=LATER)
    assert store.writing(outbox.looked, one, enough=True, now=LATER) == "failed"


def test_staff_send_or_drop_what_cannot_be_known(store: Store) -> None:
    store.writing(build.release, 2)
    epoch = store.writing(outbox.take_lane, 1)
    first, second = store.writing(claim, epoch)
    store.writing(outbox.take_lane, 1)
    for one in (first, second):
        store.writing(outbox.hold, one, "The connection broke.", LATER)
    assert store.writing(outbox.release_held, first.delivery_id, LATER)
    assert store.writing(outbox.drop_held, second.delivery_id, LATER)
    assert not store.writing(outbox.drop_held, second.delivery_id, LATER)
    assert store.reading(build.states) == {"queued": 1, "failed": 1}
