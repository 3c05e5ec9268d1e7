"""A declared board: our facts in the form of our generic feed, and what it says back."""

from collections.abc import Mapping
from typing import Any

from app.adapters.payload import mapping
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.offers.advert_html import advert_html

S = DiffusionStatus
STATUSES: Mapping[str, DiffusionStatus] = {
    "online": S.PUBLISHED,
    "published": S.PUBLISHED,
    "pending": S.AWAITING_MODERATION,
    "processing": S.SENDING,
    "refused": S.REFUSED,
    "suspended": S.SUSPENDED,
    "expired": S.EXPIRED,
    "closed": S.CLOSED,
}


def facts_of(advert: Advert, *, reference: str, url: str) -> dict[str, Any]:
    """One offer in the form of our generic feed."""
    facts = {
        "reference": reference,
        "url": url,
        "title": advert.title,
        "description": advert_html(advert.description, tasks=advert.tasks, skills=advert.skills),
        "company": {"name": advert.company, "siret": str(advert.siret), "about": advert.about_company},
        "location": {
            "street": advert.address_line,
            "postcode": advert.postcode,
            "city": advert.city,
            "commune_code": advert.commune_code,
            "latitude": advert.lat,
            "longitude": advert.lon,
        },
        "contract_types": [kind.value for kind in advert.contract_types],
        "duration_months": advert.duration_months,
        "start_on": advert.start_on.isoformat() if advert.start_on else None,
        "level": advert.level,
        "rome_codes": [str(advert.rome_code)],
        "remote": advert.remote.value,
        "openings": advert.openings,
        "expires_on": advert.last_day.isoformat(),
    }
    return {name: value for name, value in facts.items() if value is not None}


def size_of(value: object) -> int | None:
    """Signs of a text, or the number itself; None for anything else."""
    if isinstance(value, str):
        return len(value.strip())
    return value if isinstance(value, int) else None


def count_in(content: dict[str, Any], name: str) -> int | None:
    """A figure that the board tells; what isn't told isn't zero."""
    value = mapping(content, "statistics").get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
