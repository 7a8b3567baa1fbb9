"""`homeloop explain` says, line by line, how a text would be understood and why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.explain import answer, app


def explained(*asked: dict[str, Any] | str) -> list[dict[str, Any]]:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in asked]
    outcome = CliRunner().invoke(app, input="\n".join(lines) + "\n")
    assert outcome.exit_code == 0
    return [json.loads(line) for line in outcome.stdout.splitlines()]


def reply(text: str, tag: str, **question: Any) -> tuple[bool, Any]:
    (said,) = explained({"ask": "reply", "text": text, "language": tag, "question": question})
    return said["understood"], said["value"]


@pytest.mark.parametrize(
    ("text", "tag", "question", "value"),
    [
        ("haa", "so", {"kind": "yes_no"}, "yes"),
        ("sí pero no puedo el martes", "es", {"kind": "yes_no"}, "yes"),
        ("tuaj tsis tau", "hmn", {"kind": "yes_no", "asked": "tuaj"}, "no"),
        ("👍", "ar", {"kind": "yes_no"}, "yes"),
        ("la tarde", "es", {"kind": "one_of", "choices": ["la mañana", "la tarde"]}, 2),
        ("1 y 3", "es", {"kind": "several_of", "choices": ["a", "b", "c"]}, [1, 3]),
        ("٤", "ar", {"kind": "number"}, 4),
        ("4/5", "en", {"kind": "scale"}, 4),
        ("a las 4 y media", "es", {"kind": "time", "low": "15:00", "high": "18:00"}, "16:30"),
        ("половина пятого вечера", "ru", {"kind": "time"}, "16:30"),
        ("Jimcaha", "so", {"kind": "date", "today": "2026-11-17"}, "2026-11-20"),
        ("kaliya Sabtida", "so", {"kind": "own_words"}, "kaliya Sabtida"),
    ],
)
def test_an_answer(text: str, tag: str, question: dict[str, Any], value: Any) -> None:
    assert reply(text, tag, **question) == (True, value)


def test_an_hour_of_a_clock_that_counts_from_dawn_is_asked_about() -> None:
    assert reply("saa kumi jioni", "sw", kind="time", low="15:00", high="18:00") == (False, None)
    assert reply("4 PM", "sw", kind="time") == (True, "16:00")


def test_a_limit_that_is_no_time_is_said() -> None:
    line = {"ask": "reply", "text": "4", "language": "en", "question": {"kind": "time", "low": "3pm"}}
    assert "“3pm” is no time of day; write it as 16:30." in answer(json.dumps(line))["error"]


def test_a_verb_means_nothing_without_its_question() -> None:
    assert reply("tuaj", "hmn", kind="yes_no") == (False, None)


@pytest.mark.parametrize(
    ("text", "tag", "intent"),
    [
        ("JOOJI", "so", "optout"),
        ("don't stop the bus", "en", "none"),
        ("stop by at 3?", "en", "none"),
        ("mi hijo es muy alto", "es", "none"),
        ("he hits me", "en", "danger"),
        ("START", "en", "optin"),
        ("wrong number", "en", "wrong_number"),
        ("who is this", "en", "who"),
        ("español", "en", "language"),
        ("?", "en", "unclear_text"),
    ],
)
def test_what_a_text_is_about(text: str, tag: str, intent: str) -> None:
    (said,) = explained({"ask": "intent", "text": text, "language": tag})
    assert said["intent"] == intent
    assert said["why"]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("maya", "so"),
        ("Jimcaha waan iman karaa", "so"),
        ("kuv tsis paub", "hmn"),
        ("no puedo ir el martes", "es"),
        ("هل يمكنني الحضور", "ar"),
        ("vâng được", "vi"),
        ("12345", None),
        ("", None),
    ],
)
def test_which_language(text: str, tag: str | None) -> None:
    (said,) = explained({"ask": "language", "text": text})
    assert said["language"] == tag
    assert (said["confidence"] > 0) is (tag is not None)


def test_what_a_text_costs() -> None:
    assert explained({"ask": "segments", "text": "mamá"}) == [
        {"encoding": "UCS-2", "segments": 1, "units": 4, "culprits": ["á"]}
    ]


def test_every_line_has_its_answer_in_order_whatever_it_holds() -> None:
    said = explained(
        {"ask": "reply"}, "no JSON", {"ask": "weather"}, "[1]", {"ask": "segments", "text": "ok"},
        {"ask": "intent", "text": "x", "language": "tlh"},
    )  # fmt: skip
    assert ["error" in one for one in said] == [True, True, True, True, False, True]
