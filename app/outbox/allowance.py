"""Limits that partners set, kept by every worker of every host together (the database's clock).

A bucket that fills steadily: `burst` calls at once, then the rest of the limit spread over the period, so
that no period of that length ever sees more than `limit` calls.
"""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.core.database import DatabaseClock, database_now, db, is_sqlite
from app.outbox.models import Allowance


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` calls in any `seconds`; `burst` of them may leave at once."""

    limit: int
    seconds: int = 60
    burst: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.burst < self.limit:
            raise ValueError("a burst is at least one call, and less than the limit")

    @property
    def interval(self) -> timedelta:
        """How often one call comes back."""
        return timedelta(seconds=self.seconds / (self.limit - self.burst))


def take(name: str, rate: Rate) -> timedelta | None:
    """Take one call of the allowance, in a transaction that writes. None: taken; else how long to wait."""
    known = sa.select(Allowance, DatabaseClock()).where(Allowance.bucket == name).with_for_update()
    found = db.session.execute(known).one_or_none()
    if found is None:
        _begin(name)
        found = db.session.execute(known).one()
    row, now = found
    full_at = max(row.full_at, now)
    free_at = full_at - rate.interval * (rate.burst - 1)
    if free_at > now:
        return free_at - now
    row.full_at = full_at + rate.interval
    db.session.flush()
    return None


def hold_back(name: str, rate: Rate, wait: timedelta) -> None:
    """The partner asks to wait: nothing is free before, then one call after the other. Never commits."""
    _begin(name)
    until = database_now() + wait + rate.interval * (rate.burst - 1)
    db.session.execute(
        sa.update(Allowance)
        .where(Allowance.bucket == name, Allowance.full_at < until)
        .values(full_at=until)
        .execution_options(synchronize_session=False)
    )


def _begin(name: str) -> None:
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    fresh = insert(Allowance).values(bucket=name, full_at=database_now())
    db.session.execute(fresh.on_conflict_do_nothing(index_elements=[Allowance.bucket]))
