"""Rows to watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from bot.store.store import Store
from tests.reports.rows import Rows

T = TypeVar("T")


@pytest.fixture
def build(store: Store) -> Callable[[Callable[[Rows], Any]], Any]:
    """Add rows and return what the function says of them."""
    return lambda add: store.writing(lambda session: add(Rows(session)))
