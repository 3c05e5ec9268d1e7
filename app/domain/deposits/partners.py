"""The companies for which a structure deposits: its mandates, with what it has done for each."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from app.audit.actor import Actor
from app.core.database import db
from app.core.errors import Refused
from app.core.identifiers import InvalidIdentifier, Siret
from app.domain.accounts.models import Account
from app.domain.deposits.checking import what_is_wrong
from app.domain.employers.directory import LookUp, Outcome
from app.domain.employers.mandates import Mandate, take_mandate
from app.domain.employers.models import Contact, Establishment
from app.domain.employers.services import contact_for, establishment_by_siret, register_establishment
from app.domain.offers.draft_company import known_look_up
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.organisations.models import Organisation

SILENT = "Le registre des entreprises ne répond pas. Réessayez dans quelques minutes."


@dataclass(frozen=True, slots=True)
class Partner:
    """A company, the offers deposited for it (`online`: of which online), and who deposited the last one."""

    mandate: Mandate
    offers: int
    online: int
    author: str


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """One page of the list, its number, and how many companies there are in all."""

    partners: tuple[Partner, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Person:
    """The company's own contact."""

    name: str
    email: str
    phone: str | None


def partners_page(organisation: Organisation, text: str, *, page: int, size: int) -> PartnerPage:
    """By name; those that the structure has left aside aren't shown. Two statements."""
    wanted = _wanted(organisation, text)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // size))
    number = min(page, pages)
    here = sa.and_(
        Offer.establishment_id == Mandate.establishment_id, Offer.organisation_id == organisation.id
    )
    count = sa.select(sa.func.count()).where(here).scalar_subquery()
    online = sa.select(sa.func.count()).where(here, Offer.status == OfferStatus.ONLINE).scalar_subquery()
    author = (
        sa.select(Account.name)
        .join(Offer, Offer.author_id == Account.id)
        .where(here)
        .order_by(Offer.id.desc())
        .limit(1)
        .correlate(Mandate)
        .scalar_subquery()
    )
    query = (
        sa.select(Mandate, count, online, author)
        .join(Mandate.establishment)
        .options(contains_eager(Mandate.establishment), joinedload(Mandate.contact))
        .where(Mandate.id.in_(wanted))
        .order_by(sa.func.lower(sa.func.coalesce(Establishment.brand, Establishment.name)), Mandate.id)
    )
    rows = db.session.execute(query.limit(size).offset((number - 1) * size))
    found = tuple(Partner(mandate, made, shown, who or "") for mandate, made, shown, who in rows)
    return PartnerPage(found, number, pages, total)


def _wanted(organisation: Organisation, text: str) -> sa.Select[Any]:
    query = (
        sa.select(Mandate.id)
        .join(Mandate.establishment)
        .where(Mandate.organisation_id == organisation.id, ~Mandate.ended_by_structure)
    )
    if not text:
        return query
    try:
        return query.where(Establishment.siret == Siret(text))
    except InvalidIdentifier:
        like = f"%{text.replace('%', '').replace('_', '')}%"
        columns = (Establishment.name, Establishment.brand, Establishment.city)
        return query.where(sa.or_(*(column.ilike(like) for column in columns)))


def partner_of(organisation: Organisation, establishment_id: str) -> Mandate | None:
    """The mandate for the establishment of an address, living or ended by the company."""
    query = (
        sa.select(Mandate)
        .join(Mandate.establishment)
        .where(Mandate.organisation_id == organisation.id, Establishment.public_id == establishment_id)
    )
    return db.session.scalar(query)


def contact_at(mandate: Mandate) -> Contact | None:
    """Whom to write to there: the contact given, else that of the structure's last offer."""
    if mandate.contact is not None and mandate.contact.removed_at is None:
        return mandate.contact
    query = (
        sa.select(Contact)
        .join(Offer, Offer.contact_id == Contact.id)
        .where(
            Offer.establishment_id == mandate.establishment_id,
            Offer.organisation_id == mandate.organisation_id,
            Contact.removed_at.is_(None),
        )
        .order_by(Offer.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def add_partner(
    organisation: Organisation, siret: Siret, look_up: LookUp, person: Person, *, by: Actor
) -> Mandate:
    """A company and its own contact; nobody is written to before the first offer. Raises Refused."""
    look_up = _known(siret, look_up)
    if refusal := what_is_wrong(look_up):
        raise Refused(refusal)
    establishment = register_establishment(siret, look_up, typed=None, by=by)
    contact = contact_for(establishment, email=person.email, name=person.name, phone=person.phone)
    return take_mandate(organisation, establishment, contact=contact, by=by)


def _known(siret: Siret, look_up: LookUp) -> LookUp:
    """What we have verified before serves when the register is silent."""
    if look_up.outcome is not Outcome.UNAVAILABLE:
        return look_up
    establishment = establishment_by_siret(siret)
    if establishment is None or not establishment.is_publishable:
        raise Refused(SILENT)
    return known_look_up(establishment)
