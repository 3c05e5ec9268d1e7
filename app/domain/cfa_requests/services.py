"""Sending an offer to CFAs, and what a CFA answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock
from app.core.database import db, take_turns
from app.core.errors import Refused
from app.domain.cfa_requests.catalogue_models import Cfa
from app.domain.cfa_requests.emails import CfaAsked, CfaReminder, ProposalConsent
from app.domain.cfa_requests.employer_emails import CfaAnswered
from app.domain.cfa_requests.lifecycle import CFA_REQUEST_LIFECYCLE, CfaRequestStatus
from app.domain.cfa_requests.matching import Near
from app.domain.cfa_requests.models import CfaRequest, ProposedCandidate
from app.domain.cfa_requests.queries import requests_of, why_no_answer
from app.domain.employers.services import normalise_email
from app.domain.offers.models import Offer
from app.domain.offers.queries import is_visible
from app.outbox import cancel, queue

MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody that a CFA proposes, with the person's agreement as the CFA says it."""

    first_name: str
    email: str


def ask_cfas(offer: Offer, chosen: Sequence[Near], *, give_phone: bool, by: Actor) -> list[CfaRequest]:
    """Send the offer to these CFAs (E21); those already asked aren't asked twice."""
    if not is_visible(offer):
        raise Refused("Votre offre n’est pas en ligne : elle ne peut pas être envoyée aux CFA.")
    if not chosen:
        raise Refused("Choisissez au moins un CFA.")
    take_turns(f"cfa_request:{offer.id}")
    asked = {request.cfa_id for request in requests_of(offer)}
    made = [
        _ask(offer, near, give_phone=give_phone)
        for near in chosen
        if near.cfa.id not in asked and near.cfa.reachable_emails
    ]
    if made:
        facts: dict[str, object] = {"count": len(made), "phone": give_phone}
        journal.record("cfa_asked", offer, by=by, facts=facts)
    return made


def _ask(offer: Offer, near: Near, *, give_phone: bool) -> CfaRequest:
    request = CfaRequest(
        offer=offer,
        cfa=near.cfa,
        km=near.km,
        phone_given=give_phone and bool(offer.contact.phone),
        sent_to=near.cfa.reachable_emails[0].email,
        asked_at=clock.now(),
        candidates=[],
    )
    CFA_REQUEST_LIFECYCLE.begin(request, CfaRequestStatus.SENT)
    db.session.add(request)
    db.session.flush()
    queue(CfaAsked(request))
    return request


def mark_read(request: CfaRequest, *, by: Actor) -> None:
    """The CFA has pressed the button of its link."""
    request.read_at = request.read_at or clock.now()
    if CFA_REQUEST_LIFECYCLE.may(request, "read"):
        CFA_REQUEST_LIFECYCLE.apply(request, "read")
        journal.record("cfa_request_read", request, by=by)


def propose(request: CfaRequest, people: Sequence[Person], *, message: str, by: Actor) -> None:
    """« Je propose des candidats »: each one is asked (E52); people left out of a new answer are erased."""
    if not 1 <= len(people) <= MOST_CANDIDATES:
        raise Refused(f"Proposez de 1 à {MOST_CANDIDATES} personnes.")
    _answer(request, "propose", message=message, by=by)
    wanted = {normalise_email(person.email): person for person in people}
    for candidate in list(request.candidates):
        if candidate.email_norm not in wanted:
            drop(candidate)
    known = {candidate.email_norm for candidate in request.candidates}
    for norm, person in wanted.items():
        if norm not in known:
            _add(request, person, norm)
    db.session.flush()
    queue(CfaAnswered(request, request.answers))


def _add(request: CfaRequest, person: Person, norm: str) -> None:
    candidate = ProposedCandidate(
        first_name=person.first_name, email=person.email.strip(), email_norm=norm, proposed_at=clock.now()
    )
    request.candidates.append(candidate)
    db.session.flush()
    queue(ProposalConsent(candidate))


def drop(candidate: ProposedCandidate) -> None:
    """Erase a proposal at once, with the message that hasn't left."""
    cancel("proposed_candidate", str(candidate.id))
    candidate.request.candidates.remove(candidate)
    db.session.flush()


def decline(request: CfaRequest, *, by: Actor) -> None:
    """« Je n’ai pas de candidat »."""
    _answer(request, "decline", message="", by=by)
    _without_candidates(request)
    queue(CfaAnswered(request, request.answers))


def ask_to_talk(request: CfaRequest, *, message: str, give_address: str | None, by: Actor) -> None:
    """« Je veux échanger »: the message goes through the portal; `give_address` is shown with it, if any."""
    _answer(request, "ask_to_talk", message=message, by=by)
    request.reply_to = give_address
    _without_candidates(request)
    queue(CfaAnswered(request, request.answers))


def _answer(request: CfaRequest, move: str, *, message: str, by: Actor) -> None:
    refusal = why_no_answer(request.offer)
    if refusal:
        raise Refused(refusal)
    CFA_REQUEST_LIFECYCLE.apply(request, move)
    request.answered_at = clock.now()
    request.answers += 1
    request.message, request.reply_to = message or None, None
    facts: dict[str, object] = {"request": request.id, "answer": request.status.value}
    journal.record("cfa_answered", request.offer, by=by, facts=facts)


def _without_candidates(request: CfaRequest) -> None:
    for candidate in list(request.candidates):
        drop(candidate)


def opt_out(cfa: Cfa, *, by: Actor) -> bool:
    """« Ne plus recevoir ces demandes », for good: nothing leaves any more, its addresses are erased.

    What it hasn't answered counts as « Pas de candidat ». False when it was done already.
    """
    if cfa.opted_out_at is not None:
        return False
    cfa.opted_out_at = clock.now()
    cfa.emails.clear()
    journal.record("cfa_opted_out", cfa, by=by)
    query = sa.select(CfaRequest).where(CfaRequest.cfa_id == cfa.id)
    for request in db.session.scalars(query).unique():
        cancel("cfa_request", str(request.id), templates={CfaAsked.name, CfaReminder.name})
        if request.answered_at is None and CFA_REQUEST_LIFECYCLE.may(request, "decline"):
            CFA_REQUEST_LIFECYCLE.apply(request, "decline")
    return True
