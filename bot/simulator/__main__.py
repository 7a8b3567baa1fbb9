"""`python -m bot.simulator`: the provider as a process of its own. Its first line is its address."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from dataclasses import replace

from bot.simulator.account import Account
from bot.simulator.server import Simulator

LOOK = 1.0  #: seconds between two looks at whether anybody still wants us


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or idleness; return the exit status."""
    chosen = _parser().parse_args(arguments)
    account = replace(
        Account(),
        account_sid=chosen.account_sid,
        auth_token=chosen.auth_token,
        bot_token=chosen.bot_token,
        senders=tuple(chosen.sender),
        inbound_url=chosen.inbound_url,
    )
    try:
        asyncio.run(_serve(account, chosen.host, chosen.port, chosen.idle_seconds))
    except OSError as error:
        sys.stderr.write(f"The simulator cannot listen on {chosen.host}:{chosen.port} ({error.strerror}).\n")
        return 1
    return 0


async def _serve(account: Account, host: str, port: int, idle: float) -> None:
    simulator = Simulator(account)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    try:
        sys.stdout.write(f"{await simulator.start(host, port)}\n")
        sys.stdout.flush()
        while not stopped.is_set() and simulator.idle_seconds < idle:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), LOOK)
    finally:
        await simulator.stop()


def _parser() -> argparse.ArgumentParser:
    default = Account()
    parser = argparse.ArgumentParser(
        prog="python -m bot.simulator", description="Twilio and Telegram on your own machine."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--account-sid", default=default.account_sid)
    parser.add_argument("--auth-token", default=default.auth_token)
    parser.add_argument("--bot-token", default=default.bot_token)
    parser.add_argument("--sender", action="append", default=[], help="a number that may be From; repeatable")
    parser.add_argument("--inbound-url", help="where texts from families are posted")
    parser.add_argument("--idle-seconds", type=float, default=600.0, help="stop when unused for so long")
    return parser


if __name__ == "__main__":
    sys.exit(main())
