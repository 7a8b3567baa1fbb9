"""Many rows in one statement, at hardly more than what the driver takes for it.

SQLAlchemy looks at every parameter of every row, which costs as much as the row. And SQLite's driver lets go
of the interpreter for each row of an `executemany`, so that a busy event loop makes the writer wait at every
one. Here the rows are one statement with plain values.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

MOST: Final = 500  #: rows in one statement; SQLite takes 32,766 values

#: rows out of one JSON value, as each database has them: `one.key` and `one.value` of an object, `one.value`
#: of a list; and the number at the end of an attempt id, which is its delivery's
_JSON: Final = {
    "sqlite": {
        "pairs": "json_each(:{}) AS one",
        "items": "json_each(:{}) AS one",
        "number": "substr(one.key, instr(one.key, '.') + 1)",
    },
    "postgresql": {
        "pairs": "json_each_text(CAST(:{} AS json)) AS one",
        "items": "json_array_elements(CAST(:{} AS json)) AS one(value)",
        "number": "split_part(one.key, '.', 2)",
    },
}


def as_json(value: Any) -> str:
    """Write a value as JSON; keys that are numbers become text, letters stay letters."""
    return msgspec.json.encode(value).decode()


def with_rows(connection: Connection, statement: str) -> sa.TextClause:
    """Complete a statement over many rows that come as one JSON value.

    In it `{pairs}` stands for the pairs of the object `:rows`, `{items}` for the items of the list `:rows`,
    and `{number}` for the number at the end of a key. One such statement takes less than half of what the
    driver takes for as many single ones.
    """
    return _completed(connection.dialect.name, statement)


@cache
def _completed(dialect: str, statement: str) -> sa.TextClause:
    return sa.text(statement.format(**{name: words.format("rows") for name, words in _JSON[dialect].items()}))


def run(connection: Connection, statement: str, *values: Any) -> sa.CursorResult[Any]:
    """Run a statement of ours with values that the driver takes as they are; each stands where a `?` is.

    It costs half of what SQLAlchemy's own `text` does, which counts where a hundred run in a second.
    """
    if connection.dialect.paramstyle != "qmark":
        statement = statement.replace("?", "%s")
    return connection.exec_driver_sql(statement, values)


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
