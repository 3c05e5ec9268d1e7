"""What every test gets: the application, a real database, real stand-ins, a client that checks pages."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from app import seeds
from app.cli import create_app
from app.config import Settings
from app.core import clock
from app.core.database import db
from app.domain.diffusion.registry import PLATFORMS
from tests.support.client import CheckedClient
from tests.support.mailbox import Mailbox
from tests.support.postgres import fresh_database
from tests.support.smtp_sink import SmtpSink, smtp_sink
from tests.support.standins import Partner, annuaire_served, heal
from tests.support.tables import empty

pytest_plugins = ["tests.support.browser", "tests.browser.fixtures"]
# A Tuesday morning, away from every change of clock.
NOON = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


def pytest_configure(config: pytest.Config) -> None:
    """Outgoing connections stay on this machine."""
    config.option.allow_hosts = "127.0.0.1,::1,localhost"
    config.option.allow_unix_socket = True


@pytest.fixture(scope="session")
def annuaire() -> Iterator[Partner]:
    """The directory, Sirene and the geocoder, as stand-ins over HTTP."""
    with annuaire_served() as partner:
        yield partner


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database of the kind that TEST_DATABASE names: sqlite (default) or postgresql."""
    if os.environ.get("TEST_DATABASE", "sqlite") == "postgresql":
        with fresh_database() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path_factory.mktemp('base') / 'essai.sqlite3'}"


@pytest.fixture(scope="session")
def built_app(
    database_url: str, annuaire: Partner, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The application, once a worker, with its tables and reference rows."""
    settings = Settings(
        base_url="http://127.0.0.1:5000",
        database_url=database_url,
        data_dir=Path(tmp_path_factory.mktemp("donnees")),
        standin_directory_url=annuaire.url,
        lookups="standin",
        development=True,
        lookup_timeout=1.5,
        log_level="ERROR",
    )
    app = create_app(settings)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.test_client_class = CheckedClient
    with app.app_context():
        db.create_all()
        seeds.seed_reference()
        db.session.commit()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def same_platforms() -> Iterator[None]:
    """A site that a test declares is known to no other one."""
    before = dict(PLATFORMS)
    yield
    PLATFORMS.clear()
    PLATFORMS.update(before)


@pytest.fixture
def app(built_app: Flask, annuaire: Partner) -> Iterator[Flask]:
    """The application with empty tables, limits forgotten, partners well and their circuits closed."""
    heal(built_app, annuaire)
    with built_app.app_context():
        empty(built_app)
    yield built_app


@pytest.fixture
def db_session(app: Flask) -> Iterator[object]:
    """An application context with its database session."""
    with app.app_context():
        yield db.session
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    """A browser without script; every page it gets is checked."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client


@pytest.fixture
def at_noon() -> Iterator[datetime]:
    """The clock held at a known Tuesday morning."""
    with clock.set_to(NOON):
        yield NOON


@pytest.fixture(scope="session")
def sink() -> Iterator[SmtpSink]:
    """A real SMTP server, once a worker."""
    with smtp_sink() as server:
        yield server


@pytest.fixture
def mailbox(app: Flask, sink: SmtpSink) -> Mailbox:
    """What the test's people receive."""
    return Mailbox(app, sink)
