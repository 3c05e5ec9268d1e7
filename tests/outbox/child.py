"""A worker in a process of its own, that can be killed: `python -m tests.outbox.child URL PORT LEASE`."""

import signal
import sys
import threading
from datetime import timedelta

from app.config import Settings
from app.outbox import worker
from app.outbox.message import MAILS
from tests.outbox.letters import LETTERS, bare_app, deliverer_for


def main(url: str, port: str, lease: str) -> None:
    MAILS.update(LETTERS)
    app = bare_app(url)
    settings = Settings(secret_key="x" * 40, smtp_host="127.0.0.1", smtp_port=int(port), smtp_timeout=5.0)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with app.app_context():
        deliverer = deliverer_for(app, settings, lease=timedelta(seconds=float(lease)))
    worker.run(app, deliverer, stop, poll=0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
