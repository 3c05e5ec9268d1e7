"""Claiming messages for a time, and closing them only while they are still ours.

The same for every kind of message. Leases follow the database's clock, due times the service's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningUpdate

from app.core import clock
from app.core.database import DatabaseClock, begin_write, database_now, db
from app.core.failpoints import failpoint
from app.outbox.abandoned import take_back_abandoned
from app.outbox.lanes import first_of_its_lane
from app.outbox.models import OutboxMessage, OutboxStatus, Pause
from app.outbox.queueing import WAITING
from app.outbox.rhythm import Rhythm, is_quiet_time


@dataclass(frozen=True)
class Claimed:
    """A message in our hands: `owner` and `attempt` are the fence that its closing repeats."""

    id: int
    template: str
    refs: dict[str, Any]
    recipient: str
    rhythm: Rhythm
    message_id: str
    owner: str
    attempt: int
    first_tried_at: datetime


def claim(kind: str, *, owner: str, limit: int, lease: timedelta, in_lanes: bool = False) -> list[Claimed]:
    """Take up to `limit` due messages, in one short transaction. The try is counted now, not at failure.

    `in_lanes`: only the first of each lane, and those of unknown outcome too, which are to be settled.
    """
    db.session.rollback()
    begin_write()
    db_now = database_now()
    take_back_abandoned(kind, db_now)
    ids = _claimable(kind, limit, in_lanes=in_lanes)
    if not ids:
        db.session.commit()
        return []
    try:
        rows = _marked(ids, owner, db_now + lease)
    except IntegrityError:
        # Another worker has just taken something of the same lane: it will be for the next round.
        db.session.rollback()
        return []
    failpoint("outbox.before_claim_commit")
    db.session.commit()
    return [_held(row, owner) for row in sorted(rows, key=lambda row: ids.index(row.id))]


def is_anything_due(kind: str) -> bool:
    """Would a claim find something? One reading: workers at rest take no write lock."""
    waits = sa.and_(
        OutboxMessage.status.in_((*WAITING, OutboxStatus.UNCERTAIN)), OutboxMessage.due_at <= clock.now()
    )
    abandoned = sa.and_(
        OutboxMessage.status == OutboxStatus.CLAIMED, OutboxMessage.lease_until < DatabaseClock()
    )
    query = sa.select(OutboxMessage.id).where(OutboxMessage.kind == kind, sa.or_(waits, abandoned))
    found = db.session.scalar(query.limit(1)) is not None
    db.session.rollback()
    return found


def _marked(ids: list[int], owner: str, until: datetime) -> Sequence[Any]:
    """The messages, in our hands until then."""
    return db.session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids))
        .values(
            status=OutboxStatus.CLAIMED,
            lease_owner=owner,
            lease_until=until,
            attempts=OutboxMessage.attempts + 1,
            first_tried_at=sa.func.coalesce(OutboxMessage.first_tried_at, clock.now()),
            taken_up_at=None,
            handed_at=None,
        )
        .returning(
            OutboxMessage.id,
            OutboxMessage.template,
            OutboxMessage.refs,
            OutboxMessage.recipient,
            OutboxMessage.rhythm,
            OutboxMessage.message_id,
            OutboxMessage.attempts,
            OutboxMessage.first_tried_at,
        )
        .execution_options(synchronize_session=False)
    ).all()


def _held(row: Any, owner: str) -> Claimed:
    id_, template, refs, recipient, rhythm, message_id, attempt, first = row
    return Claimed(id_, template, refs, recipient, Rhythm(rhythm), message_id, owner, attempt, first)


def settle(row: Claimed, status: OutboxStatus, **values: Any) -> bool:
    """Write the outcome, without committing. False: the message is no longer ours, nothing was written."""
    return _write(row, status=status, lease_owner=None, lease_until=None, **values)


def take_up(row: Claimed) -> bool:
    """Record that the worker begins with this message, without committing: the link's commit carries it."""
    begin_write()
    return _write(row, taken_up_at=clock.now())


def hand(row: Claimed) -> bool:
    """Record that the message is about to leave, and commit; for those that must not leave twice."""
    begin_write()
    return commit_handed(row)


def commit_handed(row: Claimed) -> bool:
    """The same with whatever else the transaction under way has written; it is rolled back if we are late."""
    return _commit_if_ours(row, taken_up_at=clock.now(), handed_at=clock.now())


def commit_taken_up(row: Claimed) -> bool:
    """The same for what will leave nothing there: begun with, and committed."""
    return _commit_if_ours(row, taken_up_at=clock.now())


def _commit_if_ours(row: Claimed, **values: Any) -> bool:
    ours = _write(row, **values)
    if ours:
        db.session.commit()
    else:
        db.session.rollback()
    return ours


def release(rows: Iterable[Claimed], *, due_at: datetime | None = None) -> None:
    """Give messages back untried, until `due_at`: the try isn't counted. Commits."""
    db.session.rollback()
    begin_write()
    give_back(rows, due_at=due_at)
    db.session.commit()


def give_back(rows: Iterable[Claimed], *, due_at: datetime | None = None) -> None:
    """The same in a transaction under way."""
    later = {} if due_at is None else {"due_at": due_at}
    for row in rows:
        first = row.attempt == 1
        settle(
            row,
            OutboxStatus.PENDING if first else OutboxStatus.RETRY,
            attempts=row.attempt - 1,
            first_tried_at=None if first else row.first_tried_at,
            handed_at=None,
            **later,
        )


def _write(row: Claimed, **values: Any) -> bool:
    fence = {"of_id": row.id, "of_owner": row.owner, "of_attempt": row.attempt}
    given = {f"to_{name}": value for name, value in values.items()}
    # Straight on the connection: the session's own work costs more than the statement.
    done = db.session.connection().execute(_closing(tuple(sorted(values))), {**given, **fence})
    return done.scalar_one_or_none() is not None


@lru_cache(maxsize=32)
def _closing(names: tuple[str, ...]) -> ReturningUpdate[int]:
    """The fenced update of these columns, built once: it runs for each message."""
    table = cast(sa.Table, OutboxMessage.__table__)
    columns = table.c
    return (
        sa.update(table)
        .where(
            columns.id == sa.bindparam("of_id"),
            columns.status == sa.literal(OutboxStatus.CLAIMED, columns.status.type),
            columns.lease_owner == sa.bindparam("of_owner"),
            columns.attempts == sa.bindparam("of_attempt"),
        )
        .values({name: sa.bindparam(f"to_{name}", type_=columns[name].type) for name in names})
        .returning(columns.id)
    )


def _claimable(kind: str, limit: int, *, in_lanes: bool) -> list[int]:
    now = clock.now()
    paused = db.session.scalars(
        sa.select(Pause.template).where(
            Pause.kind == kind,
            Pause.ended_at.is_(None),
            sa.or_(Pause.until.is_(None), Pause.until > now),
        )
    ).all()
    if None in paused:
        return []
    query = (
        sa.select(OutboxMessage.id)
        .where(
            OutboxMessage.kind == kind,
            OutboxMessage.status.in_((*WAITING, OutboxStatus.UNCERTAIN) if in_lanes else WAITING),
            OutboxMessage.due_at <= now,
        )
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if in_lanes:
        query = query.where(first_of_its_lane())
    if paused:
        query = query.where(OutboxMessage.template.not_in(paused))
    if is_quiet_time(now):
        query = query.where(OutboxMessage.rhythm.not_in([r.value for r in Rhythm if r.is_quiet]))
    return list(db.session.scalars(query))
