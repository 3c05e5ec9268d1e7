"""Rules that several platforms share. Each answers with its reason, in French."""

import sqlalchemy as sa

from app.domain.diffusion.platform import Options
from app.domain.employers.models import Establishment, Verification
from app.domain.offers.models import Offer


def company_is_verified(offer: Offer, options: Options) -> str | None:
    """What no public register shows isn't published elsewhere."""
    if offer.establishment.verification is Verification.VERIFIED:
        return None
    if offer.establishment.verification is Verification.TO_VERIFY:
        return "L’entreprise est encore en cours de vérification : l’offre partira ensuite d’elle-même."
    return "L’entreprise n’est pas publiée par les registres officiels."


def has_a_place(offer: Offer, options: Options) -> str | None:
    """The town, to be found by place."""
    if offer.commune_code and offer.postcode:
        return None
    return "La commune du lieu de travail n’est pas reconnue."


def is_placed_and_verified(options: Options) -> sa.ColumnElement[bool]:
    """The same two, asked of the database."""
    return sa.and_(
        Offer.establishment.has(Establishment.verification == Verification.VERIFIED),
        Offer.commune_code != "",
        Offer.postcode != "",
    )
