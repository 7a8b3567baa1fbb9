"""Many rows in one statement, at hardly more than what the driver takes for it.

SQLAlchemy looks at every parameter of every row, which costs as much as the row. And SQLite's driver lets go
of the interpreter for each row of an `executemany`, so that a busy event loop makes the writer wait at every
one. Here the rows are one statement with plain values.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy.engine import Connection

MOST: Final = 500  #: rows in one statement; SQLite takes 32,766 values


def insert_rows(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    tail: str = "",
) -> int:
    """Insert rows of values that the driver takes as they are; return how many there are more.

    `table`, `columns` and `tail` are our own words, never anybody else's.
    """
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    one = f"({', '.join([mark] * len(columns))})"
    new = 0
    for start in range(0, len(rows), MOST):
        some = rows[start : start + MOST]
        values = ", ".join([one] * len(some))
        written = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values} {tail}"  # noqa: S608
        new += connection.exec_driver_sql(written, tuple(chain.from_iterable(some))).rowcount
    return new
