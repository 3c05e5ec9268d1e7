"""Writing again to an address that was stopped, once a person has put it right."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.core.database import db
from app.domain.employers.models import Contact
from app.domain.employers.services import normalise_email
from app.domain.offers.staff_queues import Waiting
from app.domain.opco.models import OpcoContact
from app.outbox.bounces import release_address
from app.outbox.models import SuppressedAddress


def release(stopped: SuppressedAddress, *, by: Actor) -> bool:
    """Lift the stop and the marks it left; False when it was lifted already. Ended links stay ended."""
    if not release_address(stopped.address):
        return False
    norm = normalise_email(stopped.address)
    contacts: list[Contact | OpcoContact] = [
        *db.session.scalars(sa.select(Contact).where(Contact.email_norm == norm)),
        *db.session.scalars(sa.select(OpcoContact).where(OpcoContact.email_norm == norm)),
    ]
    for contact in contacts:
        contact.bounced_at = None
    journal.record("address_released", stopped, by=by)
    return True


def stopped_addresses(*, limit: int = 100) -> list[tuple[SuppressedAddress, list[Contact]]]:
    """Addresses to which nothing is sent any more, oldest first, with the contacts that have them."""
    query = sa.select(SuppressedAddress).where(SuppressedAddress.released_at.is_(None))
    rows = list(db.session.scalars(query.order_by(SuppressedAddress.since).limit(limit)))
    found = db.session.scalars(
        sa.select(Contact).where(
            Contact.email_norm.in_([row.address for row in rows]), Contact.removed_at.is_(None)
        )
    )
    by_address: dict[str, list[Contact]] = {}
    for contact in found:
        by_address.setdefault(contact.email_norm, []).append(contact)
    return [(row, by_address.get(row.address, [])) for row in rows]


def stopped_waiting() -> Waiting:
    """How many addresses are stopped, and since when the oldest is."""
    query = sa.select(sa.func.count(), sa.func.min(SuppressedAddress.since)).where(
        SuppressedAddress.released_at.is_(None)
    )
    return Waiting(*db.session.execute(query).one())
