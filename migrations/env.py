"""Migrations: run inside the application, on its own engine. Types are written plain, free of our code."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

migrate = current_app.extensions["migrate"]
metadata = migrate.db.metadata


def render_plain(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our column types as the SQL types they stand for: a migration outlives the code of its day."""
    if kind != "type":
        return False
    if isinstance(item, sa.types.TypeDecorator):
        item = item.impl_instance
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, sa.DateTime):
        return f"sa.DateTime(timezone={item.timezone})"
    if isinstance(item, sa.String) and not isinstance(item, sa.Text):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def run(connection: sa.Connection) -> None:
    """Each revision in a transaction of its own, on both databases: half a migration never stays."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_plain,
        transaction_per_migration=True,
        transactional_ddl=True,
        **migrate.configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()


@contextmanager
def foreign_keys_off(connection: sa.Connection) -> Iterator[None]:
    """SQLite alters a table by rebuilding it: dropping the old one must not delete what points to it."""
    dbapi = connection.connection.dbapi_connection
    if not isinstance(dbapi, sqlite3.Connection):
        yield
        return
    dbapi.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = dbapi.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise SystemExit(f"Références rompues après la migration : {broken[:5]}")
    finally:
        dbapi.execute("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    raise SystemExit("Les migrations s’exécutent sur une base, pas hors ligne.")
with migrate.db.engine.connect() as opened, foreign_keys_off(opened):
    run(opened)
