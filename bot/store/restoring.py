"""A backup becomes a database again, and that database waits (`bot.store.outbox.holding`)."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from bot.errors import StoreError
from bot.store import outbox
from bot.store.backup import DATABASE, MANIFEST, UPLOADS, Manifest, unpack
from bot.store.store import Store


def restore(backup: Path, folder: Path, now: datetime, passphrase: str | None = None) -> Manifest:
    """Put a backup into a folder that has no database, on hold; return what it held.

    Everything is checked, brought to this program's schema and put on hold before any of it gets its place,
    the database last. Raises `StoreError`; then nothing was changed.
    """
    if (folder / DATABASE).exists():
        raise StoreError(
            f"{folder} has a database, and a restore never writes over one: name an empty folder."
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restoring.", dir=folder) as place:
            fresh = Path(place) / "files"
            manifest = unpack(backup, fresh, passphrase)
            _put_on_hold(fresh / DATABASE, manifest, now)
            _move(fresh, folder)
    except OSError as error:
        raise StoreError(f"{backup} could not be restored to {folder}: {error}.") from None
    return manifest


def _put_on_hold(database: Path, manifest: Manifest, now: datetime) -> None:
    store = Store(database)
    try:
        store.upgrade()
        store.writing(outbox.begin_hold, manifest.moment, now)
    finally:
        store.close()


def _move(fresh: Path, folder: Path) -> None:
    uploads = folder / UPLOADS
    if (fresh / UPLOADS).is_dir() and not uploads.exists():
        shutil.move(fresh / UPLOADS, uploads)
    (fresh / MANIFEST).unlink()
    rest = sorted(fresh.glob(f"{DATABASE}*"), key=lambda file: file.name == DATABASE)
    for file in rest:
        file.rename(folder / file.name)
