"""A bare application on each database, a real SMTP server, and a deliverer between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import events
from app.core.database import db
from app.outbox.delivery import Deliverer
from app.outbox.events import AddressBounced, MailStopped
from app.outbox.message import MAILS
from tests.outbox.letters import LETTERS, TABLES, bare_app, deliverer_for, settings_for
from tests.support.postgres import fresh_database
from tests.support.smtp_sink import SmtpSink


@pytest.fixture(scope="session")
def outbox_postgres() -> Iterator[str]:
    with fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/outbox.sqlite3"
    return str(request.getfixturevalue("outbox_postgres"))


@pytest.fixture(autouse=True)
def nobody_reacts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reactions of the whole application, installed by another test, have no table here."""
    monkeypatch.setattr(events, "_reactions", {})


@pytest.fixture
def app(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    for name, kind in LETTERS.items():
        monkeypatch.setitem(MAILS, name, kind)
    app = bare_app(database_url)
    with app.app_context():
        db.metadata.create_all(db.engine, tables=TABLES)
        with db.engine.begin() as connection:
            for table in TABLES:
                connection.execute(sa.delete(table))
        yield app
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def deliverer(app: Flask, sink: SmtpSink) -> Iterator[Deliverer]:
    deliverer = deliverer_for(app, settings_for(sink))
    yield deliverer
    deliverer.close()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[events.Event]:
    """What the outbox tells the rest of the service."""
    heard: list[events.Event] = []
    monkeypatch.setattr(events, "_reactions", {AddressBounced: (heard.append,), MailStopped: (heard.append,)})
    return heard
