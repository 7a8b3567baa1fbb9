"""Who got nothing, and why: no family twice, none that another phone of theirs reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlmodel import col, select

from bot import watching
from bot.causes import Cause
from bot.store.audience import Audience
from bot.store.store import Store
from bot.store.tables import Broadcast, Child, Household, Person, PersonChild, PersonContactPoint
from tests.reports.rows import TUESDAY, Rows

Build = Callable[[Callable[[Rows], Any]], Any]

WRONG = "No phone can be reached under this number; ask the family for their present one."
LANDLINE = "This number cannot receive texts (it may be a landline); ask the family for a mobile number."


class Going:
    """One broadcast at one time, to everybody in the rows."""

    def __init__(self, rows: Rows, **more: Any) -> None:
        self.rows = rows
        self.number = rows.broadcast("Snow")
        for name, value in more.items():
            setattr(rows.session.get(Broadcast, self.number), name, value)
        self.time = rows.occurrence(self.number)

    @property
    def key(self) -> tuple[int, int]:
        return self.number, self.time

    def to(self, phone: int, state: str = "delivered", **more: Any) -> int:
        return self.rows.told(self.number, phone, state, occurrence=self.time, **more)


def person_on(rows: Rows, phone: int) -> Person:
    (found,) = rows.session.exec(
        select(Person)
        .join(PersonContactPoint, col(PersonContactPoint.person_id) == col(Person.id))
        .where(col(PersonContactPoint.contact_point_id) == phone)
    )
    return found


def at_home(rows: Rows, *people: Person) -> int:
    """Let these people live together."""
    home = Household(reference=f"H{people[0].id}")
    rows.session.add(home)
    rows.session.flush()
    for one in people:
        one.household_id = home.id
        rows.session.add(one)
    rows.session.flush()
    return home.id or 0


def causes(store: Store, key: tuple[int, int]) -> dict[Cause, int]:
    return dict(store.reading(watching.nothing, *key).causes)


def test_failed_texts_are_grouped_by_what_to_do(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going = Going(rows)
        going.to(rows.phone("en"))
        for _ in range(3):
            going.to(rows.phone("so"), "failed", code="21211", reason=WRONG)
        going.to(rows.phone("es"), "failed", code="30006", reason=LANDLINE)
        return going.key

    key = build(add)
    assert causes(store, key) == {Cause.WRONG_NUMBER: 3, Cause.LANDLINE: 1}
    found = store.reading(watching.nothing, *key)
    assert found.said[Cause.WRONG_NUMBER] == ((WRONG, 3),)
    assert len(found.of(Cause.LANDLINE)) == 1
    assert len(found.of(None)) == 4


def test_two_people_on_one_phone_are_one_family_and_one_phone(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going, phone = Going(rows), rows.phone("so", people=2)
        going.to(phone, "failed", code="21211", reason=WRONG)
        people = rows.session.exec(select(Person)).all()
        at_home(rows, *people)
        return going.key

    found = store.reading(watching.nothing, *build(add))
    assert [(len(one.people), len(one.phones)) for one in found.families] == [(2, 1)]
    assert found.said[Cause.WRONG_NUMBER] == ((WRONG, 1),)


def test_a_family_that_another_phone_reached_got_it(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going, hers, his = Going(rows), rows.phone("so"), rows.phone("so")
        going.to(hers, "failed", code="21211", reason=WRONG)
        going.to(his, "delivered")
        at_home(rows, person_on(rows, hers), person_on(rows, his))
        return going.key

    found = store.reading(watching.nothing, *build(add))
    assert (found.families, found.elsewhere) == ((), 1)


def test_a_family_whose_other_phone_is_still_to_come_is_not_missed_yet(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going, hers, his = Going(rows), rows.phone("so"), rows.phone("so")
        going.to(hers, "failed", reason=WRONG)
        going.to(his, "queued")
        at_home(rows, person_on(rows, hers), person_on(rows, his))
        return going.key

    assert store.reading(watching.nothing, *build(add)).families == ()


def test_two_causes_at_one_home_count_by_the_one_to_look_at_first(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going, hers, his = Going(rows), rows.phone("so"), rows.phone("so")
        going.to(hers, "failed", code="21610", reason="The family stopped us before this text could go.")
        going.to(his, "failed", code="21211", reason=WRONG)
        at_home(rows, person_on(rows, hers), person_on(rows, his))
        return going.key

    assert causes(store, build(add)) == {Cause.WRONG_NUMBER: 1}


def test_people_without_a_text_are_missed_too_with_the_reason(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going = Going(rows)
        going.to(rows.phone("en"))
        rows.person("so")
        rows.phone("en", stopped_at=TUESDAY)
        rows.phone("en", bad_at=TUESDAY)
        rows.phone("hmn")
        rows.phone("en")
        rows.phone("en", "telegram")
        return going.key

    assert causes(store, build(add)) == {
        Cause.NO_PHONE: 1,
        Cause.STOPPED: 1,
        Cause.WRONG_NUMBER: 1,
        Cause.NO_TEXT: 1,
        Cause.LATER: 1,
        Cause.NO_SENDER: 1,
    }


def test_only_the_audience_is_missed(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going = Going(rows, audience=Audience(languages=("so",)).to_json())
        going.to(rows.phone("so"))
        rows.person("so")
        rows.person("en")
        rows.person("so", kind="staff")
        rows.person("so", in_roster=False)
        return going.key

    assert causes(store, build(add)) == {Cause.NO_PHONE: 1}


def test_somebody_without_a_phone_whose_home_was_reached_is_not_missed(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going, phone = Going(rows), rows.phone("so")
        going.to(phone)
        without = rows.session.get(Person, rows.person("so"))
        assert without is not None
        at_home(rows, person_on(rows, phone), without)
        return going.key

    found = store.reading(watching.nothing, *build(add))
    assert (found.families, found.elsewhere) == ((), 0)


def test_a_phone_that_belongs_to_nobody_any_more_is_still_listed(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going, phone = Going(rows), rows.phone("so", people=0)
        going.to(phone, "failed", reason=WRONG)
        return going.key

    number, time = build(add)
    found = store.reading(watching.nothing, number, time)
    (named,) = store.reading(watching.named, number, found.families)
    assert named.names == ()
    assert [phone.address for phone in named.phones] == ["+17155550002"]


def test_families_by_name_say_whom_to_call_in_which_language(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going, phone = Going(rows), rows.phone("so", bad_at=TUESDAY)
        going.to(phone, "failed", reason=WRONG)
        other = rows.phone("so", people=0, stopped_at=TUESDAY)
        who = person_on(rows, phone)
        who.name, who.hears = "Hodan Farah", "sw"
        rows.session.add(PersonContactPoint(person_id=who.id or 0, contact_point_id=other, rank=11))
        child = Child(reference="C1", grade="3")
        rows.session.add(child)
        rows.session.flush()
        rows.session.add(PersonChild(person_id=who.id or 0, child_id=child.id or 0))
        at_home(rows, who)
        rows.handover(other, "call: no text in their language", broadcast_id=going.number, done_at=TUESDAY)
        return going.key

    number, time = build(add)
    (named,) = store.reading(watching.named, number, store.reading(watching.nothing, number, time).families)
    assert named.names == ("Hodan Farah",)
    assert named.hears == ("sw",)
    assert [(phone.address, phone.note) for phone in named.phones] == [
        ("+17155550002", "bad"),
        ("+17155550003", "stopped"),
    ]
    assert named.children == (("3", ""),)
    assert named.called_at == TUESDAY


def test_only_the_time_that_is_looked_at_counts(build: Build, store: Store) -> None:
    def add(rows: Rows) -> tuple[int, int]:
        going, phone = Going(rows), rows.phone("so")
        going.to(phone, "failed", reason=WRONG)
        later = rows.occurrence(going.number)
        rows.told(going.number, phone, "delivered", occurrence=later)
        return going.number, later

    assert store.reading(watching.nothing, *build(add)).families == ()


def test_a_family_that_was_reached_another_way_is_not_missed(build: Build, store: Store) -> None:
    """The father lives elsewhere, and his phone took the text in the place of hers."""

    def add(rows: Rows) -> tuple[int, int]:
        going = Going(rows, audience=Audience().to_json())
        hers, lost = rows.phone("en"), rows.phone("en")
        his = rows.phone("en")
        for phone, reference in ((hers, "a"), (lost, "b"), (his, "c")):
            at_home(rows, person_on(rows, phone))
            assert reference
        failed = going.to(hers, "failed", code="21211", reason=WRONG)
        going.to(his, instead_of=failed)
        nobody = going.to(lost, "failed", code="21211", reason=WRONG)
        going.to(rows.phone("en"), "failed", code="30006", reason=LANDLINE, instead_of=nobody)
        return going.key

    key = build(add)
    found = store.reading(watching.nothing, *key)
    assert [one.cause for one in found.families] == [Cause.WRONG_NUMBER]
    assert found.elsewhere == 1
