"""`kill -9` of the sender at random points of a broadcast, the provider having a bad day as well."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvloop

from tests.soak.storm import weather
from tests.soak.town import Town

SEEDS = (1, 2, 3)


def rows(quick: bool) -> Iterator[dict[str, object]]:
    """10,000 texts and 500 chats, 200 kills, three seeds; quick: 2,000 and 200, 20 kills, one seed."""
    town, kills, seeds = (Town(2000, 200), 20, SEEDS[:1]) if quick else (Town(10_000, 500), 200, SEEDS)
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="homeloop-kill-") as folder:
            yield uvloop.run(weather(Path(folder), town, seed, kills))
