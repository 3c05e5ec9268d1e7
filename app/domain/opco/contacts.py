"""The addresses of OPCOs: who is told, who chose a digest, who wants nothing more."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.domain.employers.models import Establishment
from app.domain.employers.services import normalise_email
from app.domain.opco.models import ContactMode, Opco, OpcoContact
from app.domain.reference.places import commune_by_code

LIVE = (OpcoContact.stopped_at.is_(None), OpcoContact.bounced_at.is_(None))


@dataclass(frozen=True, slots=True)
class Recipients:
    """Addresses to write to at once, and those that read a digest."""

    now: tuple[OpcoContact, ...]
    digest: tuple[OpcoContact, ...]

    @property
    def anybody(self) -> bool:
        return bool(self.now or self.digest)


def record_contact(
    opco: Opco, email: str, *, department: str | None = None, mode: ContactMode = ContactMode.PER_EVENT
) -> OpcoContact:
    """Get or create an address. One that was stopped or unreachable opens again: somebody asked for it."""
    norm = normalise_email(email)
    same_place = (
        OpcoContact.department.is_(None) if department is None else OpcoContact.department == department
    )
    contact = db.session.scalar(
        sa.select(OpcoContact).where(
            OpcoContact.opco_id == opco.id, OpcoContact.email_norm == norm, same_place
        )
    )
    if contact is None:
        contact = OpcoContact(
            opco=opco, email=email.strip(), email_norm=norm, department=department, created_at=clock.now()
        )
        db.session.add(contact)
    contact.mode, contact.stopped_at, contact.bounced_at = mode, None, None
    contact.stopped_by_owner = False
    db.session.flush()
    return contact


def recipients_of(opco: Opco, *, department: str | None) -> Recipients:
    """The addresses of the département, or the national ones when it has none; one row an address."""
    query = sa.select(OpcoContact).where(OpcoContact.opco_id == opco.id, *LIVE).order_by(OpcoContact.id)
    contacts = list(db.session.scalars(query))
    local = [contact for contact in contacts if department and contact.department == department]
    chosen = local or [contact for contact in contacts if contact.department is None]
    return Recipients(
        now=tuple(contact for contact in chosen if contact.mode is ContactMode.PER_EVENT),
        digest=tuple(contact for contact in chosen if contact.mode is ContactMode.DIGEST),
    )


def department_of(establishment: Establishment) -> str | None:
    """« 12 », « 2A », « 974 »: where the company is; None when nothing says it."""
    return department_at(establishment.commune_code, establishment.postcode)


def department_at(commune_code: str | None, postcode: str) -> str | None:
    """The département of a commune, else of a postcode; None when neither is known."""
    commune = commune_by_code(commune_code) if commune_code else None
    if commune is not None:
        return commune.department
    if len(postcode) != 5:
        return None
    if postcode.startswith("20"):
        # Corsica has one postal prefix for two départements: 200 and 201 are the south.
        return "2A" if postcode[:3] in {"200", "201"} else "2B"
    return postcode[:3] if postcode[:2] in {"97", "98"} else postcode[:2]


def live_contact(opco: Opco, email: str) -> OpcoContact | None:
    """A recorded address of this OPCO that still wants messages, by any of its rows."""
    query = sa.select(OpcoContact).where(
        OpcoContact.opco_id == opco.id, OpcoContact.email_norm == normalise_email(email), *LIVE
    )
    return db.session.scalar(query.order_by(OpcoContact.id).limit(1))


def rows_at(email: str) -> list[OpcoContact]:
    """The rows whose holder chooses, whatever the OPCO: in use, or stopped by that very holder."""
    query = sa.select(OpcoContact).where(
        OpcoContact.email_norm == normalise_email(email),
        OpcoContact.bounced_at.is_(None),
        sa.or_(OpcoContact.stopped_at.is_(None), OpcoContact.stopped_by_owner),
    )
    order = (OpcoContact.opco_id, OpcoContact.department, OpcoContact.id)
    return list(db.session.scalars(query.order_by(*order)))


def stopped_since(opco: Opco, email: str) -> datetime | None:
    """When this address was stopped, if all its rows are."""
    query = sa.select(OpcoContact).where(
        OpcoContact.opco_id == opco.id, OpcoContact.email_norm == normalise_email(email)
    )
    stops = [contact.stopped_at for contact in db.session.scalars(query)]
    moments = [moment for moment in stops if moment is not None]
    return max(moments) if moments and len(moments) == len(stops) else None


def stop_messages(email: str, *, opco: Opco | None = None) -> list[OpcoContact]:
    """This address wants no more messages on needs (of one OPCO, when given); returns the rows stopped."""
    query = sa.select(OpcoContact).where(
        OpcoContact.email_norm == normalise_email(email), OpcoContact.stopped_at.is_(None)
    )
    if opco is not None:
        query = query.where(OpcoContact.opco_id == opco.id)
    contacts = list(db.session.scalars(query))
    for contact in contacts:
        contact.stopped_at, contact.stopped_by_owner = clock.now(), True
    return contacts


def note_bounce(email: str) -> int:
    """This address can't be reached: nothing more is sent to it; returns the rows marked."""
    query = sa.select(OpcoContact).where(
        OpcoContact.email_norm == normalise_email(email), OpcoContact.bounced_at.is_(None)
    )
    contacts = list(db.session.scalars(query))
    for contact in contacts:
        contact.bounced_at = clock.now()
    return len(contacts)
