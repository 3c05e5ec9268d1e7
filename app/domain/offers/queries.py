"""Reading offers. Pages filter on `last_day`, so that nothing shows after it whatever the job does."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from math import cos, radians

import sqlalchemy as sa
from sqlalchemy.orm import lazyload

from app.core import clock
from app.core.database import db
from app.core.geo import Point, bounding_box, distance_km
from app.domain.employers.models import Establishment
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.organisations.models import Organisation

COUNT_CAP = 1000
NEAR_KM = 50.0

# What the public reads needs neither the contact nor the firm.
_WITHOUT_CONTACT = (lazyload(Offer.contact), lazyload(Offer.establishment, Establishment.employer))


def offer_by_public_id(public_id: str) -> Offer | None:
    """The offer of an address, whatever its state."""
    return db.session.scalar(sa.select(Offer).where(Offer.public_id == public_id))


def managed_offer(
    public_id: str, *, contact_ids: Collection[int], organisation_ids: Collection[int]
) -> Offer | None:
    """The same, when it is one of these contacts' or of these structures'."""
    theirs = Offer.contact_id.in_(contact_ids) | Offer.organisation_id.in_(organisation_ids)
    return db.session.scalar(sa.select(Offer).where(Offer.public_id == public_id, theirs))


def public_offer(public_id: str) -> Offer | None:
    """The same, for public pages: the contact isn't even read."""
    query = sa.select(Offer).where(Offer.public_id == public_id).options(*_WITHOUT_CONTACT)
    return db.session.scalar(query)


# Written once: this page is the one that is read most, and building its question cost as much as the answer.
_STAMP = (
    sa.select(Offer.version, Offer.changed_at, Offer.last_day, Establishment.verification)
    .add_columns(Establishment.name, Establishment.brand, Organisation.name)
    .join(Establishment, Establishment.id == Offer.establishment_id)
    .outerjoin(Organisation, Organisation.id == Offer.organisation_id)
    .where(Offer.public_id == sa.bindparam("address"))
    .where(Offer.status == OfferStatus.ONLINE, Offer.last_day >= sa.bindparam("today", type_=sa.Date))
)


def online_stamp(public_id: str) -> tuple[object, ...] | None:
    """What changes whenever the public page of an offer does; None when it isn't shown."""
    row = db.session.execute(_STAMP, {"address": public_id, "today": clock.today()}).one_or_none()
    return None if row is None else tuple(row)


def offer_by_short_code(code: str) -> Offer | None:
    """The offer of a printed short address."""
    return db.session.scalar(sa.select(Offer).where(Offer.short_code == code.upper()))


def is_visible(offer: Offer) -> bool:
    """Is it shown to the public now?"""
    return (
        offer.status is OfferStatus.ONLINE and offer.last_day is not None and offer.last_day >= clock.today()
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
    # Written so that the database can't use its index on the last day: nearly every offer online passes, and
    # sorting them all takes a hundred times longer than walking the index on the publication.
    not_over = sa.func.coalesce(Offer.last_day, date.min) >= clock.today()
    query = (
        sa.select(Offer)
        .where(Offer.status == OfferStatus.ONLINE, not_over)
        .options(*_WITHOUT_CONTACT)
        .order_by(Offer.published_at.desc(), Offer.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page(list(db.session.scalars(query)), total, more, number, pages)


def was_shown(offer: Offer) -> bool:
    """Was it online once, and is it over? Its page then says so; other offers stay unknown to the public."""
    if offer.first_published_on is None:
        return False
    return offer.status is OfferStatus.ENDED or (offer.status is OfferStatus.ONLINE and not is_visible(offer))


@dataclass(frozen=True, slots=True)
class Similar:
    """An offer like another one; `km` from it, in a straight line, None when a place isn't known."""

    offer: Offer
    km: float | None


def similar_offers(offer: Offer, *, limit: int = 6) -> list[Similar]:
    """Offers online of the same professional domain, nearest first; without a place, same département."""
    domain = sa.and_(
        visible(),
        Offer.id != offer.id,
        # The first three characters; a range, so that the index serves.
        Offer.rome_code >= f"{offer.rome_code[:3]}00",
        Offer.rome_code <= f"{offer.rome_code[:3]}99",
    )
    if offer.point is None:
        return _in_department(offer, domain, limit)
    centre = offer.point
    box = bounding_box(centre, NEAR_KM)
    # On so short a way a plane is exact enough to sort by; the distance shown is computed on the sphere.
    north, east = Offer.lat - centre.lat, (Offer.lon - centre.lon) * cos(radians(centre.lat))
    query = (
        sa.select(Offer)
        .options(*_WITHOUT_CONTACT)
        .where(domain, Offer.lat.between(box.south, box.north), Offer.lon.between(box.west, box.east))
        .order_by(north * north + east * east, Offer.id.desc())
        .limit(limit)
    )
    return [Similar(found, _km(centre, found.point)) for found in db.session.scalars(query)]


def _km(start: Point, end: Point | None) -> float | None:
    return None if end is None else distance_km(start, end)


def _in_department(offer: Offer, domain: sa.ColumnElement[bool], limit: int) -> list[Similar]:
    length = 3 if offer.postcode.startswith(("97", "98")) else 2
    near = Offer.postcode.startswith(offer.postcode[:length], autoescape=True)
    query = sa.select(Offer).options(*_WITHOUT_CONTACT).where(domain, near)
    query = query.order_by(Offer.published_at.desc()).limit(limit)
    return [Similar(found, None) for found in db.session.scalars(query)]
