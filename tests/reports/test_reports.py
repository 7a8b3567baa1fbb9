"""The report is right: what each number counts, on a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from bot import reports
from bot.conversation.ask import Ask
from bot.errors import BroadcastError
from bot.figures import Figure, Heard, Moved
from bot.messages import DeliveryState
from bot.store.store import Store
from bot.store.tables import Broadcast
from tests.reports.rows import TUESDAY, Rows

EVENINGS = Ask("one_of", ("morning", "afternoon", "evening"))


def build(store: Store, add: Callable[[Rows], Any]) -> Any:
    """Add rows in one transaction and return what `add` returns."""
    return store.writing(lambda session: add(Rows(session)))


class TestProgress:
    def test_texts_are_counted_by_language_channel_and_state(self, store: Store) -> None:
        def add(rows: Rows) -> int:
            snow = rows.broadcast("Snow")
            for state in ("delivered", "delivered", "sent", "queued", "held"):
                rows.told(snow, rows.phone("so"), state)
            rows.told(snow, rows.phone("so", "telegram"), "sent")
            rows.told(snow, rows.phone("hmn"), "failed", reason="Landline.", code="30006", accepted=True)
            rows.told(snow, rows.phone("hmn"), "failed", reason="The family stopped us.")
            rows.told(rows.broadcast("Other"), rows.phone("so"), "waiting")
            return snow

        snow = build(store, add)
        told = store.reading(reports.progress, snow)
        assert told.title == "Snow"
        assert told.broadcasts == (
            Moved("hmn", "sms", failed=2, total=2, accepted=1),
            Moved("so", "sms", delivered=2, sent=1, queued=1, held=1, total=5, accepted=3),
            Moved("so", "telegram", sent=1, total=1, accepted=1),
        )
        assert told.answers == ()
        assert [one.told for one in told.broadcasts] == [0, 3, 1]

    def test_every_state_of_a_delivery_has_its_column(self, store: Store) -> None:
        def add(rows: Rows) -> None:
            snow = rows.broadcast()
            for state in DeliveryState:
                rows.told(snow, rows.phone("so"), state)

        build(store, add)
        (line,) = store.reading(reports.progress).broadcasts
        assert [getattr(line, state) for state in DeliveryState] == [1] * len(DeliveryState)
        assert line.total == len(DeliveryState)

    def test_what_we_say_back_is_counted_apart(self, store: Store) -> None:
        def add(rows: Rows) -> None:
            phone = rows.phone("ar")
            rows.told(rows.broadcast(), phone)
            rows.answered(phone)
            rows.answered(phone)

        build(store, add)
        told = store.reading(reports.progress)
        assert [(one.total, one.accepted) for one in told.broadcasts] == [(1, 1)]
        assert [(one.total, one.accepted) for one in told.answers] == [(2, 2)]

    def test_a_labelled_text_in_another_language_is_counted_as_such(self, store: Store) -> None:
        def add(rows: Rows) -> None:
            snow = rows.broadcast()
            rows.told(snow, rows.phone("kar"), written_in="en")
            rows.told(snow, rows.phone("kar"), written_in="en")
            rows.told(snow, rows.phone("so"))

        build(store, add)
        lines = store.reading(reports.progress).broadcasts
        assert {one.language: one.fallback for one in lines} == {"kar": 2, "so": 0}

    def test_an_unknown_broadcast_is_a_sentence(self, store: Store) -> None:
        with pytest.raises(BroadcastError, match="There is no broadcast 99"):
            store.reading(reports.progress, 99)


def test_failures_are_grouped_and_the_most_frequent_comes_first(store: Store) -> None:
    def add(rows: Rows) -> None:
        snow = rows.broadcast()
        rows.told(snow, rows.phone("so"), "failed")
        for _ in range(2):
            rows.told(snow, rows.phone("so"), "failed", reason="No such number.", code="21211")
        rows.told(rows.broadcast("Other"), rows.phone("so"), "failed", reason="Elsewhere.")

    build(store, add)
    found = store.reading(reports.failures, 1)
    assert [(one.reason, one.code, one.count) for one in found] == [
        ("No such number.", "21211", 2),
        (reports.NO_REASON, None, 1),
    ]
    assert sum(one.count for one in store.reading(reports.failures)) == 4


class TestReplies:
    def test_own_words_stand_beside_what_we_understood(self, store: Store) -> None:
        def add(rows: Rows) -> None:
            asked = rows.broadcast()
            phone = rows.phone("so")
            rows.reply(
                asked,
                phone,
                "Habeenkii waan shaqeeyaa",
                kind="own_words",
                understood_home="Habeenkii waad shaqaysaa",
                understood_staff="works nights",
                by="liaison:Faadumo",
            )
            rows.reply(None, phone, "Goorma ayuu basku imanayaa?", kind="own_question", state="with_staff")

        build(store, add)
        question, words = store.reading(reports.replies)
        assert (question.broadcast_id, question.state) == (None, "with_staff")
        assert (words.words, words.understood_staff) == ("Habeenkii waan shaqeeyaa", "works nights")
        assert words.by == "liaison:Faadumo"
        assert [one.id for one in store.reading(reports.replies, 1)] == [words.id]
        assert [one.id for one in store.reading(reports.replies, limit=1)] == [question.id]

    @pytest.mark.parametrize("channel", ["sms", "telegram"])
    def test_no_report_shows_a_number_that_could_be_rung(self, store: Store, channel: str) -> None:
        def add(rows: Rows) -> None:
            phone = rows.phone("so", channel)
            rows.reply(None, phone, "?", kind="own_question")
            rows.handover(phone, "own question")
            rows.told(rows.broadcast(), phone, "held")

        build(store, add)
        shown: list[Figure] = [*store.reading(reports.replies), *store.reading(reports.handovers)]
        shown += store.reading(reports.held)
        assert len(shown) == 3
        for one in shown:
            assert one.to_json()["address"] == "…01"

    @pytest.mark.parametrize("linked_by", ["reply_id", "inbound_id"])
    def test_words_on_the_danger_list_are_for_those_on_call(self, store: Store, linked_by: str) -> None:
        def add(rows: Rows) -> None:
            phone = rows.phone("es")
            came = rows.inbound(phone, "tengo miedo")
            reply = rows.reply(None, phone, "tengo miedo", inbound_id=came, understood_staff="is afraid")
            link = {"reply_id": reply, "inbound_id": came}[linked_by]
            rows.handover(phone, "danger", restricted=True, **{linked_by: link})
            rows.reply(None, phone, "gracias")

        build(store, add)
        thanks, danger = store.reading(reports.replies)
        assert (thanks.words, thanks.restricted) == ("gracias", False)
        assert danger.restricted
        assert "miedo" not in json.dumps(danger.to_json())
        assert "afraid" not in json.dumps(danger.to_json())
        assert store.reading(reports.handovers)[0].words is None
        assert store.reading(reports.replies, on_call=True)[1].words == "tengo miedo"
        assert store.reading(reports.handovers, on_call=True)[0].words == "tengo miedo"


class TestResults:
    def test_choices_are_counted_by_language_in_the_order_of_the_menu(self, store: Store) -> None:
        def add(rows: Rows) -> int:
            asked = rows.broadcast(ask=EVENINGS)
            said = [("so", "3"), ("so", "3"), ("es", "3"), ("so", "1"), ("es", "4")]
            for language, value in said:
                phone = rows.phone(language)
                rows.told(asked, phone)
                rows.reply(asked, phone, value, value=value)
            return asked

        found = store.reading(reports.results, build(store, add))
        assert [(one.label, one.language, one.count) for one in found.answers] == [
            ("morning", "so", 1),
            ("evening", "es", 1),
            ("evening", "so", 2),
            ("something else", "es", 1),
        ]
        assert found.share == 1.0

    def test_a_newer_answer_replaces_the_older_and_a_phone_counts_once(self, store: Store) -> None:
        def add(rows: Rows) -> int:
            asked, phone = rows.broadcast(ask=EVENINGS), 0
            phone = rows.phone("so", people=3)
            rows.told(asked, phone)
            rows.reply(asked, phone, "1", value="1")
            rows.reply(asked, phone, "3", value="3")
            return asked

        found = store.reading(reports.results, build(store, add))
        assert [(one.label, one.count) for one in found.answers] == [("evening", 1)]
        assert (found.asked, found.heard) == (1, 1)
        assert found.states == {"confirmed": 2}

    def test_late_answers_and_rejected_readings_are_no_votes_but_are_heard(self, store: Store) -> None:
        def add(rows: Rows) -> int:
            asked = rows.broadcast(ask=EVENINGS)
            for more in ({"late": True}, {"state": "with_staff"}, {"state": "read_back"}):
                phone = rows.phone("so")
                rows.told(asked, phone)
                rows.reply(asked, phone, "2", value="2", **more)
            return asked

        found = store.reading(reports.results, build(store, add))
        assert [(one.count, one.sure) for one in found.answers] == [(1, 0)]
        assert (found.heard, found.late) == (3, 1)
        assert sum(found.states.values()) == 3

    def test_the_share_is_of_the_phones_that_could_answer(self, store: Store) -> None:
        def add(rows: Rows) -> int:
            asked = rows.broadcast(ask=EVENINGS)
            for state in ("delivered", "sent", "sent", "failed", "queued"):
                rows.told(asked, rows.phone("hmn"), state)
            answered = rows.phone("hmn")
            rows.told(asked, answered, "uncertain")  # nobody knows, but a reply came
            rows.reply(asked, answered, "2", value="2")
            return asked

        found = store.reading(reports.results, build(store, add))
        assert found.by_language == (Heard("hmn", asked=6, reached=3, heard=1, silent=3),)
        assert found.share == 0.25

    def test_a_second_release_asks_no_phone_twice(self, store: Store) -> None:
        def add(rows: Rows) -> int:
            asked, phone = rows.broadcast(ask=EVENINGS), rows.phone("so")
            rows.told(asked, phone, "failed")
            rows.told(asked, phone, "delivered")
            return asked

        found = store.reading(reports.results, build(store, add))
        assert (found.asked, found.reached, found.silent) == (1, 1, 1)

    def test_numbers_are_ordered_by_size(self, store: Store) -> None:
        def add(rows: Rows) -> int:
            asked = rows.broadcast(ask=Ask("number"))
            for value in ("10", "9", "2"):
                phone = rows.phone("so")
                rows.told(asked, phone)
                rows.reply(asked, phone, value, value=value, kind="number")
            return asked

        found = store.reading(reports.results, build(store, add))
        assert [one.label for one in found.answers] == ["2", "9", "10"]

    def test_own_words_are_listed_and_what_is_left_out_is_said(self, store: Store) -> None:
        def add(rows: Rows) -> int:
            asked = rows.broadcast(ask=Ask("own_words"))
            for words in ("سيارة", "公交车", "wheels"):
                rows.reply(asked, rows.phone("ar"), words, kind="own_words")
            return asked

        found = store.reading(reports.results, build(store, add), own_words=2)
        assert [one.words for one in found.own_words] == ["wheels", "公交车"]
        assert found.own_words_left_out == 1

    def test_people_whom_no_text_can_reach_are_counted_with_the_reason(self, store: Store) -> None:
        def add(rows: Rows) -> int:
            rows.person("so")
            rows.phone("so", stopped_at=TUESDAY)
            rows.phone("so", bad_at=TUESDAY)
            rows.phone("so")
            return rows.broadcast(ask=EVENINGS)

        found = store.reading(reports.results, build(store, add))
        assert found.without_text == {"bad number": 1, "no address": 1, "stopped": 1}
        assert found.share is None

    def test_an_announcement_has_results_too_and_they_are_empty(self, store: Store) -> None:
        found = store.reading(reports.results, build(store, lambda rows: rows.broadcast("Snow")))
        assert (found.kind, found.answers, found.own_words, found.states) == (None, (), (), {})


def test_handovers_come_in_the_order_of_their_promises(store: Store) -> None:
    def add(rows: Rows) -> None:
        phone = rows.phone("so")
        rows.handover(None, "nobody promised")
        rows.handover(phone, "later", promised_at=TUESDAY + timedelta(hours=4))
        rows.handover(
            phone,
            "sooner",
            promised_at=TUESDAY + timedelta(hours=1),
            inbound_id=rows.inbound(phone, "Goorma?"),
        )
        rows.handover(phone, "done", done_at=TUESDAY)

    build(store, add)
    found = store.reading(reports.handovers)
    assert [one.why for one in found] == ["sooner", "later", "nobody promised"]
    assert found[0].words == "Goorma?"
    in_two_hours = TUESDAY + timedelta(hours=2)
    assert [one.overdue(in_two_hours) for one in found] == [True, False, False]


def test_what_nobody_knows_is_listed_with_its_text(store: Store) -> None:
    def add(rows: Rows) -> None:
        snow = rows.broadcast("Snow")
        rows.told(snow, rows.phone("so"), "uncertain", looks=1)
        rows.told(snow, rows.phone("so", "telegram"), "held", reason="The connection broke.")
        rows.told(snow, rows.phone("so"), "sent")

    build(store, add)
    held, uncertain = store.reading(reports.held)
    assert (held.state, held.title, held.text) == ("held", "Snow", "Text in so")
    assert held.reason == "The connection broke."
    assert (uncertain.state, uncertain.looks) == ("uncertain", 1)


def test_families_are_counted_by_language(store: Store) -> None:
    def add(rows: Rows) -> None:
        rows.phone("so", people=2)
        rows.phone("so", stopped_at=TUESDAY, closings_only=True)
        rows.phone("so", bad_at=TUESDAY)
        rows.person("so")
        rows.person("so", in_roster=False)
        rows.phone("hmn")
        rows.phone("en", people=0)  # a stranger who wrote to us

    build(store, add)
    somali, hmong = store.reading(reports.families)
    assert (somali.language, somali.people, somali.without_phone) == ("so", 5, 3)
    assert (somali.phones, somali.stopped, somali.closings_only, somali.bad) == (3, 1, 1, 1)
    assert (hmong.language, hmong.people, hmong.phones) == ("hmn", 1, 1)


def test_the_overview_adds_everything_up(store: Store) -> None:
    def add(rows: Rows) -> None:
        snow = rows.broadcast("Snow")
        phone = rows.phone("so", people=2)
        rows.told(snow, phone)
        rows.told(snow, rows.phone("es"), "queued")
        rows.answered(phone)
        rows.reply(snow, phone, "haa")
        rows.handover(phone, "own question")
        rows.broadcast("Later", state="draft")

    build(store, add)
    seen = store.reading(reports.overview)
    assert (seen.people, seen.phones, seen.languages) == (3, 2, 2)
    assert seen.deliveries == {"delivered": 1, "queued": 1, "sent": 1}
    assert seen.accepted == 2
    assert seen.broadcasts == {"draft": 1, "released": 1}
    assert (seen.inbound, seen.unread, seen.replies, seen.handovers) == (1, 0, {"confirmed": 1}, 1)
    assert [one.name for one in seen.lanes] == ["+17155550100"]


def test_an_empty_database_reports_zeros(store: Store) -> None:
    seen = store.reading(reports.overview)
    assert (seen.people, seen.phones, seen.stopped, seen.accepted) == (0, 0, 0, 0)
    assert store.reading(reports.progress).broadcasts == ()
    assert store.reading(reports.families) == ()


def test_every_report_is_plain_json(store: Store) -> None:
    def add(rows: Rows) -> None:
        asked, phone = rows.broadcast(ask=EVENINGS), rows.phone("ar")
        rows.told(asked, phone, "held", started_at=TUESDAY)
        rows.reply(asked, phone, "مساء", kind="own_words")
        rows.handover(phone, "own question", promised_at=TUESDAY)

    build(store, add)
    made: list[Figure] = [
        store.reading(reports.progress),
        store.reading(reports.results, 1),
        store.reading(reports.overview),
        *store.reading(reports.handovers),
        *store.reading(reports.held),
        *store.reading(reports.families),
    ]
    for one in made:
        assert json.loads(json.dumps(one.to_json())) == one.to_json()
    assert made[1].to_json()["own_words"][0]["words"] == "مساء"
    assert made[3].to_json()["promised_at"] == "2026-11-17T16:00:00+00:00"


@pytest.mark.parametrize(
    ("report", "arguments"),
    [
        (reports.progress, (1,)),
        (reports.failures, (1,)),
        (reports.replies, (1,)),
        (reports.results, (1,)),
        (reports.handovers, ()),
        (reports.held, ()),
        (reports.families, ()),
        (reports.overview, ()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_more_rows_cost_no_more_queries(store: Store, report: Any, arguments: tuple[int, ...]) -> None:
    def add(rows: Rows, many: int) -> None:
        broadcast = 1 if rows.session.get(Broadcast, 1) else rows.broadcast(ask=EVENINGS)
        for number in range(many):
            phone = rows.phone(("so", "es", "ar")[number % 3], ("sms", "telegram")[number % 2])
            rows.told(broadcast, phone, ("sent", "held", "failed")[number % 3])
            rows.reply(broadcast, phone, "3", value="3")
            rows.handover(phone, "own question")

    def queries(session: Session) -> int:
        seen = []
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *_: seen.append(1))
        report(session, *arguments)
        return len(seen)

    numbers = Rows(None).numbers  # type: ignore[arg-type]
    store.writing(lambda session: add(Rows(session, numbers), 3))
    few = store.reading(queries)
    store.writing(lambda session: add(Rows(session, numbers), 40))
    many = store.reading(queries)
    assert 0 < few == many <= 10
