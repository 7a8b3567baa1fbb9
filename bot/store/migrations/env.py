"""What Alembic runs: upgrades on the connection that `Store.upgrade` hands it."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

from bot.store.tables import Moment


def plain(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Write columns in SQLAlchemy's own types, so that a migration never changes with our code."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.BigInteger()"
    if kind == "type" and type(item).__name__ == "AutoString":
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=plain,
)
context.run_migrations()
