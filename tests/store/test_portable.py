"""What a test on SQLite alone would not show: moments need 64 bits, and one statement has two forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel, col

from bot.broadcasts import course
from bot.inbox import handling
from bot.store.outbox import budget
from bot.store.tables import Talk

TUESDAY = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)
POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


def on_postgresql(statement: sa.ClauseElement) -> str:
    return str(statement.compile(dialect=POSTGRESQL))


@pytest.mark.parametrize("counted", [course._a_week_on, budget._when(TUESDAY)])
def test_moments_are_counted_in_64_bits(counted: sa.ClauseElement) -> None:
    """An INTEGER of PostgreSQL ends at two thousand million: half an hour of microseconds."""
    said = on_postgresql(counted)
    assert "::BIGINT" in said
    assert "::INTEGER" not in said


def test_who_looks_at_a_conversation_is_noted_in_either_database() -> None:
    said = on_postgresql(handling._here("postgresql"))
    assert "ON CONFLICT (contact_point_id, staff_id) DO UPDATE SET at = excluded.at" in said
    assert str(handling._here("sqlite")).count("ON CONFLICT") == 1


def test_a_field_of_a_talk_can_be_asked_for_in_either_database() -> None:
    asked = col(Talk.state)["with_staff"].as_boolean()
    assert on_postgresql(sa.select(asked)).startswith("SELECT CAST(talk.state ->> ")


def test_every_table_can_be_made_on_postgresql() -> None:
    for table in SQLModel.metadata.sorted_tables:
        assert f"CREATE TABLE {POSTGRESQL.identifier_preparer.format_table(table)}" in on_postgresql(
            sa.schema.CreateTable(table)
        )
        for index in table.indexes:
            assert on_postgresql(sa.schema.CreateIndex(index)).startswith("CREATE")
