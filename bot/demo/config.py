"""The settings of a demo: those of a school, with the providers' addresses on this machine."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import languages
from bot.demo.district import LANGUAGES
from bot.settings import School, Settings
from bot.simulator.account import ACCOUNT_SID, AUTH_TOKEN, BOT_TOKEN, SENDER
from bot.store.store import driver

HOST = "127.0.0.1"
PORT = 8080  #: where the console is if nothing is said and nothing else is there
_TRIED = 20

RIVERBEND = School(name="Riverbend Schools", phone="715-555-0100")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose school is played, and which languages its families speak."""

    school: School = RIVERBEND
    reader: str = "Ms Ruiz"
    #: as an office would write it, tag, share
    languages: tuple[tuple[str, str, int], ...] = LANGUAGES


def place_of(settings: Settings) -> Place:
    """Return a school's own name, zone and languages, to rehearse with families that do not exist."""
    spoken = _spoken(settings.database.path) or LANGUAGES
    return Place(settings.school, settings.staff.reader, spoken)


def _spoken(database: Path) -> tuple[tuple[str, str, int], ...]:
    """Count which languages a school's people read; nothing else of theirs is looked at."""
    if not database.is_file():
        return ()
    sqlite = driver()  # one build of SQLite for each file
    try:
        with closing(sqlite.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as file:
            rows = file.execute(
                "SELECT reads, count(*) FROM person GROUP BY reads ORDER BY 2 DESC LIMIT 30"
            ).fetchall()
    except sqlite.Error:
        return ()
    total = sum(count for _, count in rows)
    return tuple(
        (languages.language(tag).english, tag, max(1, round(1000 * count / total))) for tag, count in rows
    )


def free_port(first: int | None = None) -> int:
    """Return a port that nobody listens on: `first` or one of those after it, else any."""
    tried = range(first, min(first + _TRIED, 65536)) if first else ()
    return next((port for port in tried if is_free(port)), None) or _any_port()


def is_free(port: int) -> bool:
    """Say whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        found: int = probe.getsockname()[1]
        return found


def written(place: Place, provider: str, port: int, *, people: int) -> str:
    """Return config.toml of a demo."""
    return "\n".join(_lines(_tables(place, provider, port, people)))


def _tables(place: Place, provider: str, port: int, people: int) -> Mapping[str, Mapping[str, Any]]:
    unreviewed = (
        tag for tag in languages.catalog_languages() if languages.review(tag) is languages.Review.UNREVIEWED
    )
    return {
        "school": place.school.model_dump(mode="json"),
        "staff": {"reader": place.reader, "second_approver_above": people // 2},
        "database": {"path": "homeloop.db"},
        "server": {"public_url": f"http://{HOST}:{port}", "host": HOST, "port": port},
        "console": {"owners_need_second_factor": False},
        "sms": {
            "account_sid": ACCOUNT_SID,
            "auth_token": AUTH_TOKEN,
            "sender": SENDER,
            "base_url": provider,
            "parts_per_second": 250,
            "in_flight": 32,
            "price_per_part": 0.0079,
        },
        "telegram": {
            "token": BOT_TOKEN,
            "base_url": provider,
            "messages_per_second": 60,
            "poll_seconds": 5,
        },
        "hours": {"start": "00:00:00", "end": "00:00:00"},  # a demo is looked at in the evening as well
        "budget": {"texts_per_week": 0},
        "sending": {"grace_seconds": 5, "look_every_seconds": 2, "tick_seconds": 0.5, "undo_seconds": 10},
        "translation": {
            "engine": "libretranslate",
            "url": provider,
            "under_contract": True,
            "try_again_seconds": 0.5,
        },
        "unreviewed": dict.fromkeys(unreviewed, True),
    }


def _lines(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "# Written anew at every start of “homeloop demo”."
    for name, table in tables.items():
        yield f"[{name}]"
        # What JSON writes for a string, a number or a truth is TOML as well.
        yield from (
            f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()
        )
    yield ""
