"""Whether a text came before is known when it is read, not when it is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

#: how the constraint without a name is called while this runs, and PostgreSQL's own name for it
_BRIEFLY = "uq_inbound_channel_provider_id"
_POSTGRESQL = "inbound_channel_provider_id_key"


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint(_POSTGRESQL, "inbound", type_="unique")
    else:
        convention = {"uq": "uq_%(table_name)s_%(column_0_N_name)s"}
        with op.batch_alter_table("inbound", naming_convention=convention) as batch:
            batch.drop_constraint(_BRIEFLY, type_="unique")
    read = sa.text("handled_at IS NOT NULL")
    op.create_index(
        "inbound_once",
        "inbound",
        ["channel", "provider_id"],
        unique=True,
        sqlite_where=read,
        postgresql_where=read,
    )
