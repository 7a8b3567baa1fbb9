"""What is pulled from providers, and a restored database that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
    op.add_column("contact_point", sa.Column("off_days", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("contact_point", sa.Column("off_on", sa.String(), nullable=True))
    op.add_column("inbound", sa.Column("pulled", sa.Boolean(), nullable=False, server_default="0"))
    op.create_table(
        "pulled",
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lane"),
    )
    op.create_table(
        "restored",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("backed_up_at", sa.BigInteger(), nullable=False),
        sa.Column("restored_at", sa.BigInteger(), nullable=False),
        sa.Column("read_back_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
