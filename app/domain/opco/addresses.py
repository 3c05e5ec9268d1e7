"""The addresses as portal staff see them: those of an OPCO, and those to which nothing is sent any more."""

import sqlalchemy as sa

from app.audit import journal
from app.audit.actor import Actor
from app.core import clock
from app.core.database import db
from app.domain.employers.models import Contact
from app.domain.employers.services import normalise_email
from app.domain.offers.staff_queues import Waiting
from app.domain.opco.contacts import LIVE
from app.domain.opco.models import ContactMode, Opco, OpcoContact
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


def addresses_of(opco: Opco) -> list[OpcoContact]:
    """Every address of an OPCO, those in use first, the whole country first."""
    query = (
        sa.select(OpcoContact)
        .where(OpcoContact.opco_id == opco.id)
        .order_by(
            OpcoContact.stopped_at.is_not(None),
            OpcoContact.department.is_not(None),
            OpcoContact.department,
            OpcoContact.id,
        )
        .limit(500)
    )
    return list(db.session.scalars(query))


def counts_by_opco() -> dict[int, int]:
    """How many addresses in use each OPCO has."""
    query = sa.select(OpcoContact.opco_id, sa.func.count()).where(*LIVE).group_by(OpcoContact.opco_id)
    return {row[0]: row[1] for row in db.session.execute(query)}


def stop_address(contact: OpcoContact, *, by: Actor, by_owner: bool = False) -> bool:
    """Nothing more is sent to it for this OPCO; False when it was stopped already.

    `by_owner`: whoever reads this address, and not the OPCO or portal staff.
    """
    if contact.stopped_at is not None:
        return False
    contact.stopped_at, contact.stopped_by_owner = clock.now(), by_owner
    journal.record("opco_messages_stopped", contact, by=by)
    return True


def resume_address(contact: OpcoContact, *, by: Actor) -> bool:
    """Its owner wants messages again; False when they weren't stopped, or others had stopped them."""
    if contact.stopped_at is None or not contact.stopped_by_owner:
        return False
    contact.stopped_at, contact.stopped_by_owner = None, False
    journal.record("opco_address_recorded", contact, by=by, facts={"resumed": True})
    return True


def change_mode(contact: OpcoContact, mode: ContactMode, *, by: Actor) -> bool:
    """A message per need or a digest, from now on; False when it was so already."""
    if contact.mode is mode:
        return False
    contact.mode = mode
    journal.record("opco_address_changed", contact, by=by, facts={"mode": mode.value})
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
