"""Loading what this session's management links open; a stranger sees 404."""

from flask import abort

from app.audit.actor import Actor, ActorKind
from app.domain.accounts.models import Purpose
from app.domain.employers.models import Contact
from app.domain.offers.models import Offer
from app.domain.offers.queries import offer_by_public_id
from app.domain.offers.rights import contact_of, right_ended_at
from app.web.access import current_links


def managed_contacts() -> list[Contact]:
    """The contacts, one an establishment, whose right lives in this session."""
    found: dict[int, Contact] = {}
    for link in current_links():
        if link.purpose is not Purpose.MANAGEMENT:
            continue
        contact = contact_of(link)
        if contact is not None and right_ended_at(contact) is None:
            found[contact.id] = contact
    return list(found.values())


def offer_or_404(public_id: str) -> Offer:
    """The offer, if it belongs to one of these contacts."""
    # Looked up in every case: the time taken doesn't tell whether another's offer exists.
    mine = {contact.id for contact in managed_contacts()}
    offer = offer_by_public_id(public_id)
    if offer is None or offer.contact_id not in mine:
        abort(404)
    return offer


def as_contact(contact_id: int) -> Actor:
    """The contact whose offers these are, as the journal signs its acts."""
    return Actor(ActorKind.CONTACT, contact_id, "link")
