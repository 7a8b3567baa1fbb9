"""Providers as they are: slow down, stop, block, undelivered, reports in any order, updates by webhook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import languages
from bot.simulator.account import BOT_TOKEN
from bot.store.tables import micros
from tests.journeys.machine import Machine, machine_in, until
from tests.journeys.provider import simulating
from tests.journeys.typist import Typist

SECRET = "a-secret-that-only-telegram-and-we-know"
GRADES = {"1": "920", "2": "608", "3": "414"}


def phone(grade: str, number: int) -> str:
    return f"+1{GRADES[grade]}55501{number}"


def chat(grade: str, number: int) -> str:
    return f"90000{grade}{number}"


PHONES, CHATS = range(10, 16), range(16, 19)


def roster() -> Iterator[str]:
    for grade in GRADES:
        for number in (*PHONES, *CHATS):
            yield f"Parent {grade} {number},{phone(grade, number)},Somali,Lincoln,{grade},{grade}-{number}"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory, typist: Typist) -> Iterator[Machine]:
    """Updates come by webhook; three families of each grade have opened the bot."""
    folder = tmp_path_factory.mktemp("providers")
    with simulating() as provider, machine_in(folder, provider, typist) as machine:
        machine.configure(
            telegram={"mode": "webhook", "secret_token": SECRET, "in_flight": 1},
            sms={"in_flight": 1},
        )
        machine.enrol(*roster())
        machine.start()
        printed = machine.cli("link-codes", "--bot", "homeloop_simulator_bot").stdout
        codes = {row["name"]: row["code"] for row in csv.DictReader(io.StringIO(printed))}
        linked = languages.phrase("linked", "so", school="Lincoln School")
        for grade in GRADES:
            for number in CHATS:
                code = codes[f"Parent {grade} {number}"]
                assert provider.answer_to(chat(grade, number), "", start=code) == linked
        yield machine
        assert machine.stop() == 0
        assert "Traceback" not in (folder / "run.log").read_text()


def tell(machine: Machine, grade: str, text: str) -> int:
    """Announce something to one grade, and wait until it has settled."""
    number: int = machine.json("announce", "--text", text, "--translation", f"so={text}", "--grade", grade,
                               "--approve")["broadcast"]  # fmt: skip
    machine.settled()
    return number


def states(machine: Machine, broadcast: int) -> dict[str, int]:
    return machine.states(f"broadcast_id = {broadcast}")


def test_updates_come_by_webhook_with_the_secret(school: Machine) -> None:
    heard = school.provider.listed("heard")
    assert len(heard) == len(GRADES) * len(CHATS)
    assert {tuple(one["told"]) for one in heard} == {(200,)}
    tell(school, "1", "Waa maalin cusub.")
    assert school.provider.texts(chat("1", 16))[-1] == "Waa maalin cusub."
    assert school.provider.texts(phone("1", 16)) == [], "who has opened the bot is written to there"


def test_status_reports_may_come_late_twice_and_in_any_order(school: Machine) -> None:
    twice, disorder, late, lost = (phone("2", number) for number in PHONES[:4])
    school.provider.misbehave(
        {"trouble": "report_twice", "addresses": [twice, disorder]},
        {"trouble": "report_disorder", "addresses": [disorder]},
        {"trouble": "report_late", "addresses": [late], "seconds": 0.7},
        {"trouble": "report_lost", "addresses": [lost]},
    )
    number = tell(school, "2", "Baska ayaa daahay.")
    until("all reports", lambda: states(school, number) == {"delivered": len(PHONES) - 1, "sent": 4})
    until("nothing to be on its way", lambda: school.provider.get("health")["busy"] == 0)
    school.provider.misbehave()
    assert states(school, number) == {"delivered": len(PHONES) - 1, "sent": 4}, "the chats and the lost one"
    kept = school.rows(
        "SELECT e.status, count(*) FROM provider_event e JOIN delivery d ON d.provider_id = e.provider_id "
        "JOIN contact_point c ON c.id = d.contact_point_id "
        f"WHERE c.address = '{disorder}' GROUP BY e.status ORDER BY e.status"
    )
    assert kept == [("delivered", 2), ("sent", 2)], "every report is kept as it came"


def test_a_provider_that_asks_us_to_wait_is_given_its_time(school: Machine) -> None:
    before = school.provider.times_accepted("sms") + school.provider.times_accepted("telegram")
    school.provider.misbehave(
        {"trouble": "too_many", "channel": "sms", "skip": 2, "times": 2, "seconds": 1},
        {"trouble": "too_many", "channel": "telegram", "times": 1, "seconds": 1},
    )
    number = tell(school, "3", "Shirka waa berri.")
    school.provider.misbehave()
    refused = school.provider.listed("refused")
    assert {one["status"] for one in refused} == {429}
    assert {one["channel"] for one in refused} == {"sms", "telegram"}
    assert {one["inside_wait"] for one in refused} == {None}, "nothing was tried before its time"
    after = school.provider.times_accepted("sms") + school.provider.times_accepted("telegram")
    assert sorted((after - before).values()) == [1] * 9
    assert sum(states(school, number).values()) == 9
    assert school.rows(f"SELECT DISTINCT attempts FROM delivery WHERE broadcast_id = {number}") == [(1,)]


def test_a_number_that_the_provider_calls_stopped_is_stopped(school: Machine) -> None:
    family = phone("1", 10)
    school.provider.misbehave({"trouble": "refuse", "code": "21610", "addresses": [family]})
    number = tell(school, "1", "Warqad ayaa timid.")
    school.provider.misbehave()
    (contact,) = school.rows(
        "SELECT c.stopped_why, k.scope, k.granted, k.evidence FROM contact_point c "
        f"JOIN consent k ON k.contact_point_id = c.id WHERE c.address = '{family}' ORDER BY k.id DESC LIMIT 1"
    )
    said = "The family stopped texts from this sender; reach them another way."
    assert contact == ("provider", "all", 0, said)
    report = school.json("report", str(number))
    assert report["failures"] == [{"reason": said, "code": "21610", "channel": "sms", "count": 1}]
    tell(school, "1", "Warqad kale.")
    assert [one["address"] for one in school.provider.listed("refused", family)] == [family], (
        "not tried again"
    )


def test_a_text_that_does_not_arrive_is_shown_with_its_reason(school: Machine) -> None:
    off, gone = phone("1", 11), phone("1", 12)
    school.provider.misbehave(
        {"trouble": "undelivered", "code": "30003", "addresses": [off]},
        {"trouble": "failed", "code": "30005", "addresses": [gone]},
    )
    number = tell(school, "1", "Fasax wanaagsan.")
    until(
        "both reports", lambda: states(school, number) | {"failed": 1, "waiting": 1} == states(school, number)
    )
    school.provider.misbehave()
    report = school.json("report", str(number))
    assert {(one["code"], one["reason"], one["count"]) for one in report["failures"]} == {
        ("30005", "No phone can be reached under this number; ask the family for their present one.", 1),
    }
    (told,) = [one for one in report["progress"]["broadcasts"] if one["channel"] == "sms"]
    assert (told["failed"], told["accepted"], told["total"]) == (1, 4, 5)
    (until_when,) = school.rows(
        "SELECT d.waiting_until FROM delivery d JOIN contact_point c ON c.id = d.contact_point_id "
        f"WHERE c.address = '{off}' AND d.state = 'waiting' AND d.code = '30003'"
    )
    assert until_when[0] > micros(datetime.now(UTC) + timedelta(minutes=20)), "tried again after half an hour"
    seen = {address: len(school.provider.texts(address)) for address in (off, gone)}
    tell(school, "1", "Soo dhowow.")
    assert len(school.provider.texts(off)) == seen[off] + 1, "a phone that was off is tried the next time"
    assert len(school.provider.texts(gone)) == seen[gone], "a number that does not exist is not"


def test_a_family_that_blocks_the_bot_is_stopped_there_until_it_comes_back(school: Machine) -> None:
    family = chat("2", 16)
    seen = len(school.provider.texts(family))
    school.provider.say(family, "", block=True)
    state = f"SELECT stopped_why FROM contact_point WHERE address = '{family}'"
    until("the block to be written down", lambda: school.rows(state) == [("blocked",)])
    tell(school, "2", "Maktabaddu way furan tahay.")
    assert school.provider.listed("refused", family) == [], "not even tried"
    assert len(school.provider.texts(family)) == seen
    assert school.provider.texts(phone("2", 16)) == ["Maktabaddu way furan tahay."], "their phone is used"
    school.provider.say(family, "", block=False)
    until("the block to be gone", lambda: school.rows(state) == [(None,)])
    tell(school, "2", "Maktabaddu way xiran tahay.")
    assert len(school.provider.texts(family)) == seen + 1


def test_a_connection_that_breaks_after_acceptance_sends_nothing_twice(school: Machine) -> None:
    unknown, unlisted = phone("3", 10), chat("3", 16)
    before = school.provider.times_accepted("sms") + school.provider.times_accepted("telegram")
    school.provider.misbehave(
        {"trouble": "cut_after", "addresses": [unknown, unlisted]},
        {"trouble": "report_lost", "addresses": [unknown]},
        {"trouble": "cut_before", "addresses": [phone("3", 11)], "times": 1},
    )
    number = tell(school, "3", "Waxaa jira baraf.")
    school.provider.misbehave()
    after = school.provider.times_accepted("sms") + school.provider.times_accepted("telegram")
    assert sorted((after - before).values()) == [1] * 9
    assert states(school, number)["held"] == 1
    (held,) = school.json("held")["held"]
    assert (held["channel"], held["text"]) == ("telegram", "Waxaa jira baraf.")
    assert "is dropped" in school.cli("drop", str(held["id"])).stdout
    assert school.json("held")["held"] == []


def test_the_token_is_nowhere_to_be_read(school: Machine) -> None:
    log = Path(school.folder / "run.log").read_text()
    assert BOT_TOKEN not in log
    assert SECRET not in log
