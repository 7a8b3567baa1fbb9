"""Migrations keep what a database of an earlier version holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlmodel import Session

from bot.store import schema
from bot.store.store import Store

AT = 1_790_000_000_000_000  #: microseconds, as moments are kept


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A file of the schema before 0012, in which texts were unique while they waited, too."""
    made = Store(tmp_path / "homeloop.db")
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    with made.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        _fill(connection)
    yield made
    made.close()


def _fill(connection: sa.Connection) -> None:
    phone = {"channel": "sms", "address": "+17155550142", "language": "es", "language_by": "roster"}
    _insert(connection, "contact_point", phone | {"closings_only": False})
    for number in range(1, 51):
        text = {
            "channel": "sms",
            "provider_id": f"SM{number}",
            "address": phone["address"],
            "received_at": AT,
        }
        read = AT if number <= 30 else None
        _insert(connection, "inbound", text | {"id": number, "text": "hola", "handled_at": read})
    for number in range(1, 31):
        stop = {"contact_point_id": 1, "at": AT, "scope": "school", "granted": False, "evidence": "STOP"}
        _insert(connection, "consent", stop | {"inbound_id": number})


def _insert(connection: sa.Connection, name: str, row: dict[str, Any]) -> None:
    """Insert one row, and nothing into whatever else may not be empty."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    empty = {
        column.name: "" if isinstance(column.type, sa.String) else 0
        for column in table.columns
        if not column.nullable and not column.primary_key and column.server_default is None
    }
    known = {column.name for column in table.columns}
    values = {key: value for key, value in (empty | row).items() if key in known}
    connection.execute(sa.text(_statement(name, values)), values)


def _statement(name: str, values: dict[str, Any]) -> str:
    return f"INSERT INTO {name} ({', '.join(values)}) VALUES ({', '.join(':' + key for key in values)})"


def _counted(session: Session) -> dict[str, Any]:
    ask = {
        "texts": "SELECT count(*) FROM inbound",
        "waiting": "SELECT count(*) FROM inbound WHERE handled_at IS NULL",
        "referring": "SELECT count(*) FROM consent JOIN inbound ON inbound.id = consent.inbound_id",
        "orphans": "SELECT count(*) FROM pragma_foreign_key_check",
        "keys": "PRAGMA foreign_keys",
        "schema": "SELECT version_num FROM alembic_version",
    }
    return {name: session.connection().exec_driver_sql(said).scalar() for name, said in ask.items()}


def test_a_table_made_anew_keeps_its_rows_and_what_refers_to_them(store: Store) -> None:
    store.upgrade()
    assert store.reading(_counted) == {
        "texts": 50, "waiting": 20, "referring": 30, "orphans": 0, "keys": 1,
        "schema": schema.revisions()[-1],
    }  # fmt: skip


def test_a_waiting_text_may_come_again_and_a_read_one_may_not(store: Store) -> None:
    store.upgrade()

    def again(session: Session, number: int, read: int | None) -> None:
        columns = {"channel": "sms", "provider_id": f"SM{number}", "address": "+17155550142", "text": "hola"}
        values = columns | {"received_at": AT, "handled_at": read}
        _insert(session.connection(), "inbound", values)

    store.writing(again, 40, None)
    with pytest.raises(sa.exc.IntegrityError):
        store.writing(again, 3, AT)
    assert store.reading(_counted)["texts"] == 51
