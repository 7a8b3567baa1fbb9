"""When a text may go, how long it is worth sending, and the next way to reach a family."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
