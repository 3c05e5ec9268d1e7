"""Depositing what a draft holds: company, contact, OPCO, offer, in one transaction."""

from datetime import timedelta

from flask import url_for

from app.audit.actor import ANONYMOUS, Actor, ActorKind
from app.core import clock
from app.core.failpoints import failpoint
from app.core.french import date_fr
from app.domain.employers.directory import LookUp, Outcome
from app.domain.employers.mandates import take_mandate
from app.domain.employers.models import Contact, Establishment
from app.domain.employers.services import contact_for, register_establishment
from app.domain.offers.composing import (
    clean_answers,
    company_of,
    generated_advert,
    is_refused,
    need_of,
    start_of,
    typed_company,
)
from app.domain.offers.confirming import note_first_message
from app.domain.offers.deposit import deposit_offer, duplicates_of
from app.domain.offers.draft_company import pack, unpack
from app.domain.offers.drafts import finish, lock
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Offer
from app.domain.organisations.members import as_member
from app.domain.reference.jobs import job_by_key
from app.web.deposit.company_search import UNKNOWN
from app.web.deposit.draft_access import collector_of, siret_of, step_url
from app.web.deposit.opco_choice import record_opco
from app.web.outside import adapters, without_transaction

# What a register said longer ago is asked again before publishing.
FRESH_FOR = timedelta(hours=12)


class Stopped(Exception):
    """An offer for the same job is online: the person hasn't said yet what to do."""


def register_refusal(draft: Draft) -> str | None:
    """Ask the register again when its answer is old: it may have changed between form and publication.

    Gives the sentence that refuses. A register that doesn't answer now changes nothing.
    """
    former = unpack(draft.answers["look_up"])  # type: ignore[arg-type]  # written by `pack`
    if clock.now() - former.read_at <= FRESH_FOR:
        return None
    siret = siret_of(draft)
    look_up = without_transaction(lambda: adapters().directory.by_siret(siret))
    if is_refused(look_up):
        return _refusal(look_up)
    if look_up.outcome is not Outcome.UNAVAILABLE and (look_up.company or typed_company(draft)):
        draft.answers = {**draft.answers, "look_up": pack(look_up)}
    return None


def _refusal(look_up: LookUp) -> str:
    if look_up.outcome is Outcome.UNKNOWN:
        return UNKNOWN
    company = look_up.company
    day = f" depuis le {date_fr(company.closed_on)}" if company and company.closed_on else ""
    return f"Cet établissement est fermé{day}. Saisissez le SIRET de celui qui recrute."


def duplicate_of(draft: Draft) -> Offer | None:
    """An offer online here for the same job, with a start near this one."""
    hit = job_by_key(str(clean_answers(draft).get("job_key", "")))
    if hit is None:
        return None
    found = duplicates_of(
        siret_of(draft), rome_code=hit.rome_code, start_on=start_of(draft), statuses=(OfferStatus.ONLINE,)
    )
    return found[0] if found else None


def publish(draft: Draft, *, anyway: bool) -> str:
    """Deposit the offer; gives the page that follows. Raises Stopped on a duplicate nobody has accepted."""
    answers = draft.answers
    lock(draft)
    if draft.offer_id is not None:
        return step_url(draft)
    draft.answers = answers
    if not anyway and duplicate_of(draft) is not None:
        raise Stopped
    by = _actor(draft)
    company = company_of(draft)
    establishment = register_establishment(company.siret, company.look_up, typed=typed_company(draft), by=by)
    failpoint("deposit.after_company")
    contact = draft.contact or _contact(draft, establishment)
    need = need_of(draft, generated_advert(draft))
    # Before the deposit: a published offer is told to its OPCO at once.
    record_opco(establishment, draft, by=by)
    failpoint("deposit.after_opco")
    collector = collector_of(draft) if draft.organisation is not None else None
    if collector is not None:
        take_mandate(collector.organisation, establishment, by=by)
    confirmed = collector.organisation.is_verified if collector else draft.contact is not None
    offer = deposit_offer(
        establishment,
        contact,
        need,
        by=by,
        confirmed=confirmed,
        collector=collector,
        origin=str(draft.answers.get("origin") or "site"),
    )
    failpoint("deposit.after_offer")
    finish(draft, offer)
    if collector is not None:
        return url_for("deposit.deposited", draft_id=draft.public_id)
    if confirmed:
        return url_for("manage.online", public_id=offer.public_id)
    note_first_message(offer)
    return url_for("deposit.confirmation", draft_id=draft.public_id)


def _actor(draft: Draft) -> Actor:
    if draft.organisation_id is not None:
        return as_member(collector_of(draft).author)
    if draft.contact_id is None:
        return ANONYMOUS
    return Actor(ActorKind.CONTACT, draft.contact_id, "link")


def _contact(draft: Draft, establishment: Establishment) -> Contact:
    clean = clean_answers(draft)
    return contact_for(establishment, email=clean["email"], name=clean["name"], phone=clean["phone"])
