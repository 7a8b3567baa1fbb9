"""Inquiries of several questions: each with its own counts, and how many phones came how far."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from bot import reports
from bot import results as reading
from bot.conversation.ask import Ask
from bot.conversation.talk import END
from bot.errors import BroadcastError
from bot.inquiry import Results
from bot.store.store import Store
from tests.results.asked import Asked

CHICAGO = ZoneInfo("America/Chicago")
PLAIN = Ask("yes_no", more=(Ask("one_of", ("Tuesday", "Thursday")), Ask("own_words")))
SKIPPING = Ask(
    "yes_no", skips=(("no", END),), more=(Ask("one_of", ("Tuesday", "Thursday")), Ask("own_words"))
)


def results_of(store: Store, build: Callable[[Asked], None], ask: Ask = PLAIN, question: int = 1) -> Results:
    def work(session: Session) -> int:
        asked = Asked(session, ask)
        build(asked)
        return asked.kept()

    return store.reading(reading.results, store.writing(work), CHICAGO, question)


def answer(asked: Asked, *values: str | None) -> None:
    """Add a family that answers the first questions so; None is own words, "-" no answer."""
    (phone,) = asked.family("so")
    for question, value in enumerate(values, 1):
        if value != "-":
            asked.says(phone, value, question=question)


def how_far(found: Results) -> list[tuple[int | None, int | None, int | None]]:
    return [(one.put.number, one.answered.number, one.left) for one in found.steps]


def test_one_question_has_no_steps(store: Store) -> None:
    assert results_of(store, lambda asked: answer(asked, "yes"), Ask("yes_no")).steps == ()


@pytest.mark.parametrize(("question", "counts"), [(1, [2, 1]), (2, [0, 2, 0])])
def test_each_question_has_its_own_counts(store: Store, question: int, counts: list[int]) -> None:
    def build(asked: Asked) -> None:
        answer(asked, "yes", "2", None)
        answer(asked, "yes", "2")
        answer(asked, "no")

    found = results_of(store, build, question=question)
    assert [cell.number for cell in found.by_choice] == counts
    assert found.heard == 3, "families are those of the whole inquiry"
    assert found.replies == sum(counts)


def test_how_far_phones_came(store: Store) -> None:
    """Asked, answered, and left at each question; a phone that said nothing was asked the first."""

    def build(asked: Asked) -> None:
        answer(asked, "yes", "2", None)
        answer(asked, "yes", "1")
        answer(asked, "no")
        answer(asked)
        asked.family("so", state="failed")

    assert how_far(results_of(store, build)) == [(4, 3, 1), (3, 2, 1), (2, 1, 1)]


def test_what_is_skipped_was_not_asked(store: Store) -> None:
    def build(asked: Asked) -> None:
        answer(asked, "yes", "2", None)
        answer(asked, "no")
        answer(asked, "no", "1")  # from before the first answer was put right

    assert how_far(results_of(store, build, SKIPPING)) == [(3, 3, 0), (1, 1, 0), (1, 1, 0)]


def test_the_newest_answer_shows_the_way(store: Store) -> None:
    def build(asked: Asked) -> None:
        (phone,) = asked.family("so")
        asked.says(phone, "no", question=1)
        asked.says(phone, "yes", question=1)

    assert how_far(results_of(store, build, SKIPPING)) == [(1, 1, 0), (1, 0, 1), (0, 0, 0)]


def test_a_skip_does_not_tell_who_chose_it(store: Store) -> None:
    """Three said no: how many were asked the second question would say so."""

    def build(asked: Asked) -> None:
        for value in ["yes"] * 40 + ["no"] * 3:
            answer(asked, value)

    found = results_of(store, build, SKIPPING).without_small()
    assert how_far(found) == [(43, 43, 0), (None, None, None), (None, None, None)]
    assert found.anything_hidden


@pytest.mark.parametrize(("ask", "second"), [(PLAIN, (41, 1, 40)), (SKIPPING, (21, 1, 20))])
def test_numbers_that_tell_nobodys_answer_are_shown(
    store: Store, ask: Ask, second: tuple[int, int, int]
) -> None:
    """Who stopped where says nothing of what anybody answered."""

    def build(asked: Asked) -> None:
        for value in ["yes"] * 20 + ["no"] * 20:
            answer(asked, value)
        answer(asked, "yes", "2", None)

    assert how_far(results_of(store, build, ask).without_small()) == [(41, 41, 0), second, (1, 1, 0)]


def test_late_and_restricted_answers_are_in_no_count(store: Store) -> None:
    def build(asked: Asked) -> None:
        (phone,) = asked.family("so")
        asked.says(phone, "yes", question=1, late=True)
        (other,) = asked.family("so")
        asked.restricted(other, reply_id=asked.says(other, "yes", question=1))

    assert how_far(results_of(store, build)) == [(2, 0, 2), (0, 0, 0), (0, 0, 0)]


def test_own_words_are_listed_at_their_question(store: Store) -> None:
    def work(session: Session) -> int:
        asked = Asked(session, PLAIN)
        (phone,) = asked.family("so")
        asked.says(phone, None, "a ride", question=3)
        return asked.kept()

    number = store.writing(work)
    assert store.reading(reading.own_words, number).answers == ()
    (found,) = store.reading(reading.own_words, number, None, 3).answers
    assert (found.words, found.question) == ("a ride", 3)


def test_a_question_that_was_not_asked_has_no_results(store: Store) -> None:
    number = store.writing(lambda session: Asked(session, PLAIN).kept())
    with pytest.raises(BroadcastError, match="has no question 4: it has 3"):
        store.reading(reading.results, number, CHICAGO, 4)


def test_the_report_of_the_command_line_counts_each_question(store: Store) -> None:
    def work(session: Session) -> int:
        asked = Asked(session, SKIPPING)
        answer(asked, "yes", "2", None)
        answer(asked, "no")
        return asked.kept()

    found = store.reading(reports.results, store.writing(work))
    assert [(one.question, one.value, one.label) for one in found.answers] == [
        (1, "yes", "yes"),
        (1, "no", "no"),
        (2, "2", "Thursday"),
    ]
    assert [(one.number, one.put, one.answered) for one in found.steps] == [(1, 2, 2), (2, 1, 1), (3, 1, 1)]
