"""Running one job for one slot: once, whoever tries; again, if whoever tried died.

The slot is a row with a lease by the database's clock. Each batch repeats the lease in its own transaction,
so that a process that was frozen and has lost its slot writes nothing any more.
"""

import logging
import os
import secrets
import socket
import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.core import clock, french
from app.core.database import begin_write, database_now, db, is_sqlite, writing
from app.core.failpoints import failpoint
from app.scheduling.models import JobRun
from app.scheduling.registry import JOBS, Job
from app.scheduling.run import Counts, Run, Stopped, Words
from app.scheduling.slots import Slot

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
RETRY_BASE = timedelta(minutes=1)
RETRY_CAP = timedelta(hours=1)


@dataclass(frozen=True)
class Report:
    """What a run did; `sentence` says it in French. `skipped`: the slot was done, or is being done."""

    job: str
    slot: str
    dry: bool
    skipped: bool
    counts: Counts
    error: str | None
    sentence: str


@dataclass(frozen=True)
class _Taken:
    """A slot in our hands; `owner` is the fence that each batch repeats."""

    id: int
    owner: str
    attempts: int


def run_job(
    name: str,
    *,
    slot: str | None = None,
    dry: bool = True,
    limit: int | None = None,
    stop: threading.Event | None = None,
) -> Report:
    """Run a job, in an application context whose session is clean. Without `slot`, by hand, it always runs.

    A failure is logged, recorded and reported, not raised; LookupError for a name that isn't declared.
    """
    job = JOBS[name]
    slot = slot or f"main-{clock.now():%Y-%m-%dT%H:%M:%S.%fZ}"
    if dry:
        return _rehearse(job, slot, limit)
    taken = _take(job.name, slot)
    if taken is None:
        return _report(job, slot, {}, skipped=True)
    failpoint("scheduler.after_slot_before_work")
    run = Run(job.name, slot, dry=False, limit=limit, guard=partial(_guard, taken))
    if stop is not None:
        run.stopping = stop.is_set
    try:
        with writing():
            job.work(run)
            failpoint("scheduler.after_work_before_mark")
            _finish(taken, run.counts)
    except Stopped as stopped:
        log.info("job %s, slot %s: %s", job.name, slot, stopped)
        _put_back(taken, timedelta(0), error=None)
        return _report(job, slot, run.counts, error=str(stopped))
    except Exception as error:
        log.exception("job %s failed, slot %s", job.name, slot)
        said = f"{type(error).__name__} : {error}"[:500]
        _put_back(taken, min(RETRY_CAP, RETRY_BASE * 2 ** min(taken.attempts - 1, 10)), error=said)
        return _report(job, slot, run.counts, error=said)
    return _report(job, slot, run.counts)


def unfinished() -> dict[str, Slot]:
    """The jobs whose last slot isn't finished, with that slot. Ends no transaction."""
    now = clock.now()
    last = {name: job.at.last(now) for name, job in JOBS.items()}
    done = {
        (row.job, row.business_slot)
        for row in db.session.execute(
            sa.select(JobRun.job, JobRun.business_slot).where(
                sa.tuple_(JobRun.job, JobRun.business_slot).in_(
                    [(name, slot.name) for name, slot in last.items()]
                ),
                JobRun.ended_at.is_not(None),
            )
        )
    }
    return {name: slot for name, slot in last.items() if (name, slot.name) not in done}


def sentence_of(counts: Counts, words: Words) -> str:
    """« 12 offres closes, 1 reportée »."""
    parts = []
    for name, n in counts.items():
        one, many = words.get(name, (name, name))
        parts.append(f"{french.number_fr(n)} {french.plural(n, one, many)}")
    return ", ".join(parts) or "rien à faire"


def _rehearse(job: Job, slot: str, limit: int | None) -> Report:
    """A dry run: nothing is recorded, and what the job writes all the same is rolled back."""
    run = Run(job.name, slot, dry=True, limit=limit)
    try:
        job.work(run)
    except Exception as error:
        log.exception("job %s failed in a dry run", job.name)
        return _report(job, slot, run.counts, dry=True, error=f"{type(error).__name__} : {error}"[:500])
    finally:
        db.session.rollback()
    return _report(job, slot, run.counts, dry=True)


def _report(
    job: Job, slot: str, counts: Counts, *, dry: bool = False, skipped: bool = False, error: str | None = None
) -> Report:
    sentence = "déjà fait pour ce créneau" if skipped else sentence_of(counts, job.words)
    if error:
        sentence = f"interrompu après{french.NBSP}: {sentence}"
    if dry:
        sentence = f"essai à blanc{french.NBSP}: {sentence}"
    return Report(job.name, slot, dry, skipped, dict(counts), error, sentence)


def _take(job: str, slot: str) -> _Taken | None:
    """Insert the slot, or take it over when whoever had it is late; None when it is done or in hand."""
    db.session.rollback()
    begin_write()
    now = database_now()
    owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(6)}"
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    fresh = (
        insert(JobRun)
        .values(
            job=job,
            business_slot=slot,
            started_at=clock.now(),
            owner=owner,
            lease_until=now + LEASE,
            attempts=1,
            counts={},
        )
        .on_conflict_do_nothing(index_elements=[JobRun.job, JobRun.business_slot])
        .returning(JobRun.id, JobRun.attempts)
    )
    again = (
        sa.update(JobRun)
        .where(
            JobRun.job == job,
            JobRun.business_slot == slot,
            JobRun.ended_at.is_(None),
            JobRun.lease_until < now,
        )
        .values(owner=owner, lease_until=now + LEASE, attempts=JobRun.attempts + 1, started_at=clock.now())
        .returning(JobRun.id, JobRun.attempts)
        .execution_options(synchronize_session=False)
    )
    row = db.session.execute(fresh).one_or_none() or db.session.execute(again).one_or_none()
    failpoint("scheduler.before_slot_commit")
    db.session.commit()
    return None if row is None else _Taken(row[0], owner, row[1])


def _guard(taken: _Taken, longer: timedelta) -> None:
    if not _write(taken, lease_until=database_now() + LEASE + longer):
        db.session.rollback()
        raise Stopped("slot taken by another process")


def _finish(taken: _Taken, counts: Counts) -> None:
    """End the slot in the transaction of the last batch."""
    if not _write(taken, ended_at=clock.now(), counts=dict(counts), error=None):
        db.session.rollback()
        raise Stopped("slot taken by another process")
    db.session.commit()


def _put_back(taken: _Taken, delay: timedelta, *, error: str | None) -> None:
    """Leave the slot to be taken again after `delay`, by whoever comes first."""
    db.session.rollback()
    begin_write()
    _write(taken, lease_until=database_now() + delay - timedelta(milliseconds=1), error=error)
    failpoint("scheduler.before_put_back")
    db.session.commit()


def _write(taken: _Taken, **values: object) -> bool:
    statement = (
        sa.update(JobRun)
        .where(JobRun.id == taken.id, JobRun.owner == taken.owner, JobRun.ended_at.is_(None))
        .values(**values)
        .returning(JobRun.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.execute(statement).scalar_one_or_none() is not None
