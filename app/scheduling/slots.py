"""When jobs are due: business slots, the same on every host, each with one name."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.core import clock

# In the night of the change of hour this hour doesn't exist, or exists twice.
FORBIDDEN_HOUR = 2


class BadTime(ValueError):
    """A time at which no job may run."""


@dataclass(frozen=True)
class Slot:
    """One due run: its name in the table, and the instant (aware, UTC) from which it is due."""

    name: str
    starts: datetime


@dataclass(frozen=True)
class Daily:
    """Each day at a wall-clock time in Paris."""

    hour: int
    minute: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.hour < 24 and 0 <= self.minute < 60):
            raise BadTime(f"{self.hour}:{self.minute}")
        if self.hour == FORBIDDEN_HOUR:
            raise BadTime("no job between 02:00 and 03:00 in Paris")

    def last(self, now: datetime) -> Slot:
        """The slot that is due at `now`: today's, or yesterday's before its hour."""
        day = clock.day_of(now)
        starts = clock.paris(day, self.hour, self.minute)
        if now < starts:
            day -= timedelta(days=1)
            starts = clock.paris(day, self.hour, self.minute)
        return Slot(day.isoformat(), starts)


@dataclass(frozen=True)
class Every:
    """Every so many minutes, counted in UTC from midnight; nothing from 02:00 to 03:00 in Paris."""

    minutes: int

    def __post_init__(self) -> None:
        if self.minutes < 1 or 1440 % self.minutes:
            raise BadTime(f"{self.minutes} minutes don't divide a day")

    def last(self, now: datetime) -> Slot:
        """The slot that is due at `now`; during the forbidden hour it is still the one before it."""
        moment = now.astimezone(UTC)
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        passed = (moment - midnight) // timedelta(minutes=self.minutes)
        starts = midnight + passed * timedelta(minutes=self.minutes)
        while clock.local(starts).hour == FORBIDDEN_HOUR:
            starts -= timedelta(minutes=self.minutes)
        return Slot(starts.strftime("%Y-%m-%dT%H:%MZ"), starts)


When = Daily | Every
