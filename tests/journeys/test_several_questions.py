"""An inquiry of several questions, from a file to the closing text: a phone, a chat, and one that skips."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import languages
from tests.journeys.machine import Machine, machine_in
from tests.journeys.provider import simulating
from tests.journeys.test_answer import ZONE, ours
from tests.journeys.typist import Typist

SPANISH, SKIPPING, SOMALI, CHAT = "+17155550181", "+17155550182", "+17155550183", "900000001"
ROSTER = (
    f"Ana Ruiz,{SPANISH},español,Lincoln,3,1",
    f"Luz Vega,{SKIPPING},español,Lincoln,3,2",
    f"Sahra Nuur,{SOMALI},Soomaali,Lincoln,3,3",
)
DECIDED = datetime.now(ZONE).date() + timedelta(days=20)
FILE = f"""
title = "Bus meeting"
decide_by = {DECIDED.isoformat()}

[[question]]
text = "Can you come to the bus meeting?"
kind = "yes_no"
skip = {{ no = "end" }}
in.es = {{ text = "¿Puede venir a la reunión del autobús?" }}
in.so = {{ text = "Kulanka baska ma imaan kartaa?" }}

[[question]]
text = "Which evening is best?"
choices = ["Tuesday", "Thursday"]
other = false
in.es = {{ text = "¿Qué noche es mejor?", choices = ["martes", "jueves"] }}
in.so = {{ text = "Habeenkee kuu fiican?", choices = ["Talaado", "Khamiis"] }}

[[question]]
text = "What would help you to come?"
kind = "own_words"
in.es = {{ text = "¿Qué necesita para poder venir?" }}
in.so = {{ text = "Maxaa kuu fududayn kara?" }}
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory, typist: Typist) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("several")
    with simulating() as provider, machine_in(folder, provider, typist) as machine:
        machine.enrol(*ROSTER)
        machine.start()
        codes = machine.cli("link-codes", "--bot", "homeloop_simulator_bot", "--language", "Somali").stdout
        (row,) = csv.DictReader(io.StringIO(codes))
        provider.answer_to(CHAT, "", start=row["code"])
        file = folder / "bus.toml"
        file.write_text(FILE, encoding="utf-8")
        machine.json("ask", "--questions", str(file), "--fallback", "none", "--approve")
        machine.settled()
        yield machine
        assert machine.stop() == 0
        assert "Traceback" not in (folder / "run.log").read_text()
        assert provider.listed("oddities") == []


def then(tag: str, answer: str, question: str, *choices: str) -> str:
    menu = (f"{number} {words}" for number, words in enumerate(choices, 1))
    return ours("noted_then", tag, answer=answer, question="\n".join([question, *menu]))


def day(tag: str) -> str:
    return languages.family_date(DECIDED, tag, today=datetime.now(ZONE).date())


def found(school: Machine) -> dict[str, Any]:
    results: dict[str, Any] = school.json("report", "1")["results"]
    return results


def test_a_phone_is_asked_one_question_after_the_other(school: Machine) -> None:
    provider = school.provider
    first = "¿Puede venir a la reunión del autobús?\n1 sí\n2 no"
    assert provider.texts(SPANISH) == [first]
    second = then("es", "sí", "¿Qué noche es mejor?", "martes", "jueves")
    assert provider.answer_to(SPANISH, "sí") == second
    third = then("es", "jueves", "¿Qué necesita para poder venir?")
    assert provider.answer_to(SPANISH, "el jueves") == third
    seen = len(provider.texts(SPANISH))
    provider.say(SPANISH, "alguien que cuide a mis niños")
    school.settled()
    (reply,) = [one["id"] for one in found(school)["own_words"] if one["language"] == "es"]
    meaning = "necesita a alguien que cuide a sus niños"
    staff = "needs childcare"
    school.cli("read-back", str(reply), "--home", meaning, "--staff", staff, "--by", "Faadumo")
    assert provider.next_text(SPANISH, seen) == ours("read_back", "es", meaning=meaning)
    assert provider.answer_to(SPANISH, "sí") == ours("closing", "es", day=day("es"))


def test_no_ends_it_with_the_closing_text(school: Machine) -> None:
    closing = ours("noted_next", "es", answer="no", day=day("es"))
    assert school.provider.answer_to(SKIPPING, "no") == closing


def test_a_chat_presses_its_way_through_and_changes_its_mind(school: Machine) -> None:
    provider = school.provider
    second = then("so", "haa", "Habeenkee kuu fiican?", "Talaado", "Khamiis")
    assert provider.answer_to(CHAT, "", press="haa") == second
    assert provider.answer_to(CHAT, "", press="Khamiis") == then("so", "Khamiis", "Maxaa kuu fududayn kara?")


def test_the_report_counts_each_question_and_how_far_phones_came(school: Machine) -> None:
    results = found(school)
    assert [(one["put"], one["answered"]) for one in results["steps"]] == [(3, 3), (2, 2), (2, 1)]
    said = {(one["question"], one["language"], one["label"]) for one in results["answers"]}
    assert said == {
        (1, "es", "yes"), (1, "es", "no"), (1, "so", "yes"), (2, "es", "Thursday"), (2, "so", "Thursday"),
    }  # fmt: skip
