"""« Renvoyer le lien à l’entreprise »: to the recorded address of the contact of its offers, and no other."""

from app.audit import journal
from app.audit.actor import Actor
from app.core.errors import Refused
from app.domain.accounts import limits
from app.domain.employers.emails import AccessLink
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible
from app.domain.offers.rights import right_ended_at
from app.domain.opco.follow_up import offers_of
from app.domain.opco.models import FollowUp
from app.outbox import queue

NOBODY = "Cette entreprise n’a plus de contact joignable. Appelez-la, ou écrivez-nous."
TOO_MANY = "Ce lien vient d’être renvoyé plusieurs fois. Attendez une heure."


def resend_link(follow_up: FollowUp, *, by: Actor) -> int:
    """Queue E13 for each contact of its offers online, or of the last one; returns how many. May refuse."""
    offers = offers_of(follow_up.establishment)
    online = [offer for offer in offers if is_visible(offer)]
    by_contact: dict[int, Offer] = {}
    for offer in online or offers[:1]:
        by_contact.setdefault(offer.contact_id, offer)
    found = [offer for offer in by_contact.values() if _is_reachable(offer)]
    if not found:
        raise Refused(NOBODY)
    sent = [offer for offer in found if _send(offer)]
    if not sent:
        raise Refused(TOO_MANY)
    journal.record("link_sent", follow_up, by=by, facts={"contacts": len(sent)})
    return len(sent)


def _is_reachable(offer: Offer) -> bool:
    contact = offer.contact
    gone = contact.removed_at is not None or contact.bounced_at is not None
    return not gone and right_ended_at(contact, offer=offer) is None


def _send(offer: Offer) -> bool:
    contact = offer.contact
    if not limits.take(limits.REISSUE_HOUR, limits.REISSUE_DAY, key=contact.email):
        return False
    return queue(AccessLink.to_contact(contact, scope=offer.public_id)) is not None
