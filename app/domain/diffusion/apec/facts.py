"""What goes to APEC with an offer besides its text: read for the connector, outside any transaction."""

from decimal import ROUND_CEILING
from functools import partial

import sqlalchemy as sa

from app.core.database import begin_write, db
from app.core.secrets import Keyring, Unreadable
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.apec.models import ApecAgreement, ApecIdentifier, ApecOffer
from app.domain.diffusion.apec.source import ApecFacts
from app.domain.offers.models import ContractType, Offer
from app.domain.organisations.models import Membership
from app.domain.reference.legal import legal_values
from app.domain.reference.pay import PARAMETERS, Contract, minimum_pay

_MONTHS = 12
_MAYOTTE = "976"


def facts_of(advert: Advert, *, keyring: Keyring) -> ApecFacts | None:
    """None when no member has an identifier. Commits: which one is used is kept for the offer's life."""
    db.session.rollback()
    begin_write()
    offer = db.session.scalar(sa.select(Offer).where(Offer.reference == advert.offer))
    identifier = _identifier_for(offer) if offer is not None else None
    if offer is None or identifier is None or offer.organisation is None:
        db.session.rollback()
        return None
    organisation = offer.organisation
    agreement = db.session.get(ApecAgreement, organisation.id)
    low, high = pay_of(advert)
    for_another = advert.siret.siren != organisation.siret.siren
    facts = partial(
        ApecFacts,
        about=agreement.about if agreement else "",
        for_another=for_another,
        may_for_others=agreement is not None and agreement.for_others,
        is_public=agreement is not None and agreement.is_public and not for_another,
        pay_min=low,
        pay_max=high,
    )
    sealed, place = identifier.sealed, place_of(identifier.membership_id)
    db.session.commit()
    try:
        return facts(recruiter=keyring.open(sealed, place=place))
    except Unreadable:
        return None


def place_of(membership_id: int) -> str:
    """Where an identifier is sealed."""
    return f"apec_identifier|{membership_id}|sealed"


def pay_of(advert: Advert) -> tuple[int | None, int | None]:
    """Gross euros a year, the least and the most that the legal grid says; None where it isn't known."""
    types = advert.contract_types
    apprentice = ContractType.APPRENTICESHIP in types or not types
    grid = minimum_pay(
        parameters=legal_values(*PARAMETERS),
        start=advert.start_on,
        mayotte=advert.postcode.startswith(_MAYOTTE),
        contract=Contract.APPRENTICESHIP if apprentice else Contract.PROFESSIONALISATION,
    )
    monthly = [row.monthly for row in grid.rows]
    if not monthly:
        return None, None
    yearly = [int((each * _MONTHS).to_integral_value(ROUND_CEILING)) for each in (min(monthly), max(monthly))]
    return yearly[0], yearly[1]


def _identifier_for(offer: Offer) -> ApecIdentifier | None:
    kept = db.session.get(ApecOffer, offer.id)
    if kept is not None:
        return kept.identifier
    query = (
        sa.select(ApecIdentifier)
        .join(Membership)
        .where(Membership.organisation_id == offer.organisation_id, ApecIdentifier.works.is_not(False))
        # Who deposited the offer if possible: APEC's adviser writes to that person.
        .order_by(sa.case((Membership.account_id == offer.author_id, 0), else_=1), ApecIdentifier.id)
    )
    found = db.session.scalars(query.limit(1)).first()
    if found is not None:
        db.session.add(ApecOffer(offer_id=offer.id, identifier_id=found.id))
    return found
