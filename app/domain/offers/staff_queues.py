"""What portal staff have to look after: held offers, companies whose existence isn't settled."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.database import db
from app.domain.employers.models import Establishment, Verification
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Hold, Offer

UNSETTLED = (Verification.TO_VERIFY, Verification.NOT_LISTED, Verification.NON_DIFFUSIBLE)
_LIVE = (OfferStatus.TO_CONFIRM, OfferStatus.HELD, OfferStatus.ONLINE, OfferStatus.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the oldest does."""

    count: int
    oldest: datetime | None


def held_waiting() -> Waiting:
    """Offers that wait for a decision."""
    query = (
        sa.select(sa.func.count(), sa.func.min(Hold.opened_at))
        .join(Offer)
        .where(Hold.decided_at.is_(None), Offer.status == OfferStatus.HELD)
    )
    return Waiting(*db.session.execute(query).one())


def companies_waiting() -> Waiting:
    """Companies with a live offer that no register has shown yet."""
    return Waiting(
        *db.session.execute(
            sa.select(sa.func.count(), sa.func.min(Establishment.created_at)).where(*_unsettled())
        ).one()
    )


def unsettled_companies(*, limit: int = 100) -> list[Establishment]:
    """The same, oldest first."""
    query = sa.select(Establishment).where(*_unsettled()).order_by(Establishment.created_at).limit(limit)
    return list(db.session.scalars(query))


def _unsettled() -> tuple[sa.ColumnElement[bool], ...]:
    has_offer = (
        sa.select(Offer.id)
        .where(Offer.establishment_id == Establishment.id, Offer.status.in_(_LIVE))
        .exists()
    )
    return (Establishment.verification.in_(UNSETTLED), has_offer)
