"""From a clone to a first text on a family's phone, in the demo that a newcomer sees."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.async_api import Browser

from tests.browser import tasks
from tests.browser.hand import Hand
from tests.browser.look import DESK, POCKET, Elsewhere, looking
from tests.journeys.machine import HOMELOOP, free_port
from tests.journeys.provider import PATIENCE, first_line, surroundings

#: at most so many clicks, fields that are filled in included; in Arabic one more, which asks for Arabic
CLICKS: Final = {"en": 11, "ar": 12}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    folder = tmp_path_factory.mktemp("demo")
    command = [str(HOMELOOP), "demo", "--no-open", "--port", str(free_port()), "--data", str(folder)]
    with (folder / "demo.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--people", "240"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=surroundings(),
            start_new_session=True,
        )
    try:
        yield Elsewhere(first_line(process).removesuffix("/demo"))
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


async def first_text(browser: Browser, demo: Elsewhere, language: str, size: tuple[int, int]) -> int:
    """Do it, and return the clicks."""
    async with looking(browser, demo, role=None, language=language, size=size) as eyes:
        hand = Hand(eyes, language)
        await tasks.sends_a_first_text(hand, f"Picture day is on Friday ({language} {size[0]}).")
        assert eyes.seen() == []
    sys.stderr.write(f"first text, {language}, {size[0]} pixels: {hand.clicks} clicks\n")
    return hand.clicks


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_newcomer_sends_a_first_text_and_sees_it_arrive(
    browser: Browser, demo: Elsewhere, language: str
) -> None:
    clicks = await asyncio.gather(*(first_text(browser, demo, language, size) for size in (DESK, POCKET)))
    assert max(clicks) <= CLICKS[language]
