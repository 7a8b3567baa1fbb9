"""A roster from the school's own system: upload it, say which column is what, see what it changes, do it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from bot import roster
from bot.errors import RosterError
from bot.roles import Right
from bot.rosters import headers
from bot.rosters.file import Field, RosterFile, Survey, parse, survey
from bot.rosters.plan import ImportPlan
from bot.store import incoming
from bot.store.incoming import Upload
from bot.web.access import needs
from bot.web.console.visit import Audit, OneVisit, Page, Visit
from bot.web.console.wording import N_

ROWS: Final = 25  #: of one list of the preview

#: a form with a file of 10 MB is a little larger than that
LARGEST_FORM: Final = incoming.LARGEST + 200_000

#: what a column may hold, as the form calls it
FIELDS: Final = {
    Field.GUARDIAN: N_("Guardian's whole name"),
    Field.FIRST_NAME: N_("Guardian's first name"),
    Field.LAST_NAME: N_("Guardian's last name"),
    Field.PHONE: N_("Phone"),
    Field.LANGUAGE: N_("Home language"),
    Field.READS: N_("Language they read"),
    Field.HEARS: N_("Language they hear"),
    Field.SCHOOL: N_("School"),
    Field.GRADE: N_("Grade"),
    Field.CHILD: N_("Number of the child"),
    Field.REFERENCE: N_("Number of the guardian"),
    Field.HOUSEHOLD: N_("Number of the household"),
    Field.APPROACHED: N_("How and when they were told of us"),
    Field.APPROACHED_BY: N_("How they were told of us"),
    Field.APPROACHED_ON: N_("When they were told of us"),
}

#: lists of the preview: name in the address, heading
PARTS: Final = {
    "new": N_("New people"),
    "changed": N_("What changes"),
    "missing": N_("Not in this file"),
    "refused": N_("Refused"),
    "kept": N_("The family's own choice stays"),
    "conflicts": N_("Two rows disagree"),
    "bad": N_("Cannot be reached"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What importing an upload would do."""

    upload: Upload
    file: RosterFile
    plan: ImportPlan

    @property
    def mark(self) -> str:
        """A fingerprint of the plan: what was seen is what is done, or nothing is."""
        return hashlib.sha256(repr(self.plan).encode()).hexdigest()

    def part(self, name: str) -> Sequence[Any]:
        """Return one list of the preview."""
        plan = self.plan
        lists: dict[str, Sequence[Any]] = {
            "new": plan.new,
            "changed": (*plan.changed, *plan.changed_children, *plan.changed_phones),
            "missing": plan.missing,
            "refused": plan.refused,
            "kept": plan.kept,
            "conflicts": plan.conflicts,
            "bad": plan.bad_numbers,
        }
        return lists[name]


def _folder(visit: OneVisit) -> Path:
    return incoming.folder_of(visit.app.store.path)


@get("/people/import", opt=needs(Right.PEOPLE))
async def ask_file(visit: Visit) -> Page:
    """Ask for a file."""
    return visit.page("people/upload.html", complaint=None)


@post("/people/import", opt=needs(Right.PEOPLE), request_max_body_size=LARGEST_FORM)
async def take_file(visit: Visit) -> Page:
    """Keep an uploaded file until it is imported."""
    form = await visit.form()
    try:
        sent = await form.file("file")
        if sent is None:
            raise RosterError(N_("Choose a file first."))
        upload = incoming.keep(_folder(visit), *sent, visit.now)
        try:
            await asyncio.to_thread(_look, visit, upload)
        except RosterError:
            incoming.remove(_folder(visit), upload.token)
            raise
    except RosterError as error:
        return visit.page("people/upload.html", status=422, complaint=visit._(str(error)))
    return visit.go(f"/people/import/{upload.token}")


def _look(visit: OneVisit, upload: Upload) -> Survey:
    return survey(incoming.content(_folder(visit), upload), upload.name, sheet=upload.sheet)


@get("/people/import/{token:str}", opt=needs(Right.PEOPLE))
async def ask_columns(visit: Visit, token: FromPath[str], sheet: FromQuery[str] = "") -> Page:
    """Show what the columns hold, and ask which is what."""
    try:
        upload = incoming.find(_folder(visit), token)
        if sheet and sheet != upload.sheet:
            upload = incoming.choose(_folder(visit), upload, None, sheet)
        return await _columns_page(visit, upload)
    except RosterError as error:
        return visit.page("people/upload.html", status=422, complaint=visit._(str(error)))


async def _columns_page(
    visit: OneVisit, upload: Upload, complaints: Sequence[str] = (), fields: Sequence[str] | None = None
) -> Page:
    seen = await asyncio.to_thread(_look, visit, upload)
    chosen = fields if fields is not None else upload.fields
    if chosen is None or len(chosen) != len(seen.columns):
        chosen = [column.field or "" for column in seen.columns]
    return visit.page(
        "people/columns.html",
        status=422 if complaints else 200,
        upload=upload,
        seen=seen,
        chosen=chosen,
        fields=[("", visit._("Do not read")), *((one.value, visit._(text)) for one, text in FIELDS.items())],
        complaints=complaints,
        sheets=[(name, name) for name in seen.sheets],
    )


@post("/people/import/{token:str}", opt=needs(Right.PEOPLE))
async def choose_columns(visit: Visit, token: FromPath[str]) -> Page:
    """Keep which column is what."""
    form = await visit.form()
    try:
        upload = incoming.find(_folder(visit), token)
        fields = [text if text in set(FIELDS) else "" for text in form.all("field")]
        if complaints := _complaints(visit, fields):
            return await _columns_page(visit, upload, complaints, fields)
        seen = await asyncio.to_thread(_look, visit, upload)
        incoming.choose(_folder(visit), upload, fields, seen.sheet)
    except RosterError as error:
        return visit.page("people/upload.html", status=422, complaint=visit._(str(error)))
    return visit.go(f"/people/import/{token}/plan")


def _complaints(visit: OneVisit, fields: Sequence[str]) -> list[str]:
    chosen = [Field(text) if text else None for text in fields]
    lacking = [
        visit._("Which column holds this? %(field)s", field=visit._(FIELDS[field]))
        for field in headers.lacking(chosen)
    ]
    doubled = [
        visit._("Only one column can hold this: %(field)s", field=visit._(FIELDS[field]))
        for field in headers.doubled(chosen)
    ]
    return lacking + doubled


@get("/people/import/{token:str}/plan", opt=needs(Right.PEOPLE))
async def show_plan(
    visit: Visit, token: FromPath[str], part: FromQuery[str] = "", page: FromQuery[int] = 1
) -> Page:
    """Show what the import would do."""
    return await _plan_page(visit, token, part=part, page=page)


async def _plan_page(
    visit: OneVisit, token: str, *, part: str = "", page: int = 1, complaint: str | None = None
) -> Page:
    try:
        upload = incoming.find(_folder(visit), token)
        seen = await visit.figures(upload, preview, _folder(visit), token, visit.settings.school.region)
    except RosterError as error:
        return visit.page("people/upload.html", status=422, complaint=visit._(str(error)))
    counts = {name: len(seen.part(name)) for name in PARTS}
    part = part if part in PARTS else next((name for name in _FIRST if counts[name]), "new")
    page = max(1, min(page, -(-counts[part] // ROWS) or 1))
    return visit.page(
        "people/plan.html",
        status=422 if complaint else 200,
        seen=seen,
        parts=[(name, visit._(text), counts[name]) for name, text in PARTS.items()],
        part=part,
        rows=seen.part(part)[(page - 1) * ROWS : page * ROWS],
        first=(page - 1) * ROWS + 1,
        page=page,
        pages=-(-counts[part] // ROWS),
        complaint=complaint,
    )


#: which list is shown first: what may need a hand before anything else
_FIRST: Final = ("refused", "conflicts", "changed", "new", "missing", "kept", "bad")


def preview(session: Session, folder: Path, token: str, region: str) -> Preview:
    """Read an upload and plan its import. Raises `RosterError`."""
    upload = incoming.find(folder, token)
    chosen = [Field(text) if text else None for text in upload.fields] if upload.fields is not None else None
    content = incoming.content(folder, upload)
    file = parse(content, upload.name, region=region, sheet=upload.sheet, chosen=chosen)
    return Preview(upload, file, roster.plan(session, file.rows, refused=file.refused))


@post("/people/import/{token:str}/plan", opt=needs(Right.PEOPLE))
async def carry_out(visit: Visit, token: FromPath[str]) -> Page:
    """Import what was shown."""
    form = await visit.form()
    try:
        seen = await visit.read(preview, _folder(visit), token, visit.settings.school.region)
        if seen.file.refused and not form.on("without"):
            raise RosterError(N_("Some rows are refused. Put them right in the file, or leave them out."))
        if form.text("mark") != seen.mark:
            raise RosterError(N_("Something changed while you were reading. Look again, then import it."))
        await visit.write(
            roster.carry_out,
            seen.file.rows,
            seen.plan,
            visit.now,
            refused=seen.file.refused,
            audit=Audit("roster.imported", None, _counts(seen)),
        )
    except RosterError as error:
        return await _plan_page(visit, token, complaint=visit._(str(error)))
    incoming.remove(_folder(visit), token)
    return visit.go(
        "/people",
        say=visit._(
            "The roster is imported: %(new)s new people, %(changed)s changed.",
            new=visit.wording.number(len(seen.plan.new)),
            changed=visit.wording.number(len({(one.who, one.line) for one in seen.plan.changed})),
        ),
    )


def _counts(seen: Preview) -> dict[str, int]:
    plan = seen.plan
    return {
        "rows": plan.rows,
        "new": len(plan.new),
        "changed": len(plan.changed),
        "missing": len(plan.missing),
        "refused": seen.file.lines_refused,
    }


@post("/people/import/{token:str}/remove", opt=needs(Right.PEOPLE))
async def remove_file(visit: Visit, token: FromPath[str]) -> Page:
    """Remove an upload without importing it."""
    incoming.remove(_folder(visit), token)
    return visit.go("/people", say=visit._("The file is removed. Nothing was imported."))


HANDLERS = [ask_file, take_file, ask_columns, choose_columns, show_plan, carry_out, remove_file]
