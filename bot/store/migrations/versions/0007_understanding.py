"""Questions in a row, and how own words were understood."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


_REPLY = (
    sa.Column("engine_due_at", sa.BigInteger(), nullable=True),
    sa.Column("engine_tries", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("engine_why", sa.String(), nullable=True),
    sa.Column("checked", sa.String(), nullable=True),
    sa.Column("checked_at", sa.BigInteger(), nullable=True),
    sa.Column("checked_by", sa.String(), nullable=True),
)
_HANDOVER = (
    sa.Column("warned_at", sa.BigInteger(), nullable=True),
    sa.Column("missed_at", sa.BigInteger(), nullable=True),
    sa.Column("paged", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("paged_at", sa.BigInteger(), nullable=True),
)


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
    for column in _REPLY:
        op.add_column("reply", column)
    for column in _HANDOVER:
        op.add_column("handover", column)
    # What was promised before this version is not apologised for days later.
    op.execute("UPDATE handover SET missed_at = promised_at, warned_at = promised_at WHERE done_at IS NULL")
    for name, columns, where in (
        ("reply_engine_due", ["engine_due_at"], "engine_due_at IS NOT NULL"),
        ("reply_checked", ["broadcast_id", "language", "checked"], "checked IS NOT NULL"),
    ):
        condition = sa.text(where)
        op.create_index(name, "reply", columns, sqlite_where=condition, postgresql_where=condition)
