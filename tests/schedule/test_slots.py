"""Business slots: each once, whatever the clocks on the walls do."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock import PARIS
from app.scheduling import JOBS, Counts, Daily, Every, Run, job
from app.scheduling.registry import DuplicateJob
from app.scheduling.slots import BadTime, When


def paris(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold)


def nothing(run: Run) -> Counts:
    return run.counts


@pytest.mark.parametrize(("hour", "minute"), [(2, 0), (2, 30), (2, 59), (24, 0), (-1, 0), (8, 60)])
def test_no_job_runs_between_two_and_three(hour: int, minute: int) -> None:
    with pytest.raises(BadTime):
        Daily(hour, minute)


@pytest.mark.parametrize("minutes", [0, -5, 7, 1441])
def test_a_period_divides_the_day(minutes: int) -> None:
    with pytest.raises(BadTime):
        Every(minutes)


def test_two_jobs_cannot_bear_the_same_name(own_jobs: None) -> None:
    job("essai", at=Daily(0, 5), title="Essai")(nothing)
    with pytest.raises(DuplicateJob):
        job("essai", at=Daily(1), title="Autre")(lambda run: run.counts)
    assert JOBS["essai"].title == "Essai"


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-11-10T00:04", "2026-11-09"),
        ("2026-11-10T00:05", "2026-11-10"),
        ("2026-11-10T23:59", "2026-11-10"),
        ("2026-12-31T23:59", "2026-12-31"),
        ("2027-01-01T00:04", "2026-12-31"),
        ("2028-02-29T12:00", "2028-02-29"),
        ("2028-03-01T00:00", "2028-02-29"),
        ("2027-03-28T00:30", "2027-03-28"),
        ("2027-10-31T00:30", "2027-10-31"),
    ],
)
def test_the_daily_slot_is_the_business_date_in_paris(now: str, slot: str) -> None:
    assert Daily(0, 5).last(paris(now)).name == slot


def slots_between(at: When, start: datetime, end: datetime, step: timedelta) -> list[str]:
    """Names of the slots in the order in which a scheduler meets them, repeats left out when they follow."""
    met: list[str] = []
    now = start.astimezone(UTC)
    while now < end:
        name = at.last(now).name
        if not met or met[-1] != name:
            met.append(name)
        now += step
    return met


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31", "2028-02-29", "2026-12-31"])
@pytest.mark.parametrize("at", [Daily(0, 5), Daily(1, 59), Daily(3, 0), Daily(8, 30), Daily(23, 59)])
def test_each_daily_job_has_one_slot_a_day_even_of_23_or_25_hours(at: Daily, day: str) -> None:
    start = paris(f"{day}T00:00").astimezone(UTC)
    met = slots_between(at, start, start + timedelta(hours=25), timedelta(minutes=1))
    assert met.count(day) == 1 and len(met) == len(set(met))
    starts = at.last(paris(f"{day}T23:59")).starts.astimezone(PARIS)
    assert (starts.date().isoformat(), starts.hour, starts.minute) == (day, at.hour, at.minute)


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2026-11-10", 24)])
def test_ten_minute_slots_are_all_different_and_none_falls_between_two_and_three(
    day: str, hours: int
) -> None:
    start = paris(f"{day}T00:00").astimezone(UTC)
    met = slots_between(Every(10), start, start + timedelta(hours=hours), timedelta(minutes=1))
    assert len(met) == len(set(met))
    walls = [datetime.fromisoformat(name.replace("Z", "+00:00")).astimezone(PARIS).hour for name in met]
    assert 2 not in walls
    silent = {23: 0, 24: 6, 25: 12}[hours]
    assert len(met) == hours * 6 - silent


def test_two_years_of_slots_have_no_gap_and_no_repeat() -> None:
    start = paris("2027-01-01T00:30")
    end = paris("2029-01-01T00:00")
    daily = slots_between(Daily(0, 5), start, end, timedelta(minutes=20))
    assert len(daily) == len(set(daily)) == 731
    assert daily[0] == "2027-01-01" and daily[-1] == "2028-12-31"
    hourly = slots_between(Every(60), start, end, timedelta(minutes=20))
    assert len(hourly) == len(set(hourly))
    # One hour of silence a night: none in the nights without it, two in those that have it twice.
    assert len(hourly) == 731 * 24 - 731 + 1 - 1


def test_a_clock_set_back_meets_old_slots_only() -> None:
    now = paris("2026-11-10T08:31").astimezone(UTC)
    at = Every(10)
    met = {at.last(now + timedelta(minutes=m)).name for m in range(-180, 1)}
    assert at.last(now - timedelta(hours=2)).name in met
