"""The results are right: what each number counts, who is missing, and what is left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlmodel import Session

from bot import results as reading
from bot.conversation.ask import Ask
from bot.errors import BroadcastError
from bot.inquiry import Cell, Gap, Line, Missing, Results
from bot.small_cells import Seen
from bot.store.store import Store
from bot.store.tables import GroupKind
from tests.results.asked import TUESDAY, Asked, moments

CHICAGO = ZoneInfo("America/Chicago")


def results_of(store: Store, build: Callable[[Asked], Any], ask: Ask | None = None, **more: Any) -> Results:
    """Build an inquiry and read what it has brought in."""

    def work(session: Session) -> int:
        asked = Asked(session, ask, **more) if ask else Asked(session, **more)
        build(asked)
        return asked.kept()

    return store.reading(reading.results, store.writing(work), CHICAGO)


def line(results: Results, kind: str, name: str) -> Line:
    return next(one for one in results.lines if one.kind == kind and name in {one.key, one.name})


def numbers(line: Line) -> tuple[int | None, int | None, list[int | None]]:
    return line.reached.number, line.heard.number, [cell.number for cell in line.answers]


class TestFamilies:
    def test_a_family_is_heard_from_when_one_of_its_phones_answers(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            mother, _father = asked.family("so", "so")
            asked.says(mother, "1")
            asked.family("so")

        found = results_of(store, build)
        assert (found.asked, found.reached, found.heard, found.answers) == (2, 2, 1, 1)

    def test_two_phones_of_one_family_may_answer_twice(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            mother, father = asked.family("so", "so")
            asked.says(mother, "1")
            asked.says(father, "3")

        found = results_of(store, build)
        assert (found.heard, found.answers) == (1, 2)
        assert [cell.number for cell in found.by_choice] == [1, 0, 1]

    def test_people_without_a_household_are_families_of_their_own(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            asked.phone("so", None)
            asked.phone("so", None)

        assert results_of(store, build).asked == 2

    def test_only_families_that_a_text_got_through_to_are_reached(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            for state in ("delivered", "sent", "failed", "queued", "held"):
                asked.family("so", state=state)
            (answers_all_the_same,) = asked.family("so", state="uncertain")
            asked.says(answers_all_the_same, "2")

        found = results_of(store, build)
        assert (found.asked, found.reached, found.heard) == (6, 3, 1)

    def test_a_family_stands_in_every_line_it_belongs_to_and_once_in_the_whole(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            schools = asked.school("Lincoln"), asked.school("Washington")
            somali, _english = asked.family("so", "en", groups=schools)
            asked.says(somali, "1")

        found = results_of(store, build)
        assert (found.reached, found.heard) == (1, 1)
        assert [numbers(one)[:2] for one in found.lines] == [(1, 1)] * 4
        assert numbers(line(found, "language", "so"))[2] == [1, 0, 0]
        assert numbers(line(found, "language", "en"))[2] == [0, 0, 0]

    def test_a_grade_is_one_line_over_all_schools_in_the_order_of_schools(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            for school in (asked.school("Lincoln"), asked.school("Washington")):
                for name in ("10", "2", "K"):
                    grade = asked.group(GroupKind.GRADE, name, school)
                    asked.family("so", groups=[school, grade])

        found = results_of(store, build)
        assert [(one.name, one.reached.number) for one in found.of("grade")] == [
            ("K", 2),
            ("2", 2),
            ("10", 2),
        ]
        assert found.kinds == ("language", "school", "grade")


class TestAnswers:
    def test_the_newest_answer_of_a_phone_counts(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            (phone,) = asked.family("so")
            asked.says(phone, "1")
            asked.says(phone, "3", **moments(TUESDAY, TUESDAY + timedelta(hours=1)))

        assert [cell.number for cell in results_of(store, build).by_choice] == [0, 0, 1]

    def test_late_answers_and_answers_with_a_person_are_in_no_count(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            late, unclear = asked.family("so")[0], asked.family("so")[0]
            asked.says(late, "1", late=True)
            asked.says(unclear, "2", state="with_staff")

        found = results_of(store, build)
        assert (found.late, found.with_staff, found.answers) == (1, 1, 0)
        assert (found.reached, found.heard, found.replies) == (2, 1, 1)

    def test_what_only_those_on_call_may_read_is_nowhere(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            by_reply, by_inbound, fine = (asked.family("so")[0] for _ in range(3))
            reply = asked.says(by_reply, None, "danger")
            asked.restricted(by_reply, reply_id=reply)
            other = asked.says(by_inbound, None, "danger")
            asked.restricted(by_inbound, inbound_id=asked.inbound_of(other))
            asked.says(fine, None, "a ride")

        found = results_of(store, build)
        assert (found.heard, found.replies) == (1, 1)
        page = store.reading(reading.own_words, found.number)
        assert [one.words for one in page.answers] == ["a ride"]
        assert [one.words for one in store.reading(reading.all_words, found.number)] == ["a ride"]
        assert store.reading(reading.inquiries).inquiries[0].replies == 1

    def test_yes_and_no_are_choices_too(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            asked.says(asked.family("so")[0], "no")

        found = results_of(store, build, Ask("yes_no"))
        assert [
            (one.value, cell.number) for one, cell in zip(found.choices, found.by_choice, strict=True)
        ] == [
            ("yes", 0),
            ("no", 1),
        ]

    def test_something_else_is_the_last_choice(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            asked.says(asked.family("so")[0], "3")

        found = results_of(store, build, Ask("one_of", ("Bus", "Car")))
        assert [choice.label for choice in found.choices] == ["Bus", "Car", None]
        assert [cell.number for cell in found.by_choice] == [0, 0, 1]

    def test_several_choices_of_one_phone_count_each(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            asked.says(asked.family("so")[0], "1,3")

        found = results_of(store, build, Ask("several_of", ("Bus", "Car", "Foot"), other=False))
        assert ([cell.number for cell in found.by_choice], found.answers) == ([1, 0, 1], 1)

    def test_numbers_are_ranges_with_their_middle(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            for value, times in (("2", 6), ("3", 5), ("10", 12)):
                asked.families(times, "so", heard=times, value=value)

        found = results_of(store, build, Ask("number"))
        assert [(one.low, one.cell.number) for one in found.ranges] == [(2.0, 6), (3.0, 5), (10.0, 12)]
        assert found.median == 10.0
        joined = found.without_small().ranges
        assert [(one.low, one.high, one.cell.number) for one in joined] == [(2.0, 3.0, 11), (10.0, 10.0, 12)]

    def test_days_are_ranges_too(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            asked.says(asked.family("so")[0], "2026-12-03")

        (only,) = results_of(store, build, Ask("date")).ranges
        assert only.low == date(2026, 12, 3).toordinal()

    def test_times_are_ranges_in_minutes_since_midnight(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            asked.says(asked.family("so")[0], "16:30")

        (only,) = results_of(store, build, Ask("time")).ranges
        assert only.low == 16 * 60 + 30


class TestTime:
    def test_replies_are_counted_by_the_schools_day(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            late_evening = datetime.fromisoformat("2026-11-18T05:30:00+00:00")  # still Tuesday in Chicago
            for moment in (TUESDAY, late_evening, late_evening + timedelta(days=3)):
                asked.says(asked.family("so")[0], "1", **moments(moment))

        found = results_of(store, build).spans
        assert [(span.begins.date().isoformat(), span.replies) for span in found] == [
            ("2026-11-17", 2),
            ("2026-11-18", 0),
            ("2026-11-19", 0),
            ("2026-11-20", 1),
        ]

    def test_what_comes_within_two_days_is_counted_by_three_hours(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            for hours in (0, 1, 7):
                asked.says(asked.family("so")[0], "1", **moments(TUESDAY + timedelta(hours=hours)))

        found = results_of(store, build).spans
        assert [(span.begins.hour, span.replies) for span in found] == [(9, 2), (12, 0), (15, 1)]

    def test_a_day_is_a_day_when_clocks_change(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            for day in range(4):  # 2026-11-01 has 25 hours in Chicago
                moment = datetime(2026, 10, 31, 23, 30, tzinfo=CHICAGO) + timedelta(days=day)
                asked.says(asked.family("so")[0], "1", **moments(moment))

        assert [span.replies for span in results_of(store, build).spans] == [1, 1, 1, 1]


class TestWhoIsMissing:
    def test_the_part_furthest_behind_is_named(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            asked.families(40, "en", heard=20)
            asked.families(20, "so", heard=1)

        assert results_of(store, build).missing == Missing(21, 60, (Gap("so", None, None, 1, 20),))

    def test_two_are_named_at_most_the_lowest_share_first(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            asked.families(60, "en", heard=50)
            asked.families(20, "so", heard=2)
            asked.families(20, "hmn", heard=1)
            asked.families(20, "ar", heard=3)

        assert [gap.language for gap in results_of(store, build).missing.named] == ["hmn", "so"]

    def test_one_language_at_one_school_is_named_where_it_is_behind_both(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            lincoln, washington = asked.school("Lincoln"), asked.school("Washington")
            asked.families(60, "en", heard=40, groups=[washington])
            asked.families(40, "en", heard=20, groups=[lincoln])
            asked.families(38, "so", heard=3, groups=[washington])
            asked.families(40, "so", heard=22, groups=[lincoln])

        (gap,) = results_of(store, build).missing.named
        assert gap == Gap("so", "school", "Washington", 3, 38)

    def test_a_language_that_is_behind_everywhere_is_named_by_itself(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            lincoln, washington = asked.school("Lincoln"), asked.school("Washington")
            for school, heard in ((lincoln, 2), (washington, 3)):
                asked.families(60, "en", heard=40, groups=[school])
                asked.families(30, "so", heard=heard, groups=[school])

        assert results_of(store, build).missing.named == (Gap("so", None, None, 5, 60),)

    def test_fewer_than_ten_families_are_never_named(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            asked.families(60, "en", heard=50)
            asked.families(9, "so", heard=0)

        assert results_of(store, build).missing.named == ()

    def test_nothing_is_named_for_want_of_an_answer_or_two(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            asked.families(30, "en", heard=6)
            asked.families(10, "so", heard=0)

        assert results_of(store, build).missing.named == ()

    def test_what_would_leave_a_small_rest_is_not_named(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            lincoln, washington = asked.school("Lincoln"), asked.school("Washington")
            asked.families(60, "en", heard=50, groups=[washington])
            asked.families(40, "en", heard=30, groups=[lincoln])
            asked.families(30, "so", heard=0, groups=[washington])
            asked.families(4, "so", heard=4, groups=[lincoln])

        assert [gap.group for gap in results_of(store, build).missing.named] == [None]

    def test_few_families_are_too_few_to_say(self, store: Store) -> None:
        found = results_of(store, lambda asked: asked.families(9, "so", heard=2)).missing
        assert (found.enough, found.named) == (False, ())


class TestSmallNumbers:
    def build(self, asked: Asked) -> None:
        asked.families(80, "en", heard=60)
        asked.families(30, "es", heard=15, value="3")
        asked.families(12, "hmn", heard=3)
        asked.families(4, "ksw", heard=1)

    def test_a_small_line_goes_and_takes_the_next_smallest_with_it(self, store: Store) -> None:
        found = results_of(store, self.build).without_small()
        assert [one.reached for one in found.of("language")] == [
            Cell(80),
            Cell(30),
            Cell(None, Seen.COVERED),
            Cell(None, Seen.FEW),
        ]
        hidden = [line(found, "language", tag) for tag in ("hmn", "ksw")]
        assert all(cell.number is None for one in hidden for cell in (one.heard, *one.answers))
        assert hidden[0].share is None

    def test_small_answers_go_wherever_they_stand(self, store: Store) -> None:
        found = results_of(store, self.build).without_small()
        cells = [*found.by_choice, *(cell for one in found.lines for cell in one.answers)]
        assert all(cell.number is None or cell.number >= 10 for cell in cells)
        assert found.anything_hidden
        assert not found.small

    def test_the_totals_of_the_whole_stay(self, store: Store) -> None:
        exact = results_of(store, self.build)
        found = exact.without_small()
        assert (found.asked, found.reached, found.heard, found.answers) == (126, 126, 79, 79)
        assert found.missing == exact.missing

    def test_days_are_joined_until_ten_came(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            for day, times in ((0, 12), (1, 4), (2, 7), (3, 2)):
                for _ in range(times):
                    asked.says(asked.family("so")[0], "1", **moments(TUESDAY + timedelta(days=day)))

        assert [span.replies for span in results_of(store, build).without_small().spans] == [12, 13]

    def test_whoever_may_read_every_word_has_the_numbers(self, store: Store) -> None:
        found = results_of(store, self.build)
        assert numbers(line(found, "language", "ksw")) == (4, 1, [1, 0, 0])


class TestLists:
    def test_inquiries_stand_newest_first_with_what_came(self, store: Store) -> None:
        def build(session: Session) -> list[int]:
            made, ids = [], count(1)
            for place in range(3):
                asked = Asked(session, title=f"Inquiry {place}", ids=ids)
                asked.families(place + 1, "so", heard=place)
                made.append(asked.kept())
            Asked(session, None, "No question", ids=ids).kept()
            Asked(session, state="draft", ids=ids).kept()
            return made

        made = store.writing(build)
        found = store.reading(reading.inquiries)
        assert [one.number for one in found.inquiries] == made[::-1]
        assert [one.replies for one in found.inquiries] == [2, 1, 0]
        assert found.older is None

    def test_own_words_are_paged_from_the_newest_and_choices_are_not_among_them(self, store: Store) -> None:
        def build(asked: Asked) -> None:
            for place in range(30):
                (phone,) = asked.family("so")
                asked.says(phone, None, f"words {place}")
            asked.says(asked.family("so")[0], "1", "1")

        number = results_of(store, build).number
        first = store.reading(reading.own_words, number)
        assert [one.words for one in first.answers] == [f"words {place}" for place in range(29, 4, -1)]
        second = store.reading(reading.own_words, number, first.older)
        assert [one.words for one in second.answers] == [f"words {place}" for place in range(4, -1, -1)]
        assert second.older is None

    @pytest.mark.parametrize("state", ["draft", "pending"])
    def test_what_has_not_gone_out_has_no_results(self, store: Store, state: str) -> None:
        number = store.writing(lambda session: Asked(session, state=state).kept())
        with pytest.raises(BroadcastError, match="gone out"):
            store.reading(reading.results, number, CHICAGO)

    def test_what_asked_nothing_has_no_results(self, store: Store) -> None:
        number = store.writing(lambda session: Asked(session, None).kept())
        with pytest.raises(BroadcastError, match="asked nothing"):
            store.reading(reading.results, number, CHICAGO)


@pytest.mark.parametrize("families", [3, 60])
def test_the_number_of_statements_does_not_grow_with_the_families(store: Store, families: int) -> None:
    def build(asked: Asked) -> None:
        schools = [asked.school(f"School {place}") for place in range(families)]
        for place in range(families):
            asked.families(2, ("so", "en", "ar")[place % 3], heard=1, groups=[schools[place]])

    number = results_of(store, build).number
    said: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    store.reading(reading.results, number, CHICAGO)
    assert len([one for one in said if one != "BEGIN"]) == 6
