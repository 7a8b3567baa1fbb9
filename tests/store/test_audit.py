"""The trail: what was done stays done, and whoever changes it shows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.errors import StoreError
from bot.store import audit
from bot.store.audit import Actor, Broken, Fault
from bot.store.store import Store, driver

NOW = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)
ANA = Actor(None, "Ana Ruiz")


def some(store: Store, number: int = 5) -> None:
    for place in range(number):
        moment = NOW + timedelta(minutes=place)
        store.writing(audit.record, ANA, "broadcast.approved", f"broadcast:{place}", now=moment, phones=place)


def meddle(store: Store, *statements: str) -> None:
    """Write to the file as somebody would who may, past our program and its triggers."""
    connection: sqlite3.Connection = driver().connect(store.path)
    for name in ("audit_entry_unchanged", "audit_entry_kept", "audit_entry_next"):
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def beside(store: Store, ending: str) -> Path:
    return store.path.with_name(store.path.name + ending)


def test_an_untouched_trail_is_whole(store: Store) -> None:
    assert store.reading(audit.verify) is None
    some(store)
    assert store.reading(audit.verify) is None
    again = Store(store.path)
    again.writing(audit.record, ANA, "account.signed-in", now=NOW)
    assert again.reading(audit.verify) is None
    again.close()


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_entry SET who = 'Somebody' WHERE id = 3", Broken(3, Fault.CHANGED)),
        ("UPDATE audit_entry SET what = 'broadcast.stopped' WHERE id = 1", Broken(1, Fault.CHANGED)),
        ("UPDATE audit_entry SET at = at + 1 WHERE id = 5", Broken(5, Fault.CHANGED)),
        ("UPDATE audit_entry SET about = 'broadcast:9' WHERE id = 2", Broken(2, Fault.CHANGED)),
        ("UPDATE audit_entry SET detail = json('{\"phones\":7}') WHERE id = 4", Broken(4, Fault.CHANGED)),
        ("UPDATE audit_entry SET detail = NULL WHERE id = 4", Broken(4, Fault.CHANGED)),
        ("UPDATE audit_entry SET staff_id = NULL, seal = '' WHERE id = 4", Broken(4, Fault.CHANGED)),
        ("DELETE FROM audit_entry WHERE id = 2", Broken(2, Fault.MISSING)),
        ("DELETE FROM audit_entry WHERE id = 1", Broken(1, Fault.MISSING)),
        ("DELETE FROM audit_entry WHERE id = 5", Broken(5, Fault.MISSING)),
        ("DELETE FROM audit_entry WHERE id > 2", Broken(3, Fault.MISSING)),
        ("DELETE FROM audit_entry", Broken(1, Fault.MISSING)),
        ("UPDATE audit_entry SET id = id + 10 WHERE id = 5", Broken(5, Fault.MISSING)),
    ],
)
def test_the_first_entry_that_does_not_fit_is_named(store: Store, statement: str, broken: Broken) -> None:
    some(store)
    meddle(store, statement)
    assert store.reading(audit.verify) == broken


def test_two_entries_changed_for_one_another_show(store: Store) -> None:
    some(store)
    meddle(
        store,
        "UPDATE audit_entry SET id = 99 WHERE id = 2",
        "UPDATE audit_entry SET id = 2 WHERE id = 3",
        "UPDATE audit_entry SET id = 3 WHERE id = 99",
    )
    assert store.reading(audit.verify) == Broken(2, Fault.CHANGED)


def test_a_cut_tail_goes_on_showing_when_new_entries_follow(store: Store) -> None:
    some(store)
    meddle(store, "DELETE FROM audit_entry WHERE id > 3")
    some(store, 4)
    assert store.reading(audit.verify) == Broken(4, Fault.MISSING)


def test_a_note_that_was_taken_away_shows_and_leaves_a_gap(store: Store) -> None:
    some(store)
    beside(store, ".trail").unlink()
    assert store.reading(audit.verify) == Broken(6, Fault.NO_NOTE)
    some(store, 1)
    assert store.reading(audit.verify) == Broken(6, Fault.MISSING)


def test_a_note_cannot_be_written_without_the_key(store: Store) -> None:
    some(store)
    with store.engine.connect() as connection:
        (seal,) = connection.exec_driver_sql("SELECT seal FROM audit_entry WHERE id = 3").one()
    number, _, signature = beside(store, ".trail").read_text().split()
    assert number == "5"
    meddle(store, "DELETE FROM audit_entry WHERE id > 3")
    beside(store, ".trail").write_text(f"3 {seal} {signature}\n")
    assert store.reading(audit.verify) == Broken(4, Fault.NO_NOTE)


def test_a_trail_made_up_under_another_key_shows(store: Store, tmp_path: Path) -> None:
    some(store)
    other = Store(tmp_path / "other.db")
    other.upgrade()
    some(other, 5)
    other.close()
    store.close()
    (tmp_path / "other.db").replace(store.path)
    forged = Store(store.path)
    assert forged.reading(audit.verify) == Broken(1, Fault.CHANGED)
    forged.close()


def test_a_crash_between_commit_and_note_is_no_fault(store: Store) -> None:
    some(store)
    note = beside(store, ".trail")
    before = note.read_bytes()
    some(store, 2)
    note.write_bytes(before)
    assert store.reading(audit.verify) is None
    some(store, 1)
    assert store.reading(audit.verify) is None


def test_what_is_rolled_back_leaves_no_entry_and_no_note(store: Store) -> None:
    def fails(session: Session) -> None:
        audit.record(session, ANA, "account.signed-in", now=NOW)
        raise RuntimeError("after all not")

    some(store, 2)
    with pytest.raises(RuntimeError):
        store.writing(fails)
    assert store.reading(audit.verify) is None
    assert [one.id for one in store.reading(audit.entries)] == [2, 1]


def test_several_entries_in_one_transaction_follow_one_another(store: Store) -> None:
    def thrice(session: Session) -> None:
        for _ in range(3):
            audit.record(session, ANA, "account.signed-in", now=NOW)

    store.writing(thrice)
    assert [one.id for one in store.reading(audit.entries)] == [3, 2, 1]
    assert store.reading(audit.verify) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET who = 'x' WHERE id = 1",
        "DELETE FROM audit_entry WHERE id = 5",
        "INSERT OR REPLACE INTO audit_entry (id, at, who, what, seal) VALUES (2, 1, 'x', 'y.z', '')",
    ],
)
def test_the_database_itself_refuses_everything_but_a_new_entry(store: Store, statement: str) -> None:
    some(store)
    with (
        pytest.raises(Exception, match="only ever added to"),
        store.engine.connect() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert store.reading(audit.verify) is None


def test_key_and_note_are_for_their_owner_alone(store: Store) -> None:
    some(store)
    for ending in (".key", ".trail"):
        assert beside(store, ending).stat().st_mode & 0o777 == 0o600
    assert {file.name for file in store.path.parent.glob("*.key.*")} == set()


def test_a_spoilt_key_is_said_and_nothing_is_done_unrecorded(store: Store) -> None:
    beside(store, ".key").write_text("no key at all\n")
    with pytest.raises(StoreError, match="cannot be read or made"):
        some(store, 1)


def test_the_key_is_not_in_the_database(store: Store) -> None:
    some(store)
    key = beside(store, ".key").read_text().strip()
    assert len(key) == 64
    files = [store.path, *store.path.parent.glob(f"{store.path.name}-*")]
    assert not any(key.encode() in file.read_bytes() for file in files)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda session: audit.record(session, ANA, "Approved it", now=NOW),
        lambda session: audit.record(session, ANA, "broadcast.approved", "the bus text", now=NOW),
        lambda session: audit.record(
            session, ANA, "phone.stopped", "phone:3", now=NOW, said="leave us alone"
        ),
        lambda session: audit.record(session, ANA, "phone.stopped", "phone:3", now=NOW, to="+17155550142"),
        lambda session: audit.record(session, ANA, "phone.stopped", now=NOW, why=["fine", "not fine"]),
    ],
)
def test_words_and_numbers_of_families_have_no_way_in(store: Store, wrong: Callable[[Session], None]) -> None:
    with pytest.raises(ValueError, match="audit entry"):
        store.writing(wrong)
    assert store.reading(audit.entries) == ()


def test_entries_are_found_by_thing_kind_and_person(store: Store) -> None:
    some(store, 3)
    store.writing(audit.record, ANA, "household.erased", "household:1", now=NOW)
    assert [one.about for one in store.reading(audit.entries, about="broadcast:1")] == ["broadcast:1"]
    assert len(store.reading(audit.entries, about="broadcast")) == 3
    assert len(store.reading(audit.entries, about="household")) == 1
    assert [one.id for one in store.reading(audit.entries, older_than=3, limit=1)] == [2]
    assert store.reading(audit.entries, staff_id=7) == ()
    assert store.reading(audit.newest, "household.erased", "household:1") == NOW
    assert store.reading(audit.newest, "household.erased", "household:2") is None


def test_details_come_back_as_they_went_in(store: Store) -> None:
    detail = {"languages": ["so", "zh-Hans"], "phones": 12, "late": True, "share": 0.5, "role": "owner"}
    store.writing(audit.record, ANA, "broadcast.approved", "broadcast:1", now=NOW, **detail)
    (one,) = store.reading(audit.entries)
    assert one.detail == detail
    assert json.loads(json.dumps(one.detail)) == detail
    assert store.reading(audit.verify) is None
