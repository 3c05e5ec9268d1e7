"""« Recevoir un nouveau lien »: to the recorded address, while the right lives; the page says the same."""

from app.core.database import db
from app.domain.accounts import limits
from app.domain.accounts.models import Link, Purpose
from app.domain.cfa_requests.queries import candidate_of, request_of
from app.domain.employers.emails import AccessLink
from app.domain.offers.rights import contact_of, right_ended_at
from app.outbox import queue


def send_new_link(link: Link) -> None:
    """Queue E13 when the link's right still lives and the address isn't over its limit."""
    if not limits.take(limits.REISSUE_HOUR, limits.REISSUE_DAY, key=link.subject_email):
        return
    if link.purpose is Purpose.MANAGEMENT:
        contact = contact_of(link)
        if contact is not None and right_ended_at(contact) is None:
            queue(AccessLink.to_contact(contact, scope=link.scope))
    elif link.purpose in {Purpose.FOLLOW_UP, Purpose.HELD_OFFER, Purpose.DRAFT}:
        queue(AccessLink.again(link))
    elif link.purpose is Purpose.CFA_REQUEST:
        request = request_of(link)
        if request is not None and request.cfa.opted_out_at is None and request.sent_to == link.subject_email:
            queue(AccessLink.again(link))
    elif link.purpose is Purpose.CONSENT and candidate_of(link) is not None:
        queue(AccessLink.again(link))
    db.session.flush()
