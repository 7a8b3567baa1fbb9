"""What every command shares: the settings file, the opened app, how complaints are shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.app import App
from bot.bootstrap import open_app

console = Console()
errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]


@dataclass
class Front:
    """What `ctx.obj` holds: where the settings are, and the app once a command needs it."""

    config: Path
    _app: App | None = None

    def app(self) -> App:
        """Open the app at its first use. Raises `Complaint`."""
        if self._app is None:
            self._app = open_app(self.config)
        return self._app

    def close(self) -> None:
        """Let the database go, if a command opened it."""
        if self._app is not None:
            self._app.store.close()


def front(ctx: typer.Context) -> Front:
    """Return the command's `Front`."""
    assert isinstance(ctx.obj, Front)
    return ctx.obj
