"""The nearest CFAs that prepare for a job, from the local copy alone."""

from dataclasses import dataclass
from math import cos, radians

import sqlalchemy as sa

from app.core.database import db
from app.core.geo import Point, bounding_box, distance_km
from app.core.identifiers import RomeCode
from app.domain.cfa_requests.catalogue_models import Cfa, CfaEmail, Training, TrainingRome
from app.domain.offers.models import Offer
from app.domain.reference.places import commune_by_code, communes_by_postcode

RADIUS_KM = 100.0
AT_MOST = 10


@dataclass(frozen=True, slots=True)
class Near:
    """A CFA, and how far its nearest course for the job is, in a straight line."""

    cfa: Cfa
    km: float


def place_of(offer: Offer) -> Point | None:
    """Where the work is, or else the middle of its town."""
    if offer.point is not None:
        return offer.point
    commune = commune_by_code(offer.commune_code) if offer.commune_code else None
    commune = commune or next(iter(communes_by_postcode(offer.postcode)), None)
    return commune.point if commune else None


def cfas_near(offer: Offer, *, limit: int = AT_MOST) -> list[Near]:
    """CFAs that prepare for the offer's job, nearest first; those of its professional domain otherwise.

    Certified ones that may be written to, each once.
    """
    centre = place_of(offer)
    if centre is None:
        return []
    code = offer.rome_code
    return _near(TrainingRome.rome_code == code, centre, limit) or _near(_domain_of(code), centre, limit)


def _domain_of(code: RomeCode) -> sa.ColumnElement[bool]:
    # The first three characters; a range, so that the index serves.
    return TrainingRome.rome_code.between(RomeCode(f"{code[:3]}00"), RomeCode(f"{code[:3]}99"))


def _near(job: sa.ColumnElement[bool], centre: Point, limit: int) -> list[Near]:
    box = bounding_box(centre, RADIUS_KM)
    # On so short a way a plane is exact enough to sort by; the distance shown is computed on the sphere.
    north = TrainingRome.lat - centre.lat
    east = (TrainingRome.lon - centre.lon) * cos(radians(centre.lat))
    square = north * north + east * east
    ranked = (
        sa.select(
            Training.cfa_id,
            TrainingRome.lat,
            TrainingRome.lon,
            square.label("square"),
            sa.func.row_number().over(partition_by=Training.cfa_id, order_by=square).label("rank"),
        )
        .join(Training, Training.id == TrainingRome.training_id)
        .where(
            job,
            TrainingRome.lat.between(box.south, box.north),
            TrainingRome.lon.between(box.west, box.east),
        )
        .subquery()
    )
    reachable = sa.select(CfaEmail.id).where(CfaEmail.cfa_id == Cfa.id, CfaEmail.bounced_at.is_(None))
    query = (
        sa.select(Cfa, ranked.c.lat, ranked.c.lon)
        .join(ranked, ranked.c.cfa_id == Cfa.id)
        .where(ranked.c.rank == 1, Cfa.certified, Cfa.opted_out_at.is_(None), reachable.exists())
        .order_by(ranked.c.square, Cfa.id)
        .limit(limit)
    )
    found = [Near(cfa, distance_km(centre, Point(lat, lon))) for cfa, lat, lon in db.session.execute(query)]
    return [near for near in found if near.km <= RADIUS_KM]
