"""The audit trail is only ever added to; SQLite itself refuses everything else."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REFUSED = "BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END"


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(f"CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE ON audit_entry {REFUSED}")
    op.execute(f"CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry {REFUSED}")
    # INSERT OR REPLACE would take a row away without the trigger above ever firing.
    op.execute(
        "CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry "
        "WHEN NEW.id <= (SELECT max(id) FROM audit_entry) "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END"
    )
