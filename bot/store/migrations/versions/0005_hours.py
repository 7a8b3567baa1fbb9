"""When a text may go, how long it is worth sending, and the next way to reach a family."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _from_nought(name: str, kind: sa.types.TypeEngine[int] | sa.types.TypeEngine[bool]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default="0")


_COLUMNS: dict[str, tuple[sa.Column[Any], ...]] = {
    "broadcast": (sa.Column("worth", sa.String()), sa.Column("routes", sa.String())),
    "schedule": (_from_nought("skip_closed", sa.Boolean()),),
    "occurrence": (sa.Column("expires_at", sa.BigInteger()), _from_nought("expired", sa.Boolean())),
    "lane": (sa.Column("day", sa.String()), _from_nought("day_parts", sa.Integer())),
    "delivery": (
        sa.Column("start_by", sa.BigInteger()),
        _from_nought("followed", sa.Boolean()),
        sa.Column("instead_of", sa.Integer()),
    ),
}
_INDEXES = (
    ("delivery", "delivery_start_by", "start_by", "state = 'queued' AND start_by IS NOT NULL"),
    ("delivery", "delivery_to_follow", "id", "state = 'failed' AND NOT followed"),
    ("delivery", "delivery_instead", "instead_of", "instead_of IS NOT NULL"),
    ("occurrence", "occurrence_expires", "expires_at", "expires_at IS NOT NULL AND NOT expired"),
)


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    # What waits in an older queue looks at the clock before it goes; what failed long ago stays failed.
    op.execute("UPDATE delivery SET start_by = 0 WHERE state IN ('waiting', 'queued') AND urgency > 0")
    op.execute("UPDATE delivery SET followed = 1 WHERE state = 'failed'")
    for table, name, indexed, where in _INDEXES:
        condition = sa.text(where)
        op.create_index(name, table, [indexed], sqlite_where=condition, postgresql_where=condition)
