"""E-mails that need a person: dead, refused, or of which nobody knows whether they left."""

import sqlalchemy as sa

from app.core.database import db
from app.domain.offers.staff_queues import Waiting
from app.outbox.models import OutboxMessage, OutboxStatus

UNDELIVERED = (OutboxStatus.DEAD, OutboxStatus.REFUSED, OutboxStatus.UNCERTAIN)
STATUS_LABELS = {
    OutboxStatus.PENDING: "En file",
    OutboxStatus.CLAIMED: "En cours d’envoi",
    OutboxStatus.RETRY: "Nouvel essai prévu",
    OutboxStatus.SENT: "Remis au relais",
    OutboxStatus.REFUSED: "Adresse arrêtée",
    OutboxStatus.UNCERTAIN: "Départ incertain",
    OutboxStatus.DEAD: "Non remis",
    OutboxStatus.CANCELLED: "Abandonné",
}
_OF_MAILS = (OutboxMessage.kind == "mail", OutboxMessage.status.in_(UNDELIVERED))


def undelivered_waiting() -> Waiting:
    """How many, and since when the oldest should have left."""
    query = sa.select(sa.func.count(), sa.func.min(OutboxMessage.due_at)).where(*_OF_MAILS)
    return Waiting(*db.session.execute(query).one())


def undelivered(*, limit: int = 100) -> list[OutboxMessage]:
    """The oldest first."""
    query = sa.select(OutboxMessage).where(*_OF_MAILS).order_by(OutboxMessage.id).limit(limit)
    return list(db.session.scalars(query))
