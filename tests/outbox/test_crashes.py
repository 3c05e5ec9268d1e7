"""A worker dies at each named moment: nothing is lost, and only the gap after the sending can repeat."""

import multiprocessing
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.process import BaseProcess

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db
from app.outbox import queue, worker
from app.outbox.models import OutboxMessage, OutboxStatus
from tests.outbox.child import work
from tests.outbox.letters import Letter, Notice, deliverer_for, settings_for
from tests.support.smtp_sink import SmtpSink, Stage

LEASE = 1.5
Start = Callable[..., BaseProcess]
# Clean processes, forked from one that has imported the application: each starts at once.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.outbox.child"])


@pytest.fixture
def start(database_url: str, app: Flask, sink: SmtpSink) -> Iterator[Start]:
    launched: list[BaseProcess] = []

    def launch(failpoint: str = "") -> BaseProcess:
        process = PROCESSES.Process(target=work, args=(database_url, sink.port, LEASE, failpoint))
        process.start()
        launched.append(process)
        return process

    yield launch
    for process in launched:
        process.kill()
        process.join(10)
        process.close()


def end_of(process: BaseProcess) -> int | None:
    process.join(60)
    return process.exitcode


def wait_until(done: Callable[[], bool], seconds: float = 90.0) -> None:
    limit = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < limit, "never happened"
        time.sleep(0.05)


def recover(app: Flask, sink: SmtpSink) -> None:
    """Another worker, alive, until nothing waits."""
    deliverer = deliverer_for(app, settings_for(sink), lease=timedelta(seconds=LEASE))
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(app, deliverer, stop), kwargs={"poll": 0.1})
    thread.start()
    try:
        with clock.moved_by(timedelta(hours=1)):
            wait_until(finished)
    finally:
        stop.set()
        thread.join(10)


def statuses() -> Counter[OutboxStatus]:
    db.session.rollback()
    return Counter(db.session.scalars(sa.select(OutboxMessage.status)))


def finished() -> bool:
    waiting = {OutboxStatus.PENDING, OutboxStatus.CLAIMED, OutboxStatus.RETRY}
    return not waiting & set(statuses())


@pytest.mark.failpoint
@pytest.mark.parametrize(
    ("failpoint", "kind"),
    [
        ("outbox.after_claim", Letter),
        ("outbox.after_token_before_smtp", Letter),
        ("outbox.after_send_before_mark", Letter),
        ("outbox.after_send_before_mark", Notice),
        ("outbox.before_mark_failure", Letter),
    ],
)
def test_a_worker_killed_there_loses_nothing(
    app: Flask, start: Start, sink: SmtpSink, failpoint: str, kind: type[Letter]
) -> None:
    for number in range(3):
        queue(kind("bob@exemple.fr", number), due=clock.now())
    db.session.commit()
    if failpoint == "outbox.before_mark_failure":
        sink.refuse(Stage.RECIPIENT, 550, "5.7.1 non", times=1)
    assert end_of(start(f"{failpoint}:exit")) == 137
    recover(app, sink)
    subjects = Counter(mail.subject for mail in sink.mails)
    in_gap = failpoint == "outbox.after_send_before_mark"
    if kind is Notice:
        # Whoever may have received a notice never receives it twice: a person is told instead.
        assert statuses() == {OutboxStatus.SENT: 2, OutboxStatus.UNCERTAIN: 1}
        assert list(subjects.values()) == [1, 1, 1]
        return
    assert statuses() == {OutboxStatus.SENT: 3}
    assert sum(subjects.values()) == 3 + in_gap
    identifiers = {str(mail.message["Message-ID"]) for mail in sink.mails}
    assert len(identifiers) == len(subjects) == 3
    doubted = db.session.scalar(sa.select(sa.func.count()).where(OutboxMessage.possible_duplicate)) or 0
    assert doubted == 0 if failpoint == "outbox.after_claim" else doubted >= 1


@pytest.mark.failpoint
def test_workers_killed_at_random_lose_nothing(app: Flask, start: Start, sink: SmtpSink) -> None:
    rows, kills = 60, 3
    sink.slow_down(content=0.02)
    for number in range(rows):
        queue((Notice if number % 3 == 0 else Letter)("bob@exemple.fr", number), due=clock.now())
    db.session.commit()
    for killed in range(kills):
        process = start()
        # Each one is killed in the middle of its work.
        wait_until(lambda aim=(killed + 1) * 12: len(sink.mails) >= aim)
        process.kill()
        assert end_of(process) == -signal.SIGKILL
    recover(app, sink)
    subjects = Counter((mail.subject, str(mail.message["Message-ID"])) for mail in sink.mails)
    uncertain = statuses()[OutboxStatus.UNCERTAIN]
    assert statuses()[OutboxStatus.SENT] == rows - uncertain
    assert uncertain <= kills
    assert rows - uncertain <= len(subjects) <= rows
    assert sum(subjects.values()) - len(subjects) <= kills


def test_a_stop_finishes_the_message_in_hand_and_gives_the_others_back(start: Start, sink: SmtpSink) -> None:
    sink.slow_down(content=0.3)
    for number in range(15):
        queue(Letter("bob@exemple.fr", number), due=clock.now())
    db.session.commit()
    process = start()
    wait_until(lambda: len(sink.mails) >= 1)
    asked = clock.now()
    process.terminate()
    assert end_of(process) == 0
    assert clock.now() - asked < timedelta(seconds=5)
    counted = statuses()
    assert counted[OutboxStatus.CLAIMED] == 0
    assert counted[OutboxStatus.SENT] == len(sink.mails) < 15
    attempts = sa.select(OutboxMessage.attempts).where(OutboxMessage.status == OutboxStatus.PENDING)
    assert set(db.session.scalars(attempts)) == {0}
