"""Every leaf of the error tree has its verdict, and a new leaf without one fails here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import (
    BadAddress,
    Content,
    Moved,
    NotAccepted,
    OptedOut,
    Permanent,
    SendError,
    Setup,
    Temporary,
    Throttled,
    Uncertain,
    Unreachable,
)
from bot.messages import DeliveryState
from bot.settings import Sending
from scheduler.retry import LONGEST_PAUSE, LONGEST_WAIT, Verdict, again_in, judge

NOW = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)
SENDING = Sending(retry_first_seconds=60, attempts=5)

W, Q, U, F = DeliveryState.WAITING, DeliveryState.QUEUED, DeliveryState.UNCERTAIN, DeliveryState.FAILED
IN_7S, IN_1M = NOW + timedelta(seconds=7), NOW + timedelta(seconds=60)

#: error at the first try -> verdict
TABLE: list[tuple[SendError, Verdict]] = [
    (Throttled("x", wait=7), Verdict(W, IN_7S, "x", counts=False, lane_refused_until=IN_7S)),
    (Temporary("x", code="503"), Verdict(W, IN_1M, "x", "503")),
    (Unreachable("x"), Verdict(W, IN_1M, "x", counts=False)),
    (Moved("x", address="-1002", code="400"), Verdict(W, NOW, "x", "400", moved_to="-1002")),
    (OptedOut("x", code="21610"), Verdict(F, None, "x", "21610", stops_contact=True)),
    (BadAddress("x", code="21211"), Verdict(F, None, "x", "21211", bad_contact=True)),
    (Content("x", code="21617"), Verdict(F, None, "x", "21617")),
    (Permanent("x", code="21612"), Verdict(F, None, "x", "21612")),
    (Setup("x", code="20003"), Verdict(Q, None, "x", "20003", counts=False, stops_lane=True)),
    (Uncertain("x"), Verdict(U, None, "x")),
    (NotAccepted("x"), Verdict(U, None, "x")),
    (SendError("x"), Verdict(U, None, "x")),
]


def tree(root: type[SendError]) -> set[type[SendError]]:
    return {root}.union(*(tree(kind) for kind in root.__subclasses__()))


def test_the_table_knows_the_whole_tree() -> None:
    assert {type(error) for error, _ in TABLE} == tree(SendError)


@pytest.mark.parametrize(("error", "verdict"), TABLE, ids=lambda value: type(value).__name__)
def test_first_try(error: SendError, verdict: Verdict) -> None:
    assert judge(error, 1, NOW, SENDING) == verdict


@pytest.mark.parametrize(("error", "_"), TABLE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("attempts", [1, 2, 5, 6, 200])
def test_a_verdict_waits_exactly_when_the_text_is_tried_again(
    error: SendError, _: Verdict, attempts: int
) -> None:
    verdict = judge(error, attempts, NOW, SENDING)
    again = again_in(error, attempts, SENDING)
    assert (verdict.until is None) == (again is None)
    assert (verdict.state is W) == (again is not None)
    if again is not None:
        assert verdict.until == NOW + again


@pytest.mark.parametrize(("error", "_"), TABLE, ids=lambda value: type(value).__name__)
def test_only_what_is_certainly_not_accepted_can_ever_be_sent_again(error: SendError, _: Verdict) -> None:
    verdict = judge(error, 1, NOW, SENDING)
    if verdict.state in (W, Q):
        assert isinstance(error, NotAccepted)


def test_pauses_double_up_to_an_hour_and_then_it_is_given_up() -> None:
    patient = Sending(retry_first_seconds=600, attempts=6)
    pauses = [again_in(Temporary("x"), attempt, patient) for attempt in range(1, 7)]
    minutes = [pause and pause.total_seconds() / 60 for pause in pauses]
    assert minutes == [10, 20, 40, 60, 60, None]
    given_up = judge(Temporary("The provider answered 503."), 6, NOW, patient)
    assert given_up.state is F
    assert given_up.reason == "The provider answered 503. Given up after 6 tries."


def test_being_asked_to_wait_never_uses_a_text_up() -> None:
    assert again_in(Throttled("x", wait=30), 1000, SENDING) == timedelta(seconds=30)


def test_an_afternoon_without_a_line_to_the_provider_uses_no_text_up() -> None:
    assert again_in(Unreachable("x"), 1000, SENDING) == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("wait", "believed"),
    [(-3.0, timedelta(0)), (float("nan"), timedelta(0)), (float("inf"), LONGEST_WAIT), (1e300, LONGEST_WAIT)],
)
def test_an_impossible_wait_is_not_taken_at_its_word(wait: float, believed: timedelta) -> None:
    assert again_in(Throttled("x", wait=wait), 1, SENDING) == believed


def test_the_longest_pause_is_the_one_the_settings_promise() -> None:
    assert timedelta(hours=1) == LONGEST_PAUSE
