"""Every room of the console: one module for each, in the order of the navigation."""

from __future__ import annotations

import importlib
from typing import Any

_ROOMS = (
    "entrance",
    "home",
    "compose",
    "translations",
    "watching",
    "inbox",
    "results",
    "trying",
    "people",
    "records",
    "accounts",
    "trail",
)


def handlers() -> list[Any]:
    """Return the handlers of all rooms."""
    found: list[Any] = []
    for name in _ROOMS:
        try:
            found += importlib.import_module(f"bot.web.console.{name}").HANDLERS
        except ModuleNotFoundError as error:
            if error.name != f"bot.web.console.{name}":
                raise
    return found
