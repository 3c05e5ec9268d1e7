"""Before the address is confirmed: sending E1 again, or to another address."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.core.database import db
from app.core.errors import Refused
from app.domain.accounts import limits, magic_links
from app.domain.accounts.models import Link
from app.domain.employers.models import Contact
from app.domain.employers.services import contact_for
from app.domain.offers.emails import ConfirmOffer, ConfirmOfferReminder
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.offers.partner_emails import PartnerOffer
from app.outbox import cancel, queue

TOO_MANY = "3 messages sont déjà partis. Réessayez dans une heure ou contactez-nous."
ALREADY = "Votre adresse est déjà confirmée : gérez votre offre avec le lien reçu par courriel."


def note_first_message(offer: Offer) -> None:
    """E1 has been queued by the deposit: it counts among the three of the hour."""
    limits.note(limits.CONFIRMATION, _key(offer))


def send_again(offer: Offer) -> None:
    """E1 once more, at most three in an hour with the first; raises Refused."""
    _take(offer)
    queue(_message(offer))


def _message(offer: Offer) -> ConfirmOffer | PartnerOffer:
    return ConfirmOffer(offer) if offer.organisation_id is None else PartnerOffer(offer)


def correct_address(offer: Offer, *, email: str, by: Actor) -> None:
    """E1 to another address; the links sent to the former one for this offer end. Raises Refused."""
    former = offer.contact
    new = contact_for(offer.establishment, email=email, name=former.name, phone=former.phone)
    if new.id == former.id:
        return
    _take(offer)
    offer.contact = new
    _revoke(offer, former)
    former_mails = {ConfirmOffer.name, ConfirmOfferReminder.name, PartnerOffer.name}
    cancel("offer", str(offer.id), templates=former_mails)
    journal.record("contact_corrected", offer, by=by, fields=("email",))
    queue(_message(offer))
    _forget(former)


def _take(offer: Offer) -> None:
    if offer.status is not OfferStatus.TO_CONFIRM:
        raise Refused(ALREADY)
    if not limits.take(limits.CONFIRMATION, key=_key(offer)):
        raise Refused(TOO_MANY)


def _key(offer: Offer) -> str:
    return f"offer:{offer.id}"


def _revoke(offer: Offer, former: Contact) -> None:
    query = sa.select(Link).where(
        Link.object_type == "contact", Link.object_id == former.id, Link.scope == offer.public_id
    )
    for link in db.session.scalars(query):
        magic_links.revoke(link, reason="address_corrected")


def _forget(former: Contact) -> None:
    """A mistyped address that nothing else uses isn't kept."""
    db.session.flush()
    used = db.session.scalar(sa.select(Offer.id).where(Offer.contact_id == former.id).limit(1))
    if used is None and former.confirmed_at is None:
        db.session.delete(former)
        db.session.flush()
