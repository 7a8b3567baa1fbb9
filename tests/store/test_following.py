"""When a phone cannot be reached: another number, another channel, another guardian, then a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from bot.messages import ChannelName, DeliveryState, StatusReport
from bot.store import outbox
from bot.store.outbox import Settled
from bot.store.store import Store
from bot.store.tables import (
    Broadcast,
    BroadcastState,
    Child,
    ContactPoint,
    Delivery,
    Handover,
    Household,
    Occurrence,
    Person,
    PersonChild,
    PersonContactPoint,
    Rendering,
)
from tests.reporting import reported
from tests.store import build
from tests.store.build import NOW

SMS, TELEGRAM = ChannelName.SMS, ChannelName.TELEGRAM
LATER = NOW + timedelta(hours=3)
WRONG = "No phone can be reached under this number; ask the family for their present one."


@dataclass
class Home:
    """A family in the making: people with their phones, the first of which is written to."""

    session: Session
    household: int | None = None
    people: list[int] = field(default_factory=list)

    def person(self, *phones: tuple[str, str], kind: str = "guardian", tag: str = "en") -> int:
        row = Person(
            reference=f"P{self.household}-{len(self.people)}-{phones[0][1]}", name="G", reads=tag, hears=tag,
            kind=kind, household_id=self.household,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        assert row.id is not None
        for rank, (channel, address) in enumerate(phones):
            self.session.add(
                PersonContactPoint(
                    person_id=row.id, contact_point_id=self.phone(channel, address, tag), rank=rank
                )
            )
        self.session.flush()
        self.people.append(row.id)
        return row.id

    def phone(self, channel: str, address: str, tag: str) -> int:
        there = self.session.exec(
            select(ContactPoint.id).where(
                col(ContactPoint.channel) == channel, col(ContactPoint.address) == address
            )
        ).first()
        if there is not None:
            return there
        made = ContactPoint(channel=channel, address=address, language=tag)
        self.session.add(made)
        self.session.flush()
        assert made.id is not None
        return made.id


def home(session: Session, reference: str = "H1") -> Home:
    row = Household(reference=reference)
    session.add(row)
    session.flush()
    return Home(session, row.id)


def go_out(
    session: Session,
    to: Sequence[str],
    *,
    routes: str | None = None,
    purpose: str = "school",
    tags: Sequence[str] = ("en",),
) -> int:
    """Release a broadcast to these addresses, worded for both channels; return its time."""
    build.lane(session)
    build.lane(session, "bot:1", TELEGRAM)
    broadcast_id, made = build.occurrence(session, tags)
    for tag in tags:
        session.add(
            Rendering(
                broadcast_id=broadcast_id,
                language=tag,
                written_in=tag,
                channel=TELEGRAM,
                text=f"[{tag}] chat",
            )
        )
    broadcast = session.get(Broadcast, broadcast_id)
    assert broadcast is not None
    broadcast.state, broadcast.routes, broadcast.purpose = BroadcastState.RELEASED, routes, purpose
    session.add(broadcast)
    session.flush()
    outbox.release(
        session,
        build.everyone().where(col(ContactPoint.address).in_(to)),
        broadcast_id=broadcast_id,
        occurrence_id=made,
        urgency=outbox.BULK,
        now=NOW,
    )
    return made


def send(store: Store, *refused: str, code: str = "30005", at: object = NOW) -> list[str]:
    """Let every lane send what may go; these addresses are refused for good. Returns who was tried."""

    def work(session: Session) -> list[str]:
        tried = []
        for lane in (1, 2):
            epoch = outbox.take_lane(session, lane)
            while claimed := outbox.claim(session, lane, epoch, 10, token=f"t{epoch}", now=NOW):
                outbox.settle(session, epoch, [_settled(one, refused, code) for one in claimed], NOW)
                tried += [one.message.address for one in claimed]
        return tried

    store.writing(outbox.follow, NOW)
    store.writing(outbox.wake, NOW)
    return store.writing(work)


def _settled(one: outbox.Claimed, refused: Sequence[str], code: str) -> Settled:
    if one.message.address in refused:
        return Settled(one.delivery_id, one.message.attempt, DeliveryState.FAILED, reason=WRONG, code=code)
    return Settled(one.delivery_id, one.message.attempt, DeliveryState.SENT, f"SM{one.delivery_id}")


def calls(store: Store) -> list[tuple[int | None, str]]:
    rows = store.reading(lambda session: list(session.exec(select(Handover).order_by(col(Handover.id)))))
    return [(row.contact_point_id, row.why) for row in rows]


def everything(store: Store) -> list[Delivery]:
    return store.reading(lambda session: list(session.exec(select(Delivery).order_by(col(Delivery.id)))))


def a_family(session: Session) -> None:
    """A mother with two numbers and a chat, a father with one number."""
    here = home(session)
    here.person((SMS, "mother"), (SMS, "her other"), (TELEGRAM, "her chat"))
    here.person((SMS, "father"))


def test_one_way_after_the_other_and_a_call_at_the_end(store: Store) -> None:
    store.writing(a_family)
    store.writing(go_out, ["mother"])
    all_of_them = ("mother", "her other", "her chat", "father")
    tried = [send(store, *all_of_them) for _ in range(4)]
    assert tried == [["mother"], ["her other"], ["her chat"], ["father"]]
    assert calls(store) == []
    assert send(store) == []
    assert calls(store) == [(1, outbox.CALL)]
    assert send(store) == []
    assert len(calls(store)) == 1
    rows = everything(store)
    assert [row.instead_of for row in rows] == [None, 1, 1, 1]
    assert all(row.followed for row in rows)


def test_what_arrives_is_the_end_of_it(store: Store) -> None:
    store.writing(a_family)
    store.writing(go_out, ["mother"])
    assert send(store, "mother") == ["mother"]
    assert send(store) == ["her other"]
    assert send(store) == []
    assert calls(store) == []


@pytest.mark.parametrize(
    ("routes", "then"),
    [
        ("channel,number,guardian", ["her chat", "her other", "father"]),
        ("guardian,number", ["father", "her other"]),
        ("number", ["her other"]),
        ("", []),
    ],
)
def test_the_order_is_the_staffs(store: Store, routes: str, then: list[str]) -> None:
    store.writing(a_family)
    store.writing(go_out, ["mother"], routes=routes)
    everyone = ("mother", "her other", "her chat", "father")
    tried: list[str] = []
    for _ in range(5):
        tried += send(store, *everyone)
    assert tried == ["mother", *then]
    assert [why for _, why in calls(store)] == [outbox.CALL]


def test_nobody_gets_it_twice(store: Store) -> None:
    """The father has it already, and two people share the number that comes next."""

    def work(session: Session) -> None:
        here = home(session)
        here.person((SMS, "mother"), (SMS, "landline"))
        here.person((SMS, "father"), (SMS, "landline"))
        here.person((SMS, "uncle"))
        go_out(session, ["mother", "father", "uncle"])

    store.writing(work)
    assert sorted(send(store, "mother", "father")) == ["father", "mother", "uncle"]
    assert send(store) == ["landline"]
    assert send(store) == []
    assert calls(store) == []


def test_another_guardian_of_the_same_child_lives_elsewhere(store: Store) -> None:
    def work(session: Session) -> None:
        mother = home(session).person((SMS, "mother"))
        father = home(session, "H2").person((SMS, "father"))
        child = Child(reference="C1", grade="3")
        session.add(child)
        session.flush()
        for person in (mother, father):
            session.add(PersonChild(person_id=person, child_id=child.id or 0))
        session.flush()
        go_out(session, ["mother"])

    store.writing(work)
    send(store, "mother")
    assert send(store) == ["father"]


@pytest.mark.parametrize("why", ["family", "wrong number", "staff"])
def test_a_stop_is_no_reason_to_try_elsewhere(store: Store, why: str) -> None:
    store.writing(a_family)
    store.writing(go_out, ["mother"])
    send(store, "mother")

    def stop(session: Session) -> None:
        contact = session.get(ContactPoint, 1)
        assert contact is not None
        contact.stopped_at, contact.stopped_why = NOW, why
        session.add(contact)

    store.writing(stop)
    assert send(store) == []
    assert calls(store) == []


@pytest.mark.parametrize("code", ["21610", "30007"])
def test_neither_is_a_stop_at_the_provider_nor_a_text_that_carriers_refuse(store: Store, code: str) -> None:
    store.writing(a_family)
    store.writing(go_out, ["mother"])
    send(store, "mother", code=code)
    assert send(store) == []
    assert calls(store) == []


def test_a_phone_that_has_stopped_us_is_no_way(store: Store) -> None:
    store.writing(a_family)
    store.writing(go_out, ["mother"])

    def stop(session: Session) -> None:
        for address in ("her other", "her chat"):
            row = session.exec(select(ContactPoint).where(col(ContactPoint.address) == address)).one()
            row.stopped_at, row.stopped_why = NOW, "family"
            session.add(row)

    store.writing(stop)
    send(store, "mother")
    assert send(store) == ["father"]


@pytest.mark.parametrize("state", [BroadcastState.STOPPED, BroadcastState.RECALLED])
def test_what_staff_have_stopped_is_over(store: Store, state: BroadcastState) -> None:
    store.writing(a_family)
    store.writing(go_out, ["mother"])
    send(store, "mother")

    def stop(session: Session) -> None:
        row = session.get(Broadcast, 1)
        assert row is not None
        row.state = state
        session.add(row)

    store.writing(stop)
    assert send(store) == []
    assert calls(store) == []


def test_after_its_end_nothing_follows(store: Store) -> None:
    store.writing(a_family)
    made = store.writing(go_out, ["mother"])

    def ends(session: Session) -> None:
        row = session.get(Occurrence, made)
        assert row is not None
        row.expires_at = NOW
        session.add(row)

    send(store, "mother")
    store.writing(ends)
    assert send(store) == []
    assert calls(store) == []


def test_while_it_is_paused_the_next_way_waits_with_the_rest(store: Store) -> None:
    store.writing(a_family)
    store.writing(go_out, ["mother"])
    send(store, "mother")

    def pause(session: Session) -> None:
        row = session.get(Broadcast, 1)
        assert row is not None
        row.paused_at = NOW
        session.add(row)

    store.writing(pause)
    assert send(store) == []
    assert [(row.state, row.waiting_until) for row in everything(store)] == [
        ("failed", None),
        ("waiting", None),
    ]


def test_a_report_hours_later_counts_as_well(store: Store) -> None:
    store.writing(a_family)
    store.writing(go_out, ["mother"])
    send(store)
    report = StatusReport(SMS, "SM1", "failed", code="30006")
    store.writing(reported, report, LATER)
    assert send(store) == ["her other"]


def test_what_is_optional_needs_no_call(store: Store) -> None:
    store.writing(lambda session: home(session).person((SMS, "mother")))
    store.writing(go_out, ["mother"], purpose="optional")
    send(store, "mother")
    assert send(store) == []
    assert calls(store) == []


def test_no_call_for_a_family_that_has_it_on_another_phone(store: Store) -> None:
    def work(session: Session) -> None:
        here = home(session)
        here.person((SMS, "mother"))
        here.person((SMS, "father"))
        go_out(session, ["mother", "father"])

    store.writing(work)
    send(store, "mother")
    assert send(store) == []
    assert calls(store) == []


def test_two_hundred_at_once(store: Store) -> None:
    def work(session: Session) -> None:
        for number in range(200):
            here = home(session, f"H{number}")
            here.person((SMS, f"a{number}"), (SMS, f"b{number}"))
        go_out(session, [f"a{number}" for number in range(200)])

    store.writing(work)
    first = [f"a{number}" for number in range(200)]
    assert len(send(store, *first)) == 200
    assert sorted(send(store)) == sorted(f"b{number}" for number in range(200))
    assert send(store) == []


def test_a_tick_with_nothing_to_do_walks_an_index_and_not_the_outbox(store: Store) -> None:
    """It runs every second beside a million rows."""
    asked: list[tuple[str, object]] = []
    listen = event.listens_for(store.engine, "before_cursor_execute")
    listen(lambda _connection, _cursor, sql, given, _context, _many: asked.append((sql, given)))
    store.writing(outbox.follow, NOW)
    store.writing(outbox.wake, NOW)
    ticks = [(sql, given) for sql, given in asked if " delivery" in sql]

    def plans(session: Session) -> list[str]:
        connection = session.connection()
        return [
            str(row[3])
            for sql, given in ticks
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)  # type: ignore[arg-type]
        ]

    found = store.reading(plans)
    assert len(ticks) >= 4
    assert [one for one in found if one.startswith("SCAN delivery") and "INDEX" not in one] == []
