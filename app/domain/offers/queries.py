"""Reading offers. Pages filter on `last_day`, so that nothing shows after it whatever the job does."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer

COUNT_CAP = 1000


def offer_by_public_id(public_id: str) -> Offer | None:
    """The offer of an address, whatever its state."""
    return db.session.scalar(sa.select(Offer).where(Offer.public_id == public_id))


def offer_by_short_code(code: str) -> Offer | None:
    """The offer of a printed short address."""
    return db.session.scalar(sa.select(Offer).where(Offer.short_code == code.upper()))


def is_visible(offer: Offer) -> bool:
    """Is it shown to the public now?"""
    return (
        offer.status is OfferStatus.ONLINE
        and offer.last_day is not None
        and offer.last_day >= clock.today()
    )


def visible() -> sa.ColumnElement[bool]:
    """The same, as a condition."""
    return sa.and_(Offer.status == OfferStatus.ONLINE, Offer.last_day >= clock.today())


@dataclass(frozen=True, slots=True)
class Page:
    """One page of offers; `total` is capped: `more` says that there are more than it."""

    offers: list[Offer]
    total: int
    more: bool
    number: int
    pages: int


def recent_offers(*, page: int, size: int = 20) -> Page:
    """Offers online, newest first."""
    capped = sa.select(Offer.id).where(visible()).limit(COUNT_CAP + 1).subquery()
    total = db.session.scalar(sa.select(sa.func.count()).select_from(capped)) or 0
    more = total > COUNT_CAP
    total = min(total, COUNT_CAP)
    pages = max(1, -(-total // size))
    number = min(max(page, 1), pages)
    query = (
        sa.select(Offer)
        .where(visible())
        .order_by(Offer.published_at.desc(), Offer.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page(list(db.session.scalars(query)), total, more, number, pages)
