"""R06: a real server and a real job process, told to stop: what is under way ends, within 30 seconds."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.domain.offers.lifecycle import OfferStatus
from app.outbox.models import OutboxMessage, OutboxStatus
from tests.crash.stage import Stage
from tests.factories.offers import make_offer
from tests.support.mailbox import Mailbox

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 30.0
# Starting isn't what is measured here, and a busy machine starts slowly.
START_LIMIT = 180.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


@pytest.fixture
def environment(app: Flask, mailbox: Mailbox, tmp_path: Path) -> dict[str, str]:
    """The settings of a process of its own."""
    port = _free_port()
    stage = Stage(app, mailbox).environment()
    own = {"PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}", "DATA_DIR": str(tmp_path)}
    return {**os.environ, **stage, **own, "WEB_PROCESSES": "2", "PYTHONWARNINGS": ""}


@pytest.fixture
def gunicorn(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "wsgi:app"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    limit = time.monotonic() + START_LIMIT
    try:
        while True:
            try:
                _status(f"{environment['BASE_URL']}/robots.txt")
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < limit, "gunicorn didn't start"
                time.sleep(0.1)
        yield process
    finally:
        # Gently first: a server that is killed leaves its processes behind.
        process.terminate()
        try:
            process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


Launch = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def launch(environment: dict[str, str]) -> Iterator[Launch]:
    """Starts job processes; none of them outlives the test, whose messages it would take from the next."""
    launched: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "flask", "--app", "app.cli", "jobs", "serve"]
        nowhere = subprocess.DEVNULL
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=nowhere, stderr=nowhere)
        launched.append(process)
        return process

    yield start
    for process in launched:
        process.kill()
        process.wait(10)


@pytest.mark.usefixtures("fault")
@pytest.mark.assurance
def test_a_server_told_to_stop_answers_what_is_under_way(
    gunicorn: subprocess.Popen[bytes], environment: dict[str, str]
) -> None:
    answers: list[int | str] = []

    def ask() -> None:
        try:
            answers.append(_status(f"{environment['BASE_URL']}/offres"))
        except OSError as error:
            answers.append(type(error).__name__)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    start = time.monotonic()
    gunicorn.send_signal(signal.SIGTERM)
    assert gunicorn.wait(LIMIT) == 0
    assert time.monotonic() - start < LIMIT
    for thread in threads:
        thread.join(10)
    assert answers == [200] * 8


@pytest.mark.usefixtures("fault")
@pytest.mark.assurance
def test_a_web_process_that_is_killed_is_replaced(
    gunicorn: subprocess.Popen[bytes], environment: dict[str, str]
) -> None:
    children = Path(f"/proc/{gunicorn.pid}/task/{gunicorn.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    limit = time.monotonic() + 20
    while True:
        try:
            if _status(f"{environment['BASE_URL']}/offres") == 200:
                break
        except OSError:
            assert time.monotonic() < limit
        time.sleep(0.2)
    assert gunicorn.poll() is None


@pytest.mark.usefixtures("fault")
@pytest.mark.assurance
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda how: how.name)
def test_the_job_process_stops_and_another_takes_over(
    app: Flask, mailbox: Mailbox, launch: Launch, how: signal.Signals
) -> None:
    with app.app_context():
        for _ in range(20):
            make_offer(OfferStatus.TO_CONFIRM)
        db.session.commit()
    mailbox.sink.slow_down(content=0.1)
    first = launch()
    limit = time.monotonic() + START_LIMIT
    while len(mailbox.sink.mails) < 3:
        assert first.poll() is None and time.monotonic() < limit
        time.sleep(0.05)
    asked = clock.now()
    first.send_signal(how)
    code = first.wait(LIMIT)
    assert code == (0 if how is not signal.SIGKILL else -9)
    assert (clock.now() - asked).total_seconds() < LIMIT
    stage = Stage(app, mailbox)
    if how is not signal.SIGKILL:
        with app.app_context():
            held = sa.select(sa.func.count()).where(OutboxMessage.status == OutboxStatus.CLAIMED)
            assert db.session.scalar(held) == 0
    stage.settle()
    identifiers = [str(mail.message["Message-ID"]) for mail in mailbox.sink.mails]
    assert len(set(identifiers)) == 20
    assert len(identifiers) <= 20 + (how is signal.SIGKILL)
