"""Inquiries of several questions: which one a reply answers, and the words of those after the first."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
    op.add_column("reply", sa.Column("question", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("translation", sa.Column("more", sa.JSON(none_as_null=True), nullable=True))
