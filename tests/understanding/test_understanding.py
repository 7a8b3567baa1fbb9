"""Labelled sentences are understood at least as well as they once were, and never dangerously wrongly."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.understanding.measure import FOLDERS, labelled, measured

#: the twelve largest; their sets are the longest
LARGEST = ("en", "es", "hmn", "so", "ar", "zh-Hans", "zh-Hant", "vi", "fr", "ru", "pt", "ht")
SETS = FOLDERS
#: of the long sets, which guard against steps back by now, one line in so many; `make soak` reads all
LONG = {
    "seen_more": 20, "seen": 3, "unseen": 3, "unseen_second": 3, "unseen_third": 3,
    "unseen_fourth": 3, "unseen_fifth": 3, "unseen_sixth": 3, "unseen_seventh": 3,
    "unseen_eighth": 2, "unseen_ninth": 2, "unseen_tenth": 2, "unseen_eleventh": 2, "unseen_twelfth": 2,
    "unseen_thirteenth": 2, "unseen_fourteenth": 2,
}  # fmt: skip
EVERY = {} if os.environ.get("HOMELOOP_SOAK") else LONG
#: shares of clear answers: in all, in each of the largest languages, in each of the others, where
#: more than one is missed
ANSWERS = {
    "unseen": (0.99, 0.96, 0.95),
    "unseen_second": (0.98, 0.95, 0.9),
    "unseen_third": (0.97, 0.9, 0.8),
    "unseen_fourth": (0.93, 0.7, 0.6),
    "unseen_fifth": (0.95, 0.8, 0.7),
    "unseen_sixth": (0.95, 0.8, 0.7),
    "unseen_seventh": (0.95, 0.8, 0.7),
    "unseen_eighth": (0.96, 0.8, 0.75),
    "unseen_ninth": (0.96, 0.8, 0.75),
    "unseen_tenth": (0.97, 0.85, 0.75),
    "unseen_eleventh": (0.96, 0.8, 0.7),
    "unseen_twelfth": (0.95, 0.8, 0.7),
    "unseen_thirteenth": (0.97, 0.85, 0.75),
    "unseen_fourteenth": (0.96, 0.7, 0.75),
    "unseen_fifteenth": (0.8, 0.5, 0.4),
    "unseen_sixteenth": (0.92, 0.7, 0.65),
    "unseen_seventeenth": (0.88, 0.65, 0.6),
    "unseen_eighteenth": (0.84, 0.7, 0.6),
    "unseen_nineteenth": (0.86, 0.7, 0.6),
    "seen": (0.99, 0.97, 0.95),
    "seen_more": (0.98, 0.9, 0.8),
}
#: opt-outs of the set that was asked to be unlike all others; 97 of a hundred elsewhere
CAUGHT = {
    "unseen_fifteenth": 0.93, "unseen_sixteenth": 0.95, "unseen_seventeenth": 0.93, "unseen_eighteenth": 0.91,
}  # fmt: skip
#: read wrongly still, by kind and set: each a line that docs/understanding.md names
OPEN = {
    ("wrong", "unseen_sixteenth"): {"my": 1},
    ("wrong", "unseen_seventeenth"): {"en": 1, "hmn": 1, "vi": 1},
    ("wrong", "unseen_eighteenth"): {
        "ar": 2,
        "en": 1,
        "fa": 1,
        "pl": 1,
        "ru": 1,
        "ti": 1,
        "uk": 1,
        "vi": 1,
        "zh-Hant": 1,
    },
    ("wrong", "unseen_nineteenth"): {"en": 1, "fa": 1, "om": 1, "ps": 1, "ru": 1, "rw": 1},
}


def counted(which: str) -> dict[str, Counter[str]]:
    return measured(which, EVERY.get(which, 1))


def total(which: str) -> Counter[str]:
    return sum(counted(which).values(), Counter())


@pytest.mark.parametrize("which", SETS)
@pytest.mark.parametrize("never", ["swaps", "false_optouts", "missed", "wrong"])
def test_what_must_never_happen(which: str, never: str) -> None:
    """A yes read as a no, somebody stopped who did not ask, a danger missed, a clear answer misread."""
    found = {tag: count[never] for tag, count in counted(which).items() if count[never]}
    assert found == OPEN.get((never, which), {})


@pytest.mark.parametrize("which", SETS)
def test_nearly_every_request_to_stop_is_honoured(which: str) -> None:
    """One within a text about danger is honoured with it; explain names the danger first."""
    counts = total(which)
    assert counts["caught"] / counts["optouts"] >= CAUGHT.get(which, 0.97)


@pytest.mark.parametrize("which", SETS)
def test_clear_answers_are_understood(which: str) -> None:
    counts, (whole, largest, other) = counted(which), ANSWERS[which]
    shares = {tag: count["understood"] / count["answers"] for tag, count in counts.items()}
    least = {tag: largest if tag in LARGEST else other for tag in shares}
    several = {tag for tag, count in counts.items() if count["answers"] - count["understood"] > 1}
    assert {tag: share for tag, share in shares.items() if share < least[tag] and tag in several} == {}
    together = sum(counts.values(), Counter[str]())
    assert together["understood"] / together["answers"] >= whole


def test_hard_answers_are_asked_about_rather_than_guessed() -> None:
    assert sum(total(which)["hard_wrong"] for which in SETS) <= 16


def test_every_label_is_one_that_is_known() -> None:
    intents = {
        line["expect"]["intent"] for which in SETS for line in labelled(which) if line["ask"] == "intent"
    }
    assert intents <= {
        "danger", "optout", "optin", "help", "wrong_number", "person", "who", "language", "unclear_text",
        "none",
    }  # fmt: skip
