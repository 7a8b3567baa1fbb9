"""What cannot be is refused in one clear sentence, and what was entrusted to us is still there afterwards."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.simulator.account import ACCOUNT_SID, AUTH_TOKEN, SENDER
from bot.simulator.webhooks import sign
from bot.store.store import driver
from tests.journeys.machine import Machine, free_port, machine_in, until
from tests.journeys.provider import Provider, simulating
from tests.journeys.typist import Typist

FAMILIES = [f"Parent {n},920-555-01{n:02},English,Lincoln,3,S{n}" for n in range(10, 22)]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with simulating() as made:
        yield made


@pytest.fixture
def machine(tmp_path: Path, provider: Provider, typist: Typist) -> Iterator[Machine]:
    provider.post("reset", {})
    with machine_in(tmp_path, provider, typist) as made:
        yield made


@pytest.mark.parametrize(
    ("section", "value", "sentence"),
    [
        ("school", {"nmae": "Lincoln"}, "school.nmae: is no setting of ours; check its spelling"),
        ("school", {"name": ""}, "school.name: String should have at least 1 character"),
        (
            "school",
            {"time_zone": "Chicago"},
            "school.time_zone: “Chicago” is no IANA time zone; write one such",
        ),
        ("sms", {"auth_token": "hunter2"}, "sms.auth_token: Value should have at least 16 items"),
        ("sms", {"sender": "715-555-0100"}, "sms.sender: String should match pattern"),
        ("telegram", {"mode": "webhook"}, "telegram: secret_token must be set when mode is “webhook”"),
        ("staff", {"duty_start": "17:00:00"}, "staff: duty_start must be earlier in the day than duty_end"),
        ("bus", {"line": 7}, "bus: is no setting of ours; check its spelling against config.example.toml"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy_and_without_its_value(
    machine: Machine, section: str, value: dict[str, Any], sentence: str
) -> None:
    machine.configure(**{section: value})
    for command in ("run", "broadcasts"):
        said = machine.refuses(command)
        assert said.startswith(f"{machine.config}: {sentence}"), said
        assert "hunter2" not in said


def test_settings_that_cannot_be_read_at_all(machine: Machine) -> None:
    assert "parts_per_second: Input should be a valid number" in machine.refuses(
        "run", HOMELOOP_SMS__PARTS_PER_SECOND="fast"
    )
    machine.config.write_text("[school\nname = 1")
    assert "cannot be read as TOML" in machine.refuses("run")
    machine.config.unlink()
    assert machine.refuses("run") == (
        f"There is no {machine.config}. Run “homeloop init” to make one, or copy config.example.toml there."
    )


def test_a_roster_that_is_none(machine: Machine) -> None:
    file = machine.folder / "families.csv"
    assert str(file.name) in machine.refuses("import", str(file))
    file.write_bytes(bytes(range(256)) * 8)
    assert file.name in machine.refuses("import", str(file))
    file.write_text("Guardian,Shoe size\nAmina,38\n")
    assert "phone" in machine.refuses("import", str(file)).lower()
    head = "Guardian,Phone,Language,School,Grade,Student ID"
    file.write_text(f"{head}\nAmina,12,Somali,Lincoln,3,S1\nLupe,920-555-0110,Klingon,Lincoln,4,S2\n")
    shown = machine.cli("import", str(file), ok=False).stdout
    assert "Nothing was written: 2 rows are refused" in shown
    assert "Klingon" in shown
    assert machine.rows("SELECT count(*) FROM person") == [(0,)]


def test_a_broadcast_that_cannot_go_out_as_it_stands(machine: Machine) -> None:
    machine.enrol(*FAMILIES)
    said = ("--text", "Hello.", "--approve")
    refused = {
        ("announce",): "Say what families should read: --text “…”, or --notice NAME.",
        ("announce", "--notice", "snow"): "There is no notice “snow”: choose one of bus-change,",
        ("announce", "--notice", "snow-closing"): "needs a value for day. Give it with",
        ("announce", "--text", "  ", "--approve"): "The text is empty: write what families should read.",
        ("announce", "--text", "PTO meets.", "--approve"): "Families cannot know “PTO”: write it out",
        ("announce", *said, "--school", "Adams"): "There is no school “Adams”. Known: Lincoln.",
        ("announce", *said, "--language", "Klingon"): "“Klingon” is no language we know:",
        ("announce", *said, "--at", "soon"): "“soon” is no time we can read; write one such as",
        ("announce", *said, "--at", "2020-01-01 06:00"): "“2020-01-01 06:00” is past:",
        ("announce", *said, "--repeat", "WEEKLY"): "has “WEEKLY” where a NAME=VALUE belongs",
        ("announce", *said, "--repeat", "FREQ=HOURLY"): "needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY",
        ("announce", *said, "--repeat", "FREQ=WEEKLY;BYDAY=XX"): "cannot be read:",
        ("announce", *said, "--value", "day"): "“day” has no “=”: write NAME=TEXT.",
        ("announce", *said, "--draft-missing"): "No translation engine is configured:",
        ("ask", *said): "Say what kind of answer you want: --yes-no,",
        ("ask", *said, "--number", "many"): "“many” gives no limits: write the lowest and the highest number",
        ("ask", *said, "--number", "9-3"): "The lowest number (9) must be less than the highest (3).",
        ("ask", *said, "--time", "later"): "“later” gives no limits: write the earliest and the latest time",
        ("ask", *said, "--time", "18:00-15:00"): "The earliest time (18:00) must be before the latest",
        ("ask", *said, "--choice", "one"): "Give 2 to 5 choices:",
        ("ask", "--yes-no", "--text", "Don't you want a bus?"): "A negative question has two meanings",
        ("ask", *said, "--yes-no", "--decide-by", "soon"): "“soon” is no day: write it as 2026-12-01.",
        ("approve", "999", "--approve"): "There is no broadcast 999: “homeloop broadcasts” lists them.",
        ("report", "999"): "There is no broadcast 999",
        ("recall", "999"): "There is no broadcast 999",
        ("read-back", "9", "--home", "x", "--staff", "y", "--by", "F"): "There is no reply 9:",
        ("send-again", "9"): "Text 9 was not queued: it is not held",
        ("lane", "+1", "--start"): "for one of these senders: +17155550100, bot:7155500.",
    }  # fmt: skip
    for command, sentence in refused.items():
        said_back = machine.refuses(*command)
        assert sentence in said_back, (command, said_back)
    assert machine.rows("SELECT count(*) FROM delivery") == [(0,)]
    assert machine.rows("SELECT DISTINCT state FROM broadcast") == [("draft",)]


def test_what_no_provider_has_sent_is_not_taken(machine: Machine) -> None:
    machine.start()
    url = f"http://127.0.0.1:{machine.port}"
    form = {"MessageSid": "SM" + "a" * 32, "AccountSid": ACCOUNT_SID, "From": "+19205550110", "To": SENDER,
            "Body": "STOP", "NumMedia": "0"}  # fmt: skip

    def post(path: str, body: bytes, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(url + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def sms(fields: dict[str, str], signature: str | None = None) -> tuple[int, str]:
        signed = sign(f"{url}/sms/inbound", fields, AUTH_TOKEN) if signature is None else signature
        return post("/sms/inbound", urlencode(fields).encode(), **{"X-Twilio-Signature": signed})

    assert post("/sms/inbound", urlencode(form).encode()) == (
        403,
        "The request carries no X-Twilio-Signature.",
    )
    assert sms(form, "c2lnbmVkIGJ5IG5vYm9keQ==")[0] == 403
    assert sms(form | {"Body": "START"}, sign(f"{url}/sms/inbound", form, AUTH_TOKEN))[0] == 403
    assert sms(form | {"From": "a friend"}) == (400, "From is missing, or no value that Twilio sends.")
    assert sms(form | {"AccountSid": "AC" + "0" * 32}) == (400, "The request is for another Twilio account.")
    assert sms(form | {"Body": "x" * 70_000}) == (413, "The body is longer than 65536 bytes.")
    assert post("/telegram/webhook", b"{}")[0] == 404, "updates are polled here"
    assert machine.rows("SELECT count(*) FROM inbound") == [(0,)]
    assert sms(form)[0] == 200
    assert machine.rows("SELECT count(*) FROM inbound") == [(1,)]
    assert machine.stop() == 0
    assert "Traceback" not in (machine.folder / "run.log").read_text()


def test_a_provider_out_of_reach_loses_nothing(machine: Machine, typist: Typist) -> None:
    port = free_port()
    away = {"base_url": f"http://127.0.0.1:{port}"}
    machine.configure(sms=away, telegram=away, sending={"attempts": 2, "retry_first_seconds": 0.2})
    machine.enrol(*FAMILIES)
    machine.start()
    machine.cli("announce", "--text", "The bus is late.", "--fallback", "en", "--approve")
    until(
        "every text to have been tried", lambda: machine.rows("SELECT 1 FROM delivery WHERE started_at") != []
    )
    findings = {one["what"]: one for one in _doctor(machine)}
    for what in ("SMS (Twilio)", "Telegram"):
        assert findings[what]["state"] == "wrong"
        assert f"127.0.0.1:{port} could not be reached" in findings[what]["detail"]
    with simulating(
        "--port", str(port), "--inbound-url", f"http://127.0.0.1:{machine.port}/sms/inbound"
    ) as back:
        machine.settled()
        assert back.times_accepted("sms") == dict.fromkeys([f"+192055501{n}" for n in range(10, 22)], 1)
        assert back.answer_to("900000001", "", start="").startswith("This is Lincoln School.")
        assert machine.stop() == 0


def _doctor(machine: Machine) -> list[dict[str, Any]]:
    """What doctor finds wrong; its exit status says that something is."""
    done = machine.cli("doctor", "--json", ok=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return list(json.loads(done.stdout))


def test_a_wrong_token_stops_the_sender_and_keeps_its_queue(machine: Machine) -> None:
    machine.configure(sms={"auth_token": "not-the-auth-token-0001"})
    machine.enrol(*FAMILIES)
    machine.start()
    machine.cli("announce", "--text", "The bus is late.", "--fallback", "en", "--approve")
    until(
        "the sender to be stopped", lambda: _lane(machine) == "stopped" and machine.states() == {"queued": 12}
    )
    why = "Twilio refuses our name or password; check account_sid and auth_token."
    (found,) = [one for one in _doctor(machine) if one["what"] == f"sender {SENDER}"]
    assert (found["state"], found["detail"]) == ("wrong", f"stopped: {why}")
    (lane,) = [one for one in machine.json("report")["overview"]["lanes"] if one["name"] == SENDER]
    assert (lane["state"], lane["why"]) == ("stopped", why)
    assert machine.stop() == 0

    machine.configure(sms={"auth_token": AUTH_TOKEN})
    machine.start()
    assert machine.states() == {"queued": 12}
    assert f"{SENDER} is sending" in machine.cli("lane", SENDER, "--start").stdout
    machine.settled()
    assert machine.provider.times_accepted("sms") == dict.fromkeys(
        [f"+192055501{n}" for n in range(10, 22)], 1
    )
    assert machine.stop() == 0


def _lane(machine: Machine) -> str:
    ((state,),) = machine.rows(f"SELECT state FROM lane WHERE name = '{SENDER}'")
    return str(state)


def test_a_second_process_is_refused_and_the_first_goes_on(machine: Machine) -> None:
    machine.enrol(*FAMILIES)
    machine.start()
    assert machine.process is not None
    assert machine.refuses("run") == (
        f"Another Homeloop (process {machine.process.pid}) is already sending from "
        f"{machine.folder / 'homeloop.db'}. Stop that one first, or give this one another database."
    )
    machine.cli("announce", "--text", "The bus is late.", "--fallback", "en", "--approve")
    machine.settled()
    assert machine.provider.count() == 12
    assert machine.stop() == 0


def test_a_port_that_is_taken(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", machine.port)):
        said = machine.refuses("run")
    assert said.startswith(
        f"Homeloop cannot listen on 127.0.0.1, port {machine.port}: Address already in use"
    )
    assert said.endswith(
        "Stop the other program there, or change server.host and server.port in config.toml."
    )


def test_a_database_that_is_newer_or_none(machine: Machine) -> None:
    machine.cli("broadcasts")
    file = machine.folder / "homeloop.db"
    with closing(driver().connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '2099'")
        connection.commit()
    for command in ("run", "broadcasts"):
        assert machine.refuses(command) == (
            f"{file} was written by a newer Homeloop (schema 2099). "
            "Install that version or a later one; nothing was changed."
        )
    for extra in machine.folder.glob("homeloop.db*"):
        extra.unlink()
    file.write_text("Dear families, " * 1000)
    assert machine.refuses("run").startswith(f"{file} cannot be opened as a Homeloop database")
