"""Commands for what is kept of families: export or erase one household, remove what is old enough."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from bot import directory, records
from bot.app import App
from bot.cli.front import Json, console, front
from bot.errors import RecordsError
from bot.store.audit import COMMAND_LINE

app = typer.Typer()

Household = Annotated[
    str, typer.Argument(help="A name, a phone, or a number of the school's that fits one household alone.")
]


def _found(opened: App, text: str) -> int:
    """Return the one household that a text means. Raises `RecordsError`."""
    hits = opened.store.reading(directory.people, text, region=opened.settings.school.region)
    homes = {hit.household for hit in hits.hits if hit.household is not None}
    if len(homes) != 1 or hits.total > len(hits.hits):
        raise RecordsError(
            "Nobody is found under that: “homeloop people” looks people up."
            if not homes
            else "Several households fit that: give a number, or a whole name."
        )
    return homes.pop()


@app.command()
def erase(
    ctx: typer.Context,
    household: Household,
    shared: Annotated[
        str | None, typer.Option(help="Words on phones that others have too: “keep” or “erase”.")
    ] = None,
    number: Annotated[
        int | None,
        typer.Option("--number", help="The household's number, to confirm it without being asked."),
    ] = None,
) -> None:
    """Erase one household for good: rows, and the bytes of the database."""
    opened = front(ctx).app()
    which = _found(opened, household)
    seen = opened.store.reading(records.erasure, which)
    console.print(f"[bold]Household {which}[/]: {escape(seen.home.name)}")
    console.print(f"Goes: {', '.join(f'{count} {kind}' for kind, count in seen.goes.counts().items())}.")
    if seen.shared:
        console.print(
            f"Others have {len(seen.shared)} of their phones too: say --shared keep or --shared erase."
        )
    typed = (
        number if number is not None else typer.prompt("Type the household's number to erase it", type=int)
    )
    opened.store.writing(records.erase, which, COMMAND_LINE, opened.clock.now(), typed=typed, shared=shared)
    if records.finish(opened.store):
        console.print("[bold green]Erased:[/] nothing of this is left in the database.")
    else:
        console.print("[bold]Erased.[/] The file could not be cleaned now; it is tried again tonight.")


@app.command("export-household")
def export_household(
    ctx: typer.Context,
    household: Household,
    to: Annotated[Path, typer.Option(help="The file to write: a ZIP.")],
    person: Annotated[
        int | None, typer.Option(help="Only this person, by the number that --list shows.")
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="List the household's people; write nothing.")
    ] = False,
) -> None:
    """Write everything we hold of one household, or of one person of it, to a file."""
    opened = front(ctx).app()
    which = _found(opened, household)
    if listed:
        for member in opened.store.reading(directory.household, which).members:
            console.print(f"{member.id}  {escape(member.name)}")
        return
    now, school = opened.clock.now(), opened.settings.school.name
    parcel = opened.store.writing(records.export, which, person, COMMAND_LINE, now, school)
    try:
        _write_private(to, parcel.content)
    except OSError as error:
        raise RecordsError(f"{to} cannot be written: {error.strerror}.") from None
    console.print(f"Written to {escape(str(to))}. It holds what families wrote: keep it private.")


def _write_private(to: Path, content: bytes) -> None:
    to.touch(mode=0o600, exist_ok=False)
    to.write_bytes(content)


@app.command()
def retention(
    ctx: typer.Context,
    now: Annotated[bool, typer.Option("--now", help="Remove what is old enough now, not tonight.")] = False,
    as_json: Json = False,
) -> None:
    """Show what is kept how long and what was removed, or remove what is old enough."""
    opened = front(ctx).app()
    if now:
        store, settings = opened.store, opened.settings
        asyncio.run(records.sweep(store, settings, opened.clock.now(), who=COMMAND_LINE))
    kept = opened.store.reading(records.kept, opened.settings)
    if as_json:
        console.print_json(data=kept.to_json())
        return
    for kind, days in kept.days.items():
        console.print(f"{kind}: {f'{days} days' if days else 'for as long as the database'}")
    for one in kept.removals:
        what = ", ".join(f"{count} {kind}" for kind, count in one.removed.items()) or "nothing"
        console.print(
            f"{one.at:%Y-%m-%d %H:%M} {one.kind}: {what}{'' if one.scrubbed else ' (bytes tonight)'}"
        )
