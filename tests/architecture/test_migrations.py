"""Migrations lead to the models, on the database of the run; each goes up and down with rows in tables."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.cli import create_app
from app.config import Settings
from app.core.database import db
from tests.support.postgres import fresh_database
from tests.support.rows import fill

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 32  # what the table of Alembic holds


def _directory() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return ScriptDirectory.from_config(config)


REVISIONS = [script.revision for script in reversed(list(_directory().walk_revisions()))]


@pytest.fixture
def empty_url(tmp_path: Path) -> Iterator[str]:
    """An empty database of the run's kind, of this test's own."""
    if os.environ.get("TEST_DATABASE") == "postgresql":
        with fresh_database() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path / 'migrations.sqlite3'}"


@pytest.fixture
def empty_app(empty_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without a table."""
    app = create_app(Settings(database_url=empty_url, data_dir=tmp_path, lookups="standin"))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_a_revision_bears_the_name_of_its_file_and_follows_one() -> None:
    files = sorted(path.stem for path in (ROOT / "migrations/versions").glob("*.py"))
    assert files == REVISIONS
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    for name in files:
        assert re.fullmatch(r"\d{4}_[a-z0-9_]+", name)
        assert len(name) <= LONGEST
    assert _directory().get_heads() == [REVISIONS[-1]]


def test_the_migrations_lead_to_the_models(empty_app: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)
    assert not differences, "Écrire la migration : make migration NOM=…"
    assert _tables() == set(db.metadata.tables)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_goes_up_and_down_with_rows(empty_app: Flask, revision: str) -> None:
    before = REVISIONS[: REVISIONS.index(revision)]
    if before:
        upgrade(revision=before[-1])
    former = _fill()
    upgrade(revision=revision)
    with db.engine.begin() as connection:
        kept = {name: _count(connection, name) for name in former if name in _tables()}
    assert kept == {name: count for name, count in former.items() if name in kept}
    now = _fill()
    assert now
    downgrade(revision=before[-1] if before else "base")
    assert _tables() == set(former)
    upgrade(revision=revision)
    assert _tables() == set(now)


def _fill() -> dict[str, int]:
    with db.engine.begin() as connection:
        return fill(connection)


def _count(connection: sa.Connection, table: str) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0
