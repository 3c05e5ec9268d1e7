"""One scheduler leads; when it dies or freezes another takes over; two of them change nothing."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core import clock
from app.core.database import database_now, db
from app.scheduling import Counts, Every, Run, job, ticker
from app.scheduling.leader import AdvisoryLock, FileLock, leader_for
from app.scheduling.models import JobRun
from app.scheduling.ticker import ClockSkew, SecondScheduler, Ticker, check_clock, serve
from tests.schedule.children import schedule
from tests.schedule.conftest import bare_app

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.schedule.children", "tests.outbox.child"])
Start = Callable[[], BaseProcess]
Record = Callable[[str, object], None]


@pytest.fixture
def start(bare_url: str, bare: Flask, tmp_path: Path) -> Iterator[Start]:
    launched: list[BaseProcess] = []

    def launch() -> BaseProcess:
        process = PROCESSES.Process(target=schedule, args=(bare_url, str(tmp_path), str(tmp_path)))
        process.start()
        launched.append(process)
        return process

    yield launch
    for process in launched:
        process.kill()
        process.join(10)
        process.close()


def wait_until(done: Callable[[], object], seconds: float = 60.0) -> float:
    """Seconds it took."""
    begun = time.monotonic()
    while not done():
        assert time.monotonic() - begun < seconds, "never happened"
        time.sleep(0.05)
    return time.monotonic() - begun


def slow_run() -> JobRun | None:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalar(sa.select(JobRun).where(JobRun.job == "lent"))


def batches_of(process: BaseProcess) -> int:
    row = slow_run()
    return row.counts.get(str(process.pid), 0) if row else 0


def freeze(process: BaseProcess) -> None:
    """Stop it between two transactions: in the middle of one, it would keep its row from everybody."""
    while True:
        os.kill(process.pid or 0, signal.SIGSTOP)
        try:
            db.session.execute(sa.select(JobRun.id).with_for_update(nowait=True))
            return
        except OperationalError:
            os.kill(process.pid or 0, signal.SIGCONT)
            time.sleep(0.01)
        finally:
            db.session.rollback()


def let_lease_end() -> None:
    db.session.rollback()
    db.session.execute(sa.update(JobRun).values(lease_until=database_now() - timedelta(seconds=1)))
    db.session.commit()


def test_a_file_lock_has_one_holder(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path), FileLock(tmp_path)
    assert first.acquire() and first.held()
    assert not second.acquire() and not second.held()
    first.release()
    assert second.acquire()
    second.release()


def test_an_advisory_lock_has_one_holder_and_follows_its_session(schedule_postgres: str) -> None:
    url = sa.make_url(schedule_postgres)
    first, second = AdvisoryLock(url), AdvisoryLock(url)
    assert isinstance(leader_for(url, Path()), AdvisoryLock)
    try:
        assert first.acquire() and first.held()
        assert not second.acquire() and not second.held()
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": first._backend})
        wait_until(lambda: not first.held(), 5)
        wait_until(second.acquire, 5)
    finally:
        first.release()
        second.release()


def test_a_second_scheduler_on_sqlite_is_refused(own_jobs: None, tmp_path: Path) -> None:
    holder = FileLock(tmp_path)
    assert holder.acquire()
    app = bare_app(f"sqlite:///{tmp_path}/s.sqlite3")
    try:
        with pytest.raises(SecondScheduler):
            serve(app, threading.Event(), lock_dir=tmp_path)
    finally:
        holder.release()
        with app.app_context():
            db.engine.dispose()


def test_a_skewed_clock_refuses_to_start(bare: Flask) -> None:
    check_clock()
    for skew in (61, -61):
        with clock.moved_by(timedelta(seconds=skew)), pytest.raises(ClockSkew):
            check_clock()


def test_missed_slots_are_caught_up_at_start_once(bare: Flask, tmp_path: Path) -> None:
    calls: list[str] = []

    @job("essai", at=Every(1440), title="Essai")
    def essai(run: Run) -> Counts:
        calls.append(run.slot)
        return run.counts

    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(bare, stop), kwargs={"lock_dir": tmp_path})
    thread.start()
    try:
        wait_until(lambda: calls, 20)
        time.sleep(0.3)
    finally:
        begun = time.monotonic()
        stop.set()
        thread.join(30)
    assert not thread.is_alive() and time.monotonic() - begun < 10
    assert len(calls) == 1


def test_two_tickers_at_once_change_nothing(bare: Flask) -> None:
    calls: list[str] = []

    @job("essai", at=Every(1440), title="Essai")
    def essai(run: Run) -> Counts:
        calls.append(run.slot)
        time.sleep(0.2)
        return run.counts

    tickers = [Ticker(bare) for _ in range(2)]
    threads = [threading.Thread(target=one.fire, args=("essai",)) for one in tickers for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_a_stop_ends_the_running_batch_and_leaves_the_slot_to_the_next(bare: Flask, start: Start) -> None:
    process = start()
    wait_until(lambda: batches_of(process) > 2)
    begun = time.monotonic()
    process.terminate()
    process.join(30)
    assert process.exitcode == 0 and time.monotonic() - begun < 10
    row = slow_run()
    assert row is not None and row.ended_at is None
    second = start()
    wait_until(lambda: batches_of(second) > 2)


def test_a_killed_leader_is_replaced_in_less_than_thirty_seconds(
    bare: Flask, bare_url: str, start: Start, tmp_path: Path, record_property: Record
) -> None:
    first = start()
    wait_until(lambda: batches_of(first) > 2)
    if bare_url.startswith("postgresql"):
        second = start()
    first.kill()
    first.join(10)
    if not bare_url.startswith("postgresql"):
        second = start()
    seconds = wait_until((tmp_path / f"leads-{second.pid}").exists)
    record_property("relève, au plus (s)", round(seconds, 2))
    assert seconds < 30
    let_lease_end()
    wait_until(lambda: batches_of(second) > 2)


@pytest.mark.parametrize("bare_url", ["postgresql"], indirect=True)
def test_a_frozen_leader_loses_its_place_and_writes_nothing_when_it_wakes(
    bare: Flask, start: Start, tmp_path: Path, record_property: Record
) -> None:
    first = start()
    wait_until(lambda: batches_of(first) > 2)
    second = start()
    freeze(first)
    try:
        seconds = wait_until((tmp_path / f"leads-{second.pid}").exists)
        record_property("relève, au plus (s)", round(seconds, 2))
        assert seconds < 30
        let_lease_end()
        wait_until(lambda: batches_of(second) > 2)
    finally:
        os.kill(first.pid or 0, signal.SIGCONT)
    wait_until((tmp_path / f"lost-{first.pid}").exists)
    assert batches_of(first) == 0 and batches_of(second) > 2


def test_the_bounds_leave_a_margin() -> None:
    assert ticker.HEARTBEAT_SECONDS * 2 + ticker.SWEEP_SECONDS < 30
