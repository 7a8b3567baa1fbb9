"""`homeloop demo` in a process of its own: from nothing to families answering, again, and interrupted."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from bot.store.store import Store
from bot.store.tables import Delivery, Reply
from tests.journeys.machine import HOMELOOP, free_port
from tests.journeys.provider import PATIENCE, surroundings, until

STATES = ("confirmed", "corrected", "unconfirmed", "with_staff")
ZEROS = ("duplicates", "lost", "after_stop", "wrong_language")


def demo(folder: Path) -> subprocess.Popen[str]:
    """Begin a demo with few people, in a process group of its own."""
    command = [str(HOMELOOP), "demo", "--headless", "--json", "--people", "120", "--data", str(folder)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the end; return the exit status and what was printed. Nothing of the group is left."""
    out, err = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in err, err[-3000:]
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    return process.returncode, out


def counts(process: subprocess.Popen[str]) -> dict[str, Any]:
    code, out = ended(process)
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    assert {name: found[name] for name in ZEROS} == dict.fromkeys(ZEROS, 0)
    assert sum(found[name] for name in STATES) == found["replies"]
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


def kept_replies(folder: Path) -> int:
    """What the tables say, for comparison."""
    store = Store(folder / "homeloop.db")
    try:
        return len(store.reading(lambda session: session.exec(select(Reply.id)).all()))
    finally:
        store.close()


def test_families_are_told_and_answer(data: Path) -> None:
    found = counts(demo(data))
    assert (found["people"], found["languages"]) == (120, 12)
    assert found["replies"] == kept_replies(data) >= 30, "the ledger heard each of them begin"
    assert found["confirmed"] > 0
    assert found["corrected"] > 0
    assert found["opted_out"] > 0
    assert found["accepted"] >= found["delivered"] > 120


def told(folder: Path) -> list[tuple[str, str, str, str]]:
    """Return language, words, state and author of every answer in own words."""
    store = Store(folder / "homeloop.db")
    rows = select(Reply.language, Reply.words, Reply.state, Reply.by).where(Reply.kind == "own_words")
    try:
        return store.reading(lambda session: [(a, b, c, d) for a, b, c, d in session.exec(rows)])
    finally:
        store.close()


def test_own_words_go_all_the_way_in_every_way_there_is(data: Path) -> None:
    """By an engine where it may read them, by a liaison where not; put right, given up, and out of reach."""
    answers = told(data)
    ways = {(tag, state, by.partition(":")[0]) for tag, _, state, by in answers}
    engine = {(tag, "confirmed", "engine") for tag in ("es", "ar")}
    liaison = {(tag, "confirmed", "liaison") for tag in ("so", "hmn")}
    assert engine | liaison | {("es", "corrected", "engine")} <= ways
    (person,) = [one for one in answers if one[1].startswith("no, esa noche")]
    assert person[2:] == ("with_staff", "family"), "said “no” twice: a person calls"
    (unreachable,) = [one for one in answers if one[1].startswith("trabajo de noche")]
    assert unreachable[2:] == ("confirmed", "liaison:Ana Ruiz"), "the engine broke off, a liaison wrote it"
    assert "Gracias. Lo recibimos. Una persona lo va a leer." in ours(data), "and the family was told"


def ours(folder: Path) -> list[str]:
    """Return every text of ours that is no broadcast."""
    store = Store(folder / "homeloop.db")
    rows = select(Delivery.text).where(Delivery.text != None)  # noqa: E711 - as SQL
    try:
        return store.reading(lambda session: [text or "" for text in session.exec(rows)])
    finally:
        store.close()


def test_a_second_start_finds_its_data(data: Path) -> None:
    found = counts(demo(data))
    assert (found["people"], found["languages"]) == (120, 12)
    assert 0 < found["accepted"] <= 120, "one more announcement, to those who have not stopped it"


def test_an_interrupted_demo_ends_cleanly(tmp_path: Path) -> None:
    process = demo(tmp_path / "data")
    until("the demo to have begun", lambda: (tmp_path / "data" / "roster.csv").exists())
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    code, out = ended(process)
    assert (code, out) == (0, "")
    assert time.monotonic() - asked < 15


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo for people, with few of them, in a process group of its own."""
    command = [str(HOMELOOP), "demo", "--no-open", "--people", "120", "--data", str(tmp_path / "data")]
    process = subprocess.Popen(
        [*command, "--port", str(free_port())],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_a_newcomer_finds_a_living_school_and_can_be_a_family(shown: subprocess.Popen[str]) -> None:
    assert shown.stdout is not None
    address = shown.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/demo", address)
    with httpx.Client(base_url=address.removesuffix("/demo")) as browser:
        page = browser.get("/demo")
        assert page.status_code == 200, "the address is printed when it answers, not before"
        until("families to have answered", lambda: _replies(browser) >= 5)
        number = re.search(r'href="/demo/phones/(\d+)"', browser.get("/demo/phones?q=Somali").text)
        assert number is not None
        phone = f"/demo/phones/{number[1]}"
        _send(browser, f"{phone}/say", text="Ma jiraa turjumaan?")
        until("our answer to be on the phone", lambda: _last_is_ours(browser.get(phone).text))
        entered = _send(browser, "/demo/enter", next="/account")
        assert (entered.status_code, entered.headers["location"]) == (303, "/account")
        assert "Ana Ruiz" in browser.get("/account").text
    asked = time.monotonic()
    shown.send_signal(signal.SIGTERM)
    code, out = ended(shown)
    assert (code, out) == (0, ""), "the address stands alone on standard output"
    assert time.monotonic() - asked < 15


def _replies(browser: httpx.Client) -> int:
    found = re.search(r"<b>([\d,]+)</b> <span>replies have come in", browser.get("/demo/now").text)
    assert found is not None
    return int(found[1].replace(",", ""))


def _send(browser: httpx.Client, path: str, **fields: str) -> httpx.Response:
    proof = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/demo").text)
    assert proof is not None
    return browser.post(path, data={"csrf_token": proof[1], **fields})


def _last_is_ours(page: str) -> bool:
    bubbles = re.findall(r'<li class="bubble( bubble-theirs)?">', page)
    return bool(bubbles) and bubbles[-1] == ""
