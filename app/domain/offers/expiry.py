"""Ending the offers whose last day has passed: by sets, since thousands may be due at the same midnight."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM
from app.core import clock, events
from app.core.database import db
from app.core.failpoints import failpoint
from app.core.given import Given
from app.domain.employers.models import Contact
from app.domain.offers.events import ExpiredOffer, OffersExpired
from app.domain.offers.lifecycle import OFFER_LIFECYCLE, EndReason, OfferStatus
from app.domain.offers.models import Offer


def count_overdue() -> int:
    """How many offers are past their last day and not ended yet."""
    overdue = sa.and_(Offer.status.in_(OFFER_LIFECYCLE.starts("expire")), Offer.last_day < clock.today())
    return db.session.scalar(sa.select(sa.func.count(Offer.id)).where(overdue)) or 0


def expire_overdue(*, limit: int) -> int:
    """End up to `limit` overdue offers; gives how many. Those that somebody else holds now are left alone.

    A handful of statements, whatever their number. Never commits.
    """
    due: list[ExpiredOffer] = []
    for status in OFFER_LIFECYCLE.starts("expire"):
        due += _overdue(status, limit=limit - len(due))
    if due:
        expire(due)
    return len(due)


def _overdue(status: OfferStatus, *, limit: int) -> list[ExpiredOffer]:
    """Overdue offers of one state, locked, oldest first: in the very order of an index, nothing is sorted."""
    query = (
        sa.select(Offer.id, Offer.last_day, Contact.email)
        .join(Contact, Contact.id == Offer.contact_id)
        .where(Offer.status == status, Offer.last_day < clock.today())
        .order_by(Offer.last_day)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Offer)
    )
    if limit <= 0:
        return []
    return [
        ExpiredOffer(number, last_day, email)
        for number, last_day, email in db.session.execute(query)
        if last_day is not None
    ]


def expire(offers: Sequence[ExpiredOffer]) -> None:
    """End these offers: state, journal, and what follows. Objects already loaded aren't refreshed."""
    now = clock.now()
    given = Given([{"id": offer.id} for offer in offers])
    ending = sa.update(Offer).where(Offer.id.in_(sa.select(given.integer("id")).select_from(given.table)))
    moved = db.session.scalars(
        OFFER_LIFECYCLE.apply_to_all(ending, "expire")
        .values(end_reason=EndReason.EXPIRED, ended_at=now, changed_at=now, version=Offer.version + 1)
        .returning(Offer.id)
        .execution_options(synchronize_session=False)
    )
    ended = set(moved)
    journal.record_all("offer_expired", Offer, sorted(ended), by=SYSTEM)
    failpoint("offers.expired_before_mail")
    events.emit(OffersExpired([offer for offer in offers if offer.id in ended]))
