"""API Apprentissage: our facts as its JobOfferWrite, and its statuses, refusals and fields as ours."""

import re
import unicodedata
from html import escape
from typing import Any

from app.core import clock
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.board import Problem
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.offers.advert_html import advert_html
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import ContractType

S = DiffusionStatus

CONTRACTS = {
    ContractType.APPRENTICESHIP: "Apprentissage",
    ContractType.PROFESSIONALISATION: "Professionnalisation",
}
# The partner's own word for an end; it ends by itself what has expired.
ENDINGS = {EndReason.FILLED_HERE: "Filled", EndReason.FILLED_ELSEWHERE: "Filled"}
PUBLISHING = {
    "WILL_BE_PUBLISHED": S.SENDING,
    "PUBLISHED": S.PUBLISHED,
    "WILL_NOT_BE_PUBLISHED": S.REFUSED,
}
# Returned as a refusal, though the offer is only waiting for its classification.
TRANSIENT_CODES = {"CLASSIFICATION_PENDING": S.AWAITING_MODERATION}
OFFER_STATUSES = {"Active": S.PUBLISHED, "Filled": S.FILLED, "Cancelled": S.CANCELLED}
# Their path of a field → the name of ours.
FIELDS = {
    ("offer", "title"): "title",
    ("offer", "description"): "description",
    ("offer", "rome_codes"): "title",
    ("offer", "target_diploma"): "level",
    ("offer", "desired_skills"): "skills",
    ("offer", "opening_count"): "openings",
    ("workplace", "name"): "brand",
    ("workplace", "description"): "about_company",
    ("contract", "start"): "start_on",
    ("contract", "duration"): "duration_months",
    ("contract", "type"): "contract_types",
    ("contract", "remote"): "remote",
}
REFUSED_ROMES = frozenset({"G1605", "I1201", "K2202", "L1102", "N4104"})
# Companies that supply La bonne alternance themselves.
TRUSTED_COMPANIES = (
    "amazon", "bpce", "bpifrance", "daher", "decathlon", "edf", "enedis", "engie", "formaposte", "framatome",
    "grdf", "institut pasteur", "l oreal", "la poste", "serpe", "thales",
)  # fmt: skip
SHORTEST_TITLE = 3
SHORTEST_DESCRIPTION = 30


def offer_write(
    advert: Advert, *, page_url: str, reference: str | None, status: str = "Active"
) -> dict[str, Any]:
    """The body of a creation (`reference`) or of a replacement (None): every field said, texts in HTML.

    An end leaves the dates out: those of an offer that is over would be refused as past.
    """
    body: dict[str, Any] = {
        "workplace": {
            "siret": str(advert.siret),
            "name": as_typed(advert.company),
            "description": advert_html(advert.about_company) if advert.about_company else None,
            "location": {"address": address_of(advert)},
        },
        "apply": {"url": page_url, "email": None, "phone": None},
        "contract": {
            "start": clock.paris(advert.start_on).isoformat() if advert.start_on else None,
            "duration": advert.duration_months,
            "type": [CONTRACTS[kind] for kind in advert.contract_types],
            "remote": advert.remote.value,
        },
        "offer": {
            "title": as_typed(advert.title),
            "description": description_of(advert),
            "rome_codes": [str(advert.rome_code)],
            "target_diploma": {"european": str(advert.level)} if advert.level else None,
            "desired_skills": list(advert.skills),
            "opening_count": advert.openings,
            "multicast": True,
            "status": status,
        },
    }
    if status == "Active":
        body["offer"]["publication"] = {
            "creation": advert.published_at.isoformat(),
            "expiration": clock.paris(advert.last_day, 23, 59).isoformat(),
        }
    if reference is not None:
        body["identifier"] = {"partner_job_id": reference}
    return body


def as_typed(text: str) -> str:
    """Entities are decoded there once and tags dropped, in titles and names as in texts."""
    return escape(text, quote=False)


def description_of(advert: Advert) -> str:
    """Paragraphs and the list of tasks, with the few tags that are accepted there."""
    return advert_html(advert.description, tasks=advert.tasks)


def address_of(advert: Advert) -> str:
    """« 12 rue de l’Embergue 12000 Rodez »."""
    return " ".join(part for part in (advert.address_line, advert.postcode, advert.city) if part)


def problems_of(advert: Advert) -> tuple[Problem, ...]:
    """What would be refused there (blocking), and what probably would (a warning)."""
    plain = re.sub(r"<[^>]+>", "", description_of(advert))
    found = [
        Problem("title", "Le titre doit compter au moins 3 caractères.")
        if len(advert.title.strip()) < SHORTEST_TITLE
        else None,
        Problem("description", "La description doit compter au moins 30 caractères.")
        if len(plain.strip()) < SHORTEST_DESCRIPTION
        else None,
        Problem("contract_types", "Indiquez au moins un type de contrat.")
        if not advert.contract_types
        else None,
        Problem("openings", "Indiquez au moins un poste.") if advert.openings < 1 else None,
        Problem("title", "Ce métier n’est en général pas publié par La bonne alternance.", blocking=False)
        if advert.rome_code in REFUSED_ROMES
        else None,
        Problem("brand", "L’entreprise est un organisme de formation.", blocking=False)
        if (advert.naf or "").startswith("85")
        else None,
        Problem("brand", "Cette entreprise envoie elle-même ses offres.", blocking=False)
        if is_trusted(advert.company)
        else None,
    ]
    return tuple(problem for problem in found if problem is not None)


def is_trusted(company: str) -> bool:
    """Does the name hold that of a company that supplies La bonne alternance itself?"""
    spaced = company.replace("’", " ")
    folded = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().casefold()
    words = f" {' '.join(re.findall(r'[a-z0-9]+', folded))} "
    return any(f" {name} " in words for name in TRUSTED_COMPANIES)


def slug(title: str) -> str:
    """« boulanger-ou-boulangere-en-apprentissage »: the end of the public address, for readers alone."""
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    return "-".join(re.findall(r"[a-z0-9]+", folded))[:80] or "offre"


def ending_of(advert: Advert) -> str:
    """The partner's status that closes an offer."""
    return ENDINGS.get(advert.ending, "Cancelled") if advert.ending else "Cancelled"


def field_of(path: object) -> str | None:
    """Our field for the path of a validation issue (`["body", "offer", "title"]` or without « body »)."""
    parts = [str(part) for part in path] if isinstance(path, list) else []
    parts = parts[1:] if parts[:1] == ["body"] else parts
    return FIELDS.get((parts[0], parts[1])) if len(parts) >= 2 else None
