"""`homeloop demo`: a school's day on simulated phones, to look at or to count."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot import languages
from bot.cli import seeing
from bot.cli.front import Json, console, errors
from bot.demo import PEOPLE, Demo, phone_book
from bot.demo.counting import Counts
from bot.service import stop_signals

app = typer.Typer()


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="Show nothing; end when families are done.")
    ] = False,
    data: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("homeloop-data/demo"),
    people: Annotated[
        int, typer.Option(min=60, max=9000, help="How many guardians live in the district.")
    ] = PEOPLE,
    as_json: Json = False,
) -> None:
    """Show a school's day with simulated families: no account needed, nothing leaves this machine."""
    counts = uvloop.run(_headless(data, people) if headless else _shown(data, people))
    if counts is None:
        return
    if as_json:
        typer.echo(json.dumps(counts.to_json()))
    else:
        console.print(_summary(counts))
    if not counts.clean:
        errors.print("Something that must be zero is not, or a reply has no state.", style="red")
        raise typer.Exit(1)


async def _headless(data: Path, people: int) -> Counts | None:
    demo = Demo(data, people)
    with stop_signals() as stop:
        try:
            await demo.start()
            return await _unless(stop, demo)
        finally:
            await demo.stop()


async def _shown(data: Path, people: int) -> Counts | None:
    demo = Demo(data, people, tell=console.print)
    with stop_signals() as stop:
        try:
            console.print("Starting the simulated providers and Homeloop on 127.0.0.1 …")
            await demo.start()
            with Live(console=console, refresh_per_second=4, transient=True) as live:
                showing = asyncio.create_task(_show(live, demo))
                try:
                    counts = await _unless(stop, demo)
                finally:
                    showing.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await showing
            if counts is not None:
                await _look_around(demo, counts, stop)
            return counts
        finally:
            console.print("Stopping …")
            await demo.stop()
            console.print("Everything is stopped; the data is kept for next time.")


async def _unless(stop: asyncio.Event, demo: Demo) -> Counts | None:
    """Play until done; None if somebody asked to stop first."""
    playing = asyncio.create_task(demo.play())
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if playing in done:
        return playing.result()
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await playing
    return None


async def _show(live: Live, demo: Demo) -> None:
    while True:
        picture = await asyncio.to_thread(seeing.look, demo.app)
        live.update(Group(picture, *_phones(demo, most=3)))
        await asyncio.sleep(0.5)


async def _look_around(demo: Demo, counts: Counts, stop: asyncio.Event) -> None:
    console.print(await asyncio.to_thread(seeing.look, demo.app))
    for panel in _phones(demo, most=12):
        console.print(panel)
    console.print(_summary(counts))
    console.print(
        f"\nHomeloop goes on running. In another terminal: [bold]{_command()} -c {demo.config} report[/], "
        "or watch, held, people, announce. [bold]Ctrl-C[/] stops it.",
        highlight=False,
    )
    await stop.wait()


def _command() -> str:
    """Return how this program was called, as somebody in the same folder would type it."""
    return os.path.relpath(sys.argv[0]) if os.path.isabs(sys.argv[0]) else sys.argv[0]  # noqa: PTH117


def _phones(demo: Demo, *, most: int) -> Iterator[Panel]:
    for one, lines in phone_book(demo, most):
        words = Text()
        for mark, text in lines[-6:]:
            words.append(f"{mark} ", style="dim")
            words.append(text.replace("\n", " ⏎ ") + "\n", style="bold" if mark == ">" else "")
        kind = "Telegram" if one.telegram is not None else f"SMS, phone ending in {one.phone[-2:]}"
        title = f"{languages.language(one.tag).english} · {kind}"
        yield Panel(words, title=title, title_align="left")


def _summary(counts: Counts) -> Table:
    table = Table("Counted from the provider's ledger", "")
    for name, value in counts.to_json().items():
        table.add_row(name.replace("_", " "), str(value))
    return table
