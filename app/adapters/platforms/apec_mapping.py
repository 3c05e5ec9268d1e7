"""APEC: our facts as its position, and its statuses as ours."""

import re
from dataclasses import dataclass

from app.core import clock
from app.core.french import date_fr
from app.domain.diffusion.advert import Advert
from app.domain.diffusion.apec.source import ApecFacts
from app.domain.diffusion.lifecycle import DiffusionStatus
from app.domain.diffusion.platforms.apec import is_for_an_agent
from app.domain.offers.models import ContractType, Remote

S = DiffusionStatus

# Fixed-term contracts: the only ones whose length ADEP takes.
JOB_TYPES = {ContractType.APPRENTICESHIP: "6", ContractType.PROFESSIONALISATION: "7"}
CONTRACT_NAMES = {
    ContractType.APPRENTICESHIP: "contrat d’apprentissage",
    ContractType.PROFESSIONALISATION: "contrat de professionnalisation",
}
REMOTE = {Remote.HYBRID: "PARTIEL_POSSIBLE", Remote.REMOTE: "TOTAL_POSSIBLE"}
STATUSES = {
    "PUBLIEE": S.PUBLISHED,
    "AVALIDER": S.AWAITING_MODERATION,
    "AMODIFIER": S.REFUSED,
    "SUSPENDUE": S.SUSPENDED,
    "FERMEE": S.CLOSED,
}
NO_EXPERIENCE_ASKED = "2"
LEGAL_MINIMUM = "5"
DIPLOMAS = {5: "Bac + 2", 6: "Bac + 3", 7: "Bac + 5"}
# First postcode of the districts → (commune that is refused, INSEE code of the first district, how many).
_DISTRICTS = {"75056": (75001, 75101, 20), "69123": (69001, 69381, 9), "13055": (13001, 13201, 16)}
_COMMUNE = re.compile(r"(?:\d{2}|2A|2B)\d{3}")
_NAF = re.compile(r"\d{4}[A-Z]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
SHORTEST_OTHER = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What one `openPosition` says, in ADEP's own values; texts hold `<br/>` and no other tag."""

    reference: str
    relationship: str
    client_name: str
    client_siret: str
    naf: str
    commune: str
    title: str
    pay: tuple[int, int]
    duration: int
    remote: str | None
    job_type: str
    status: str
    start: str | None
    description: str
    profile: str
    about: str
    shown_name: str
    apply_email: str
    apply_url: str
    openings: int


def position_of(
    advert: Advert, facts: ApecFacts, *, reference: str, apply_email: str, apply_url: str
) -> Position:
    """The position of an advert without problem."""
    start = advert.start_on
    return Position(
        reference=reference,
        relationship="broker" if facts.for_another else "self",
        client_name=_plain(advert.company),
        client_siret=str(advert.siret),
        naf=naf_of(advert) or "",
        commune=commune_of(advert) or "",
        title=_plain(advert.title),
        pay=(facts.pay_min or 0, facts.pay_max or 0),
        duration=advert.duration_months or 0,
        remote=REMOTE.get(advert.remote),
        job_type=JOB_TYPES[contract_of(advert)],
        status=_status(advert, facts),
        # A day that has passed would be refused: without one the job begins as soon as possible.
        start=start.isoformat() if start is not None and start >= clock.today() else None,
        description=description_of(advert),
        profile=profile_of(advert),
        about=about_of(advert, facts),
        shown_name=_plain(advert.company),
        apply_email=apply_email,
        apply_url=apply_url,
        openings=advert.openings,
    )


def _status(advert: Advert, facts: ApecFacts) -> str:
    if is_for_an_agent(advert.title):
        return "AGENT_DE_MAITRISE"
    return "CADRE_PUBLIC" if facts.is_public else "CADRE_PRIVE"


def contract_of(advert: Advert) -> ContractType:
    """The one that is said there when both are possible."""
    both = advert.contract_types
    return ContractType.APPRENTICESHIP if ContractType.APPRENTICESHIP in both else both[0]


def description_of(advert: Advert) -> str:
    """The text, what there is to do, then the facts for which ADEP has no field."""
    facts = [
        f"Contrat : {CONTRACT_NAMES[contract_of(advert)]}, {advert.duration_months} mois."
        if advert.contract_types
        else "",
        f"Diplôme préparé : niveau {DIPLOMAS[advert.level]}." if advert.level in DIPLOMAS else "",
        f"Rythme : {advert.rhythm}." if advert.rhythm else "",
        f"Début : {date_fr(advert.start_on)}." if advert.start_on else "Début : dès que possible.",
        f"Lieu de travail : {advert.postcode} {advert.city}.",
    ]
    tasks = "\n".join(["Ce que vous ferez :", *(f"- {task}" for task in advert.tasks)])
    parts = [advert.description, tasks if advert.tasks else "", "\n".join(fact for fact in facts if fact)]
    return _text("\n\n".join(part for part in parts if part))


def profile_of(advert: Advert) -> str:
    """Who is looked for: what the offer says, and what is true of every work-study contract."""
    level = f" de niveau {DIPLOMAS[advert.level]}" if advert.level in DIPLOMAS else ""
    first = (
        f"Vous préparez un diplôme{level} en alternance : vous partagez votre temps entre l’entreprise et "
        "un centre de formation. Aucune expérience n’est exigée."
    )
    skills = "\n".join(["Ce qui est attendu :", *(f"- {skill}" for skill in advert.skills)])
    return _text(f"{first}\n\n{skills}" if advert.skills else first)


def about_of(advert: Advert, facts: ApecFacts) -> str:
    """The offer's own words, then those that the structure keeps for APEC when they are too short."""
    own = (advert.about_company or "").strip()
    parts = [own] if len(own) >= SHORTEST_OTHER else [own, facts.about.strip()]
    return _text("\n\n".join(part for part in parts if part))


def naf_of(advert: Advert) -> str | None:
    """« 1071C », without dot."""
    bare = (advert.naf or "").replace(".", "").upper()
    return bare if _NAF.fullmatch(bare) else None


def commune_of(advert: Advert) -> str | None:
    """The INSEE code; Paris, Lyon and Marseille by district, which the postcode tells."""
    code = (advert.commune_code or "").upper()
    if code not in _DISTRICTS:
        return code if _COMMUNE.fullmatch(code) else None
    first, insee, number = _DISTRICTS[code]
    postcode = advert.postcode.replace("75116", "75016")
    rank = int(postcode) - first if postcode.isdigit() else -1
    return str(insee + rank) if 0 <= rank < number else None


def _text(text: str) -> str:
    """Lines by `<br/>`. Signs that would open a tag are shown by their lookalikes: any tag is refused."""
    return _plain(text.strip()).replace("\n", "<br/>")


def _plain(text: str) -> str:
    kept = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return kept.replace("<", "‹").replace(">", "›")
