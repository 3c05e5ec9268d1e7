"""What a management link opens, and until when."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.accounts.models import Link, Purpose
from app.domain.employers.emails import AccessLink
from app.domain.employers.events import NewLinkAsked
from app.domain.employers.models import Contact
from app.domain.offers.lifecycle import EndReason, OfferStatus
from app.domain.offers.models import Offer
from app.outbox import queue

AFTER_LAST_OFFER = timedelta(days=90)
AFTER_FILLED_START = timedelta(days=30)
_FILLED = frozenset({EndReason.FILLED_HERE, EndReason.FILLED_ELSEWHERE})


def contact_of(link: Link) -> Contact | None:
    """The contact whose offers this management link opens, while the right lives."""
    contact = db.session.get(Contact, link.object_id) if link.object_type == "contact" else None
    if contact is None or contact.removed_at is not None or contact.email != link.subject_email:
        return None
    return contact


def send_new_link(event: NewLinkAsked) -> None:
    """Reaction: E13 to whoever manages, follows or writes offers, while that right lives."""
    link = event.link
    if link.purpose is Purpose.MANAGEMENT:
        contact = contact_of(link)
        if contact is not None and right_ended_at(contact) is None:
            queue(AccessLink.to_contact(contact, scope=link.scope, ask=event.ask))
    elif link.purpose in {Purpose.FOLLOW_UP, Purpose.HELD_OFFER, Purpose.DRAFT}:
        queue(AccessLink.again(link, ask=event.ask))


def right_ended_at(contact: Contact, *, offer: Offer | None = None) -> datetime | None:
    """When managing ended for this contact; None while it lives.

    90 days after the end of its last offer there, or 30 days after the start of one that was filled,
    whichever is later. A contact without any offer left has no right. `offer` is one of the contact's that
    was read already: while it isn't over, the others needn't be looked at.
    """
    if offer is not None and offer.contact_id == contact.id and offer.status is not OfferStatus.ENDED:
        return None
    offers = list(db.session.scalars(sa.select(Offer).where(Offer.contact_id == contact.id)))
    if not offers:
        return contact.created_at
    end = max((_end_of(offer) for offer in offers), default=None)
    return end if end is not None and end <= clock.now() else None


def _end_of(offer: Offer) -> datetime:
    if offer.status is not OfferStatus.ENDED or offer.ended_at is None:
        return clock.now() + AFTER_LAST_OFFER
    end = offer.ended_at + AFTER_LAST_OFFER
    if offer.end_reason in _FILLED and offer.start_on is not None:
        return max(end, clock.paris(offer.start_on) + AFTER_FILLED_START)
    return end


def offers_of(contact: Contact) -> list[Offer]:
    """The contact's offers at its establishment, newest first."""
    query = sa.select(Offer).where(Offer.contact_id == contact.id).order_by(Offer.id.desc()).limit(200)
    return list(db.session.scalars(query))
