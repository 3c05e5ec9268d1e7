"""France Travail, by a file left every night: a full snapshot, acknowledged whole, never line by line."""

from datetime import timedelta

from app.domain.diffusion.platform import Ability, Confirmation, Options, Platform, Refusal, Transport
from app.domain.diffusion.rules import company_is_verified, has_a_place, is_placed_and_verified
from app.domain.offers.models import Offer
from app.outbox.allowance import Rate

# Also write a removal line for what has left, once France Travail has asked for it.
REMOVAL_LINES = "removal_lines"
# A file without any offer after one that had many is an alarm, unless a person says that it is right.
EMPTY_FILE = "empty_file"


def has_a_contract(offer: Offer, options: Options) -> str | None:
    """Its nature (« E2 » or « FS ») begins the reference there."""
    return None if offer.contract_types else "Le type de contrat n’est pas indiqué."


REFUSALS = {
    "metier": Refusal(
        "Ce métier n’a pas encore de numéro chez France Travail : l’offre partira dès qu’il sera connu."
    ),
    "colonne": Refusal("Une information de l’offre n’a pas la forme que France Travail accepte."),
}

FRANCE_TRAVAIL = Platform(
    key="france_travail",
    name="France Travail",
    transport=Transport.FILE,
    about="Le service public de l’emploi : l’offre y paraît après celles que ses conseillers suivent.",
    rules=(company_is_verified, has_a_place, has_a_contract),
    among=is_placed_and_verified,
    abilities=frozenset({Ability.UPDATE, Ability.WITHDRAW}),
    confirmation=Confirmation.SEARCH,
    usual_delay="en général le lendemain",
    withdrawal_delay="en général le lendemain",
    # A snapshot is whole, and keyed by our reference.
    repeatable=True,
    workers=1,
    timeout=timedelta(minutes=10),
    # The file of a night, and its tries of the morning.
    late_after=timedelta(hours=30),
    reads=Rate(limit=10, seconds=1, burst=5),
    refusals=REFUSALS,
)
