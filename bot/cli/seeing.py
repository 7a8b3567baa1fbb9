"""Commands for seeing what happens: report, watch, waiting, held, send-again, drop."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text
from sqlmodel import Session

from bot import forecast, reports
from bot.app import App
from bot.cli import pictures
from bot.cli.front import Json, console, front
from bot.errors import BroadcastError
from bot.figures import Failure, Families, Overview, Progress, Results, Said, Unknown, Waiting
from bot.forecast import UsedUp
from bot.settings import Settings
from bot.store import outbox
from bot.store.tables import EPOCH

app = typer.Typer()

NEWEST = 8  #: replies that one look shows at most
SOONEST = 3  #: promises that one look shows

OnCall = Annotated[
    bool, typer.Option("--on-call", help="Show words that only those on call may read (danger).")
]


@dataclass(frozen=True, slots=True)
class Everything:
    """What `report` without a broadcast shows, read in one transaction."""

    overview: Overview
    families: tuple[Families, ...]
    progress: Progress
    failures: tuple[Failure, ...]
    handovers: tuple[Waiting, ...]
    held: tuple[Unknown, ...]

    @classmethod
    def read(cls, session: Session) -> Everything:
        """Read it all."""
        return cls(
            reports.overview(session),
            reports.families(session),
            reports.progress(session),
            reports.failures(session),
            reports.handovers(session),
            reports.held(session),
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "overview": self.overview.to_json(),
            "families": [one.to_json() for one in self.families],
            "progress": self.progress.to_json(),
            "failures": [one.to_json() for one in self.failures],
            "handovers": [one.to_json() for one in self.handovers],
            "held": [one.to_json() for one in self.held],
        }

    def picture(self, now: datetime, zone: ZoneInfo) -> RenderableType:
        """Draw it."""
        return Group(
            Text(pictures.overview(self.overview)),
            pictures.families(self.families),
            pictures.moved(self.progress.broadcasts, "Told"),
            pictures.moved(self.progress.answers, "Said back to families"),
            pictures.failures(self.failures),
            pictures.waiting(self.handovers, now, zone),
            pictures.unknown(self.held),
        )


@dataclass(frozen=True, slots=True)
class OneBroadcast:
    """What `report BROADCAST` shows, read in one transaction."""

    progress: Progress
    failures: tuple[Failure, ...]
    results: Results

    @classmethod
    def read(cls, session: Session, broadcast_id: int, words: int, *, on_call: bool) -> OneBroadcast:
        """Read it all. Raises `BroadcastError`."""
        return cls(
            reports.progress(session, broadcast_id),
            reports.failures(session, broadcast_id),
            reports.results(session, broadcast_id, own_words=words, on_call=on_call),
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "progress": self.progress.to_json(),
            "failures": [one.to_json() for one in self.failures],
            "results": self.results.to_json(),
        }

    def picture(self) -> RenderableType:
        """Draw it; an announcement asks nothing, so nobody's answer is missing."""
        parts: list[RenderableType] = [
            Text(f"{self.progress.broadcast_id}  {pictures.clean(self.progress.title or '')}", style="bold"),
            pictures.moved(self.progress.broadcasts, "Told"),
            pictures.failures(self.failures),
        ]
        if self.results.kind is not None or self.results.states:
            parts += [Text(pictures.heard(self.results)), pictures.results(self.results)]
        return Group(*parts)


@dataclass(frozen=True, slots=True)
class Look:
    """What `watch` shows, read in one transaction."""

    overview: Overview
    progress: Progress
    replies: tuple[Said, ...]
    handovers: tuple[Waiting, ...]
    used_up: UsedUp | None = None

    @classmethod
    def read(
        cls, session: Session, newest: int = NEWEST, settings: Settings | None = None, now: datetime = EPOCH
    ) -> Look:
        """Look once."""
        return cls(
            reports.overview(session),
            reports.progress(session),
            reports.replies(session, limit=newest),
            reports.handovers(session),
            forecast.used_up(session, settings, now) if settings else None,
        )

    def picture(self, now: datetime, zone: ZoneInfo) -> RenderableType:
        """Draw it, with the hour on the school's clock."""
        newest: RenderableType = Text("Nobody has answered yet.")
        if self.replies:
            newest = pictures.said(self.replies, "Newest replies", zone)
        return Group(
            Text(f"{now.astimezone(zone):%H:%M:%S}  {pictures.overview(self.overview)}"),
            *([Text(pictures.used_up(self.used_up, zone), style="yellow")] if self.used_up else []),
            pictures.moving(self.progress.broadcasts),
            pictures.waiting(self.handovers[:SOONEST], now, zone),
            newest,
        )


@app.command()
def report(
    ctx: typer.Context,
    broadcast: Annotated[int | None, typer.Argument(help="Its number; without one, everything.")] = None,
    words: Annotated[int, typer.Option(min=1, help="How many replies in own words to list.")] = 50,
    on_call: OnCall = False,
    as_json: Json = False,
) -> None:
    """Show who was told, who answered and what, and who is missing."""
    homeloop = front(ctx).app()
    if broadcast is None:
        everything = homeloop.store.reading(Everything.read)
        picture = everything.picture(homeloop.clock.now(), homeloop.settings.school.zone)
        _show(everything.to_json() if as_json else picture)
    else:
        one = homeloop.store.reading(OneBroadcast.read, broadcast, words, on_call=on_call)
        _show(one.to_json() if as_json else one.picture())


@app.command()
def watch(
    ctx: typer.Context,
    seconds: Annotated[float, typer.Option(min=0.2, help="Between two looks.")] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
) -> None:
    """Watch texts go out and replies come in, until Ctrl-C."""
    homeloop = front(ctx).app()
    if once or not console.is_terminal:
        console.print(look(homeloop))
        return
    with Live(look(homeloop), console=console, auto_refresh=False, vertical_overflow="crop") as live:
        try:
            while True:
                time.sleep(seconds)
                live.update(look(homeloop), refresh=True)
        except KeyboardInterrupt:
            return


@app.command()
def waiting(ctx: typer.Context, on_call: OnCall = False, as_json: Json = False) -> None:
    """List the families who wait for a person, the soonest promise first."""
    homeloop = front(ctx).app()
    found = homeloop.store.reading(reports.handovers, on_call=on_call)
    picture = pictures.waiting(found, homeloop.clock.now(), homeloop.settings.school.zone)
    _show({"handovers": [one.to_json() for one in found]} if as_json else picture)


@app.command()
def held(ctx: typer.Context, as_json: Json = False) -> None:
    """List texts of which nobody knows whether they arrived."""
    found = front(ctx).app().store.reading(reports.held)
    _show({"held": [one.to_json() for one in found]} if as_json else pictures.unknown(found))


@app.command("send-again")
def send_again(ctx: typer.Context, delivery: Annotated[int, typer.Argument(help="Its number.")]) -> None:
    """Send a held text after all; the family may get it twice."""
    homeloop = front(ctx).app()
    if not homeloop.store.writing(outbox.release_held, delivery, homeloop.clock.now()):
        raise BroadcastError(
            f"Text {delivery} was not queued: it is not held, or its phone has stopped us. "
            "“homeloop held” lists what can be sent again."
        )
    console.print(f"Text {delivery} is queued; if it had arrived after all, the family gets it twice.")


@app.command()
def drop(ctx: typer.Context, delivery: Annotated[int, typer.Argument(help="Its number.")]) -> None:
    """Let a held text go unsent."""
    homeloop = front(ctx).app()
    if not homeloop.store.writing(outbox.drop_held, delivery, homeloop.clock.now()):
        raise BroadcastError(
            f"Text {delivery} was not dropped: it is not held. “homeloop held” lists those that are."
        )
    console.print(f"Text {delivery} is dropped and counts as failed.")


def look(homeloop: App) -> RenderableType:
    """Draw what `watch` shows, as it is now."""
    room = (console.height - 24) // 4 if console.is_terminal else NEWEST
    now, settings = homeloop.clock.now(), homeloop.settings
    look = homeloop.store.reading(Look.read, min(max(room, 2), NEWEST), settings, now)
    return look.picture(now, settings.school.zone)


def _show(shown: RenderableType | dict[str, Any]) -> None:
    if isinstance(shown, dict):
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        console.print(shown)
