"""APEC as a stand-in, and a structure whose member has an identifier there."""

from typing import Any

from flask import current_app

from app.adapters.platforms.apec import ApecBoard
from app.adapters.platforms.apec_key import KeyParameters
from app.audit.actor import SYSTEM
from app.core.database import db
from app.domain.diffusion.apec.facts import facts_of
from app.domain.diffusion.apec.identifiers import keep_agreement, keep_identifier
from app.domain.diffusion.board import Trial
from app.domain.offers.models import Offer
from app.domain.organisations.models import Kind, Membership
from standins.apec.positions import INTEGRATOR, ITERATIONS, PARALLELISM, PASSWORD, SALT
from tests.factories.offers import make_offer
from tests.factories.structures import make_member, make_structure
from tests.support.diffusion import command
from tests.support.standins import Partner

ABOUT = (
    "La chambre de métiers accompagne les entreprises artisanales du département et publie leurs offres pour "
    "elles."
)
IDENTIFIER = "123456789W"
KNOWN = Trial(True, "L’APEC reconnaît cet identifiant.")
# A request to APEC for an identifier, as it is typed.
LETTER = {
    "situation": "compte", "first_name": "Camille", "name": "Durand", "email": "camille@cma.example",
    "phone": "05 65 00 12 34", "siret": "732 829 320 00074", "department": "12",
}  # fmt: skip


def apec_board(partner: Partner, *, timeout: float = 2.0) -> ApecBoard:
    """The connector, at the stand-in, reading what it needs in the tests' database."""
    keyring = current_app.extensions["keyring"]
    return ApecBoard(
        partner.url,
        integrator=INTEGRATOR,
        parameters=KeyParameters(PASSWORD, SALT, ITERATIONS, PARALLELISM),
        facts_of=lambda advert: facts_of(advert, keyring=keyring),
        page_url=lambda public_id: f"https://depot.exemple.fr/offres/{public_id}",
        apply_email=lambda reference: f"candidatures+{reference}@depot.exemple.fr",
        timeout=timeout,
    )


def member_with_offer(**need: Any) -> tuple[Membership, Offer]:
    """A member of a chamber that may publish for others, and an offer of Bac + 3 that it manages. Commits."""
    member = make_member(make_structure(Kind.CHAMBER))
    keep_agreement(member.organisation, about=ABOUT, for_others=True, by=SYSTEM)
    given = {"level": 6, "duration_months": 24, "title": "Chargé ou chargée de qualité en alternance", **need}
    offer = make_offer(**given)
    offer.organisation, offer.author = member.organisation, member.account
    db.session.commit()
    return member, offer


def give_identifier(member: Membership, value: str = IDENTIFIER) -> None:
    """As if the person had typed it and APEC had known it. Commits."""
    keep_identifier(member, value, trial=KNOWN, keyring=current_app.extensions["keyring"], by=SYSTEM)
    db.session.commit()


def creations(partner: Partner) -> int:
    """How many `openPosition` were received."""
    return sum(one["operation"] == "openPosition" for one in command(partner)["appels"])
