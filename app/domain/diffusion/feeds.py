"""Feeds of platforms: which offers are in one, and what it changes that they are."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM
from app.core import clock
from app.core.database import db
from app.domain.diffusion.lifecycle import MOVE_TO, DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.diffusion.orders import move
from app.domain.diffusion.platform import Platform
from app.domain.diffusion.recording import ENDINGS
from app.domain.employers.models import Establishment, Verification
from app.domain.offers.feed import Selection
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer

S = DiffusionStatus
IN_FEED = "in_feed"
BATCH = 500
_THERE = (S.SENDING, S.PUBLISHED)


def selection_for(platform: Platform, *, organisation_id: int | None = None) -> Selection:
    """What a platform reads; of one structure's offers alone when it is given.

    The rules of a feed are asked of the database: a verified company, a commune, and that somebody wants it.
    """
    asked = sa.select(Diffusion.id).where(
        Diffusion.offer_id == Offer.id,
        Diffusion.platform == platform.key,
        Diffusion.wanted,
        Diffusion.status != S.REFUSED,
    )
    wanted = [
        asked.exists(),
        Offer.establishment.has(Establishment.verification == Verification.VERIFIED),
        Offer.commune_code.is_not(None),
    ]
    if organisation_id is not None:
        wanted.append(Offer.organisation_id == organisation_id)
    touched = sa.select(sa.func.max(Diffusion.since)).where(Diffusion.platform == platform.key)
    name = platform.key if organisation_id is None else f"{platform.key}:{organisation_id}"
    return Selection(name=name, among=sa.and_(*wanted), touched=touched.scalar_subquery())


def enter(platform: Platform) -> Iterator[int]:
    """What waited is in the feed, which isn't published; commit after each step."""
    there = sa.select(Offer.id).where(selection_for(platform).condition())
    waiting = sa.select(Diffusion).where(
        Diffusion.platform == platform.key, Diffusion.status == S.QUEUED, Diffusion.offer_id.in_(there)
    )
    for batch in _batches(waiting):
        for diffusion in batch:
            move(diffusion, "send", detail=IN_FEED)
            journal.record("diffusion_sent", diffusion, by=SYSTEM, facts={"platform": platform.key})
        yield len(batch)


def leave(platform: Platform, *, since: datetime | None = None) -> Iterator[int]:
    """What is no longer in the feed is no longer there; commit after each step.

    `since`: only what may have left it after that; None looks at everything.
    """
    there = sa.exists().where(Offer.id == Diffusion.offer_id, selection_for(platform).condition())
    gone = sa.select(Diffusion).where(
        Diffusion.platform == platform.key, Diffusion.status.in_(_THERE), sa.not_(there)
    )
    if since is not None:
        moved = sa.union_all(*_may_have_left(since))
        gone = gone.where(sa.or_(Diffusion.wanted.is_(False), Diffusion.offer_id.in_(moved)))
    for batch in _batches(gone):
        for diffusion in batch:
            reason = diffusion.offer.end_reason
            status = ENDINGS.get(reason.value, S.CANCELLED) if reason else S.CANCELLED
            if diffusion.withdrawal_asked_at is None:
                diffusion.withdrawal_asked_at = clock.now()
            move(diffusion, MOVE_TO[status], detail="")
            journal.record("diffusion_ended", diffusion, by=SYSTEM, facts={"platform": platform.key})
        yield len(batch)


def _may_have_left(since: datetime) -> tuple[sa.Select[int], ...]:
    """Offers changed since, those whose last day has passed, those of companies that aren't verified."""
    online, offers = Offer.status == OfferStatus.ONLINE, sa.select(Offer.id)
    unverified = Establishment.verification != Verification.VERIFIED
    return (
        offers.where(Offer.changed_at >= since),
        offers.where(online, Offer.last_day < clock.today()),
        offers.join(Establishment, Establishment.id == Offer.establishment_id).where(online, unverified),
    )


def _batches(query: sa.Select[Diffusion]) -> Iterator[list[Diffusion]]:
    """Each row once, whatever becomes of it."""
    last = 0
    while True:
        page = query.where(Diffusion.id > last).order_by(Diffusion.id).limit(BATCH)
        found = list(db.session.scalars(page))
        if not found:
            return
        last = found[-1].id
        yield found
        db.session.expunge_all()
