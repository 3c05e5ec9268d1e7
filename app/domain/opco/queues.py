"""What portal staff have to look after: needs whose OPCO has no address, or whose OPCO isn't known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.identifiers import InvalidIdentifier, Siren, Siret
from app.domain.employers.models import Employer, Establishment
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.opco.contacts import LIVE
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import FollowUp, OpcoContact, OpcoMatch


@dataclass(frozen=True, slots=True)
class Queue:
    """How many companies wait, since when the oldest does, and the first of them."""

    count: int
    oldest: datetime | None
    establishments: tuple[Establishment, ...]


def needs_without_address(*, limit: int = 50) -> Queue:
    """« OPCO sans adresse »: companies to contact whose OPCO has no live address, oldest first."""
    waiting = sa.select(FollowUp.establishment_id.label("id"), FollowUp.opened_at.label("since")).where(
        FollowUp.status == FollowUpStatus.TO_CONTACT, ~_reachable()
    )
    return _queue(waiting, limit)


def needs_without_opco(*, limit: int = 50) -> Queue:
    """Companies with an offer online or held whose OPCO nobody knows, or that contest it, oldest first."""
    known = (
        sa.select(OpcoMatch.id)
        .where(
            OpcoMatch.establishment_id == Offer.establishment_id,
            OpcoMatch.current,
            OpcoMatch.opco_id.is_not(None),
            OpcoMatch.contested_by.is_(None),
        )
        .exists()
    )
    waiting = (
        sa.select(Offer.establishment_id.label("id"), sa.func.min(Offer.deposited_at).label("since"))
        .where(Offer.status.in_([OfferStatus.ONLINE, OfferStatus.HELD]), ~known)
        .group_by(Offer.establishment_id)
    )
    return _queue(waiting, limit)


def establishments_to_ask(*, limit: int) -> list[tuple[int, Siret]]:
    """(row, SIRET) of companies with a live offer whose registers are due to be asked, longest first.

    The OPCO that a person with the right has named is never due.
    """
    has_offer = (
        sa.select(Offer.id)
        .where(
            Offer.establishment_id == OpcoMatch.establishment_id,
            Offer.status.in_([OfferStatus.ONLINE, OfferStatus.HELD]),
        )
        .exists()
    )
    query = (
        sa.select(Establishment.id, Establishment.siret)
        .join(OpcoMatch, OpcoMatch.establishment_id == Establishment.id)
        .where(OpcoMatch.current, OpcoMatch.ask_again_at <= clock.now(), has_offer)
        .order_by(OpcoMatch.ask_again_at, Establishment.id)
        .limit(limit)
    )
    return [(number, siret) for number, siret in db.session.execute(query)]


def waiting_by_opco() -> dict[int, int]:
    """How many companies each OPCO has to contact, of those that no address of it serves."""
    query = (
        sa.select(FollowUp.opco_id, sa.func.count())
        .where(FollowUp.status == FollowUpStatus.TO_CONTACT, ~_reachable())
        .group_by(FollowUp.opco_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def search_companies(text: str, *, limit: int = 50) -> list[Establishment]:
    """Companies that we know by SIRET, SIREN, or words of their name or brand."""
    query = sa.select(Establishment).order_by(Establishment.name, Establishment.id).limit(limit)
    try:
        return list(db.session.scalars(query.where(Establishment.siret == Siret(text))).unique())
    except InvalidIdentifier:
        pass
    try:
        siren = Siren(text)
    except InvalidIdentifier:
        named = sa.or_(
            Establishment.name.icontains(text, autoescape=True),
            Establishment.brand.icontains(text, autoescape=True),
        )
        return list(db.session.scalars(query.where(named)).unique())
    return list(db.session.scalars(query.where(Establishment.employer.has(Employer.siren == siren))).unique())


def matches_of(companies: Sequence[Establishment]) -> dict[int, OpcoMatch]:
    """What is held to be true now, by row of establishment."""
    numbers = [company.id for company in companies]
    query = sa.select(OpcoMatch).where(OpcoMatch.establishment_id.in_(numbers), OpcoMatch.current)
    return {match.establishment_id: match for match in db.session.scalars(query)}


def past_matches(company: Establishment, *, limit: int = 10) -> list[OpcoMatch]:
    """What was held to be true before, newest first."""
    query = sa.select(OpcoMatch).where(OpcoMatch.establishment_id == company.id, ~OpcoMatch.current)
    return list(db.session.scalars(query.order_by(OpcoMatch.id.desc()).limit(limit)))


def _reachable() -> sa.Exists:
    return (
        sa.select(OpcoContact.id)
        .where(
            OpcoContact.opco_id == FollowUp.opco_id,
            sa.or_(OpcoContact.department.is_(None), OpcoContact.department == FollowUp.department),
            *LIVE,
        )
        .exists()
    )


def _queue(waiting: sa.Select[int, datetime], limit: int) -> Queue:
    rows = waiting.subquery()
    count, oldest = db.session.execute(sa.select(sa.func.count(), sa.func.min(rows.c.since))).one()
    query = (
        sa.select(Establishment)
        .join(rows, rows.c.id == Establishment.id)
        .order_by(rows.c.since, Establishment.id)
        .limit(limit)
    )
    return Queue(count, oldest, tuple(db.session.scalars(query).unique()))
