"""Results on screen and as files: who is missing in a sentence, and nothing that the visitor may not see."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from sqlmodel import Session, col, select

from bot.conversation.ask import Ask
from bot.inquiry import Gap, Missing
from bot.messages import DeliveryState
from bot.roles import Role
from bot.store.tables import AuditEntry, Delivery, GroupKind, Staff
from bot.web.console.results_in_words import who_is_missing
from bot.web.console.wording import Wording
from tests.console.browsers import Browser, Desk
from tests.results.asked import Asked
from tests.results.test_results import CHICAGO

SOMALI = "Habeenkii waan shaqeeyaa, Sabtida OO KELIYA ayaan iman karaa"
DANGER = "waan baqayaa"


def inquiry(desk: Desk, build: Callable[[Asked], Any], ask: Ask | None = None, **more: Any) -> int:
    """Put an inquiry into the database; return it."""

    def work(session: Session) -> int:
        asked = Asked(session, ask, **more) if ask else Asked(session, **more)
        build(asked)
        return asked.kept()

    return desk.app.store.writing(work)


def conferences(asked: Asked) -> None:
    """200 families of two schools, of whom Somali-speaking ones are missing at one."""
    lincoln, washington = asked.school("Lincoln School"), asked.school("Washington School")
    asked.families(80, "en", heard=60, value="3", groups=[lincoln])
    asked.families(40, "so", heard=25, value="2", groups=[lincoln])
    asked.families(42, "en", heard=30, value="1", groups=[washington])
    asked.families(38, "so", heard=3, value="3", groups=[washington])


def own_words(asked: Asked) -> None:
    asked.families(20, "en", heard=0)
    for place in range(3):
        (phone,) = asked.family("so")
        asked.says(
            phone, None, f"{SOMALI} {place}", kind="own_words", by="liaison:Faadumo", late=place == 2,
            understood_staff="They work at night and can come ONLY on Saturdays",
            understood_home="Habeenkii waad shaqaysaa", state="confirmed",
        )  # fmt: skip
    (phone,) = asked.family("so")
    asked.restricted(phone, reply_id=asked.says(phone, None, DANGER))


async def read(browser: Browser, path: str) -> str:
    """A page as its words, without its marks."""
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text[-500:]
    return words_of(answer.text)


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def numbers_of(page: str) -> set[int]:
    """The counts in the cells of a page's tables."""
    cells = re.findall(r'<td[^>]*class="number[^"]*"[^>]*><span>([\d,]+)</span>', page)
    return {int(cell.replace(",", "")) for cell in cells}


class TestWhoIsMissing:
    async def test_it_is_one_click_from_home_and_one_sentence(self, desk: Desk) -> None:
        inquiry(desk, conferences)
        seen = await read(desk.signed_in(Role.VIEWER), "/results")
        assert (
            "We have heard from 118 of 200 families. "
            "Missing most: Somali-speaking families of Washington School (3 of 38)." in seen
        )

    async def test_the_page_of_the_inquiry_says_the_same(self, desk: Desk) -> None:
        number = inquiry(desk, conferences)
        seen = await read(desk.signed_in(Role.OWNER), f"/broadcasts/{number}/results")
        assert "Missing most: Somali-speaking families of Washington School (3 of 38)." in seen

    @pytest.mark.parametrize(
        ("missing", "said"),
        [
            (Missing(0, 0), "No family has been reached so far, so nobody is missing yet."),
            (Missing(3, 8), "We have heard from 3 of 8 families: too few to say who is missing."),
            (Missing(0, 1), "We have heard from 0 of 1 family: too few to say who is missing."),
            (Missing(40, 40), "We have heard from 40 of 40 families."),
            (
                Missing(1_000, 2_000),
                (
                    "We have heard from 1,000 of 2,000 families. "
                    "No language, school or group stands out among the rest."
                ),
            ),
            (
                Missing(
                    41, 212, (Gap("so", "school", "Washington School", 3, 38), Gap("hmn", None, None, 2, 31))
                ),
                (
                    "We have heard from 41 of 212 families. Missing most: Somali-speaking families of "
                    "Washington School (3 of 38) and Hmong-speaking families (2 of 31)."
                ),
            ),
            (
                Missing(41, 212, (Gap(None, "grade", "K", 0, 20),)),
                (
                    "We have heard from 41 of 212 families. "
                    "Missing most: families with a child in grade K (0 of 20)."
                ),
            ),
            (
                Missing(41, 212, (Gap(None, "programme", "مدرسة", 0, 20),)),
                (
                    "We have heard from 41 of 212 families. "
                    "Missing most: families of \u2068مدرسة\u2069 (0 of 20)."
                ),
            ),
        ],
    )
    def test_it_is_honest(self, missing: Missing, said: str) -> None:
        assert who_is_missing(Wording("en", CHICAGO), missing) == said


class TestThePage:
    async def test_small_numbers_are_in_no_table_and_no_picture(self, desk: Desk) -> None:
        number = inquiry(desk, conferences)
        for role in (Role.OWNER, Role.VIEWER):
            page = (await desk.signed_in(role).get(f"/broadcasts/{number}/results")).text
            by_answer = page[page.index('id="by-answer"') : page.index('id="by-language"')]
            assert min(numbers_of(by_answer)) >= 10
            assert "fewer than 10" in page

    async def test_whoever_reads_words_may_ask_for_small_numbers_and_nobody_else(self, desk: Desk) -> None:
        def build(asked: Asked) -> None:
            asked.families(60, "en", heard=40, value="3")
            asked.families(7, "so", heard=4, value="1")

        number = inquiry(desk, build)
        path = f"/broadcasts/{number}/results?small=yes"
        assert {7, 4} <= numbers_of((await desk.signed_in(Role.COMMUNICATOR).get(path)).text)
        for role in (Role.VIEWER, Role.APPROVER):
            page = (await desk.signed_in(role).get(path)).text
            assert not {7, 4} & numbers_of(page)
            assert "small=yes" not in page

    async def test_words_stand_beside_what_was_understood_newest_first(self, desk: Desk) -> None:
        number = inquiry(desk, own_words, Ask("own_words"))
        page = (await desk.signed_in(Role.OWNER).get(f"/broadcasts/{number}/results")).text
        assert f'<bdi lang="so" dir="auto">{SOMALI} 2</bdi>' in page
        assert page.index(f"{SOMALI} 2") < page.index(f"{SOMALI} 1") < page.index(f"{SOMALI} 0")
        seen = words_of(page)
        assert "They work at night and can come ONLY on Saturdays" in seen
        assert "Habeenkii waad shaqaysaa" in seen
        assert "family says: right" in seen
        assert "understood by Faadumo" in seen
        assert "late, not counted" in seen
        assert "We have heard from 2 of 24 families" in seen

    async def test_it_says_until_when_replies_count(self, desk: Desk) -> None:
        closing = {"decided_on": "2026-11-20"}
        number = inquiry(desk, conferences, closing=closing)
        seen = await read(desk.signed_in(Role.VIEWER), f"/broadcasts/{number}/results")
        assert "Replies count until the end of Fri, Nov 20." in seen

    async def test_nobody_sees_danger_here_not_even_those_on_call(self, desk: Desk) -> None:
        number = inquiry(desk, own_words, Ask("own_words"))
        for path in ("", "/csv?what=words", "/csv"):
            answer = await desk.signed_in(Role.OWNER).get(f"/broadcasts/{number}/results{path}")
            assert answer.status_code == 200
            assert DANGER not in answer.text

    async def test_viewers_see_figures_and_no_words(self, desk: Desk) -> None:
        number = inquiry(desk, own_words, Ask("own_words"))
        page = (await desk.signed_in(Role.VIEWER).get(f"/broadcasts/{number}/results")).text
        assert SOMALI not in page
        assert "Saturdays" not in page
        assert "what=words" not in page

    async def test_own_words_go_on_on_the_next_page(self, desk: Desk) -> None:
        def build(asked: Asked) -> None:
            for place in range(30):
                asked.says(asked.family("so")[0], None, f"words {place:02}")

        number = inquiry(desk, build, Ask("own_words"))
        browser = desk.signed_in(Role.OWNER)
        page = (await browser.get(f"/broadcasts/{number}/results")).text
        assert "words 05" in page
        assert "words 04" not in page
        (after,) = re.findall(r'rel="next" href="([^"]+)#words"', page)
        assert "words 04" in (await browser.get(after)).text

    async def test_an_inquiry_that_nobody_answered_and_one_of_numbers_are_pages_too(self, desk: Desk) -> None:
        silent = inquiry(desk, lambda asked: asked.families(12, "so"))
        seen = await read(desk.signed_in(Role.OWNER), f"/broadcasts/{silent}/results")
        assert "We have heard from 0 of 12 families." in seen

    async def test_numbers_have_their_middle_and_are_joined(self, desk: Desk) -> None:
        def build(asked: Asked) -> None:
            for value, times in (("2", 6), ("3", 5), ("10", 12)):
                asked.families(times, "so", heard=times, value=value)

        number = inquiry(desk, build, Ask("number"))
        seen = await read(desk.signed_in(Role.VIEWER), f"/broadcasts/{number}/results")
        assert "Half of the answers are 10 or less." in seen
        assert "2 to 3 11 10 12" in seen

    @pytest.mark.parametrize("number", [0, 4711])
    async def test_what_asked_nothing_says_so(self, desk: Desk, number: int) -> None:
        answer = await desk.signed_in(Role.OWNER).get(f"/broadcasts/{number}/results")
        assert answer.status_code == 404
        assert "there are no answers to it" in answer.text

    async def test_there_is_no_style_in_it_and_every_picture_has_a_name(self, desk: Desk) -> None:
        number = inquiry(desk, conferences)
        page = (await desk.signed_in(Role.OWNER).get(f"/broadcasts/{number}/results")).text
        assert " style=" not in page
        pictures = re.findall(r'<svg role="img" aria-labelledby="([\w-]+) ([\w-]+)"', page)
        assert len(pictures) == 4
        names = [name for picture in pictures for name in picture]
        assert all(page.count(f'id="{name}"') == 1 for name in names)
        assert len(page) < 60_000

    async def test_an_arabic_page_is_drawn_from_the_right(self, desk: Desk) -> None:
        number = inquiry(desk, conferences)

        def to_arabic(session: Session) -> None:
            session.get_one(Staff, desk.staff[Role.OWNER]).console_language = "ar"

        desk.app.store.writing(to_arabic)
        page = (await desk.signed_in(Role.OWNER).get(f"/broadcasts/{number}/results")).text
        assert 'direction="rtl"' in page
        assert 'direction="ltr"' not in page
        assert re.search(r'<rect class="stroke-ink" x="[1-9][\d.]*%"', page)


class TestTheList:
    async def test_a_school_that_has_asked_nothing_is_told_what_will_be_here(self, desk: Desk) -> None:
        assert "Nothing has been asked yet" in await read(desk.signed_in(Role.OWNER), "/results")

    async def test_it_is_paged(self, desk: Desk) -> None:
        def build(session: Session) -> None:
            asked = Asked(session, title="The oldest")
            asked.kept()
            for place in range(26):
                Asked(session, title=f"Inquiry {place}", ids=asked.ids).kept()

        desk.app.store.writing(build)
        browser = desk.signed_in(Role.VIEWER)
        page = (await browser.get("/results")).text
        assert "The oldest" not in page
        (after,) = re.findall(r'rel="next" href="([^"]+)"', page)
        assert "The oldest" in (await browser.get(after)).text


class TestFiles:
    def rows(self, content: bytes) -> list[list[str]]:
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))

    async def test_viewers_take_figures_without_small_numbers(self, desk: Desk) -> None:
        number = inquiry(desk, conferences)
        answer = await desk.signed_in(Role.VIEWER).get(f"/broadcasts/{number}/results/csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == (
            f'attachment; filename="results-{number}-conferences.csv"'
        )
        rows = self.rows(answer.content)
        assert rows[0] == ["Table", "Line", "What", "Number"]
        assert ["By school", "Washington School", "Families reached", "80"] in rows
        assert ["By language", "Somali", "Evening", "fewer than 10"] in rows
        answers = [row for row in rows if row[0] == "By answer" or row[2] in {"Morning", "Evening"}]
        assert all(not row[3].isdigit() or int(row[3]) >= 10 for row in answers)

    async def test_whoever_reads_words_takes_every_figure(self, desk: Desk) -> None:
        number = inquiry(desk, conferences)
        answer = await desk.signed_in(Role.COMMUNICATOR).get(f"/broadcasts/{number}/results/csv")
        assert ["By language", "Somali", "Evening", "3"] in self.rows(answer.content)

    async def test_every_answer_with_its_words_and_nobodys_name_or_number(self, desk: Desk) -> None:
        def build(asked: Asked) -> None:
            (phone,) = asked.family("so")
            asked.says(phone, "2", "=2+2 wac 715-555-0142", by="liaison:Faadumo")

        number = inquiry(desk, build)
        browser = desk.signed_in(Role.OWNER)
        content = (await browser.get(f"/broadcasts/{number}/results/csv?what=words")).content
        head, row = self.rows(content)
        assert row[head.index("In their own words")] == "'=2+2 wac [number left out]"
        assert row[head.index("Answer")] == "Afternoon"
        assert row[head.index("How sure")] == "family says: right"
        text = content.decode()
        assert "Guardian" not in text
        assert "+1715" not in text

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.APPROVER])
    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    async def test_words_are_for_those_who_may_read_them(self, desk: Desk, role: Role, ending: str) -> None:
        number = inquiry(desk, own_words, Ask("own_words"))
        answer = await desk.signed_in(role).get(f"/broadcasts/{number}/results/{ending}?what=words")
        assert answer.status_code == 403

    async def test_a_workbook_has_a_sheet_for_each_table(self, desk: Desk) -> None:
        number = inquiry(desk, own_words, Ask("own_words"))
        answer = await desk.signed_in(Role.OWNER).get(f"/broadcasts/{number}/results/xlsx?what=words")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames == ["Summary", "By language", "Over time", "Answers in words"]
        said = [row[4] for row in book["Answers in words"].iter_rows(min_row=2, values_only=True)]
        assert said == [f"{SOMALI} {place}" for place in range(3)]
        assert "words" in answer.headers["content-disposition"]

    @pytest.mark.parametrize(("what", "kept"), [("", "figures"), ("?what=words", "words")])
    async def test_who_took_what_along_is_kept(self, desk: Desk, what: str, kept: str) -> None:
        number = inquiry(desk, conferences)
        await desk.signed_in(Role.COMMUNICATOR).get(f"/broadcasts/{number}/results/xlsx{what}")

        def newest(session: Session) -> AuditEntry | None:
            return session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()

        entry = desk.app.store.reading(newest)
        assert entry is not None
        assert (entry.what, entry.about, entry.staff_id) == (
            "results.exported", f"broadcast:{number}", desk.staff[Role.COMMUNICATOR],
        )  # fmt: skip
        assert entry.detail == {"format": "xlsx", "holds": kept}

    async def test_there_is_no_file_of_what_asked_nothing(self, desk: Desk) -> None:
        assert (await desk.signed_in(Role.OWNER).get("/broadcasts/4711/results/csv")).status_code == 404


async def test_a_name_that_would_be_markup_stays_a_name(desk: Desk) -> None:
    name = '<script>alert("x")</script>'

    def build(asked: Asked) -> None:
        group = asked.group(GroupKind.SCHOOL, name)
        asked.families(20, "en", heard=0, groups=[group])
        asked.families(40, "so", heard=40, groups=[asked.school("Lincoln")])

    number = inquiry(desk, build, Ask("one_of", (name, "b")), title=name)
    page = (await desk.signed_in(Role.OWNER).get(f"/broadcasts/{number}/results")).text
    assert "<script>alert" not in page
    assert "Missing most: English-speaking families" in page or "families of" in page


async def test_figures_are_not_older_than_a_moment(desk: Desk) -> None:
    """What is counted once is shown again at once; what staff do makes it be counted anew."""
    number = inquiry(desk, lambda asked: asked.families(12, "so", heard=2))
    browser = desk.signed_in(Role.OWNER)
    assert "2 of 12 families" in await read(browser, f"/broadcasts/{number}/results")

    def fail_all(session: Session) -> None:
        for row in session.exec(select(Delivery)):
            row.state = DeliveryState.FAILED

    desk.app.store.writing(fail_all)
    desk.door.summaries.forget()
    assert "2 of 2 families" in await read(browser, f"/broadcasts/{number}/results")
