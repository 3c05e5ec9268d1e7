"""What a proposed person says: yes, and the employer sees the name and address; no, and nothing is left."""

from datetime import timedelta

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM, Actor
from app.core import clock
from app.core.database import db
from app.core.errors import Refused
from app.domain.accounts import magic_links
from app.domain.cfa_requests.emails import ANSWER_WITHIN
from app.domain.cfa_requests.employer_emails import CfaAnswered
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.cfa_requests.queries import why_no_answer
from app.domain.cfa_requests.services import drop
from app.domain.offers.models import Offer
from app.outbox import queue

KEPT_FOR = timedelta(days=183)


def agree(candidate: ProposedCandidate, *, by: Actor) -> bool:
    """« J’accepte »: the employer may read who it is, and is told. False when it was said already."""
    if candidate.consent_at is not None:
        return False
    closed = why_no_answer(candidate.request.offer)
    if closed:
        raise Refused(
            "Cette offre n’est plus en ligne : votre accord ne servirait plus. Rien n’est transmis."
        )
    candidate.consent_at = clock.now()
    journal.record("proposal_agreed", candidate.request, by=by)
    queue(CfaAnswered.agreed(candidate))
    return True


def refuse(candidate: ProposedCandidate, *, by: Actor) -> None:
    """« Je refuse », or an agreement taken back: the person is erased at once, links included."""
    request = candidate.request
    request.refusals += 1
    journal.record("proposal_refused", request, by=by)
    magic_links.revoke_of_object("proposed_candidate", candidate.id, reason="refused")
    drop(candidate)


def lapsed(*, limit: int) -> list[ProposedCandidate]:
    """People who haven't said anything in seven days."""
    query = sa.select(ProposedCandidate).where(
        ProposedCandidate.consent_at.is_(None),
        ProposedCandidate.proposed_at <= clock.now() - ANSWER_WITHIN,
    )
    return list(db.session.scalars(query.order_by(ProposedCandidate.id).limit(limit)))


def lapse(candidate: ProposedCandidate) -> None:
    """Erase a proposal left without an answer; the CFA's page says so."""
    request = candidate.request
    request.lapses += 1
    journal.record("proposal_lapsed", request, by=SYSTEM)
    drop(candidate)


def old(*, limit: int) -> list[ProposedCandidate]:
    """People who agreed six months ago."""
    query = sa.select(ProposedCandidate).where(ProposedCandidate.consent_at <= clock.now() - KEPT_FOR)
    return list(db.session.scalars(query.order_by(ProposedCandidate.id).limit(limit)))


def requests_to_forget(*, limit: int) -> list[CfaRequest]:
    """Requests whose offer ended six months ago, and whose addresses and words are still kept."""
    query = (
        sa.select(CfaRequest)
        .join(Offer, Offer.id == CfaRequest.offer_id)
        .where(Offer.ended_at <= clock.now() - KEPT_FOR, CfaRequest.sent_to != "")
        .order_by(CfaRequest.id)
        .limit(limit)
    )
    return list(db.session.scalars(query).unique())


def forget(request: CfaRequest) -> None:
    """Blank what was written: the request stays, for figures, with nobody's address nor words."""
    magic_links.revoke_of_object("cfa_request", request.id, reason="forgotten")
    request.sent_to = ""
    request.message = request.reply_to = None
