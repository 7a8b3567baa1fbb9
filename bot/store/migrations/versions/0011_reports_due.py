"""Reports are carried out after they are kept; what nobody looks for on a fast path has no index."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
    op.add_column("provider_event", sa.Column("due", sa.Boolean(), nullable=False, server_default="0"))
    op.drop_index("ix_provider_event_provider_id", table_name="provider_event")
    due = sa.text("due")
    op.create_index("provider_event_due", "provider_event", ["id"], sqlite_where=due, postgresql_where=due)
    off = sa.text("off_days > 0")
    op.create_index("contact_point_off", "contact_point", ["id"], sqlite_where=off, postgresql_where=off)
