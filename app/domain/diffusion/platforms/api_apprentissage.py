"""La bonne alternance, reached by API Apprentissage: upsert by our reference, then reading of the state."""

import sqlalchemy as sa

from app.domain.diffusion.advert import is_by_cfa
from app.domain.diffusion.platform import Ability, Confirmation, Options, Platform, Refusal, Transport
from app.domain.diffusion.rules import company_is_verified, has_a_place, is_placed_and_verified
from app.domain.offers.models import Offer
from app.domain.organisations.models import Kind, Organisation
from app.outbox.allowance import Rate

ACCEPTS_CFA_OFFERS = "accepts_cfa_offers"


def isnt_from_a_cfa(offer: Offer, options: Options) -> str | None:
    """The documentation of La bonne alternance refuses them, unless it has agreed (option of the switch)."""
    if not is_by_cfa(offer) or options.get(ACCEPTS_CFA_OFFERS, False):
        return None
    return "La bonne alternance n’accepte pas par cette voie les offres déposées par un CFA."


def may_be_told(options: Options) -> sa.ColumnElement[bool]:
    """These rules, asked of the database."""
    if options.get(ACCEPTS_CFA_OFFERS, False):
        return is_placed_and_verified(options)
    return sa.and_(is_placed_and_verified(options), ~Offer.organisation.has(Organisation.kind == Kind.CFA))


_SCHOOL_WORDS = (
    "Le texte contient un nom d’école, ou un mot courant qui en est un aussi (« essor », « delta », "
    "« escale »…). Retirez-le de la description et de la présentation de l’entreprise."
)
REFUSALS = {
    "CLOSED_COMPANY": Refusal("L’établissement est fermé dans les registres."),
    "NON_DIFFUSIBLE": Refusal("Les informations de l’entreprise ne peuvent pas être publiées."),
    "DUPLICATE": Refusal(
        "Une autre copie de cette offre est déjà sur La bonne alternance.", is_failure=False
    ),
    "TRUSTED_COMPANY_JOB_DUPLICATE": Refusal(
        "Cette entreprise envoie déjà elle-même ses offres à La bonne alternance."
    ),
    "CFA": Refusal("L’entreprise est prise pour un organisme de formation."),
    "CFA_BLACKLISTED": Refusal(_SCHOOL_WORDS, "description"),
    "CFA_CLASSIFIED": Refusal(_SCHOOL_WORDS, "description"),
    "ROME_BLACKLISTED": Refusal("Ce métier n’est pas publié par La bonne alternance.", "title"),
    "GEOLOCATION_NOT_FOUND": Refusal("L’adresse du lieu de travail n’a pas été trouvée."),
    "EXPIRED": Refusal("La date de fin de l’offre est passée."),
    "STAGE": Refusal("L’offre est prise pour un stage.", "title"),
    "FULL_TIME": Refusal("L’offre est prise pour un emploi sans formation.", "contract_types"),
    "WRONG_DATA": Refusal("Des informations de l’offre ne sont pas acceptées.", "description"),
}

API_APPRENTISSAGE = Platform(
    key="api_apprentissage",
    name="La bonne alternance",
    transport=Transport.REST,
    about="Le site public de l’alternance, lu par les candidats et repris par d’autres sites.",
    rules=(company_is_verified, has_a_place, isnt_from_a_cfa),
    among=may_be_told,
    abilities=frozenset({Ability.UPDATE, Ability.WITHDRAW, Ability.READ}),
    confirmation=Confirmation.STATUS,
    usual_delay="en général en moins d’une heure",
    withdrawal_delay="en général en moins d’une heure",
    ignores=frozenset({"naf", "job_name", "rhythm", "commune_code", "lat", "lon", "by_cfa"}),
    # The same partner_job_id updates instead of creating.
    repeatable=True,
    writes=Rate(limit=30, seconds=60, burst=10),
    reads=Rate(limit=120, seconds=60, burst=40),
    refusals=REFUSALS,
)
