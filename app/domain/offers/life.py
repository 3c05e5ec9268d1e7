"""Renewing and closing."""

from datetime import date

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock, events
from app.core.errors import Refused
from app.core.failpoints import failpoint
from app.domain.offers import undo
from app.domain.offers.deposit import publish_or_hold
from app.domain.offers.events import OfferClosed, OfferRenewed
from app.domain.offers.holding import cause_to_hold
from app.domain.offers.lifecycle import OFFER_LIFECYCLE, EndReason, OfferStatus
from app.domain.offers.models import Offer, UndoableAct
from app.domain.offers.publication import last_day_from, longest_day


def why_not_renew(offer: Offer) -> str | None:
    """The reason, in French, why renewing is impossible; None when it is possible."""
    if offer.status is OfferStatus.ENDED and offer.end_reason is EndReason.REFUSED:
        return "Cette offre a été refusée : elle ne peut pas être prolongée."
    if not OFFER_LIFECYCLE.may(offer, "renew") or offer.first_published_on is None:
        return "Cette offre n’est pas en ligne : il n’y a rien à prolonger pour le moment."
    end = longest_day(offer.first_published_on)
    if clock.today() >= end or (offer.status is OfferStatus.ONLINE and offer.last_day == end):
        return (
            f"Cette offre ne peut plus être prolongée après le {end:%d/%m/%Y}. "
            "Dupliquez-la pour continuer."
        )
    return None


def renewed_until(offer: Offer) -> date:
    """The last day that renewing today would give."""
    return last_day_from(clock.today(), first_published_on=offer.first_published_on)


def needs_new_start(offer: Offer) -> bool:
    """Has the start date gone by?"""
    return offer.start_on is not None and offer.start_on < clock.today()


def renew_offer(offer: Offer, *, by: Actor, new_start: date | None = None) -> UndoableAct | None:
    """Last day = today + 28, at most 168 days after the first publication. Works after expiry too.

    A second identical request the same day changes nothing and returns None.
    """
    refusal = why_not_renew(offer)
    if refusal:
        raise Refused(refusal)
    if needs_new_start(offer) and new_start is None:
        raise Refused("La date de début est passée. Choisissez-en une nouvelle.")
    until = renewed_until(offer)
    if offer.status is OfferStatus.ONLINE and offer.last_day == until and new_start is None:
        return None
    act = undo.remember(offer, act="renew")
    was_ended = offer.status is OfferStatus.ENDED
    OFFER_LIFECYCLE.apply(offer, "renew")
    offer.last_day = until
    offer.start_on = new_start or offer.start_on
    offer.end_reason = offer.end_detail = offer.ended_at = None
    if was_ended:
        offer.published_at = clock.now()
    offer.changed_at = clock.now()
    journal.record("offer_renewed", offer, by=by, facts={"last_day": until.isoformat()})
    cause = cause_to_hold(offer) if was_ended else None
    if cause is not None:
        _hold_again(offer, by=by)
    failpoint("offers.renewed_before_mail")
    events.emit(OfferRenewed(offer, act))
    return act


def _hold_again(offer: Offer, *, by: Actor) -> None:
    OFFER_LIFECYCLE.put_back(offer, OfferStatus.TO_CONFIRM)
    publish_or_hold(offer, by=by)


def close_offer(offer: Offer, *, by: Actor, reason: EndReason, detail: str | None = None) -> UndoableAct:
    """Gone from here at once; told to others when the ten minutes of undo are over."""
    if offer.status is OfferStatus.ENDED:
        day = clock.day_of(offer.ended_at) if offer.ended_at else clock.today()
        raise Refused(f"Cette offre est déjà clôturée depuis le {day:%d/%m/%Y}.")
    act = undo.remember(offer, act="close")
    OFFER_LIFECYCLE.apply(offer, "close")
    offer.end_reason, offer.end_detail = reason, detail or None
    offer.ended_at = offer.changed_at = clock.now()
    journal.record("offer_closed", offer, by=by, facts={"reason": reason.value})
    failpoint("offers.closed_before_mail")
    events.emit(OfferClosed(offer, act))
    return act
