"""Channels fed by La bonne alternance: nothing is pushed to them, and they have no state of their own."""

from app.domain.diffusion.platform import Confirmation, Platform, Transport
from app.domain.diffusion.platforms.api_apprentissage import API_APPRENTISSAGE

UN_JEUNE_UNE_SOLUTION = Platform(
    key="1jeune1solution",
    name="1jeune1solution",
    transport=Transport.DERIVED,
    about="Le site public des jeunes de 15 à 30 ans. Il lit les offres de La bonne alternance.",
    confirmation=Confirmation.RELAY,
    relayed_by=API_APPRENTISSAGE.key,
    relay_sentence="Relayée par La bonne alternance.",
)
PARCOURSUP = Platform(
    key="parcoursup",
    name="Parcoursup",
    transport=Transport.DERIVED,
    about="La plateforme d’orientation des lycéens et des étudiants.",
    confirmation=Confirmation.RELAY,
    relayed_by=API_APPRENTISSAGE.key,
    relay_sentence="Accessible depuis Parcoursup par les liens de recherche de La bonne alternance.",
)
