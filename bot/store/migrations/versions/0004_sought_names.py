"""People who are there already can be searched by a piece of their name."""

import sqlalchemy as sa
from alembic import op

from bot.rosters.values import fold

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step up; there is no way down but a backup."""
    person = sa.table("person", sa.column("id"), sa.column("name"), sa.column("sought"))
    connection = op.get_bind()
    names = connection.execute(sa.select(person.c.id, person.c.name)).all()
    if names:
        connection.execute(
            sa.update(person).where(person.c.id == sa.bindparam("who")).values(sought=sa.bindparam("folded")),
            [{"who": number, "folded": fold(name)} for number, name in names],
        )
