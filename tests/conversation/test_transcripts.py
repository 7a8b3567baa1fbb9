"""Every conversation under tests/transcripts is played, and together they leave nothing untold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from bot import languages
from bot.conversation import engine
from bot.conversation.engine import ANYWHERE, TABLE, Passage
from bot.conversation.events import NEXT_QUESTION, Effect, Event, Say
from bot.conversation.heard import Heard
from bot.conversation.talk import Kind, State
from tests.conversation.harness import TRANSCRIPTS, Turn, play


@cache
def turns(path: Path) -> tuple[Turn, ...]:
    return tuple(play(path.read_text(encoding="utf-8")))


def every_turn() -> Iterable[Turn]:
    return (turn for path in sorted(TRANSCRIPTS.glob("*.txt")) for turn in turns(path))


def every_passage() -> set[Passage]:
    return {passage for turn in every_turn() for passage in turn.passages}


@pytest.mark.parametrize("path", sorted(TRANSCRIPTS.glob("*.txt")), ids=lambda path: path.stem)
def test_transcript(path: Path) -> None:
    for turn in turns(path):
        assert turn.found == turn.expected, turn.line


def test_there_are_conversations_enough() -> None:
    """At least 150, and more than one in every language that has a catalog."""
    texts = [path.read_text(encoding="utf-8") for path in TRANSCRIPTS.glob("*.txt")]
    told = [part for text in texts for part in text.split("\n---\n") if "\n> " in f"\n{part}"]
    assert len(told) >= 150
    spoken = Counter(tag for part in told for tag in re.findall(r"^@ language (\S+)", part, re.MULTILINE))
    assert all(spoken[tag] >= 2 for tag in languages.catalog_languages()), spoken


def test_every_row_of_the_table_is_told() -> None:
    passages = {(state, heard) for state, heard, _ in every_passage()}
    assert sorted(set(TABLE) - passages) == []
    assert sorted(set(ANYWHERE) - {heard for _, heard in passages}) == []


def test_every_end_of_a_row_is_told() -> None:
    """Quiet and waiting count as one end here, as do the many ends of a row that puts something back."""
    told = {(state, heard, _rest(end)) for state, heard, end in every_passage()}
    wanted = {
        (state, heard, _rest(end))
        for (state, heard), move in TABLE.items()
        if move.to != engine.OPEN
        for end in move.to
    }
    assert sorted(wanted - told) == []


def test_no_row_leads_elsewhere() -> None:
    for state, heard, end in every_passage():
        assert end in (engine.row(state, heard).to or (state,)), (state, heard)


def test_everything_that_can_be_heard_has_a_row() -> None:
    assert set(Heard) == set(ANYWHERE) | {heard for _, heard in TABLE}


def test_every_state_event_effect_and_kind_is_told() -> None:
    passages = every_passage()
    assert {end for _, _, end in passages} == set(State)
    effects = {type(effect) for turn in every_turn() for effect in turn.effects}
    assert effects == set(get_args(Effect))
    kinds = {turn.question.kind for turn in every_turn() if turn.question}
    assert kinds == set(Kind)
    assert {type(turn.event) for turn in every_turn()} == set(get_args(Event))


def test_every_phrase_of_the_engine_is_told() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in Path(engine.__file__).parent.glob("*.py"))
    quoted = set(re.findall(r'"([a-z_]+)"', source)) & set(languages.phrase_keys())
    said = {effect.key for turn in every_turn() for effect in turn.effects if isinstance(effect, Say)}
    assert quoted - {"yes", "no", "other"} == said - {NEXT_QUESTION}


@pytest.mark.parametrize("tag", languages.catalog_languages())
def test_the_main_journey_is_told_in_every_catalog_language(tag: str) -> None:
    said = {
        effect.key
        for turn in turns(TRANSCRIPTS / f"10-journey-{tag}.txt")
        for effect in turn.effects
        if isinstance(effect, Say) and effect.language == tag
    }
    assert said == {"noted", "read_back", "closing"}


def _rest(state: State) -> State:
    return State.QUIET if state is State.WAITING else state
