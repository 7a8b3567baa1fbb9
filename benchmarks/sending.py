"""How fast sending is, beside its peers, as it grows, and at a provider's limit: `make bench ONLY=send`.

    python -m benchmarks.sending [--quick] [rows …]

Sender on one core, provider on another. Rows are JSON lines as they are finished, and a table at the end.
`ratio_to_aiohttp` compares with raw aiohttp in the same round; on a machine that does other work besides,
`cpu_ratio`, which compares processor time, moves less. docs/performance.md says what each row means.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks import outbox, providers
from benchmarks.peers import celery_drain, has_celery
from bot.store.store import Store, versions

Row = dict[str, Any]
ROUNDS: Final = 3
LATENCY: Final = 0.08
IN_FLIGHT: Final = 256  #: of the row with latency
MOST: Final = 512  #: in flight, as many as the settings allow
PEERS: Final = (
    "aiohttp",
    "twilio",
    "python-telegram-bot",
    "celery",
    "redis",
    "pyreqwest",
    "uvloop",
    "sqlalchemy",
)


@dataclass(frozen=True, slots=True)
class Bench:
    """What every row is given."""

    folder: Path
    quick: bool

    def sized(self, whole: int, quick: int) -> int:
        """Return how many texts, or rounds, this run takes."""
        return quick if self.quick else whole

    def outbox(self, name: str, count: int) -> str:
        """Make an outbox of that many texts, or a copy of one made before; return its folder."""
        kept, made = self.kept(count), self.folder / name
        shutil.copytree(kept, made)
        return str(made)

    def kept(self, count: int) -> Path:
        """Make an outbox that others are copied from."""
        kept = self.folder / f"of-{count}"
        if not kept.exists():
            kept.mkdir()
            store = Store(kept / "homeloop.db")
            store.upgrade()
            outbox.fill(store, count)
            store.close()
        return kept


def main() -> None:
    """Run the rows that were asked for, or all."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.sending")
    arguments.add_argument("--quick", action="store_true", default=bool(os.environ.get("QUICK")))
    arguments.add_argument("rows", nargs="*", choices=[*ROWS, []], help="all, when none is named")
    chosen = arguments.parse_args()
    say({"name": "machine", **environment()})
    finished: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="homeloop-bench-") as folder:
        for name in chosen.rows or ROWS:
            place = Path(folder) / name
            place.mkdir()
            for row in ROWS[name](Bench(place, chosen.quick)):
                say(row)
                finished.append(row)
            shutil.rmtree(place)
    Console(stderr=True).print(table(finished))


def say(row: Mapping[str, object]) -> None:
    """Print one finished row."""
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


def environment() -> dict[str, object]:
    """Name what the figures depend on."""
    packages = {name: importlib.metadata.version(name) for name in PEERS if has(name)}
    cores = len(os.sched_getaffinity(0))
    here = {"cores": cores, "python": platform.python_version(), "nginx": providers.nginx_version()}
    return here | {"load": os.getloadavg()[0]} | versions() | packages


def has(package: str) -> bool:
    """Say whether it is installed."""
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def sender(name: str, **given: object) -> list[Row]:
    """Run one sender in a process of its own; see `benchmarks.senders`."""
    command = [sys.executable, "-m", "benchmarks.senders", name, json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"the sender {name} failed:\n{done.stderr}")
    rows: list[Row] = json.loads(done.stdout.splitlines()[-1])
    return rows


def middle(rows: Sequence[Row], key: str) -> float:
    """Return the median of a figure."""
    return round(statistics.median(float(row[key]) for row in rows), 2)


def speed(bench: Bench) -> Iterator[Row]:
    """Durable sending beside raw aiohttp, the SDK in a loop and Celery; Telegram beside its library."""
    if providers.nginx_version() is None:
        yield {"name": "speed", "skipped": "nginx is not installed"}
        return
    with providers.nginx(bench.folder) as provider:
        raw, ready, ours = _against_aiohttp(bench, provider)
        base = {key: middle(raw, key) for key in ("per_second", "cpu_us")}
        yield {"name": "raw aiohttp, 64 at once, a form for each", **base, "ratio_to_aiohttp": 1.0}
        yield compared("raw aiohttp, 64 at once, one ready body", ready, base)
        row = compared("homeloop, durable, end to end", ours, base)
        row["ratio_to_aiohttp"] = round(statistics.median(_ratios(ours, raw)), 2)
        row["ratio_to_ready_body"] = round(statistics.median(_ratios(ours, ready)), 2)
        yield row
        yield from _peers(bench, provider, base, row)
        yield from _telegram(bench, provider, base)


def _against_aiohttp(bench: Bench, provider: providers.Provider) -> tuple[list[Row], list[Row], list[Row]]:
    raw, ready, ours = list[Row](), list[Row](), list[Row]()
    count, theirs = bench.sized(40_000, 15_000), bench.sized(10_000, 3_000)
    for number in range(bench.sized(5, ROUNDS)):
        raw += sender("raw_aiohttp", url=provider.url, count=theirs)
        ready += sender("raw_aiohttp", url=provider.url, count=theirs, ready=True)
        folder = bench.outbox(f"speed-{number}", count)
        ours += sender("homeloop", folder=folder, url=provider.url, count=count, in_flight=MOST)
        shutil.rmtree(folder)
    return raw, ready, ours


def _ratios(ours: Sequence[Row], theirs: Sequence[Row]) -> list[float]:
    return [mine["per_second"] / other["per_second"] for mine, other in zip(ours, theirs, strict=True)]


def _peers(bench: Bench, provider: providers.Provider, base: Row, ours: Row) -> Iterator[Row]:
    loop = sender("twilio_sdk", url=provider.url, count=bench.sized(1000, 200), times=ROUNDS)
    yield compared("twilio SDK, a loop", loop, base) | ours_is(ours, loop)
    missing = has_celery()
    if missing:
        yield {"name": "Celery, prefork 2, Redis", "skipped": missing}
        return
    drained = celery_drain(provider, bench.folder, bench.sized(1500, 300), ROUNDS)
    yield compared("Celery, prefork 2, Redis", drained, base) | ours_is(ours, drained)


def _telegram(bench: Bench, provider: providers.Provider, base: Row) -> Iterator[Row]:
    count = bench.sized(900, 120)
    tries = {
        at_once: sender("telegram_sdk", url=provider.url, count=count, concurrent=at_once, times=ROUNDS)
        for at_once in (1, 4, 16, 64)
    }
    best = max(tries, key=lambda at_once: middle(tries[at_once], "per_second"))
    theirs = tries[best]
    yield compared("python-telegram-bot, its own best", theirs, base) | {"at_once": best}
    mine = sender("telegram_ours", url=provider.url, count=10 * count, concurrent=64, times=ROUNDS)
    yield compared("python-telegram-bot on our transport", mine, base) | {
        "times_its_own_best": round(middle(mine, "per_second") / middle(theirs, "per_second"), 2)
    }


def compared(name: str, rows: Sequence[Row], base: Row) -> Row:
    """Put a row beside raw aiohttp."""
    per_second, cpu = middle(rows, "per_second"), middle(rows, "cpu_us")
    row = {"name": name, "per_second": per_second, "cpu_us": cpu}
    row |= {"ratio_to_aiohttp": round(per_second / base["per_second"], 2)}
    return row | ({"cpu_ratio": round(base["cpu_us"] / cpu, 2)} if cpu else {})


def ours_is(ours: Row, theirs: Sequence[Row]) -> Row:
    """How many times as fast ours was."""
    return {"ours_times": round(ours["per_second"] / middle(theirs, "per_second"), 1)}


def latency(bench: Bench) -> Iterator[Row]:
    """A provider that takes 80 ms: how much of in-flight ÷ latency is reached."""
    count, reached = bench.sized(20_000, 6_000), []
    most = IN_FLIGHT / LATENCY
    for number in range(ROUNDS):
        with providers.served(delay=LATENCY) as provider:
            folder = bench.outbox(f"latency-{number}", count)
            reached += sender("homeloop", folder=folder, url=provider.url, count=count, in_flight=IN_FLIGHT)
    share = round(middle(reached, "per_second") / most, 3)
    yield {
        "name": "80 ms, 256 in flight",
        "per_second": middle(reached, "per_second"),
        "share_of_most": share,
    }


def growth(bench: Bench) -> Iterator[Row]:
    """The same work on a queue a hundred times as long, and releasing such a queue."""
    few, many = 10_000, bench.sized(1_000_000, 50_000)
    large = str(bench.kept(many))
    found: dict[int, list[Row]] = {few: [], many: []}
    for number in range(ROUNDS):
        found[few] += sender("turns", folder=bench.outbox(f"few-{number}", few), count=8_000)
        found[many] += sender("turns", folder=large, count=8_000)
    ratios = [b["cpu_us"] / a["cpu_us"] for a, b in zip(found[few], found[many], strict=True)]
    yield {
        "name": f"a delivery at {many:,} pending ÷ at {few:,}",
        "ratio": round(statistics.median(ratios), 2),
        "cpu_us": middle(found[many], "cpu_us"),
        "memory_grows_mb": round(middle(found[many], "peak_mb") - middle(found[few], "peak_mb"), 1),
    }
    rows = sender("releasing", folder=large, times=1)
    yield {"name": f"releasing {many:,} ÷ bare INSERT … SELECT"} | rows[0]


def limits(bench: Bench) -> Iterator[Row]:
    """Two lanes whose limits the provider enforces, with replies written all the while."""
    given = ((100.0, bench.sized(10_000, 1_000)), (3.0, bench.sized(300, 30)))
    running = []
    with ExitStack() as stack:
        for per_second, count in given:
            provider = stack.enter_context(providers.served(per_second=per_second))
            folder = bench.outbox(f"limit-{per_second:.0f}", count)
            asked = {"folder": folder, "url": provider.url, "count": count, "parts_per_second": per_second}
            command = [sys.executable, "-m", "benchmarks.senders", "at_the_limit", json.dumps(asked)]
            running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))  # noqa: S603
        for (per_second, _), process in zip(given, running, strict=True):
            said, _ = process.communicate()
            yield {"name": f"filling {per_second:.0f} parts/s"} | json.loads(said.splitlines()[-1])[0]


def table(rows: Sequence[Row]) -> Table:
    """Show the rows to people."""
    drawn = Table("row", "figures", title="Sending")
    for row in rows:
        drawn.add_row(row["name"], ", ".join(f"{key} {value}" for key, value in row.items() if key != "name"))
    return drawn


ROWS: Final[dict[str, Callable[[Bench], Iterator[Row]]]] = {
    "speed": speed,
    "latency": latency,
    "growth": growth,
    "limits": limits,
}


if __name__ == "__main__":
    main()
