"""Holding an offer for a check, and deciding it."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from app.audit import journal
from app.audit.actor import SYSTEM, Actor, ActorKind
from app.core import clock, events
from app.core.database import db
from app.core.errors import Conflict, Refused
from app.core.failpoints import failpoint
from app.core.lifecycle import IllegalMove
from app.domain.employers.models import Establishment, Verification
from app.domain.employers.risk import firms_of, looks_borrowed
from app.domain.offers import undo
from app.domain.offers.events import HoldDecided, OfferHeld
from app.domain.offers.lifecycle import OFFER_LIFECYCLE, EndReason, OfferStatus
from app.domain.offers.models import Hold, HoldCause, HoldDecision, Offer
from app.domain.offers.publication import put_online

CAUSE_LABELS = {
    HoldCause.NOT_LISTED: "l’établissement ne figure pas dans le registre public des entreprises",
    HoldCause.CLOSED: "l’établissement est indiqué comme fermé dans le registre public",
    HoldCause.REFUSED_BEFORE: "une demande précédente a été refusée pour cette adresse ou cet établissement",
    HoldCause.RISK: "nous vérifions que la demande vient bien de l’entreprise",
    HoldCause.LEGALITY: "une formulation de l’annonce est à relire",
    HoldCause.REPORTS: "plusieurs personnes ont signalé cette offre",
}
MOTIVES = {
    "company": "L’entreprise n’a pas pu être vérifiée",
    "identity": "La demande ne vient pas de l’entreprise",
    "content": "Le texte de l’annonce est à corriger",
    "not_apprenticeship": "Le poste n’est pas un contrat en alternance",
    "duplicate": "Cette offre existe déjà",
    "other": "Autre motif",
}
DECISION_LABELS = {
    HoldDecision.PUBLISH: "mise en ligne",
    HoldDecision.CORRECT: "correction demandée",
    HoldDecision.REFUSE: "refusée",
}
LATE_AFTER_WORKING_DAYS = 3


def cause_to_hold(offer: Offer) -> HoldCause | None:
    """Why this offer can't go online by itself, or None: holding is the exception."""
    establishment = offer.establishment
    by_register = {
        Verification.NOT_LISTED: HoldCause.NOT_LISTED,
        Verification.NON_DIFFUSIBLE: HoldCause.NOT_LISTED,
        Verification.UNKNOWN: HoldCause.NOT_LISTED,
        Verification.CLOSED: HoldCause.CLOSED,
        Verification.REJECTED: HoldCause.REFUSED_BEFORE,
    }
    if establishment.verification in by_register:
        return by_register[establishment.verification]
    refused, firms = _past_of(offer)
    if refused:
        return HoldCause.REFUSED_BEFORE
    if looks_borrowed(establishment, offer.contact, firms=firms):
        return HoldCause.RISK
    return None


def _past_of(offer: Offer) -> tuple[bool, int]:
    """Was another offer of this contact refused; how many firms have its address."""
    refused = sa.select(Offer.id).where(
        Offer.contact_id == offer.contact_id, Offer.end_reason == EndReason.REFUSED, Offer.id != offer.id
    )
    found = db.session.execute(sa.select(refused.exists(), firms_of(offer.contact))).one()
    return bool(found[0]), int(found[1])


def hold_offer(offer: Offer, *, cause: HoldCause, by: Actor = SYSTEM) -> Hold:
    """Stop an offer for a check; each cause is shown, dated and mailed."""
    OFFER_LIFECYCLE.apply(offer, "hold")
    offer.changed_at = clock.now()
    hold = Hold(offer=offer, cause=cause, opened_at=clock.now())
    db.session.add(hold)
    journal.record("offer_held", offer, by=by, facts={"cause": cause.value})
    failpoint("offers.held_before_mail")
    events.emit(OfferHeld(offer, hold))
    return hold


def decide_hold(
    hold: Hold, *, decision: HoldDecision, motive: str | None, text: str | None, by: Actor, decider: str
) -> None:
    """Decide a held offer; whoever is first decides. `decider` is a function, never a name."""
    offer = hold.offer
    if hold.decided_at is not None:
        raise Conflict(already_decided(hold))
    if offer.status is not OfferStatus.HELD:
        raise IllegalMove("decide", offer.status)
    if decision is not HoldDecision.PUBLISH and not (motive or text):
        raise Refused("Indiquez ce qu’il faut corriger : l’entreprise recevra ce texte.")
    act = undo.remember(offer, act="decision")
    hold.decision, hold.decided_at, hold.decided_by = decision, clock.now(), decider
    hold.motive, hold.text = motive, text
    if decision is HoldDecision.PUBLISH:
        _accept_establishment(hold, by=by)
        put_online(offer, by=by)
        journal.record("offer_released", offer, by=by)
    elif decision is HoldDecision.CORRECT:
        OFFER_LIFECYCLE.apply(offer, "ask_correction")
        journal.record("offer_correction_asked", offer, by=by, facts={"motive": motive or ""})
    else:
        OFFER_LIFECYCLE.apply(offer, "refuse")
        offer.end_reason, offer.ended_at = EndReason.REFUSED, clock.now()
        journal.record("offer_refused", offer, by=by, facts={"motive": motive or ""})
    offer.changed_at = clock.now()
    failpoint("offers.decided_before_mail")
    events.emit(HoldDecided(offer, hold, act))


def _accept_establishment(hold: Hold, *, by: Actor) -> None:
    establishment = hold.offer.establishment
    if hold.cause is HoldCause.NOT_LISTED and establishment.verification is Verification.NOT_LISTED:
        # Somebody competent has checked it; its identity stays unpublished, since no register shows it.
        establishment.verification_source = "opco" if by.kind is ActorKind.OPCO else "agent"
        establishment.verified_at = clock.now()
        establishment.verification = Verification.TO_VERIFY
        journal.record("establishment_verified", establishment, by=by, facts={"source": by.kind.value})


def resubmit(offer: Offer, *, by: Actor) -> None:
    """The employer has corrected a suspended offer: it goes back to the check it came from."""
    last = offer.holds[-1] if offer.holds else None
    OFFER_LIFECYCLE.apply(offer, "resubmit")
    hold = Hold(offer=offer, cause=last.cause if last else HoldCause.REPORTS, opened_at=clock.now())
    db.session.add(hold)
    journal.record("offer_corrected", offer, by=by)
    events.emit(OfferHeld(offer, hold))


def already_decided(hold: Hold) -> str:
    """« Décision déjà prise le 3 mars 2027 par AFDAS : refusée. »"""
    if hold.decided_at is None or hold.decision is None:
        return ""
    day = clock.day_of(hold.decided_at)
    label = DECISION_LABELS[hold.decision]
    return f"Décision déjà prise le {day:%d/%m/%Y} par {hold.decided_by} : {label}."


def held_offers() -> list[Hold]:
    """Offers that wait for a decision, oldest first."""
    query = (
        sa.select(Hold)
        .join(Hold.offer)
        # With their offers and companies: one by one, the list asked a statement for each.
        .options(contains_eager(Hold.offer))
        .where(Hold.decided_at.is_(None), Offer.status == OfferStatus.HELD)
        .order_by(Hold.opened_at)
    )
    return list(db.session.scalars(query))


def answer_due(hold: Hold) -> date:
    """The day by which the employer is promised an answer: three working days."""
    day, left = clock.day_of(hold.opened_at), LATE_AFTER_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def hold_offers_of(establishment: Establishment, *, cause: HoldCause) -> list[Offer]:
    """Hold every offer of an establishment that turned out wrong; returns them."""
    query = sa.select(Offer).where(
        Offer.establishment_id == establishment.id,
        Offer.status.in_([OfferStatus.ONLINE]),
    )
    offers = list(db.session.scalars(query))
    for offer in offers:
        hold_offer(offer, cause=cause)
    return offers
