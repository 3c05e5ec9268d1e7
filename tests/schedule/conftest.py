"""A bare application on each database, and jobs that only these tests know."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.database import db
from app.scheduling import JOBS
from app.scheduling.models import JobRun
from tests.support.postgres import fresh_database


@pytest.fixture(scope="session")
def schedule_postgres() -> Iterator[str]:
    with fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/schedule.sqlite3"
    return str(request.getfixturevalue("schedule_postgres"))


def bare_app(url: str) -> Flask:
    app = Flask("essai")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    return app


@pytest.fixture
def bare(bare_url: str, own_jobs: None) -> Iterator[Flask]:
    """An application context of a bare application, whose registry of jobs is empty."""
    app = bare_app(bare_url)
    with app.app_context():
        db.metadata.create_all(db.engine, tables=[JobRun.__table__])
        with db.engine.begin() as connection:
            connection.execute(sa.delete(JobRun))
        yield app
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def own_jobs() -> Iterator[None]:
    """The registry is empty for the length of a test."""
    former = dict(JOBS)
    JOBS.clear()
    yield
    JOBS.clear()
    JOBS.update(former)
