"""What is kept of a conversation between two messages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversation.events import Press, button_data, parse_button
from bot.conversation.talk import (
    Kind,
    Open,
    OwnWords,
    Question,
    ReadBack,
    Talk,
    from_json,
    open_until,
    to_json,
    wakes_at,
)
from tests.conversation.harness import TUESDAY

ASKED = Open(Question(12, Kind.YES_NO, "¿Puede venir?", ("sí", "no"), ("yes", "no")), TUESDAY)


def test_a_talk_that_an_older_program_kept_is_understood() -> None:
    kept = to_json(Talk("so", now=ASKED))
    del kept["told_who"]
    assert from_json({**kept, "of_another_time": 1}) == Talk("so", now=ASKED)


def test_a_question_holds_the_phone_for_a_day() -> None:
    assert open_until(Talk("es", now=ASKED)) == TUESDAY + timedelta(hours=24)
    assert open_until(Talk("es")) is None


def test_an_unjudged_read_back_wakes_after_two_days() -> None:
    own = OwnWords("1", ASKED.question, "words", TUESDAY)
    assert wakes_at(Talk("es", now=ReadBack(own, TUESDAY))) == TUESDAY + timedelta(hours=48)
    assert wakes_at(Talk("es", now=ASKED)) is None


def test_a_button_is_read_back_and_fits_telegram() -> None:
    data = button_data(10**12, 6, "r2")
    assert len(data.encode()) <= 64
    assert parse_button(data) == Press(10**12, 6, "r2")


@pytest.mark.parametrize("data", ["", "q", "q:1", "q:1:", "q:x:1", "z:1:1", "q:1:1:1", "q:-1:1", "q:١:1"])
def test_what_is_no_button_of_ours(data: str) -> None:
    assert parse_button(data) is None
