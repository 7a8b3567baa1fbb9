"""Commands as somebody types them, each in a process of its own, without the start-up of each.

`python -m tests.journeys.typist` loads the program once and forks for every command, so that a command
costs what it does and not what it imports.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from typing import IO, Any, NoReturn

#: what opens only when it is needed is opened here once, before anybody types
ROOMS = ("alembic.command", "bot.channels.sms", "bot.channels.telegram", "bot.translation.engines")

SECONDS = 60.0  #: that a command may take before it is ended and has failed


class Typist:
    """Sits before a terminal and types."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.typist"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(environment),
        )

    def type(
        self, arguments: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `homeloop ARGUMENTS` to its end, with further variables in its environment."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"arguments": list(arguments), "environment": dict(environment or {})}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        done: dict[str, Any] = json.loads(self._process.stdout.readline())
        return subprocess.CompletedProcess(
            ["homeloop", *arguments], done["code"], done["stdout"], done["stderr"]
        )

    def leave(self) -> None:
        """End the terminal."""
        self._process.communicate(timeout=SECONDS)


def _serve() -> None:
    for room in ROOMS:
        importlib.import_module(room)
    from bot.cli.door import main

    answers = os.fdopen(os.dup(1), "w")
    gc.freeze()  # so that the processes share what was loaded
    for line in sys.stdin:
        order = json.loads(line)
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            child = os.fork()
            if child == 0:
                _be_the_command(main, order, out, err)
            code = _ended(child)
            done = {"code": code, "stdout": _all(out), "stderr": _all(err)}
        answers.write(json.dumps(done) + "\n")
        answers.flush()


def _be_the_command(main: Any, order: Mapping[str, Any], out: IO[str], err: IO[str]) -> NoReturn:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    os.environ.update(order["environment"])
    sys.argv = ["homeloop", *order["arguments"]]
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - as the interpreter itself would
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _ended(child: int) -> int:
    deadline = time.monotonic() + SECONDS
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)


def _all(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


if __name__ == "__main__":
    _serve()
