"""What staff see in a terminal: tables that hold in every script, and sentences that say what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType
from typer.testing import CliRunner, Result

import bot.cli.seeing as seeing
from bot.app import App
from bot.cli import pictures
from bot.cli.front import Front
from bot.conversation.ask import Ask
from bot.errors import BroadcastError
from bot.figures import Results, Said
from bot.settings import Settings
from bot.store.store import Store
from tests.conftest import StandingClock
from tests.reports.rows import TUESDAY, Rows

ARABIC = "أعمل ليلاً ولا أستطيع الحضور إلا يوم السبت، وأحتاج إلى من يعتني بالأطفال (2) في المدرسة"
CHINESE = "我晚上上班，只有星期六可以来。请问有没有人可以帮忙看孩子？谢谢老师。"
BURMESE = "ညဘက်အလုပ်လုပ်ရလို့ စနေနေ့ပဲ လာနိုင်ပါတယ်"

Build = Callable[[Callable[[Rows], Any]], Any]
Run = Callable[..., Result]


@pytest.fixture
def build(store: Store) -> Build:
    return lambda add: store.writing(lambda session: add(Rows(session)))


@pytest.fixture
def run(store: Store, settings: Settings, clock: StandingClock, tmp_path: Path) -> Run:
    homeloop = App(settings, store, clock)

    def invoke(*arguments: str) -> Result:
        front = Front(tmp_path / "config.toml", homeloop)
        return CliRunner().invoke(seeing.app, list(arguments), obj=front, env={"COLUMNS": "120"})

    return invoke


def drawn(picture: RenderableType, width: int = 100) -> str:
    console = Console(width=width, file=StringIO(), color_system=None)
    console.print(picture)
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


def reply(words: str | None, **more: Any) -> Said:
    values: dict[str, Any] = {
        "id": 7,
        "broadcast_id": 1,
        "contact_point_id": 3,
        "address": "…42",
        "channel": "sms",
        "language": "ar",
        "kind": "own_words",
        "state": "confirmed",
        "words": words,
        "understood_home": words,
        "understood_staff": "works nights, can ONLY on Saturdays",
        "value": None,
        "by": "liaison:Faadumo",
        "late": False,
        "restricted": words is None,
        "made_at": TUESDAY,
        "changed_at": TUESDAY,
    }
    return Said(**{**values, **more})


def edges(line: str) -> list[int]:
    """Return the cells in which a line has a column's edge."""
    return [cell_len(line[:place]) for place, letter in enumerate(line) if letter in "│┃┡╇┩├┼┤└┴┘┏┳┓"]


class TestScripts:
    @pytest.mark.parametrize("words", [ARABIC, CHINESE, BURMESE, ARABIC + " " + CHINESE, "a\n" + ARABIC])
    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_columns_stand_straight_beside_every_script(self, words: str, width: int) -> None:
        lines = drawn(pictures.said([reply(words), reply("sí")], "Replies"), width).splitlines()[1:]
        assert len({cell_len(line) for line in lines}) == 1
        assert cell_len(lines[0]) <= width
        assert len({tuple(edges(line)) for line in lines}) == 1

    def test_each_line_of_words_is_an_isolate_of_its_own(self) -> None:
        lines = drawn(pictures.said([reply(ARABIC)], "Replies"), 80).splitlines()
        arabic = [line for line in lines if any("\u0600" <= letter <= "\u06ff" for letter in line)]
        assert len(arabic) > 2
        for line in arabic:
            assert line.count("\u2068") == line.count("\u2069") >= 1

    def test_words_stay_in_logical_order_and_others_are_left_alone(self) -> None:
        assert drawn(pictures.Words("سلام 12"), 40) == "\u2068سلام 12\u2069\n"
        assert drawn(pictures.Words("Waa maxay?"), 40) == "Waa maxay?\n"

    @pytest.mark.parametrize(
        ("sent", "shown"),
        [
            ("\x1b[2Jgone", "\ufffd[2Jgone"),
            ("a\u202eb", "ab"),
            ("a\u2069b", "ab"),
            ("\x9b31m", "\ufffd31m"),
            ("می‌خواهم", "می‌خواهم"),
            ("one\ttwo\r\nthree", "one two\nthree"),
        ],
    )
    def test_a_terminal_obeys_no_family(self, sent: str, shown: str) -> None:
        assert pictures.clean(sent) == shown

    def test_words_are_never_taken_for_markup(self) -> None:
        assert "[red]no[/red]" in drawn(pictures.said([reply("[red]no[/red]")], "Replies"))


@pytest.mark.parametrize(
    ("part", "whole", "cells"),
    [(0, 10, 0), (1, 10_000, 1), (5, 10, 5), (9_999, 10_000, 9), (10, 10, 10), (3, 0, 0)],
)
def test_a_bar_shows_something_for_something_and_all_only_for_all(part: int, whole: int, cells: int) -> None:
    assert len(pictures.bar(part, whole, 10)) == cells


class TestOneBroadcast:
    @pytest.fixture
    def inquiry(self, build: Build) -> int:
        def add(rows: Rows) -> int:
            asked = rows.broadcast("Conference times", Ask("one_of", ("morning", "evening")))
            for value in ("2", "2", "1"):
                phone = rows.phone("so")
                rows.told(asked, phone)
                rows.reply(asked, phone, value, value=value)
            arabic = rows.phone("ar", "telegram")
            rows.told(asked, arabic, "sent")
            rows.reply(
                asked, arabic, ARABIC, kind="own_words", understood_staff="works nights", state="read_back"
            )
            rows.told(asked, rows.phone("hmn"))
            rows.told(asked, rows.phone("hmn"), "failed", reason="The number is a landline.", code="30006")
            rows.person("so")
            return asked

        found: int = build(add)
        return found

    def test_it_says_who_was_told_what_they_said_and_who_is_missing(self, run: Run, inquiry: int) -> None:
        shown = " ".join(run("report", str(inquiry)).output.split())
        for words in (
            "Conference times",
            "The number is a landline.",
            "30006",
            "evening",
            "2 Somali",
            "works nights",
            "asked whether right",
            "Heard from 4 of 5 phones that could answer (80%).",
            "4 replies: 3 family says: right, 1 asked whether right.",
            "1 phone that has the text has not answered: 1 Hmong.",
            "1 phone does not have it: 1 Hmong.",
            "1 person cannot be texted: 1 no address.",
        ):
            assert words in shown

    def test_the_same_as_json(self, run: Run, inquiry: int) -> None:
        found = json.loads(run("report", str(inquiry), "--json").output)
        assert found["results"]["states"] == {"confirmed": 3, "read_back": 1}
        assert found["results"]["own_words"][0]["words"] == ARABIC
        assert sum(one["accepted"] for one in found["progress"]["broadcasts"]) == 5
        assert found["failures"][0]["code"] == "30006"

    def test_an_announcement_misses_no_answers(self, run: Run, build: Build) -> None:
        def add(rows: Rows) -> int:
            snow = rows.broadcast("Snow")
            rows.told(snow, rows.phone("so"))
            return snow

        shown = run("report", str(build(add))).output
        assert "Nothing has failed." in shown
        assert "answer" not in shown

    def test_a_number_that_is_no_broadcast_is_a_sentence(self, run: Run) -> None:
        assert isinstance(run("report", "99").exception, BroadcastError)

    def test_fewer_words_than_there_are_say_so(self, run: Run, build: Build) -> None:
        def add(rows: Rows) -> int:
            asked = rows.broadcast(ask=Ask("own_words"))
            for words in ("uno", "dos", "tres"):
                rows.reply(asked, rows.phone("es"), words, kind="own_words")
            return asked

        assert "2 older ones" in run("report", str(build(add)), "--words", "1").output


def test_everything_at_once(run: Run, build: Build) -> None:
    def add(rows: Rows) -> None:
        phone = rows.phone("kar")
        rows.told(rows.broadcast("Snow"), phone, written_in="en")
        rows.answered(phone)
        rows.handover(phone, "own question", promised_at=TUESDAY)

    build(add)
    shown = run("report").output
    for words in (
        "1 people, 1 phones",
        "2 texts, 2 accepted",
        "labelled ones in another language",
        "own question",
    ):
        assert words in shown
    assert json.loads(run("report", "--json").output)["overview"]["accepted"] == 2


def test_watch_looks_once_where_there_is_no_terminal(run: Run, build: Build) -> None:
    def add(rows: Rows) -> None:
        phone = rows.phone("so")
        rows.told(rows.broadcast(), phone)
        rows.reply(None, phone, "Goorma ayuu basku imanayaa?", kind="own_question", state="with_staff")
        rows.handover(phone, "own question", promised_at=TUESDAY.replace(hour=15))

    build(add)
    for arguments in (("watch",), ("watch", "--once")):
        shown = " ".join(run(*arguments).output.split())
        assert shown.startswith("10:00:00")
        assert "Goorma ayuu" in shown
        assert "Tue 17 09:00 late" in shown


def test_an_empty_school_is_told_so(run: Run) -> None:
    shown = run("watch", "--once").output
    assert "Nobody has answered yet." in shown
    assert "No family is waiting for a person." in shown
    assert "Nothing is held" in run("held").output


class TestDanger:
    @pytest.fixture(autouse=True)
    def words(self, build: Build) -> None:
        def add(rows: Rows) -> None:
            asked, phone = rows.broadcast(ask=Ask("own_words")), rows.phone("es")
            rows.told(asked, phone)
            said = rows.reply(asked, phone, "tengo miedo", kind="own_words", state="with_staff")
            rows.handover(phone, "own question", restricted=True, reply_id=said, promised_at=TUESDAY)

        build(add)

    @pytest.mark.parametrize(
        "arguments",
        [("report",), ("report", "1"), ("report", "1", "--json"), ("watch",), ("waiting", "--json")],
    )
    def test_its_words_are_on_no_open_screen(self, run: Run, arguments: tuple[str, ...]) -> None:
        shown = run(*arguments)
        assert shown.exit_code == 0
        assert "miedo" not in shown.output

    def test_those_on_call_can_read_them(self, run: Run) -> None:
        assert "tengo miedo" in run("waiting", "--on-call").output


class TestHeldTexts:
    @pytest.fixture
    def text(self, build: Build) -> int:
        def add(rows: Rows) -> int:
            return rows.told(rows.broadcast("Snow"), rows.phone("so", "telegram"), "held", reason="It broke.")

        found: int = build(add)
        return found

    def test_they_are_listed_with_the_way_out(self, run: Run, text: int) -> None:
        shown = " ".join(run("held").output.split())
        for words in ("Text in so", "It broke.", "homeloop send-again"):
            assert words in shown
        assert json.loads(run("held", "--json").output)["held"][0]["id"] == text

    def test_one_is_sent_again_once(self, run: Run, text: int) -> None:
        assert "gets it twice" in run("send-again", str(text)).output
        assert "Nothing is held" in run("held").output
        assert isinstance(run("send-again", str(text)).exception, BroadcastError)

    def test_one_is_dropped_and_counts_as_failed(self, run: Run, text: int) -> None:
        assert "dropped" in run("drop", str(text)).output
        failed = json.loads(run("report", "1", "--json").output)["failures"]
        assert [one["count"] for one in failed] == [1]
        assert isinstance(run("drop", str(text)).exception, BroadcastError)


def test_nothing_gone_out_yet_is_said_plainly() -> None:
    nothing = Results(1, "Snow", "one_of", 0, 0, 0, 0, None, (), (), {}, 0, (), 0, {})
    assert pictures.missing(nothing) == "Nothing has gone out yet."
    assert pictures.heard(nothing) == "Nobody has had the chance to answer yet."
