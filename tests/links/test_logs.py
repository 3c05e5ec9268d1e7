"""No live token in what a real server and a real worker write, nor in the files of the database."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask

from app.core.database import db, is_sqlite
from app.domain.accounts import magic_links
from app.domain.offers.lifecycle import OfferStatus
from tests.crash.stage import Stage
from tests.factories.offers import make_offer
from tests.links.conftest import Given
from tests.links.test_clicks import KINDS
from tests.support import postgres
from tests.support.mailbox import Mailbox
from tests.support.standins import closed_port

Give = Callable[..., Given]
Record = Callable[[str, object], None]
ROOT = Path(__file__).resolve().parents[2]


def _environment(app: Flask, mailbox: Mailbox, folder: Path) -> dict[str, str]:
    base = closed_port()
    own = {
        "PORT": base.rpartition(":")[2],
        "BASE_URL": base,
        "DATA_DIR": str(folder),
        "LOG_LEVEL": "DEBUG",
        "WEB_PROCESSES": "1",
        "PYTHONWARNINGS": "",
        # Once a link is used, the page breaks down: what is told of it holds no token either.
        "FAILPOINT": "links.after_commit_before_response:raise",
    }
    return {**os.environ, **Stage(app, mailbox).environment(), **own}


@pytest.fixture
def server(app: Flask, mailbox: Mailbox, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A real server at its most talkative: (its address, the file of what it says)."""
    environment = _environment(app, mailbox, tmp_path)
    said = tmp_path / "serveur.log"
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--log-level", "debug", "--access-logfile", "-"]
    with said.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    limit = time.monotonic() + 180
    try:
        while _status(f"{environment['BASE_URL']}/robots.txt") != 200:
            assert process.poll() is None and time.monotonic() < limit, said.read_text()[-2000:]
            time.sleep(0.1)
        yield environment["BASE_URL"], said
    finally:
        process.terminate()
        process.wait(30)


def _status(address: str, **options: object) -> int:
    request = urllib.request.Request(address, **options)  # type: ignore[arg-type]
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)
    except OSError:
        return 0


def _press(address: str) -> int:
    """Open the page and press its button, as a browser does."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = opener.open(address, timeout=10).read().decode()
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    try:
        form = urllib.parse.urlencode({"csrf_token": token}).encode()
        return int(opener.open(address, form, timeout=10).status)
    except urllib.error.HTTPError as error:
        return int(error.code)


@pytest.mark.assurance
def test_what_a_server_and_a_worker_say_holds_no_token(
    app: Flask,
    give: Give,
    mailbox: Mailbox,
    server: tuple[str, Path],
    tmp_path: Path,
    record_property: Record,
) -> None:
    address, said = server
    tokens = [give(kind).token for kind in KINDS]
    db.session.remove()
    for token in tokens:
        path = f"{address}/l/{token}"
        assert _status(path) == 200
        assert _status(path, method="HEAD") == 200
        assert _status(path, method="DELETE") in {400, 405}
        assert _status(f"{address}/absente", headers={"Referer": path}) == 404
        assert _status(path, data=b"csrf_token=faux") == 400
        assert _status(f"{path}%00/{token}") in {400, 404}
        assert _press(path) == 500
    with app.app_context():
        make_offer(OfferStatus.TO_CONFIRM)
        db.session.commit()
    environment = {**_environment(app, mailbox, tmp_path), "FAILPOINT": ""}
    drained = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app.cli", "outbox", "drain"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    tokens += [letter.link.rpartition("/")[2] for letter in mailbox.letters if "/l/" in letter.text]
    time.sleep(0.5)
    text = said.read_text("utf-8") + drained.stdout + drained.stderr
    assert "/l/[redacted]" in text, "the server says which kind of page was asked"
    assert "FailpointReached" in text, "the server says what broke"
    found = sum(token in text for token in tokens)
    record_property("jetons cherchés dans les journaux", len(tokens))
    record_property("jetons vifs dans les journaux", found)
    assert found == 0


def test_what_flask_says_of_a_break_down_holds_no_token(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails while the session is saved is told by Flask itself, with the address."""
    app.logger.error("Exception on %s [%s]", "/l/AbC_-123", "POST")
    assert "AbC_-123" not in caplog.text
    assert "/l/[redacted]" in caplog.text


def test_the_files_of_the_database_hold_no_live_token(
    app: Flask, give: Give, mailbox: Mailbox, record_property: Record
) -> None:
    """Whoever steals a copy, or the disk, opens nothing: not even what was deleted is there."""
    tokens = [give(kind).token for kind in KINDS]
    make_offer(OfferStatus.ONLINE)
    db.session.commit()
    mailbox.deliver()
    tokens += [letter.link.rpartition("/")[2] for letter in mailbox.letters if "/l/" in letter.text]
    for token in tokens:
        assert magic_links.read(token).state is magic_links.LinkState.LIVE
    copies = list(_copies())
    db.session.remove()
    assert copies and all(copies)
    found = sum(token.encode() in copy for token in tokens for copy in copies)
    record_property("jetons cherchés dans les copies", len(tokens))
    record_property("jetons vifs dans une copie de la base", found)
    assert found == 0


def _copies() -> Iterator[bytes]:
    """The file and its journal for SQLite; a dump by the server's own tool for PostgreSQL."""
    url = db.engine.url
    if is_sqlite():
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                yield Path(f"{url.database}{suffix}").read_bytes() or b"empty"
        return
    program = postgres.binaries() / "pg_dump"
    tool = str(program) if program.exists() else shutil.which("pg_dump")
    if tool is None:
        pytest.skip("pg_dump manque")
    asked = [tool, "-U", postgres.USER, "-h", str(url.query["host"]), str(url.database)]
    yield subprocess.run(asked, capture_output=True, check=True).stdout
