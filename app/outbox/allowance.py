"""Limits that partners set, kept by every worker of every host together (the database's clock).

A bucket that fills steadily: `burst` calls at once, then the rest of the limit spread over the period, so
that no period of that length ever sees more than `limit` calls.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.core.database import database_now, db, is_sqlite
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


def take(name: str, rate: Rate) -> datetime | None:
    """Take one call of the allowance, in a transaction that writes. None: taken; else when to come back."""
    now = database_now()
    row = db.session.scalar(sa.select(Allowance).where(Allowance.bucket == name).with_for_update())
    if row is None:
        insert = sqlite.insert if is_sqlite() else postgresql.insert
        fresh = insert(Allowance).values(bucket=name, full_at=now)
        db.session.execute(fresh.on_conflict_do_nothing(index_elements=[Allowance.bucket]))
        row = db.session.scalars(sa.select(Allowance).where(Allowance.bucket == name).with_for_update()).one()
    full_at = max(row.full_at, now)
    free_at = full_at - rate.interval * (rate.burst - 1)
    if free_at > now:
        return free_at
    row.full_at = full_at + rate.interval
    db.session.flush()
    return None


def hold_back(name: str, until: datetime) -> None:
    """The partner asks to wait: nothing is free before `until`. Never commits."""
    row = db.session.scalar(sa.select(Allowance).where(Allowance.bucket == name).with_for_update())
    if row is not None and row.full_at < until:
        row.full_at = until
