"""Jobs that run at the same moment, and pages that write meanwhile, don't make one another fail."""

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import FormPost
from app.core import clock
from app.core.database import begin_write, db
from app.scheduling import Counts, Every, Run
from app.scheduling.models import JobRun
from app.scheduling.registry import JOBS, Job
from app.scheduling.runner import run_job

NAME = "read_then_write"


def _write_meanwhile(app: Flask, begun: threading.Event) -> None:
    with app.app_context():
        begun.set()
        begin_write()
        db.session.add(FormPost(submission_id="pendant", location="/", created_at=clock.now()))
        db.session.commit()


@pytest.fixture
def reader(app: Flask) -> Iterator[threading.Thread]:
    """A job that reads, while another thread writes, then writes itself."""
    begun = threading.Event()
    other = threading.Thread(target=_write_meanwhile, args=(app, begun))

    def work(run: Run) -> Counts:
        db.session.scalar(sa.select(sa.func.count()).select_from(FormPost))
        other.start()
        begun.wait(5)
        other.join(0.3)
        db.session.add(FormPost(submission_id="tâche", location="/", created_at=clock.now()))
        run.count("written")
        return run.counts

    JOBS[NAME] = Job(name=NAME, at=Every(minutes=5), title="Lire puis écrire", words={}, work=work)
    yield other
    del JOBS[NAME]


def test_a_job_that_has_read_can_still_write(app: Flask, reader: threading.Thread) -> None:
    with app.app_context():
        report = run_job(NAME, slot="2027-03-02", dry=False)
        reader.join(20)
        assert report.error is None
        kept = set(db.session.scalars(sa.select(FormPost.submission_id)))
        assert kept == {"pendant", "tâche"}
        assert db.session.scalar(sa.select(JobRun.ended_at).where(JobRun.job == NAME)) is not None
