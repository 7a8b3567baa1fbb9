"""Units of work on one database: plain functions `(session, …) -> value`, one writer, group commit.

Theory. SQLite has one writer at a time, and a durable commit costs one flush of the disk whatever it
holds. So one thread takes everything that is waiting and runs it in a single `BEGIN IMMEDIATE`
transaction, without savepoints; the futures resolve after the COMMIT. If any item raises, the whole
group is rolled back and its items are run one by one, so that only the guilty one fails. A full disk
makes SQLite roll the transaction back by itself while SQLAlchemy still thinks it open: the driver is
asked before every commit.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import platform
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, create_engine

from bot.errors import AlreadyRunning, StoreError
from bot.store import audit, schema
from bot.store.outbox import stops

P = ParamSpec("P")
T = TypeVar("T")

GROUP = 256  #: at most so many units of work in one commit

#: first SQLite releases without the WAL-reset bug, by minor version (sqlite.org/wal.html#walresetbug)
_SOUND_WAL = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7), (3, 51): (3, 51, 3)}


def driver() -> ModuleType:
    """Return the SQLite driver module of this machine: pysqlite3 where it has wheels, else Python's."""
    try:
        import pysqlite3.dbapi2 as bundled
    except ImportError:  # pragma: no cover - other processors
        return sqlite3
    module: ModuleType = bundled
    return module


def wal_is_sound(version: tuple[int, ...]) -> bool:
    """Say whether this SQLite keeps a write-ahead log safely."""
    if version >= (3, 52):
        return True
    fixed = _SOUND_WAL.get((version[0], version[1]))
    return fixed is not None and version >= fixed


@dataclass(slots=True)
class _Work:
    run: Callable[[Connection], Any]
    future: Future[Any]


class Store:
    """One database file and its single writer thread.

    `write` and `read` are for async code; `writing` and `reading` for the command line.
    """

    def __init__(self, path: Path, *, busy_seconds: float = 30.0) -> None:
        self.path = path
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._lock_file: int | None = None
        _keep_private(path)
        self.engine = _engine(path, busy_seconds)
        self.stops = stops.Stops()
        self.engine.update_execution_options(**{audit.KEY: audit.TrailKey(path), stops.KEY: self.stops})

    def upgrade(self) -> None:
        """Bring the file to this program's schema; refuse one that is newer. Raises `StoreError`."""
        schema.upgrade(self.engine, self.path)

    def take_sender_lock(self) -> None:
        """Make this the one process that sends from the file. Raises `AlreadyRunning`."""
        place = self.path.with_name(self.path.name + ".lock")
        handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            other = os.read(handle, 32).decode(errors="replace").strip() or "unknown"
            os.close(handle)
            raise AlreadyRunning(
                f"Another Homeloop (process {other}) is already sending from {self.path}. "
                "Stop that one first, or give this one another database."
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._lock_file = handle

    async def write(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` in the next group commit; return after it is durable."""
        run = _in_session(lambda session: work(session, *args, **kwargs))
        return await asyncio.wrap_future(self._submit(run))

    async def put(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`write` for work that is a statement or two and needs no session: `work(connection, …)`."""
        return await asyncio.wrap_future(self._submit(lambda connection: work(connection, *args, **kwargs)))

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` in a read transaction of its own, off the event loop."""
        return await asyncio.to_thread(lambda: self.reading(work, *args, **kwargs))

    def writing(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`write` for code that is not async."""
        result: T = self._submit(_in_session(lambda session: work(session, *args, **kwargs))).result()
        return result

    def reading(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`read` for code that is not async."""
        with self.engine.connect().execution_options(homeloop_read=True) as connection:
            with Session(connection, expire_on_commit=False) as session:
                result = work(session, *args, **kwargs)
            connection.rollback()
            return result

    def close(self) -> None:
        """Finish what is waiting, then let the file go."""
        if self._writer is not None:
            self._waiting.put(None)
            self._writer.join()
            self._writer = None
        self.engine.dispose()
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def _submit(self, run: Callable[[Connection], Any]) -> Future[Any]:
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_forever, name="store-writer", daemon=True)
            self._writer.start()
        future: Future[Any] = Future()
        self._waiting.put(_Work(run, future))
        return future

    def _write_forever(self) -> None:
        more = True
        with self.engine.connect() as connection:
            while more:
                group = [self._waiting.get()]
                while len(group) < GROUP and not self._waiting.empty():
                    group.append(self._waiting.get())
                more = None not in group
                self._commit([work for work in group if work is not None], connection)

    def _commit(self, group: list[_Work], connection: Connection) -> None:
        group = [work for work in group if work.future.set_running_or_notify_cancel()]
        try:
            values = _in_one_transaction(group, connection)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            if len(group) == 1:
                group[0].future.set_exception(_explained(error, self.path))
                return
            for work in group:
                try:
                    (value,) = _in_one_transaction([work], connection)
                except BaseException as own:  # noqa: BLE001
                    work.future.set_exception(_explained(own, self.path))
                else:
                    work.future.set_result(value)
            return
        for work, value in zip(group, values, strict=True):
            work.future.set_result(value)


def _in_session(work: Callable[[Session], T]) -> Callable[[Connection], T]:
    """Run work in a session of its own on the writer's connection."""

    def run(connection: Connection) -> T:
        with Session(connection, expire_on_commit=False, autoflush=True) as session:
            value = work(session)
            session.flush()
            return value

    return run


def _in_one_transaction(group: list[_Work], connection: Connection) -> list[Any]:
    try:
        connection.begin()
        values = [work.run(connection) for work in group]
        raw = connection.connection.driver_connection
        if not getattr(raw, "in_transaction", True):
            raise StoreError("the database gave the transaction up by itself; is its disk full?")
        connection.commit()
    except BaseException:
        connection.rollback()
        audit.rolled_back(connection)
        raise
    audit.committed(connection)
    return values


def _explained(error: BaseException, path: Path) -> BaseException:
    """Say a full disk or a locked file in a sentence; leave everything else as it is."""
    if isinstance(error, OperationalError):
        words = str(error.orig)
        if "full" in words:
            return StoreError(
                f"The disk under {path} is full: nothing was written. Make room; nothing is lost."
            )
        if "locked" in words or "busy" in words:
            return StoreError(f"{path} is locked by another program: nothing was written. It is tried again.")
    return error


def _keep_private(path: Path) -> None:
    """Make the file before SQLite does, for its owner alone; its journal takes the same rights."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        if path.is_file():
            return
        raise StoreError(f"{path} cannot be made: {error.strerror}. Choose another database.path.") from None


def _engine(path: Path, busy_seconds: float) -> Engine:
    module = driver()
    engine = create_engine(
        f"sqlite:///{path}",
        module=module,
        hide_parameters=True,  # families' words and numbers stay out of errors and logs
        connect_args={"timeout": busy_seconds, "isolation_level": None, "check_same_thread": False},
    )
    journal = "WAL" if wal_is_sound(module.sqlite_version_info) else "DELETE"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in (
            f"journal_mode={journal}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "secure_delete=ON",  # what is erased leaves no bytes; no measurable cost (bot/store/erasure.py)
            "cache_size=-32000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("homeloop_read", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def versions() -> dict[str, str]:
    """Name the SQLite in use, for `doctor`."""
    module = driver()
    return {
        "module": module.__name__.partition(".")[0],
        "sqlite": module.sqlite_version,
        "journal": "WAL" if wal_is_sound(module.sqlite_version_info) else "DELETE",
        "machine": platform.machine(),
    }
