"""Questions in a row, and how own words were understood."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
