"""Links of every kind, ready to be opened."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from app.audit.actor import SYSTEM
from app.core import clock
from app.core.database import db
from app.domain.accounts import magic_links
from app.domain.accounts.models import Account, Link, Purpose, StaffRole
from app.domain.employers.directory import LookUp, Outcome
from app.domain.offers.drafts import Holder, keep_by_mail, start_draft
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Offer
from app.domain.opco.follow_up import open_follow_up
from app.domain.opco.models import Opco
from app.domain.organisations.members import invite
from app.domain.organisations.roles import Role
from tests.factories.offers import make_answer, make_contact, make_offer
from tests.factories.structures import make_structure
from tests.factories.training import make_candidate, make_request


class Given(NamedTuple):
    """A link's token and what it opens."""

    token: str
    offer: Offer

    @property
    def path(self) -> str:
        return f"/l/{self.token}"


@pytest.fixture
def give(db_session: object) -> Callable[..., Given]:
    """Make a link of a kind, for a new offer or a given one."""

    def make(
        purpose: Purpose, *, offer: Offer | None = None, status: OfferStatus = OfferStatus.ONLINE
    ) -> Given:
        offer = offer or make_offer(OfferStatus.HELD if purpose is Purpose.HELD_OFFER else status)
        object_type, object_id, email = _object_of(purpose, offer)
        token = magic_links.issue(
            purpose,
            object_type=object_type,
            object_id=object_id,
            email=email,
            scope=_scope_of(purpose, offer),
        )
        db.session.commit()
        return Given(token, offer)

    return make


def _scope_of(purpose: Purpose, offer: Offer) -> str:
    return {Purpose.MANAGEMENT: offer.public_id, Purpose.HELD_OFFER: "opco:06"}.get(purpose, "")


def _object_of(purpose: Purpose, offer: Offer) -> tuple[str, int, str]:
    if purpose is Purpose.MANAGEMENT:
        return "contact", offer.contact_id, offer.contact.email
    if purpose is Purpose.ADDRESS:
        contact = make_contact(offer.establishment, confirmed=False)
        return "contact", contact.id, contact.email
    if purpose is Purpose.DRAFT:
        answer = make_answer()
        look_up = LookUp(Outcome.FOUND, clock.now(), answer.source, answer)
        draft = start_draft(Holder("un autre appareil"), siret=answer.siret, look_up=look_up)
        keep_by_mail(draft, "brouillon@essai.example")
        db.session.flush()
        return "draft", draft.id, "brouillon@essai.example"
    if purpose is Purpose.CFA_REQUEST:
        request = make_request(offer)
        return "cfa_request", request.id, request.sent_to
    if purpose is Purpose.CONSENT:
        candidate = make_candidate(make_request(offer))
        return "proposed_candidate", candidate.id, candidate.email
    if purpose is Purpose.LOGIN:
        account = Account(
            email=f"agent{offer.id}@portail.example",
            name="Agent",
            staff_role=StaffRole.OPERATOR,
            created_at=clock.now(),
        )
        db.session.add(account)
        db.session.flush()
        return "account", account.id, account.email
    if purpose is Purpose.INVITATION:
        structure = make_structure(name=f"Structure {offer.id}")
        email = f"invitee{offer.id}@structure.example"
        invitation = invite(structure, email=email, name="Invitée", role=Role.RECRUITER, by=SYSTEM)
        db.session.flush()
        return "invitation", invitation.id, invitation.email
    opco = db.session.query(Opco).filter_by(code="06").one()
    if purpose is Purpose.FOLLOW_UP:
        return "follow_up", open_follow_up(offer.establishment, opco).id, "opco@essai.example"
    return "offer", offer.id, "opco@essai.example"


def row_of(token: str) -> Link:
    """The stored row of a token."""
    db.session.expire_all()
    link = magic_links.read(token).link
    assert link is not None
    return link
