"""One plausible row in each table of a database, made from the tables alone: what a migration must carry."""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

MOMENT = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


def fill(connection: sa.Connection) -> dict[str, int]:
    """Add a row to every table that has none, parents first; gives the count of each table."""
    tables = sa.MetaData()
    tables.reflect(connection)
    counts = {}
    for table in tables.sorted_tables:
        if table.name == "alembic_version":
            continue
        counted = sa.select(sa.func.count()).select_from(table)
        if not connection.scalar(counted):
            connection.execute(table.insert().values(_row(connection, table)))
        counts[table.name] = connection.scalar(counted) or 0
    return counts


def _row(connection: sa.Connection, table: sa.Table) -> dict[str, Any]:
    return {
        column.name: _value(connection, column)
        for column in table.columns
        if column.foreign_keys or not _is_numbered(connection, column)
    }


def _is_numbered(connection: sa.Connection, column: sa.Column[Any]) -> bool:
    """Whether the database itself gives the column its next number."""
    if not (column.primary_key and _is_number(column)):
        return False
    given = column.server_default is not None or column.identity is not None
    return given or connection.dialect.name == "sqlite"


def _value(connection: sa.Connection, column: sa.Column[Any]) -> Any:
    """The parent's key, or a value of the column's type; columns that may be empty are filled too."""
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        return connection.scalar(sa.select(target).where(target.table is not column.table).limit(1))
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.DateTime):
        return MOMENT if getattr(kind, "timezone", False) else MOMENT.replace(tzinfo=None)
    if isinstance(kind, sa.Date):
        return date(2027, 3, 2)
    if isinstance(kind, sa.JSON):
        return {"é": [1]}
    if isinstance(kind, sa.LargeBinary):
        return b"\x00\xff"
    if isinstance(kind, sa.Numeric):
        return 1
    if _is_number(column):
        return 1
    return "é’" if (getattr(kind, "length", None) or 2) >= 2 else "é"


def _is_number(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Integer | sa.Float)
