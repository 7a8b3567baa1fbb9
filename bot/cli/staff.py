"""Commands about who may sign in: a link for an owner, the trail of who did what."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bot import staff
from bot.cli.front import Json, console, front
from bot.settings import Settings
from bot.store import audit
from bot.store.audit import Broken, Fault

app = typer.Typer()

_FAULTS = {
    Fault.CHANGED: "Entry {} is not as it was written: nothing after it can be relied on.",
    Fault.MISSING: "Entry {} is missing: somebody took it away, or an old backup was put back.",
    Fault.NO_NOTE: "The note of the newest entry is missing: entries from number {} on may be gone.",
}


@app.command()
def owner(
    ctx: typer.Context,
    email: Annotated[
        str | None, typer.Option(help="Let the account with this e-mail address in again, as an owner.")
    ] = None,
) -> None:
    """Print a link that makes an owner's account. It works once, for seven days."""
    opened = front(ctx).app()
    token = opened.store.writing(staff.owner_link, email, opened.clock.now())
    console.print("Open this link in a browser, or pass it on; whoever has it becomes an owner:")
    console.print(
        f"  {_address(opened.settings)}/invitation/{token}", soft_wrap=True, highlight=False, markup=False
    )


def _address(settings: Settings) -> str:
    """Return where the console is opened from outside or, failing that, on this machine."""
    server = settings.server
    return settings.console.url or server.public_url or f"http://{server.host}:{server.port}"


@app.command("audit")
def audit_(
    ctx: typer.Context,
    verify: Annotated[bool, typer.Option("--verify", help="Only check that nobody has changed it.")] = False,
    about: Annotated[
        str, typer.Option(help="Only of this thing: broadcast:12, household:7, or a kind.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many entries, newest first.")] = 25,
    as_json: Json = False,
) -> None:
    """Show who did what, and check that the trail is whole."""
    opened = front(ctx).app()
    broken = opened.store.reading(audit.verify)
    shown = () if verify else opened.store.reading(audit.entries, about=about, limit=limit)
    if as_json:
        console.print_json(data={"whole": broken is None, "broken": _plain(broken), "entries": _dicts(shown)})
    else:
        if shown:
            console.print(_table(shown))
        console.print(_verdict(broken))
    if broken is not None:
        raise typer.Exit(1)


def _verdict(broken: Broken | None) -> str:
    if broken is None:
        return "[bold green]The trail is whole:[/] every entry is as it was written, and none is missing."
    return f"[bold red]The trail was changed.[/] {_FAULTS[broken.why].format(broken.entry)}"


def _plain(broken: Broken | None) -> dict[str, object] | None:
    return None if broken is None else {"entry": broken.entry, "why": broken.why}


def _dicts(entries: tuple[audit.Entry, ...]) -> list[dict[str, object]]:
    return [
        {
            "id": one.id,
            "at": one.at.isoformat(),
            "who": one.who,
            "what": one.what,
            "about": one.about,
            "detail": one.detail,
        }
        for one in entries
    ]


def _table(entries: tuple[audit.Entry, ...]) -> Table:
    table = Table(title="Who did what, newest first", title_justify="left", title_style="bold")
    for name in ("entry", "when (UTC)", "who", "what", "about", "details"):
        table.add_column(name, overflow="fold")
    for one in entries:
        detail = ", ".join(f"{key}={value}" for key, value in one.detail.items())
        cells = (str(one.id), f"{one.at:%Y-%m-%d %H:%M:%S}", one.who, one.what, one.about or "", detail)
        table.add_row(*(escape(cell) for cell in cells))
    return table
