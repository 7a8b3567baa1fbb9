"""Lives of the sender: processes that are begun, killed, and begun again.

Most are forks of a nursery, a process that has imported the sender and opened nothing, so that two hundred
restarts take a moment each; every twentieth begins from nothing, as `python -m bot.sender` does at a school.
`python -m tests.soak.lives CONFIG` is the nursery: each line it reads begins a life.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.journeys.provider import surroundings

FROM_NOTHING = 20  #: every so many lives begin as a new process


@dataclass
class Life:
    """One process that sends."""

    began: float = field(default_factory=time.monotonic)
    pid: int = 0
    begun_after: float | None = None  #: seconds until it began to send
    over: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def begun(self) -> None:
        """It begins to send."""
        self.begun_after = time.monotonic() - self.began

    async def end(self, how: signal.Signals) -> int:
        """Send it a signal and wait until it is gone; return its exit status."""
        os.kill(self.pid, how)
        return await self.over


class Nursery:
    """Begins lives of the sender on one config.toml."""

    def __init__(self, config: Path, log: Path) -> None:
        self._config, self._log = config, log
        self._process: Process | None = None
        self._lives: dict[int, Life] = {}
        self._begun: asyncio.Queue[int] = asyncio.Queue()
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self) -> Life:
        """Begin a life and return at once: it may be killed before it has done anything."""
        self._count += 1
        if self._count % FROM_NOTHING == 1:
            return await self._from_nothing()
        if self._process is None:
            self._process = await self._run("tests.soak.lives", stdin=PIPE)
            self._follow(self._listen(self._process))
        assert self._process.stdin is not None
        life = Life()
        self._process.stdin.write(b"begin\n")
        life.pid = await self._begun.get()
        self._lives[life.pid] = life
        return life

    async def _from_nothing(self) -> Life:
        life = Life()
        process = await self._run("bot.sender")
        life.pid = process.pid
        self._follow(self._watch(process, life))
        return life

    async def _run(self, module: str, stdin: int | None = None) -> Process:
        with self._log.open("ab") as log:
            command = (sys.executable, "-m", module, str(self._config))
            return await asyncio.create_subprocess_exec(
                *command, stdin=stdin, stdout=PIPE, stderr=log, env=surroundings()
            )

    def _follow(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, process: Process, life: Life) -> None:
        assert process.stdout is not None
        if await process.stdout.readline():
            life.begun()
        life.over.set_result(await process.wait())

    async def _listen(self, process: Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            word, *numbers = line.split()
            if word == b"born":
                self._begun.put_nowait(int(numbers[0]))
            elif life := self._lives.get(int(numbers[0])):
                if word == b"begun":
                    life.begun()
                else:
                    life.over.set_result(int(numbers[1]))

    async def close(self) -> None:
        """End the nursery and every life that is left."""
        for life in self._lives.values():
            if not life.over.done():
                await life.end(signal.SIGKILL)
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            await self._process.wait()
        await asyncio.gather(*self._tasks)


def _say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def _live(config: Path) -> int:
    """Be the sender until told to stop; the exit status."""
    from bot import sender
    from bot.bootstrap import open_app

    sender.log_to_stderr()
    asyncio.run(sender.run(open_app(config), lambda: _say("begun", os.getpid())))
    return 0


def main(config: Path) -> None:
    """Fork a life for each line that is read, and tell how each ends."""
    import bot.channels.sms
    import bot.channels.telegram
    import bot.channels.twilio_sdk
    import bot.sender  # noqa: F401 - what every life would import first

    def bury(_number: int, _frame: object) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            _say("over", pid, os.waitstatus_to_exitcode(status))

    signal.signal(signal.SIGCHLD, bury)
    while os.read(0, 1):
        if os.read(0, 5) != b"egin\n":
            return
        # Nobody may be buried before their birth is told.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            os.close(0)
            os._exit(_live(config))
        _say("born", pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
