"""One writer, group commit, honest errors; a file from the future is refused."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import Session, SQLModel, select

from bot.errors import AlreadyRunning, StoreError
from bot.store.store import Store, wal_is_sound
from bot.store.tables import Household


def add(session: Session, reference: str) -> None:
    session.add(Household(reference=reference))


def references(session: Session) -> list[str]:
    return list(session.exec(select(Household.reference).order_by(Household.reference)))


async def test_a_bad_write_in_a_group_fails_alone(store: Store) -> None:
    store.writing(add, "taken")
    results = await asyncio.gather(
        *(store.write(add, reference) for reference in ("a", "taken", "b", "c")), return_exceptions=True
    )
    assert [type(one).__name__ for one in results] == ["NoneType", "IntegrityError", "NoneType", "NoneType"]
    assert await store.read(references) == ["a", "b", "c", "taken"]


async def test_statements_and_sessions_share_a_group_and_fail_alone(store: Store) -> None:
    def put(connection: sa.Connection, reference: str) -> int:
        return connection.execute(sa.insert(Household).values(reference=reference)).rowcount

    results = await asyncio.gather(
        store.write(add, "a"), store.put(put, "b"), store.put(put, "a"), store.put(put, "c"),
        return_exceptions=True,
    )  # fmt: skip
    assert [one if isinstance(one, int) else type(one).__name__ for one in results] == [
        "NoneType", 1, "IntegrityError", 1,
    ]  # fmt: skip
    assert await store.read(references) == ["a", "b", "c"]


async def test_a_write_is_durable_when_it_returns(store: Store) -> None:
    await store.write(add, "kept")
    other = Store(store.path)
    assert other.reading(references) == ["kept"]
    other.close()


def test_tables_and_migrations_agree(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_foreign_keys_hold_and_the_journal_is_sound(store: Store) -> None:
    with store.engine.connect() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "synchronous", "journal_mode")
        ]
    assert settings == [1, 2, "wal"]


def test_nobody_else_may_read_the_file(store: Store) -> None:
    store.writing(add, "private")
    files = [store.path, *store.path.parent.glob(f"{store.path.name}-*")]
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}


def test_a_newer_database_is_refused_with_a_sentence(store: Store) -> None:
    store.writing(lambda session: session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StoreError, match="written by a newer Homeloop"):
        store.upgrade()


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    place = tmp_path / "notes.db"
    place.write_text("Milk, bread, 12 exercise books, and a long line so that it fills a page. " * 20)
    store = Store(place)
    with pytest.raises(StoreError, match="cannot be opened as a Homeloop database"):
        store.upgrade()
    store.close()


def test_a_second_process_is_refused_and_named(store: Store) -> None:
    store.take_sender_lock()
    script = (
        "import sys; from pathlib import Path; from bot.store.store import Store\n"
        "try: Store(Path(sys.argv[1])).take_sender_lock()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    other = subprocess.run(
        [sys.executable, "-c", script, str(store.path)], capture_output=True, text=True, check=True
    )
    assert other.stdout.startswith(AlreadyRunning.__name__)
    assert f"process {os.getpid()}" in other.stdout


@pytest.mark.parametrize(
    ("version", "sound"),
    [((3, 40, 1), False), ((3, 44, 6), True), ((3, 50, 6), False), ((3, 51, 3), True), ((3, 53, 4), True)],
)
def test_a_write_ahead_log_is_only_used_where_it_is_sound(version: tuple[int, ...], sound: bool) -> None:
    assert wal_is_sound(version) is sound
