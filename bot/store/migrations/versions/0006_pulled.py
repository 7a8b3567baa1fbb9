"""What is pulled from providers, and a restored database that waits."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
