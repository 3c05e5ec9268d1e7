"""The open feed: which offers, in what state the whole is, and their public facts, a batch at a time.

Read by keyset, one short transaction a batch: memory doesn't grow with the number of offers, and a slow
reader holds no transaction. No contact data ever leaves by here; what no register shows isn't published.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.identifiers import RomeCode
from app.domain.employers.models import Establishment, Verification
from app.domain.offers.models import UNNAMED, Offer
from app.domain.offers.queries import visible

Facts = dict[str, Any]

BATCH = 500
TRAINING_FIELDS = ("title", "cfa", "city", "level", "url")
VERSION = 1
"""Of the form of the feed: it changes when a field changes its meaning or leaves."""

# Postcodes of Corsica, for offers whose commune isn't known: the département's code isn't in them.
_CORSICA = {"2A": ("200", "201"), "2B": ("202", "206")}


@dataclass(frozen=True, slots=True)
class Selection:
    """What a reader asks for: a département (« 12 », « 2A », « 974 »), a job, both, or all."""

    department: str | None = None
    rome_code: RomeCode | None = None
    # What only some readers may have: its name, its condition, and what moves when it changes.
    name: str = ""
    among: sa.ColumnElement[bool] | None = field(default=None, compare=False)
    touched: sa.ScalarSelect[datetime] | None = field(default=None, compare=False)

    def condition(self) -> sa.ColumnElement[bool]:
        """Offers online of this selection."""
        wanted = [visible()] if self.among is None else [visible(), self.among]
        if self.rome_code is not None:
            wanted.append(Offer.rome_code == self.rome_code)
        if self.department is not None:
            starts = _CORSICA.get(self.department, (self.department,))
            by_postcode = sa.or_(*(Offer.postcode.startswith(start) for start in starts))
            wanted.append(
                sa.or_(
                    Offer.commune_code.startswith(self.department),
                    sa.and_(Offer.commune_code.is_(None), by_postcode),
                )
            )
        return sa.and_(*wanted)


@dataclass(frozen=True, slots=True)
class FeedState:
    """How the selection stands: it changes when an offer comes, changes or leaves, even by the mere date."""

    count: int
    changed_at: datetime
    mark: str


def state_of(selection: Selection) -> FeedState:
    """One statement, whatever the number of offers."""
    counted = sa.select(sa.func.count(Offer.id)).where(selection.condition()).scalar_subquery()
    # Of all offers: one that has left must change the mark too.
    changed = sa.select(sa.func.max(Offer.changed_at)).scalar_subquery()
    checked = sa.select(sa.func.max(Establishment.verified_at)).scalar_subquery()
    touched = () if selection.touched is None else (selection.touched,)
    count, *moments = db.session.execute(sa.select(counted, changed, checked, *touched)).one()
    midnight = clock.paris(clock.today())
    changed_at = max([midnight, *(moment for moment in moments if moment is not None)])
    asked = (selection.department, selection.rome_code, selection.name)
    parts = (VERSION, *asked, count, changed_at.isoformat())
    mark = hashlib.sha256(repr(parts).encode()).hexdigest()[:24]
    return FeedState(count, changed_at, mark)


_COLUMNS = (
    Offer.id, Offer.public_id, Offer.reference, Offer.title, Offer.description, Offer.tasks, Offer.skills,
    Offer.rome_code, Offer.job_name, Offer.brand, Offer.about_company, Offer.address_line, Offer.postcode,
    Offer.city, Offer.commune_code, Offer.lat, Offer.lon, Offer.contract_types, Offer.level,
    Offer.duration_months, Offer.start_on, Offer.openings, Offer.rhythm, Offer.remote, Offer.published_at,
    Offer.changed_at, Offer.last_day, Offer.training, Establishment.siret, Establishment.naf,
    Establishment.verification, Establishment.brand.label("known_brand"),
    Establishment.name.label("known_name"),
)  # fmt: skip


def batches(engine: sa.Engine, selection: Selection, *, size: int = BATCH) -> Iterator[list[Facts]]:
    """Public facts of the offers, newest deposit first, `size` at a time. Needs no application context."""
    query = (
        sa.select(*_COLUMNS)
        .join(Establishment, Establishment.id == Offer.establishment_id)
        .where(selection.condition())
        .order_by(Offer.id.desc())
        .limit(size)
    )
    last: int | None = None
    while True:
        with engine.connect() as connection:
            page = connection.execute(query if last is None else query.where(Offer.id < last)).all()
        if page:
            yield [public_facts(row) for row in page]
        if len(page) < size:
            return
        last = page[-1].id


def public_facts(row: Any) -> Facts:
    """One offer as the feed gives it. What isn't known is left out, never empty nor zero."""
    listed = row.verification is Verification.VERIFIED
    name = row.brand or ((row.known_brand or row.known_name) if listed else UNNAMED)
    company = {"name": name, "about": row.about_company}
    place = {"postcode": row.postcode, "city": row.city, "commune_code": row.commune_code}
    if listed:
        company |= {"siret": row.siret, "naf": row.naf}
        place |= {"street": row.address_line, "latitude": row.lat, "longitude": row.lon}
    return _known(
        {
            "id": row.public_id,
            "reference": row.reference,
            "title": row.title,
            "rome_code": row.rome_code,
            "job": row.job_name,
            "company": _known(company),
            "location": _known(place),
            "description": row.description,
            "tasks": row.tasks,
            "skills": row.skills,
            "contract_types": row.contract_types,
            "level": row.level,
            "duration_months": row.duration_months,
            "start_on": _iso(row.start_on),
            "openings": row.openings,
            "rhythm": row.rhythm,
            "remote": row.remote.value,
            "published_at": _iso(row.published_at),
            "updated_at": _iso(row.changed_at),
            "last_day": _iso(row.last_day),
            "training": _training(row.training),
        }
    )


def _training(kept: Facts | None) -> Facts | None:
    """The course of the CFA that proposes the offer."""
    return _known({name: kept.get(name) for name in TRAINING_FIELDS}) if kept else None


def _known(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if value not in (None, "", [])}


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None
