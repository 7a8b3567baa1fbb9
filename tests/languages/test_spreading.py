"""Long lists of words are folded for whoever reads them, and mean the same written out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales.spreading import spread
from tests.languages.folding import fold

WORDS = st.lists(
    st.lists(st.sampled_from(["no", "me", "manden", "más", "ya", "文"]), min_size=1, max_size=4).map(
        " ".join
    ),
    min_size=1,
    max_size=30,
    unique=True,
)


@pytest.mark.parametrize(
    ("folded", "entries"),
    [
        ("stop, enough", ["stop", "enough"]),
        ("(no|never) send me (texts|any), stop", ["no send me texts", "no send me any", "never send me texts",
                                                  "never send me any", "stop"]),
        ("a (b|c (d|e))", ["a b", "a c d", "a c e"]),
        ("不要(发|再发)短信", ["不要发短信", "不要再发短信"]),
        ("please (|now) stop", ["please stop", "please now stop"]),
    ],
)  # fmt: skip
def test_alternatives_are_written_out(folded: str, entries: list[str]) -> None:
    assert spread(folded).split(", ") == entries


@pytest.mark.parametrize("wrong", ["(no|never send", "no) send", "a (b|(c)"])
def test_a_parenthesis_without_its_other_half_is_said(wrong: str) -> None:
    with pytest.raises(ValueError, match="parenthesis"):
        spread(wrong)


@given(WORDS)
def test_folding_loses_nothing_and_adds_nothing(entries: list[str]) -> None:
    assert sorted(spread(fold(", ".join(entries))).split(", ")) == sorted(entries)
