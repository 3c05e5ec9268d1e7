"""What a CFA's link opens, and what the link of a proposed person opens. Anything else is not found."""

from dataclasses import dataclass

from flask import abort

from app.audit.actor import Actor
from app.domain.accounts.models import Link, Purpose
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.cfa_requests.queries import candidate_by_public_id, request_by_public_id, request_of
from app.web.access import actor_of, current_link


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request and the link that opens it."""

    request: CfaRequest
    link: Link

    @property
    def actor(self) -> Actor:
        return actor_of(self.link)


@dataclass(frozen=True, slots=True)
class OpenProposal:
    """A proposed person and the link that was sent to that person."""

    candidate: ProposedCandidate
    link: Link

    @property
    def actor(self) -> Actor:
        return actor_of(self.link)


def request_or_404(public_id: str) -> OpenRequest:
    """The request of this address, for the CFA that has opened its link, while the right lives."""
    request = request_by_public_id(public_id)
    if request is None:
        abort(404)
    link = current_link(Purpose.CFA_REQUEST, object_type="cfa_request", object_id=request.id)
    if link is None or request_of(link) is None:
        abort(404)
    return OpenRequest(request, link)


def proposal_or_404(public_id: str) -> OpenProposal:
    """The proposal of this address, for the person who has opened its link."""
    candidate = candidate_by_public_id(public_id)
    if candidate is None:
        abort(404)
    link = current_link(Purpose.CONSENT, object_type="proposed_candidate", object_id=candidate.id)
    if link is None:
        abort(404)
    return OpenProposal(candidate, link)
