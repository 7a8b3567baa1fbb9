"""One writer, group commit, honest errors; a file from the future is refused."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import Session, SQLModel, select

from bot.errors import AlreadyRunning, StoreError
from bot.store import checkpoints
from bot.store.store import Store, driver, wal_is_sound
from bot.store.tables import Household
from tests.journeys.provider import until


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
    results = await asyncio.gather(
        store.write(add, "a"), store.put(put_household, "b"), store.put(put_household, "a"),
        store.put(put_household, "c"), return_exceptions=True,
    )  # fmt: skip
    first, *others = [one if isinstance(one, int) else type(one).__name__ for one in results]
    # Which of the two “a” comes first is nobody's promise: they are posted at the same moment.
    assert (first, others) in (("NoneType", [1, "IntegrityError", 1]), ("IntegrityError", [1, 1, 1]))
    assert await store.read(references) == ["a", "b", "c"]


def put_household(connection: sa.Connection, reference: str) -> int:
    return connection.execute(sa.insert(Household).values(reference=reference)).rowcount


async def test_what_is_put_is_durable_when_it_returns_and_alone_may_fail(store: Store) -> None:
    assert await store.put(put_household, "kept") == 1
    with pytest.raises(sa.exc.IntegrityError):
        await store.put(put_household, "kept")
    assert await store.put(put_household, "next") == 1
    other = Store(store.path)
    assert other.reading(references) == ["kept", "next"]
    other.close()


async def test_while_the_writer_is_busy_a_put_waits_and_the_loop_does_not(store: Store) -> None:
    begun, may_end = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(session: Session) -> None:
        loop.call_soon_threadsafe(begun.set)
        assert may_end.wait(60)
        add(session, "slow")

    writing = asyncio.create_task(store.write(slow))
    await begun.wait()
    putting = asyncio.create_task(store.put(put_household, "put"))
    await asyncio.sleep(0)  # the loop goes on: the put has been handed over, and is not done
    assert not putting.done()
    assert await store.read(references) == []
    may_end.set()
    await asyncio.gather(writing, putting)
    assert await store.read(references) == ["put", "slow"]


async def test_while_another_process_writes_a_put_waits_and_the_loop_does_not(store: Store) -> None:
    await store.put(put_household, "first")  # where no writer was needed
    with contextlib.closing(driver().connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        putting = asyncio.create_task(store.put(put_household, "second"))
        await asyncio.sleep(0)
        assert not putting.done()
        other.execute("INSERT INTO household (reference) VALUES ('other')")
        other.execute("COMMIT")
    await putting
    assert await store.read(references) == ["first", "other", "second"]


async def test_where_commits_are_slow_they_are_left_to_the_writer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def where(connection: sa.Connection, reference: str) -> None:
        threads.append(threading.current_thread().name)
        put_household(connection, reference)

    await store.put(where, "quick")
    monkeypatch.setattr("bot.store.store.SLOW", 0.0)
    await store.put(where, "found slow")
    await store.put(where, "left to the writer")
    assert [name == "store-writer" for name in threads] == [False, False, True]


def test_what_was_committed_comes_into_the_file_while_the_store_is_open(store: Store, tmp_path: Path) -> None:
    store.writing(add, "kept")

    def in_the_file() -> bool:
        alone = Path(shutil.copyfile(store.path, tmp_path / "alone.db"))  # without its journal
        with contextlib.closing(driver().connect(alone)) as copy:
            return bool(copy.execute("SELECT reference FROM household").fetchall() == [("kept",)])

    until("the checkpoint", in_the_file)


async def test_the_journal_begins_anew_while_there_is_work(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write meets the thread; without it the journal would hold every page that was ever written."""
    monkeypatch.setattr(checkpoints, "PAUSE", 0.0)
    monkeypatch.setattr(checkpoints, "RENEW", 50)
    journal = store.path.with_name(store.path.name + "-wal")
    written = 0

    def renewed() -> bool:
        nonlocal written
        for _ in range(20):
            store.writing(add, f"household {written}")
            written += 1
        size = journal.stat().st_size / 4096
        return written > 400 and size < written

    until("the journal to begin anew", renewed)


def test_a_close_between_the_wait_and_the_clearing_is_heard(store: Store) -> None:
    """Its call to wake up is cleared away; once the thread then slept for ever."""

    class JustNow(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            del timeout
            found = self.is_set()
            self.set()
            one._due.set()
            return found

    one = checkpoints.Checkpoints(lambda: driver().connect(store.path), threading.Lock(), driver().Error)
    one._closing = JustNow()
    one.wrote()
    assert one._thread is not None
    one._thread.join(60)
    assert not one._thread.is_alive()


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
