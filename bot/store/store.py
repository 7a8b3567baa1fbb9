"""Units of work on one database: plain functions `(session, …) -> value`, one writer, group commit.

Theory. SQLite has one writer at a time, and a durable commit costs one flush of the disk whatever it
holds. So one thread takes everything that is waiting and runs it in a single `BEGIN IMMEDIATE`
transaction, without savepoints; the futures resolve after the COMMIT. If any item raises, the whole
group is rolled back and its items are run one by one, so that only the guilty one fails. A full disk
makes SQLite roll the transaction back by itself while SQLAlchemy still thinks it open: the driver is
asked before every commit.

A hand-over to that thread and back costs more than a small commit on a disk that flushes at once. So what a
webhook brings (`put`) is committed where it comes in, if nobody writes at that moment and such commits were
quick of late. Whoever holds the turn writes, on the one connection; a checkpoint needs it only for its end.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import platform
import queue
import sqlite3
import threading
import time
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
from bot.store.checkpoints import LIMIT, Checkpoints
from bot.store.outbox import stops

P = ParamSpec("P")
T = TypeVar("T")

GROUP = 256  #: at most so many units of work in one commit
SLOW = 0.004  #: seconds; where commits take longer on average, they must not hold up the event loop
APART = 1.0  #: seconds until that is tried once more

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


class _Line:
    """The one connection that is written on, and how long it waits for another process."""

    def __init__(self, connection: Connection, seconds: float) -> None:
        self.connection = connection
        self._seconds = seconds
        self._patient = True  # as `_engine` opens it

    def wait(self, *, patient: bool) -> None:
        """Wait for another process from now on, or do not."""
        if patient != self._patient:
            raw: Any = self.connection.connection.driver_connection
            raw.execute(f"PRAGMA busy_timeout={int(self._seconds * 1000) if patient else 0}")
            self._patient = patient


class Store:
    """One database file and its single writer thread.

    `write` and `read` are for async code; `writing` and `reading` for the command line.
    """

    def __init__(self, path: Path, *, busy_seconds: float = 30.0) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._lock_file: int | None = None
        _keep_private(path)
        self.engine = _engine(path, busy_seconds)
        self._turn = threading.Lock()  # of whoever writes
        self._checkpoints = Checkpoints(self._connect, self._turn, driver().Error)
        self._line: _Line | None = None  # what they write on
        self._took = self._apart_until = 0.0
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
        run = in_session(lambda session: work(session, *args, **kwargs))
        return await asyncio.wrap_future(self._submit(run))

    async def put(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`write` for work that is a statement or two and needs no session: `work(connection, …)`.

        It is committed at once, in the caller's thread, where that keeps nobody waiting.
        """
        at_once = _Work(lambda connection: work(connection, *args, **kwargs), Future())
        if not self._put_here(at_once):
            self._submit(at_once.run, at_once.future)
        return await asyncio.wrap_future(at_once.future)

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` in a read transaction of its own, off the event loop."""
        return await asyncio.to_thread(lambda: self.reading(work, *args, **kwargs))

    def writing(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`write` for code that is not async."""
        result: T = self._submit(in_session(lambda session: work(session, *args, **kwargs))).result()
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
        self._checkpoints.close()
        if self._line is not None:
            self._line.connection.close()
            self._line = None
        self.engine.dispose()
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def _connect(self) -> Any:
        """Open a connection of the driver, for checkpoints."""
        return driver().connect(self.path, isolation_level=None)

    def _put_here(self, work: _Work) -> bool:
        """Commit one unit of work in this thread; False, and nothing done, if the writer has to."""
        if not self._waiting.empty() or time.monotonic() < self._apart_until:
            return False
        if not self._turn.acquire(blocking=False):
            return False
        try:
            began = time.monotonic()
            (value,) = _in_one_transaction([work], self._connection(patient=False))
            self._checkpoints.wrote()
        except OperationalError:
            self._apart_until = time.monotonic() + APART
            return False
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            work.future.set_exception(error)
            return True
        finally:
            self._turn.release()
        ended = time.monotonic()
        self._took += (ended - began - self._took) / 8
        if self._took > SLOW:
            self._apart_until = ended + APART
        work.future.set_result(value)
        return True

    def _connection(self, *, patient: bool) -> Connection:
        """Return the connection of whoever has the turn; one, so that its pages stay in memory.

        The writer is patient and waits for another process; the event loop is not.
        """
        if self._line is None:
            self._line = _Line(self.engine.connect(), self._busy_seconds)
        self._line.wait(patient=patient)
        return self._line.connection

    def _submit(self, run: Callable[[Connection], Any], future: Future[Any] | None = None) -> Future[Any]:
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_forever, name="store-writer", daemon=True)
            self._writer.start()
        future = future or Future()
        self._waiting.put(_Work(run, future))
        return future

    def _write_forever(self) -> None:
        more = True
        while more:
            group = [self._waiting.get()]
            while len(group) < GROUP and not self._waiting.empty():
                group.append(self._waiting.get())
            more = None not in group
            with self._turn:
                self._commit([work for work in group if work is not None])
                self._checkpoints.wrote()

    def _commit(self, group: list[_Work]) -> None:
        group = [work for work in group if work.future.set_running_or_notify_cancel()]
        try:
            values = _in_one_transaction(group, self._connection(patient=True))
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            if len(group) == 1:
                group[0].future.set_exception(_explained(error, self.path))
                return
            for work in group:
                try:
                    (value,) = _in_one_transaction([work], self._connection(patient=True))
                except BaseException as own:  # noqa: BLE001
                    work.future.set_exception(_explained(own, self.path))
                else:
                    work.future.set_result(value)
            return
        for work, value in zip(group, values, strict=True):
            work.future.set_result(value)


def in_session(work: Callable[[Session], T]) -> Callable[[Connection], T]:
    """Make work for a session into work for a connection, as `put` takes it."""

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
            f"wal_autocheckpoint={LIMIT}",
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
