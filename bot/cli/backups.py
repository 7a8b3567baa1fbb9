"""Commands for backups: back-up, restore, and what a restored database waits for."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from bot.cli.front import console, front
from bot.errors import StoreError
from bot.settings import load
from bot.store import audit, backup, outbox, restoring, sealing

app = typer.Typer()

#: for backups that a timer makes, so that nobody is asked
PASSPHRASE = "HOMELOOP_PASSPHRASE"  # noqa: S105 - the name of a variable


@app.command("backup")
def back_up(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A new file; nothing is ever written over.")],
    encrypt: Annotated[
        bool,
        typer.Option("--encrypt", help=f"Under a passphrase, asked for or taken from {PASSPHRASE}."),
    ] = False,
) -> None:
    """Copy the database and what belongs to it into one file, while Homeloop runs."""
    # Without opening the database, which would bring it to this program's schema first.
    settings = load(front(ctx).config, os.environ)
    passphrase = _passphrase(new=True) if encrypt else None
    held = backup.back_up(settings.database.path, file, datetime.now(UTC), passphrase)
    size = file.stat().st_size / 1e6
    console.print(
        f"{file}: {sum(held.rows.values()):,} rows, {size:,.1f} MB"
        f"{', encrypted' if encrypt else ''}; read back and whole.",
        highlight=False,
    )


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    to: Annotated[Path, typer.Option("--to", help="A folder without a database.")],
) -> None:
    """Make a database of a backup; it sends nothing until what has happened since is read back."""
    passphrase = _passphrase(new=False) if file.is_file() and sealing.is_sealed(file) else None
    held = restoring.restore(file, to, datetime.now(UTC), passphrase)
    place = (to / backup.DATABASE).resolve()
    console.print(
        f"Restored the backup of {held.moment:%Y-%m-%d %H:%M} UTC to {place}, on hold.\n"
        f'Set database.path = "{place}" in config.toml, make sure that no other Homeloop sends from these '
        "senders, and start “homeloop run”: it reads back from the provider what has happened since, and "
        "then sends again. “homeloop hold” says what it waits for.",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def hold(ctx: typer.Context) -> None:
    """Say whether a restored database waits, and for what."""
    homeloop = front(ctx).app()
    found = homeloop.store.reading(outbox.hold_in_force)
    if found is None:
        console.print("Nothing is on hold.")
        return
    zone = homeloop.settings.school.zone
    console.print(
        f"On hold since {found.restored_at.astimezone(zone):%Y-%m-%d %H:%M}, after a backup of "
        f"{found.backed_up_at.astimezone(zone):%Y-%m-%d %H:%M}. {found.why or outbox.ON_HOLD}",
        highlight=False,
    )


@app.command()
def go(
    ctx: typer.Context,
    unread: Annotated[
        bool,
        typer.Option("--unread", help="Though what has happened since the backup could not be read back."),
    ] = False,
) -> None:
    """Let a restored database send; by itself it does so as soon as everything is read back."""
    homeloop = front(ctx).app()
    found = homeloop.store.reading(outbox.hold_in_force)
    if found is None:
        console.print("Nothing is on hold: it sends.")
        return
    if not unread:
        raise StoreError(
            f"Not yet: {found.why or outbox.ON_HOLD} While “homeloop run” runs it sends by itself once that "
            "is done. If it never can be, “homeloop go --unread” sends without: families who said STOP since "
            "the backup may get texts, and what stood in the queue is held for you to decide on."
        )
    typer.confirm(
        "STOPs since the backup are then unknown to Homeloop. Send all the same?", abort=True, err=True
    )
    homeloop.store.writing(_go, homeloop.clock.now())
    console.print("It sends again. “homeloop held” lists what stood in the queue.")


def _go(session: Session, now: datetime) -> None:
    outbox.drop_hold(session, now)
    audit.record(session, audit.COMMAND_LINE, "hold.dropped", now=now)


def _passphrase(*, new: bool) -> str:
    given = os.environ.get(PASSPHRASE)
    if not given:
        given = str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True))
    if new and len(given) < 12:
        raise StoreError("That passphrase is too short: take twelve characters or more, such as four words.")
    return given
