"""A demonstration's offers: invented companies, the ones that the stand-in knows, in every state but one.

They go through the services that people use, and hold the strings that break pages: accents, apostrophes,
long names, text read from right to left. Nothing is mailed.
"""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from app.audit.actor import SYSTEM
from app.core import clock
from app.core.database import db
from app.core.identifiers import CommuneCode, Siret
from app.domain.employers.directory import Address, DirectoryAnswer, LookUp, Outcome
from app.domain.employers.models import Establishment
from app.domain.employers.services import contact_for, register_establishment
from app.domain.offers.deposit import Need, Workplace, confirm_offer, deposit_offer
from app.domain.offers.models import Offer
from app.domain.reference.adverts import write_advert
from app.domain.reference.jobs import JobHit, search_jobs
from app.domain.reference.places import Commune, commune_by_code
from app.outbox.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class Sample:
    """One company and what it looks for; `days` is how long ago its offer went online."""

    siret: str
    name: str
    brand: str | None
    commune: str
    naf: str
    idcc: int
    job: str
    level: int | None
    days: int


_CHEESE = "SOCIÉTÉ COOPÉRATIVE ARTISANALE DE PRODUCTION DE FROMAGES FERMIERS DE L’AUBRAC ET DES CAUSSES"
# fmt: off
SAMPLES = (
    Sample("99100013400015", "مخبز السلام", "مخبز السلام", "13201", "10.71C", 843, "boulanger", 3, 0),
    Sample("99100014200018", "DUPONT & FILS", "Dupont & Fils « plombiers »", "59350", "43.22A", 1596,
           "plombier", 3, 2),
    Sample("99100011800018", "L’ÉPICERIE D’À CÔTÉ", "L’Épicerie d’à côté — chez Zoë & Noël", "35288",
           "47.11B", 2216, "vendeur", 4, 5),
    Sample("99100019100015", "MÉCANIQUE DU LAGON", None, "97611", "45.20A", 1090, "mécanicien auto", 3, 8),
    Sample("99100043100015", "CLAIRE MARTIN", "Chez Claire Coiffure", "45234", "96.02A", 2596,
           "coiffeur", 3, 12),
    Sample("99100012600011", _CHEESE, None, "48095", "10.51C", 7012, "fromager", 5, 22),
)
# fmt: on


def seed_offers() -> int:
    """Add the offers that aren't there yet; returns how many. Commits nothing."""
    added = [sample for sample in SAMPLES if _is_new(sample)]
    before = db.session.scalar(sa.select(sa.func.max(OutboxMessage.id))) or 0
    for sample in added:
        _add(sample)
    db.session.flush()
    db.session.execute(sa.delete(OutboxMessage).where(OutboxMessage.id > before))
    return len(added)


def _is_new(sample: Sample) -> bool:
    known = sa.select(Establishment.id).where(Establishment.siret == Siret(sample.siret))
    return db.session.scalar(known) is None


def _add(sample: Sample) -> Offer:
    commune = commune_by_code(CommuneCode(sample.commune))
    hit = next(iter(search_jobs(sample.job)), None)
    if commune is None or hit is None:
        raise LookupError(f"demonstration: {sample.commune} or {sample.job} isn't in the reference data")
    with clock.set_to(clock.now() - timedelta(days=sample.days)):
        establishment = _establishment(sample, commune)
        email = f"contact-{sample.siret[5:9]}@entreprise.example"
        contact = contact_for(establishment, email=email, name="Camille L’Hôte", phone=None)
        need = _need(sample, hit, establishment)
        offer = deposit_offer(establishment, contact, need, by=SYSTEM, confirmed=False, origin="demo")
        confirm_offer(offer, by=SYSTEM)
    return offer


def _establishment(sample: Sample, commune: Commune) -> Establishment:
    siret = Siret(sample.siret)
    answer = DirectoryAnswer(
        siret=siret,
        name=sample.name,
        brand=sample.brand,
        address=Address("12 rue de l’Église", commune.postcodes[0], commune.name, commune.code),
        is_open=True,
        source="recherche-entreprises",
        read_at=clock.now(),
        point=commune.point,
        naf=sample.naf,
        headcount_code="02",
        idcc=(sample.idcc,),
    )
    look_up = LookUp(Outcome.FOUND, clock.now(), answer.source, answer)
    return register_establishment(siret, look_up, typed=None)


def _need(sample: Sample, hit: JobHit, establishment: Establishment) -> Need:
    advert = write_advert(
        rome_code=hit.rome_code, masculine=hit.masculine, feminine=hit.feminine, level=sample.level
    )
    return Need(
        rome_code=hit.rome_code,
        job_key=hit.appellation_key,
        job_name=hit.both,
        workplace=Workplace(
            establishment.address_line,
            establishment.postcode,
            establishment.city,
            establishment.commune_code,
            establishment.point,
        ),
        title=advert.title,
        description=advert.description,
        tasks=advert.tasks,
        skills=advert.skills,
        brand=sample.brand,
        level=sample.level,
    )
