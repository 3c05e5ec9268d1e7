"""The offers that a structure manages: filters, pages, what ends soon. Two statements a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.employers.models import Establishment
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.organisations.models import Organisation

SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OfferFilter:
    """What the address asks for; unknown values ask for nothing."""

    status: OfferStatus | None = None
    text: str = ""
    soon: bool = False

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "OfferFilter":
        """Read from an address: `etat`, `q` (job, town, company, reference), `fin` (7: ends soon)."""
        known = {status.value: status for status in OfferStatus}
        text = "".join(sign for sign in args.get("q", "") if sign.isprintable()).strip()[:80]
        return cls(known.get(args.get("etat", "")), text, args.get("fin") == "7")

    @property
    def is_empty(self) -> bool:
        return self.status is None and not self.text and not self.soon

    @property
    def args(self) -> dict[str, str]:
        """The same, for an address."""
        status = self.status.value if self.status else ""
        asked = {"etat": status, "q": self.text, "fin": "7" if self.soon else ""}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class OfferPage:
    """One page of a list, its number, and how many there are in all."""

    offers: tuple[Offer, ...]
    number: int
    pages: int
    total: int


def offers_page(organisation: Organisation, wanted: OfferFilter, *, page: int, size: int) -> OfferPage:
    """Newest first."""
    asked = _asked(organisation, wanted)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(asked.subquery())) or 0
    pages = max(1, -(-total // size))
    number = min(page, pages)
    found = sa.select(Offer).where(Offer.id.in_(asked)).order_by(Offer.id.desc())
    rows = db.session.scalars(found.limit(size).offset((number - 1) * size))
    return OfferPage(tuple(rows), number, pages, total)


def _asked(organisation: Organisation, wanted: OfferFilter) -> sa.Select[Any]:
    query = sa.select(Offer.id).where(Offer.organisation_id == organisation.id)
    if wanted.status is not None:
        query = query.where(Offer.status == wanted.status)
    if wanted.soon:
        query = query.where(_soon())
    if wanted.text:
        like = f"%{wanted.text.replace('%', '').replace('_', '')}%"
        query = query.join(Establishment).where(
            sa.or_(
                Offer.job_name.ilike(like),
                Offer.city.ilike(like),
                Offer.reference == wanted.text.upper(),
                Establishment.name.ilike(like),
                Establishment.brand.ilike(like),
            )
        )
    return query


def _soon() -> sa.ColumnElement[bool]:
    today = clock.today()
    return sa.and_(
        Offer.status == OfferStatus.ONLINE, Offer.last_day >= today, Offer.last_day <= today + SOON
    )


def ending_soon(organisation: Organisation) -> tuple[int, date | None]:
    """How many end within seven days, and the day of the first."""
    query = sa.select(sa.func.count(), sa.func.min(Offer.last_day)).where(
        Offer.organisation_id == organisation.id, _soon()
    )
    count, first = db.session.execute(query).one()
    return count, first
