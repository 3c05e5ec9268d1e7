"""Reading requests: what an employer sees of its own, what a CFA may still do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.core.french import date_fr, plural
from app.domain.accounts.models import Link
from app.domain.cfa_requests.lifecycle import GIVEN
from app.domain.cfa_requests.matching import Near, cfas_near
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible

AFTER_OFFER = timedelta(days=15)


def request_by_public_id(public_id: str) -> CfaRequest | None:
    """The request of an address."""
    return db.session.scalar(sa.select(CfaRequest).where(CfaRequest.public_id == public_id))


def candidate_by_public_id(public_id: str) -> ProposedCandidate | None:
    """The proposed candidate of an address."""
    query = sa.select(ProposedCandidate).where(ProposedCandidate.public_id == public_id)
    return db.session.scalar(query)


def requests_of(offer: Offer) -> list[CfaRequest]:
    """The CFAs asked for an offer, nearest first, with the people they propose."""
    query = sa.select(CfaRequest).where(CfaRequest.offer_id == offer.id)
    return list(db.session.scalars(query.order_by(CfaRequest.km, CfaRequest.id)).unique())


def asked_sentence(requests: list[CfaRequest]) -> str:
    """« 3 CFA contactés, 1 a répondu »; empty when none was asked."""
    if not requests:
        return ""
    asked, answered = len(requests), sum(request.status in GIVEN for request in requests)
    said = f"{answered} {plural(answered, 'a', 'ont')} répondu" if answered else "aucun n’a répondu"
    if asked == 1:
        said = "il a répondu" if answered else "pas encore de réponse"
    return f"{asked} CFA {plural(asked, 'contacté', 'contactés')}, {said}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A CFA to choose, or one that was asked already."""

    near: Near
    asked: CfaRequest | None


def choices_for(offer: Offer) -> list[Choice]:
    """The nearest CFAs, with the request that each has already had."""
    asked = {request.cfa_id: request for request in requests_of(offer)}
    return [Choice(near, asked.get(near.cfa.id)) for near in cfas_near(offer)]


def ended_on(offer: Offer) -> datetime | None:
    """When the offer ended; None while it lives."""
    return offer.ended_at if offer.status is OfferStatus.ENDED else None


def why_no_answer(offer: Offer) -> str | None:
    """The sentence shown when an offer awaits no answer; None while it is online."""
    end = ended_on(offer)
    if end is not None:
        day = date_fr(clock.day_of(end))
        return f"Cette offre est clôturée depuis le {day}. Aucune réponse n’est attendue."
    if is_visible(offer):
        return None
    if offer.status is OfferStatus.ONLINE and offer.last_day is not None:
        return f"Cette offre est clôturée depuis le {date_fr(offer.last_day)}. Aucune réponse n’est attendue."
    return "Cette offre n’est pas en ligne pour le moment. Aucune réponse n’est attendue."


def request_of(link: Link) -> CfaRequest | None:
    """The request that a CFA's link opens, while its right lives: 15 days after the end of the offer."""
    request = db.session.get(CfaRequest, link.object_id) if link.object_type == "cfa_request" else None
    if request is None:
        return None
    end = ended_on(request.offer)
    return None if end is not None and end + AFTER_OFFER <= clock.now() else request


def candidate_of(link: Link) -> ProposedCandidate | None:
    """The proposed candidate who holds this link, while the proposal lives."""
    candidate = (
        db.session.get(ProposedCandidate, link.object_id)
        if link.object_type == "proposed_candidate"
        else None
    )
    return candidate if candidate is not None and candidate.email == link.subject_email else None


def open_requests_at(email: str, *, limit: int = 5) -> list[CfaRequest]:
    """Requests written to this address whose offer is online, newest first: what a lost link may be for."""
    query = (
        sa.select(CfaRequest)
        .join(Offer, Offer.id == CfaRequest.offer_id)
        .where(
            sa.func.lower(CfaRequest.sent_to) == email,
            Offer.status == OfferStatus.ONLINE,
            Offer.last_day >= clock.today(),
        )
        .order_by(CfaRequest.id.desc())
        .limit(limit)
    )
    found = list(db.session.scalars(query).unique())
    return [request for request in found if request.cfa.opted_out_at is None]
