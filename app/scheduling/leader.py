"""One scheduler at a time. The lock spares work; correctness rests on slots and keys, not on it."""

import fcntl
import logging
import os
from io import TextIOWrapper
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

LOCK_KEY = 0x5DEB0A17
LOCK_FILE = "planificateur.lock"
# The leader speaks to its session every HEARTBEAT; silent for longer than SILENCE it is frozen or gone,
# and the server ends the session, which frees the lock: the others take over in less than 30 seconds.
HEARTBEAT_SECONDS = 3.0
SILENCE_SECONDS = 15


class Leader(Protocol):
    """The right to be the one scheduler. `may_wait`: somebody else's turn may end while we wait for ours."""

    may_wait: bool

    def acquire(self) -> bool:
        """Try to become the leader, at once."""

    def held(self) -> bool:
        """Are we still the leader?"""

    def release(self) -> None:
        """Leave the place."""


class AdvisoryLock:
    """PostgreSQL: a session lock on a connection of its own, which must not go through a pooling proxy."""

    may_wait = True

    def __init__(self, url: sa.URL) -> None:
        self._engine = sa.create_engine(
            url,
            poolclass=sa.pool.NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "connect_timeout": 5,
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "keepalives_count": 3,
                "tcp_user_timeout": 10_000,
            },
        )
        self._connection: sa.Connection | None = None
        self._backend: int | None = None

    def acquire(self) -> bool:
        """Try to become the leader, at once."""
        self.release()
        try:
            connection = self._engine.connect()
            self._connection = connection
            connection.execute(sa.text("SET statement_timeout = '5s'"))
            connection.execute(sa.text(f"SET idle_session_timeout = '{SILENCE_SECONDS}s'"))
            taken = connection.execute(
                sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}
            ).scalar()
            self._backend = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()
        except SQLAlchemyError:
            log.warning("scheduler: the lock can't be asked for", exc_info=True)
            taken = False
        if not taken:
            self.release()
        return bool(taken)

    def held(self) -> bool:
        """Does the session that holds the lock still live, and is it the same one?"""
        if self._connection is None:
            return False
        try:
            return self._connection.execute(sa.text("SELECT pg_backend_pid()")).scalar() == self._backend
        except SQLAlchemyError:
            return False

    def release(self) -> None:
        """End the session, and the lock with it."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except SQLAlchemyError:
            connection.invalidate()


class FileLock:
    """SQLite: a lock on a file beside the database, for the one host there is; a second one is refused."""

    may_wait = False

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_FILE
        self._file: TextIOWrapper | None = None

    def acquire(self) -> bool:
        """Try to become the leader, at once."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file
        return True

    def held(self) -> bool:
        """Ours until we leave: the system frees it only with the process."""
        return self._file is not None

    def release(self) -> None:
        """Close the file, which frees the lock."""
        file, self._file = self._file, None
        if file is not None:
            file.close()


def leader_for(url: sa.URL, folder: Path) -> Leader:
    """The lock that suits a database."""
    return AdvisoryLock(url) if url.get_backend_name() == "postgresql" else FileLock(folder)
