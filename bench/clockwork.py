"""A worker of the expiry measure, in a process of its own: ready, wait for the word, work, say it."""

import time
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from app import create_app
from app.config import Settings
from app.core import clock
from app.scheduling.runner import run_job
from bench.scene import connect

# Every offer of the data is over by then, without touching a row.
LATER = timedelta(days=60)
BATCH = 1000
BARE = (Path(__file__).parent / "bare_expiry.sql").read_text("utf-8")


class Longest:
    """How long the longest transaction has lasted, in seconds: its locks are held no longer."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._begun = 0.0

    def begin(self, *_: Any) -> None:
        self._begun = time.monotonic()

    def end(self, *_: Any) -> None:
        self.seconds = max(self.seconds, time.monotonic() - self._begun)


Wait = Callable[[], float]


def work(kind: str, settings: Settings, url: str, pipe: Connection) -> None:
    """`real`: the portal's own job. `bare`: the same writes, one statement a batch."""

    def wait() -> float:
        pipe.send("prêt")
        pipe.recv()
        return time.process_time()

    pipe.send(_real(settings, wait) if kind == "real" else _bare(url, wait))


def _real(settings: Settings, wait: Wait) -> dict[str, Any]:
    app, longest = create_app(settings), Longest()
    event.listen(Engine, "begin", longest.begin)
    event.listen(Engine, "commit", longest.end)
    with app.app_context(), clock.moved_by(LATER):
        run_job("expire_offers", dry=True)
        start = wait()
        report = run_job("expire_offers", dry=False)
        assert report.error is None, report
        return _said(start, report.counts["closed"], longest)


def _bare(url: str, wait: Wait) -> dict[str, Any]:
    longest, closed = Longest(), 0
    today = clock.today() + LATER
    with connect(url) as connection:
        start = wait()
        while True:
            longest.begin()
            done = connection.execute(BARE, {"today": today, "batch": BATCH}).fetchone()
            connection.commit()
            longest.end()
            number = done[0] if done else 0
            closed += number
            if number < BATCH:
                return _said(start, closed, longest)


def _said(start: float, closed: int, longest: Longest) -> dict[str, Any]:
    return {"cpu": time.process_time() - start, "closed": closed, "longest": longest.seconds}
