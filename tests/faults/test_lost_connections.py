"""A database server that restarts between two requests is noticed before anything is asked of it."""

import os
import time

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.database import db
from tests.support.client import CheckedClient
from tests.support.queries import statements


def _end_every_other_session() -> None:
    """As a restart does: the server closes its end of every connection."""
    address = db.engine.url
    other = sa.create_engine(address, poolclass=sa.pool.NullPool)
    with other.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        # Asked to end, a backend takes a moment to: a restarted server has none left.
        others = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        limit = time.monotonic() + 10
        while connection.scalar(sa.text(others)) and time.monotonic() < limit:
            time.sleep(0.02)
    other.dispose()


@pytest.mark.skipif(os.environ.get("TEST_DATABASE", "sqlite") == "sqlite", reason="pannes de PostgreSQL")
@pytest.mark.usefixtures("fault")
def test_a_page_is_served_after_the_server_has_ended_every_session(app: Flask, client: CheckedClient) -> None:
    assert client.get("/offres").status_code == 200
    with app.app_context():
        db.session.remove()
        _end_every_other_session()
    for _ in range(3):
        assert client.get("/offres").status_code == 200


def test_taking_a_connection_asks_the_server_nothing(app: Flask, client: CheckedClient) -> None:
    client.get("/offres")
    with statements() as sent:
        client.get("/offres")
    assert all("FROM offer" in statement for statement in sent)
