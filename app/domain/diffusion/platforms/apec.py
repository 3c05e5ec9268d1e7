"""APEC, reached by ADEP V5: one creation under a reference never used again, a content that can't change."""

import re
from datetime import timedelta

import sqlalchemy as sa

from app.domain.diffusion.apec.models import chooses_each, gave_identifier, has_identifier, sends_all
from app.domain.diffusion.platform import Ability, Confirmation, Options, Platform, Transport
from app.domain.diffusion.platforms.apec_refusals import REFUSALS
from app.domain.diffusion.rules import company_is_verified, has_a_place, is_placed_and_verified
from app.domain.offers.models import Offer
from app.domain.organisations.models import Organisation, OrganisationStatus
from app.outbox.allowance import Rate

LOWEST_LEVEL = 5
LONGEST_TITLE = 80
MOST_OPENINGS = 10
LONGEST_CONTRACT = 99
_ABOUT_BOTH = re.compile(r"\bH\s?/\s?F\b|\bF\s?/\s?H\b", re.IGNORECASE)
_AGENT = re.compile(r"\bagents?\b", re.IGNORECASE)


def reaches_bac_plus_two(offer: Offer, options: Options) -> str | None:
    """APEC's own rule; no field of ADEP holds it, so that it is checked here. The target level is read."""
    if offer.level is not None and offer.level >= LOWEST_LEVEL:
        return None
    return "L’APEC n’accepte que les offres à partir de Bac + 2."


def has_a_term(offer: Offer, options: Options) -> str | None:
    """A work-study contract of so many months."""
    if offer.duration_months is not None and 1 <= offer.duration_months <= LONGEST_CONTRACT:
        return None
    return "L’APEC demande la durée du contrat, de 1 à 99 mois."


def has_few_openings(offer: Offer, options: Options) -> str | None:
    """One to ten positions."""
    if 1 <= offer.openings <= MOST_OPENINGS:
        return None
    return f"L’APEC accepte {MOST_OPENINGS} postes au plus par offre."


def title_is_short(offer: Offer, options: Options) -> str | None:
    """80 signs; APEC adds « H/F » itself where it is missing."""
    limit = longest_title(offer.title)
    if len(offer.title) <= limit:
        return None
    return f"Le titre compte {len(offer.title)} caractères ; la limite de l’APEC est ici de {limit}."


def comes_with_an_identifier(offer: Offer, options: Options) -> str | None:
    """The agreement is a structure's, the identifier one of its members'."""
    if offer.organisation is None or not offer.organisation.is_verified:
        return "L’APEC reçoit les offres des structures vérifiées qui ont une convention avec elle."
    # Nothing is asked of the database for the many offers that another rule keeps here anyway.
    if reaches_bac_plus_two(offer, options) or has_identifier(offer.organisation):
        return None
    return "Aucun membre de la structure n’a donné son identifiant APEC."


def may_be_told(options: Options) -> sa.ColumnElement[bool]:
    """These rules but for the title, and the structure's choice, asked of the database."""
    return sa.and_(
        is_placed_and_verified(options),
        Offer.level >= LOWEST_LEVEL,
        Offer.duration_months.between(1, LONGEST_CONTRACT),
        Offer.openings.between(1, MOST_OPENINGS),
        Offer.organisation.has(Organisation.status == OrganisationStatus.VERIFIED),
        gave_identifier(Offer.organisation_id),
        sa.not_(chooses_each(Offer.organisation_id)),
    )


def longest_title(title: str) -> int:
    """What is left for the title itself."""
    return LONGEST_TITLE if _ABOUT_BOTH.search(title) else LONGEST_TITLE - 4


def is_for_an_agent(title: str) -> bool:
    """« Agent » in the title: listed among « agents de maîtrise », the others among « cadres »."""
    return _AGENT.search(title) is not None


APEC = Platform(
    key="apec",
    name="APEC",
    transport=Transport.SOAP,
    about="Le site des cadres et des jeunes diplômés, pour les offres à partir de Bac + 2.",
    rules=(
        company_is_verified,
        has_a_place,
        reaches_bac_plus_two,
        has_a_term,
        has_few_openings,
        title_is_short,
        comes_with_an_identifier,
    ),
    among=may_be_told,
    abilities=frozenset({Ability.SUSPEND, Ability.READ}),
    confirmation=Confirmation.STATUS,
    usual_delay="aussitôt, ou après la relecture d’un consultant de l’APEC",
    withdrawal_delay="aussitôt, sauf pendant la relecture par l’APEC",
    duration_days=30,
    ignores=frozenset(
        {"rome_code", "job_name", "address_line", "lat", "lon", "published_at", "last_day", "by_cfa"}
    ),
    # A second creation would publish twice, and APEC can't merge two offers.
    repeatable=False,
    moderated=True,
    chosen=sends_all,
    timeout=timedelta(seconds=30),
    writes=Rate(limit=20, seconds=60, burst=5),
    reads=Rate(limit=60, seconds=60, burst=20),
    refusals=REFUSALS,
)
