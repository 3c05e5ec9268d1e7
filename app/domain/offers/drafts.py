"""Drafts: the answers of a deposit, kept seven days between its pages for one browser or one link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.database import db
from app.core.errors import Conflict, Gone
from app.core.identifiers import Siret
from app.core.tokens import hash_token
from app.domain.employers.directory import LookUp
from app.domain.employers.models import Contact
from app.domain.offers.deposit import Collector
from app.domain.offers.draft_company import known_look_up, pack
from app.domain.offers.known_contacts import answers_about
from app.domain.offers.models import Draft, Offer

KEPT_FOR = timedelta(days=7)
# How many of a browser's last drafts are looked at to find the one of a SIRET.
_RECENT = 5
# Under this name the session remembers which draft it holds, and in which transaction.
_LOCKED = "draft_locked"


class DraftChanged(Conflict):
    """Another tab or device has saved this draft meanwhile."""

    def __init__(self) -> None:
        super().__init__("Deux versions existent. Laquelle garder ?")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks: the secret of a browser, the drafts and the contacts whose links it has opened."""

    secret: str
    drafts: frozenset[int] = frozenset()
    contacts: frozenset[int] = frozenset()
    structures: frozenset[int] = frozenset()

    @property
    def mark(self) -> str:
        """What a draft keeps of the secret."""
        return hash_token("draft-owner", self.secret) if self.secret else ""


def start_draft(
    holder: Holder,
    *,
    siret: Siret,
    look_up: LookUp,
    origin: str | None = None,
    more: Mapping[str, object] | None = None,
) -> Draft:
    """The draft of this browser for this establishment: the one it has begun, else a new one.

    `more`: what else is known of the company.
    """
    draft = _begun_by(holder, siret)
    if draft is None:
        draft = _new(owner=holder.mark, answers={"siret": str(siret)})
    draft.answers = {**draft.answers, "look_up": pack(look_up), **(more or {})}
    if origin is not None:
        draft.answers["origin"] = origin
    _keep(draft)
    return draft


def start_for_company(
    collector: Collector, *, siret: Siret, look_up: LookUp, more: Mapping[str, object]
) -> Draft:
    """A structure prepares an offer for a company: every member who manages offers holds the draft."""
    draft = _new(owner="", answers={"siret": str(siret), "look_up": pack(look_up), **more})
    draft.organisation, draft.author = collector.organisation, collector.author
    _keep(draft)
    return draft


def start_like(collector: Collector, offer: Offer, *, same_job: bool) -> Draft:
    """Another offer for the same company and contact, or a copy of this one."""
    return start_at(collector, offer.contact, like=offer if same_job else None)


def start_at(collector: Collector, contact: Contact, *, like: Offer | None = None) -> Draft:
    """A structure prepares an offer for a company, with what it may know of the contact there."""
    draft = start_for_contact(contact, like=like)
    draft.contact = None
    draft.organisation, draft.author = collector.organisation, collector.author
    known = answers_about(contact, to=collector.organisation)
    draft.answers = {**draft.answers, "company_contact": known}
    return draft


def start_for_contact(contact: Contact, *, like: Offer | None = None) -> Draft:
    """« Déposer une autre offre » from a management link; `like` is the offer to copy, if any.

    Whoever has opened a link of that contact holds the draft, on any device.
    """
    establishment = contact.establishment
    answers: dict[str, Any] = {
        "siret": str(establishment.siret),
        "look_up": pack(known_look_up(establishment)),
    }
    if establishment.brand:
        answers["brand"] = establishment.brand
    if not establishment.is_publishable:
        answers["typed"] = _place(establishment) | {"name": establishment.name}
    if like is not None:
        answers |= _copied(like)
    draft = _new(owner="", answers=answers)
    draft.contact = contact
    _keep(draft)
    return draft


def _copied(offer: Offer) -> dict[str, Any]:
    like = {
        "job": offer.job_name,
        "job_key": offer.job_key,
        "level": offer.level,
        "start_on": None,
        "openings": offer.openings,
        "words": offer.words,
        "contract_types": list(offer.contract_types),
        "duration_months": offer.duration_months,
        "rhythm": offer.rhythm,
        "remote": offer.remote.value,
        "about_company": offer.about_company,
        "questions": list(offer.questions),
    }
    # A start date that has gone by isn't copied: the form would refuse it.
    if offer.start_on is not None and offer.start_on >= clock.today():
        like["start_on"] = offer.start_on.isoformat()
    advert = {name: getattr(offer, name) for name in offer.edited}
    return {"like": like, "advert": advert, "place": _place(offer), "brand": offer.brand or ""}


def _place(where: Any) -> dict[str, Any]:
    return {
        "line": where.address_line,
        "postcode": where.postcode,
        "city": where.city,
        "commune_code": where.commune_code,
        "lat": where.lat,
        "lon": where.lon,
    }


def _begun_by(holder: Holder, siret: Siret) -> Draft | None:
    if not holder.mark:
        return None
    query = sa.select(Draft).where(
        Draft.owner_hash == holder.mark, Draft.offer_id.is_(None), Draft.expires_at > clock.now()
    )
    recent = db.session.scalars(query.order_by(Draft.id.desc()).limit(_RECENT))
    return next((draft for draft in recent if draft.answers.get("siret") == siret), None)


def _new(*, owner: str, answers: dict[str, Any]) -> Draft:
    now = clock.now()
    draft = Draft(
        owner_hash=owner, answers=answers, version=0, created_at=now, saved_at=now, expires_at=now + KEPT_FOR
    )
    db.session.add(draft)
    return draft


def _keep(draft: Draft) -> None:
    draft.version += 1
    draft.saved_at = clock.now()
    draft.expires_at = draft.saved_at + KEPT_FOR
    db.session.flush()


def draft_held_by(
    holder: Holder, public_id: str, *, to_change: bool = False, with_offer: bool = False
) -> Draft | None:
    """The draft of an address, for whoever holds it; raises Gone when its seven days are over.

    `to_change` keeps others from changing it until the end of the transaction.
    """
    query = sa.select(Draft).where(Draft.public_id == public_id)
    if with_offer:
        query = query.options(joinedload(Draft.offer))
    if to_change:
        query = query.with_for_update(of=Draft)
    draft = db.session.scalar(query)
    if draft is not None and to_change:
        db.session.info[_LOCKED] = (draft.id, db.session().get_transaction())
    if draft is None or not _is_held(draft, holder):
        return None
    if draft.offer_id is None and draft.expires_at <= clock.now():
        raise Gone("Ce brouillon était gardé 7 jours. Recommencez votre offre : cela prend 3 minutes.")
    return draft


def _is_held(draft: Draft, holder: Holder) -> bool:
    if draft.organisation_id is not None:
        return draft.organisation_id in holder.structures
    if draft.contact_id is not None:
        return draft.contact_id in holder.contacts
    if draft.owner_hash and draft.owner_hash == holder.mark:
        return True
    if draft.id in holder.drafts:
        return True
    return draft.offer is not None and draft.offer.contact_id in holder.contacts


def save_answers(draft: Draft, parts: dict[str, Any], *, version: int | None, saver: str) -> None:
    """Replace some parts of the answers; raises DraftChanged when another showing has changed them since.

    `version` is the one that the posted page showed, None when unknown; `saver` names that showing of the
    page: going back to it and posting again is no conflict.
    """
    lock(draft)
    answers = dict(draft.answers)
    if {**answers, **parts} == answers:
        return
    if version not in {None, draft.version} and answers.get("saver") != saver:
        raise DraftChanged
    draft.answers = {**answers, **parts, "saver": saver}
    _keep(draft)


def keep_by_mail(draft: Draft, email: str) -> None:
    """Remember the address to which the draft's link is sent."""
    lock(draft)
    draft.email = email
    _keep(draft)


def lock(draft: Draft) -> Draft:
    """Read the draft again, for the one who will change it; unless this transaction holds it already."""
    if db.session.info.get(_LOCKED) != (draft.id, db.session().get_transaction()):
        db.session.refresh(draft, with_for_update=True)
    return draft


def finish(draft: Draft, offer: Offer) -> None:
    """The offer is deposited: the answers are no longer needed, nor is the draft's link."""
    draft.offer = offer
    draft.answers = {}
    draft.email = None
    draft.saved_at = clock.now()
