"""`python -m bot.sender CONFIG`: a process that sends and does nothing else.

It opens the store, holds every lane and looks for what is uncertain; it knows neither web nor families'
replies, so that after a crash it is at work again at once. It takes the sender lock, as `homeloop run` does.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
import uvloop

from bot.app import App
from bot.bootstrap import at_rest, open_app
from bot.errors import Complaint
from bot.store import outbox
from scheduler.sending import Sending

RUNNING = "sending"  #: printed when sending begins


async def run(app: App, ready: Callable[[], None] = lambda: None) -> None:
    """Send until Ctrl-C or SIGTERM. Raises `Complaint` if it cannot begin."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await send_until(stop, app, ready)


async def send_until(stop: asyncio.Event, app: App, ready: Callable[[], None] = lambda: None) -> None:
    """Send from every lane until `stop` is set; settle what is on the wire, and close. Raises `Complaint`."""
    sending = Sending(app)
    ticks: list[asyncio.Task[None]] = []
    try:
        app.store.take_sender_lock()
        await app.store.write(outbox.keep_lanes, [sender.lane_id for sender in app.senders])
        sending.start()
        at_rest()
        ready()
        ticks += [
            asyncio.create_task(_repeat(sending.wake, app.settings.sending.tick_seconds)),
            asyncio.create_task(_repeat(sending.reconcile, sending.look_every)),
        ]
        await stop.wait()
    finally:
        for tick in ticks:
            tick.cancel()
        await asyncio.gather(*ticks, return_exceptions=True)
        await sending.stop()
        await app.close()


def log_to_stderr() -> None:
    """Keep what is printed for the one line that says we are sending."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def _say_so() -> None:
    sys.stdout.write(f"{RUNNING}\n")
    sys.stdout.flush()


async def _repeat(job: Callable[[], Awaitable[None]], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        await job()


def main(arguments: list[str]) -> int:
    """Send for the settings in the file that is named; return the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("Name the settings: python -m bot.sender config.toml\n")
        return 2
    log_to_stderr()
    try:
        uvloop.run(run(open_app(Path(arguments[0])), _say_so))
    except Complaint as complaint:
        sys.stderr.write(f"{complaint}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
