"""Development pages: the machine's mailbox, signing in with one click; absent elsewhere."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app, seeds
from app.config import Settings
from app.core.database import db
from app.mailing import deliverer_of
from app.outbox.smtp import SmtpTransport
from app.web.headers import MAIL_CSP
from tests.factories.offers import make_offer
from tests.support.client import CheckedClient

pytestmark = pytest.mark.usefixtures("db_session")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data of its own."""
    settings = app.extensions["settings"].model_copy(update={"data_dir": tmp_path})
    monkeypatch.setitem(app.extensions, "settings", settings)
    return tmp_path


@pytest.fixture
def running(home: Path) -> Iterator[int]:
    """The development mailbox, as « make run » starts it; gives its port."""
    command = [sys.executable, "scripts/mailbox.py", "--port", "0", "--folder", str(home / "courriels")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert said is not None
        try:
            yield int(said[1])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


def send_all(app: Flask, port: int) -> None:
    settings = app.extensions["settings"].model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port})
    deliverer = deliverer_of(app)
    deliverer.transport = SmtpTransport(settings)
    deliverer.drain()
    deliverer.close()


def test_an_empty_mailbox_is_an_empty_list(client: CheckedClient, home: Path) -> None:
    assert client.get("/dev/courriels.json").json == []
    assert "Aucun courriel pour le moment" in client.get("/dev/courriels").text
    assert client.get("/dev/courriels/1").status_code == 404


def test_what_leaves_is_read_in_order(client: CheckedClient, app: Flask, running: int) -> None:
    offer = make_offer("to_confirm")
    make_offer("to_confirm")
    to = offer.contact.email
    db.session.commit()
    send_all(app, running)
    found = client.get("/dev/courriels.json").json
    assert [set(one) for one in found] == [{"id", "to", "subject", "text", "html", "links"}] * 2
    assert [one["id"] for one in found] == [1, 2]
    first = found[0]
    assert first["to"] == to
    assert first["subject"] == "Confirmez votre offre de boulanger à Rodez"
    assert "Confirmer et mettre en ligne" in first["text"]
    assert first["html"].lstrip().startswith("<!doctype html>")
    link = next(one for one in first["links"] if "/l/" in one)
    assert client.get(link.removeprefix("http://127.0.0.1:5000")).status_code == 200
    listed = client.get("/dev/courriels")
    assert listed.text.count("Confirmez votre offre de boulanger à Rodez") == 2
    assert link in client.get("/dev/courriels/1").text
    assert client.get("/dev/courriels/1/html").headers["Content-Security-Policy"] == MAIL_CSP


def test_a_line_being_written_is_left_for_later(client: CheckedClient, home: Path) -> None:
    folder = home / "courriels"
    folder.mkdir()
    (folder / "courriels.jsonl").write_text('{"id": 1, "received', encoding="utf-8")
    assert client.get("/dev/courriels.json").json == []


@pytest.mark.parametrize(
    ("role", "sees_jobs"), [("Agent du portail", False), ("Administratrice du portail", True)]
)
def test_one_click_signs_in(client: CheckedClient, role: str, sees_jobs: bool) -> None:
    seeds.seed_demonstration()
    db.session.commit()
    page = client.get("/dev/connexion")
    arrived = client.submit(page, button=role)
    assert arrived.request.path == "/agents"
    assert ("Tâches planifiées" in arrived.text) is sees_jobs
    left = client.submit(arrived, button="Me déconnecter")
    assert left.status_code == 200
    assert client.get("/agents").status_code == 302


def test_signing_in_needs_the_page_and_a_known_account(client: CheckedClient) -> None:
    assert "Aucun compte" in client.get("/dev/connexion").text
    assert client.post("/dev/connexion/1").status_code == 400


def test_none_of_it_exists_outside_development(app: Flask) -> None:
    settings = Settings(**{**app.extensions["settings"].model_dump(), "development": False})
    paths = {rule.rule for rule in create_app(settings).url_map.iter_rules()}
    assert not [path for path in paths if path.startswith("/dev")]
