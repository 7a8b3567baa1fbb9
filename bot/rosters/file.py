"""One file of a school office as rows: guardian and child, each cell read for what it means.

A row with a bad value is refused whole and named by line, column, value and reason; it never becomes
half a row. Nothing here touches the store.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bot.errors import LanguageError, RosterError
from bot.languages import by_name
from bot.rosters import headers, table, values
from bot.rosters.headers import LANGUAGES, NAMES, Column, Field, parse_mapping, score
from bot.rosters.table import Line
from bot.rosters.values import words_of

__all__ = ["Field", "Refusal", "RosterFile", "Row", "Survey", "parse", "parse_mapping", "read", "survey"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One guardian and one child, as the file has them."""

    line: int
    guardian: str
    phones: tuple[str, ...]  #: E.164, the one to try first in front
    reads: str  #: language tag
    hears: str
    school: str
    grade: str | None = None  #: "PK", "K", "1" to "12"
    child: str | None = None
    reference: str | None = None
    household: str | None = None
    approached_by: str | None = None  #: an `Approach`
    approached_on: str | None = None  #: ISO date


@dataclass(frozen=True, slots=True)
class Refusal:
    """One value that cannot be taken, and with it its row."""

    line: int
    column: str  #: the file's own header
    value: str
    reason: str
    guardian: str = ""  #: whose row it is, as far as that can be read: never called missing
    reference: str | None = None
    child: str | None = None


@dataclass(frozen=True, slots=True)
class RosterFile:
    """What a file says, and what of it cannot be taken."""

    rows: tuple[Row, ...]
    refused: tuple[Refusal, ...]
    columns: Mapping[str, str]  #: their header -> our field
    ignored: tuple[str, ...]  #: headers that nobody asked us to read

    @property
    def lines_refused(self) -> int:
        """How many rows are refused; a row may have more than one bad value."""
        return len({refusal.line for refusal in self.refused})


def read(
    path: Path, *, region: str, mapping: Mapping[str, Field] | None = None, sheet: str | None = None
) -> RosterFile:
    """Read a roster; see `parse`. Raises `RosterError` for a file that cannot be opened."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise RosterError(f"There is no file {path}: check the name and the folder.") from None
    except OSError as error:
        raise RosterError(f"{path} cannot be opened: {error.strerror}.") from None
    return parse(content, path.name, region=region, mapping=mapping, sheet=sheet)


def parse(
    content: bytes,
    place: str,
    *,
    region: str,
    mapping: Mapping[str, Field] | None = None,
    sheet: str | None = None,
    chosen: Sequence[Field | None] | None = None,
) -> RosterFile:
    """Read the bytes of a roster that is called `place`.

    `region` is the school's, for phones without a country and dates in numbers. `mapping` is what
    `parse_mapping` returns; `chosen` is the field of each column of `survey`. Raises `RosterError` if the
    file is no table, has no header line that we understand, or lacks a column that is needed.
    """
    mapping = mapping or {}
    found = table.lines(content, place, judge=lambda cells: score(cells, mapping), sheet=sheet)
    header = max(found[: table.SAMPLE], key=lambda line: score(line.cells, mapping))
    columns = headers.columns(header, mapping, place, chosen)
    reader = _Reader(columns, region)
    for line in found:
        if line.number > header.number:
            reader.take(line)
    return RosterFile(
        tuple(reader.rows),
        tuple(reader.refused),
        {column.header: column.field for column in columns if column.field and column.header},
        tuple(column.header for column in columns if column.field is None and column.header),
    )


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One column as the file has it."""

    header: str
    field: Field | None  #: what we take it for
    examples: tuple[str, ...]  #: the first few different cells


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file looks like, before anybody says which column is what."""

    columns: tuple[Surveyed, ...]
    line: int  #: of the header
    rows: int  #: below it
    sheets: tuple[str, ...]  #: of a workbook
    sheet: str | None  #: that was looked at, where there are several


def survey(content: bytes, place: str, *, sheet: str | None = None, examples: int = 3) -> Survey:
    """Look at the bytes of a file that is called `place`. Raises `RosterError` if it is no table.

    Of a workbook whose roster could be on several sheets the first is looked at.
    """
    sheets = table.sheet_names(content, place)
    if sheet is None and len(sheets) > 1:
        sheet = table.likeliest_sheet(content, place, judge=lambda cells: score(cells, {}))
    found = table.lines(content, place, judge=lambda cells: score(cells, {}), sheet=sheet)
    header = max(found[: table.SAMPLE], key=lambda line: score(line.cells, {}))
    below = [line.cells for line in found if line.number > header.number]
    columns = [
        Surveyed(column.header, column.field, _examples(below, index, examples))
        for index, column in enumerate(headers.guessed(header, {}))
    ]
    return Survey(tuple(columns), header.number, len(below), sheets, sheet)


def _examples(rows: Sequence[Sequence[str]], index: int, most: int) -> tuple[str, ...]:
    different: dict[str, None] = {}
    for cells in rows:
        text = words_of(cells[index]) if index < len(cells) else ""
        if text:
            different[text] = None
        if len(different) == most:
            break
    return tuple(different)


class _Cells:
    """One line by field; collects what is bad in it as (column, value, reason)."""

    def __init__(self, line: Line, columns: Sequence[Column]) -> None:
        self.bad: list[tuple[str, str, str]] = []
        self._cells: dict[Field, list[tuple[str, str]]] = {}
        for index, column in enumerate(columns):
            if column.field is not None:
                text = line.cells[index].strip() if index < len(line.cells) else ""
                self._cells.setdefault(column.field, []).append((column.header, text))
        beyond = [cell for cell in line.cells[len(columns) :] if cell.strip()]
        if beyond:
            reason = "this row has more cells than the header: is there a comma without quotes in one?"
            self.bad.append((f"column {len(columns) + 1}", beyond[0], reason))

    def all(self, wanted: Field, read: Callable[[str], T]) -> list[T]:
        """Read every cell of a field; what cannot be read is refused."""
        read_cells = []
        for header, text in self._cells.get(wanted, ()):
            try:
                read_cells.append(read(text))
            except ValueError as error:
                self.bad.append((header, text, str(error)))
        return read_cells

    def one(self, wanted: Field, read: Callable[[str], T]) -> T | None:
        """Read the one cell of a field; None if the file has no such column."""
        return next(iter(self.all(wanted, read)), None)

    def refuse_empty(self, ways: Sequence[Field], reason: str) -> None:
        """Refuse the line for want of a value, unless its cell is refused already."""
        named = [header for way in ways for header, _ in self._cells.get(way, ())]
        if not any(bad[0] in named for bad in self.bad):
            self.bad.append((named[0], "", reason))


@dataclass(slots=True)
class _Reader:
    """Reads lines one after another; remembers the languages it has already looked up."""

    columns: Sequence[Column]
    region: str
    rows: list[Row] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """Add the line to `rows`, or every bad value of it to `refused`."""
        cells = _Cells(line, self.columns)
        row: dict[str, Any] = {
            "guardian": _guardian(cells),
            "phones": self._phones(cells),
            **self._languages(cells),
            "school": cells.one(Field.SCHOOL, words_of),
            "grade": cells.one(Field.GRADE, values.grade),
            "child": cells.one(Field.CHILD, _reference),
            "reference": cells.one(Field.REFERENCE, _reference),
            "household": cells.one(Field.HOUSEHOLD, _reference),
            **self._approach(cells),
        }
        if not row["school"]:
            cells.refuse_empty((Field.SCHOOL,), "which school?")
        if cells.bad:
            who = row["guardian"], row["reference"], row["child"]
            self.refused += [Refusal(line.number, *bad, *who) for bad in cells.bad]
        else:
            self.rows.append(Row(line=line.number, **row))

    def _phones(self, cells: _Cells) -> tuple[str, ...]:
        found = cells.all(Field.PHONE, lambda text: values.phones(text, self.region))
        return tuple(dict.fromkeys(number for numbers in found for number in numbers))

    def _languages(self, cells: _Cells) -> dict[str, str | None]:
        both = cells.one(Field.LANGUAGE, self._tag)
        reads, hears = cells.one(Field.READS, self._tag), cells.one(Field.HEARS, self._tag)
        if not (both or reads or hears):
            cells.refuse_empty(LANGUAGES, "which language? None is ever assumed")
        return {"reads": reads or both or hears, "hears": hears or both or reads}

    def _tag(self, text: str) -> str | None:
        text = words_of(text)
        if text and text not in self.tags:
            try:
                self.tags[text] = by_name(text).tag
            except LanguageError as error:
                raise ValueError(str(error)) from None
        return self.tags.get(text)

    def _approach(self, cells: _Cells) -> dict[str, str | None]:
        both = cells.one(Field.APPROACHED, lambda text: how_and_when(text, self.region)) or (None, None)
        on = cells.one(Field.APPROACHED_ON, lambda text: values.day(text, self.region))
        return {
            "approached_by": cells.one(Field.APPROACHED_BY, values.approach) or both[0],
            "approached_on": on or both[1],
        }


def _guardian(cells: _Cells) -> str:
    parts = [cells.one(way, words_of) or "" for way in NAMES]
    name = parts[0] or " ".join(part for part in parts[1:] if part)
    if not any(sign.isalpha() for sign in name) or name.casefold() in {"n/a", "none"}:
        cells.refuse_empty(NAMES, "who is the guardian?")
    return name


def _reference(text: str) -> str | None:
    """Take a number as the office writes it; "~" begins references that Homeloop made itself."""
    if values.is_nothing(text):
        return None
    return re.sub(r"^(\d+)\.0+$", r"\1", words_of(text)).lstrip("~") or None


def how_and_when(text: str, region: str) -> tuple[str | None, str | None]:
    """Part one cell, "paper 9/1/2026" or "Sep 3, 2026 in person", into both. Raises ValueError."""
    words = [word for word in re.split(r"[\s,;:()]+", text) if word not in {"", "-", "–", "on", "el"}]
    for cut in range(len(words) + 1):
        left, right = " ".join(words[:cut]), " ".join(words[cut:])
        for how, when in ((left, right), (right, left)):
            try:
                return values.approach(how), values.day(when, region)
            except ValueError:
                continue
    raise ValueError("write how and when as in “paper 2026-09-01”")
