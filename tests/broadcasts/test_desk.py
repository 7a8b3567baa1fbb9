"""What lies on the desk: kept as it was typed, and never read as more people than were chosen."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.broadcasts import notices
from bot.broadcasts.desk import (
    NOBODY,
    Counted,
    Desk,
    asked,
    audience_of,
    from_json,
    objections,
    title_of,
    to_json,
)
from bot.broadcasts.when import When
from bot.conversation.ask import Ask
from bot.settings import Settings
from bot.store.audience import Audience
from bot.store.tables import Group, GroupKind

NOW = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)

GROUPS = [
    Group(id=1, kind=GroupKind.SCHOOL, name="Lincoln"),
    Group(id=2, kind=GroupKind.SCHOOL, name="Washington"),
    Group(id=3, kind=GroupKind.GRADE, name="3", parent_id=1),
    Group(id=4, kind=GroupKind.GRADE, name="3", parent_id=2),
    Group(id=5, kind=GroupKind.GRADE, name="12", parent_id=2),
]


def test_a_desk_survives_being_kept() -> None:
    desk = Desk(
        phase="inquire", text="¿Cuándo?\nمتى", whom="some", schools=(1,), grades=("3",), languages=("so",),
        ask="one_of", choices="a\nb", values={"day": "2026-11-18"}, when=When("repeat", days=("MO",)),
    )  # fmt: skip
    kept = json.loads(json.dumps(to_json(desk)))
    assert from_json(kept) == desk
    assert from_json(kept | {"of a later version": 1}) == desk


def test_a_count_survives_being_kept() -> None:
    counted = Counted(NOW, "k", (("sms", "so", 3), ("telegram", "so", 1)), 9, (("stopped", "en", 2),), 1)
    assert Counted.from_json(json.loads(json.dumps(counted.to_json()))) == counted
    assert (counted.total, counted.missed) == (4, 2)


@pytest.mark.parametrize(
    ("desk", "audience"),
    [
        (Desk(), NOBODY),
        (Desk(whom="everybody", schools=(1,)), Audience()),
        (Desk(whom="some"), NOBODY),
        (Desk(whom="some", kinds=()), NOBODY),
        (Desk(whom="some", kinds=("staff",)), Audience(kinds=("staff",))),
        (Desk(whom="some", schools=(1,)), Audience(schools=(1,))),
        (Desk(whom="some", grades=("3",)), Audience(grades=(3, 4))),
        (Desk(whom="some", schools=(1,), grades=("3",)), Audience(schools=(1,), grades=(3,))),
        (Desk(whom="some", schools=(1,), grades=("12",)), NOBODY),
        (Desk(whom="some", languages=("so",)), Audience(languages=("so",))),
        (Desk(whom="kept"), Audience(people=(7,))),
    ],
)
def test_a_choice_that_finds_nobody_is_for_nobody(desk: Desk, audience: Audience) -> None:
    assert audience_of(desk, GROUPS, Audience(people=(7,))) == audience


def test_a_question_is_read_as_far_as_it_has_been_typed() -> None:
    assert asked(Desk(ask="one_of", choices=" 8-11 \n\n3-5\n")) == Ask("one_of", ("8-11", "3-5"))
    assert asked(Desk(ask="number", low="1", high="many")) == Ask("number", low=1)
    assert asked(Desk(ask="time", earliest="15:00", latest="soon")) == Ask("time", low=900)
    assert asked(Desk(ask="dance")) is None


def test_a_title_is_the_texts_beginning_unless_one_is_given() -> None:
    assert title_of(Desk(title="Fair"), "Book fair") == "Fair"
    assert (
        title_of(Desk(), "one two three " * 9)
        == "one two three one two three one two three one two three one…"
    )


def fields(desk: Desk, text: str, settings: Settings) -> dict[str, bool]:
    return {one.field: one.missing for one in objections(desk, text, NOW, settings)}


def test_a_new_draft_misses_its_text_and_its_families(settings: Settings) -> None:
    assert fields(Desk(), "", settings) == {"text": True, "whom": True}


@pytest.mark.parametrize(
    ("desk", "found"),
    [
        (Desk(phase="inquire"), {"ask": True}),
        (Desk(ask="one_of", choices="one"), {"choices": False}),
        (Desk(ask="number", low="1"), {"limits": True}),
        (Desk(ask="number", low="9", high="1"), {"limits": False}),
        (Desk(ask="time"), {}),
        (Desk(ask="time", earliest="18:00", latest="15:00"), {"window": False}),
        (Desk(ask="yes_no", purpose="emergency"), {"ask": False}),
        (Desk(ask="yes_no", decided_on="2026-11-16"), {"decided_on": False}),
        (Desk(ask="yes_no", decided_on="2026-11-17"), {}),
        (Desk(whom="some"), {"whom": True}),
        (Desk(when=When("later")), {"day": True, "clock": True}),
        (Desk(words="notice"), {"notice": True}),
        (
            Desk(words="notice", notice="late-start", purpose="emergency"),
            {"blank-day": True, "blank-time": True},
        ),
        (Desk(words="notice", notice="free-meals", purpose="emergency"), {"purpose": False}),
        (Desk(words="notice", notice="school-reopens", values={"day": "2026-11-20"}), {"purpose": False}),
        (
            Desk(words="notice", notice="snow-closing", purpose="emergency", values={"day": "2026-11-16"}),
            {"blank-day": False},
        ),
        (
            Desk(
                words="notice", notice="snow-closing", purpose="emergency", values={"day": "2026-11-20"},
                when=When("repeat", "2026-11-18", "06:00"),
            ),
            {"when": False},
        ),
        (Desk(words="notice", notice="free-meals", when=When("repeat", "2026-11-18", "06:00")), {}),
    ],
)  # fmt: skip
def test_what_is_missing_and_what_is_wrong(desk: Desk, found: dict[str, bool], settings: Settings) -> None:
    desk = replace(desk, whom=desk.whom or "everybody")
    assert fields(desk, "Will you come?", settings) == found


def test_a_notice_is_filled_as_its_families_read_days_and_times(settings: Settings) -> None:
    values = {"day": "2026-11-18", "time": "10:00"}
    found = notices.filled("late-start", values, settings, NOW.date())
    assert "Wednesday 18" in found["en"].text
    assert "miércoles 18" in found["es"].text
    assert (found["en"].state, found["es"].state) == ("reviewed", "machine")
    assert notices.filled("late-start", {"day": "2026-11-18"}, settings, NOW.date()) == {}
