"""Telling an OPCO of a need or of a held offer, and the addresses that are told."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM, Actor
from app.core import clock
from app.core.database import db
from app.core.failpoints import failpoint
from app.domain.employers.models import Establishment
from app.domain.offers.events import OfferHeld, OfferPublished
from app.domain.offers.models import Hold, Offer
from app.domain.opco.contacts import Recipients, department_of, recipients_of, record_contact, stop_messages
from app.domain.opco.decision import NOTHING
from app.domain.opco.determination import current_match, determine
from app.domain.opco.emails import OpcoDecide, OpcoNewNeed
from app.domain.opco.follow_up import offers_of, online_offers_of, open_follow_up
from app.domain.opco.lifecycle import FollowUpStatus
from app.domain.opco.models import (
    Confidence,
    ContactMode,
    DigestItem,
    FollowUp,
    Opco,
    OpcoContact,
    OpcoMatch,
)
from app.domain.opco.passing_on import leave_to
from app.outbox import queue

# A newly recorded address is told of the newest needs; the older ones are on its follow-up pages.
TOLD_AT_ONCE = 50
# What is worth telling an OPCO that the company isn't its own: a suggestion isn't.
_SURE = frozenset({Confidence.ANSWER, Confidence.CHOSEN})


def tell_of_publication(event: OfferPublished) -> None:
    """Reaction: the first publication of each offer is told to the OPCO of its company."""
    if event.first:
        tell_opco(event.offer)


def tell_of_hold(event: OfferHeld) -> None:
    """Reaction: a held offer is shown to the OPCO of its company, which may decide."""
    tell_opco_of_hold(event.hold)


def tell_opco(offer: Offer) -> FollowUp | None:
    """Open the follow-up of the company and write to the OPCO's addresses; None when no OPCO is known.

    An OPCO that followed the company until now, and isn't its own any more, is told as well.
    """
    match = _match_of(offer.establishment)
    if match.opco is None:
        return None
    follow_up = open_follow_up(offer.establishment, match.opco)
    failpoint("opco.opened_before_mail")
    tell_need(follow_up, offer, recipients_of(match.opco, department=follow_up.department))
    if match.confidence in _SURE:
        leave_to(follow_up, source=match.source)
    return follow_up


def tell_opco_of_hold(hold: Hold) -> int:
    """Write E19 to the OPCO's addresses, digest or not: an offer waits. Returns how many were written to."""
    opco = _match_of(hold.offer.establishment).opco
    if opco is None:
        return 0
    found = recipients_of(opco, department=department_of(hold.offer.establishment))
    mails = [queue(OpcoDecide(contact=contact, hold=hold)) for contact in (*found.now, *found.digest)]
    return sum(mail is not None for mail in mails)


def _match_of(establishment: Establishment) -> OpcoMatch:
    return current_match(establishment) or determine(establishment, evidence=NOTHING)


def tell_need(follow_up: FollowUp, offer: Offer, found: Recipients) -> int:
    """Write E49 to those who read at once, keep it for those who read a digest; returns the mails queued."""
    told = 0
    for contact in found.now:
        told += queue(OpcoNewNeed(contact, follow_up, offer)) is not None
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
    opco: Opco,
    email: str,
    *,
    department: str | None = None,
    mode: ContactMode = ContactMode.PER_EVENT,
    by: Actor = SYSTEM,
) -> OpcoContact:
    """Record an address, and tell it the needs that waited for one."""
    waiting = [
        follow_up
        for follow_up in _to_contact(opco)
        if not recipients_of(opco, department=follow_up.department).anybody
    ]
    contact = record_contact(opco, email, department=department, mode=mode)
    facts: dict[str, object] = {"opco": opco.code, "department": department, "mode": mode.value}
    journal.record("opco_address_recorded", contact, by=by, facts=facts)
    for follow_up in waiting[:TOLD_AT_ONCE]:
        found = recipients_of(opco, department=follow_up.department)
        for offer in online_offers_of(follow_up.establishment):
            tell_need(follow_up, offer, found)
    return contact


def _to_contact(opco: Opco) -> list[FollowUp]:
    query = sa.select(FollowUp).where(
        FollowUp.opco_id == opco.id, FollowUp.status == FollowUpStatus.TO_CONTACT
    )
    return list(db.session.scalars(query.order_by(FollowUp.id.desc()).limit(500)))


def stop_telling(email: str, *, opco: Opco | None = None, by: Actor) -> int:
    """« Ne plus recevoir ces messages », for one OPCO or all; returns how many addresses were stopped."""
    stopped = stop_messages(email, opco=opco)
    for contact in stopped:
        journal.record("opco_messages_stopped", contact, by=by)
    return len(stopped)


def former_offers(offer: Offer) -> list[Offer]:
    """Other offers of the same establishment, newest first."""
    return [other for other in offers_of(offer.establishment) if other.id != offer.id]
