"""The process that calls the jobs. APScheduler only ticks: our tables say what is due and done."""

import logging
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from app.core import clock
from app.core.clock import PARIS
from app.core.database import database_now, db
from app.scheduling.leader import HEARTBEAT_SECONDS, Leader, leader_for
from app.scheduling.registry import JOBS
from app.scheduling.runner import run_job, unfinished
from app.scheduling.slots import Daily, When

log = logging.getLogger(__name__)

SKEW_AT_MOST = timedelta(seconds=60)
SWEEP_SECONDS = 20
DRAIN_SECONDS = 25.0
THREADS = 3
_ORIGIN = datetime(2024, 1, 1, tzinfo=UTC)


class SecondScheduler(RuntimeError):
    """Another scheduler runs on this host, and SQLite allows one."""


class ClockSkew(RuntimeError):
    """This machine's clock and the database's differ too much to start."""


def serve(app: Flask, stop: threading.Event, *, lock_dir: Path) -> None:
    """Run the jobs of the registry until `stop` is set; ends within 30 seconds of it.

    With PostgreSQL a second process waits for its turn; with SQLite it is refused (SecondScheduler).
    """
    with app.app_context():
        check_clock()
        leader = leader_for(db.engine.url, lock_dir)
    while not stop.is_set():
        if leader.acquire():
            try:
                _lead(app, leader, stop)
            finally:
                leader.release()
        elif leader.may_wait:
            stop.wait(HEARTBEAT_SECONDS)
        else:
            raise SecondScheduler("Un planificateur tourne déjà sur cette machine.")


def check_clock() -> None:
    """Raise ClockSkew when our clock and the database's differ by more than a minute."""
    skew = abs(clock.now() - database_now())
    db.session.rollback()
    if skew > SKEW_AT_MOST:
        seconds = int(skew.total_seconds())
        raise ClockSkew(f"L’horloge de cette machine et celle de la base diffèrent de {seconds} s.")


def trigger_of(at: When) -> BaseTrigger:
    """When APScheduler ticks for a job; the slot is computed at the tick."""
    if isinstance(at, Daily):
        return CronTrigger(hour=at.hour, minute=at.minute, timezone=PARIS)
    return IntervalTrigger(minutes=at.minutes, start_date=_ORIGIN, timezone=UTC)


class Ticker:
    """Calls jobs in threads, each at most once at a time, until it is halted."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.halted = threading.Event()
        self._running: set[str] = set()
        self._lock = threading.Lock()
        self._scheduler = BackgroundScheduler(
            timezone=PARIS,
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def start(self) -> None:
        """Tick for each job of the registry, and look at once for slots that were missed."""
        for name, job in JOBS.items():
            self._scheduler.add_job(self.fire, trigger_of(job.at), args=[name], id=name)
        sweep = IntervalTrigger(seconds=SWEEP_SECONDS, timezone=UTC)
        self._scheduler.add_job(self.sweep, sweep, id="sweep")
        self._scheduler.start()
        self.sweep()

    def halt(self) -> bool:
        """Start nothing more and wait for the running batches to end; False when some didn't in time."""
        self.halted.set()
        self._scheduler.shutdown(wait=False)
        limit = time.monotonic() + DRAIN_SECONDS
        while self._running and time.monotonic() < limit:
            time.sleep(0.05)
        return not self._running

    def sweep(self) -> None:
        """Take up the last slots that nobody has finished: missed, interrupted, failed."""
        with self.app.app_context():
            names = list(unfinished())
        for name in names:
            self._scheduler.add_job(self.fire, args=[name])

    def fire(self, name: str) -> None:
        """Run a job for its present slot, if nobody has."""
        with self._lock:
            if self.halted.is_set() or name in self._running:
                return
            self._running.add(name)
        try:
            with self.app.app_context():
                slot = JOBS[name].at.last(clock.now())
                report = run_job(name, slot=slot.name, dry=False, stop=self.halted)
            if not report.skipped:
                log.info("job %s, slot %s: %s", name, slot.name, report.sentence)
        finally:
            with self._lock:
                self._running.discard(name)


def _lead(app: Flask, leader: Leader, stop: threading.Event) -> None:
    """Be the scheduler until `stop` is set or the lock is lost."""
    log.info("scheduler: leading, %d jobs", len(JOBS))
    ticker = Ticker(app)
    ticker.start()
    try:
        while leader.held():
            if stop.wait(HEARTBEAT_SECONDS):
                break
        else:
            log.error("scheduler: lock lost, stopping at once")
    finally:
        idle = ticker.halt()
    if not idle and stop.is_set():
        # A batch that doesn't end would hold the process: cut, its transaction is rolled back and its
        # slot is taken again.
        log.error("scheduler: a job didn't end in time")
        os._exit(1)
