"""The sending process goes on, whatever happens to a round."""

import threading
import time
from datetime import timedelta

from flask import Flask

from app.core import clock
from app.core.database import db
from app.outbox import queue, worker
from app.outbox.delivery import Deliverer
from app.outbox.models import OutboxMessage, OutboxStatus
from app.outbox.settling import Counts
from tests.outbox.letters import Letter, deliverer_for, settings_for
from tests.support.smtp_sink import SmtpSink


class _Stumbling(Deliverer):
    """Fails its first rounds as it does when the database goes away."""

    stumbles = 2

    def drain(self, *, limit: int = 1000, stop: threading.Event | None = None) -> Counts:
        if self.stumbles:
            self.stumbles -= 1
            raise ConnectionError("base absente")
        return super().drain(limit=limit, stop=stop)


def test_a_round_that_fails_is_followed_by_others(app: Flask, sink: SmtpSink) -> None:
    made = deliverer_for(app, settings_for(sink))
    deliverer = _Stumbling(
        render=made.render,
        issue_link=made.issue_link,
        transport=made.transport,
        sender=made.sender,
        lease=timedelta(seconds=85),
    )
    message = queue(Letter("bob@exemple.fr"), due=clock.now())
    assert message
    id_ = message.id
    db.session.commit()
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(app, deliverer, stop), kwargs={"poll": 0.02})
    thread.start()
    limit = time.monotonic() + 20
    while not sink.mails and time.monotonic() < limit:
        time.sleep(0.02)
    stop.set()
    thread.join(10)
    assert not thread.is_alive() and len(sink.mails) == 1
    db.session.rollback()
    assert db.session.get_one(OutboxMessage, id_).status is OutboxStatus.SENT


def test_what_is_queued_while_it_waits_leaves_within_seconds(app: Flask, sink: SmtpSink) -> None:
    stop = threading.Event()
    deliverer = deliverer_for(app, settings_for(sink))
    thread = threading.Thread(target=worker.run, args=(app, deliverer, stop))
    thread.start()
    time.sleep(0.2)
    queue(Letter("bob@exemple.fr"), due=clock.now())
    db.session.commit()
    begun = time.monotonic()
    while not sink.mails and time.monotonic() - begun < 20:
        time.sleep(0.02)
    stop.set()
    thread.join(10)
    assert len(sink.mails) == 1 and time.monotonic() - begun < 10
