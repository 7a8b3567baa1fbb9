"""The schema of a database file: which one it has, and bringing it to this program's."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreError


def upgrade(engine: Engine, path: Path) -> None:
    """Bring the file to this program's schema; refuse one that is newer. Raises `StoreError`."""
    try:
        found = _found(engine)
    except DBAPIError as error:
        raise StoreError(
            f"{path} cannot be opened as a Homeloop database ({error.orig}). "
            "Move it away, or restore a backup to that place."
        ) from None
    known = revisions()
    if found == known[-1]:
        return
    if found is not None and found not in known:
        raise StoreError(
            f"{path} was written by a newer Homeloop (schema {found}). "
            "Install that version or a later one; nothing was changed."
        )
    _migrate(engine)


def revisions() -> list[str]:
    """Return every schema that this program knows, oldest first: migrations are named for theirs."""
    names = (file.name for file in (files("bot.store") / "migrations" / "versions").iterdir())
    return sorted(name.partition("_")[0] for name in names if name.endswith(".py"))


def _found(engine: Engine) -> str | None:
    with engine.connect() as connection:
        made = sa.inspect(connection).has_table("alembic_version")
        number = "SELECT version_num FROM alembic_version"
        found = connection.exec_driver_sql(number).scalar() if made else None
        connection.rollback()
        return found


def _migrate(engine: Engine) -> None:
    # Alembic takes longer to import than a whole start that finds nothing to do.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection:
        # A table that is made anew is dropped on the way, and what refers to it must stay
        # (sqlite.org/lang_altertable.html); outside a transaction, as the pragma does nothing within one.
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                _refuse_orphans(connection)
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def _refuse_orphans(connection: Connection) -> None:
    """Give the transaction up if a row refers to one that is not there. Raises `StoreError`."""
    found = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if found is not None:
        raise StoreError(
            f"The table {found[0]} refers to rows of {found[2]} that are not there; nothing was changed. "
            "Restore the newest backup, and send us this sentence."
        )
