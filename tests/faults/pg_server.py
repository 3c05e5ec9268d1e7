"""A PostgreSQL of one test alone, which can be stopped, started again and put in trouble."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg

from tests.support import postgres
from tests.support.postgres import Postgres


class PgServer:
    """The server; `url` is the address of its one database."""

    def __init__(self, server: Postgres) -> None:
        self.server = server

    @property
    def url(self) -> str:
        return self.server.url()

    def stop(self) -> None:
        """As an administrator stops it: sessions are ended at once."""
        self.server.process.send_signal(signal.SIGINT)
        self.server.process.wait(10)

    def start(self) -> None:
        """Start again on the same data."""
        launched = postgres._launch(postgres.binaries(), self.server.folder, postgres.identity())
        self.server = replace(self.server, process=launched)
        postgres._wait_until_ready(self.server)

    def connect(self, *, autocommit: bool = False) -> "psycopg.Connection[Any]":
        """A session beside the application's, which no time-out stops."""
        return psycopg.connect(
            dbname="postgres",
            user=postgres.USER,
            host=str(self.server.folder),
            autocommit=autocommit,
            options="-c statement_timeout=0 -c lock_timeout=3s",
        )

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement beside the application."""
        with self.connect(autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]  # written by the tests
            return cursor.fetchall() if cursor.description else []

    def cut_sessions(self) -> None:
        """End every other session, as a failover does; they are over when this returns."""
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        self.ask(f"SELECT pg_terminate_backend(pid) {others}")
        limit = time.monotonic() + 10
        # Being told to end isn't having ended: a busy server takes a moment.
        while self.ask(f"SELECT 1 {others}"):
            assert time.monotonic() < limit, "the sessions live on"
            time.sleep(0.02)


@contextmanager
def own_server() -> Iterator[PgServer]:
    """A server for the length of the block."""
    with postgres.running() as server:
        own = PgServer(server)
        try:
            yield own
        finally:
            if own.server.process.poll() is None:
                own.server.process.send_signal(signal.SIGQUIT)
                own.server.process.wait(10)
