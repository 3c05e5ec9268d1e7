"""Telling an OPCO of a need or of a held offer, and handing a company over to another one."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM, Actor
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.core.failpoints import failpoint
from app.domain.employers.models import Establishment
from app.domain.offers.events import OfferHeld, OfferPublished
from app.domain.offers.models import Hold, Offer
from app.domain.opco.contacts import Recipients, department_of, recipients_of, record_contact, stop_messages
from app.domain.opco.determination import (
    NOTHING,
    Evidence,
    current_match,
    determine,
    opco_by_code,
    person_says,
)
from app.domain.opco.emails import OpcoDecide, OpcoNewNeed
from app.domain.opco.follow_up import deny, follow_up_of, offers_of, online_offers_of, open_follow_up
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import (
    ContactMode,
    DigestItem,
    FollowUp,
    Opco,
    OpcoContact,
    OpcoMatch,
    Source,
)
from app.outbox import queue

# A newly recorded address is told of the newest needs; the older ones are on its follow-up pages.
TOLD_AT_ONCE = 50


def tell_of_publication(event: OfferPublished) -> None:
    """Reaction: the first publication of each offer is told to the OPCO of its company."""
    if event.first:
        tell_opco(event.offer)


def tell_of_hold(event: OfferHeld) -> None:
    """Reaction: a held offer is shown to the OPCO of its company, which may decide."""
    tell_opco_of_hold(event.hold)


def tell_opco(offer: Offer) -> FollowUp | None:
    """Open the follow-up of the company and write to the OPCO's addresses; None when no OPCO is known."""
    opco = _opco_of(offer.establishment)
    if opco is None:
        return None
    follow_up = open_follow_up(offer.establishment, opco)
    failpoint("opco.opened_before_mail")
    _tell(follow_up, offer, recipients_of(opco, department=follow_up.department))
    return follow_up


def tell_opco_of_hold(hold: Hold) -> int:
    """Write E19 to the OPCO's addresses, digest or not: an offer waits. Returns how many were written to."""
    opco = _opco_of(hold.offer.establishment)
    if opco is None:
        return 0
    found = recipients_of(opco, department=department_of(hold.offer.establishment))
    mails = [queue(OpcoDecide(contact=contact, hold=hold)) for contact in (*found.now, *found.digest)]
    return sum(mail is not None for mail in mails)


def _opco_of(establishment: Establishment) -> Opco | None:
    match = current_match(establishment) or determine(establishment, evidence=NOTHING)
    return match.opco


def _tell(follow_up: FollowUp, offer: Offer, found: Recipients, *, handed_over: bool = False) -> int:
    told = 0
    for contact in found.now:
        told += queue(OpcoNewNeed(contact, follow_up, offer, handed_over=handed_over)) is not None
    for contact in found.digest:
        _note_for_digest(contact, follow_up, offer)
    if told:
        facts: dict[str, object] = {"opco": follow_up.opco.code, "addresses": told}
        journal.record("opco_told", offer, by=SYSTEM, facts=facts)
    return told


def _note_for_digest(contact: OpcoContact, follow_up: FollowUp, offer: Offer) -> None:
    noted = sa.select(DigestItem.id).where(
        DigestItem.contact_id == contact.id, DigestItem.offer_id == offer.id
    )
    if db.session.scalar(noted) is None:
        db.session.add(
            DigestItem(
                contact_id=contact.id, offer_id=offer.id, follow_up_id=follow_up.id, noted_at=clock.now()
            )
        )


def add_address(
    opco: Opco, email: str, *, department: str | None = None, mode: ContactMode = ContactMode.PER_EVENT
) -> OpcoContact:
    """Record an address, and tell it the needs that waited for one."""
    waiting = [
        follow_up
        for follow_up in _to_contact(opco)
        if not recipients_of(opco, department=follow_up.department).anybody
    ]
    contact = record_contact(opco, email, department=department, mode=mode)
    for follow_up in waiting[:TOLD_AT_ONCE]:
        found = recipients_of(opco, department=follow_up.department)
        for offer in online_offers_of(follow_up.establishment):
            _tell(follow_up, offer, found)
    return contact


def _to_contact(opco: Opco) -> list[FollowUp]:
    query = sa.select(FollowUp).where(
        FollowUp.opco_id == opco.id, FollowUp.status == FollowUpStatus.TO_CONTACT
    )
    return list(db.session.scalars(query.order_by(FollowUp.id.desc()).limit(500)))


def correct_opco(
    establishment: Establishment, *, opco_code: str | None, source: Source, by: Actor
) -> OpcoMatch:
    """A person with the right says which OPCO it is; that OPCO is told of the needs that are active."""
    match = determine(establishment, evidence=Evidence(claims=(person_says(source, opco_code),)), by=by)
    if match.opco is None:
        return match
    existing = follow_up_of(establishment, match.opco)
    is_new = existing is None or existing.status is FollowUpStatus.NOT_OURS
    needs = online_offers_of(establishment)
    if is_new and needs:
        follow_up = open_follow_up(establishment, match.opco)
        _tell(
            follow_up,
            needs[0],
            recipients_of(match.opco, department=follow_up.department),
            handed_over=True,
        )
    return match


def hand_over(follow_up: FollowUp, *, to_code: str | None, by: Actor) -> OpcoMatch:
    """« Pas notre champ »: to another OPCO, or None for « Je ne sais pas » (portal staff look for it)."""
    if follow_up.status is FollowUpStatus.NOT_OURS:
        raise Refused("Cette entreprise a déjà été transmise.")
    if to_code == follow_up.opco.code:
        raise Refused("Choisissez un autre OPCO que le vôtre, ou « Je ne sais pas ».")
    deny(follow_up, by=by)
    failpoint("opco.denied_before_hand_over")
    db.session.flush()
    journal.record("handed_over", follow_up, by=by, facts={"from": follow_up.opco.code, "to": to_code})
    return correct_opco(follow_up.establishment, opco_code=to_code, source=Source.OPCO, by=by)


def hand_over_hold(hold: Hold, *, opco_code: str, to_code: str | None, by: Actor) -> OpcoMatch:
    """The OPCO asked to check an offer says that the company isn't of its field; the right one is asked."""
    establishment, opco = hold.offer.establishment, opco_by_code(opco_code)
    follow_up = follow_up_of(establishment, opco) or open_follow_up(establishment, opco)
    match = hand_over(follow_up, to_code=to_code, by=by)
    if match.opco is not None:
        tell_opco_of_hold(hold)
    return match


def stop_telling(email: str, *, opco: Opco | None = None, by: Actor) -> int:
    """« Ne plus recevoir ces messages », for one OPCO or all; returns how many addresses were stopped."""
    stopped = stop_messages(email, opco=opco)
    for contact in stopped:
        journal.record("opco_messages_stopped", contact, by=by)
    return len(stopped)


def former_offers(offer: Offer) -> list[Offer]:
    """Other offers of the same establishment, newest first."""
    return [other for other in offers_of(offer.establishment) if other.id != offer.id]
