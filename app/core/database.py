"""The database: one `db`, column types that hold the domain's values, and the database's own clock."""

import enum
import select
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import Pool
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every model."""

    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)
_writing: ContextVar[bool] = ContextVar("writing", default=False)

if TYPE_CHECKING:

    class Model(Base):
        """Base of every model, as type checkers see what Flask-SQLAlchemy builds."""

        __abstract__ = True
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC, read back aware on both databases."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DatabaseClock(FunctionElement[datetime]):
    """The database's clock inside a statement, which then needs no other one to know the time."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(DatabaseClock)
def _server_clock(*_: Any, **__: Any) -> str:
    return "clock_timestamp()"


@compiles(DatabaseClock, "sqlite")
def _sqlite_clock(*_: Any, **__: Any) -> str:
    # As SQLAlchemy stores an instant there: six digits after the seconds.
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


class Code(TypeDecorator[str]):
    """A string column that gives back one of the self-checking identifiers."""

    impl = sa.String
    cache_ok = True

    def __init__(self, kind: Callable[[str], str], length: int) -> None:
        super().__init__(length)
        self.kind = kind

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else str(self.kind(value))

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else self.kind(value)


def enum_column(kind: type[enum.Enum], length: int = 32) -> sa.Enum:
    """An enumeration stored by its English value, as text, checked by the model alone."""
    return sa.Enum(
        kind,
        native_enum=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


def personal(category: str, *, basis: str, kept: str, recipients: str = "aucun") -> dict[str, Any]:
    """The `info` of a column of personal data: the register of processing and retention are built from it.

    `category` what it is, `basis` the legal ground, `kept` the name of the retention rule, in French.
    """
    return {"personal": {"category": category, "basis": basis, "kept": kept, "recipients": recipients}}


@event.listens_for(Engine, "connect")
def _set_up_connection(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # SQLAlchemy opens transactions itself (see _begin); sqlite3's own delayed BEGIN would break locking.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


@event.listens_for(Pool, "checkout")
def _refuse_a_dead_connection(connection: Any, _record: Any, _proxy: Any) -> None:
    """A server that has gone has closed its end, which can be seen without asking it: nothing else comes
    on a connection at rest. Asking « SELECT 1 » each time took a tenth of a simple page.
    """
    state = getattr(connection, "pgconn", None)
    if state is None:
        return
    watch = select.poll()
    watch.register(state.socket, select.POLLIN)
    if watch.poll(0):
        raise InvalidatePoolError("the server has closed the connection")


@event.listens_for(Engine, "begin")
def _begin(connection: sa.Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    immediate = _writing.get() or connection.get_execution_options().get("sqlite_immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def is_sqlite() -> bool:
    """Is the present database SQLite?"""
    return db.engine.dialect.name == "sqlite"


def database_now() -> datetime:
    """The database's clock, aware, UTC: it decides of leases and of the end of links."""
    return db.session.execute(sa.select(DatabaseClock())).scalar_one()


def take_turns(name: str) -> None:
    """Wait for whoever holds this name, and hold it until the end of the transaction.

    For what several people may create at the same moment. SQLite has one writer at a time anyway.
    """
    if not is_sqlite():
        lock = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        db.session.execute(lock, {"name": name})


def begin_write() -> None:
    """Open the transaction of an act that will write: SQLite takes its write lock now, not half-way."""
    if is_sqlite():
        db.session.connection(execution_options={"sqlite_immediate": True})


@contextmanager
def writing() -> Iterator[None]:
    """Every transaction begun in the block will write: SQLite takes its write lock as each of them begins.

    Without it a transaction that has read can't write any more once another process has written.
    """
    former = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(former)
