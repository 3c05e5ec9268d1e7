"""What a deposit writes, from the screens or from a series: company, contact, OPCO, mandate, offer."""

from app.audit.actor import Actor
from app.core.failpoints import failpoint
from app.domain.deposits.opco_choice import record_opco
from app.domain.employers.mandates import take_mandate
from app.domain.employers.models import Contact, Establishment
from app.domain.employers.services import contact_for, register_establishment
from app.domain.offers.composing import (
    clean_answers,
    company_of,
    generated_advert,
    need_of,
    training_of,
    typed_company,
)
from app.domain.offers.deposit import Collector, deposit_offer
from app.domain.offers.models import Draft, Offer


def record_deposit(
    draft: Draft, *, by: Actor, collector: Collector | None = None, confirmed: bool = False
) -> Offer:
    """Write everything in the present transaction; the draft must be ready.

    `collector`: the structure that deposits for the company; raises Refused when the company has ended that.
    `confirmed`: online (or held) at once, otherwise the contact confirms.
    """
    company = company_of(draft)
    establishment = register_establishment(company.siret, company.look_up, typed=typed_company(draft), by=by)
    failpoint("deposit.after_company")
    contact = draft.contact or _contact(draft, establishment)
    need = need_of(draft, generated_advert(draft))
    # Before the deposit: a published offer is told to its OPCO at once.
    record_opco(establishment, draft, by=by)
    failpoint("deposit.after_opco")
    if collector is not None:
        take_mandate(collector.organisation, establishment, contact=contact, by=by)
    offer = deposit_offer(
        establishment,
        contact,
        need,
        by=by,
        confirmed=confirmed,
        collector=collector,
        origin=str(draft.answers.get("origin") or "site"),
        training=training_of(draft) if collector is not None else None,
    )
    failpoint("deposit.after_offer")
    return offer


def _contact(draft: Draft, establishment: Establishment) -> Contact:
    clean = clean_answers(draft)
    return contact_for(establishment, email=clean["email"], name=clean["name"], phone=clean["phone"])
