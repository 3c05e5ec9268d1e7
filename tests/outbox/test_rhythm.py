"""When messages may leave."""

from datetime import date, datetime

import pytest

from app.core.clock import PARIS
from app.outbox.rhythm import Rhythm, easter, is_working_day, next_due, public_holidays


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
        (2285, date(2285, 3, 22)),
    ],
)
def test_easter(year: int, day: date) -> None:
    assert easter(year) == day


def test_the_eleven_holidays_of_2026() -> None:
    assert sorted(public_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 7, 14),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
    ]


def test_working_days() -> None:
    assert is_working_day(date(2026, 11, 10))
    assert not is_working_day(date(2026, 11, 11))
    assert not is_working_day(date(2026, 11, 14))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-10T10:00", "2026-11-10T10:00"),
        ("2026-11-10T06:59", "2026-11-10T07:00"),
        ("2026-11-10T07:00", "2026-11-10T07:00"),
        ("2026-11-10T19:59", "2026-11-10T19:59"),
        ("2026-11-10T20:00", "2026-11-12T07:00"),
        ("2026-11-13T20:30", "2026-11-16T07:00"),
        ("2026-11-14T03:00", "2026-11-16T07:00"),
        ("2026-12-24T22:00", "2026-12-28T07:00"),
        ("2026-04-03T21:00", "2026-04-07T07:00"),
        ("2027-03-27T21:00", "2027-03-30T07:00"),
        ("2027-10-31T02:30", "2027-11-02T07:00"),
    ],
)
@pytest.mark.parametrize("rhythm", [Rhythm.REMINDER, Rhythm.DIGEST])
def test_quiet_messages_wait_for_the_next_working_day(rhythm: Rhythm, now: str, due: str) -> None:
    assert next_due(rhythm, paris(now)) == paris(due)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-11T00:05", "2026-11-11T08:30"),
        ("2026-11-14T09:00", "2026-11-14T09:00"),
        ("2027-03-28T00:05", "2027-03-28T08:30"),
        ("2027-10-31T00:05", "2027-10-31T08:30"),
        ("2028-02-29T00:05", "2028-02-29T08:30"),
    ],
)
def test_dated_notices_leave_on_their_day_at_half_past_eight(now: str, due: str) -> None:
    assert next_due(Rhythm.DATED, paris(now)) == paris(due)


def test_the_others_leave_at_once() -> None:
    night = paris("2026-12-25T03:00")
    assert next_due(Rhythm.NOW, night) == night
