"""A backup: the database as it is at one moment, with the files that belong to it, in one archive.

It is taken while Homeloop runs: SQLite copies the database within one read transaction (VACUUM INTO), so what
is written meanwhile is not in it, and nothing in it is half written. The seal's key and the note of the trail
(`bot.store.audit`) go with it; the note is copied first, for a note behind the trail is no fault. Everything
is read back and compared before the file gets its name, and no file is ever written over.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot import __version__
from bot.errors import StoreError
from bot.store import incoming, sealing
from bot.store.store import driver

MANIFEST: Final = "manifest.json"
DATABASE: Final = "homeloop.db"
#: what lies beside a database and belongs to it, by what its name ends in
BESIDE: Final = (".trail", ".key")
UPLOADS: Final = "incoming/"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    at: str  #: ISO moment: everything committed before it is inside
    homeloop: str  #: version
    schema: str
    rows: dict[str, int]  #: table -> how many
    files: dict[str, str]  #: name in the archive -> SHA-256

    @property
    def moment(self) -> datetime:
        """When it was taken."""
        return datetime.fromisoformat(self.at)


def back_up(database: Path, target: Path, now: datetime, passphrase: str | None = None) -> Manifest:
    """Write a backup of a database to a new file, check it, and return what it holds.

    Raises `StoreError`; then there is no such file.
    """
    if target.exists():
        raise StoreError(f"{target} is already there, and a backup never writes over a file: name another.")
    if not database.is_file():
        raise StoreError(f"There is no database at {database} to back up.")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
            place = Path(folder)
            manifest = _gather(database, place / "files", now)
            packed = _pack(place, passphrase)
            _check(packed, manifest, place / "again", passphrase)
            os.link(packed, target)  # fails if somebody has made that file meanwhile
    except FileExistsError:
        raise StoreError(f"{target} was made meanwhile; nothing was written over it.") from None
    except (OSError, sqlite3.Error, driver().Error, tarfile.TarError) as error:
        raise StoreError(f"The backup could not be written to {target}: {error}. No file was left.") from None
    _flush(target.parent)
    return manifest


def unpack(backup: Path, folder: Path, passphrase: str | None = None) -> Manifest:
    """Take a backup apart into a new folder, check all of it, and return what it holds.

    Raises `StoreError` for what is no backup of ours, or is damaged.
    """
    folder.mkdir(mode=0o700, parents=True)
    try:
        if sealing.is_sealed(backup) is not (passphrase is not None):
            how = "is encrypted: give its passphrase" if passphrase is None else "is not encrypted"
            raise StoreError(f"{backup} {how}.")
        packed = backup if passphrase is None else _opened(backup, folder, passphrase)
        with tarfile.open(packed, "r:gz") as archive:
            _extract(archive, folder)
        if passphrase is not None:
            packed.unlink()
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise StoreError(f"{backup} is not there, or is no backup of Homeloop's.") from None
    except (OSError, EOFError, tarfile.TarError, TypeError, ValueError) as error:
        raise StoreError(f"{backup} cannot be read as a backup: {error}.") from None
    _compare(folder, manifest, backup)
    return manifest


def _gather(database: Path, folder: Path, now: datetime) -> Manifest:
    (folder / UPLOADS).mkdir(mode=0o700, parents=True)
    for ending in BESIDE:
        beside = database.with_name(database.name + ending)
        if beside.is_file():
            _private(folder / (DATABASE + ending), beside.read_bytes())
    for upload in sorted(incoming.folder_of(database).glob("*")):
        _private(folder / UPLOADS / upload.name, upload.read_bytes())
    copy = folder / DATABASE
    _private(copy, b"")
    source = driver().connect(str(database), timeout=60, isolation_level=None)
    try:
        source.execute("VACUUM INTO ?", (str(copy),))
    finally:
        source.close()
    rows, schema = _counted(copy)
    files = {name: _digest(folder / name) for name in _names(folder)}
    manifest = Manifest(now.isoformat(), __version__, schema, rows, files)
    _private(folder / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
    return manifest


def _pack(place: Path, passphrase: str | None) -> Path:
    folder, packed = place / "files", place / "packed"
    _private(packed, b"")
    with tarfile.open(packed, "w:gz", compresslevel=6) as archive:
        for name in (MANIFEST, *(one for one in _names(folder) if one != MANIFEST)):
            archive.add(folder / name, name, recursive=False, filter=_anonymous)
    if passphrase is not None:
        sealed = place / "sealed"
        _private(sealed, b"")
        with packed.open("rb") as source, sealed.open("wb") as target:
            sealing.seal(source, target, passphrase)
        packed = sealed
    with packed.open("rb") as written:
        os.fsync(written.fileno())
    return packed


def _check(packed: Path, manifest: Manifest, folder: Path, passphrase: str | None) -> None:
    """Read the archive back as a restore would."""
    if unpack(packed, folder, passphrase) != manifest:
        raise StoreError("The backup does not read back as it was written; no file was left.")


def _opened(backup: Path, folder: Path, passphrase: str) -> Path:
    packed = folder / "packed.tar.gz"
    _private(packed, b"")
    with backup.open("rb") as source, packed.open("wb") as target:
        sealing.unseal(source, target, passphrase)
    return packed


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the files out; only names that a backup has, whatever the archive says."""
    known = {MANIFEST, DATABASE, *(DATABASE + ending for ending in BESIDE)}
    for member in archive:
        upload = member.name.removeprefix(UPLOADS)
        ours = member.name in known or (member.name.startswith(UPLOADS) and Path(upload).name == upload)
        content = archive.extractfile(member) if member.isfile() and ours else None
        if content is None:
            raise ValueError("it holds a file that no backup has")
        place = folder / member.name
        place.parent.mkdir(mode=0o700, exist_ok=True)
        _private(place, b"")
        with place.open("wb") as target:
            while piece := content.read(1 << 20):
                target.write(piece)


def _compare(folder: Path, manifest: Manifest, backup: Path) -> None:
    """Hold what was taken apart to what the manifest says."""
    found = {name: _digest(folder / name) for name in _names(folder) if name != MANIFEST}
    if found != manifest.files or DATABASE not in found:
        raise StoreError(f"{backup} is damaged: a file in it is not what was backed up.")
    try:
        rows, schema = _counted(folder / DATABASE)
    except driver().Error:
        raise StoreError(f"{backup} is damaged: its database cannot be read.") from None
    if (rows, schema) != (manifest.rows, manifest.schema):
        raise StoreError(f"{backup} is damaged: rows are missing from its database.")


def _counted(database: Path) -> tuple[dict[str, int], str]:
    """Return how many rows each table has, and the schema; raises `StoreError` for a damaged database."""
    connection = driver().connect(str(database), isolation_level=None)
    try:
        connection.execute("PRAGMA query_only = ON")
        (sound,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if sound != "ok":
            raise StoreError(f"The database is damaged ({sound}): go back to an older backup.")
        (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        tables = [name for (name,) in connection.execute(_TABLES)]
        rows = {name: _count(connection, name) for name in tables}
    finally:
        connection.close()
    return rows, str(schema)


_TABLES: Final = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
    "AND name <> 'alembic_version' ORDER BY name"
)


def _count(connection: Any, table: str) -> int:
    # The name comes from the database's own list of its tables.
    (number,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
    return int(number)


def _names(folder: Path) -> Iterable[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _private(place: Path, content: bytes) -> None:
    with os.fdopen(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
