"""What should never be true of offers, counted."""

from datetime import timedelta

import sqlalchemy as sa

from app.audit.models import JournalEntry
from app.core import clock
from app.core.database import db
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Hold, Offer


def inconsistencies() -> dict[str, int]:
    """Name of each anomaly → how many rows show it (0 when all is well)."""
    published = sa.select(JournalEntry.id).where(
        JournalEntry.object_type == "offer",
        JournalEntry.object_id == Offer.id,
        JournalEntry.action == "offer_deposited",
    )
    open_hold = sa.select(Hold.id).where(Hold.offer_id == Offer.id, Hold.decided_at.is_(None))
    late = clock.today() - timedelta(days=1)
    checks: dict[str, sa.ColumnElement[bool]] = {
        "online_without_last_day": sa.and_(Offer.status == OfferStatus.ONLINE, Offer.last_day.is_(None)),
        "online_after_last_day": sa.and_(Offer.status == OfferStatus.ONLINE, Offer.last_day < late),
        "ended_without_reason": sa.and_(Offer.status == OfferStatus.ENDED, Offer.end_reason.is_(None)),
        "held_without_hold": sa.and_(Offer.status == OfferStatus.HELD, ~sa.exists(open_hold)),
        "offer_without_journal": ~sa.exists(published),
        "online_never_published": sa.and_(
            Offer.status == OfferStatus.ONLINE, Offer.first_published_on.is_(None)
        ),
    }
    return {
        name: db.session.scalar(sa.select(sa.func.count()).select_from(Offer).where(condition)) or 0
        for name, condition in checks.items()
    }
