"""Copies what was committed from the write-ahead log into the database file, in a thread of its own.

Theory. SQLite does this by itself at the commit that fills a thousand pages of the log, and whoever commits
then waits for it: five to ten milliseconds, several times a second while texts come in, which was most of
what the slowest hundredth of them waited for. A passive checkpoint keeps nobody from writing. It leaves
behind what was committed meanwhile, so the log would never begin anew while there is work; once it has
`RENEW` pages the last few are therefore copied while nobody else writes. If the thread falls behind,
SQLite's own rule, set to `LIMIT` pages, does the rest (sqlite.org/wal.html#ckpt).
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from typing import Any, Final

PAUSE: Final = 0.25  #: seconds in which commits gather
RENEW: Final = 6_000  #: pages, 24 MB, at which the log is begun anew
LIMIT: Final = 12_000  #: pages at which a commit does all this itself
NICE: Final = 10  #: of the thread: whoever answers a family goes first


class Checkpoints:
    """The thread; it begins with the first commit and ends with `close`."""

    def __init__(self, connect: Callable[[], Any], turn: threading.Lock, fault: type[Exception]) -> None:
        """`connect` opens a connection of the driver; whoever writes holds `turn`."""
        self._connect = connect
        self._turn = turn
        self._fault = fault
        self._due = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def wrote(self) -> None:
        """Note that something was committed; called by whoever has the turn."""
        if self._due.is_set():
            return
        self._due.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="store-checkpoints", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread; what it has not copied is copied when the last connection closes."""
        self._closing.set()
        self._due.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)  # on Linux a thread has its own
        with contextlib.suppress(self._fault), contextlib.closing(self._connect()) as connection:
            while self._due.wait() and not self._closing.wait(PAUSE):
                self._due.clear()
                if self._closing.is_set():
                    return  # `close` came between the two lines above, and its call to wake up is gone
                with contextlib.suppress(self._fault):  # a full or locked disk: after the next commit, then
                    if self._copied(connection) > RENEW:
                        with self._turn:
                            self._copied(connection)

    def _copied(self, connection: Any) -> int:
        """Copy what can be copied without keeping anybody waiting; return the pages in the log."""
        _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return int(pages)
