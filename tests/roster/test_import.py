"""Rosters into the store: what is written, what is kept, what is only shown."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from bot import roster
from bot.errors import RosterError
from bot.rosters.compare import compare
from bot.rosters.file import Refusal, Row, read
from bot.rosters.plan import ImportPlan, Stored
from bot.store import contacts
from bot.store.store import Store
from bot.store.tables import (
    Child,
    Consent,
    ContactPoint,
    Group,
    Household,
    Membership,
    Person,
    PersonChild,
    PersonContactPoint,
)
from tests.rosters import make_lincoln

NOW = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)
LINCOLN_600 = Path(__file__).parent.parent / "rosters" / "lincoln-600.csv"

ASHA = Row(2, "Asha Ali", ("+17155550101",), "so", "so", "Lincoln", "3", "S1")
MARIA = Row(3, "María Peña", ("+17155550102",), "es", "es", "Lincoln", "5", "S2", approached_by="paper")


def take(store: Store, rows: Sequence[Row], refused: Sequence[Refusal] = ()) -> ImportPlan:
    shown = store.reading(roster.plan, rows, refused=refused)
    return store.writing(roster.carry_out, rows, shown, NOW, refused=refused)


def everything(store: Store) -> list[str]:
    """Every row that a roster may write, in a fixed order."""

    def read_all(session: Session) -> list[str]:
        kinds = (
            Household,
            Person,
            Child,
            PersonChild,
            Group,
            Membership,
            ContactPoint,
            PersonContactPoint,
            Consent,
        )
        return [repr(row) for kind in kinds for row in sorted(session.exec(select(kind)), key=repr)]

    return store.reading(read_all)


def people(store: Store) -> dict[str, Person]:
    return store.reading(lambda session: {person.name: person for person in session.exec(select(Person))})


def phone(session: Session, address: str) -> ContactPoint:
    return session.exec(select(ContactPoint).where(col(ContactPoint.address) == address)).one()


def addresses_of(store: Store, name: str) -> list[str]:
    def found(session: Session) -> list[str]:
        link = PersonContactPoint
        return list(
            session.exec(
                select(ContactPoint.address)
                .join(link, col(link.contact_point_id) == col(ContactPoint.id))
                .join(Person, col(Person.id) == col(link.person_id))
                .where(col(Person.name) == name)
                .order_by(col(link.rank))
            )
        )

    return store.reading(found)


def groups_of(store: Store, name: str) -> list[str]:
    def found(session: Session) -> list[str]:
        return sorted(
            session.exec(
                select(Group.name)
                .join(Membership, col(Membership.group_id) == col(Group.id))
                .join(Person, col(Person.id) == col(Membership.person_id))
                .where(col(Person.name) == name)
            )
        )

    return store.reading(found)


def test_600_rows_twice_change_nothing_the_second_time(store: Store) -> None:
    found = read(LINCOLN_600, region="US")
    first = take(store, found.rows, found.refused)
    assert len(first.new) == store.reading(lambda session: len(session.exec(select(Person)).all()))
    assert first.repeated == 10
    (conflict,) = first.conflicts
    assert conflict.line == make_lincoln.SHARED[0]
    before = everything(store)
    second = take(store, found.rows, found.refused)
    assert (second.touched, second.new, second.changed, second.missing) == (0, (), (), ())
    assert second.unchanged == len(first.new)
    assert everything(store) == before


def test_a_plan_writes_nothing(store: Store) -> None:
    plan = store.reading(roster.plan, [ASHA, MARIA])
    assert plan.touched > 0
    assert everything(store) == []


def test_a_plan_that_is_no_longer_true_is_not_carried_out(store: Store) -> None:
    shown = store.reading(roster.plan, [ASHA])
    take(store, [replace(ASHA, reads="ar")])
    before = everything(store)
    with pytest.raises(RosterError, match="nothing was written"):
        store.writing(roster.carry_out, [ASHA], shown, NOW)
    assert everything(store) == before


def test_one_guardian_of_two_children_is_one_person(store: Store) -> None:
    plan = take(store, [ASHA, replace(ASHA, line=3, guardian="ALI, Asha", child="S9", grade="K")])
    assert [one.name for one in plan.new] == ["Asha Ali"]
    assert groups_of(store, "Asha Ali") == ["3", "K", "Lincoln"]


def test_guardians_of_one_child_share_a_household_and_others_do_not(store: Store) -> None:
    take(store, [ASHA, replace(ASHA, line=4, guardian="Omar Ali", phones=("+17155550109",)), MARIA])
    homes = {name: person.household_id for name, person in people(store).items()}
    assert homes["Asha Ali"] == homes["Omar Ali"] != homes["María Peña"]


def test_a_household_of_the_file_outranks_one_that_we_put_together(store: Store) -> None:
    apart = [replace(ASHA, household="H1"), replace(ASHA, line=4, guardian="Omar Ali", household="H2")]
    take(store, apart)
    homes = {name: person.household_id for name, person in people(store).items()}
    assert homes["Asha Ali"] != homes["Omar Ali"]
    again = take(store, [replace(row, household=None) for row in apart])
    assert again.touched == 0


def test_a_shared_phone_is_one_contact_point_whose_first_language_stays(store: Store) -> None:
    maria = replace(MARIA, phones=ASHA.phones)
    plan = take(store, [ASHA, maria])
    (conflict,) = plan.conflicts
    assert (conflict.line, conflict.who, conflict.kept, conflict.refused) == (3, "María Peña", "so", "es")
    assert plan.new_phones == ASHA.phones
    assert addresses_of(store, "Asha Ali") == addresses_of(store, "María Peña") == list(ASHA.phones)
    turned = take(store, [replace(maria, line=2), replace(ASHA, line=3)])
    assert turned.touched == 0


def test_a_phone_shared_across_schools_keeps_its_language_whichever_file_comes(store: Store) -> None:
    maria = replace(MARIA, school="Washington", phones=ASHA.phones)
    take(store, [ASHA])
    plan = take(store, [maria])
    assert plan.changed_phones == ()
    assert [(one.who, one.kept, one.refused) for one in plan.conflicts] == [("María Peña", "so", "es")]
    take(store, [replace(MARIA, child="S7")])
    assert [one.after for one in take(store, [maria]).changed_phones] == ["es"]


def test_each_new_phone_has_its_consent_in_the_ledger(store: Store) -> None:
    take(store, [ASHA, replace(MARIA, approached_on="2026-09-03")])
    rows = store.reading(lambda session: list(session.exec(select(Consent).order_by(col(Consent.id)))))
    assert [(row.scope, row.granted, row.evidence, row.at) for row in rows] == [
        ("school", True, "school roster", NOW),
        ("school", True, "paper 2026-09-03", NOW),
    ]


def test_whoever_is_left_out_is_marked_and_shown_but_nothing_of_theirs_is_taken(store: Store) -> None:
    take(store, [ASHA, MARIA])
    plan = take(store, [ASHA])
    assert [(one.name, one.newly) for one in plan.missing] == [("María Peña", True)]
    assert plan.missing_children == ("S2",)
    assert people(store)["María Peña"].in_roster is False
    assert addresses_of(store, "María Peña") == ["+17155550102"]
    assert groups_of(store, "María Peña") == ["5", "Lincoln"]
    again = take(store, [ASHA])
    assert [(one.name, one.newly) for one in again.missing] == [("María Peña", False)]
    assert again.touched == 0
    back = take(store, [ASHA, MARIA])
    assert [(one.what, one.before, one.after) for one in back.changed] == [("in roster", "no", "yes")]
    assert people(store)["María Peña"].in_roster is True


def test_a_file_of_one_school_says_nothing_about_another(store: Store) -> None:
    take(store, [ASHA, replace(MARIA, school="Washington")])
    plan = take(store, [ASHA])
    assert (plan.missing, plan.missing_children, plan.touched) == ((), (), 0)


def test_a_guardian_with_children_at_two_schools_keeps_both_when_one_sends_its_file(store: Store) -> None:
    both = [ASHA, replace(ASHA, line=3, school="Washington", child="S9", grade="K")]
    take(store, both)
    assert take(store, both[:1]).touched == 0
    assert groups_of(store, "Asha Ali") == ["3", "K", "Lincoln", "Washington"]


def test_a_child_who_moves_takes_the_guardian_out_of_the_old_school_and_grade(store: Store) -> None:
    take(store, [ASHA])
    plan = take(store, [replace(ASHA, school="Washington", grade="4")])
    assert groups_of(store, "Asha Ali") == ["4", "Washington"]
    (moved,) = plan.changed_children
    assert (moved.before, moved.after) == ("Lincoln, grade 3", "Washington, grade 4")


def test_classes_and_programmes_are_none_of_the_rosters_business(store: Store) -> None:
    take(store, [ASHA])

    def join(session: Session) -> None:
        choir = Group(kind="programme", name="Choir")
        session.add(choir)
        session.flush()
        person = session.exec(select(Person)).one()
        session.add(Membership(person_id=person.id or 0, group_id=choir.id or 0))

    store.writing(join)
    take(store, [replace(ASHA, grade="4")])
    assert groups_of(store, "Asha Ali") == ["4", "Choir", "Lincoln"]


def test_a_new_phone_takes_the_place_of_the_old_one(store: Store) -> None:
    take(store, [ASHA])
    plan = take(store, [replace(ASHA, phones=("+17155550188", "+17155550189"))])
    assert (plan.new, plan.new_phones) == ((), ("+17155550188", "+17155550189"))
    assert addresses_of(store, "Asha Ali") == ["+17155550188", "+17155550189"]
    turned = take(store, [replace(ASHA, phones=("+17155550189", "+17155550188"))])
    assert [one.what for one in turned.changed] == ["phones"]
    assert addresses_of(store, "Asha Ali") == ["+17155550189", "+17155550188"]


def test_with_a_reference_a_guardian_stays_one_person_through_every_change(store: Store) -> None:
    asha = replace(ASHA, reference="G1", household="H1")
    take(store, [asha])
    other = replace(
        asha, guardian="Aisha Cali", phones=("+17155550190",), child="S7", household="H8", reference="g1"
    )
    plan = take(store, [other])
    assert plan.new == ()
    assert {one.what for one in plan.changed} >= {"name", "phones", "children", "household"}
    assert list(people(store)) == ["Aisha Cali"]


def test_without_a_reference_the_child_or_the_phone_tells_who_it_is(store: Store) -> None:
    take(store, [ASHA])
    assert take(store, [replace(ASHA, phones=("+17155550190",))]).new == ()
    assert take(store, [replace(ASHA, phones=("+17155550190",), child="S7")]).new == ()
    renamed = take(store, [replace(ASHA, guardian="Asha Cali Nuur", child="S7")])
    assert [one.name for one in renamed.new] == ["Asha Cali Nuur"]
    assert [one.name for one in renamed.missing] == ["Asha Ali"]


def test_references_may_come_later_and_go_again(store: Store) -> None:
    take(store, [ASHA])
    plan = take(store, [replace(ASHA, reference="G1")])
    assert (plan.new, [one.what for one in plan.changed]) == ((), ["reference"])
    assert take(store, [ASHA]).touched == 0


def test_two_references_are_never_one_person(store: Store) -> None:
    twins = [replace(ASHA, reference="G1"), replace(ASHA, line=3, reference="G2"), replace(ASHA, line=4)]
    assert [one.reference for one in take(store, twins).new] == ["G1", "G2"]
    assert take(store, twins).touched == 0


def test_a_familys_language_outranks_the_file_and_the_difference_is_shown(store: Store) -> None:
    take(store, [ASHA])

    def choose(session: Session) -> None:
        chosen = phone(session, "+17155550101")
        chosen.language, chosen.language_by = "en", "family"
        session.add(chosen)

    store.writing(choose)
    plan = take(store, [replace(ASHA, reads="ar")])
    (kept,) = plan.kept
    assert (kept.who, kept.what, kept.ours, kept.file) == ("Asha Ali", "language", "en", "ar")
    assert store.reading(lambda session: phone(session, "+17155550101").language) == "en"


def test_without_such_a_choice_the_phone_follows_the_file(store: Store) -> None:
    take(store, [ASHA])
    plan = take(store, [replace(ASHA, reads="ar")])
    assert [(one.who, one.before, one.after) for one in plan.changed_phones] == [("+17155550101", "so", "ar")]
    assert store.reading(lambda session: phone(session, "+17155550101").language) == "ar"


def test_a_linked_chat_follows_the_file_too_unless_the_family_chose(store: Store) -> None:
    take(store, [ASHA])

    def link(session: Session) -> None:
        chat = ContactPoint(channel="telegram", address="715550101", language="so")
        session.add(chat)
        session.flush()
        asha = session.exec(select(Person)).one()
        session.add(
            PersonContactPoint(person_id=asha.id or 0, contact_point_id=chat.id or 0, rank=0, by="family")
        )

    store.writing(link)
    plan = take(store, [replace(ASHA, reads="ar")])
    assert {one.who for one in plan.changed_phones} == {"+17155550101", "715550101"}
    assert plan.kept == ()
    assert store.reading(lambda session: phone(session, "715550101").language) == "ar"
    assert addresses_of(store, "Asha Ali") == ["715550101", "+17155550101"]


def test_a_phone_that_the_family_gave_us_stays_theirs(store: Store) -> None:
    take(store, [replace(ASHA, phones=("+17155550101", "+17155550102"))])

    def choose(session: Session) -> None:
        for link in session.exec(select(PersonContactPoint)):
            if link.contact_point_id == phone(session, "+17155550102").id:
                link.rank, link.by = 0, "family"
                session.add(link)

    store.writing(choose)
    plan = take(store, [ASHA])
    assert [(one.what, one.phone) for one in plan.kept] == [("phone", "+17155550102")]
    assert addresses_of(store, "Asha Ali") == ["+17155550102", "+17155550101"]
    assert plan.touched == 0


def test_a_stopped_phone_stays_stopped_and_a_bad_one_is_named(store: Store) -> None:
    take(store, [ASHA, MARIA])

    def stop(session: Session) -> None:
        contacts.stop(session, phone(session, "+17155550101"), why="family", evidence="STOP", now=NOW)
        contacts.mark_bad(session, phone(session, "+17155550102"), why="no such phone", now=NOW)

    store.writing(stop)
    plan = take(store, [ASHA, MARIA])
    assert [(one.what, one.ours) for one in plan.kept] == [("stopped", "family")]
    assert [(one.who, one.why) for one in plan.bad_numbers] == [("María Peña", "no such phone")]
    assert plan.touched == 0
    assert store.reading(lambda session: phone(session, "+17155550101").stopped_at) == NOW


def test_whoever_stands_in_a_refused_row_is_not_missing_and_loses_nothing(store: Store) -> None:
    take(store, [replace(ASHA, phones=("+17155550101", "+17155550105")), MARIA])
    refused = [
        Refusal(2, "Phone", "555-0101", "…", "ali, asha", None, "S1"),
        Refusal(3, "Guardian", "", "who is the guardian?", "", None, "S2"),
    ]
    plan = take(store, [replace(ASHA, line=9, child="S8")], refused)
    assert (plan.missing, plan.missing_children) == ((), ())
    assert addresses_of(store, "Asha Ali") == ["+17155550101", "+17155550105"]


def test_a_child_in_two_places_is_a_conflict_and_the_first_stays(store: Store) -> None:
    plan = take(store, [ASHA, replace(ASHA, line=7, guardian="Omar Ali", grade="4")])
    (conflict,) = plan.conflicts
    assert (conflict.line, conflict.kept, conflict.refused) == (7, "Lincoln, grade 3", "Lincoln, grade 4")
    assert groups_of(store, "Omar Ali") == ["3", "Lincoln"]


def test_a_school_is_one_school_however_it_is_capitalised(store: Store) -> None:
    take(store, [ASHA])
    assert take(store, [replace(ASHA, school="LINCOLN ")]).touched == 0


def statements(store: Store, rows: Sequence[Row]) -> int:
    """Import rows and count the statements that the database was sent."""
    sent: list[str] = []

    def count(*event: object) -> None:
        sent.append(str(event[2]))

    sa.event.listen(store.engine, "before_cursor_execute", count)
    take(store, rows)
    sa.event.remove(store.engine, "before_cursor_execute", count)
    return len(sent)


def test_ten_times_the_rows_are_not_one_statement_more(store: Store) -> None:
    def family(line: int, first: int) -> Row:
        phones = (f"+1715555{line:04}",)
        return Row(line, f"Guardian {line}", phones, "so", "so", f"School {first}", "3", f"S{line}")

    few = statements(store, [family(line, 1) for line in range(1000, 1040)])
    many = statements(store, [family(line, 2) for line in range(2000, 2400)])
    assert many == few


def test_the_plan_as_json_has_what_its_docstring_says() -> None:
    plan = compare([ASHA], Stored(), [Refusal(3, "Phone", "555", "it has too few digits")]).to_json()
    assert plan["people"]["new"][0]["name"] == "Asha Ali"
    assert plan["refused"] == [
        {"line": 3, "column": "Phone", "value": "555", "reason": "it has too few digits"}
    ]
    keys = "rows repeated touched people children phones groups refused conflicts kept"
    assert list(plan) == keys.split()


def _maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


_numbers = st.lists(st.sampled_from([f"+1715555010{digit}" for digit in range(6)]), max_size=3, unique=True)
_rows = st.lists(
    st.builds(
        Row,
        line=st.just(0),
        guardian=st.sampled_from(["Asha Ali", "ALI, Asha", "Omar Ali", "María Peña", "Maria Pena"]),
        phones=_numbers.map(tuple),
        reads=st.sampled_from(["so", "es", "en"]),
        hears=st.sampled_from(["so", "es"]),
        school=st.sampled_from(["Lincoln", "LINCOLN", "Washington"]),
        grade=_maybe("K", "3", "4"),
        child=_maybe("S1", "S2", "S3"),
        reference=_maybe("G1", "g1", "G2"),
        household=_maybe("H1", "H2"),
        approached_by=_maybe("paper", "person"),
        approached_on=_maybe("2026-09-01"),
    ),
    max_size=8,
).map(lambda rows: [replace(row, line=line) for line, row in enumerate(rows, start=2)])


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with tables and nothing in them."""
    made = Store(tmp_path_factory.mktemp("empty") / "homeloop.db")
    made.upgrade()
    made.close()
    return made.path


@settings(max_examples=25, deadline=None)
@given(files=st.lists(_rows, min_size=1, max_size=3))
def test_whatever_came_before_the_same_file_twice_changes_nothing(
    empty: Path, files: list[list[Row]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(shutil.copy(empty, folder)))
        try:
            for rows in files:
                take(store, rows)
            before = everything(store)
            again = take(store, files[-1])
            assert (again.touched, again.new, again.changed) == (0, (), ())
            assert everything(store) == before
        finally:
            store.close()
