"""The schema's number is read from the migrations' names, without asking Alembic."""

from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.store import schema


def test_migrations_are_named_for_their_schemas_in_order() -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert schema.revisions() == known[::-1]
