"""R04, R05: a database in trouble gives 503 and « réessayez », never a broken page; it heals by itself."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.test import TestResponse

from app import create_app, seeds
from app.config import Settings
from app.core.database import db
from app.domain.accounts.models import Purpose
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from tests.access.world import link_for
from tests.concurrency.crowd import browser
from tests.factories.offers import make_offer
from tests.faults.pg_server import PgServer, own_server
from tests.support.client import CheckedClient
from tests.support.standins import Partner

Record = Callable[[str, object], None]
RECOVERED_WITHIN = 10.0
on_postgresql = pytest.mark.skipif(
    os.environ.get("TEST_DATABASE", "sqlite") != "postgresql", reason="pannes de PostgreSQL"
)
on_sqlite = pytest.mark.skipif(
    os.environ.get("TEST_DATABASE", "sqlite") != "sqlite", reason="pannes de SQLite"
)


@pytest.fixture(scope="module")
def server() -> Iterator[PgServer]:
    with own_server() as own:
        yield own


@pytest.fixture
def portal(
    server: PgServer, annuaire: Partner, tmp_path: Path, app: Flask
) -> Iterator[tuple[Flask, FlaskClient, str, str]]:
    """The application on that server, an open management session, its form token, the offer's name."""
    if server.server.process.poll() is not None:
        server.start()
    own = create_app(
        Settings(
            database_url=server.url,
            data_dir=tmp_path,
            standin_directory_url=annuaire.url,
            lookup_timeout=1.5,
            log_level="ERROR",
        )
    )
    own.test_client_class = CheckedClient
    for one in own.extensions.get("limiter", ()):
        one.enabled = False
    with own.app_context():
        db.drop_all()
        db.create_all()
        seeds.seed_reference()
        offer = make_offer(OfferStatus.ONLINE)
        link = link_for(Purpose.MANAGEMENT, "contact", offer.contact_id, offer.contact.email)
        client, token = browser(own, [link])
        db.session.commit()
        public_id = offer.public_id
    yield own, client, token, public_id
    with own.app_context():
        db.session.remove()
        db.engine.dispose()


def _is_a_pause(answer: TestResponse) -> None:
    """503, in French, with the time after which to try again."""
    assert answer.status_code == 503, answer.status_code
    assert answer.headers["Retry-After"]
    assert '<html lang="fr"' in answer.text
    assert "Traceback" not in answer.text


def _heals(ask: Callable[[], TestResponse]) -> float:
    """Seconds until the pages answer again."""
    start = time.monotonic()
    while ask().status_code == 503:
        assert time.monotonic() - start < RECOVERED_WITHIN
        time.sleep(0.05)
    return time.monotonic() - start


Portal = tuple[Flask, FlaskClient, str, str]


@pytest.mark.usefixtures("fault")
@on_postgresql
@pytest.mark.parametrize("signed_in", [True, False], ids=["avec session", "sans session"])
def test_a_server_that_restarts_is_waited_for(
    server: PgServer, portal: Portal, signed_in: bool, record_property: Record
) -> None:
    own, client, token, public_id = portal
    visitor = client if signed_in else FlaskClient(own, own.response_class)
    assert visitor.get("/offres").status_code == 200
    server.stop()
    for address in ("/offres", f"/offres/{public_id}", f"/o/{public_id[:6]}", "/flux/offres.json"):
        _is_a_pause(visitor.get(address))
    if signed_in:
        _is_a_pause(visitor.get(f"/gestion/offres/{public_id}"))
        form = {"csrf_token": token, "submission_id": "un-seul-envoi", "reason": "given_up"}
        _is_a_pause(visitor.post(f"/gestion/offres/{public_id}/cloturer", data=form))
    assert visitor.get("/sante").status_code == 503
    server.start()
    seconds = _heals(lambda: visitor.get("/offres"))
    if signed_in:
        # What was typed is posted again, as the browser keeps it: done once.
        done = visitor.post(f"/gestion/offres/{public_id}/cloturer", data=form)
        assert done.status_code == 303
    record_property("reprise après redémarrage de PostgreSQL (s)", round(seconds, 2))


@pytest.mark.usefixtures("fault")
@on_postgresql
def test_sessions_cut_by_a_failover_are_opened_again(server: PgServer, portal: Portal) -> None:
    _, client, _, public_id = portal
    for _ in range(3):
        assert client.get(f"/gestion/offres/{public_id}").status_code == 200
        server.cut_sessions()
    assert _heals(lambda: client.get(f"/gestion/offres/{public_id}")) < RECOVERED_WITHIN


@pytest.mark.usefixtures("fault")
@on_postgresql
def test_a_read_only_server_takes_nothing_and_says_so(server: PgServer, portal: Portal) -> None:
    own, client, token, public_id = portal
    with own.app_context():
        db.engine.dispose()
    server.ask("ALTER SYSTEM SET default_transaction_read_only = on")
    server.ask("SELECT pg_reload_conf()")
    time.sleep(0.3)
    try:
        assert client.get("/offres").status_code == 200
        form = {"csrf_token": token, "reason": "given_up", "submission_id": "un-seul-envoi"}
        _is_a_pause(client.post(f"/gestion/offres/{public_id}/cloturer", data=form))
    finally:
        server.ask("ALTER SYSTEM RESET default_transaction_read_only")
        server.ask("SELECT pg_reload_conf()")
        time.sleep(0.3)
        with own.app_context():
            db.engine.dispose()
    assert client.post(f"/gestion/offres/{public_id}/cloturer", data=form).status_code == 303


@pytest.mark.usefixtures("fault")
@on_postgresql
@pytest.mark.parametrize("setting", ["statement_timeout = '1ms'", "lock_timeout = '200ms'"])
def test_a_statement_stopped_by_the_server_is_a_pause(
    server: PgServer, portal: Portal, setting: str
) -> None:
    own, client, token, public_id = portal
    name = setting.partition(" ")[0]
    with own.app_context():
        db.engine.dispose()
    server.ask(f"ALTER SYSTEM SET {setting}")
    server.ask("SELECT pg_reload_conf()")
    time.sleep(0.3)
    form = {"csrf_token": token, "reason": "given_up", "submission_id": "un-seul-envoi"}
    try:
        with server.connect() as other:
            other.execute("LOCK TABLE offer IN ACCESS EXCLUSIVE MODE")
            _is_a_pause(client.post(f"/gestion/offres/{public_id}/cloturer", data=form))
    finally:
        server.ask(f"ALTER SYSTEM RESET {name}")
        server.ask("SELECT pg_reload_conf()")
        time.sleep(0.3)
        with own.app_context():
            db.engine.dispose()
    assert client.post(f"/gestion/offres/{public_id}/cloturer", data=form).status_code == 303


@pytest.mark.usefixtures("fault")
@on_postgresql
def test_a_pool_that_is_used_up_is_a_pause(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    own, client, _, _ = portal
    with own.app_context():
        engine = db.engine
        monkeypatch.setattr(engine.pool, "_timeout", 0.2)
        held = []
        try:
            while True:
                held.append(engine.connect())
        except SQLAlchemyError:
            pass
    _is_a_pause(client.get("/offres"))
    for connection in held:
        connection.close()
    assert client.get("/offres").status_code == 200


@pytest.mark.usefixtures("fault")
@on_postgresql
def test_two_acts_that_wait_for_each_other_end(server: PgServer, portal: Portal) -> None:
    """A deadlock is broken by the server: one passes, the other is told to try again, or passes after."""
    own, client, token, public_id = portal
    answers: list[int] = []
    with server.connect() as other:
        other.execute("SELECT id FROM offer FOR UPDATE")
        form = {"csrf_token": token, "reason": "given_up", "submission_id": "un-seul-envoi"}

        def close() -> None:
            answers.append(client.post(f"/gestion/offres/{public_id}/cloturer", data=form).status_code)

        thread = threading.Thread(target=close)
        thread.start()
        time.sleep(0.5)
        with suppress(psycopg.Error):
            other.execute("LOCK TABLE form_post IN ACCESS EXCLUSIVE MODE")
        other.rollback()
        thread.join(30)
    assert answers and answers[0] in {303, 503}
    with own.app_context():
        ended = db.session.scalars(sa.select(Offer.status)).one() is OfferStatus.ENDED
        assert ended is (answers[0] == 303)


def _path(app: Flask) -> str:
    with app.app_context():
        return str(db.engine.url.database)


@pytest.mark.usefixtures("fault")
@on_sqlite
@pytest.mark.parametrize("signed_in", [True, False], ids=["avec session", "sans session"])
def test_a_locked_file_is_a_pause_then_the_form_passes(
    app: Flask, monkeypatch: pytest.MonkeyPatch, signed_in: bool
) -> None:
    with app.app_context():
        offer = make_offer(OfferStatus.ONLINE)
        links = [link_for(Purpose.MANAGEMENT, "contact", offer.contact_id, offer.contact.email)]
        client, token = browser(app, links if signed_in else [])
        db.session.commit()
        public_id = offer.public_id
        db.session.remove()
        db.engine.dispose()
    address = f"/gestion/offres/{public_id}/cloturer" if signed_in else "/lien-perdu"
    form = {
        "csrf_token": token, "submission_id": "un-seul-envoi", "reason": "given_up", "email": "a@exemple.fr",
    }  # fmt: skip
    other = sqlite3.connect(_path(app), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert client.get("/offres").status_code == 200, "readers don't wait for a writer"
        _is_a_pause(client.post(address, data=form))
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert client.post(address, data=form).status_code == 303


@pytest.mark.usefixtures("fault")
@on_sqlite
def test_a_backup_taken_while_people_write_is_whole(app: Flask, tmp_path: Path) -> None:
    stop = threading.Event()
    troubles: list[BaseException] = []

    def write() -> None:
        try:
            while not stop.is_set():
                with app.app_context():
                    make_offer(OfferStatus.ONLINE)
                    db.session.commit()
        except BaseException as trouble:
            troubles.append(trouble)

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.3)
    source, copy = sqlite3.connect(_path(app)), sqlite3.connect(tmp_path / "copie.sqlite3")
    source.backup(copy, pages=20)
    stop.set()
    writer.join(30)
    assert not troubles
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
    offers, told = (
        copy.execute("SELECT count(*) FROM offer").fetchone(),
        copy.execute("SELECT count(*) FROM journal_entry WHERE action = 'offer_deposited'").fetchone(),
    )
    assert offers == told
    for one in (source, copy):
        one.close()


@pytest.mark.usefixtures("fault")
@on_sqlite
def test_a_full_disk_takes_nothing_and_says_so(app: Flask) -> None:
    """SQLite is held to the pages it has: the next write is a full disk."""
    with app.app_context():
        offer = make_offer(OfferStatus.ONLINE)
        links = [link_for(Purpose.MANAGEMENT, "contact", offer.contact_id, offer.contact.email)]
        client, token = browser(app, links)
        db.session.commit()
        public_id = offer.public_id
        db.session.remove()
        db.engine.dispose()
        # Pages that earlier tests freed would be room left.
        with sqlite3.connect(_path(app), isolation_level=None) as own:
            own.execute("VACUUM")
        own.close()

        @sa.event.listens_for(db.engine, "connect")
        def full(connection: sqlite3.Connection, _record: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages}")

        fill = "x" * 4_000
    try:
        statuses = []
        for number in range(40):
            form = {"csrf_token": token, "submission_id": f"envoi-{number:04d}", "act": "save", "title": fill}
            statuses.append(client.post(f"/gestion/offres/{public_id}/dupliquer", data=form).status_code)
        assert set(statuses) <= {303, 503}
        assert 503 in statuses
        assert client.get("/offres").status_code == 200
    finally:
        with app.app_context():
            sa.event.remove(db.engine, "connect", full)
            db.engine.dispose()
    assert client.post(
        f"/gestion/offres/{public_id}/dupliquer", data={"csrf_token": token, "submission_id": "envoi-final"}
    ).status_code == 303
