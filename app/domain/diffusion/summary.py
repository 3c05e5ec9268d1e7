"""How many places show each offer, and what is to be mended: for lists and dashboards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.database import db
from app.domain.diffusion.lifecycle import OVER, DiffusionStatus
from app.domain.diffusion.models import Diffusion
from app.domain.offers.models import Offer
from app.domain.offers.queries import visible
from app.domain.organisations.models import Organisation

S = DiffusionStatus


@dataclass(frozen=True, slots=True)
class Spread:
    """Of the places asked for, how many show the offer, and how many want it mended."""

    published: int = 0
    asked: int = 0
    to_fix: int = 0

    @property
    def words(self) -> str:
        """« 3 publiés sur 5 »; « – » while none was asked."""
        if not self.asked:
            return "–"
        said = f"{self.published} {'publié' if self.published < 2 else 'publiés'} sur {self.asked}"
        return f"{said}, {self.to_fix} à corriger" if self.to_fix else said


def spread_of(offer_ids: Collection[int]) -> dict[int, Spread]:
    """By offer, in one statement; an offer that was sent nowhere isn't there."""
    asked = sa.func.count()
    published = sa.func.sum(sa.case((Diffusion.status == S.PUBLISHED, 1), else_=0))
    to_fix = sa.func.sum(sa.case((_to_fix(), 1), else_=0))
    query = (
        sa.select(Diffusion.offer_id, published, asked, to_fix)
        .where(Diffusion.offer_id.in_(offer_ids), Diffusion.status.not_in([S.DRAFT, *OVER]))
        .group_by(Diffusion.offer_id)
    )
    return {row[0]: Spread(row[1], row[2], row[3]) for row in db.session.execute(query)}


@dataclass(frozen=True, slots=True)
class ToFix:
    """What a structure has to mend: how many, since when, and the offer of the oldest."""

    count: int
    oldest: datetime
    public_id: str


def to_fix_of(organisation: Organisation) -> ToFix | None:
    """The refusals that a change of text mends, on its offers online; None when there are none."""
    ours = sa.and_(Offer.organisation_id == organisation.id, visible(), _to_fix())
    query = sa.select(Diffusion.since, Offer.public_id, sa.func.count().over()).join(Offer).where(ours)
    row = db.session.execute(query.order_by(Diffusion.since).limit(1)).one_or_none()
    return None if row is None else ToFix(row[2], row[0], row[1])


def _to_fix() -> sa.ColumnElement[bool]:
    return sa.and_(Diffusion.status == S.REFUSED, Diffusion.reason_field.is_not(None))
