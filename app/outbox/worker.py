"""The process that sends: it polls, drains, and stops within 30 seconds when it is told to."""

import logging
import threading
from typing import Protocol

from flask import Flask

from app.core.database import db
from app.outbox.settling import Counts

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
ROUND = 500
PATIENCE_SECONDS = 10.0


class Drains(Protocol):
    """Whatever sends messages of one kind: e-mails, or pushes to one platform."""

    def drain(self, *, limit: int, stop: threading.Event | None) -> Counts:
        """Send what is due."""

    def close(self) -> None:
        """Let go of the connection."""


def run(app: Flask, deliverer: Drains, stop: threading.Event, *, poll: float = POLL_SECONDS) -> None:
    """Send until `stop` is set; the message in hand is finished, the others of its batch are given back."""
    while not stop.is_set():
        wait = _round(app, deliverer, stop, poll)
        if wait:
            deliverer.close()
            stop.wait(wait)
    deliverer.close()


def _round(app: Flask, deliverer: Drains, stop: threading.Event, poll: float) -> float:
    """One round; gives the seconds to wait before the next."""
    with app.app_context():
        try:
            counts = deliverer.drain(limit=ROUND, stop=stop)
        except Exception:
            # The claimed rows come back by themselves when their lease is over.
            log.exception("outbox: round interrupted")
            db.session.rollback()
            return min(PATIENCE_SECONDS, poll * 10)
    if counts.total:
        log.info("outbox: %s", counts)
    return 0.0 if counts.total and not counts.released else poll
