"""Depositing an offer, and confirming it."""

from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock, events
from app.core.database import db
from app.core.failpoints import failpoint
from app.core.geo import Point
from app.core.identifiers import CommuneCode, RomeCode, Siret
from app.domain.accounts.models import Account
from app.domain.employers.models import Contact, Establishment
from app.domain.offers.events import OfferDeposited
from app.domain.offers.holding import cause_to_hold, hold_offer
from app.domain.offers.lifecycle import OFFER_LIFECYCLE, OfferStatus
from app.domain.offers.models import Offer, Remote
from app.domain.offers.publication import put_online
from app.domain.offers.training import OfferTraining
from app.domain.organisations.models import Organisation
from app.domain.reference.places import commune_by_code

DUPLICATE_WINDOW_DAYS = 60


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where the work is done."""

    line: str
    postcode: str
    city: str
    commune_code: str | None = None
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What an employer looks for, and the advert that says it."""

    rome_code: RomeCode
    job_key: str
    job_name: str
    workplace: Workplace
    title: str
    description: str
    tasks: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    brand: str | None = None
    level: int | None = None
    contract_types: tuple[str, ...] = ("apprenticeship",)
    duration_months: int | None = None
    start_on: date | None = None
    openings: int = 1
    rhythm: str | None = None
    remote: Remote = Remote.ONSITE
    words: str | None = None
    about_company: str | None = None
    questions: tuple[str, ...] = ()
    edited: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Collector:
    """The structure that deposits for a company, and its member."""

    organisation: Organisation
    author: Account


def deposit_offer(
    establishment: Establishment,
    contact: Contact,
    need: Need,
    *,
    by: Actor,
    confirmed: bool,
    origin: str = "site",
    collector: Collector | None = None,
    training: OfferTraining | None = None,
) -> Offer:
    """Deposit an offer. `confirmed`: from a management link or an account, online (or held) at once."""
    offer = Offer(
        organisation=collector.organisation if collector else None,
        author_id=collector.author.id if collector else None,
        establishment=establishment,
        contact=contact,
        origin=origin,
        deposited_at=clock.now(),
        changed_at=clock.now(),
        training=training.pack() if training else None,
        **fields_of(need),
    )
    OFFER_LIFECYCLE.begin(offer, OfferStatus.DRAFT)
    if not confirmed:
        # Before the row is written, which then needn't be changed.
        OFFER_LIFECYCLE.apply(offer, "deposit")
    db.session.add(offer)
    db.session.flush()
    journal.record("offer_deposited", offer, by=by, facts={"origin": origin})
    if confirmed:
        offer.confirmed_at = clock.now()
        publish_or_hold(offer, by=by)
    else:
        events.emit(OfferDeposited(offer))
    return offer


def fields_of(need: Need) -> dict[str, object]:
    """The columns of an offer that a need fills."""
    return {
        "rome_code": need.rome_code,
        "job_key": need.job_key,
        "job_name": need.job_name,
        "level": need.level,
        "contract_types": list(need.contract_types),
        "duration_months": need.duration_months,
        "start_on": need.start_on,
        "openings": need.openings,
        "rhythm": need.rhythm,
        "remote": need.remote,
        "brand": need.brand,
        "address_line": need.workplace.line,
        "postcode": need.workplace.postcode,
        "city": _town(need.workplace),
        "commune_code": need.workplace.commune_code,
        "lat": need.workplace.point.lat if need.workplace.point else None,
        "lon": need.workplace.point.lon if need.workplace.point else None,
        "title": need.title,
        "description": need.description,
        "tasks": list(need.tasks),
        "skills": list(need.skills),
        "words": need.words,
        "about_company": need.about_company,
        "questions": list(need.questions),
        "edited": list(need.edited),
    }


def _town(place: Workplace) -> str:
    """The town as people write it: registers give it in capitals, without accents."""
    if not place.city.isupper():
        return place.city
    commune = commune_by_code(CommuneCode(place.commune_code)) if place.commune_code else None
    # An arrondissement keeps the name of its town.
    return commune.name if commune is not None and commune.parent is None else place.city.title()


def confirm_offer(offer: Offer, *, by: Actor) -> bool:
    """The contact's address is proved: online, or held. False when it was done already."""
    if offer.status is not OfferStatus.TO_CONFIRM:
        return False
    now = clock.now()
    offer.confirmed_at = now
    if offer.contact.confirmed_at is None:
        offer.contact.confirmed_at = now
        journal.record("contact_confirmed", offer.contact, by=by)
    journal.record("offer_confirmed", offer, by=by)
    failpoint("offers.confirmed_before_publish")
    publish_or_hold(offer, by=by)
    return True


def publish_or_hold(offer: Offer, *, by: Actor) -> None:
    """Online at once, unless one of the few causes to check fires."""
    with db.session.no_autoflush:
        # The checks read nothing that this act changes: what it has to write leaves together, later.
        cause = cause_to_hold(offer)
    if cause is None:
        put_online(offer, by=by)
    else:
        hold_offer(offer, cause=cause)


def duplicates_of(
    siret: Siret,
    *,
    rome_code: RomeCode,
    start_on: date | None,
    statuses: tuple[OfferStatus, ...],
) -> list[Offer]:
    """Offers for the same job there whose start is within 60 days; « dès que possible » counts as today."""
    query = sa.select(Offer).where(
        Offer.establishment_id.in_(sa.select(Establishment.id).where(Establishment.siret == siret)),
        Offer.rome_code == rome_code,
        Offer.status.in_(statuses),
    )
    return [
        offer
        for offer in db.session.scalars(query.order_by(Offer.id.desc()).limit(20))
        if starts_near(offer.start_on, start_on)
    ]


def starts_near(one: date | None, other: date | None) -> bool:
    """Within 60 days of each other; « dès que possible » counts as today."""
    today = clock.today()
    return abs(((one or today) - (other or today)).days) <= DUPLICATE_WINDOW_DAYS
