"""Results: what inquiries have brought in, who is missing, own words, and all of it as a file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from litestar import Response, get
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath, FromQuery
from markupsafe import Markup
from sqlmodel import Session

from bot import exports
from bot.errors import BroadcastError
from bot.inquiry import LANGUAGE, Line, Results
from bot.results import all_words, inquiries, own_words, results
from bot.roles import Right
from bot.store.tables import GroupKind
from bot.web import charts
from bot.web.access import needs
from bot.web.charts import Frame
from bot.web.console import results_in_words as words
from bot.web.console.visit import Audit, OneVisit, Page, Visit
from bot.web.console.wording import N_

#: lines of one kind on a page; a file has all of them
_MOST_LINES: Final = 40
#: kinds of lines that are drawn as well
_DRAWN: Final = frozenset({LANGUAGE, GroupKind.SCHOOL})

_TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NONE: Final = N_("This text asked nothing, or it has not gone out yet, so there are no answers to it.")


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of lines, as a page shows it."""

    kind: str
    heading: str
    column: str
    answers: str  #: heading of the table of their answers
    lines: tuple[Line, ...]
    more: int  #: lines that only a file has
    chart: Markup | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One inquiry, as a page shows it."""

    results: Results
    sentence: str
    closes_on: str | None
    by_choice: Markup | None
    over_time: Markup | None
    parts: tuple[Part, ...]
    legend: tuple[tuple[Markup, str], ...] = field(default_factory=tuple)


@get("/results", opt=needs(Right.SEE))
async def listed(visit: Visit, before: FromQuery[int | None] = None) -> Page:
    """List inquiries, the newest first and in a sentence."""
    listing = await visit.figures(("inquiries", before), inquiries, before)
    newest = None
    if before is None and listing.inquiries:
        newest = await _results(visit, listing.inquiries[0].number)
    sentence = words.who_is_missing(visit.wording, newest.missing) if newest else None
    return visit.page("results/list.html", listing=listing, newest=newest, sentence=sentence, before=before)


@get("/broadcasts/{number:int}/results", opt=needs(Right.SEE))
async def one(
    visit: Visit,
    number: FromPath[int],
    before: FromQuery[int | None] = None,
    small: FromQuery[str] = "",
    question: FromQuery[int] = 1,
) -> Page:
    """Show what one inquiry has brought in. Small counts only to those who may read every word anyway."""
    found = await _results(visit, number, question)
    if found is None:
        return visit.page("results/none.html", status=404, number=number, sentence=visit._(_NONE))
    exact = bool(small) and visit.may(Right.READ)
    shown = _shown(visit, found if exact else found.without_small())
    answers = await visit.read(own_words, number, before, question) if visit.may(Right.READ) else None
    return visit.page(
        "results/one.html", shown=shown, answers=answers, before=before, exact=exact, words=words
    )


@get("/broadcasts/{number:int}/results/csv", opt=needs(Right.SEE))
async def as_csv(visit: Visit, number: FromPath[int], what: FromQuery[str] = "figures") -> Response[bytes]:
    """Give the figures, or every answer with its words, as CSV."""
    tables, found = await _tables(visit, number, what, "csv")
    table = tables[-1] if what == "words" else words.one_table(visit.wording, tables)
    content = await asyncio.to_thread(exports.csv_file, table)
    return _file(content, found, what, "csv")


@get("/broadcasts/{number:int}/results/xlsx", opt=needs(Right.SEE))
async def as_xlsx(visit: Visit, number: FromPath[int], what: FromQuery[str] = "figures") -> Response[bytes]:
    """Give the figures, and every answer with its words if asked for, as a workbook."""
    tables, found = await _tables(visit, number, what, "xlsx")
    right_to_left = visit.wording.direction == "rtl"
    content = await asyncio.to_thread(exports.xlsx_file, tables, right_to_left=right_to_left)
    return _file(content, found, what, "xlsx")


async def _results(visit: OneVisit, number: int, question: int = 1) -> Results | None:
    zone = visit.settings.school.zone
    try:
        return await visit.figures(("results", number, question), results, number, zone, question)
    except BroadcastError:
        return None


async def _tables(
    visit: OneVisit, number: int, what: str, ending: str
) -> tuple[list[exports.Table], Results]:
    """Gather what a file holds, and keep who took it along."""
    reads = visit.may(Right.READ)
    if what == "words" and not reads:
        raise PermissionDeniedException(N_("Your account may not see this page or do this."))
    found = await _results(visit, number)
    if found is None:
        raise NotFoundException
    every = [found]
    for step in found.steps[1:]:
        every += [one for one in [await _results(visit, number, step.number)] if one is not None]
    tables = words.tables_of(visit.wording, [one if reads else one.without_small() for one in every])
    if what == "words":
        answers = await visit.read(all_words, number)
        choices = {one.question: one.choices for one in every}
        tables.append(words.words_table(visit.wording, answers, choices))
    detail = {"format": ending, "holds": "words" if what == "words" else "figures"}
    await visit.write(_nothing, audit=Audit("results.exported", f"broadcast:{number}", detail))
    return tables, found


def _nothing(_: Session) -> None:
    """Taking a file along changes nothing but the trail."""


def _file(content: bytes, found: Results, what: str, ending: str) -> Response[bytes]:
    name = exports.file_name(
        "results", found.number, found.title, *(["words"] if what == "words" else []), ending=ending
    )
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_TYPES[ending], headers=headers)


def _shown(visit: OneVisit, found: Results) -> Shown:
    say = visit.wording
    closes = words.day(say, date.fromisoformat(found.closes_on)) if found.closes_on else None
    legend = words.choice_legend(say, found)
    return Shown(
        results=found,
        sentence=words.who_is_missing(say, found.missing),
        closes_on=closes,
        by_choice=_choice_chart(visit, found) if found.choices and found.answers else None,
        over_time=_time_chart(visit, found) if found.spans else None,
        parts=tuple(_part(visit, found, kind) for kind in found.kinds),
        legend=tuple((charts.swatch("key", series), name) for series, name in legend),
    )


def _part(visit: OneVisit, found: Results, kind: str) -> Part:
    lines = found.of(kind)
    drawn = kind in _DRAWN and 1 < len(lines) <= _MOST_LINES
    return Part(
        kind=kind,
        heading=visit._(words.HEADINGS.get(kind, kind)),
        column=words.line_heading(visit.wording, kind),
        answers=visit._(words.ANSWERS.get(kind, kind)),
        lines=lines[:_MOST_LINES],
        more=max(len(lines) - _MOST_LINES, 0),
        chart=_heard_chart(visit, found, kind) if drawn else None,
    )


def _frame(visit: OneVisit, ident: str, title: str, description: str) -> Frame:
    return Frame(ident, title, description, right_to_left=visit.wording.direction == "rtl")


def _choice_chart(visit: OneVisit, found: Results) -> Markup:
    lines = words.choice_bars(visit.wording, found)
    said = "; ".join(line.label for line in lines)
    frame = _frame(visit, "choices", visit._("How many phones gave which answer"), said)
    return charts.bars(frame, lines)


def _heard_chart(visit: OneVisit, found: Results, kind: str) -> Markup:
    lines = words.heard_bars(visit.wording, found, kind)
    title = visit._("Which share of the families was heard from")
    said = "; ".join(line.label for line in lines)
    return charts.bars(_frame(visit, f"heard-{kind}", title, said), lines, mark=found.share)


def _time_chart(visit: OneVisit, found: Results) -> Markup:
    spans, say = found.spans, visit.wording
    total = sum(span.replies for span in spans)
    first, last = words.span_name(say, spans[0]), words.span_name(say, spans[-1])
    highest = visit.n_("%(num)s reply", "%(num)s replies", total)
    said = visit._("%(replies)s between %(first)s and %(last)s", replies=highest, first=first, last=last)
    frame = _frame(visit, "time", visit._("How replies came in"), said)
    return charts.steps(frame, words.time_steps(spans), highest=highest, first=first, last=last)


HANDLERS = [listed, one, as_csv, as_xlsx]
