"""Lanes: what concerns one thing at one partner leaves in order, one at a time, and the newest order wins."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.database import db
from app.outbox.models import OutboxMessage, OutboxStatus
from app.outbox.queueing import WAITING

# In a worker's hands, or of unknown outcome: whatever follows in the lane waits for its end.
IN_THE_WAY = (OutboxStatus.CLAIMED, OutboxStatus.UNCERTAIN)


def first_of_its_lane() -> sa.ColumnElement[bool]:
    """Nothing of the same lane is in the way, nor waits since longer."""
    other = aliased(OutboxMessage)
    earlier = sa.and_(other.status.in_(WAITING), other.id < OutboxMessage.id)
    ahead = sa.exists().where(
        other.lane == OutboxMessage.lane,
        other.id != OutboxMessage.id,
        sa.or_(other.status.in_(IN_THE_WAY), earlier),
    )
    return sa.or_(OutboxMessage.lane.is_(None), sa.not_(ahead))


def supersede(lanes: list[str], *, why: str) -> int:
    """Cancel what waits in these lanes: a newer order says more. Its keys are free again. Never commits."""
    freed = OutboxMessage.dedupe_key + "#" + sa.cast(OutboxMessage.id, sa.String)
    statement = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.lane.in_(lanes), OutboxMessage.status.in_(WAITING))
        .values(status=OutboxStatus.CANCELLED, dedupe_key=freed, last_error=why)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(db.session.scalars(statement).all())


def is_anything_waiting(lane: str, *, besides: str) -> bool:
    """Does an order of another template than `besides` wait in this lane?"""
    query = sa.select(OutboxMessage.id).where(
        OutboxMessage.lane == lane,
        OutboxMessage.status.in_(WAITING),
        OutboxMessage.template != besides,
    )
    return db.session.scalar(query.limit(1)) is not None


def waiting_in(lane: str) -> frozenset[str]:
    """The templates that wait in this lane; what the session hasn't written yet stays so."""
    query = sa.select(OutboxMessage.template).where(
        OutboxMessage.lane == lane, OutboxMessage.status.in_(WAITING)
    )
    with db.session.no_autoflush:
        return frozenset(db.session.scalars(query))


def forget(lane: str, template: str) -> None:
    """Erase what is over of a template that leaves nothing worth keeping. Never commits."""
    statement = sa.delete(OutboxMessage).where(
        OutboxMessage.lane == lane,
        OutboxMessage.template == template,
        OutboxMessage.status.in_([OutboxStatus.SENT, OutboxStatus.CANCELLED]),
    )
    with db.session.no_autoflush:
        db.session.execute(statement.execution_options(synchronize_session=False))
