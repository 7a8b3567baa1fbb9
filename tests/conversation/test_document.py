"""The diagram in docs/conversation.md is drawn from the table."""

from __future__ import annotations

from pathlib import Path

from bot.conversation.engine import document

PAGE = Path(__file__).parents[2] / "docs" / "conversation.md"


def test_the_page_is_what_the_table_says() -> None:
    """To draw it anew, print `bot.conversation.engine.document()` into the page."""
    assert PAGE.read_text(encoding="utf-8") == document()
