"""A demonstration's APEC: the chamber's text, the identifier of one of its members, an offer of Bac + 3."""

import sqlalchemy as sa
from flask import current_app

from app.audit.actor import SYSTEM
from app.core.database import db
from app.core.identifiers import Siret
from app.domain.diffusion.apec.identifiers import keep_agreement, keep_identifier
from app.domain.diffusion.apec.models import ApecIdentifier
from app.domain.diffusion.board import Trial
from app.domain.employers.models import Contact, Establishment
from app.domain.offers.deposit import Need, Workplace, confirm_offer, deposit_offer
from app.domain.organisations.models import Membership, Organisation
from app.domain.organisations.roles import Role
from app.domain.reference.adverts import write_advert
from app.domain.reference.jobs import search_jobs
from app.outbox.models import OutboxMessage

CHAMBER, COMPANY = Siret("99100090200015"), Siret("99100014200018")
ABOUT = (
    "La chambre de métiers accompagne les entreprises artisanales de l’Aveyron et publie leurs offres "
    "d’alternance avec elles."
)
# The stand-in's own: it opens nothing else.
IDENTIFIER = "123456789W"


def seed_apec() -> int:
    """Note it once; returns how many identifiers. Commits nothing, mails nothing."""
    if db.session.scalar(sa.select(ApecIdentifier.id).limit(1)) is not None:
        return 0
    member = db.session.scalar(
        sa.select(Membership)
        .join(Organisation)
        .where(Organisation.siret == CHAMBER, Membership.role == Role.RECRUITER)
    )
    place = db.session.scalar(sa.select(Establishment).where(Establishment.siret == COMPANY))
    if member is None or place is None:
        raise LookupError("demonstration: the chamber or the company isn't there")
    keep_agreement(member.organisation, about=ABOUT, for_others=True, by=SYSTEM)
    _deposit(place, member)
    # Tried on demand: the stand-in may not run while tables are filled.
    trial = Trial(False, "", untestable=True)
    keyring = current_app.extensions["keyring"]
    keep_identifier(member, IDENTIFIER, trial=trial, keyring=keyring, by=SYSTEM)
    return 1


def _deposit(place: Establishment, member: Membership) -> None:
    contact = db.session.scalars(sa.select(Contact).where(Contact.establishment_id == place.id)).first()
    hit = next(iter(search_jobs("responsable qualité")), None)
    if contact is None or hit is None:
        raise LookupError("demonstration: no contact or no job")
    advert = write_advert(rome_code=hit.rome_code, masculine=hit.masculine, feminine=hit.feminine, level=6)
    need = Need(
        rome_code=hit.rome_code,
        job_key=hit.appellation_key,
        job_name=hit.both,
        workplace=Workplace(place.address_line, place.postcode, place.city, place.commune_code, place.point),
        title="Chargé ou chargée de qualité en alternance",
        description=advert.description,
        tasks=advert.tasks,
        skills=advert.skills,
        level=6,
        duration_months=24,
    )
    before = db.session.scalar(sa.select(sa.func.max(OutboxMessage.id))) or 0
    offer = deposit_offer(place, contact, need, by=SYSTEM, confirmed=False, origin="demo")
    offer.organisation, offer.author = member.organisation, member.account
    confirm_offer(offer, by=SYSTEM)
    db.session.flush()
    db.session.execute(sa.delete(OutboxMessage).where(OutboxMessage.id > before))
