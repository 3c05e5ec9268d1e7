"""Erasing a deposit that nobody confirmed, and what only it needed."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM
from app.core.database import db
from app.core.failpoints import failpoint
from app.domain.accounts.models import Link
from app.domain.employers.mandates import Mandate
from app.domain.employers.models import Contact
from app.domain.offers.models import Draft, Offer
from app.domain.offers.partner_emails import DepositNotConfirmed, who_follows
from app.outbox import queue


def erase_deposit(offer: Offer) -> None:
    """Delete the offer, its draft, and its contact with its links when it has no other offer."""
    journal.record("offer_erased", offer, by=SYSTEM)
    contact = offer.contact
    if told := who_follows(offer):
        queue(DepositNotConfirmed.about_offer(offer, told, erased=True))
    db.session.execute(sa.delete(Draft).where(Draft.offer_id == offer.id))
    db.session.delete(offer)
    db.session.flush()
    failpoint("offers.erased_before_contact")
    if not _is_needed(contact):
        db.session.execute(
            sa.delete(Link).where(Link.object_type == "contact", Link.object_id == contact.id)
        )
        db.session.execute(sa.delete(Draft).where(Draft.contact_id == contact.id))
        db.session.delete(contact)
        db.session.flush()


def _is_needed(contact: Contact) -> bool:
    """Its address is proved, or another offer or a partner of a structure names it."""
    if contact.confirmed_at is not None:
        return True
    offers = sa.select(Offer.id).where(Offer.contact_id == contact.id)
    mandates = sa.select(Mandate.id).where(Mandate.contact_id == contact.id, Mandate.ended_at.is_(None))
    return bool(db.session.scalar(sa.select(sa.or_(offers.exists(), mandates.exists()))))
