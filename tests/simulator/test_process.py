"""`python -m bot.simulator`: a process that says where it is and goes when it is told, or forgotten."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process

import pytest
from aiohttp import ClientSession


async def started(*arguments: str) -> tuple[Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-m", "bot.simulator", *arguments, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    return process, line.decode().strip()


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_until_it_is_told_to_stop(name: signal.Signals) -> None:
    process, address = await started("--inbound-url", "http://127.0.0.1:1/in")
    async with ClientSession(address) as session, session.get("/_simulator/health") as response:
        assert response.status == 200
    process.send_signal(name)
    _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert (process.returncode, errors) == (0, b"")


async def test_it_goes_by_itself_when_nobody_wants_it() -> None:
    process, address = await started("--idle-seconds", "0.1")
    assert address.startswith("http://127.0.0.1:")
    await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0


async def test_a_taken_port_is_one_clear_sentence() -> None:
    first, address = await started()
    second = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.simulator", "--port", address.rpartition(":")[2], stdout=PIPE, stderr=PIPE
    )
    _, errors = await asyncio.wait_for(second.communicate(), 20)
    first.terminate()
    await asyncio.wait_for(first.communicate(), 10)
    assert second.returncode == 1
    assert errors.decode().startswith("The simulator cannot listen on 127.0.0.1:")
    assert len(errors.decode().splitlines()) == 1
