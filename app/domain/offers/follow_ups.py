"""What follows, for offers and their e-mails, from what happens: the functions that `reactions.py` names."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM, ActorKind
from app.core import clock
from app.core.database import db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Account
from app.domain.employers.alert_emails import AddressBouncedMail, CompanyToVerify
from app.domain.employers.events import ContactReplaced, EstablishmentChecked
from app.domain.employers.models import Contact, Verification
from app.domain.employers.services import normalise_email
from app.domain.offers.emails import (
    ConfirmOffer,
    OfferChanged,
    OfferExpiredMail,
    OfferHeldMail,
    OfferOnline,
    OfferRefused,
    OfferToFix,
)
from app.domain.offers.events import (
    ActUndone,
    HoldDecided,
    OfferClosed,
    OfferDeposited,
    OfferHeld,
    OfferPublished,
    OfferRenewed,
    OffersExpired,
)
from app.domain.offers.holding import decide_hold, hold_offers_of
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Hold, HoldCause, HoldDecision, Offer
from app.domain.offers.partner_emails import HeldForCompany, PartnerOffer, who_follows
from app.outbox import cancel, queue, queue_all
from app.outbox.events import AddressBounced

_HOLDS = {
    Verification.CLOSED: HoldCause.CLOSED,
    Verification.UNKNOWN: HoldCause.NOT_LISTED,
    Verification.NOT_LISTED: HoldCause.NOT_LISTED,
    Verification.NON_DIFFUSIBLE: HoldCause.NOT_LISTED,
}


def ask_confirmation(event: OfferDeposited) -> None:
    """E1; E24 when a structure that isn't verified has prepared the offer."""
    prepared = event.offer.organisation_id is not None
    queue(PartnerOffer(event.offer) if prepared else ConfirmOffer(event.offer))


def tell_online(event: OfferPublished) -> None:
    """E4; E24 when a structure has put the offer online for the company."""
    by_structure = event.first and event.by.kind is ActorKind.MEMBER
    queue(PartnerOffer(event.offer) if by_structure else OfferOnline(event.offer))


def tell_held(event: OfferHeld) -> None:
    """E51, with the cause, to the company and to who follows the offer in the structure."""
    queue(OfferHeldMail(event.offer, event.hold))
    if told := who_follows(event.offer):
        queue(HeldForCompany(event.offer, event.hold, told.email))


def tell_decision(event: HoldDecided) -> None:
    """E5 or E6, once the ten minutes of undo are over; « mise en ligne » has its own e-mail."""
    if event.hold.decision is HoldDecision.CORRECT:
        queue(OfferToFix(event.offer, event.hold), due=event.act.until)
    elif event.hold.decision is HoldDecision.REFUSE:
        queue(OfferRefused(event.offer, event.hold), due=event.act.until)


def tell_renewed(event: OfferRenewed) -> None:
    """E9: the person who acted is told at once."""
    queue(OfferChanged(event.offer, event.act))


def tell_closed(event: OfferClosed) -> None:
    """E9: the person who acted is told at once."""
    queue(OfferChanged(event.offer, event.act))


def take_back_mails(event: ActUndone) -> None:
    """What the act had announced and hasn't left yet doesn't leave."""
    cancel(
        "offer",
        str(event.offer.id),
        templates={OfferChanged.name, OfferToFix.name, OfferRefused.name, OfferOnline.name},
    )


def tell_expired(event: OffersExpired) -> None:
    """E8."""
    queue_all(OfferExpiredMail, [OfferExpiredMail.entry_for(offer) for offer in event.offers])


def move_offers(event: ContactReplaced) -> None:
    """The new contact takes the former one's offers over."""
    for offer in db.session.scalars(sa.select(Offer).where(Offer.contact_id == event.former.id)):
        offer.contact = event.new


def act_on_check(event: EstablishmentChecked) -> None:
    """A company found wrong holds its offers and is told; one found right puts its held offers online."""
    establishment = event.establishment
    if establishment.verification is Verification.VERIFIED:
        _release(establishment.id)
        return
    held = hold_offers_of(establishment, cause=_HOLDS[establishment.verification])
    for contact in {offer.contact for offer in held}:
        queue(CompanyToVerify(contact))


def _release(establishment_id: int) -> None:
    query = (
        sa.select(Hold)
        .join(Offer)
        .where(
            Offer.establishment_id == establishment_id,
            Offer.status == OfferStatus.HELD,
            Hold.decided_at.is_(None),
            Hold.cause == HoldCause.NOT_LISTED,
        )
    )
    for hold in db.session.scalars(query):
        decide_hold(
            hold,
            decision=HoldDecision.PUBLISH,
            motive=None,
            text=None,
            by=SYSTEM,
            decider="Registre des entreprises",
        )


def mark_bounced(event: AddressBounced) -> None:
    """The contact is marked, its links end, and those who can mend it are told (E46)."""
    on_duty = sa.select(Account).where(Account.staff_role.is_not(None), Account.disabled_at.is_(None))
    staff = list(db.session.scalars(on_duty))
    query = sa.select(Contact).where(
        Contact.email_norm == normalise_email(event.email), Contact.removed_at.is_(None)
    )
    for contact in db.session.scalars(query):
        contact.bounced_at = clock.now()
        magic_links.revoke_of_object("contact", contact.id, reason="bounced", email=contact.email)
        journal.record("contact_bounced", contact, by=SYSTEM, facts={"reason": event.reason})
        for account in staff:
            queue(AddressBouncedMail(account.email, contact))
        for other in contact.establishment.contacts:
            if other.is_reachable and other.id != contact.id:
                queue(AddressBouncedMail(other.email, contact, to_staff=False))
