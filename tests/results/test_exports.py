"""Files that a spreadsheet only shows: nothing in them runs, nothing in them is lost or found out."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exports import LONGEST, Table, csv_file, file_name, without_phone_numbers, xlsx_file

DANGEROUS = (
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "  =1+1",
    "\u200b=1+1",
    "\ufeff=cmd|' /C calc'!A0",
    "\u202e=1",
    '=HYPERLINK("http://example.invalid")',
)
HOSTILE = [
    line
    for line in (Path(__file__).parent.parent / "browser" / "hostile.txt")
    .read_text(encoding="utf-8")
    .split("\n")
    if line
]


def cells_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def table(*rows: tuple[str | int | float | None, ...]) -> Table:
    return Table("Answers", ("Words", "Count"), rows)


class TestCsv:
    def test_it_is_what_spreadsheets_and_rfc_4180_expect(self) -> None:
        content = csv_file(table(("ja, “nein”", 3), ('a "quoted"\nline', None)))
        assert content.startswith(b"\xef\xbb\xbf")
        assert content[3:] == ('"Words","Count"\r\n"ja, “nein”","3"\r\n"a ""quoted""\nline",""\r\n'.encode())

    @pytest.mark.parametrize("words", DANGEROUS)
    def test_no_cell_begins_a_formula(self, words: str) -> None:
        ((_, _), (cell, _)) = cells_of(csv_file(table((words, 1))))
        assert cell.startswith("'")

    @pytest.mark.parametrize("words", ["Haa, waan imanayaa", "1", "no - yes", "لا أستطيع", "a=b", "’tis"])
    def test_ordinary_words_stay_as_they_are(self, words: str) -> None:
        assert cells_of(csv_file(table((words, 1))))[1][0] == words

    def test_column_names_are_words_too(self) -> None:
        content = csv_file(Table("", ("=1+1",), [("x",)]))
        assert cells_of(content)[0] == ["'=1+1"]

    @given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
    def test_every_row_has_as_many_cells_as_there_are_columns(self, words: list[str]) -> None:
        heads = [f"c{place}" for place in range(len(words))]
        read = cells_of(csv_file(Table("", heads, [words, words])))
        assert [len(row) for row in read] == [len(words)] * 3
        assert all(not cell or cell[0] not in "=+-@\t\r\n＝＋－＠" for row in read for cell in row)


class TestXlsx:
    def read(self, content: bytes) -> openpyxl.Workbook:
        return openpyxl.load_workbook(io.BytesIO(content))

    @pytest.mark.parametrize("words", [*DANGEROUS, *HOSTILE[:40]])
    def test_words_are_stored_as_words(self, words: str) -> None:
        content = xlsx_file([table((words, 1))])
        sheet = self.read(content).active
        assert sheet is not None
        assert sheet["A2"].data_type == "s"
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            inside = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
        assert "<f>" not in inside
        assert "hyperlink" not in inside.replace(words, "")

    def test_numbers_are_numbers_and_nothing_is_nothing(self) -> None:
        sheet = self.read(xlsx_file([table(("a", 3), ("b", None))])).active
        assert sheet is not None
        assert list(sheet.iter_rows(values_only=True)) == [
            ("Words", "Count"),
            ("a", 3),
            ("b", None),
        ]

    def test_a_text_too_long_for_a_cell_is_cut_and_says_so(self) -> None:
        sheet = self.read(xlsx_file([table(("x" * 40_000, 1))])).active
        assert sheet is not None
        assert len(str(sheet["A2"].value)) == LONGEST
        assert str(sheet["A2"].value).endswith("[…]")

    def test_sheets_with_names_that_nobody_may_have_get_others(self) -> None:
        names = ["By language", "By language", "a/b:c*d?e[f]", "'", "", "x" * 50, "حسب اللغة"]
        book = self.read(xlsx_file([Table(name, ("a",), []) for name in names]))
        assert len(set(book.sheetnames)) == len(names)
        assert book.sheetnames[:3] == ["By language", "By language 2", "a b c d e f"]

    def test_a_right_to_left_console_gets_a_right_to_left_sheet(self) -> None:
        book = self.read(xlsx_file([table()], right_to_left=True))
        assert book.worksheets[0].sheet_view.rightToLeft

    def test_signs_that_a_file_cannot_hold_are_left_out(self) -> None:
        sheet = self.read(xlsx_file([table(("a\x00b\x1bc\ud800d\ufffe", 1))])).active
        assert sheet is not None
        assert sheet["A2"].value == "abcd"


@pytest.mark.parametrize(
    ("pieces", "name"),
    [
        (("results", 12, "Conferences in May"), "results-12-conferences-in-may.csv"),
        (("results", 3, "¿Qué necesita?"), "results-3-que-necesita.csv"),
        (("results", 3, "متى؟"), "results-3.csv"),
        (("results", 3, '../../etc/passwd"; rm -rf'), "results-3-etc-passwd-rm-rf.csv"),
        (("", "\r\nset-cookie: a=b"), "set-cookie-a-b.csv"),
        (("؟",), "homeloop.csv"),
        (("x" * 500,), "x" * 60 + ".csv"),
    ],
)
def test_a_file_name_is_safe_everywhere(pieces: tuple[object, ...], name: str) -> None:
    assert file_name(*pieces, ending="csv") == name


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Call me at 715-555-0142 please", "Call me at … please"),
        ("Mi número: (715) 555 0142.", "Mi número: …."),
        ("+1 715.555.0142", "…"),
        ("رقمي ٧١٥٥٥٥٠١٤٢", "رقمي …"),
        ("3-5 pm, room 204, grade 6", "3-5 pm, room 204, grade 6"),
        ("11/17/2026 at 4", "11/17/2026 at 4"),
    ],
)
def test_what_may_be_a_phone_number_is_left_out_of_words(words: str, left: str) -> None:
    assert without_phone_numbers(words, "…") == left
