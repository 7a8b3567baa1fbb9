"""The front door. `homeloop explain` opens without the rest of the house, which takes seconds to load."""

from __future__ import annotations

import sys
from typing import Any


def main() -> None:
    """Run one command; a complaint is one sentence on standard error and exit status 1."""
    if sys.argv[1:2] == ["explain"]:
        from bot.cli import explain

        explain.run()
    else:
        from bot.cli import door

        door.main()


def __getattr__(name: str) -> Any:
    """Give the whole application to those who ask for it by name."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bot.cli.door import app

    return app
