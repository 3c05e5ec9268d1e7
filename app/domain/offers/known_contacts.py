"""What a structure may be shown of a company's contact: an address typed at random mustn't give a name."""

import sqlalchemy as sa

from app.core.database import db
from app.domain.accounts.models import Link, Purpose
from app.domain.employers.mandates import Mandate
from app.domain.employers.models import Contact
from app.domain.offers.models import Offer
from app.domain.organisations.models import Organisation


def answers_about(contact: Contact, *, to: Organisation) -> dict[str, str]:
    """The contact as a structure's form shows it first: the address alone, unless it knows the person."""
    if not knows(to, contact):
        return {"email": contact.email}
    return {"name": contact.name, "email": contact.email, "phone": contact.phone or ""}


def knows(organisation: Organisation, contact: Contact) -> bool:
    """Has the structure given this name itself, or has the person opened an offer that it deposited?"""
    is_unproved = contact.confirmed_at is None and contact.replaces_id is None
    if is_unproved and not _is_of_others(contact, organisation):
        return True
    opened = (
        sa.select(Offer.id)
        .join(Link, Link.scope == Offer.public_id)
        .where(
            Offer.organisation_id == organisation.id,
            Offer.contact_id == contact.id,
            Offer.confirmed_at.is_not(None),
            Link.purpose == Purpose.MANAGEMENT,
            Link.object_type == "contact",
            Link.object_id == contact.id,
            Link.uses > 0,
        )
    )
    return db.session.scalar(opened.limit(1)) is not None


def _is_of_others(contact: Contact, organisation: Organisation) -> bool:
    """Somebody else has deposited with this contact, or named it."""
    offers = sa.select(Offer.id).where(
        Offer.contact_id == contact.id, Offer.organisation_id.is_distinct_from(organisation.id)
    )
    mandates = sa.select(Mandate.id).where(
        Mandate.contact_id == contact.id, Mandate.organisation_id != organisation.id
    )
    return bool(db.session.scalar(sa.select(sa.or_(offers.exists(), mandates.exists()))))
