"""Registering establishments and contacts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.audit import journal
from app.audit.actor import ANONYMOUS, Actor
from app.core import clock
from app.core.database import db, is_sqlite, take_turns
from app.core.geo import Point
from app.core.identifiers import Siret
from app.domain.employers.directory import DirectoryAnswer, LookUp, Outcome
from app.domain.employers.models import Contact, Employer, Establishment, Verification

# After the first failed check: an hour, then six, then each day.
_CHECK_DELAYS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))

VERIFICATION_OF = {
    Outcome.FOUND: Verification.VERIFIED,
    Outcome.CLOSED: Verification.CLOSED,
    Outcome.NOT_LISTED: Verification.NOT_LISTED,
    Outcome.NON_DIFFUSIBLE: Verification.NON_DIFFUSIBLE,
    Outcome.UNKNOWN: Verification.UNKNOWN,
    Outcome.UNAVAILABLE: Verification.TO_VERIFY,
}


@dataclass(frozen=True, slots=True)
class TypedCompany:
    """What a person types when the registers can't fill it in."""

    name: str
    address_line: str
    postcode: str
    city: str
    commune_code: str | None = None
    point: Point | None = None


def normalise_email(email: str) -> str:
    """The form under which an address is unique: lower case, domain in ASCII done by the form."""
    return email.strip().casefold()


def establishment_by_siret(siret: Siret) -> Establishment | None:
    """The establishment we know under this SIRET."""
    return db.session.scalar(sa.select(Establishment).where(Establishment.siret == siret))


def register_establishment(
    siret: Siret, look_up: LookUp, *, typed: TypedCompany | None, by: Actor = ANONYMOUS
) -> Establishment:
    """Get or create the establishment. What a register says replaces what was typed, never the reverse."""
    establishment = _held_establishment(siret)
    is_new = establishment is None
    if establishment is None:
        establishment = _new_establishment(siret, typed)
    if look_up.company is not None:
        take_over_answer(establishment, look_up)
    elif is_new:
        establishment.verification = VERIFICATION_OF[look_up.outcome]
        establishment.verification_source = look_up.source or ""
        plan_next_check(establishment)
    if is_new:
        journal.record(
            "establishment_registered",
            establishment,
            by=by,
            facts={"verification": establishment.verification.value, "source": look_up.source or ""},
        )
    return establishment


def _held_establishment(siret: Siret) -> Establishment | None:
    """The establishment, kept from other deposits until the transaction ends; or the turn to create it."""
    query = sa.select(Establishment).where(Establishment.siret == siret)
    # Offers and contacts may still refer to it meanwhile.
    known = db.session.scalar(query.with_for_update(of=Establishment, key_share=True))
    if known is not None:
        return known
    take_turns(f"employer:{siret.siren}")
    return db.session.scalar(query)


def _new_establishment(siret: Siret, typed: TypedCompany | None) -> Establishment:
    now = clock.now()
    employer = db.session.scalar(sa.select(Employer).where(Employer.siren == siret.siren))
    name = typed.name if typed else ""
    if employer is None:
        employer = Employer(siren=siret.siren, name=name, idcc=[], created_at=now)
        db.session.add(employer)
    establishment = Establishment(
        siret=siret,
        employer=employer,
        name=name,
        verification=Verification.TO_VERIFY,
        is_training_body=False,
        checks=0,
        created_at=now,
    )
    if typed is not None:
        establishment.address_line = typed.address_line
        establishment.postcode = typed.postcode
        establishment.city = typed.city
        establishment.commune_code = typed.commune_code
        if typed.point is not None:
            establishment.lat, establishment.lon = typed.point.lat, typed.point.lon
    db.session.add(establishment)
    db.session.flush()
    return establishment


def take_over_answer(establishment: Establishment, look_up: LookUp) -> None:
    """Store what a register answered, with its source and the moment it was read."""
    answer = look_up.company
    if answer is None:
        return
    _copy_identity(establishment, answer)
    employer = establishment.employer
    employer.name = answer.name
    if answer.idcc:
        employer.idcc = sorted(answer.idcc)
    employer.headcount_code = answer.headcount_code or employer.headcount_code
    establishment.verification = VERIFICATION_OF[look_up.outcome]
    establishment.verification_source = answer.source
    establishment.verified_at = answer.read_at
    establishment.next_check_at = None


def _copy_identity(establishment: Establishment, answer: DirectoryAnswer) -> None:
    establishment.name = answer.name[:160]
    establishment.brand = answer.brand[:120] if answer.brand else None
    establishment.address_line = answer.address.line[:200]
    establishment.address_more = answer.address.line2[:200] if answer.address.line2 else None
    establishment.postcode = answer.address.postcode[:5]
    establishment.city = answer.address.city[:80]
    establishment.commune_code = answer.address.commune_code
    establishment.naf = answer.naf
    establishment.naf_label = answer.naf_label[:200] if answer.naf_label else None
    establishment.headcount_code = answer.headcount_code
    establishment.is_training_body = answer.is_training_body
    establishment.closed_on = answer.closed_on.isoformat() if answer.closed_on else None
    if answer.point is not None:
        establishment.lat, establishment.lon = answer.point.lat, answer.point.lon


def plan_next_check(establishment: Establishment, *, now: datetime | None = None) -> None:
    """When the registers are asked again: soon at first, then each day."""
    delay = _CHECK_DELAYS[min(establishment.checks, len(_CHECK_DELAYS) - 1)]
    establishment.next_check_at = (now or clock.now()) + delay
    establishment.checks += 1


def contact_for(establishment: Establishment, *, email: str, name: str, phone: str | None) -> Contact:
    """Get or create the contact. A confirmed contact's name and phone aren't changed by a public form."""
    norm = normalise_email(email)
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    statement = (
        insert(Contact)
        .values(
            establishment_id=establishment.id,
            email=email.strip(),
            email_norm=norm,
            name=name,
            phone=phone,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[Contact.establishment_id, Contact.email_norm])
        .returning(Contact)
    )
    new = db.session.scalars(statement).one_or_none()
    if new is not None:
        return new
    query = sa.select(Contact).where(Contact.establishment_id == establishment.id, Contact.email_norm == norm)
    contact = db.session.scalars(query).one()
    if contact.confirmed_at is None:
        contact.name, contact.phone = name, phone or contact.phone
    db.session.flush()
    return contact


def mask_email(email: str) -> str:
    """« c•••@boulangerie.fr »: enough to recognise one's own address."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}•••@{domain}"
