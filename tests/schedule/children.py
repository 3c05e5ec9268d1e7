"""Schedulers in processes of their own."""

import logging
import os
import signal
import threading
from pathlib import Path

import sqlalchemy as sa

from app.core.database import db
from app.scheduling import JOBS, Counts, Every, Run, job
from app.scheduling.models import JobRun
from app.scheduling.ticker import serve
from tests.schedule.conftest import bare_app


def declare_slow_job() -> None:
    """A job of many small batches; each says which process did it."""
    JOBS.clear()

    @job("lent", at=Every(1440), title="Lent")
    def lent(run: Run) -> Counts:
        for _ in range(200):
            run.count("batches")
            said = {str(os.getpid()): run.counts["batches"]}
            db.session.execute(sa.update(JobRun).where(JobRun.job == "lent").values(counts=said))
            run.commit()
            run_pause.wait(0.05)
        return run.counts


run_pause = threading.Event()


def schedule(url: str, folder: str, marks: str) -> None:
    """Be a scheduler until SIGTERM; leaves a file named after the process once it leads."""
    logging.getLogger("app.scheduling.ticker").addHandler(_Marker(Path(marks)))
    logging.getLogger("app.scheduling.ticker").setLevel(logging.INFO)
    declare_slow_job()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    serve(bare_app(url), stop, lock_dir=Path(folder))


class _Marker(logging.Handler):
    """Writes who leads, and who has lost the lead."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if "leading" in said:
            (self.folder / f"leads-{os.getpid()}").touch()
        if "lock lost" in said:
            (self.folder / f"lost-{os.getpid()}").touch()
