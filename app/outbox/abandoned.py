"""Messages whose worker died: given back, tried again, or left to a person."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.outbox.models import OutboxMessage, OutboxStatus
from app.outbox.rhythm import Rhythm

WORKER_DEATHS_AT_MOST = 3
_ABANDONED_AT_ONCE = 500


def take_back_abandoned(kind: str, db_now: datetime) -> None:
    """Rows whose worker died: tried again, or left to a person if that could send a reminder twice.

    A death counts only for the messages it had begun with, not for the rest of its batch.
    """
    abandoned = (
        sa.select(OutboxMessage.id, OutboxMessage.taken_up_at)
        .where(
            OutboxMessage.kind == kind,
            OutboxMessage.status == OutboxStatus.CLAIMED,
            OutboxMessage.lease_until < db_now,
        )
        .order_by(OutboxMessage.id)
        .limit(_ABANDONED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    rows = db.session.execute(abandoned).all()
    begun = [row.id for row in rows if row.taken_up_at is not None]
    untouched = [row.id for row in rows if row.taken_up_at is None]
    if untouched:
        _free(untouched, status=OutboxStatus.RETRY, attempts=OutboxMessage.attempts - 1)
    if begun:
        _after_a_death(begun)


def _after_a_death(ids: list[int]) -> None:
    kept = OutboxMessage.status.type
    may_repeat = OutboxMessage.rhythm == Rhythm.NOW.value
    may_have_left = sa.and_(sa.not_(may_repeat), OutboxMessage.handed_at.is_not(None))
    too_many = OutboxMessage.worker_deaths + 1 >= WORKER_DEATHS_AT_MOST
    _free(
        ids,
        status=sa.case(
            (may_have_left, sa.literal(OutboxStatus.UNCERTAIN, kept)),
            (too_many, sa.literal(OutboxStatus.DEAD, kept)),
            else_=sa.literal(OutboxStatus.RETRY, kept),
        ),
        worker_deaths=OutboxMessage.worker_deaths + 1,
        possible_duplicate=sa.or_(OutboxMessage.possible_duplicate, may_repeat),
        last_error="arrêt du processus d’envoi pendant ce message",
        last_error_at=clock.now(),
    )


def _free(ids: list[int], **values: Any) -> None:
    db.session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids))
        .values(lease_owner=None, lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
