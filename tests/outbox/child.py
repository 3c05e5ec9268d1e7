"""A worker in a process of its own, that can be killed."""

import os
import signal
import threading
from datetime import timedelta

from app.config import Settings
from app.outbox import worker
from app.outbox.message import MAILS
from tests.outbox.letters import LETTERS, bare_app, deliverer_for


def work(url: str, port: int, lease: float, failpoint: str) -> None:
    """Send until SIGTERM, or until the failpoint."""
    os.environ["FAILPOINT"] = failpoint
    MAILS.update(LETTERS)
    app = bare_app(url)
    settings = Settings(secret_key="x" * 40, smtp_host="127.0.0.1", smtp_port=port, smtp_timeout=5.0)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with app.app_context():
        deliverer = deliverer_for(app, settings, lease=timedelta(seconds=lease))
    worker.run(app, deliverer, stop, poll=0.1)
