"""Whole files, as the programs of school offices write them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from bot.errors import RosterError
from bot.rosters.file import Field, RosterFile, parse, parse_mapping, read
from tests.rosters import make_lincoln

ROSTERS = Path(__file__).parent.parent / "rosters"

PLAIN = "Guardian,Phone,Home language,School,Grade,Student ID\nAsha Ali,715-555-0101,Somali,Lincoln,3,S1\n"


def of(text: str, *, encoding: str = "utf-8", **options: object) -> RosterFile:
    return parse(text.encode(encoding), "roster.csv", region="US", **options)  # type: ignore[arg-type]


def workbook(*rows: Sequence[object], **more: Sequence[Sequence[object]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    for name, lines in more.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    return book


def of_book(book: openpyxl.Workbook, **options: object) -> RosterFile:
    content = io.BytesIO()
    book.save(content)
    return parse(content.getvalue(), "roster.xlsx", region="US", **options)  # type: ignore[arg-type]


def test_the_lincoln_file_is_what_its_script_writes() -> None:
    assert (ROSTERS / "lincoln-600.csv").read_bytes().decode() == make_lincoln.text()


def test_every_bad_row_of_600_is_named_by_line_column_value_and_reason() -> None:
    found = read(ROSTERS / "lincoln-600.csv", region="US")
    assert len(found.rows) == make_lincoln.ROWS - len(make_lincoln.BAD)
    assert found.ignored == ("Notes",)
    named = {one.line: (one.column, one.value, one.reason) for one in found.refused}
    assert named.keys() == make_lincoln.BAD.keys()
    for line, (column, value, piece) in make_lincoln.BAD.items():
        assert named[line][:2] == (column, value)
        assert piece in named[line][2]


def test_a_spanish_semicolon_file_in_windows_letters_below_a_title() -> None:
    found = read(ROSTERS / "escuela-rio.csv", region="US")
    assert not found.refused
    maria, jose, lucia = found.rows
    assert (maria.line, maria.guardian, maria.grade, maria.reads) == (4, "María Peña", "K", "es")
    assert (maria.approached_by, maria.approached_on) == ("paper", "2026-09-03")
    assert (jose.reads, jose.hears, jose.grade, jose.approached_by) == ("en", "es", "3", "person")
    assert jose.phones == ("+16085550111", "+16085550112")
    assert (lucia.phones, lucia.approached_by) == ((), None)


def test_a_utf16_table_with_tabs_and_names_in_two_columns() -> None:
    layla, minh = read(ROSTERS / "washington-utf16.tsv", region="US").rows
    assert (layla.guardian, layla.reads, layla.reference) == ("Layla Haddad", "ar", "G1")
    assert (minh.reads, minh.phones) == ("vi", ("+14145550121", "+14145550122"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(encoding: str, delimiter: str) -> None:
    text = PLAIN.replace("Asha Ali", "María Peña").replace(",", delimiter)
    (row,) = of(text, encoding=encoding).rows
    assert (row.guardian, row.phones, row.grade) == ("María Peña", ("+17155550101",), "3")


def test_a_workbook_with_a_title_numbers_dates_and_a_name_merged_over_two_children() -> None:
    header = ["Parent/Guardian", "Cell", "Idioma", "School", "Gr", "Student ID", "First contact date"]
    day = date(2026, 9, 3)
    book = workbook(
        ["Lincoln: families 2026"],
        [],
        header,
        ["Asha Ali", 7155550101, "Soomaali", "Lincoln", 3, 1001, day],
        [None, 7155550101.0, "Soomaali", "Lincoln", "K", 1002, None],
    )
    assert book.active is not None
    book.active.merge_cells("A4:A5")
    first, second = of_book(book).rows
    assert (first.line, first.phones, first.grade, first.child) == (4, ("+17155550101",), "3", "1001")
    assert first.approached_on == "2026-09-03"
    assert (second.line, second.guardian, second.child) == (5, "Asha Ali", "1002")


def test_of_several_sheets_the_one_with_our_columns_is_read() -> None:
    roster = [line.split(",") for line in PLAIN.splitlines()]
    book = workbook(["Notes for the office"], Families=[*roster])
    assert len(of_book(book).rows) == 1
    book.copy_worksheet(book["Families"]).title = "Last year"
    with pytest.raises(RosterError, match=r"“Families”, “Last year”.*--sheet"):
        of_book(book)
    assert len(of_book(book, sheet="Last year").rows) == 1
    with pytest.raises(RosterError, match="no sheet “2024”; it has “Sheet”, “Families”"):
        of_book(book, sheet="2024")


def test_a_missing_column_is_named_with_what_is_there_and_how_to_map_it() -> None:
    with pytest.raises(RosterError) as complaint:
        of("Adult at home,Number,Home language,School\nAsha,715-555-0101,so,Lincoln\n")
    for piece in ("guardian", "none for phone", "“Adult at home”", "--map", "line 1"):
        assert piece in str(complaint.value)
    mapping = parse_mapping(["Adult at home=guardian", "NUMBER = phone"])
    (row,) = of(
        "Adult at home,Number,Home language,School\nAsha,715-555-0101,so,Lincoln\n", mapping=mapping
    ).rows
    assert (row.guardian, row.phones) == ("Asha", ("+17155550101",))


def test_a_mapping_that_fits_nothing_is_refused() -> None:
    with pytest.raises(RosterError, match="our fields are: guardian, first name"):
        parse_mapping(["Number=fon"])
    with pytest.raises(RosterError, match="no column “Handy” to map"):
        of(PLAIN, mapping={"Handy": Field.PHONE})


def test_two_columns_for_one_field_are_refused_until_one_is_left_out() -> None:
    text = "Mother or guardian,Guardian,Parent,Phone,Language,School\nx,Asha,Omar,,so,Lincoln\n"
    with pytest.raises(RosterError, match="“Guardian” and “Parent”"):
        of(text)
    (row,) = of(text, mapping=parse_mapping(["Parent=ignore"])).rows
    assert row.guardian == "Asha"


def test_one_language_column_fills_both_and_none_is_ever_assumed() -> None:
    both = "Guardian,Phone,School,Language read,Language heard\n"
    first, second = of(both + "Asha,,Lincoln,English,Somali\nOmar,,Lincoln,,Somali\n").rows
    assert (first.reads, first.hears, second.reads, second.hears) == ("en", "so", "so", "so")
    (refused,) = of(both + "Asha,,Lincoln,,\n").refused
    assert (refused.line, refused.column) == (2, "Language read")
    assert "None is ever assumed" in refused.reason


def test_a_comma_without_quotes_refuses_the_row_that_it_shifts() -> None:
    (refused,) = of(PLAIN + "Ali, Asha,715-555-0102,Somali,Lincoln,3,S2\n").refused[:1]
    assert refused.line == 3
    assert "more cells than the header" in refused.reason


def test_all_bad_values_of_a_row_are_named_and_blank_lines_keep_the_count() -> None:
    found = of(PLAIN + "\n,,,,,\nOmar,555-0101,Somali,Lincoln,99,S2\n")
    assert [(one.line, one.column) for one in found.refused] == [(5, "Phone"), (5, "Grade")]
    assert found.lines_refused == 1


def test_how_and_when_may_share_a_cell() -> None:
    cells = [
        "paper 9/1/2026",
        "2026-09-01 (partner)",
        "Sep 1, 2026 in person",
        "letter",
        "1 de septiembre de 2026",
    ]
    lines = "".join(f'A{number},,so,Lincoln,"{cell}"\n' for number, cell in enumerate(cells))
    found = of("Guardian,Phone,Language,School,First contact\n" + lines)
    assert [(row.approached_by, row.approached_on) for row in found.rows] == [
        ("paper", "2026-09-01"),
        ("partner", "2026-09-01"),
        ("person", "2026-09-01"),
        ("paper", None),
        (None, "2026-09-01"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "is empty"),
        (b"PK\x03\x04 not a workbook", "cannot be opened as a spreadsheet"),
        (b"%PDF-1.7\n\x81\x8d\x8f\x90\x9d", "neither a spreadsheet nor text"),
        (b"hello\nworld\n", "no column for guardian"),
    ],
)
def test_what_is_no_roster_gets_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(RosterError, match=sentence):
        parse(content, "roster.csv", region="US")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="There is no file"):
        read(tmp_path / "none.csv", region="US")
