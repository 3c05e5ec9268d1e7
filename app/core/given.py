"""Rows sent to the database in one parameter, whatever their number: how acts on many rows write them."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.database import is_sqlite


class Given:
    """Rows as a table of the statement: `select(given.text("to")).select_from(given.table)`.

    One statement of the same text for one row or a thousand: nothing is compiled again, and the server reads
    the rows much faster than as many parameters.
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        unfold = sa.func.json_each if is_sqlite() else sa.func.json_array_elements
        whole = sa.literal(list(rows), sa.JSON())
        self.table = unfold(whole).table_valued(sa.column("value", sa.JSON), name="given")

    def text(self, name: str | tuple[str | int, ...]) -> sa.ColumnElement[str]:
        """A value as text, or one inside it (`("about", 0)`); NULL where it is null."""
        column: sa.ColumnElement[str] = self.table.c.value[name].as_string()
        return column

    def integer(self, name: str) -> sa.ColumnElement[int]:
        """A value as a whole number."""
        column: sa.ColumnElement[int] = self.table.c.value[name].as_integer()
        return column

    def json(self, name: str) -> sa.ColumnElement[Any]:
        """A value as it is."""
        column: sa.ColumnElement[Any] = self.table.c.value[name].as_json()
        return column
