"""When a message may leave: at once, on its own day at 8 h 30, or outside quiet hours and days of rest."""

import enum
from datetime import date, datetime, timedelta
from functools import lru_cache

from app.core import clock

QUIET_FROM_HOUR = 20
QUIET_UNTIL_HOUR = 7
# (month, day) of the public holidays of the Code du travail, L3133-1, that keep their date.
_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
# Easter Monday, Ascension Day, Whit Monday: days after Easter Sunday.
_AFTER_EASTER = (1, 39, 50)


class Rhythm(enum.StrEnum):
    """How a kind of message leaves. `ONCE`: at once as `NOW`, but never a second time by itself."""

    NOW = "now"
    ONCE = "once"
    DATED = "dated"
    REMINDER = "reminder"
    DIGEST = "digest"

    @property
    def is_quiet(self) -> bool:
        """Does it respect quiet hours and days of rest?"""
        return self in {Rhythm.REMINDER, Rhythm.DIGEST}

    @property
    def at_most_once(self) -> bool:
        """Is missing it better than sending it twice?"""
        return self is not Rhythm.NOW


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Butcher's algorithm)."""
    cycle = year % 19
    century, rest = divmod(year, 100)
    skipped, leap = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * cycle + century - skipped - moon + 15) % 30
    fours, units = divmod(rest, 4)
    weekday = (32 + 2 * leap + 2 * fours - epact - units) % 7
    shift = (cycle + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of France."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=shift) for shift in _AFTER_EASTER}
    return frozenset({date(year, month, day) for month, day in _FIXED} | moving)


def is_working_day(day: date) -> bool:
    """Monday to Friday, but public holidays."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


def is_quiet_time(instant: datetime) -> bool:
    """Is it a moment at which reminders and digests wait?"""
    wall = clock.local(instant)
    awake = QUIET_UNTIL_HOUR <= wall.hour < QUIET_FROM_HOUR
    return not (awake and is_working_day(wall.date()))


def next_due(rhythm: Rhythm, now: datetime) -> datetime:
    """First instant (aware, UTC) at which a message asked for at `now` may leave."""
    if rhythm is Rhythm.DATED:
        return max(now, clock.paris(clock.day_of(now), 8, 30))
    if not rhythm.is_quiet or not is_quiet_time(now):
        return now
    wall = clock.local(now)
    day = wall.date()
    if wall.hour >= QUIET_UNTIL_HOUR:
        day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return clock.paris(day, QUIET_UNTIL_HOUR)
