"""Boards that read a feed of their own: an offer is there by its presence, gone by its absence."""

from app.domain.diffusion.platform import Ability, Confirmation, Platform, Transport
from app.domain.diffusion.rules import company_is_verified, has_a_place, is_placed_and_verified

INDEED = Platform(
    key="indeed",
    name="Indeed",
    transport=Transport.FEED,
    about="Le moteur d’offres le plus lu. Il lit notre flux, puis choisit ce qu’il montre.",
    rules=(company_is_verified, has_a_place),
    among=is_placed_and_verified,
    abilities=frozenset({Ability.UPDATE, Ability.WITHDRAW}),
    confirmation=Confirmation.NONE,
    usual_delay="selon ses lectures, en général dans la journée",
    withdrawal_delay="à sa lecture suivante",
    repeatable=True,
)
HELLOWORK = Platform(
    key="hellowork",
    name="HelloWork",
    transport=Transport.FEED,
    about="Un site d’emploi généraliste, très lu en région. Il lit notre flux quand il l’a accepté.",
    rules=(company_is_verified, has_a_place),
    among=is_placed_and_verified,
    abilities=frozenset({Ability.UPDATE, Ability.WITHDRAW}),
    confirmation=Confirmation.NONE,
    usual_delay="selon ses lectures",
    withdrawal_delay="à sa lecture suivante",
    repeatable=True,
)
