"""Rosters that were uploaded and not yet imported: files beside the database, for a day at most.

A file has a random name; what it was called, and which column is what, stands in a second file of the same
name. Both are for their owner alone.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.errors import RosterError
from bot.rosters.values import words_of

LARGEST: Final = 10 * 1024 * 1024  #: bytes
KEPT: Final = timedelta(days=1)

_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)
_GONE = "This file is no longer here: it was imported, removed, or kept for a day. Upload it again."


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded roster."""

    token: str
    name: str  #: as it was called where it came from: text, never a path of ours
    at: str  #: ISO moment
    fields: tuple[str, ...] | None = None  #: of each column, as staff chose; "" for one that is not read
    sheet: str | None = None


def folder_of(database: Path) -> Path:
    """Return where uploads of this database lie."""
    return database.parent / "incoming"


def keep(folder: Path, name: str, content: bytes, now: datetime) -> Upload:
    """Keep an uploaded file. Raises `RosterError` for one that is empty or too large."""
    if not content:
        raise RosterError("This file is empty: export the roster again.")
    if len(content) > LARGEST:
        raise RosterError(
            "This file is larger than 10 MB. A roster of 20,000 people is far smaller: leave out pictures "
            "and other sheets, or save it as CSV."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    plain = words_of(re.split(r"[/\\]", name)[-1])[:80] or "roster"
    upload = Upload(secrets.token_hex(16), plain, now.isoformat())
    _write(folder / f"{upload.token}.roster", content)
    _note(folder, upload)
    return upload


def find(folder: Path, token: str) -> Upload:
    """Return an upload. Raises `RosterError` if it is no longer here."""
    if not _TOKEN.fullmatch(token):
        raise RosterError(_GONE)
    try:
        found = json.loads((folder / f"{token}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RosterError(_GONE) from None
    fields = found.pop("fields")
    return Upload(**found, fields=None if fields is None else tuple(fields))


def content(folder: Path, upload: Upload) -> bytes:
    """Return the bytes of an upload. Raises `RosterError` if it is no longer here."""
    try:
        return (folder / f"{upload.token}.roster").read_bytes()
    except OSError:
        raise RosterError(_GONE) from None


def choose(folder: Path, upload: Upload, fields: Sequence[str] | None, sheet: str | None) -> Upload:
    """Note which column is what."""
    chosen = replace(upload, fields=None if fields is None else tuple(fields), sheet=sheet)
    _note(folder, chosen)
    return chosen


def remove(folder: Path, token: str) -> None:
    """Remove an upload, if it is here."""
    if _TOKEN.fullmatch(token):
        for ending in ("roster", "json"):
            (folder / f"{token}.{ending}").unlink(missing_ok=True)


def clear(folder: Path) -> int:
    """Remove every upload; return how many there were."""
    return _remove(folder, None)


def sweep(folder: Path, now: datetime) -> int:
    """Remove what has been kept for its day; return how many there were."""
    return _remove(folder, now - KEPT)


def _remove(folder: Path, before: datetime | None) -> int:
    tokens = {file.stem for file in folder.glob("*")} if folder.is_dir() else set()
    gone = 0
    for token in tokens:
        if before is None or _moment(folder, token) < before:
            remove(folder, token)
            gone += 1
    return gone


def _moment(folder: Path, token: str) -> datetime:
    """Return since when an upload is kept; one without its second file is of no use to anybody."""
    try:
        return datetime.fromisoformat(find(folder, token).at)
    except (RosterError, KeyError, TypeError, ValueError):
        return datetime.min.replace(tzinfo=datetime.now().astimezone().tzinfo)


def _note(folder: Path, upload: Upload) -> None:
    _write(folder / f"{upload.token}.json", json.dumps(asdict(upload)).encode())


def _write(place: Path, content: bytes) -> None:
    beside = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    beside.replace(place)
