"""The only place where the service reads the time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def _system_now() -> datetime:
    return datetime.now(UTC)


def _held(instant: datetime) -> datetime:
    return instant


def _shifted(source: Callable[[], datetime], delta: timedelta) -> datetime:
    return source() + delta


_source: Callable[[], datetime] = _system_now


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return _source()


def today() -> date:
    """The current day in Paris, where offers begin and end."""
    return local(now()).date()


def local(instant: datetime) -> datetime:
    """The same instant as a clock on a wall in Paris shows it."""
    return instant.astimezone(PARIS)


def day_of(instant: datetime) -> date:
    """The day in Paris on which an instant falls."""
    return local(instant).date()


def paris(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The UTC instant of a wall-clock time in Paris."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS).astimezone(UTC)


@contextmanager
def set_to(instant: datetime) -> Iterator[None]:
    """Hold the clock at `instant` (aware) for the length of the block; for tests and rehearsals."""
    global _source
    former = _source
    _source = partial(_held, instant)
    try:
        yield
    finally:
        _source = former


@contextmanager
def moved_by(delta: timedelta) -> Iterator[None]:
    """Shift the running clock by `delta` for the length of the block."""
    global _source
    former = _source
    _source = partial(_shifted, former, delta)
    try:
        yield
    finally:
        _source = former
