"""What a mailed link opens: one follow-up, one held offer. Anything else is not found."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort

from app.audit.actor import Actor, ActorKind
from app.core.database import db
from app.domain.accounts.models import Link, Purpose
from app.domain.employers.services import normalise_email
from app.domain.offers.models import Hold, Offer
from app.domain.offers.queries import offer_by_public_id
from app.domain.opco.models import FollowUp, Opco, OpcoContact
from app.domain.opco.sent_lists import SENT_LIST, SentList, list_by_public_id, lists_naming
from app.web.access import current_link, current_links
from app.web.forms.decision_desk import last_hold


@dataclass(frozen=True, slots=True)
class OpenFollowUp:
    """A follow-up and the link that opens it."""

    follow_up: FollowUp
    link: Link

    @property
    def actor(self) -> Actor:
        return actor_of(self.link)

    @property
    def author(self) -> str:
        """How the page names who notes: a function, never a person."""
        return f"{self.follow_up.opco.short_name}, par lien"


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A held offer, the OPCO that is asked, and the link that opens it."""

    offer: Offer
    hold: Hold
    opco: Opco
    link: Link

    @property
    def actor(self) -> Actor:
        return actor_of(self.link)


def actor_of(link: Link) -> Actor:
    """An OPCO, acting by this very link."""
    return Actor(ActorKind.OPCO, link.id, "link")


def follow_up_or_404(public_id: str) -> OpenFollowUp:
    """The follow-up of this address, for whoever has opened its link."""
    follow_up = db.session.scalar(sa.select(FollowUp).where(FollowUp.public_id == public_id))
    if follow_up is None:
        abort(404)
    link = current_link(Purpose.FOLLOW_UP, object_type="follow_up", object_id=follow_up.id)
    link = link or _list_link(follow_up)
    if link is None:
        abort(404)
    return OpenFollowUp(follow_up, link)


def _list_link(follow_up: FollowUp) -> Link | None:
    """A link to a list that names this company."""
    links = {
        link.object_id: link
        for link in current_links()
        if link.purpose is Purpose.FOLLOW_UP and link.object_type == SENT_LIST
    }
    return next((links[number] for number in lists_naming(follow_up, list(links))), None)


def list_or_404(public_id: str) -> SentList:
    """The list of this address, for whoever has opened its link."""
    sent = list_by_public_id(public_id)
    if sent is None or not current_link(Purpose.FOLLOW_UP, object_type=SENT_LIST, object_id=sent.id):
        abort(404)
    return sent


def held_offer_or_404(public_id: str) -> OpenHold:
    """The held offer of this address, for whoever has opened its link."""
    offer = offer_by_public_id(public_id)
    link = (
        current_link(Purpose.HELD_OFFER, object_type="offer", object_id=offer.id)
        if offer is not None
        else None
    )
    hold = last_hold(offer) if offer is not None else None
    opco = _opco_of(link) if link is not None else None
    if offer is None or link is None or hold is None or opco is None:
        abort(404)
    return OpenHold(offer, hold, opco, link)


def _opco_of(link: Link) -> Opco | None:
    code = link.scope.removeprefix("opco:") if link.scope.startswith("opco:") else None
    if code is not None:
        return db.session.scalar(sa.select(Opco).where(Opco.code == code))
    query = (
        sa.select(Opco)
        .join(OpcoContact, OpcoContact.opco_id == Opco.id)
        .where(OpcoContact.email_norm == normalise_email(link.subject_email))
    )
    return db.session.scalar(query.limit(1))
