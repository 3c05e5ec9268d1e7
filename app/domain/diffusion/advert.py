"""The facts of an offer that connectors translate: read once, frozen, usable without a transaction.

The contact's e-mail and telephone aren't among them: people apply through the page of the offer.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from app.core.identifiers import RomeCode, Siret
from app.domain.offers.lifecycle import EndReason
from app.domain.offers.models import ContractType, Offer, Remote
from app.domain.organisations.models import Kind

# Facts that change nothing of what is published.
_NOT_CONTENT = frozenset({"ending"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Advert:
    """One offer as it may be published elsewhere. Texts are plain, paragraphs apart by an empty line."""

    offer: str
    """Our reference of the offer, « DA-XXXXXX »; that of a sending is in its order."""
    public_id: str
    short_code: str
    siret: Siret
    company: str
    naf: str | None
    title: str
    description: str
    tasks: tuple[str, ...]
    skills: tuple[str, ...]
    about_company: str | None
    rome_code: RomeCode
    job_name: str
    level: int | None
    contract_types: tuple[ContractType, ...]
    duration_months: int | None
    start_on: date | None
    openings: int
    rhythm: str | None
    remote: Remote
    address_line: str
    postcode: str
    city: str
    commune_code: str | None
    lat: float | None
    lon: float | None
    published_at: datetime
    last_day: date
    by_cfa: bool
    ending: EndReason | None = None

    def digest(self, *, ignoring: frozenset[str] = frozenset()) -> str:
        """Fingerprint (sha256, hexadecimal) of the content, but for the facts that somebody never gets."""
        left_out = _NOT_CONTENT | ignoring
        content = [(one.name, getattr(self, one.name)) for one in fields(self) if one.name not in left_out]
        return hashlib.sha256(repr(content).encode()).hexdigest()


def advert_of(offer: Offer) -> Advert:
    """The facts of an offer that has been online; reads its establishment and its structure."""
    if offer.published_at is None or offer.last_day is None:
        raise ValueError("an offer that was never online has no advert")
    return Advert(
        offer=offer.reference,
        public_id=offer.public_id,
        short_code=offer.short_code,
        siret=offer.establishment.siret,
        company=offer.company,
        naf=offer.establishment.naf,
        title=offer.title,
        description=offer.description,
        tasks=tuple(offer.tasks),
        skills=tuple(offer.skills),
        about_company=offer.about_company,
        rome_code=offer.rome_code,
        job_name=offer.job_name,
        level=offer.level,
        contract_types=tuple(ContractType(value) for value in offer.contract_types),
        duration_months=offer.duration_months,
        start_on=offer.start_on,
        openings=offer.openings,
        rhythm=offer.rhythm,
        remote=offer.remote,
        address_line=offer.address_line,
        postcode=offer.postcode,
        city=offer.city,
        commune_code=offer.commune_code,
        lat=offer.lat,
        lon=offer.lon,
        published_at=offer.published_at,
        last_day=offer.last_day,
        by_cfa=is_by_cfa(offer),
        ending=offer.end_reason,
    )


def is_by_cfa(offer: Offer) -> bool:
    """Was it deposited by a training centre for a company?"""
    return offer.organisation is not None and offer.organisation.kind is Kind.CFA


Labels = Mapping[str, str]
# Fields of ours by the names that problems and refusals give, as people read them.
FIELD_LABELS: Labels = {
    "title": "Titre de l’offre",
    "description": "Description",
    "tasks": "Missions",
    "skills": "Compétences attendues",
    "about_company": "Présentation de l’entreprise",
    "brand": "Nom de l’entreprise",
    "level": "Diplôme préparé",
    "contract_types": "Type de contrat",
    "duration_months": "Durée du contrat",
    "start_on": "Date de début",
    "openings": "Nombre de postes",
    "rhythm": "Rythme",
    "remote": "Télétravail",
}
