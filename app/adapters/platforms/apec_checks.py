"""APEC: the lengths and domains that ADEP's schema doesn't say, checked before anything leaves."""

import re
from collections.abc import Callable

from app.adapters.platforms.apec_mapping import (
    SHORTEST_OTHER,
    about_of,
    commune_of,
    description_of,
    naf_of,
    profile_of,
)
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.apec.source import ApecFacts
from app.domain.diffusion.board import Problem
from app.domain.diffusion.platforms.apec import (
    LONGEST_CONTRACT,
    LOWEST_LEVEL,
    MOST_OPENINGS,
    longest_title,
)

_AMOUNT = re.compile(r"\d[\d \u00a0\u202f.,]*(?:€|\beuros?\b|k€|\bke\b)", re.IGNORECASE)
LONGEST_CLIENT = 38
SHORTEST_TITLE = 3
LONGEST_TEXT, SHORTEST_TEXT = 3000, 200

Check = Callable[[Advert], Problem | None]


def problems_of(advert: Advert) -> tuple[Problem, ...]:
    """What would be refused there, whoever sends it."""
    found = (check(advert) for check in _CHECKS)
    return tuple(problem for problem in found if problem is not None)


def problems_with(advert: Advert, facts: ApecFacts) -> tuple[Problem, ...]:
    """What would be refused there, from this structure."""
    about = len(about_of(advert, facts))
    found = [
        Problem("about_company", f"Elle en compte {about}.", code="presentation")
        if not SHORTEST_OTHER <= about <= LONGEST_TEXT
        else None,
        Problem("", "salaire inconnu", code="salaire")
        if facts.pay_min is None or facts.pay_max is None
        else None,
        Problem("", "mode indirect", code="mode") if facts.for_another and not facts.may_for_others else None,
        Problem("brand", f"Le nom compte {len(advert.company)} caractères.", code="375")
        if facts.for_another and len(advert.company) > LONGEST_CLIENT
        else None,
    ]
    return tuple(problem for problem in found if problem is not None)


def _title(advert: Advert) -> Problem | None:
    length, limit = len(advert.title.strip()), longest_title(advert.title)
    if length < SHORTEST_TITLE:
        return Problem("title", "Le titre doit compter au moins 3 caractères.")
    if length > limit:
        return Problem("title", f"Le titre compte {length} caractères ; la limite de l’APEC est de {limit}.")
    return None


def _level(advert: Advert) -> Problem | None:
    if advert.level is not None and advert.level >= LOWEST_LEVEL:
        return None
    return Problem("level", "L’APEC n’accepte que les offres à partir de Bac + 2.")


def _contract(advert: Advert) -> Problem | None:
    return None if advert.contract_types else Problem("contract_types", "Indiquez un type de contrat.")


def _duration(advert: Advert) -> Problem | None:
    if advert.duration_months is not None and 1 <= advert.duration_months <= LONGEST_CONTRACT:
        return None
    return Problem("duration_months", "L’APEC demande la durée du contrat, de 1 à 99 mois.")


def _openings(advert: Advert) -> Problem | None:
    if 1 <= advert.openings <= MOST_OPENINGS:
        return None
    return Problem("openings", "L’APEC accepte de 1 à 10 postes par offre.")


def _description(advert: Advert) -> Problem | None:
    if not advert.contract_types:
        return None
    length = len(description_of(advert))
    if length < SHORTEST_TEXT:
        return Problem(
            "description", f"L’annonce envoyée compterait {length} caractères ; l’APEC en demande 200."
        )
    if length > LONGEST_TEXT:
        return Problem(
            "description",
            f"L’annonce envoyée, missions comprises, compterait {length} caractères ; l’APEC en accepte "
            f"3 000 : retirez-en {length - LONGEST_TEXT}.",
        )
    return None


def _profile(advert: Advert) -> Problem | None:
    length = len(profile_of(advert))
    if length <= LONGEST_TEXT:
        return None
    return Problem(
        "skills", f"Le profil envoyé compterait {length} caractères ; la limite de l’APEC est de 3 000."
    )


def _no_pay_in_text(advert: Advert) -> Problem | None:
    for field, text in (("title", advert.title), ("description", advert.description)):
        if _AMOUNT.search(text):
            return Problem(
                field, "L’APEC demande le salaire dans son propre champ : retirez le montant de ce texte."
            )
    return None


def _naf(advert: Advert) -> Problem | None:
    if naf_of(advert):
        return None
    return Problem("", "Le code d’activité (NAF) de l’entreprise n’est pas connu.", code="311")


def _place(advert: Advert) -> Problem | None:
    if commune_of(advert):
        return None
    return Problem(
        "", "L’APEC demande l’arrondissement : le code postal du lieu de travail ne le dit pas.", code="356"
    )


_CHECKS: tuple[Check, ...] = (
    _title, _level, _contract, _duration, _openings, _description, _profile, _no_pay_in_text, _naf, _place,
)  # fmt: skip
