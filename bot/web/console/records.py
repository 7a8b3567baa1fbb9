"""Records: what is kept how long; erase, merge and export one household."""

from __future__ import annotations

import asyncio
from typing import Final

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bot import consent, directory, records
from bot.errors import RecordsError
from bot.roles import Right
from bot.web.access import needs
from bot.web.console.people import found_home
from bot.web.console.visit import Form, OneVisit, Page, Visit
from bot.web.console.wording import N_

#: kinds of data: what they are called, and what becomes of them
KINDS: Final = {
    "words": (
        N_("What families wrote"),
        N_("Their texts, what we understood, notes of staff. Answers keep their choice, so counts stay."),
    ),
    "texts": (N_("What we wrote to one family"), N_("Our answers. Broadcasts stay: they hold no family.")),
    "events": (N_("Reports of the phone companies"), N_("Whether each text arrived. The result stays.")),
    "leavers": (
        N_("People whom no roster names"),
        N_("Erased with everything of theirs, from when the roster first left them out."),
    ),
    "codes": (N_("Codes for Telegram"), N_("Used or not.")),
    "sign_ins": (N_("Sign-ins of staff"), N_("Ended sessions, tries to sign in, invitations that are over.")),
}

#: what was removed, in the words of the page
REMOVED: Final = {
    "words": N_("messages and notes"),
    "texts": N_("texts of ours"),
    "events": N_("reports"),
    "loose_events": N_("reports about erased texts"),
    "leavers": N_("people who had left"),
    "codes": N_("codes"),
    "sign_ins": N_("sign-ins"),
    "uploads": N_("uploaded files"),
    "people": N_("people"),
    "children": N_("children"),
    "phones": N_("phones"),
    "silenced": N_("phones that stay stopped"),
    "messages": N_("messages"),
    "replies": N_("answers"),
    "notes": N_("notes"),
}

_AND_BYTES: Final = N_("Erased: nothing of this is left in the database.")
_NOT_BYTES: Final = N_(
    "Erased. The file itself could not be cleaned at this moment; it is tried again tonight."
)


@get("/records", opt=needs(Right.RECORDS))
async def show_records(visit: Visit) -> Page:
    """Show what is kept how long, and what was removed lately."""
    kept = await visit.read(records.kept, visit.settings)
    rows = [(visit._(name), visit._(about), kept.days[kind]) for kind, (name, about) in KINDS.items()]
    return visit.page(
        "records/kept.html",
        kept=kept,
        rows=rows,
        at=visit.settings.retention.at,
        removed={kind: visit._(text) for kind, text in REMOVED.items()},
    )


@post("/records", opt=needs(Right.RECORDS))
async def remove_now(visit: Visit) -> Page:
    """Remove what is old enough now, not tonight."""
    done = await records.sweep(visit.app.store, visit.settings, visit.now, who=visit.actor)
    visit.summaries.forget()
    number = sum(done.removed.values())
    if not number:
        return visit.go("/records", say=visit._("Nothing was old enough to be removed."))
    say = visit.n_("%(num)s row was removed.", "%(num)s rows were removed.", number)
    return visit.go("/records", say=say)


# ------------------------------------------------------------------ erase


@get("/households/{number:int}/erase", opt=needs(Right.RECORDS))
async def ask_erase(visit: Visit, number: FromPath[int]) -> Page:
    """Say what erasing a household takes, and ask for its number."""
    return await _erase_page(visit, number)


async def _erase_page(
    visit: OneVisit, number: int, complaint: str | None = None, typed: Form | None = None
) -> Page:
    try:
        seen = await visit.read(records.erasure, number)
    except RecordsError:
        raise NotFoundException from None
    return visit.page(
        "records/erase.html",
        status=422 if complaint else 200,
        seen=seen,
        complaint=complaint,
        shared=typed.text("shared") if typed else "",
    )


@post("/households/{number:int}/erase", opt=needs(Right.RECORDS))
async def do_erase(visit: Visit, number: FromPath[int]) -> Page:
    """Erase a household, then its bytes."""
    form = await visit.form()
    try:
        await visit.write(
            records.erase,
            number,
            visit.actor,
            visit.now,
            typed=form.number("number"),
            shared=form.text("shared") or None,
        )
    except RecordsError as error:
        return await _erase_page(visit, number, str(error), form)
    return await _erased(visit)


async def _erased(visit: OneVisit) -> Page:
    clean = await asyncio.to_thread(records.finish, visit.app.store)
    sentence = visit._(_AND_BYTES if clean else _NOT_BYTES)
    return visit.go("/people", say=sentence, tone="success" if clean else "warning")


@get("/phones/{phone:int}/erase", opt=needs(Right.RECORDS))
async def ask_erase_phone(visit: Visit, phone: FromPath[int]) -> Page:
    """Ask before the number of nobody's is erased."""
    return await _erase_phone_page(visit, phone)


async def _erase_phone_page(visit: OneVisit, phone: int, complaint: str | None = None) -> Page:
    try:
        seen = await visit.read(consent.look_at, phone)
    except RecordsError:
        raise NotFoundException from None
    status = 422 if complaint else 200
    return visit.page("records/erase_phone.html", status=status, seen=seen, complaint=complaint)


@post("/phones/{phone:int}/erase", opt=needs(Right.RECORDS))
async def do_erase_phone(visit: Visit, phone: FromPath[int]) -> Page:
    """Erase the number of nobody's."""
    try:
        await visit.read(consent.look_at, phone)
        await visit.write(records.erase_phone, phone, visit.actor, visit.now)
    except RecordsError as error:
        return await _erase_phone_page(visit, phone, str(error))
    return await _erased(visit)


# ------------------------------------------------------------------ export


@get("/households/{number:int}/export", opt=needs(Right.RECORDS))
async def ask_export(visit: Visit, number: FromPath[int]) -> Page:
    """Ask for whom the export is."""
    return visit.page("records/export.html", home=await found_home(visit, number), complaint=None)


@post("/households/{number:int}/export", opt=needs(Right.RECORDS))
async def do_export(visit: Visit, number: FromPath[int]) -> Response[bytes] | Page:
    """Hand the records over as one file; nothing of it stays here."""
    form = await visit.form()
    home = await found_home(visit, number)
    if form.text("person") not in {"all", *(str(member.id) for member in home.members)}:
        complaint = visit._("Say for whom it is.")
        return visit.page("records/export.html", status=422, home=home, complaint=complaint)
    parcel = await visit.write(
        records.export,
        number,
        form.number("person"),
        visit.actor,
        visit.now,
        visit.settings.school.name,
    )
    headers = {"content-disposition": f'attachment; filename="{parcel.name}"'}
    return Response(parcel.content, status_code=200, media_type="application/zip", headers=headers)


# ------------------------------------------------------------------ merge


@get("/households/{number:int}/merge", opt=needs(Right.RECORDS))
async def ask_merge(visit: Visit, number: FromPath[int]) -> Page:
    """Ask which household is the same as this one."""
    home = await found_home(visit, number)
    return visit.page("records/find.html", home=home, text="", hits=None)


@post("/households/{number:int}/merge", opt=needs(Right.RECORDS), status_code=200)
async def find_other(visit: Visit, number: FromPath[int]) -> Page:
    """Look for the other household; names and numbers stay out of the address."""
    text = (await visit.form()).text("q")[:100]
    home = await found_home(visit, number)
    hits = None
    if text:
        hits = await visit.read(directory.people, text, region=visit.settings.school.region)
    return visit.page("records/find.html", home=home, text=text, hits=hits)


@get("/households/{number:int}/merge/{other:int}", opt=needs(Right.RECORDS))
async def show_merge(visit: Visit, number: FromPath[int], other: FromPath[int]) -> Page:
    """Show what merging would do."""
    return await _merge_page(visit, number, other)


async def _merge_page(
    visit: OneVisit, number: int, other: int, complaint: str | None = None, typed: Form | None = None
) -> Page:
    try:
        seen = await visit.read(records.merging, number, other)
    except RecordsError:
        raise NotFoundException from None
    same = {
        twin.member.id: (typed.number(f"same-{twin.member.id}") if typed else twin.same_as) or ""
        for twin in seen.twins
    }
    return visit.page(
        "records/merge.html", status=422 if complaint else 200, seen=seen, same=same, complaint=complaint
    )


@post("/households/{number:int}/merge/{other:int}", opt=needs(Right.RECORDS))
async def do_merge(visit: Visit, number: FromPath[int], other: FromPath[int]) -> Page:
    """Make one household of two."""
    form = await visit.form()
    fields = (name for name in form.fields if name.startswith("same-"))
    chosen = {int(name[5:]): form.number(name) for name in fields if name[5:].isdecimal()}
    same = {gone: stays for gone, stays in chosen.items() if stays is not None}
    try:
        await visit.write(records.merge, number, other, same, visit.actor, visit.now)
    except RecordsError as error:
        return await _merge_page(visit, number, other, str(error), form)
    return visit.go(f"/households/{number}", say=visit._("This is one household now."))


HANDLERS = [
    show_records,
    remove_now,
    ask_erase,
    do_erase,
    ask_erase_phone,
    do_erase_phone,
    ask_export,
    do_export,
    ask_merge,
    find_other,
    show_merge,
    do_merge,
]
