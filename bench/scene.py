"""What the measures need beside the portal: a PostgreSQL server, the stand-in of the registers, databases."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import make_url

from app import create_app, seeds
from app.config import Settings
from app.core.database import db
from bench import data
from bench.pace import Pace, pace_of
from bench.processes import cpu_seconds
from standins.annuaire.server import annuaire
from tests.support.postgres import Postgres, running

SEEDED = "bench_donnees"
_numbers = count(1)


@dataclass(frozen=True)
class Scene:
    """A server with one filled database, from which each measure takes a copy of its own."""

    server: Postgres
    registers: str
    folder: Path
    scale: int
    pace: Pace

    @contextmanager
    def database(self) -> Iterator[str]:
        """Address of a fresh copy of the filled database, removed at the end."""
        name = f"bench_{next(_numbers)}"
        with self._administration() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(SEEDED)
                )
            )
        try:
            yield self.server.url(name)
        finally:
            with self._administration() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def variables(self, url: str, **more: object) -> dict[str, str]:
        """The environment of a process of the portal that works on this database."""
        given = {
            "DATABASE_URL": url,
            "DATA_DIR": str(self.folder),
            "STANDIN_DIRECTORY_URL": self.registers,
            "LOOKUPS": "standin",
            "LOG_LEVEL": "ERROR",
            **{name.upper(): str(value) for name, value in more.items()},
        }
        return {**os.environ, **given}

    def settings(self, url: str, **more: Any) -> Settings:
        """The same, for an application in this process."""
        return Settings(
            database_url=url,
            data_dir=self.folder,
            standin_directory_url=self.registers,
            lookups="standin",
            log_level="ERROR",
            **more,
        )

    @contextmanager
    def application(self, url: str, **more: Any) -> Iterator[Flask]:
        """An application in this process; its connections are closed at the end."""
        app = create_app(self.settings(url, **more))
        try:
            yield app
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()

    def server_cpu(self) -> float:
        """Seconds of processor that the database server has used so far."""
        return cpu_seconds(self.server.process.pid)

    def _administration(self) -> psycopg.Connection[Any]:
        return connect(self.server.url(), autocommit=True)


def connect(url: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    """A bare connection to a database of the server."""
    parts = make_url(url)
    return psycopg.connect(
        dbname=parts.database, user=parts.username, host=str(parts.query["host"]), autocommit=autocommit
    )


@contextmanager
def built(scale: int) -> Iterator[Scene]:
    """Start the servers, fill the database; everything goes at the end."""
    registers = annuaire().start()
    try:
        with running() as server, TemporaryDirectory(prefix="depot-bench-") as folder:
            scene = Scene(server, registers.url, Path(folder), scale, pace_of(scale))
            with scene._administration() as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(SEEDED)))
            with scene.application(server.url(SEEDED)) as app, app.app_context():
                db.create_all()
                seeds.seed_reference()
                db.session.commit()
                data.fill(scale)
            yield scene
    finally:
        registers.stop()
