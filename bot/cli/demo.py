"""`homeloop demo`: a school's day on simulated phones, to look at, to rehearse with or to count."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import uvloop
from rich.table import Table

from bot.cli.front import Json, console, errors
from bot.errors import HomeloopError, SettingsError

if TYPE_CHECKING:  # the demo brings the simulator along, which no other command needs
    from bot.demo import Demo, Manner, Place
    from bot.demo.counting import Counts

app = typer.Typer()

#: where a demo keeps its data; a rehearsal has a folder of its own
DATA, TRAINING_DATA = Path("homeloop-data/demo"), Path("homeloop-data/training")


@app.command()
def demo(
    ctx: typer.Context,
    headless: Annotated[
        bool, typer.Option("--headless", help="Show nothing; end when families are done.")
    ] = False,
    training: Annotated[
        bool, typer.Option("--training", help="Rehearse: your own school, families that do not exist.")
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(help=f"Where the demo keeps its data.  [default: {DATA}; headless: a new folder]"),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Where the console answers.  [default: 8080 or the next]"),
    ] = None,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the first page in a browser.")
    ] = True,
    people: Annotated[
        int | None, typer.Option(min=60, max=9000, help="How many guardians live in the district.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="With --training: your school's settings file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a school's day with simulated families: no account needed, nothing leaves this machine.

    The first line on standard output is the address of the page to begin on; it is written as soon as
    that page answers, and everything else goes to standard error.
    """
    from bot.demo import Manner, Place

    if headless:
        # Counted is a whole day: over the data of an earlier one nothing would be asked any more.
        with tempfile.TemporaryDirectory(prefix="homeloop-demo-") as fresh:
            _count(data or Path(fresh), people, as_json=as_json)
        return
    manner, place = Manner.SHOWN, Place()
    if training:
        manner, place = Manner.TRAINING, _school(config, ctx.obj.config)
    folder = data or (TRAINING_DATA if training else DATA)
    uvloop.run(_show(_demo(folder, people, manner, place, port), open_browser=open_browser))


def _demo(folder: Path, people: int | None, manner: Manner, place: Place, port: int | None) -> Demo:
    from bot.demo import PEOPLE, REHEARSING, Demo, Manner
    from bot.demo.config import PORT, free_port, is_free

    if port is not None and not is_free(port):
        raise SettingsError(f"Another program listens on port {port}: choose another with --port.")
    usual = REHEARSING if manner is Manner.TRAINING else PEOPLE
    return Demo(folder, people or usual, manner, place, port or free_port(PORT), tell=_tell)


def _school(asked: Path | None, usual: Path) -> Place:
    """Read whose school is rehearsed. Raises `SettingsError` for a file that was named and is not there."""
    from bot.demo import Place, place_of
    from bot.settings import load

    if asked is None and not usual.exists():
        _tell(f"There is no {usual}: the rehearsal takes place at a made-up school.")
        return Place()
    return place_of(load(asked or usual, os.environ))


def _count(folder: Path, people: int | None, *, as_json: bool) -> None:
    counts = uvloop.run(_headless(folder, people))
    if counts is None:
        return
    if as_json:
        typer.echo(json.dumps(counts.to_json()))
    else:
        console.print(_summary(counts))
    if not counts.clean:
        errors.print("Something that must be zero is not, or a reply has no state.", style="red")
        raise typer.Exit(1)


async def _headless(folder: Path, people: int | None) -> Counts | None:
    """Play a whole day and count; None if somebody asked to stop first."""
    from bot.demo import PEOPLE, Demo
    from bot.service import stop_signals

    demo = Demo(folder, people or PEOPLE)
    with stop_signals() as stop:
        try:
            await demo.start()
            playing = asyncio.create_task(demo.play())
            await _first_of(playing, stop)
            return playing.result() if playing.done() and not playing.cancelled() else None
        finally:
            await demo.stop()


async def _show(demo: Demo, *, open_browser: bool) -> None:
    """Serve the demo until somebody asks to stop, while the day is played."""
    from bot.service import stop_signals

    with stop_signals() as stop:
        try:
            await demo.start()
            print(demo.address, flush=True)  # noqa: T201 - one plain line, for scripts
            _tell(f"The demo is there. Open {demo.address} in a browser; Ctrl-C stops it.")
            if open_browser and _has_screen():
                await asyncio.to_thread(webbrowser.open, demo.address)
            showing = asyncio.create_task(_played(demo))
            await _first_of(showing, stop)
            await stop.wait()
        finally:
            _tell("Stopping …")
            await demo.stop()
            _tell("Everything is stopped; the data is kept for next time.")


async def _played(demo: Demo) -> None:
    """Play the day; if it cannot go on, what is there can still be looked at."""
    try:
        await demo.show()
    except (HomeloopError, TimeoutError) as error:
        demo.stage.trouble = str(error)
        errors.print(str(error), style="red", markup=False, highlight=False)
    else:
        _tell("The day is played; the rest is yours.")


async def _first_of(work: asyncio.Task[object], stop: asyncio.Event) -> None:
    """Wait until `work` is done or somebody asks to stop; then end it, whatever it says."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not work.done():
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


def _has_screen() -> bool:
    """Say whether a browser would open in a window, and not in this terminal."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _tell(sentence: str) -> None:
    errors.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _summary(counts: Counts) -> Table:
    table = Table("Counted from the provider's ledger", "")
    for name, value in counts.to_json().items():
        table.add_row(name.replace("_", " "), str(value))
    return table
