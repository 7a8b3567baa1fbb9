"""Celery as its documentation shows it: a task for each text, two prefork workers, Redis between."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks import providers
from benchmarks.senders import CORE

URL: Final = "HOMELOOP_BENCH_PROVIDER"
BROKER: Final = "HOMELOOP_BENCH_BROKER"


def has_celery() -> str | None:
    """Say in a sentence what is missing; None: nothing."""
    try:
        import celery  # noqa: F401
    except ImportError:
        return "Celery is not installed: make bench installs it."
    if shutil.which("redis-server") is None:
        return "Redis is not installed: apt-get install redis-server."
    return None


def celery_drain(provider: providers.Provider, folder: Path, count: int, times: int) -> list[dict[str, Any]]:
    """Queue `count` texts and let the workers take them; measured once a tenth is sent."""
    port = providers.free_port()
    redis = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with providers.running(redis, providers.CORE):
        providers.listening(port)
        os.environ |= {URL: provider.url, BROKER: f"redis://127.0.0.1:{port}/0"}
        with _worker():
            return [_drained(provider, count) for _ in range(times)]


def _drained(provider: providers.Provider, count: int) -> dict[str, Any]:
    from benchmarks.celery_app import send

    asked = itertools.count(1)  # our own questions are requests as well
    before = provider.accepted() - next(asked)
    for number in range(count):
        send.delay(f"+1715555{number:04}")
    first, began = _passed(provider, asked, before + count // 10)
    last, ended = _passed(provider, asked, before + count)
    return {"per_second": round((last - first) / (ended - began), 1), "cpu_us": 0}


@contextmanager
def _worker() -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "-A", "benchmarks.celery_app", "worker"]
    options = ["--concurrency", "2", "--pool", "prefork", "--loglevel", "ERROR"]
    with providers.running(command + options, CORE):
        yield


def _passed(provider: providers.Provider, asked: Iterator[int], mark: int) -> tuple[int, float]:
    """Wait until nginx has read so many requests of the workers; return how many, and when."""
    while True:
        seen = provider.accepted() - next(asked)
        if seen >= mark:
            return seen, time.perf_counter()
        time.sleep(0.02)
