"""One offer at the simulated La bonne alternance, as it is read back; and the verdict on it."""

import copy
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# A few of the names of schools that are also ordinary words.
_SCHOOLS = ("essor", "escale", "delta", "hexagone", "rebondir", "nas", "dcf")
_REFUSED_ROMES = frozenset({"G1605", "I1201", "K2202", "L1102", "N4104"})
_TRUSTED = ("amazon", "edf", "engie", "la poste", "thales")


@dataclass
class Stored:
    """One offer: what was last received, what is shown (the last version taken), and the verdict."""

    id: str
    reference: str | None
    received: dict[str, Any]
    received_at: float
    shown: dict[str, Any] | None = None
    error: str | None = None
    examined: bool = False
    expiration: str | None = None
    history: list[str] = field(default_factory=list)


def verdict_of(body: dict[str, Any], refusals: dict[str, str]) -> str | None:
    """The code of a refusal; None when the offer is taken. `refusals`: what a test has decided by SIRET."""
    told = refusals.get(str(body["workplace"]["siret"]).strip())
    if told:
        return told
    name = str(body["workplace"].get("name") or "")
    said = (name, body["workplace"].get("description"), body["offer"]["description"])
    words = f" {' '.join(re.findall('[a-z0-9]+', folded(' '.join(str(part or '') for part in said))))} "
    if any(f" {school} " in words for school in _SCHOOLS):
        return "CFA_BLACKLISTED"
    if any(f" {trusted} " in f" {folded(name)} " for trusted in _TRUSTED):
        return "TRUSTED_COMPANY_JOB_DUPLICATE"
    if set(body["offer"].get("rome_codes") or []) & _REFUSED_ROMES:
        return "ROME_BLACKLISTED"
    return None


def as_read(one: Stored) -> dict[str, Any]:
    """JobOfferRead: never the e-mail, nor what isn't read back."""
    shown = copy.deepcopy(one.shown) or {}
    place, way, offer = shown.get("workplace") or {}, shown.get("apply") or {}, shown.get("offer") or {}
    contract = shown.get("contract") or {}
    address = (place.get("location") or {}).get("address") or "adresse du SIRET"
    level = (offer.get("target_diploma") or {}).get("european")
    publication = offer.get("publication") or {}
    return {
        "identifier": {"id": one.id, "partner_job_id": one.reference, "partner_label": "Dépôt Alternance"},
        "workplace": {
            "name": place.get("name"),
            "description": place.get("description"),
            "website": place.get("website"),
            "siret": place["siret"],
            "location": {"address": address, "geopoint": {"type": "Point", "coordinates": [2.575, 44.3506]}},
            "brand": None,
            "legal_name": place.get("name"),
            "size": None,
            "domain": {"idcc": None, "opco": "inconnu", "naf": None},
        },
        "apply": {"url": way.get("url"), "phone": way.get("phone"), "recipient_id": None},
        "contract": {name: contract.get(name) for name in ("start", "duration", "type", "remote")},
        "offer": {
            "title": offer["title"],
            "description": offer["description"],
            "desired_skills": offer.get("desired_skills", []),
            "to_be_acquired_skills": offer.get("to_be_acquired_skills", []),
            "access_conditions": offer.get("access_conditions", []),
            "opening_count": offer.get("opening_count", 1),
            "publication": {"creation": publication.get("creation"), "expiration": one.expiration},
            "rome_codes": offer["rome_codes"],
            "target_diploma": {"european": level, "label": f"Niveau {level}"} if level else None,
            "status": offer["status"],
        },
        "is_delegated": False,
    }


def as_told(one: Stored) -> dict[str, Any]:
    """What a test is told of it."""
    status = one.shown["offer"]["status"] if one.shown else None
    return {
        "id": one.id,
        "reference": one.reference,
        "statut": status,
        "erreur": one.error,
        "recu": one.received,
    }


def is_past(moment: str | None) -> bool:
    """Is this date-time over?"""
    return moment is not None and datetime.fromisoformat(moment.replace("Z", "+00:00")) < datetime.now(UTC)


def folded(text: str) -> str:
    """Without accents nor capitals."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
