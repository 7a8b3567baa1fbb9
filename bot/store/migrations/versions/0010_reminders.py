"""Reminders of questions that wait for an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
    op.add_column("broadcast", sa.Column("remind_after", sa.Integer(), nullable=True))
    op.add_column("rendering", sa.Column("reminder", sa.String(), nullable=True))
    op.add_column("rendering", sa.Column("reminder_parts", sa.Integer(), nullable=True))
    op.add_column("occurrence", sa.Column("remind_at", sa.BigInteger(), nullable=True))
    op.add_column("delivery", sa.Column("reminds", sa.Integer(), nullable=True))
    due, one = sa.text("remind_at IS NOT NULL"), sa.text("reminds IS NOT NULL")
    op.create_index("occurrence_remind", "occurrence", ["remind_at"], sqlite_where=due, postgresql_where=due)
    op.create_index(
        "delivery_reminds",
        "delivery",
        ["broadcast_id", "contact_point_id"],
        unique=True,
        sqlite_where=one,
        postgresql_where=one,
    )
