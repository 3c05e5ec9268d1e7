"""What a demonstration’s structures have done for others: partners, offers, a series to read again."""

import sqlalchemy as sa

from app.audit.actor import SYSTEM
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.cfa_requests.own_training import own_trainings
from app.domain.deposits.series import Prepared, prepare_series
from app.domain.employers.mandates import Mandate, take_mandate
from app.domain.offers.deposit import Collector
from app.domain.offers.models import Offer
from app.domain.organisations.models import Membership, Organisation
from app.domain.organisations.roles import Role
from app.domain.reference.jobs import search_jobs

CHAMBER, CFA = Siret("99100090200015"), Siret("99200001800018")
# Companies of the demonstration that the chamber follows, and the one whose offer the CFA proposes.
OF_CHAMBER = (Siret("99100014200018"), Siret("99100019100015"), Siret("99100043100015"))
OF_CFA = Siret("99100013400015")
_LINES = (
    ("99100001900018", "boulanger", "camille@boulangerie.example", ""),
    ("99100005000013", "coiffeur", "noe@commerce.example", ""),
    ("9,91E+13", "plombier", "lea@plomberie.example", "siret"),
    ("99100001900018", "vendeur", "camille@boulangerie.example", "job"),
)
_WRONG = {
    "siret": "Le tableur a abrégé ce SIRET. Mettez la colonne au format texte et saisissez les 14 chiffres.",
    "job": "“vendeur” peut être plusieurs métiers. Corrigez la ligne pour choisir.",
}


def seed_collecting() -> int:
    """Note it once; returns how many mandates. Commits nothing, mails nothing."""
    if db.session.scalar(sa.select(Mandate.id).limit(1)) is not None:
        return 0
    chamber, cfa = _collector(CHAMBER, Role.RECRUITER), _collector(CFA, Role.ADMINISTRATOR)
    offers = [offer for siret in OF_CHAMBER for offer in _offers(siret)]
    for offer in offers:
        _manage(chamber, offer)
    for offer in _offers(OF_CFA):
        _manage(cfa, offer)
        trainings = own_trainings(cfa.organisation, offer.rome_code)
        offer.training = trainings[0].pack() if trainings else None
    prepare_series(chamber, [_line(number, *line) for number, line in enumerate(_LINES, start=2)])
    return len(OF_CHAMBER) + 1


def _collector(siret: Siret, role: Role) -> Collector:
    query = (
        sa.select(Membership).join(Organisation).where(Organisation.siret == siret, Membership.role == role)
    )
    member = db.session.scalars(query.limit(1)).one()
    return Collector(member.organisation, member.account)


def _offers(siret: Siret) -> list[Offer]:
    query = sa.select(Offer).join(Offer.establishment)
    return [offer for offer in db.session.scalars(query) if offer.establishment.siret == siret]


def _manage(collector: Collector, offer: Offer) -> None:
    take_mandate(collector.organisation, offer.establishment, contact=offer.contact, by=SYSTEM)
    offer.organisation, offer.author = collector.organisation, collector.author


def _line(number: int, siret: str, job: str, email: str, wrong: str) -> Prepared:
    typed = {"siret": siret, "job": job, "level": "3", "start": "", "openings": "1",
             "name": "Camille Fabre", "email": email, "phone": ""}  # fmt: skip
    if wrong:
        return Prepared(number, typed, None, ((wrong, _WRONG[wrong]),))
    clean = {
        "level": 3,
        "start_on": None,
        "contract_types": ["apprenticeship"],
        "duration_months": None,
        "openings": 1,
        "rhythm": None,
        "remote": "onsite",
        "about_company": None,
        "questions": [],
        "job_key": search_jobs(job)[0].appellation_key,
        "words": None,
        "name": typed["name"],
        "email": email,
        "phone": None,
    }
    return Prepared(number, typed, clean)
