"""Depositing what a draft holds: company, contact, OPCO, offer, in one transaction."""

from datetime import timedelta

from flask import url_for

from app.audit.actor import ANONYMOUS, Actor, ActorKind
from app.core import clock
from app.core.french import date_fr
from app.domain.deposits.recording import record_deposit
from app.domain.employers.directory import LookUp, Outcome
from app.domain.offers.composing import (
    clean_answers,
    is_refused,
    start_of,
    typed_company,
)
from app.domain.offers.confirming import note_first_message
from app.domain.offers.deposit import duplicates_of
from app.domain.offers.draft_company import pack, unpack
from app.domain.offers.drafts import finish, lock
from app.domain.offers.lifecycle import OfferStatus
from app.domain.offers.models import Draft, Offer
from app.domain.organisations.members import as_member
from app.domain.reference.jobs import job_by_key
from app.web.deposit.company_search import UNKNOWN
from app.web.deposit.draft_access import collector_of, siret_of, step_url
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
    collector = collector_of(draft) if draft.organisation is not None else None
    confirmed = collector.organisation.is_verified if collector else draft.contact is not None
    offer = record_deposit(draft, by=_actor(draft), collector=collector, confirmed=confirmed)
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
