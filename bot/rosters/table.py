"""The bytes of a file as lines of text cells, whatever office program wrote it.

Text files: UTF-8 with or without a mark, UTF-16, Windows-1252; commas, semicolons, tabs or bars.
Spreadsheets: whatever calamine opens (XLSX, XLSM, XLSB, XLS, ODS). Numbers and dates of a spreadsheet
become the text a person would have typed: 7155550142, 2026-09-01.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import python_calamine as calamine

from bot.errors import RosterError

LARGEST = 300 * 2**20  #: bytes that a workbook may unpack to
SAMPLE = 20  #: lines looked at for the header and the delimiter: offices put titles above their tables

_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  #: ZIP (XLSX, ODS) and OLE (XLS)
_DELIMITERS = ",;\t|"

#: how well a line of cells would do as the header; 0 for not at all
Judge = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `number` counts from 1 as a spreadsheet program shows it, header and blanks included."""

    number: int
    cells: tuple[str, ...]


def lines(content: bytes, place: str, *, judge: Judge, sheet: str | None = None) -> list[Line]:
    """Return every line that has something in it. Raises `RosterError`, naming `place`.

    `judge` chooses the delimiter of a text file, and the sheet of a workbook when none is named.
    """
    if content.startswith(_SPREADSHEETS):
        found = _spreadsheet(content, place, judge, sheet)
    elif sheet is not None:
        raise RosterError(f"{place} is a text file and has no sheet “{sheet}”: leave --sheet away.")
    else:
        found = _text(decode(content, place), place, judge)
    if not found:
        raise RosterError(f"{place} is empty: export the roster again.")
    return found


def decode(content: bytes, place: str) -> str:
    """Find out how a text file is encoded and return its text. Raises `RosterError`."""
    for name in _encodings(content):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RosterError(
        f"{place} is neither a spreadsheet nor text that Homeloop can read: "
        "open it in the program that made it and save it as XLSX or as CSV (UTF-8)."
    )


def _encodings(content: bytes) -> tuple[str, ...]:
    """Order the guesses. Without a mark, UTF-16 shows in a zero byte beside every Latin letter."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    start = content[:2000]
    if start.count(0) > len(start) // 8:
        return ("utf-16-le", "utf-16-be") if start[1::2].count(0) > start[::2].count(0) else ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _text(text: str, place: str, judge: Judge) -> list[Line]:
    tries = [_split(text, delimiter) for delimiter in _DELIMITERS]
    best = max(tries, key=lambda found: _fitness(found, judge))
    if any(len(line.cells) > 1000 for line in best[:SAMPLE]):
        raise RosterError(f"{place} is not a table of people: it has lines of more than 1,000 cells.")
    return best


def _split(text: str, delimiter: str) -> list[Line]:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return []
    return _filled(rows)


def _fitness(found: Sequence[Line], judge: Judge) -> tuple[int, int]:
    sample = found[:SAMPLE]
    return max((judge(line.cells) for line in sample), default=0), max(
        (len(line.cells) for line in sample), default=0
    )


def sheet_names(content: bytes, place: str) -> tuple[str, ...]:
    """Name the sheets of a workbook; a text file has none. Raises `RosterError`."""
    if not content.startswith(_SPREADSHEETS):
        return ()
    with _opened(content, place) as book:
        return tuple(_names(book))


def likeliest_sheet(content: bytes, place: str, *, judge: Judge) -> str | None:
    """Name the first of the sheets that would do best as a roster. Raises `RosterError`."""
    with _opened(content, place) as book:
        fitness = {name: _fitness(_cells(book.get_sheet_by_name(name)), judge)[0] for name in _names(book)}
    return max(fitness, key=lambda name: fitness[name]) if fitness else None


def _spreadsheet(content: bytes, place: str, judge: Judge, sheet: str | None) -> list[Line]:
    with _opened(content, place) as book:
        return _sheet(book, place, judge, sheet)


@contextmanager
def _opened(content: bytes, place: str) -> Iterator[calamine.CalamineWorkbook]:
    _refuse_bomb(content, place)
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            yield book
    except calamine.PasswordError:
        raise RosterError(f"{place} is locked with a password: save it without one.") from None
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError) as error:
        raise RosterError(
            f"{place} cannot be opened as a spreadsheet ({error}): save it again as XLSX."
        ) from None


def _refuse_bomb(content: bytes, place: str) -> None:
    """Refuse a small file that would unpack to more than any roster holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(one.file_size for one in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return  # an old XLS is no ZIP; calamine says what else may be wrong
    if size > LARGEST:
        raise RosterError(f"{place} unpacks to {size // 2**20:,} MB, which no roster does: save it as CSV.")


def _names(book: calamine.CalamineWorkbook) -> list[str]:
    return [one.name for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]


def _sheet(book: calamine.CalamineWorkbook, place: str, judge: Judge, wanted: str | None) -> list[Line]:
    names = _names(book)
    listed = ", ".join(f"“{name}”" for name in names)
    if wanted is not None:
        if wanted not in names:
            raise RosterError(f"{place} has no sheet “{wanted}”; it has {listed}.")
        return _cells(book.get_sheet_by_name(wanted))
    sheets = {name: found for name in names if (found := _cells(book.get_sheet_by_name(name)))}
    fitness = {name: _fitness(found, judge)[0] for name, found in sheets.items()}
    best = [name for name, value in fitness.items() if value == max(fitness.values())]
    if len(best) > 1:
        raise RosterError(
            f"{place} has several sheets that may be the roster ({', '.join(f'“{name}”' for name in best)}): "
            "say which with --sheet NAME."
        )
    return sheets[best[0]] if best else []


def _cells(sheet: calamine.CalamineSheet) -> list[Line]:
    rows = [[_words(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if left == right:  # one name over the rows of several children
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]
    return _filled(rows)


def _words(cell: object) -> str:
    match cell:
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
        case bool() | timedelta():
            return str(cell)
        case _:
            return str(cell)


def _filled(rows: Iterable[Sequence[str]]) -> list[Line]:
    numbered = (Line(number, tuple(row)) for number, row in enumerate(rows, start=1))
    return [line for line in numbered if any(cell.strip() for cell in line.cells)]
