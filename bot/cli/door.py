"""Every command, and how a complaint is shown."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from bot import __version__
from bot.cli import backups, broadcasts, demo, explain, liaison, people, records, seeing, setting_up, staff
from bot.cli.front import Front, errors
from bot.errors import HomeloopError

app = typer.Typer(
    help="Schools tell families what is coming, in the language each speaks at home, and families answer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for part in (demo, setting_up, backups, people, records, broadcasts, liaison, explain, staff, seeing):
    app.registered_commands.extend(part.app.registered_commands)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"homeloop {__version__}")
        raise typer.Exit


@app.callback()
def begin(
    ctx: typer.Context,
    config: Annotated[
        Path, typer.Option("--config", "-c", envvar="HOMELOOP_CONFIG", help="The settings file.")
    ] = Path("config.toml"),
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Find the settings; open nothing yet."""
    ctx.obj = Front(config)
    ctx.call_on_close(ctx.obj.close)


def main() -> None:
    """Run one command; a complaint is one sentence on standard error and exit status 1."""
    quiet_logs()
    try:
        app()
    except HomeloopError as complaint:
        errors.print(str(complaint), style="red", markup=False, highlight=False)
        sys.exit(1)


def quiet_logs() -> None:
    """Log to standard error, and keep libraries that would print addresses and tokens silent."""
    level = logging.getLevelNamesMapping().get(os.environ.get("HOMELOOP_LOG", "INFO").upper(), logging.INFO)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that comes late is no news
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
