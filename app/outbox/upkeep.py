"""What portal staff do with the outbox, and how it is. Nothing here commits."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.core.lifecycle import Lifecycle
from app.outbox import circuit
from app.outbox.models import OutboxMessage, OutboxStatus, Pause
from app.outbox.queueing import WAITING

_BY_HAND: Lifecycle[OutboxStatus] = Lifecycle(
    "outbox_by_hand",
    {
        "send_again": (
            frozenset({OutboxStatus.DEAD, OutboxStatus.REFUSED, OutboxStatus.UNCERTAIN}),
            OutboxStatus.RETRY,
        ),
        "drop": (
            frozenset({OutboxStatus.DEAD, OutboxStatus.REFUSED, OutboxStatus.UNCERTAIN, *WAITING}),
            OutboxStatus.CANCELLED,
        ),
    },
)


@dataclass(frozen=True)
class OutboxState:
    """How the outbox is: what waits, since when, what needs a person."""

    waiting: int
    oldest_due_seconds: float
    dead: int
    uncertain: int
    stopped_because: str | None
    stopped_since: datetime | None


def state(kind: str = "mail") -> OutboxState:
    """Numbers for the health page; `oldest_due_seconds` counts from the time a message should have left."""
    now = clock.now()
    counted = {
        row[0]: row[1]
        for row in db.session.execute(
            sa.select(OutboxMessage.status, sa.func.count())
            .where(
                OutboxMessage.kind == kind,
                OutboxMessage.status.in_([*WAITING, OutboxStatus.DEAD, OutboxStatus.UNCERTAIN]),
            )
            .group_by(OutboxMessage.status)
        )
    }
    oldest = db.session.scalar(
        sa.select(sa.func.min(OutboxMessage.due_at)).where(
            OutboxMessage.kind == kind, OutboxMessage.status == OutboxStatus.PENDING
        )
    )
    trouble = circuit.trouble(kind)
    return OutboxState(
        waiting=sum(counted.get(status, 0) for status in WAITING),
        oldest_due_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        dead=counted.get(OutboxStatus.DEAD, 0),
        uncertain=counted.get(OutboxStatus.UNCERTAIN, 0),
        stopped_because=trouble[0] if trouble else None,
        stopped_since=trouble[1] if trouble else None,
    )


def pause(
    reason: str, *, template: str | None = None, kind: str = "mail", until: datetime | None = None
) -> Pause:
    """Hold back one kind of e-mail, or all of them; rows wait and no try is counted."""
    if not reason.strip():
        raise Refused("Indiquez le motif de la suspension.")
    held = Pause(kind=kind, template=template, reason=reason.strip(), created_at=clock.now(), until=until)
    db.session.add(held)
    return held


def resume(held: Pause) -> None:
    """End a pause."""
    held.ended_at = held.ended_at or clock.now()


def send_again(message: OutboxMessage) -> None:
    """A person decides to try again, with a new 72 hours."""
    _BY_HAND.apply(message, "send_again")
    message.due_at = clock.now()
    message.first_tried_at = None
    message.worker_deaths = 0


def drop(message: OutboxMessage, reason: str) -> None:
    """A person decides that it won't be sent."""
    if not reason.strip():
        raise Refused("Indiquez le motif de l’abandon.")
    _BY_HAND.apply(message, "drop")
    message.last_error = f"abandonné : {reason.strip()}"[:500]
    message.last_error_at = clock.now()


def forget_recipients(before: datetime, *, limit: int = 1000) -> int:
    """Blank the addresses of messages that ended before a date; gives the number blanked."""
    ended = (OutboxStatus.SENT, OutboxStatus.REFUSED, OutboxStatus.CANCELLED)
    ids = sa.select(OutboxMessage.id).where(
        OutboxMessage.status.in_(ended),
        OutboxMessage.recipient != "",
        sa.func.coalesce(OutboxMessage.sent_at, OutboxMessage.last_error_at, OutboxMessage.created_at)
        < before,
    )
    statement = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids.limit(limit)))
        .values(recipient="")
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.scalars(statement).all())
