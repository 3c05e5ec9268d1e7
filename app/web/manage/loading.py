"""Loading what this session's management links open; a stranger sees 404."""

from flask import abort

from app.audit.actor import Actor, ActorKind
from app.domain.accounts.models import Link, Purpose
from app.domain.employers.models import Contact
from app.domain.offers.deposit import Collector
from app.domain.offers.models import Offer
from app.domain.offers.queries import managed_offer
from app.domain.offers.rights import contact_of, right_ended_at
from app.web.access import current_account, current_actor, current_links
from app.web.structures import managed_structures


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
    """The offer, if it belongs to one of these contacts, or to a structure whose offers one manages."""
    links = [link for link in current_links() if link.purpose is Purpose.MANAGEMENT]
    structures = managed_structures()
    # Looked for among theirs alone: the time taken doesn't tell whether another's offer exists.
    contacts = {link.object_id for link in links}
    offer = managed_offer(public_id, contact_ids=contacts, organisation_ids=list(structures))
    if offer is None:
        abort(404)
    if not (offer.organisation_id in structures or any(_opens(link, offer) for link in links)):
        abort(404)
    return offer


def _opens(link: Link, offer: Offer) -> bool:
    contact = contact_of(link) if link.object_id == offer.contact_id else None
    return contact is not None and right_ended_at(contact, offer=offer) is None


def acting_on(offer: Offer) -> Actor:
    """Who acts on this offer: its contact when its link is open here, else the member of its structure."""
    if any(contact.id == offer.contact_id for contact in managed_contacts()):
        return as_contact(offer.contact_id)
    return current_actor()


def collecting(offer: Offer) -> Collector | None:
    """The structure and the member who act on this offer; None when its own contact does."""
    account = current_account()
    organisation = managed_structures().get(offer.organisation_id or 0)
    if account is None or organisation is None or acting_on(offer).kind is ActorKind.CONTACT:
        return None
    return Collector(organisation, account)


def as_contact(contact_id: int) -> Actor:
    """The contact whose offers these are, as the journal signs its acts."""
    return Actor(ActorKind.CONTACT, contact_id, "link")
