"""Addresses that fail, that are lost or that want nothing more."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import SYSTEM, Actor
from app.core import clock
from app.core.database import db
from app.core.tokens import hash_token
from app.domain.accounts import magic_links
from app.domain.accounts.models import Purpose
from app.domain.cfa_requests.catalogue_models import Cfa, CfaEmail
from app.domain.cfa_requests.emails import CfaAsked
from app.domain.cfa_requests.lifecycle import CFA_REQUEST_LIFECYCLE, SILENT
from app.domain.cfa_requests.models import CfaRequest, SuggestionStop
from app.domain.cfa_requests.queries import candidate_of, open_requests_at, request_of
from app.domain.cfa_requests.services import opt_out
from app.domain.employers.emails import AccessLink
from app.domain.employers.events import AccessAsked, NewLinkAsked
from app.domain.employers.models import Contact
from app.domain.employers.services import normalise_email
from app.domain.offers.queries import is_visible
from app.outbox import queue
from app.outbox.events import AddressBounced

COMPLAINT = "complaint"


def follow_bounce(event: AddressBounced) -> None:
    """Reaction: the CFA's next contact is written to; without any left, the request is unreachable."""
    norm = normalise_email(event.email)
    if event.reason == COMPLAINT:
        # Who reports us as unwanted isn't replaced by a colleague.
        stop_requests(norm, by=SYSTEM)
        return
    for email in db.session.scalars(sa.select(CfaEmail).where(CfaEmail.email_norm == norm)):
        email.bounced_at = email.bounced_at or clock.now()
    db.session.flush()
    query = sa.select(CfaRequest).where(
        sa.func.lower(CfaRequest.sent_to) == norm, CfaRequest.status.in_(SILENT)
    )
    for request in db.session.scalars(query).unique():
        _write_to_next(request)


def _write_to_next(request: CfaRequest) -> None:
    magic_links.revoke_of_object("cfa_request", request.id, reason="bounced", email=request.sent_to)
    left = request.cfa.reachable_emails
    if left and is_visible(request.offer):
        request.sent_to = left[0].email
        db.session.flush()
        queue(CfaAsked(request))
    elif not left:
        CFA_REQUEST_LIFECYCLE.apply(request, "lose")
    journal.record("cfa_unreachable", request, by=SYSTEM, facts={"others": len(left)})


def stop_requests(email: str, *, by: Actor) -> int:
    """This address wants no more requests: the CFAs that it stands for have opted out; how many did."""
    return sum(opt_out(cfa, by=by) for cfa in cfas_at(email))


def cfas_at(email: str) -> list[Cfa]:
    """The CFAs that this address stands for, and that still get requests."""
    norm = normalise_email(email)
    listed = sa.select(CfaEmail.cfa_id).where(CfaEmail.email_norm == norm)
    written = sa.select(CfaRequest.cfa_id).where(sa.func.lower(CfaRequest.sent_to) == norm)
    query = sa.select(Cfa).where(sa.or_(Cfa.id.in_(listed), Cfa.id.in_(written)), Cfa.opted_out_at.is_(None))
    return list(db.session.scalars(query.order_by(Cfa.title, Cfa.id)).unique())


def send_lost_links(event: AccessAsked) -> None:
    """Reaction: a CFA that has lost its link gets one for each request that is open."""
    for request in open_requests_at(event.email):
        to = request.sent_to
        queue(AccessLink(to, Purpose.CFA_REQUEST, "cfa_request", request.id, ask=event.ask))


def send_new_link(event: NewLinkAsked) -> None:
    """Reaction: E13 to the CFA still asked at that address, or to the candidate not yet forgotten."""
    link = event.link
    if link.purpose is Purpose.CFA_REQUEST:
        request = request_of(link)
        if request is not None and request.cfa.opted_out_at is None and request.sent_to == link.subject_email:
            queue(AccessLink.again(link, ask=event.ask))
    elif link.purpose is Purpose.CONSENT and candidate_of(link) is not None:
        queue(AccessLink.again(link, ask=event.ask))


def stop_suggestions(email: str) -> None:
    """This employer wants no more suggestions; twice is once."""
    if not wants_no_suggestion(email):
        db.session.add(SuggestionStop(key_hash=_hash(email), since=clock.now()))
        db.session.flush()


def resume_suggestions(email: str) -> None:
    """This employer wants them again; twice is once."""
    stop = db.session.get(SuggestionStop, _hash(email))
    if stop is not None:
        db.session.delete(stop)


def is_an_employer(email: str) -> bool:
    """Is it the address of a contact, who may get suggestions?"""
    query = sa.select(Contact.id).where(
        Contact.email_norm == normalise_email(email), Contact.removed_at.is_(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def wants_no_suggestion(email: str) -> bool:
    """Has this address said so?"""
    return db.session.get(SuggestionStop, _hash(email)) is not None


def _hash(email: str) -> str:
    return hash_token("suggestion_stop", normalise_email(email))
