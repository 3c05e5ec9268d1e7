"""A slot is worked once; what a dead process left is taken up; what a frozen one writes is thrown away."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import begin_write, database_now, db
from app.core.failpoints import FailpointReached
from app.scheduling import Counts, Daily, Every, Run, job
from app.scheduling.models import JobRun
from app.scheduling.runner import run_job, sentence_of, unfinished

WORDS = {"closed": ("offre close", "offres closes"), "postponed": ("reportée", "reportées")}
SLOT = "2026-11-10"


def declare(calls: list[str]) -> None:
    @job("essai", at=Daily(0, 5), title="Essai", words=WORDS)
    def essai(run: Run) -> Counts:
        calls.append(run.slot)
        run.count("closed", 12)
        run.count("postponed")
        run.commit()
        return run.counts


def rows() -> list[JobRun]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(sa.select(JobRun).order_by(JobRun.id)))


def let_lease_end() -> None:
    db.session.rollback()
    db.session.execute(sa.update(JobRun).values(lease_until=database_now() - timedelta(seconds=1)))
    db.session.commit()


def test_a_slot_is_worked_once(bare: Flask) -> None:
    calls: list[str] = []
    declare(calls)
    first = run_job("essai", slot=SLOT, dry=False)
    assert (first.skipped, first.error, first.counts) == (False, None, {"closed": 12, "postponed": 1})
    assert first.sentence == "12 offres closes, 1 reportée"
    second = run_job("essai", slot=SLOT, dry=False)
    assert second.skipped and second.sentence == "déjà fait pour ce créneau"
    assert calls == [SLOT]
    [row] = rows()
    assert row.ended_at is not None and row.counts == first.counts


def test_a_dry_run_leaves_nothing(bare: Flask) -> None:
    @job("essai", at=Daily(0, 5), title="Essai")
    def essai(run: Run) -> Counts:
        db.session.add(JobRun(job="x", business_slot="x", started_at=run.now, owner="x", lease_until=run.now))
        run.commit()
        run.count("x")
        return run.counts

    report = run_job("essai")
    assert report.dry and report.sentence == "essai à blanc\u00a0: 1 x"
    assert rows() == []


def test_by_hand_a_job_always_runs(bare: Flask) -> None:
    calls: list[str] = []
    declare(calls)
    for _ in range(2):
        assert not run_job("essai", dry=False).skipped
    assert len(set(calls)) == 2 and all(slot.startswith("main-") for slot in calls)


def test_an_unknown_job_is_an_error(bare: Flask) -> None:
    with pytest.raises(LookupError):
        run_job("inconnu")


def test_a_slot_in_hand_is_not_taken_and_an_abandoned_one_is(bare: Flask) -> None:
    calls: list[str] = []

    @job("essai", at=Daily(0, 5), title="Essai")
    def essai(run: Run) -> Counts:
        calls.append(run.slot)
        if len(calls) == 1:
            assert run_job("essai", slot=SLOT, dry=False).skipped
            raise SystemExit
        return run.counts

    with pytest.raises(SystemExit):
        run_job("essai", slot=SLOT, dry=False)
    assert run_job("essai", slot=SLOT, dry=False).skipped
    let_lease_end()
    assert not run_job("essai", slot=SLOT, dry=False).skipped
    [row] = rows()
    assert (row.attempts, row.ended_at is not None, len(calls)) == (2, True, 2)


def test_a_frozen_process_that_lost_its_slot_writes_nothing(bare: Flask) -> None:
    @job("essai", at=Daily(0, 5), title="Essai")
    def essai(run: Run) -> Counts:
        # Meanwhile another process has found the lease over and taken the slot.
        let_lease_end()
        begin_write()
        db.session.execute(sa.update(JobRun).values(owner="autre"))
        db.session.commit()
        db.session.execute(sa.update(JobRun).values(counts={"written": 1}))
        run.commit()
        raise AssertionError("the batch was committed")

    report = run_job("essai", slot=SLOT, dry=False)
    assert report.error == "slot taken by another process"
    [row] = rows()
    assert (row.owner, row.counts, row.ended_at) == ("autre", {}, None)


def test_a_failed_job_keeps_its_finished_batches_and_is_taken_again_later(bare: Flask) -> None:
    @job("essai", at=Daily(0, 5), title="Essai", words=WORDS)
    def essai(run: Run) -> Counts:
        run.count("closed", 2)
        run.commit()
        raise ArithmeticError("panne")

    report = run_job("essai", slot=SLOT, dry=False)
    assert report.error == "ArithmeticError : panne"
    assert report.sentence == "interrompu après\u00a0: 2 offres closes"
    [row] = rows()
    assert row.ended_at is None and row.error == report.error
    assert timedelta(seconds=50) < row.lease_until - database_now() <= timedelta(seconds=60)
    assert run_job("essai", slot=SLOT, dry=False).skipped
    let_lease_end()
    run_job("essai", slot=SLOT, dry=False)
    [row] = rows()
    assert row.attempts == 2 and row.lease_until - database_now() > timedelta(seconds=100)


@pytest.mark.failpoint
@pytest.mark.parametrize("name", ["scheduler.after_slot_before_work", "scheduler.after_work_before_mark"])
def test_whoever_dies_between_slot_and_mark_leaves_the_work_to_the_next(
    bare: Flask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    calls: list[str] = []
    declare(calls)
    monkeypatch.setenv("FAILPOINT", f"{name}:raise")
    if name == "scheduler.after_slot_before_work":
        with pytest.raises(FailpointReached):
            run_job("essai", slot=SLOT, dry=False)
    else:
        assert "FailpointReached" in str(run_job("essai", slot=SLOT, dry=False).error)
    monkeypatch.delenv("FAILPOINT")
    assert set(_unfinished_at("2026-11-10")) == {"essai"}
    let_lease_end()
    assert run_job("essai", slot=SLOT, dry=False).error is None
    assert _unfinished_at("2026-11-10") == {}


def _unfinished_at(day: str) -> dict[str, object]:
    noon = clock.paris(clock.today().fromisoformat(day), 12)
    with clock.set_to(noon):
        return dict(unfinished())


def test_three_days_away_are_healed_by_one_run_of_each_job(bare: Flask) -> None:
    calls: list[str] = []
    declare(calls)
    job("souvent", at=Every(10), title="Souvent")(lambda run: run.counts)
    noon = clock.paris(clock.today(), 12)
    with clock.set_to(noon):
        _work_all()
        assert unfinished() == {}
    with clock.set_to(noon + timedelta(days=3)):
        assert len(unfinished()) == 2
        _work_all()
        assert unfinished() == {}
    assert len(calls) == 2
    with clock.set_to(noon + timedelta(days=3) - timedelta(hours=2)):
        # A clock set back two hours: the daily slot is done, the short ones are level-triggered.
        assert set(unfinished()) <= {"souvent"}
        _work_all()
    assert len(calls) == 2


def _work_all() -> None:
    for name, slot in unfinished().items():
        run_job(name, slot=slot.name, dry=False)


def test_three_hosts_over_two_years_work_each_slot_once(bare: Flask) -> None:
    calls: list[str] = []
    declare(calls)
    start = clock.paris(clock.today().replace(year=2027, month=1, day=1), 12)
    for days in range(731):
        with clock.set_to(start + timedelta(days=days)):
            for _host in range(3):
                _work_all()
    assert len(calls) == len(set(calls)) == 731
    assert {"2027-03-28", "2027-10-31", "2028-02-29", "2028-12-31"} <= set(calls)


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({}, "rien à faire"),
        ({"closed": 1}, "1 offre close"),
        ({"closed": 0, "postponed": 2}, "0 offre close, 2 reportées"),
        ({"closed": 12345}, "12\u202f345 offres closes"),
    ],
)
def test_counts_read_as_french(counts: Counts, sentence: str) -> None:
    assert sentence_of(counts, WORDS) == sentence
