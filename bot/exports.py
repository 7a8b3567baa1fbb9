"""Tables as files: CSV and XLSX in which no cell is ever a formula; pure.

A spreadsheet runs a cell that begins with = + - @, a tab or a line end (also full-width, also behind spaces
or signs without width), wherever the words came from. In CSV such a cell gets an apostrophe in front, which
spreadsheets take for "this is text"; every cell of it is quoted, so that neither a separator nor a line end
within a cell begins another (RFC 4180, UTF-8 with its mark, as spreadsheets expect). In XLSX words are stored
as words.

Numbers that look like a phone's are left out of families' words (`without_phone_numbers`): a file leaves the
school more easily than a page.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import xlsxwriter  # type: ignore[import-untyped]

Value: TypeAlias = str | int | float | None

LONGEST: Final = 32_767  #: characters that one cell of a spreadsheet holds
CUT: Final = " […]"

_STARTS_A_FORMULA: Final = frozenset("=+-@\t\r\n＝＋－＠﹢﹣﹦﹫−")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|[\ud800-\udfff]")
#: seven digits or more of any script, with what people put between them
_PHONE_NUMBER = re.compile(r"[+＋]?\(?\d(?:[\s().\-–]{0,3}\d){6,}")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a sheet of a workbook, or a file of its own."""

    name: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[int] = field(default_factory=tuple)  #: of columns, in characters


def csv_file(table: Table) -> bytes:
    """Write one table as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_safe(head) for head in table.heads])
    writer.writerows([_safe(value) for value in row] for row in table.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_file(tables: Sequence[Table], *, right_to_left: bool = False) -> bytes:
    """Write tables as the sheets of one workbook."""
    made = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(made, options) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        words = book.add_format({"text_wrap": True, "valign": "top"})
        for table in tables:
            sheet = book.add_worksheet(_sheet_name(table.name, [one.name for one in book.worksheets()]))
            if right_to_left:
                sheet.right_to_left()
            _fill(sheet, table, head, words)
    return made.getvalue()


def file_name(*pieces: object, ending: str) -> str:
    """Return a name that every system and every header takes: small Latin letters, digits and hyphens."""
    text = unicodedata.normalize("NFKD", "-".join(str(piece) for piece in pieces)).lower()
    plain = re.sub(
        r"[^a-z0-9]+", "-", "".join(letter for letter in text if not unicodedata.combining(letter))
    )
    return f"{plain.strip('-')[:60].strip('-') or 'homeloop'}.{ending}"


def without_phone_numbers(text: str, instead: str) -> str:
    """Return words in which whatever may be a phone number is replaced."""
    return _PHONE_NUMBER.sub(instead, text)


def _fill(sheet: Any, table: Table, head: Any, words: Any) -> None:
    for column, width in enumerate(table.widths):
        sheet.set_column(column, column, width)
    for column, text in enumerate(table.heads):
        sheet.write_string(0, column, _cell(text), head)
    for line, row in enumerate(table.rows, 1):
        for column, value in enumerate(row):
            match value:
                case str():
                    sheet.write_string(line, column, _cell(value), words)
                case int() | float():
                    sheet.write_number(line, column, value, words)
    sheet.freeze_panes(1, 0)


def _safe(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    text = _cell(value)
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    """Say whether a spreadsheet may run a text; what cannot be seen before its first sign does not count."""
    for sign in text:
        if sign in _STARTS_A_FORMULA:
            return True
        if not sign.isspace() and unicodedata.category(sign) not in {"Cf", "Cc", "Mn", "Me"}:
            return False
    return False


def _cell(text: str) -> str:
    """Return what a cell can hold: no control signs but the line end, and not too long to be kept."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """Spreadsheets allow 31 characters, some of them not, no apostrophe at either end, and no name twice."""
    plain = _SHEET_NAME.sub(" ", _CONTROL.sub("", name)).strip(" '\n\t")[:31].strip(" '") or "Sheet"
    number, found = 2, plain
    while found.lower() in {one.lower() for one in taken}:
        found = f"{plain[:27]} {number}"
        number += 1
    return found
