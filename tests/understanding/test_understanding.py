"""Labelled sentences are understood at least as well as they once were, and never dangerously wrongly."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.understanding.measure import labelled, measured

#: the twelve largest; their sets are the longest
LARGEST = ("en", "es", "hmn", "so", "ar", "zh-Hans", "zh-Hant", "vi", "fr", "ru", "pt", "ht")
SETS = ("unseen", "unseen_second", "seen")


def total(which: str) -> Counter[str]:
    return sum(measured(which).values(), Counter())


@pytest.mark.parametrize("which", SETS)
@pytest.mark.parametrize("never", ["swaps", "false_optouts", "missed", "wrong"])
def test_what_must_never_happen(which: str, never: str) -> None:
    """A yes read as a no, somebody stopped who did not ask, a danger missed, a clear answer misread."""
    assert {tag: count[never] for tag, count in measured(which).items() if count[never]} == {}


@pytest.mark.parametrize("which", SETS)
def test_nearly_every_request_to_stop_is_honoured(which: str) -> None:
    """One within a text about danger is honoured with it; explain names the danger first."""
    counts = total(which)
    assert counts["caught"] / counts["optouts"] >= 0.96


@pytest.mark.parametrize("which", SETS)
def test_clear_answers_are_understood(which: str) -> None:
    counts = measured(which)
    shares = {tag: count["understood"] / count["answers"] for tag, count in counts.items()}
    assert {tag: share for tag, share in shares.items() if share < (0.9 if tag in LARGEST else 0.85)} == {}
    whole = sum(counts.values(), Counter[str]())
    assert whole["understood"] / whole["answers"] >= 0.97


def test_hard_answers_are_asked_about_rather_than_guessed() -> None:
    assert sum(total(which)["hard_wrong"] for which in SETS) <= 1


def test_every_label_is_one_that_is_known() -> None:
    intents = {
        line["expect"]["intent"] for which in SETS for line in labelled(which) if line["ask"] == "intent"
    }
    assert intents <= {
        "danger", "optout", "optin", "help", "wrong_number", "person", "who", "language", "unclear_text",
        "none",
    }  # fmt: skip
